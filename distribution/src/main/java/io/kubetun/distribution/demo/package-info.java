/** A whole tour without a cluster: the embedded one, joined and used. */
package io.kubetun.distribution.demo;
