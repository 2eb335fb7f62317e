package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.testkit.Credentials;
import io.kubetun.testkit.EmbeddedUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Credentials, however they come to kubetun, are in no log, state or journal, and not in what the system tells of the
 * kernel's process.
 */
class SecretsTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Pattern DATA = Pattern.compile("(client-key-data|client-certificate-data): (\\S+)");
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");
    private static final String WRONG = "wrong-token-that-no-cluster-knows-0815";

    @TempDir
    Path scratch;

    private final Map<String, String> secrets = new LinkedHashMap<>();

    @Test
    void noSecretIsWrittenDown() throws Exception {
        try (World world = World.open(scratch)) {
            Map<String, String> loud = Map.of("LOG_LEVEL", "trace");
            String token = token(world);
            secrets.put("the token", token);
            secrets.put("the wrong token", WRONG);
            List<String> said = new ArrayList<>();
            List<String[]> sessions = new ArrayList<>(List.of(
                    new String[] {"--name", "exec"},
                    new String[] {"--name", "flag", "--token", token},
                    new String[] {"--name", "wrong", "--token", WRONG}));
            Map<String, String> withKey = new HashMap<>(loud);
            if (world instanceof EmbeddedWorld embedded) {
                withKey.put("KUBECONFIG", keyed(embedded).toString());
                sessions.add(new String[] {"--name", "key"});
            }
            for (String[] each : sessions) {
                List<String> command =
                        new ArrayList<>(List.of("proxy-out", "--listen-socks", "127.0.0.1:0", "--detach", "--verbose"));
                command.addAll(List.of(each));
                Map<String, String> environment = each[1].equals("key") ? withKey : loud;
                Running starting = world.kubetun(environment, command.toArray(String[]::new));
                Running.Result started = starting.await(READY);
                assertThat(started.status()).as(started.output()).isEqualTo(each[1].equals("wrong") ? 31 : 0);
                said.add(started.output());
            }
            ProcessHandle kernel = world.kernel().orElseThrow();
            said.add(proc(world, kernel, "cmdline"));
            said.add(proc(world, kernel, "environ"));
            said.add(world.sure(kubetun(world), "status", "-o", "json"));
            said.add(world.sure(kubetun(world), "logs"));
            for (String text : said) {
                clean(text, "what was said");
            }
            int files = 0;
            for (Path folder : List.of(world.home().resolve(".local"), world.runtimeFolder())) {
                try (Stream<Path> all = Files.walk(folder)) {
                    for (Path file : all.filter(Files::isRegularFile).toList()) {
                        clean(Files.readString(file, StandardCharsets.ISO_8859_1), file.toString());
                        files++;
                    }
                }
            }
            assertThat(files).as("the log at least").isPositive();
            world.quit();
        }
    }

    private static String kubetun(World world) {
        return world.installation().resolve("bin/kubetun").toString();
    }

    private static String proc(World world, ProcessHandle kernel, String file) throws Exception {
        return world.sure("cat", "/proc/" + kernel.pid() + "/" + file);
    }

    private void clean(String text, String where) {
        secrets.forEach((what, secret) ->
                assertThat(text.contains(secret)).as("%s is in %s", what, where).isFalse());
    }

    private static String token(World world) throws IOException {
        if (world instanceof EmbeddedWorld embedded) {
            return embedded.cluster().user("dev").token();
        }
        Matcher token = TOKEN.matcher(Files.readString(world.home().resolve("token-plugin-lab")));
        assertThat(token.find()).isTrue();
        return token.group(1);
    }

    private Path keyed(EmbeddedWorld world) throws Exception {
        EmbeddedUser user = world.cluster().user("dev");
        Path file = world.home().resolve("keyed");
        user.kubeconfig(file, Credentials.CLIENT_CERTIFICATE, "lab");
        world.give(file);
        Matcher data = DATA.matcher(Files.readString(file));
        while (data.find()) {
            secrets.put(data.group(1), data.group(2));
        }
        assertThat(secrets).containsKey("client-key-data");
        return file;
    }
}
