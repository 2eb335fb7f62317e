package io.kubetun.plugin.intercept;

import io.kubetun.spi.Target;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a local process listens, as far as it is said.
 *
 * @param host its address; empty for what is said for all
 * @param port its port; empty for what is said for all, or else the pod's
 */
record LocalDoor(Optional<InetAddress> host, OptionalInt port) {
    /** Nothing is said. */
    static final LocalDoor ANY = new LocalDoor(Optional.empty(), OptionalInt.empty());

    private static final int HIGHEST = 65_535;

    /** An IPv6 address that a port follows stands in brackets; one by itself may. */
    private static final Pattern FORM =
            Pattern.compile("(\\[(?<six>[0-9a-f:.]+)]|(?<four>[0-9.]+))(:(?<port>[0-9]{1,5}))?");

    /** Reads {@code ADDRESS[:PORT]}. */
    static Optional<LocalDoor> readAddress(String text) {
        InetAddress bare = NetUtil.createInetAddressFromIpAddressString(text);
        if (bare != null) {
            return Optional.of(new LocalDoor(Optional.of(bare), OptionalInt.empty()));
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        Optional<String> six = Optional.ofNullable(form.group("six"));
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(six.orElseGet(() -> form.group("four")));
        // In brackets stands IPv6 alone.
        if (address == null || six.isPresent() != (address.getAddress().length == 16)) {
            return Optional.empty();
        }
        Optional<LocalDoor> there = Optional.of(new LocalDoor(Optional.of(address), OptionalInt.empty()));
        return Optional.ofNullable(form.group("port")).isEmpty()
                ? there
                : port(form.group("port")).map(port -> new LocalDoor(Optional.of(address), OptionalInt.of(port)));
    }

    /** Reads {@code PORT} or {@code ADDRESS:PORT}. */
    static Optional<LocalDoor> read(String text) {
        return port(text)
                .map(port -> new LocalDoor(Optional.empty(), OptionalInt.of(port)))
                .or(() -> readAddress(text).filter(door -> door.port().isPresent()));
    }

    private static Optional<Integer> port(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        int number = Integer.parseInt(text);
        return number >= 1 && number <= HIGHEST ? Optional.of(number) : Optional.empty();
    }

    /** What is said here, and for the rest what is said there. */
    LocalDoor or(LocalDoor other) {
        return new LocalDoor(host.or(other::host), port.isPresent() ? port : other.port);
    }

    /** The address to dial for a port of the pods'. */
    Target.Address address(int remote) {
        return new Target.Address(host.orElseGet(InetAddress::getLoopbackAddress), port.orElse(remote));
    }

    /** Where flows go, for people: {@code 127.0.0.1:3000}, {@code the same port of 127.0.0.1}. */
    String spoken() {
        InetAddress address = host.orElseGet(InetAddress::getLoopbackAddress);
        return port.isPresent()
                ? new Target.Address(address, port.getAsInt()).toString()
                : "the same port of " + address.getHostAddress();
    }
}
