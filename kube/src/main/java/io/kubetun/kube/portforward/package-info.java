/** Byte streams to the ports of pods, through the API server's port-forward. */
package io.kubetun.kube.portforward;
