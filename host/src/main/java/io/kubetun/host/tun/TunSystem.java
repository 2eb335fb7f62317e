package io.kubetun.host.tun;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.Route;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** How an operating system makes TUN devices and leads addresses into them. Thread-safe. */
public sealed interface TunSystem permits LinuxTun, MacTun, NoTun {
    /**
     * Returns an operating system's way.
     *
     * @param name its name, as the property {@code os.name} has it
     * @return its way; one that refuses, with the reason, where there is none
     */
    static TunSystem of(String name) {
        String system = name.toLowerCase(Locale.ROOT);
        if (system.equals("linux")) {
            return new LinuxTun(Path.of("/proc"));
        }
        return system.startsWith("mac") ? new MacTun() : new NoTun(name);
    }

    /**
     * Returns this machine's way.
     *
     * @return by the name of its operating system
     */
    static TunSystem here() {
        return of(System.getProperty("os.name", ""));
    }

    /**
     * Returns the routes of this machine. A device of kubetun has kubetun's name there, whatever the system calls it.
     *
     * @return all but those to this machine itself and to multicast
     * @throws KubetunException if they cannot be read, or there can be no devices here
     */
    List<Route> routes() throws KubetunException;

    /** What making a device will do, for people. */
    String preview(TunSettings settings);

    /** Makes a device with its addresses, and sets it up. */
    Made make(TunSettings settings) throws KubetunException;

    /** Takes a device away that another process still has open. */
    void remove(Made made) throws KubetunException;

    /**
     * Ends the connections that programs still have from the addresses of a device that has gone: nothing would answer
     * them again. What cannot be ended is left to its own time-out, and the log says why. Nothing where the system has no
     * way to do so: macOS.
     */
    default void endConnections(TunSettings settings) {}

    /** The name that the system has given to a device; any if it is not there. */
    String name(TunSettings settings);

    /** Turns a descriptor into packets. */
    PacketDevice packets(TunSettings settings, int descriptor) throws IOException;

    /** Leads a range into a device. */
    void addRoute(Way way) throws KubetunException;

    /** Takes a range away from a device; nothing happens if it is not led there. */
    void deleteRoute(Way way) throws KubetunException;

    /**
     * A device as the system has it.
     *
     * @param descriptor its descriptor
     * @param name its name
     * @param index its index, by which it is told from a later one of that name
     */
    record Made(int descriptor, String name, int index) {}

    /**
     * A route into a device.
     *
     * @param tun the device
     * @param device its name here
     * @param index its index
     * @param destination the range
     */
    record Way(TunSettings tun, String device, int index, Cidr destination) {
        /** As ip(8) and {@link TunRoute#key} have it. */
        @Override
        public String toString() {
            return destination + " dev " + device;
        }
    }
}
