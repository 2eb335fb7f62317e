package io.kubetun.kernel.packet;

import io.kubetun.spi.PacketBus;
import io.kubetun.spi.PacketHandler;
import io.kubetun.spi.host.PacketDevice;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The packet bus as one mode sees it: closing it ends what the mode attached. Thread-safe. */
public final class ModePackets implements PacketBus, AutoCloseable {
    private final Set<Attachment> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Makes a bus without devices. */
    public ModePackets() {}

    @Override
    public Attachment attach(PacketDevice device, PacketHandler handler) {
        Attachment reader = new DeviceReader(device, handler).start();
        Attachment attachment = new Attachment() {
            @Override
            public void close() {
                reader.close();
                open.remove(this);
            }
        };
        open.add(attachment);
        if (closed) {
            attachment.close();
        }
        return attachment;
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(open).forEach(Attachment::close);
    }
}
