package io.kubetun.spi.host;

import java.net.InetAddress;

/**
 * A TUN device of kubetun. Its number is all that there is to choose: name and addresses follow from it, so that the
 * helper has little to check.
 *
 * @param number 0 to 255
 * @param v6 whether it has IPv6 addresses too
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2544">RFC 2544, C.2.2: 198.18.0.0/15, never on the Internet</a>
 */
public record TunSettings(int number, boolean v6) {
    /** Packets up to this many bytes go through the device. */
    public static final int MTU = 65_500;

    /** Devices that a machine may have. */
    public static final int MAX_DEVICES = 256;

    /** Checks the number. */
    public TunSettings {
        if (number < 0 || number >= MAX_DEVICES) {
            throw new IllegalArgumentException("no number of a device: " + number);
        }
    }

    /**
     * Returns the device's name. Where the system names devices itself (macOS), it is kubetun's own name for it.
     *
     * @return such as {@code kubetun0}
     */
    public String name() {
        return "kubetun" + number;
    }

    /**
     * Returns the IPv4 network of the device and its imagined peer.
     *
     * @return four addresses in 198.19.0.0/16
     */
    public Cidr network() {
        return Cidr.of("198.19." + number + ".0/30");
    }

    /**
     * Returns this machine's address on the device, from which programs reach the cluster.
     *
     * @param ofV6 which family
     * @return the address
     */
    public InetAddress local(boolean ofV6) {
        return InetAddress.ofLiteral(ofV6 ? prefix6() + "1" : "198.19." + number + ".1");
    }

    /**
     * Returns the address at the other end of the device, which no machine has.
     *
     * @param ofV6 which family
     * @return the address
     */
    public InetAddress peer(boolean ofV6) {
        return InetAddress.ofLiteral(ofV6 ? prefix6() + "2" : "198.19." + number + ".2");
    }

    private String prefix6() {
        return "fd6b:7562:6574:" + Integer.toHexString(number) + "::";
    }
}
