/** The calls of the operating system that Java does not have. Addresses of memory are {@code long}. */
package io.kubetun.host.natives;
