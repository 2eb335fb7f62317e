package io.kubetun.host;

import io.kubetun.host.helper.HelperClient;
import io.kubetun.host.hosts.HostsBlock;
import io.kubetun.host.hosts.HostsFile;
import io.kubetun.host.loopback.Loopback;
import io.kubetun.host.loopback.LoopbackAlias;
import io.kubetun.host.namespace.NameServerView;
import io.kubetun.host.natives.Users;
import io.kubetun.host.resolver.LinkNames;
import io.kubetun.host.resolver.ResolverBlock;
import io.kubetun.host.resolver.SystemResolver;
import io.kubetun.host.tun.TunDevice;
import io.kubetun.host.tun.TunRoute;
import io.kubetun.host.tun.TunSystem;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Host;
import io.kubetun.spi.host.NameServers;
import io.kubetun.spi.host.Route;
import io.kubetun.spi.host.SystemNames;
import io.kubetun.spi.host.Tun;
import io.kubetun.spi.host.TunSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedDeque;

/** The machine that this process runs on, with or without a privileged helper. */
final class LocalHost implements Host {
    private final Optional<HelperClient> helper;
    private final Optional<Path> backups;
    private final SystemResolver resolver = new SystemResolver();
    private final Deque<TunSettings> devices = new ConcurrentLinkedDeque<>();
    private final PeerSockets peers = PeerSockets.open();

    LocalHost(Optional<HelperClient> helper, Optional<Path> backups) {
        this.helper = helper;
        this.backups = backups;
    }

    @Override
    public Effect hostsBlock(Path file, String owner, List<HostsEntry> entries) {
        if (helper.isPresent() && !Files.isWritable(file)) {
            return helper.get().hostsBlock(new HostsBlock(file, owner, entries, HostsFile.backupsOfRoot()));
        }
        return new HostsBlock(file, owner, entries, backups.orElseGet(HostsFile::defaultBackups));
    }

    @Override
    public Effect loopbackAlias(InetAddress address) {
        return LoopbackAlias.of(address);
    }

    @Override
    public boolean needsLoopbackAliases() {
        return Loopback.ofThisMachine().needsAliases();
    }

    @Override
    public int listeningSocket(InetSocketAddress address) throws KubetunException {
        return helper.orElseThrow(() -> tooLow(address)).listeningSocket(address);
    }

    @Override
    public int datagramSocket(InetSocketAddress address) throws KubetunException {
        return helper.orElseThrow(() -> tooLow(address)).datagramSocket(address);
    }

    private static KubetunException tooLow(InetSocketAddress address) {
        return new KubetunException(
                ErrorCode.NEEDS_ROOT,
                "cannot listen on " + address.getAddress().getHostAddress() + ":" + address.getPort(),
                "this user may not use a port that low",
                "Start kubetun by sudo, or choose a port of 1024 or above");
    }

    @Override
    public boolean ownNetwork() {
        return helper.filter(HelperClient::ownNetwork).isPresent();
    }

    @Override
    public List<Effect> systemNames(SystemNames names) throws KubetunException {
        if (ownNetwork()) {
            return List.of(helper.orElseThrow().nameServer(new NameServerView(names, Path.of("/"))));
        }
        if (!System.getProperty("os.name", "").equals("Linux")) {
            throw noWay(
                    "this is not Linux, where it is known how",
                    "Go on without it: --dns-system=false; or by a proxy: kubetun proxy-out");
        }
        if (!resolver.isResolved()) {
            return List.of(block(names, false));
        }
        TunSettings device = Optional.ofNullable(devices.peekLast())
                .orElseThrow(() -> noWay(
                        "systemd-resolved asks by network devices, and this session has none",
                        "Join its network too: sudo kubetun connect; or go on without it: --dns-system=false"));
        Effect link = link(new LinkNames(device, names));
        return resolver.isWrittenByResolved() ? List.of(link) : List.of(link, block(names, true));
    }

    private Effect block(SystemNames names, boolean perLink) {
        ResolverBlock block = ResolverBlock.of(
                SystemResolver.FILE,
                Users.current(),
                names,
                perLink,
                helper.isPresent() ? HostsFile.backupsOfRoot() : backups.orElseGet(HostsFile::defaultBackups));
        return helper.map(each -> each.resolver(block)).orElse(block);
    }

    private Effect link(LinkNames names) {
        return helper.map(each -> each.linkNames(names)).orElse(names);
    }

    private static KubetunException noWay(String why, String next) {
        return new KubetunException(
                ErrorCode.HOST_CHANGE, "cannot make this machine's programs ask for the cluster's names", why, next);
    }

    @Override
    public NameServers nameServers() {
        return resolver.nameServers();
    }

    @Override
    public Tun tun(TunSettings settings) {
        devices.remove(settings);
        devices.add(settings);
        return helper.map(each -> each.tun(settings)).orElseGet(() -> new TunDevice(settings));
    }

    @Override
    public Effect route(TunSettings tun, Cidr destination, List<InetAddress> never) {
        boolean everything = ownNetwork() && destination.prefix() == 0;
        TunRoute route = everything ? TunRoute.everything(tun, destination) : new TunRoute(tun, destination, never);
        return helper.map(each -> each.route(route)).orElse(route);
    }

    @Override
    public List<Route> routes() throws KubetunException {
        return TunSystem.here().routes();
    }

    @Override
    public boolean peerClosed(InetSocketAddress local, InetSocketAddress peer) {
        return peers.isClosed(peer, local);
    }

    @Override
    public CompletionStage<String> lost() {
        return helper.map(HelperClient::lost).orElseGet(Host.super::lost);
    }

    @Override
    public void close() {
        helper.ifPresent(HelperClient::close);
        peers.close();
    }
}
