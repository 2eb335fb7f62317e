/** What happens to this machine's network, and its sleep. */
package io.kubetun.kernel.network;
