/** The subcommands: those of the modes, made from their descriptors, and the fixed ones. */
package io.kubetun.distribution.command;
