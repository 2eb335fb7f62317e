/** The mode {@code tun}. */
package io.kubetun.plugin.tun;
