/** The journal of changes to host and cluster, and what takes them back after a crash. */
package io.kubetun.kernel.journal;
