package io.kubetun.spi.host;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A range of addresses: a network and the length of its prefix. Immutable; an IPv4 range never overlaps an IPv6 one.
 *
 * @param network its first address
 * @param prefix how many leading bits all its addresses share, 0 to 32 or 128
 */
public record Cidr(InetAddress network, int prefix) {
    /** Clears the bits behind the prefix. */
    public Cidr {
        byte[] bytes = network.getAddress();
        if (prefix < 0 || prefix > bytes.length * 8) {
            throw new IllegalArgumentException("no prefix of " + network.getHostAddress() + ": " + prefix);
        }
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        network = address(bytes);
    }

    /**
     * Reads {@code 10.96.0.0/16}, or a single address.
     *
     * @param text the text
     * @return the range
     * @throws IllegalArgumentException if it is none
     */
    public static Cidr of(String text) {
        int slash = text.indexOf('/');
        InetAddress network = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        int bits = network.getAddress().length * 8;
        try {
            return new Cidr(network, slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a range of addresses: " + text, e);
        }
    }

    /**
     * Says whether it is of IPv6.
     *
     * @return false for IPv4
     */
    public boolean v6() {
        return network.getAddress().length == 16;
    }

    /**
     * Says whether an address is within.
     *
     * @param address the address
     * @return true if it is of the same family and has the prefix
     */
    public boolean contains(InetAddress address) {
        return address.getAddress().length == network.getAddress().length
                && new Cidr(address, prefix).network.equals(network);
    }

    /**
     * Says whether another range is wholly within.
     *
     * @param other the other one
     * @return true also if both are equal
     */
    public boolean contains(Cidr other) {
        return other.prefix >= prefix && contains(other.network);
    }

    /**
     * Says whether the two have an address in common.
     *
     * @param other the other one
     * @return true if one contains the other
     */
    public boolean overlaps(Cidr other) {
        return contains(other) || other.contains(this);
    }

    /**
     * What is left without another range.
     *
     * @param other what to take out
     * @return the fewest ranges that hold the rest, in order of their addresses
     */
    public List<Cidr> minus(Cidr other) {
        if (!overlaps(other)) {
            return List.of(this);
        }
        if (other.contains(this)) {
            return List.of();
        }
        byte[] upper = network.getAddress();
        upper[prefix / 8] |= (byte) (0x80 >> prefix % 8);
        List<Cidr> rest = new ArrayList<>(new Cidr(network, prefix + 1).minus(other));
        rest.addAll(new Cidr(address(upper), prefix + 1).minus(other));
        return List.copyOf(rest);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address: " + Arrays.toString(bytes), e);
        }
    }

    /** As it is written: {@code 10.96.0.0/16}. */
    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefix;
    }
}
