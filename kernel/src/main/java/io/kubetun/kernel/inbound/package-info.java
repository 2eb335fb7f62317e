/** The laptop's end of intercepts: keeps links to agents in pods and hands on what they open. */
package io.kubetun.kernel.inbound;
