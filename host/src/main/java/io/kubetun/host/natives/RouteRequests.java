package io.kubetun.host.natives;

import com.sun.jna.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Changes of links, addresses and routes (rtnetlink(7)). The kernel answers within the sending call. Each call opens a
 * socket of its own: there are few, and none of them is on a hot path. Stateless.
 */
public final class RouteRequests {
    private static final short RTM_NEWLINK = 16;
    private static final short RTM_DELLINK = 17;
    private static final short RTM_NEWADDR = 20;
    private static final short RTM_NEWROUTE = 24;
    private static final short RTM_DELROUTE = 25;
    private static final short NLMSG_ERROR = 2;
    /** NLM_F_REQUEST, NLM_F_ACK. */
    private static final short DO = 0x1 | 0x4;
    /** And NLM_F_EXCL, NLM_F_CREATE. */
    private static final short CREATE = DO | 0x200 | 0x400;

    private static final int HEADER = 16;
    private static final int BUFFER = 4096;
    private static final int IFF_UP = 1;
    private static final short IFLA_MTU = 4;
    private static final short IFA_ADDRESS = 1;
    private static final short IFA_LOCAL = 2;
    private static final byte IFA_F_NODAD = 2;
    private static final short RTA_DST = 1;
    private static final short RTA_OIF = 4;
    private static final short RTA_PREFSRC = 7;
    private static final byte RT_TABLE_MAIN = (byte) 254;
    private static final byte RTPROT_STATIC = 4;
    private static final byte RT_SCOPE_LINK = (byte) 253;
    private static final byte RTN_UNICAST = 1;

    private RouteRequests() {}

    /**
     * Sets a device up.
     *
     * @param index the device
     * @param mtu its largest packet
     * @throws NativeException if it cannot be done
     */
    public static void setUp(int index, int mtu) throws NativeException {
        ByteBuffer message = message(RTM_NEWLINK, DO);
        message.put((byte) 0).put((byte) 0).putShort((short) 0).putInt(index);
        message.putInt(IFF_UP).putInt(IFF_UP);
        send("set up the device", attribute(message, IFLA_MTU, mtu));
    }

    /**
     * Takes a device away.
     *
     * @param index the device
     * @throws NativeException if it cannot be done
     */
    public static void delete(int index) throws NativeException {
        ByteBuffer message = message(RTM_DELLINK, DO);
        message.put((byte) 0).put((byte) 0).putShort((short) 0).putInt(index);
        send("take away the device", message.putInt(0).putInt(0));
    }

    /**
     * Gives a device an address.
     *
     * @param index the device
     * @param address the address
     * @param prefix of the network on the device
     * @throws NativeException if it cannot be done
     */
    public static void addAddress(int index, InetAddress address, int prefix) throws NativeException {
        byte[] bytes = address.getAddress();
        ByteBuffer message = message(RTM_NEWADDR, CREATE);
        message.put(family(bytes)).put((byte) prefix).put(bytes.length == 16 ? IFA_F_NODAD : 0);
        message.put((byte) 0).putInt(index);
        attribute(message, IFA_LOCAL, bytes);
        send("add the address " + address.getHostAddress(), attribute(message, IFA_ADDRESS, bytes));
    }

    /**
     * Adds a route to the main table; one that is there already is an error.
     *
     * @param index the device
     * @param destination the network's first address
     * @param prefix its prefix
     * @param source what programs send from that choose nothing else
     * @throws NativeException if it cannot be done
     */
    public static void addRoute(int index, InetAddress destination, int prefix, InetAddress source)
            throws NativeException {
        ByteBuffer message = route(RTM_NEWROUTE, CREATE, index, destination, prefix);
        attribute(message, RTA_PREFSRC, source.getAddress());
        send("add the route " + destination.getHostAddress() + "/" + prefix, message);
    }

    /**
     * Takes a route by a device away.
     *
     * @param index the device
     * @param destination the network's first address
     * @param prefix its prefix
     * @throws NativeException if it cannot be done, or there is none
     */
    public static void deleteRoute(int index, InetAddress destination, int prefix) throws NativeException {
        send(
                "take away the route " + destination.getHostAddress() + "/" + prefix,
                route(RTM_DELROUTE, DO, index, destination, prefix));
    }

    private static ByteBuffer route(short type, short flags, int index, InetAddress destination, int prefix) {
        byte[] bytes = destination.getAddress();
        ByteBuffer message = message(type, flags);
        message.put(family(bytes)).put((byte) prefix).put((byte) 0).put((byte) 0);
        message.put(RT_TABLE_MAIN).put(RTPROT_STATIC);
        message.put(bytes.length == 4 ? RT_SCOPE_LINK : 0).put(RTN_UNICAST).putInt(0);
        attribute(message, RTA_DST, bytes);
        return attribute(message, RTA_OIF, index);
    }

    private static byte family(byte[] address) {
        return (byte) (address.length == 4 ? LinuxCalls.AF_INET : LinuxCalls.AF_INET6);
    }

    private static ByteBuffer message(short type, short flags) {
        ByteBuffer message = ByteBuffer.allocate(BUFFER).order(ByteOrder.nativeOrder());
        return message.putInt(0).putShort(type).putShort(flags).putInt(1).putInt(0);
    }

    private static ByteBuffer attribute(ByteBuffer message, short type, byte[] value) {
        message.putShort((short) (4 + value.length)).putShort(type).put(value);
        return message.position((message.position() + 3) & ~3);
    }

    private static ByteBuffer attribute(ByteBuffer message, short type, int value) {
        return message.putShort((short) 8).putShort(type).putInt(value);
    }

    private static void send(String what, ByteBuffer message) throws NativeException {
        int length = message.position();
        message.putInt(0, length);
        int socket = Posix.socket(
                LinuxCalls.AF_NETLINK, LinuxCalls.SOCK_RAW | LinuxCalls.SOCK_CLOEXEC, LinuxCalls.NETLINK_ROUTE);
        if (socket < 0) {
            throw NativeException.last("socket NETLINK_ROUTE");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(BUFFER, Long.BYTES);
            memory.copyFrom(MemorySegment.ofBuffer(message.flip()));
            if (Posix.send(socket, memory.address(), length, 0) != length) {
                throw NativeException.last(what);
            }
            long answered = Posix.recv(socket, memory.address(), BUFFER, LinuxCalls.MSG_DONTWAIT);
            ByteBuffer answer = memory.asByteBuffer().order(ByteOrder.nativeOrder());
            if (answered < HEADER + 4 || answer.getShort(4) != NLMSG_ERROR) {
                throw new NativeException(what, answered < 0 ? Native.getLastError() : Errno.EAGAIN);
            }
            if (answer.getInt(HEADER) != 0) {
                throw new NativeException(what, -answer.getInt(HEADER));
            }
        } finally {
            Posix.close(socket);
        }
    }
}
