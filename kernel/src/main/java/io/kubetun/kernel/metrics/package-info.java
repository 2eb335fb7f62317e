/** What a kernel counts, as Micrometer meters; the table of names is docs/metrics.md. */
package io.kubetun.kernel.metrics;
