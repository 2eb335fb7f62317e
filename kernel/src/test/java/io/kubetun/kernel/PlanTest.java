package io.kubetun.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.kubetun.kernel.plan.Plan;
import io.kubetun.kernel.plan.Planner;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.kernel.session.StateFolder;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.SessionContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A plan says what a session would do, and does none of it. */
@Timeout(60)
class PlanTest {
    @TempDir
    private Path folder;

    private RunningKernel running;
    private Planner planner;

    @BeforeEach
    void start() throws Exception {
        running = new RunningKernel(folder);
        planner = Kernel.planner(running.settings, running.installation.services());
    }

    @AfterEach
    void stop() throws IOException {
        running.close();
    }

    private Plan plan(Profile profile) throws KubetunException, InterruptedException {
        return planner.plan(SessionRequest.here(profile, Optional.empty()), running.progress::add);
    }

    private Set<Path> files() throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.collect(Collectors.toSet());
        }
    }

    @Test
    void notesChangesAndListenersAndMakesNone() throws Exception {
        Set<Path> before = files();
        Plan plan = plan(running.profile("one", "two"));
        assertThat(plan.profile()).isEqualTo("test");
        assertThat(plan.cluster().context()).isEqualTo("loopback/x");
        assertThat(plan.changes())
                .extracting(Plan.Change::mode, Plan.Change::kind, Plan.Change::key, Plan.Change::preview)
                .containsExactly(
                        tuple("one", "file", running.file("one").toString(), "write one into one"),
                        tuple("two", "file", running.file("two").toString(), "write two into two"));
        assertThat(plan.changes().getFirst().data()).containsEntry("text", "one");
        assertThat(plan.listeners())
                .extracting(Plan.Listener::mode, each -> each.listening().serves(), Plan.Listener::byHelper)
                .containsExactly(tuple("one", "the port", false), tuple("two", "the port", false));
        assertThat(files()).isEqualTo(before);
        assertThat(running.installation.journal).endsWith("stop two", "stop one", "close cluster");
    }

    @Test
    void failsAsTheSessionWould() throws Exception {
        Set<Path> before = files();
        Profile profile = RunningKernel.profile(
                ConfigFactory.empty(), Map.of("one", running.options("one", Map.of("fail", "told"))));
        assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> plan(profile))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE));
        running.installation.unreachable = true;
        assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> plan(running.profile("one")))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE));
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void showsModesCopiesOfTheirFolders() throws Exception {
        Path shared = Files.createDirectories(StateFolder.ofAll(running.settings.stateHome()));
        Path book = Files.createDirectory(shared.resolve("books")).resolve("book");
        Files.writeString(book, "from an earlier session");
        running.installation.modes.put("writer", new WriterFactory());
        Plan plan = plan(RunningKernel.profile(ConfigFactory.empty(), Map.of("writer", ConfigFactory.empty())));
        assertThat(plan.listeners().getFirst().listening().serves()).isEqualTo("from an earlier session, dry");
        assertThat(book).hasContent("from an earlier session");
    }

    /** Reads and writes in the shared folder. */
    private static final class WriterFactory implements ModeFactory {
        @Override
        public ModeDescriptor descriptor() {
            return new ModeDescriptor("writer", "writer", "writes", List.of(), Set.of());
        }

        @Override
        public Mode create(SessionContext context, Config options) {
            Path book = context.sharedFolder().resolve("books").resolve("book");
            return new Mode() {
                private List<Listening> listening = List.of();

                @Override
                public void start() {
                    try {
                        String read = Files.readString(book);
                        Files.writeString(book, "changed");
                        listening = List.of(new Listening(
                                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1),
                                read + (context.dryRun() ? ", dry" : ""),
                                List.of()));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }

                @Override
                public void stop() {}

                @Override
                public List<Listening> listening() {
                    return listening;
                }
            };
        }
    }
}
