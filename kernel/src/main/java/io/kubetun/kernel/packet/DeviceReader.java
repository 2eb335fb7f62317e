package io.kubetun.kernel.packet;

import io.kubetun.spi.PacketBus.Attachment;
import io.kubetun.spi.PacketHandler;
import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one device into one page-aligned piece of memory, packet after packet, and lets the handler look at each. */
final class DeviceReader implements Attachment {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceReader.class);

    private static final int PAGE = 4096;
    private static final long BUFFER = (TunSettings.MTU + 2L * PAGE) & -PAGE;

    /** A handler that hangs is not waited for any longer. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(1);

    /** What a handler throws is told at most this often: a bug would be told for each packet. */
    private static final int TOLD_FAILURES = 10;

    private final PacketDevice device;
    private final PacketHandler handler;
    private final Thread thread;
    private int failures;

    DeviceReader(PacketDevice device, PacketHandler handler) {
        this.device = device;
        this.handler = handler;
        // Not a virtual thread: it is in native code nearly all the time.
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("kubetun-packets-" + device.name())
                .unstarted(this::run);
    }

    DeviceReader start() {
        thread.start();
        return this;
    }

    private void run() {
        try (Arena arena = Arena.ofConfined();
                device) {
            MemorySegment packet = arena.allocate(BUFFER, PAGE);
            for (int length = device.read(packet); length >= 0; length = device.read(packet)) {
                handle(packet, length);
            }
        } catch (IOException e) {
            LOG.warn("the device {} cannot be read any more: {}", device.name(), e.getMessage());
        }
    }

    private void handle(MemorySegment packet, int length) {
        try {
            handler.handle(packet, length);
        } catch (RuntimeException e) {
            if (failures++ < TOLD_FAILURES) {
                LOG.warn("a packet of {} was lost", device.name(), e);
            }
        }
    }

    @Override
    public void close() {
        device.close();
        if (Thread.currentThread().equals(thread)) {
            return;
        }
        try {
            if (!thread.join(END_PATIENCE)) {
                LOG.warn("the packets of {} are still being handled", device.name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
