package io.kubetun.host.tun;

import io.kubetun.host.natives.NativeException;
import io.kubetun.host.natives.RouteRequests;
import io.kubetun.host.natives.TunDescriptor;
import io.kubetun.host.natives.TunPackets;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.Tun;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A TUN device, made by this process. It exists as long as its descriptor is open anywhere, so that after a crash there
 * is nothing to take back: what has its name then is another's. Thread-safe.
 */
public final class TunDevice implements Effect, Tun {
    /** The kind. */
    public static final String KIND = "tun-device";

    static final String V6 = "v6";

    private static final int PREFIX = 30;
    private static final int PREFIX_V6 = 126;

    private final TunSettings settings;
    private OptionalInt descriptor = OptionalInt.empty();
    private int index;

    /**
     * Describes a device.
     *
     * @param settings which
     */
    public TunDevice(TunSettings settings) {
        this.settings = settings;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return settings.name();
    }

    @Override
    public String preview() {
        return "device " + settings.name() + ": TUN, MTU " + TunSettings.MTU + ", address "
                + settings.local(false).getHostAddress() + "/" + PREFIX
                + (settings.v6() ? " and " + settings.local(true).getHostAddress() + "/" + PREFIX_V6 : "")
                + ", up";
    }

    @Override
    public Map<String, String> data() {
        return Map.of(V6, Boolean.toString(settings.v6()));
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public synchronized void apply() throws KubetunException {
        if (descriptor.isPresent()) {
            return;
        }
        int made;
        try {
            made = TunDescriptor.create(settings.name());
        } catch (NativeException e) {
            throw TunFailures.creating(settings, e);
        }
        try {
            index = TunDescriptor.index(settings.name());
            RouteRequests.addAddress(index, settings.local(false), PREFIX);
            if (settings.v6()) {
                RouteRequests.addAddress(index, settings.local(true), PREFIX_V6);
            }
            RouteRequests.setUp(index, TunSettings.MTU);
            descriptor = OptionalInt.of(made);
        } catch (NativeException e) {
            TunDescriptor.close(made);
            throw TunFailures.creating(settings, e);
        }
    }

    /** Closes it; a copy of the descriptor that another process has does not keep the device. */
    @Override
    public synchronized void undo() throws KubetunException {
        descriptor.ifPresent(TunDescriptor::close);
        descriptor = OptionalInt.empty();
        if (index == 0 || TunDescriptor.index(settings.name()) != index) {
            return;
        }
        try {
            RouteRequests.delete(index);
        } catch (NativeException e) {
            if (TunDescriptor.index(settings.name()) == index) {
                throw new KubetunException(
                        ErrorCode.HOST_CHANGE,
                        "cannot take away the device " + settings.name(),
                        e.getMessage(),
                        "Try it by hand: sudo ip link delete " + settings.name(),
                        e);
            }
        }
    }

    /**
     * Returns the descriptor, once.
     *
     * @return the descriptor, owned by the caller
     * @throws KubetunException if there is none
     */
    public synchronized int take() throws KubetunException {
        int taken = descriptor.orElseThrow(() -> new KubetunException(
                ErrorCode.HOST_CHANGE,
                "the device " + settings.name() + " cannot be used",
                "it is not there",
                "Start kubetun again"));
        descriptor = OptionalInt.empty();
        return taken;
    }

    @Override
    public Effect effect() {
        return this;
    }

    @Override
    public PacketDevice open() throws KubetunException {
        return open(settings, take());
    }

    /**
     * Makes a device of a descriptor.
     *
     * @param settings which device
     * @param descriptor its descriptor, owned by the device from now on
     * @return the device
     * @throws KubetunException if there are no more file descriptors
     */
    public static PacketDevice open(TunSettings settings, int descriptor) throws KubetunException {
        try {
            return new TunPackets(settings.name(), descriptor);
        } catch (IOException e) {
            TunDescriptor.close(descriptor);
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE,
                    "the device " + settings.name() + " cannot be read",
                    String.valueOf(e.getMessage()),
                    "See the limit of open files: ulimit -n",
                    e);
        }
    }
}
