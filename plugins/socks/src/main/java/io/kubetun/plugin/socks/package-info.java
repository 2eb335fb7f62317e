/**
 * SOCKS and HTTP CONNECT in front of a session's dialer.
 *
 * <p>A client's channel has one handler at a time: a handshake ({@code SocksHandshake} or {@code HttpHandshake}), then
 * {@code PendingFlow} while the target is dialled, then those of the session that joins both channels. All of it
 * happens on the one event loop that the client's channel lives on.
 */
package io.kubetun.plugin.socks;
