package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.kubetun.e2e.Running.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a user types about sessions in the background kernel. */
record Commands(World world) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern STARTED = Pattern.compile("It lives on as session ([0-9a-f]{4});");

    /** Runs a command to its end, whatever that is; no stack trace is ever printed. */
    Result run(String... arguments) throws Exception {
        return run(Map.of(), arguments);
    }

    Result run(Map<String, String> environment, String... arguments) throws Exception {
        Result result = world.kubetun(environment, arguments).await(PATIENCE);
        assertThat(result.output()).doesNotContain("\tat ");
        return result;
    }

    /** Runs a command that has to succeed and gives its standard output alone. */
    String stdout(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 2>/dev/null", "sh"));
        command.add(world.installation().resolve("bin/kubetun").toString());
        command.addAll(List.of(arguments));
        return world.sure(command.toArray(String[]::new));
    }

    /** Starts a session that lives on, and gives its id. */
    String start(String... arguments) throws Exception {
        return start(Map.of(), arguments);
    }

    String start(Map<String, String> environment, String... arguments) throws Exception {
        return started(run(environment, arguments));
    }

    static String started(Result result) {
        Matcher id = STARTED.matcher(result.output());
        assertThat(id.find()).as("%d: %s", result.status(), result.output()).isTrue();
        assertThat(result.status()).isZero();
        return id.group(1);
    }

    /** The sessions that {@code status} tells, as one JSON document. */
    List<? extends Config> sessions() throws Exception {
        return ConfigFactory.parseString(
                        stdout("status", "-o", "json"),
                        ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON))
                .getConfigList("sessions");
    }

    List<String> ids() throws Exception {
        return sessions().stream().map(session -> session.getString("id")).toList();
    }

    /** Sends a line to the background kernel as the user, by hand, and gives what it answers. */
    String ask(String request) throws Exception {
        String script = """
                import socket, sys
                s = socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect(sys.argv[1])
                s.sendall(sys.argv[2].encode() + b'\\n')
                data = b''
                while True:
                    more = s.recv(65536)
                    if not more: break
                    data += more
                print(data.decode())
                """;
        return world.python(script, socket(), request).strip();
    }

    /** Where the background kernel listens. */
    String socket() {
        return world.runtimeFolder().resolve("kubetun/kernel.sock").toString();
    }
}
