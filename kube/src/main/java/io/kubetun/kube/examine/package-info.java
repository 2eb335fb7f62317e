/** Whether a cluster can be used, and how a flow into it goes: doctor and why. */
package io.kubetun.kube.examine;
