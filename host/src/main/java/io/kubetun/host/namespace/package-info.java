/** A network of a session's own: a network namespace that an ordinary user may make, and what is in it. */
package io.kubetun.host.namespace;
