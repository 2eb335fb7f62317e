package io.kubetun.kube.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kube.config.Login;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class ExecPluginTest {
    private static final String VERSION = "client.authentication.k8s.io/v1";

    @TempDir
    private Path folder;

    private final List<String> progress = new CopyOnWriteArrayList<>();

    @Test
    void givesTheTokenAndPassesArgumentsAndInfo() throws Exception {
        script("""
                echo "please log in" >&2
                echo "$KUBERNETES_EXEC_INFO" > info
                printf '{"kind":"ExecCredential","apiVersion":"%s","status":{"token":"%s-%s"}}' "$V" "$1" "$X"
                """);

        ExecCredential credential =
                plugin(Map.of("V", VERSION, "X", "y"), "tok").run();

        assertThat(credential.token()).contains("tok-y");
        assertThat(credential.toString()).doesNotContain("tok-y");
        assertThat(progress).containsExactly("login: please log in");
        assertThat(Files.readString(folder.resolve("info")))
                .contains("\"interactive\":false")
                .contains(VERSION);
    }

    @Test
    void keepsItUntilItExpiresOrIsRefused() throws Exception {
        script("""
                echo x >> runs
                printf '{"kind":"ExecCredential","apiVersion":"%s","status":{"token":"t%s","expirationTimestamp":"2030-01-01T00:00:00Z"}}' \\
                  "$V" "$(wc -l < runs | tr -d ' ')"
                """);
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2029-12-31T23:00:00Z"));
        ExecLogin login = new ExecLogin(plugin(Map.of("V", VERSION)), now::get);

        assertThat(login.current(0).credential().token()).contains("t1");
        assertThat(login.current(0).credential().token()).contains("t1");
        assertThat(login.current(1).credential().token()).contains("t2");
        now.set(Instant.parse("2030-01-01T00:00:01Z"));
        assertThat(login.current(0).credential().token()).contains("t3");
    }

    @Test
    void runsOnceForAllThatWereRefusedWithTheSameCredential() throws Exception {
        script("""
                echo x >> runs
                printf '{"kind":"ExecCredential","apiVersion":"%s","status":{"token":"t%s"}}' \\
                  "$V" "$(wc -l < runs | tr -d ' ')"
                """);
        ExecLogin login = new ExecLogin(plugin(Map.of("V", VERSION)), Instant::now);
        long refused = login.current(0).run();

        ExecLogin.Issued early = login.current(refused);
        ExecLogin.Issued late = login.current(refused);

        assertThat(early.credential().token()).contains("t2");
        assertThat(late).isEqualTo(early);
        assertThat(login.current(late.run()).credential().token()).contains("t3");
        assertThat(login.current(refused).credential().token()).contains("t3");
        assertThat(Files.readAllLines(folder.resolve("runs"))).hasSize(3);
    }

    @Test
    void runsOnceForAllWhoWait() throws Exception {
        script("""
                echo x >> runs
                printf '{"kind":"ExecCredential","apiVersion":"%s","status":{"token":"t"}}' "$V"
                """);
        ExecLogin login = new ExecLogin(plugin(Map.of("V", VERSION)), Instant::now);
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = Stream.generate(() -> Thread.ofVirtual().start(() -> {
                    try {
                        login.current(0);
                    } catch (IOException e) {
                        failures.add(e);
                    }
                }))
                .limit(20)
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(failures).isEmpty();
        assertThat(Files.readAllLines(folder.resolve("runs"))).hasSize(1);
    }

    @Test
    void saysWhyItFailed() throws Exception {
        script("echo 'session has ended' >&2\nexit 3\n");
        assertThatThrownBy(() -> plugin(Map.of()).run())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("status 3: session has ended");
        script("echo 'token: s3cret'\n");
        assertThatThrownBy(() -> plugin(Map.of()).run())
                .hasMessageContaining("no JSON")
                .hasMessageNotContaining("s3cret");
        script("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"other\"}'\n");
        assertThatThrownBy(() -> plugin(Map.of()).run()).hasMessageContaining("apiVersion other");
        Files.delete(folder.resolve("login"));
        assertThatThrownBy(() -> plugin(Map.of()).run())
                .hasMessageContaining("cannot be started")
                .hasMessageContaining("apt install login");
    }

    private void script(String body) throws IOException {
        Path file = Files.writeString(folder.resolve("login"), "#!/bin/sh\ncd \"$(dirname \"$0\")\"\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private ExecPlugin plugin(Map<String, String> environment, String... arguments) {
        Login.Exec settings = new Login.Exec(
                VERSION,
                "./login",
                List.of(arguments),
                environment,
                folder,
                Optional.of("Get it: apt install login"),
                Optional.empty(),
                false);
        return new ExecPlugin(settings, progress::add);
    }
}
