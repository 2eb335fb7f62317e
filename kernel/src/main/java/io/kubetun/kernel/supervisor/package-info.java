/** How a kernel tells systemd, or what speaks as it does, how it is. */
package io.kubetun.kernel.supervisor;
