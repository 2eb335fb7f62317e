/** What runs in a pod. */
package io.kubetun.testkit.pod;
