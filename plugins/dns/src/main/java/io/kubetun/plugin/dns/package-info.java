/** A name server: {@code DnsMode} listens, {@code Answering} decides, {@code Forwarder} asks others. */
package io.kubetun.plugin.dns;
