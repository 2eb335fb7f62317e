/** What a container's process finds in its environment. */
package io.kubetun.kube.environment;
