package io.kubetun.plugin.tun;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Route;
import io.kubetun.spi.host.TunSettings;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.stream.IntStream;

/** Finds a device that is not there yet. */
final class DeviceNumbers {
    private DeviceNumbers() {}

    static int firstFree(List<Route> routes) throws KubetunException {
        return IntStream.range(0, TunSettings.MAX_DEVICES)
                .filter(number -> isFree(new TunSettings(number, false), routes))
                .findFirst()
                .orElseThrow(() -> new KubetunException(
                        ErrorCode.HOST_CHANGE,
                        "cannot make a network device",
                        "kubetun0 to kubetun" + (TunSettings.MAX_DEVICES - 1) + " are all in use",
                        "See by what: ip addr; end sessions: kubetun disconnect --all"));
    }

    private static boolean isFree(TunSettings settings, List<Route> routes) {
        try {
            return NetworkInterface.getByName(settings.name()) == null
                    && routes.stream()
                            .noneMatch(route -> route.destination().prefix() >= Byte.SIZE
                                    && route.destination().overlaps(settings.network()));
        } catch (SocketException e) {
            return true;
        }
    }
}
