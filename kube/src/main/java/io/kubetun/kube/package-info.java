/** The cluster for the kernel: opens it from a profile's {@code cluster} block, and explains how a target is found. */
package io.kubetun.kube;
