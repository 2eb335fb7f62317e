/** Which addresses a cluster has. */
package io.kubetun.kube.addresses;
