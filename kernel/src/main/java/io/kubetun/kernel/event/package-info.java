/** The event bus. */
package io.kubetun.kernel.event;
