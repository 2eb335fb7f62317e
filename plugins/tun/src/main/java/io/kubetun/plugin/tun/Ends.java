package io.kubetun.plugin.tun;

import io.kubetun.spi.host.TunSettings;
import java.net.InetAddress;

/** The two addresses of a device in one family, as numbers: this machine's own, and the imagined peer's. */
record Ends(InetAddress local, long localHigh, long localLow, long peerHigh, long peerLow) {
    static Ends of(TunSettings settings, boolean v6) {
        InetAddress local = settings.local(v6);
        InetAddress peer = settings.peer(v6);
        return new Ends(local, Wire.high(local), Wire.low(local), Wire.high(peer), Wire.low(peer));
    }
}
