package io.kubetun.plugin.hostsfwd;

import static io.kubetun.plugin.hostsfwd.ForwardOptions.ALL_NAMESPACES;
import static io.kubetun.plugin.hostsfwd.ForwardOptions.DOMAIN;
import static io.kubetun.plugin.hostsfwd.ForwardOptions.FIELD_SELECTOR;
import static io.kubetun.plugin.hostsfwd.ForwardOptions.HOSTS_PATH;
import static io.kubetun.plugin.hostsfwd.ForwardOptions.MAPPING;
import static io.kubetun.plugin.hostsfwd.ForwardOptions.NAMESPACES;
import static io.kubetun.plugin.hostsfwd.ForwardOptions.NO_HOSTS;
import static io.kubetun.plugin.hostsfwd.ForwardOptions.RESERVE;
import static io.kubetun.plugin.hostsfwd.ForwardOptions.SELECTOR;
import static io.kubetun.spi.ModeDescriptor.Type.FILE;
import static io.kubetun.spi.ModeDescriptor.Type.FLAG;
import static io.kubetun.spi.ModeDescriptor.Type.LIST;
import static io.kubetun.spi.ModeDescriptor.Type.TEXT;

import com.typesafe.config.Config;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Need;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.SessionContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Describes {@code hosts-fwd} and makes it. */
final class HostsForwardFactory implements ModeFactory {
    private static final ModeDescriptor DESCRIPTOR = new ModeDescriptor(
            "hosts-fwd",
            "forward",
            "Give every Service a loopback address and its names on this machine",
            List.of(
                    Option.of(
                            NAMESPACES,
                            LIST,
                            "Namespaces whose Services to forward; the active one if none is given",
                            "-n",
                            "--namespaces"),
                    Option.of(ALL_NAMESPACES, FLAG, "Services of all namespaces", "-A", "--all-namespaces"),
                    Option.of(SELECTOR, TEXT, "Only Services with these labels", "-l", "--selector"),
                    Option.of(
                            FIELD_SELECTOR,
                            TEXT,
                            "Only Services with these fields, such as metadata.name=echo",
                            "-f",
                            "--field-selector"),
                    Option.of(
                            MAPPING,
                            LIST,
                            "Listen on another port: 80:8080 opens 8080 here for port 80 of a Service",
                            "-m",
                            "--mapping"),
                    Option.of(RESERVE, LIST, "Give a Service this address: echo.lab:127.9.9.9", "-r", "--reserve"),
                    Option.of(DOMAIN, TEXT, "A further ending for the names: svc.ns.DOMAIN", "-d", "--domain"),
                    Option.of(NO_HOSTS, FLAG, "Leave the hosts file alone; addresses only", "--no-hosts"),
                    Option.of(HOSTS_PATH, FILE, "The hosts file", "--hosts-path")
                            .orElse("/etc/hosts")),
            Set.of(Need.ROOT));

    /** How long a pod with a fixed name may be away before its address and names go: a slow restart of a StatefulSet. */
    private static final Duration POD_LINGER = Duration.ofMinutes(2);

    @Override
    public ModeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public Mode create(SessionContext context, Config options) throws KubetunException {
        ForwardOptions parsed =
                ForwardOptions.of(options, context.cluster().identity().namespace());
        return new HostsForwardMode(context, parsed, POD_LINGER);
    }
}
