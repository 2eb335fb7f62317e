/** What a kernel answers over HTTP, on request: health, readiness, metrics. */
package io.kubetun.kernel.http;
