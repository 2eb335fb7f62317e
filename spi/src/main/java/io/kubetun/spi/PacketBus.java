package io.kubetun.spi;

import io.kubetun.spi.host.PacketDevice;

/**
 * Carries packets from devices to those who handle them. One thread a device, which reads no further while a packet is
 * handled: what comes meanwhile waits in the operating system's queue of the device, and what that has no room for is
 * lost there, as packets may be. Thread-safe.
 */
public interface PacketBus {
    /**
     * Starts to hand a device's packets to a handler.
     *
     * @param device the device; the bus closes it at the end
     * @param handler called on a thread of its own; what it throws is logged, and the packet is lost
     * @return ends it; returns when the handler is no longer called and the device is closed
     */
    Attachment attach(PacketDevice device, PacketHandler handler);

    /** A device whose packets are handled. */
    interface Attachment extends AutoCloseable {
        @Override
        void close();
    }
}
