/** Programs of the system that are asked for something. */
package io.kubetun.host.program;
