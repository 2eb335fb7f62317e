/** This machine, as the kernel finds it. */
package io.kubetun.host;
