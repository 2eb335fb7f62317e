package io.kubetun.host.helper;

import io.kubetun.host.hosts.HostsBlock;
import io.kubetun.host.hosts.HostsLines;
import io.kubetun.host.namespace.NameServerView;
import io.kubetun.host.resolver.LinkNames;
import io.kubetun.host.resolver.ResolverBlock;
import io.kubetun.host.tun.TunDevice;
import io.kubetun.host.tun.TunRoute;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Host.HostsEntry;
import io.kubetun.spi.host.TunSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Turns requests into what root will do for the user, or refuses: names in one hosts file that lead to loopback
 * addresses, sockets on those, and name servers there.
 */
record Permitted(HelperSettings settings) {
    /** Lines of one block; above it the block is refused. */
    static final int MAX_LINES = 50_000;

    private static final List<Cidr> PRIVATE = Stream.of(
                    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
            .map(Cidr::of)
            .toList();

    HostsBlock hostsBlock(Request.PutHosts request) throws KubetunException {
        String what = "the helper will not write to " + printable(request.file().toString());
        if (!request.file().equals(settings.hostsFile())) {
            throw refusal(what, "it was started for " + settings.hostsFile());
        }
        if (request.lines().size() > MAX_LINES) {
            throw refusal(what, "more than " + MAX_LINES + " lines in one block");
        }
        try {
            List<HostsEntry> entries =
                    request.lines().stream().map(HostsLines::parse).toList();
            for (HostsEntry entry : entries) {
                if (!entry.address().isLoopbackAddress()) {
                    throw refusal(
                            what,
                            "only loopback addresses may get a name, not "
                                    + entry.address().getHostAddress());
                }
            }
            return new HostsBlock(settings.hostsFile(), request.owner(), entries, settings.backups());
        } catch (IllegalArgumentException e) {
            throw refusal(what, printable(String.valueOf(e.getMessage())));
        }
    }

    InetSocketAddress listener(Request.Listen request) throws KubetunException {
        String what = "the helper will not listen on " + printable(request.address()) + ":" + request.port();
        try {
            InetAddress address = InetAddress.ofLiteral(request.address());
            if (!settings.ownNetwork() && !address.isLoopbackAddress()) {
                throw refusal(what, "it is no loopback address");
            }
            if (request.port() < (settings.ownNetwork() ? 0 : 1) || request.port() > 65535) {
                throw refusal(what, "it is no port");
            }
            return new InetSocketAddress(address, request.port());
        } catch (IllegalArgumentException e) {
            throw refusal(what, "it is no address");
        }
    }

    ResolverBlock resolver(Request.PutResolver request, Predicate<Effect> made) throws KubetunException {
        ResolverBlock block = ResolverBlock.of(
                settings.resolvConf(), settings.uid(), request.names(), request.perLink(), settings.backups());
        if (made.test(block)) {
            throw refusal("the helper will not write to " + settings.resolvConf(), "it has done so for this session");
        }
        return block;
    }

    LinkNames link(Request.NameLink request, Predicate<TunSettings> made) throws KubetunException {
        String what = "the helper will not name the device kubetun" + request.number();
        try {
            TunSettings tun = new TunSettings(request.number(), false);
            if (!made.test(tun)) {
                throw refusal(what, "it has not made it for this session");
            }
            return new LinkNames(tun, request.names());
        } catch (IllegalArgumentException e) {
            throw refusal(what, "there is no such device");
        }
    }

    TunDevice tun(Request.MakeTun request, Predicate<TunSettings> made) throws KubetunException {
        String what = "the helper will not make the device kubetun" + request.number();
        try {
            TunSettings settings = new TunSettings(request.number(), request.v6());
            if (made.test(settings)) {
                throw refusal(what, "it has made it already");
            }
            return new TunDevice(settings);
        } catch (IllegalArgumentException e) {
            throw refusal(what, "there is no such device");
        }
    }

    TunRoute route(Request.AddRoute request, Predicate<TunSettings> made) throws KubetunException {
        String what = "the helper will not add a route to " + printable(request.destination());
        try {
            Cidr destination = Cidr.of(request.destination());
            TunSettings tun = new TunSettings(request.number(), destination.v6());
            if (!made.test(tun)) {
                throw refusal(what, "it has not made the device " + tun.name() + " for this session");
            }
            if (settings.ownNetwork() && destination.prefix() == 0) {
                return TunRoute.everything(tun, destination);
            }
            if (PRIVATE.stream().noneMatch(range -> range.contains(destination))) {
                throw refusal(what, "only private addresses (RFC 1918, RFC 6598, unique local) may lead to a cluster");
            }
            TunRoute route = new TunRoute(
                    tun,
                    destination,
                    request.never().stream().map(InetAddress::ofLiteral).toList());
            route.check();
            return route;
        } catch (IllegalArgumentException e) {
            throw refusal(what, "it is no range of addresses");
        }
    }

    NameServerView nameServer(Request.ShowNames request) throws KubetunException {
        if (!settings.ownNetwork()) {
            throw refusal("the helper will not show another name server", "it has no network of its own");
        }
        return new NameServerView(request.names(), settings.socket().getParent());
    }

    static KubetunException refusal(String what, String why) {
        return new KubetunException(
                ErrorCode.HOST_CHANGE, what, why, "Start kubetun again by sudo with the options that you want");
    }

    private static String printable(String text) {
        String start = text.length() > 200 ? text.substring(0, 200) + "…" : text;
        return start.replaceAll("\\p{Cntrl}", "?");
    }
}
