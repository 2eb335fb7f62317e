package io.kubetun.plugin.tun;

import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Route;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Ranges that stand for those of a cluster whose own addresses another session has.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6598">RFC 6598: 100.64.0.0/10, between a network and its provider</a>
 */
final class FreeRanges {
    private static final Cidr POOL = Cidr.of("100.64.0.0/10");
    private static final Cidr POOL6 = Cidr.of("fd6b:7562:6575::/48");

    /** A range may be as large as a quarter of the pool. */
    private static final int LARGEST_OF_POOL = 2;

    private static final int TRIES = 4096;

    private FreeRanges() {}

    /** The first range of a size that no route and none of the others overlaps. */
    static Optional<Cidr> like(Cidr range, List<Route> routes, List<Cidr> others) {
        Cidr pool = range.v6() ? POOL6 : POOL;
        int more = range.prefix() - pool.prefix();
        if (more < LARGEST_OF_POOL) {
            return Optional.empty();
        }
        return IntStream.range(0, more > 12 ? TRIES : 1 << more)
                .mapToObj(number -> part(pool, range.prefix(), number))
                .filter(free -> routes.stream()
                        .noneMatch(route -> route.destination().prefix() > pool.prefix() - 2
                                && route.destination().overlaps(free)))
                .filter(free -> others.stream().noneMatch(free::overlaps))
                .findFirst();
    }

    private static Cidr part(Cidr pool, int prefix, int number) {
        byte[] first = pool.network().getAddress();
        BigInteger at = new BigInteger(1, first).add(BigInteger.valueOf(number).shiftLeft(first.length * 8 - prefix));
        byte[] sum = at.toByteArray();
        byte[] bytes = new byte[first.length];
        int length = Math.min(sum.length, bytes.length);
        System.arraycopy(sum, sum.length - length, bytes, bytes.length - length, length);
        try {
            return new Cidr(InetAddress.getByAddress(bytes), prefix);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
