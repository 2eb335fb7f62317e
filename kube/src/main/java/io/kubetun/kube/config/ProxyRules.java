package io.kubetun.kube.config;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxy that the environment names: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in upper or lower case, as Go and so
 * kubectl read them.
 *
 * @param environment the environment
 */
record ProxyRules(Map<String, String> environment) {
    /**
     * Finds the proxy for a server.
     *
     * @param server http or https
     * @return the proxy, empty for none
     * @throws URISyntaxException if the variable is no URL
     */
    Optional<URI> proxyFor(URI server) throws URISyntaxException {
        String host = bare(server.getHost());
        int port = server.getPort() >= 0 ? server.getPort() : "https".equals(server.getScheme()) ? 443 : 80;
        String named = variable("https".equals(server.getScheme()) ? "HTTPS_PROXY" : "HTTP_PROXY");
        if (named.isBlank() || isLocal(host) || excepted(host, port)) {
            return Optional.empty();
        }
        return Optional.of(parse(named));
    }

    /**
     * Reads a proxy's URL.
     *
     * @param text with the scheme or without
     * @return http or socks5
     * @throws URISyntaxException if it is something else
     */
    static URI parse(String text) throws URISyntaxException {
        URI proxy = new URI(text.contains("://") ? text : "http://" + text);
        String scheme = String.valueOf(proxy.getScheme()).toLowerCase(Locale.ROOT);
        if (proxy.getHost() == null || !scheme.matches("http|socks5h?")) {
            throw new URISyntaxException("the proxy's URL", "it is neither http://host:port nor socks5://host:port");
        }
        int port = proxy.getPort() >= 0 ? proxy.getPort() : scheme.equals("http") ? 80 : 1080;
        return new URI(
                scheme.equals("http") ? "http" : "socks5",
                proxy.getUserInfo(),
                proxy.getHost(),
                port,
                null,
                null,
                null);
    }

    private String variable(String name) {
        String upper = environment.getOrDefault(name, "");
        return upper.isBlank() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : upper;
    }

    private boolean excepted(String host, int port) {
        for (String part : variable("NO_PROXY").split(",", -1)) {
            String rule = part.strip().toLowerCase(Locale.ROOT);
            if (!rule.isEmpty() && (rule.equals("*") || matches(rule, host, port))) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String rule, String host, int port) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        int slash = rule.indexOf('/');
        if (slash > 0) {
            InetAddress network = NetUtil.createInetAddressFromIpAddressString(rule.substring(0, slash));
            String prefix = rule.substring(slash + 1);
            return address != null
                    && network != null
                    && prefix.matches("\\d{1,3}")
                    && Integer.parseInt(prefix) <= network.getAddress().length * 8
                    && new IpSubnetFilterRule(network, Integer.parseInt(prefix), IpFilterRuleType.ACCEPT)
                            .matches(new InetSocketAddress(address, port));
        }
        String name = rule;
        int colon = rule.lastIndexOf(':');
        if (colon > 0 && colon == rule.indexOf(':')) {
            if (!rule.substring(colon + 1).equals(String.valueOf(port))) {
                return false;
            }
            name = rule.substring(0, colon);
        }
        name = bare(name.startsWith("*.") ? name.substring(1) : name);
        if (address != null) {
            return address.equals(NetUtil.createInetAddressFromIpAddressString(name));
        }
        return name.startsWith(".") ? host.endsWith(name) : host.equals(name) || host.endsWith("." + name);
    }

    private static boolean isLocal(String host) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        return host.equals("localhost") || (address != null && address.isLoopbackAddress());
    }

    private static String bare(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.startsWith("[") && lower.endsWith("]") ? lower.substring(1, lower.length() - 1) : lower;
    }
}
