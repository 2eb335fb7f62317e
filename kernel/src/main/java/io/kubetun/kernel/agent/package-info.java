/** The agent: the kernel in somebody's pod, which leads what comes in to the laptop that has proved its key. */
package io.kubetun.kernel.agent;
