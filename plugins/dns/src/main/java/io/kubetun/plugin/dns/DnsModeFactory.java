package io.kubetun.plugin.dns;

import com.typesafe.config.Config;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Permission;
import io.kubetun.spi.SessionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Describes the mode and makes it. */
final class DnsModeFactory implements ModeFactory {
    private static final ModeDescriptor DESCRIPTOR = new ModeDescriptor(
            "dns",
            "dns",
            "Answer the cluster's names on this machine",
            List.of(
                    ModeDescriptor.Option.of(
                            "listen",
                            ModeDescriptor.Type.ADDRESS,
                            "Answer questions on this address, by UDP and TCP. Default: 127.0.0.1:5353, and with"
                                    + " --dns-system none but its own",
                            "--dns-listen"),
                    ModeDescriptor.Option.of(
                                    "system",
                                    ModeDescriptor.Type.FLAG,
                                    "Make all programs of this machine ask: in resolv.conf, or by systemd-resolved",
                                    "--dns-system")
                            .orElse("false"),
                    ModeDescriptor.Option.of(
                            "upstream",
                            ModeDescriptor.Type.LIST,
                            "Ask these name servers for names that are not the cluster's, instead of the machine's own",
                            "--dns-upstream")),
            Set.of(),
            permissions());

    /** It finds and never dials. */
    private static List<Permission> permissions() {
        List<Permission> all = new ArrayList<>(Permission.TO_DIAL);
        all.removeIf(permission -> permission.subresource().equals("portforward"));
        for (String verb : List.of("list", "watch")) {
            all.add(new Permission(verb, "", "namespaces", "", Permission.Scope.CLUSTER, Permission.Weight.BETTER));
        }
        return all;
    }

    @Override
    public ModeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public Mode create(SessionContext context, Config options) throws KubetunException {
        return new DnsMode(context, DnsOptions.read(options), Limits.DEFAULT);
    }
}
