/** Finds plugins, built in or dropped in, each of the latter in a module layer of its own, and keeps the sound ones. */
package io.kubetun.kernel.plugin;
