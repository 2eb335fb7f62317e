package io.kubetun.testkit;

import io.kubetun.testkit.fault.StreamFormat;

/**
 * A client's open connection for port-forwards.
 *
 * @param namespace the pod's namespace
 * @param pod the pod's name
 * @param format its wire format
 */
public record PortForwardConnection(String namespace, String pod, StreamFormat format) {}
