package io.kubetun.spi.host;

import io.kubetun.spi.KubetunException;

/** A TUN device that is to be: the change that makes it, and then its packets. Thread-safe. */
public interface Tun {
    /**
     * Returns the change that makes the device with its addresses, and sets it up. The device goes with the last process
     * that has it open, and its routes with it, whatever becomes of that process.
     *
     * @return the effect, to be applied by the session
     */
    Effect effect();

    /**
     * Returns the device, once, after the effect was applied.
     *
     * @return the device, owned by the caller
     * @throws KubetunException if there is none
     */
    PacketDevice open() throws KubetunException;
}
