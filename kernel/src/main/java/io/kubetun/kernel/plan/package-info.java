/** What a session would do, found by running its modes without letting them change anything. */
package io.kubetun.kernel.plan;
