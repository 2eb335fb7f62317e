/** The entry point, where things are installed, logging, and how an error reaches the person. */
package io.kubetun.distribution;
