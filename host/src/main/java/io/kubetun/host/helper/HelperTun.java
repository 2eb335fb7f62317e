package io.kubetun.host.helper;

import io.kubetun.host.natives.TunDescriptor;
import io.kubetun.host.tun.TunDevice;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.Tun;
import io.kubetun.spi.host.TunSettings;
import java.util.Map;
import java.util.OptionalInt;

/** A TUN device that the helper makes and whose descriptor it passes on. Thread-safe. */
final class HelperTun implements Effect, Tun {
    private final HelperClient helper;
    private final TunSettings settings;
    private final TunDevice described;
    private OptionalInt descriptor = OptionalInt.empty();

    HelperTun(HelperClient helper, TunSettings settings) {
        this.helper = helper;
        this.settings = settings;
        this.described = new TunDevice(settings);
    }

    @Override
    public String kind() {
        return described.kind();
    }

    @Override
    public String key() {
        return described.key();
    }

    @Override
    public String preview() {
        return described.preview();
    }

    @Override
    public Map<String, String> data() {
        return described.data();
    }

    @Override
    public boolean keptByHelper() {
        return true;
    }

    @Override
    public synchronized void apply() throws KubetunException {
        if (descriptor.isEmpty()) {
            descriptor = OptionalInt.of(helper.descriptor(new Request.MakeTun(settings.number(), settings.v6())));
        }
    }

    @Override
    public synchronized void undo() throws KubetunException {
        descriptor.ifPresent(TunDescriptor::close);
        descriptor = OptionalInt.empty();
        helper.call(new Request.Undo(kind(), key()));
    }

    @Override
    public Effect effect() {
        return this;
    }

    @Override
    public synchronized PacketDevice open() throws KubetunException {
        int taken = descriptor.orElseThrow(() -> ReplyReader.lost("it has not made the device " + settings.name()));
        descriptor = OptionalInt.empty();
        return TunDevice.open(settings, taken);
    }
}
