/** Builds the image of the gateway: an OCI archive from a runtime of this JDK, without a registry, Docker or root. */
package io.kubetun.distribution.image;
