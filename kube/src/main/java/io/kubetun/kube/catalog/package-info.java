/** What the cluster holds, as far as it matters here: Services, their endpoint slices and pods, listed and watched. */
package io.kubetun.kube.catalog;
