package io.kubetun.host.tun;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.Route;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.util.List;

/**
 * An operating system without such devices, Windows for one: all is refused.
 *
 * @param system its name
 */
record NoTun(String system) implements TunSystem {
    @Override
    public List<Route> routes() throws KubetunException {
        throw refused();
    }

    @Override
    public String preview(TunSettings settings) {
        return "no device: " + why();
    }

    @Override
    public Made make(TunSettings settings) throws KubetunException {
        throw refused();
    }

    @Override
    public void remove(Made made) throws KubetunException {
        throw refused();
    }

    @Override
    public String name(TunSettings settings) {
        return settings.name();
    }

    @Override
    public PacketDevice packets(TunSettings settings, int descriptor) throws IOException {
        throw new IOException(why());
    }

    @Override
    public void addRoute(Way way) throws KubetunException {
        throw refused();
    }

    @Override
    public void deleteRoute(Way way) throws KubetunException {
        throw refused();
    }

    private String why() {
        return "this version makes network devices on Linux and, as an experiment, on macOS, not on "
                + (system.isEmpty() ? "this system" : system);
    }

    private KubetunException refused() {
        return new KubetunException(
                ErrorCode.HOST_CHANGE,
                "cannot lead the addresses of a cluster into it",
                why(),
                "Go by a proxy: kubetun proxy-out");
    }
}
