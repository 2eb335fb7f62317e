package io.kubetun.kube.gateway;

/** The image of this version's gateway. */
final class GatewayImage {
    /** Its name, as the distribution builds it. */
    static final String NAME = "kubetun/gateway:0.1.0";

    private GatewayImage() {}
}
