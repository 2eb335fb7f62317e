package io.kubetun.host.tun;

import io.kubetun.host.natives.TunDescriptor;
import io.kubetun.host.tun.TunSystem.Made;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.Tun;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A TUN device, made by this process. It exists as long as its descriptor is open anywhere, so that after a crash no
 * device is to take back: what has its name then is another's. Thread-safe.
 */
public final class TunDevice implements Effect, Tun {
    /** The kind. */
    public static final String KIND = "tun-device";

    static final String V6 = "v6";

    private final TunSettings settings;
    private final TunSystem system;
    private OptionalInt descriptor = OptionalInt.empty();
    private Optional<Made> made = Optional.empty();

    /**
     * Describes a device.
     *
     * @param settings which
     */
    public TunDevice(TunSettings settings) {
        this(settings, TunSystem.here());
    }

    TunDevice(TunSettings settings, TunSystem system) {
        this.settings = settings;
        this.system = system;
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
        return system.preview(settings);
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
        Made device = system.make(settings);
        made = Optional.of(device);
        descriptor = OptionalInt.of(device.descriptor());
    }

    /** Closes it; a copy of the descriptor that another process has does not keep the device, nor connections by it. */
    @Override
    public synchronized void undo() throws KubetunException {
        descriptor.ifPresent(TunDescriptor::close);
        descriptor = OptionalInt.empty();
        if (made.isPresent()
                && TunDescriptor.index(made.get().name()) == made.get().index()) {
            system.remove(made.get());
        }
        system.endConnections(settings);
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
            return TunSystem.here().packets(settings, descriptor);
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
