package io.kubetun.host;

import io.kubetun.host.helper.HelperClient;
import io.kubetun.host.hosts.HostsBlock;
import io.kubetun.host.hosts.HostsFile;
import io.kubetun.host.loopback.Loopback;
import io.kubetun.host.loopback.LoopbackAlias;
import io.kubetun.host.namespace.NameServerView;
import io.kubetun.host.tun.RouteTable;
import io.kubetun.host.tun.TunDevice;
import io.kubetun.host.tun.TunRoute;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Host;
import io.kubetun.spi.host.Route;
import io.kubetun.spi.host.Tun;
import io.kubetun.spi.host.TunSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The machine that this process runs on, with or without a privileged helper. */
final class LocalHost implements Host {
    private final Optional<HelperClient> helper;
    private final Optional<Path> backups;
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
        if (helper.isEmpty()) {
            throw forbidden(address);
        }
        return helper.get().listeningSocket(address);
    }

    private static KubetunException forbidden(InetSocketAddress address) {
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
    public int datagramSocket(InetSocketAddress address) throws KubetunException {
        if (helper.isEmpty()) {
            throw forbidden(address);
        }
        return helper.get().datagramSocket(address);
    }

    @Override
    public Effect nameServer(InetAddress server, List<String> search) {
        // Without a helper there is no other network than the machine's, where others ask this file too.
        return helper.filter(HelperClient::ownNetwork)
                .orElseThrow(() -> new UnsupportedOperationException("this host has no network of its own"))
                .nameServer(new NameServerView(server, search, Path.of("/")));
    }

    @Override
    public Tun tun(TunSettings settings) {
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
        return new RouteTable(Path.of("/proc")).routes();
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
