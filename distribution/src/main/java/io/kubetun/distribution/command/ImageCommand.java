package io.kubetun.distribution.command;

import io.kubetun.distribution.Installation;
import io.kubetun.distribution.Version;
import io.kubetun.distribution.image.GatewayImage;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code kubetun image}: writes the image of the gateway into a file, for clusters that have no registry to get it from. */
final class ImageCommand implements Callable<Integer> {
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final Installation installation;

    ImageCommand(Installation installation) {
        this.installation = installation;
        spec.usageMessage()
                .description(
                        "Writes the image of the gateway into a file, an OCI archive: for clusters without a registry.",
                        "On a node: ctr -n k8s.io images import FILE");
        spec.addOption(OptionSpec.builder("-o", "--file")
                .type(Path.class)
                .paramLabel("FILE")
                .defaultValue("kubetun-gateway.tar")
                .description("Where to write it; by default ${DEFAULT-VALUE}.")
                .build());
        spec.addOption(OptionSpec.builder("--name")
                .type(String.class)
                .paramLabel("NAME:TAG")
                .defaultValue("kubetun.io/gateway:" + Version.number())
                .description("The image's name; by default ${DEFAULT-VALUE}.")
                .build());
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        Path file = spec.findOption("--file").getValue();
        String name = spec.findOption("--name").getValue();
        Optional<String> uncached = new GatewayImage(installation.home(), name).build(file);
        uncached.ifPresent(why -> System.err.println("The image has no cache of classes, because " + why
                + ": gateway and agents start half a second later. Build it as root, or let users have namespaces."));
        System.out.println(name + " " + file.toAbsolutePath());
        return 0;
    }
}
