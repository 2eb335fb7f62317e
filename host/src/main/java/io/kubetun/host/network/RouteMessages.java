package io.kubetun.host.network;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Reads rtnetlink messages and finds the interfaces that something has changed at. The kernel repeats itself: lifetimes of
 * addresses, statistics of radio links, routes of router advertisements; what is as it was is no change. For one thread.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/rtnetlink.7.html">rtnetlink(7)</a>
 */
final class RouteMessages {
    /** Addresses and routes that are remembered; above, all are forgotten and then told once more. */
    static final int MAX_SEEN = 4096;

    /** Stands for "some interface" where a message names none. */
    static final int ANY = 0;

    private static final int NLMSGHDR = 16;
    /** Of the three headers, {@code rtmsg} is the last to have its fields. */
    private static final int SHORTEST = 12;

    private static final int NEW_LINK = 16;
    private static final int DELETE_LINK = 17;
    private static final int NEW_ADDRESS = 20;
    private static final int DELETE_ADDRESS = 21;
    private static final int NEW_ROUTE = 24;
    private static final int DELETE_ROUTE = 25;
    /** IFF_UP, IFF_RUNNING, IFF_LOWER_UP. */
    private static final int STATE_FLAGS = 0x1 | 0x40 | 0x10000;

    private static final int CLONED = 0x200;
    private static final int ROUTE_INTERFACE = 4;
    /** IFA_ADDRESS, IFA_LOCAL. */
    private static final Set<Integer> ADDRESS_KEYS = Set.of(1, 2);
    /** RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_TABLE. */
    private static final Set<Integer> ROUTE_KEYS = Set.of(1, ROUTE_INTERFACE, 5, 6, 15);

    private final Map<Integer, Integer> links = new HashMap<>();
    private final Map<ByteBuffer, Integer> seen = new HashMap<>();

    /**
     * Reads what one receive gave.
     *
     * @param messages in the machine's byte order
     * @return the indexes of the interfaces, {@link #ANY} among them if one is not known
     */
    Set<Integer> read(ByteBuffer messages) {
        Set<Integer> changed = new HashSet<>();
        while (messages.remaining() >= NLMSGHDR) {
            int start = messages.position();
            int length = messages.getInt(start);
            if (length < NLMSGHDR || length > messages.remaining()) {
                changed.add(ANY);
                return changed;
            }
            int type = messages.getShort(start + 4);
            ByteBuffer body =
                    messages.slice(start + NLMSGHDR, length - NLMSGHDR).order(messages.order());
            read(type, body, changed);
            messages.position(Math.min(messages.limit(), start + (length + 3 & ~3)));
        }
        return changed;
    }

    private void read(int type, ByteBuffer body, Set<Integer> changed) {
        if (body.limit() < SHORTEST) {
            return;
        }
        switch (type) {
            case NEW_LINK, DELETE_LINK -> {
                int index = body.getInt(4);
                int state = type == DELETE_LINK ? -1 : body.getInt(8) & STATE_FLAGS;
                if (!Integer.valueOf(state).equals(links.put(index, state))) {
                    // With a link its routes go, and the kernel does not say so.
                    seen.values().removeIf(at -> at == index);
                    changed.add(index);
                }
                if (type == DELETE_LINK) {
                    links.remove(index);
                }
            }
            case NEW_ADDRESS, DELETE_ADDRESS -> {
                int index = body.getInt(4);
                note(type == NEW_ADDRESS, key(body, 8, 8, ADDRESS_KEYS), index, changed);
            }
            case NEW_ROUTE, DELETE_ROUTE -> {
                if ((body.getInt(8) & CLONED) == 0) {
                    note(type == NEW_ROUTE, key(body, 8, 12, ROUTE_KEYS), routeInterface(body), changed);
                }
            }
            default -> {
                // Nothing that we asked for.
            }
        }
    }

    private void note(boolean added, ByteBuffer key, int index, Set<Integer> changed) {
        if (seen.size() >= MAX_SEEN) {
            seen.clear();
        }
        boolean isNews = added ? seen.put(key, index) == null : isGone(key);
        if (isNews) {
            changed.add(index);
        }
    }

    /** Always news: what was there before we listened has not been seen. */
    private boolean isGone(ByteBuffer key) {
        seen.remove(key);
        return true;
    }

    /** The header's first bytes and those attributes that tell one address or route from another. */
    private static ByteBuffer key(ByteBuffer body, int headerBytes, int header, Set<Integer> attributes) {
        ByteBuffer key = ByteBuffer.allocate(body.limit());
        key.put(body.slice(0, headerBytes));
        for (int at = header; at + 4 <= body.limit() && length(body, at) >= 4; at += length(body, at) + 3 & ~3) {
            if (attributes.contains(body.getShort(at + 2) & 0x3fff)) {
                key.put(body.slice(at, Math.min(length(body, at), body.limit() - at)));
            }
        }
        return key.flip();
    }

    private static int routeInterface(ByteBuffer body) {
        for (int at = 12; at + 8 <= body.limit() && length(body, at) >= 4; at += length(body, at) + 3 & ~3) {
            if (body.getShort(at + 2) == ROUTE_INTERFACE) {
                return body.getInt(at + 4);
            }
        }
        return ANY;
    }

    private static int length(ByteBuffer body, int at) {
        return Short.toUnsignedInt(body.getShort(at));
    }
}
