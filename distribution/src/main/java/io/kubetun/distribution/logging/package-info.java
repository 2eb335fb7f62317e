/** Where log lines go, what they look like, what is never in them, and how they are read again. */
package io.kubetun.distribution.logging;
