package io.kubetun.kernel.profile;

import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** A folder of profiles, a schema with two modes, and an environment of the test's own. */
final class Profiles {
    final Map<String, String> environment = new HashMap<>();
    final Properties properties = new Properties();
    private final Path folder;

    Profiles(Path folder) {
        this.folder = folder;
    }

    static ProfileSchema schema() {
        return new ProfileSchema(
                List.of(
                        Option.of("context", ModeDescriptor.Type.TEXT, "The context.", "--context"),
                        Option.of("namespace", ModeDescriptor.Type.TEXT, "The namespace.", "--namespace", "-n"),
                        Option.of("token", ModeDescriptor.Type.TEXT, "The token.", "--token"),
                        Option.of("server", ModeDescriptor.Type.TEXT, "The server.", "--server"),
                        Option.of("request-timeout", ModeDescriptor.Type.DURATION, "How long.", "--request-timeout")
                                .orElse("10s")),
                List.of(
                        new ModeDescriptor(
                                "socks",
                                "proxy-out",
                                "A SOCKS proxy.",
                                List.of(
                                        Option.of("listen", ModeDescriptor.Type.ADDRESS, "Where.", "--listen-socks")
                                                .orElse("127.0.0.1:1080"),
                                        Option.of("limit", ModeDescriptor.Type.NUMBER, "How many."),
                                        Option.of("password-file", ModeDescriptor.Type.FILE, "The password's file.")),
                                Set.of()),
                        new ModeDescriptor(
                                "hosts-fwd",
                                "forward",
                                "Addresses and names.",
                                List.of(
                                        Option.of(
                                                        "all-namespaces",
                                                        ModeDescriptor.Type.FLAG,
                                                        "All.",
                                                        "--all-namespaces")
                                                .orElse("false"),
                                        Option.of("namespaces", ModeDescriptor.Type.LIST, "Which.", "-n")),
                                Set.of(ModeDescriptor.Need.ROOT))));
    }

    Path write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text);
    }

    ProfileLoader loader(String... folders) {
        List<Path> searchPath = folders.length == 0
                ? List.of(folder)
                : List.of(folders).stream().map(folder::resolve).toList();
        return new ProfileLoader(schema(), searchPath, environment, properties);
    }
}
