/** From a target to a pod: names and addresses, endpoints, the one to take. */
package io.kubetun.kube.target;
