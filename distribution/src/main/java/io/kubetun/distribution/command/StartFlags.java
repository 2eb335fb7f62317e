package io.kubetun.distribution.command;

import io.kubetun.spi.KubetunException;
import java.net.InetSocketAddress;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The flags of every command that starts sessions: where they live, and what they are called. */
final class StartFlags {
    private final OptionSpec foreground = flag(
            "--foreground",
            "Host the session in this process; it ends with it. As root without sudo that is always so.");
    private final OptionSpec detach =
            flag("--detach", "Return when the session is ready; it lives on: see kubetun status.");
    private final OptionSpec name = OptionSpec.builder("--name")
            .type(String.class)
            .arity("1")
            .paramLabel("NAME")
            .description("What to call the session: lets the same one run twice.")
            .build();
    private final OptionSpec metrics = OptionSpec.builder("--metrics")
            .type(String.class)
            .arity("1")
            .paramLabel("HOST:PORT")
            .description("Let the kernel serve /metrics, /healthz and /readyz there, on loopback, as long as it lives.")
            .build();
    private final boolean stays;

    /**
     * Adds the flags.
     *
     * @param stays whether the command stays until the session ends unless told otherwise
     */
    StartFlags(CommandSpec spec, boolean stays) {
        this.stays = stays;
        spec.addOption(foreground);
        if (stays) {
            spec.addOption(detach);
        }
        spec.addOption(name);
        spec.addOption(metrics);
    }

    private static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name)
                .type(boolean.class)
                .description(description)
                .build();
    }

    boolean foreground() {
        return Boolean.TRUE.equals(foreground.getValue());
    }

    /** Whether a command whose session lives in the background waits for its end. */
    boolean stays() {
        return stays && !Boolean.TRUE.equals(detach.getValue());
    }

    /** Where metrics shall be served; refused if it is no address. */
    Optional<InetSocketAddress> metrics() throws KubetunException {
        return HttpAddress.of(metrics);
    }

    Optional<String> name() {
        return Optional.ofNullable(name.getValue());
    }
}
