/** Reads profiles: which cluster a session joins, which modes run in it, and where each value was said. */
package io.kubetun.kernel.profile;
