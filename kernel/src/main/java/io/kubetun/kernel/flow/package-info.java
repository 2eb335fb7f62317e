/** Flows: the event loops, the listeners, the counted dialer and the splice that joins a client to the cluster. */
package io.kubetun.kernel.flow;
