package io.kubetun.kernel.gateway;

import io.kubetun.kernel.http.Pages;
import io.kubetun.kernel.link.LinkCounts;

/** {@code /healthz} and {@code /metrics} of a gateway, the latter in the text format of Prometheus. */
record GatewayPages(LinkCounts counts) implements Pages {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    @Override
    public Page page(String path, String accept) {
        return switch (path) {
            case "/healthz" -> new Page(200, TEXT, "ok\n");
            case "/metrics" -> new Page(200, TEXT, metrics());
            default -> new Page(404, TEXT, "There are /healthz and /metrics.\n");
        };
    }

    private String metrics() {
        StringBuilder text = new StringBuilder();
        add(text, "kubetun_gateway_links", "gauge", "Links that are open.", counts.links());
        add(text, "kubetun_gateway_flows", "gauge", "Flows that are open.", counts.flows());
        add(text, "kubetun_gateway_flows_total", "counter", "Flows that were opened.", counts.opened());
        add(text, "kubetun_gateway_flows_failed_total", "counter", "Flows that led nowhere.", counts.failed());
        add(text, "kubetun_gateway_received_bytes_total", "counter", "Bytes from users.", counts.received());
        add(text, "kubetun_gateway_sent_bytes_total", "counter", "Bytes to users.", counts.sent());
        add(text, "kubetun_gateway_flows_reset_total", "counter", "Flows cut for memory.", counts.overflowed());
        add(text, "kubetun_gateway_datagrams_dropped_total", "counter", "Datagrams lost here.", counts.dropped());
        return text.toString();
    }

    private static void add(StringBuilder to, String name, String type, String help, long value) {
        to.append("# HELP ").append(name).append(' ').append(help).append('\n');
        to.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        to.append(name).append(' ').append(value).append('\n');
    }
}
