/** Changes of system files under a lock, as a whole, with what is needed to get over a writer that dies. */
package io.kubetun.host.files;
