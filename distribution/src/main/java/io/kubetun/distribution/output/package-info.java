/** One document on stdout: table, JSON or YAML. */
package io.kubetun.distribution.output;
