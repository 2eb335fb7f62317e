/** The cluster as a mode sees it: Services, their endpoints, and how to reach them. */
package io.kubetun.spi.cluster;
