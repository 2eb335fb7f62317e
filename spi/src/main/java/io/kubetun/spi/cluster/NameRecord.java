package io.kubetun.spi.cluster;

import java.net.InetAddress;

/** What a name leads to. Names are absolute and without a dot at their end. */
public sealed interface NameRecord {
    /**
     * Returns whose record it is.
     *
     * @return the name, in the case in which it was asked for
     */
    String name();

    /**
     * An address: a record of type A or AAAA.
     *
     * @param name whose
     * @param ip the address
     */
    record Address(String name, InetAddress ip) implements NameRecord {}

    /**
     * Another name: a record of type CNAME.
     *
     * @param name whose
     * @param target what it stands for
     */
    record Alias(String name, String target) implements NameRecord {}

    /**
     * A port: a record of type SRV.
     *
     * @param name whose
     * @param priority the lowest is tried first
     * @param weight the share of this one among those of the same priority
     * @param port 0 to 65535
     * @param target who serves it
     */
    record Port(String name, int priority, int weight, int port, String target) implements NameRecord {}

    /**
     * The name of an address: a record of type PTR.
     *
     * @param name the address, as a name below {@code in-addr.arpa} or {@code ip6.arpa}
     * @param target its name
     */
    record Pointer(String name, String target) implements NameRecord {}
}
