package io.kubetun.distribution.command;

import io.kubetun.distribution.Installation;
import io.kubetun.distribution.logging.Logging;
import io.kubetun.distribution.serve.ServedSession;
import io.kubetun.kernel.Kernel;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.supervisor.Supervisor;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code kubetun serve --profile NAME}: a session in the foreground that nobody sits in front of. */
final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    private final Installation installation;
    private final Supplier<PluginRegistry> plugins;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final ProfileFlags profile;
    private final OptionSpec http = OptionSpec.builder("--http")
            .type(String.class)
            .arity("1")
            .paramLabel("ADDRESS")
            .description("Serve /healthz, /readyz and /metrics there, such as 127.0.0.1:9100. Default: nowhere.")
            .build();
    private final OptionSpec anywhere = OptionSpec.builder("--http-any")
            .type(boolean.class)
            .description("Allow an address for --http that others can reach, such as 0.0.0.0:9100.")
            .build();

    ServeCommand(Installation installation, Supplier<PluginRegistry> plugins, Sessions sessions) {
        this.installation = installation;
        this.plugins = plugins;
        spec.usageMessage()
                .description(
                        "Runs a profile headless in the foreground, for systemd, containers and CI.",
                        "",
                        "Logs JSON lines to stderr and tells systemd how it is. SIGTERM stops it, with exit code 0.");
        profile = ProfileFlags.required(sessions, spec, "The profile to serve. SIGHUP reads it again.");
        spec.addOption(http);
        spec.addOption(anywhere);
        profile.withCluster();
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() {
        Logging.json();
        try {
            return serve();
        } catch (KubetunException e) {
            LOG.error("{}", e.getMessage());
            return e.code().status();
        } catch (InterruptedException e) {
            return ErrorCode.INTERRUPTED.status();
        } finally {
            Logging.flush();
        }
    }

    private int serve() throws KubetunException, InterruptedException {
        Optional<InetSocketAddress> listen = HttpAddress.of(http);
        try (Kernel kernel = new Kernel(KernelSettings.ofUser(), plugins.get());
                Supervisor supervisor = Supervisor.of(installation.environment(), kernel::auxiliary)) {
            if (listen.isPresent()) {
                boolean open = Boolean.TRUE.equals(anywhere.getValue());
                LOG.info("HTTP on {}", NetUtil.toSocketAddressString(kernel.http(listen.get(), open)));
            }
            try {
                return new ServedSession(
                                kernel, supervisor, profile::load, found -> Callers.request(found, installation))
                        .run();
            } finally {
                supervisor.stopping();
            }
        }
    }
}
