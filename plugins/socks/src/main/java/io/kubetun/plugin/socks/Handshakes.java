package io.kubetun.plugin.socks;

import io.netty.channel.Channel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The clients of a mode whose request is not complete. Above the limit the oldest is closed: one that is still silent
 * after so many others came is the least likely to speak. Safe for use by several event loops; holds its lock for a
 * few instructions only.
 */
final class Handshakes {
    private final int limit;
    private final Set<Channel> waiting = new LinkedHashSet<>();

    Handshakes(int limit) {
        this.limit = limit;
    }

    void begin(Channel client) {
        Channel oldest = null;
        synchronized (waiting) {
            waiting.add(client);
            if (waiting.size() > limit) {
                Iterator<Channel> first = waiting.iterator();
                oldest = first.next();
                first.remove();
            }
        }
        if (oldest != null) {
            oldest.close();
        }
    }

    void end(Channel client) {
        synchronized (waiting) {
            waiting.remove(client);
        }
    }

    int size() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    void closeAll() {
        Set<Channel> all;
        synchronized (waiting) {
            all = Set.copyOf(waiting);
        }
        all.forEach(Channel::close);
    }
}
