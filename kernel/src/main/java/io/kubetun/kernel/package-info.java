/** The kernel: what runs sessions. */
package io.kubetun.kernel;
