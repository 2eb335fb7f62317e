package io.kubetun.plugin.intercept;

import com.typesafe.config.Config;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Permission;
import io.kubetun.spi.Permission.Scope;
import io.kubetun.spi.Permission.Weight;
import io.kubetun.spi.SessionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Describes the mode and makes it. */
final class InterceptModeFactory implements ModeFactory {
    private static final ModeDescriptor DESCRIPTOR = new ModeDescriptor(
            "intercept",
            "intercept",
            "Let a workload's traffic in the cluster reach a process on this machine",
            List.of(
                    Option.of(
                            "workload",
                            ModeDescriptor.Type.TEXT,
                            "Whose traffic: deployment/NAME, statefulset/NAME …",
                            "--workload"),
                    Option.of(
                            "ports",
                            ModeDescriptor.Type.LIST,
                            "Take only these ports: REMOTE[:[ADDRESS:]LOCAL][/udp], REMOTE a number or a container port's"
                                    + " name. Default: all TCP, to the same numbers",
                            "-p",
                            "--port"),
                    Option.of(
                                    "way",
                                    ModeDescriptor.Type.TEXT,
                                    "How the agent gets into the pods: ephemeral, patch or target-port, or the first"
                                            + " of these that can be",
                                    "--way")
                            .orElse(InterceptOptions.AUTO),
                    Option.of(
                                    "to",
                                    ModeDescriptor.Type.TEXT,
                                    "Where the local process listens: ADDRESS[:PORT], for each port that says nothing else",
                                    "--to")
                            .orElse("127.0.0.1"),
                    Option.of(
                                    "on-closed",
                                    ModeDescriptor.Type.TEXT,
                                    "What becomes of a connection while nothing listens here: stay in the cluster, or"
                                            + " refuse",
                                    "--on-closed")
                            .orElse("stay"),
                    Option.of("probes", ModeDescriptor.Type.FLAG, "Take the kubelet's probes too", "--probes")
                            .orElse("false"),
                    Option.of(
                                    "proxy-protocol",
                                    ModeDescriptor.Type.FLAG,
                                    "Tell the local process who calls, by PROXY protocol v2 before the first byte",
                                    "--proxy-protocol")
                            .orElse("false"),
                    Option.of(
                                    "wait",
                                    ModeDescriptor.Type.DURATION,
                                    "How long to wait while somebody else has the workload",
                                    "--wait")
                            .orElse("0s")),
            Set.of(),
            permissions());

    private static List<Permission> permissions() {
        List<Permission> all = new ArrayList<>(Permission.TO_DIAL);
        for (String kind : List.of("deployments", "statefulsets", "daemonsets")) {
            for (String verb : List.of("get", "list", "watch", "patch")) {
                all.add(new Permission(verb, "apps", kind, "", Scope.NAMESPACE, Weight.BETTER));
            }
        }
        all.add(new Permission("patch", "", "services", "", Scope.NAMESPACE, Weight.BETTER));
        all.add(new Permission("patch", "", "pods", "ephemeralcontainers", Scope.NAMESPACE, Weight.BETTER));
        for (String verb : List.of("get", "create", "patch", "delete", "watch")) {
            all.add(new Permission(verb, "coordination.k8s.io", "leases", "", Scope.NAMESPACE, Weight.BETTER));
        }
        all.add(new Permission("get", "apps", "replicasets", "", Scope.NAMESPACE, Weight.BETTER));
        all.add(new Permission("get", "", "namespaces", "", Scope.NAMESPACE, Weight.BETTER));
        all.add(new Permission("list", "", "events", "", Scope.NAMESPACE, Weight.BETTER));
        return all;
    }

    @Override
    public ModeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public Mode create(SessionContext context, Config options) throws KubetunException {
        return new InterceptMode(context, InterceptOptions.read(options));
    }
}
