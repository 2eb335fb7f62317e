/** Plugins, modes, sessions, dialling and errors: the heart of the plugin interface. */
package io.kubetun.spi;
