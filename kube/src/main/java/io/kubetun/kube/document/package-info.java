/** JSON and YAML as trees, read in a stream. */
package io.kubetun.kube.document;
