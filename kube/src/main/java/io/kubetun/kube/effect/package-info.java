/** What changes to a cluster have in common: how they are found again after a crash, and how long their undoing may take. */
package io.kubetun.kube.effect;
