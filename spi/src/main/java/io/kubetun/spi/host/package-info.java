/** This machine as a mode sees it: effects, listening sockets and the facts of its network stack. */
package io.kubetun.spi.host;
