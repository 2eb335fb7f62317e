package io.kubetun.spi.host;

/**
 * A route of this machine.
 *
 * @param destination where to
 * @param device by which device
 */
public record Route(Cidr destination, String device) {}
