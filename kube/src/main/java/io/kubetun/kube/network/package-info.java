/** Which connections a change of this machine's network may have broken. */
package io.kubetun.kube.network;
