/** What this machine's kernel says of changes of links, addresses and routes. */
package io.kubetun.host.network;
