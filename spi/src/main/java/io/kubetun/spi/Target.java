package io.kubetun.spi;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Objects;

/** Where a flow goes. TCP ports are 1 to 65535. */
public sealed interface Target {
    /**
     * Returns the port.
     *
     * @return 1 to 65535
     */
    int port();

    /**
     * A name as a program in a pod would say it: {@code svc}, {@code svc.ns}, {@code svc.ns.svc}, the full name, or
     * that of a pod of a headless Service. Lower case, without a trailing dot.
     *
     * @param host the name
     * @param port the port of the Service
     */
    record Name(String host, int port) implements Target {
        /** Brings the name into one form. */
        public Name {
            host = host.toLowerCase(Locale.ROOT);
            host = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
            requirePort(port);
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /**
     * An address: a ClusterIP or a pod's.
     *
     * @param ip the address
     * @param port the port
     */
    record Address(InetAddress ip, int port) implements Target {
        /** Checks. */
        public Address {
            Objects.requireNonNull(ip, "ip");
            requirePort(port);
        }

        @Override
        public String toString() {
            return (ip.getAddress().length == 16 ? "[" + ip.getHostAddress() + "]" : ip.getHostAddress()) + ":" + port;
        }
    }

    /**
     * A Service.
     *
     * @param namespace its namespace
     * @param name its name
     * @param port its port
     */
    record Service(String namespace, String name, int port) implements Target {
        /** Checks. */
        public Service {
            Objects.requireNonNull(namespace, "namespace");
            Objects.requireNonNull(name, "name");
            requirePort(port);
        }

        @Override
        public String toString() {
            return name + "." + namespace + ":" + port;
        }
    }

    /**
     * A pod, at one of its own ports.
     *
     * @param namespace its namespace
     * @param name its name
     * @param port the container's port
     */
    record Pod(String namespace, String name, int port) implements Target {
        /** Checks. */
        public Pod {
            Objects.requireNonNull(namespace, "namespace");
            Objects.requireNonNull(name, "name");
            requirePort(port);
        }

        @Override
        public String toString() {
            return "pod/" + name + "." + namespace + ":" + port;
        }
    }

    /**
     * The target of a host as users write it: an IPv4 or IPv6 literal is an {@link Address}, all else a {@link Name}.
     *
     * @param host a name or a literal, IPv6 with or without brackets
     * @param port the port
     * @return the target
     * @throws IllegalArgumentException if the port is out of range or the host is empty
     */
    static Target of(String host, int port) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (bare.isEmpty()) {
            throw new IllegalArgumentException("the host is empty");
        }
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(bare);
        return literal == null ? new Name(bare, port) : new Address(literal, port);
    }

    private static void requirePort(int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("not a port: " + port);
        }
    }
}
