package io.kubetun.plugin.tun;

import io.kubetun.spi.Target;
import io.kubetun.spi.Translations;
import java.net.InetAddress;

/**
 * Where packets are meant for, as the cluster has it.
 *
 * @param translations which addresses are others here
 */
record Destinations(Translations translations) {
    InetAddress address(PacketView packet) {
        return translations.toCluster(Wire.address(packet.destinationHigh, packet.destinationLow));
    }

    Target.Address target(PacketView packet) {
        return new Target.Address(address(packet), packet.destinationPort);
    }
}
