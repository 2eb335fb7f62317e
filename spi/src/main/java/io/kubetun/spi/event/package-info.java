/** The typed records of the event bus, and how to publish and read them. */
package io.kubetun.spi.event;
