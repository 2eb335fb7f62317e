/** The packet bus: devices whose packets this process reads. */
package io.kubetun.kernel.packet;
