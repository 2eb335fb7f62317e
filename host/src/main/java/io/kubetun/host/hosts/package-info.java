/** Blocks of names in a hosts file, the user's own lines kept byte for byte. */
package io.kubetun.host.hosts;
