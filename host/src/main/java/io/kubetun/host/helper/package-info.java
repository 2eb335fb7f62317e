/** The privileged helper: what it does for the user who started it, and how it is asked. */
package io.kubetun.host.helper;
