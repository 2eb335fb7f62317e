package io.kubetun.distribution.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubetun schema}: the JSON schema of profiles, from the descriptors of the modes that are loaded. */
final class SchemaCommand implements Callable<Integer> {
    private final Sessions sessions;

    SchemaCommand(Sessions sessions) {
        this.sessions = sessions;
    }

    CommandSpec spec() {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
        spec.usageMessage().description("Prints the JSON schema of profiles.");
        return spec;
    }

    @Override
    public Integer call() {
        System.out.println(sessions.schema().toJsonSchema());
        return 0;
    }
}
