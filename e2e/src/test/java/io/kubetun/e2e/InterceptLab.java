package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The lab for scenarios of intercepts: who asks in the cluster, and the process on the laptop. */
final class InterceptLab {
    /** Until pods have been replaced. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final List<String> TAKEN =
            List.of("deployment/c", "deployment/b", "deployment/echo", "statefulset/peer");
    private static final Pattern GAP = Pattern.compile("\"longest_gap_s\":([0-9.e-]+)");
    private static final Pattern CONNECTIONS = Pattern.compile("([0-9]+) connections taken");

    private final LabWorld lab;
    private final Commands commands;
    private final Map<String, String> administrator;
    private final List<Running> local = new ArrayList<>();

    InterceptLab(Path scratch) throws Exception {
        lab = (LabWorld) World.open(scratch);
        lab.loadGateway();
        lab.settled();
        commands = new Commands(lab);
        administrator = Map.of("KUBECONFIG", lab.administrator().toString());
    }

    LabWorld world() {
        return lab;
    }

    Commands commands() {
        return commands;
    }

    /** Who may do everything in the cluster. */
    Map<String, String> administrator() {
        return administrator;
    }

    /** Ends what was started, and looks that nothing is left in the workloads. */
    void close() throws Exception {
        local.forEach(Running::close);
        lab.close();
        for (String each : TAKEN) {
            assertThat(template(each)).as(each).doesNotContain("kubetun");
        }
    }

    /** The pod template of a workload, as the API server has it. */
    String template(String workload) throws Exception {
        return lab.kubectl("-n", "lab", "get", workload, "-o", "jsonpath={.spec.template}");
    }

    private List<String> inPod(String app, String... command) {
        List<String> all =
                new ArrayList<>(List.of("-n", "lab", "exec", "deploy/" + app, "-c", "app", "--", "workload"));
        all.addAll(List.of(command));
        return all;
    }

    /** What the lab's program prints in a pod of an app. */
    String from(String app, String... command) throws Exception {
        return lab.kubectl(inPod(app, command).toArray(String[]::new));
    }

    private Running program(String app, String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of("kubectl"));
        all.addAll(inPod(app, command));
        return new Running(lab.asRoot(all.toArray(String[]::new)));
    }

    /** The same, going on while the scenario does something else. */
    Running load(String app, String... command) throws Exception {
        Running running = program(app, command);
        local.add(running);
        return running;
    }

    /** The same while pods are being replaced: a request to one that ends may fail. */
    String tried(String app, String... command) throws Exception {
        return program(app, command).await(PATIENCE).output();
    }

    /** The address of an app's one pod, when those of before are gone. */
    String onlyPod(String app) throws Exception {
        lab.settled();
        return lab.podIp(app);
    }

    /** Waits until an app answers for c. */
    void awaitFrom(String app) throws Exception {
        awaitFrom(app, "http://c/");
    }

    /** Waits until an app answers where a pod asks. */
    void awaitFrom(String app, String url) throws Exception {
        Await.until(() -> tried("a", "get", "-t", "1s", url).contains("\"app\":\"" + app + "\""), PATIENCE);
    }

    /** A process of root on the laptop, until the end. */
    Running local(String... command) throws Exception {
        Running running = new Running(lab.asRoot(command));
        local.add(running);
        return running;
    }

    /** The same program as in the pods, on the laptop: it listens on the same ports, as root. */
    Running workload(String name, String... environment) throws Exception {
        List<String> all = new ArrayList<>(List.of("env", "APP=" + name));
        all.addAll(List.of(environment));
        all.add("workload");
        Running running = local(all.toArray(String[]::new));
        Await.until(
                () -> lab.run("curl", "-sS", "http://127.0.0.1:8080/").output().contains(name), Duration.ofSeconds(20));
        return running;
    }

    String intercept(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("intercept", "-n", "lab"));
        all.addAll(List.of(arguments));
        return commands.start(administrator, all.toArray(String[]::new));
    }

    void leave(String workload) throws Exception {
        Result left = commands.run(administrator, "leave", workload);
        assertThat(left.status()).as(left.output()).isZero();
    }

    /** Eight clients ask for 12 s, each time by a new connection; once many have come here, something happens. */
    String underLoad(String url, int many, Happening happening) throws Exception {
        Running load = load("a", "get", "-s", "12", "-c", "8", "-fresh", url);
        long already = taken();
        Await.until(() -> taken() > already + many, PATIENCE);
        happening.happen();
        return load.await(PATIENCE).output();
    }

    /** What happens under load. */
    interface Happening {
        void happen() throws Exception;
    }

    /** What a repair has to put back, as text. */
    interface Objects {
        String read() throws Exception;
    }

    /**
     * Kills an intercept at each step of making its changes and of taking them back: a repair puts all back each time.
     *
     * @param shownElsewhere the kind of changes whose steps another scenario goes through; may be none
     */
    void killedAtEachStep(Objects objects, int atLeast, Optional<String> shownElsewhere, String... arguments)
            throws Exception {
        String before = objects.read();
        List<String> points = KillPoints.printed(until(KillPoints.COUNT, arguments)).stream()
                .filter(line -> shownElsewhere.filter(line::contains).isEmpty())
                .map(KillPoints::name)
                .toList();
        assertThat(points).hasSizeGreaterThanOrEqualTo(atLeast);
        assertThat(objects.read()).isEqualTo(before);
        for (String point : points) {
            Result killed = until(point, arguments);
            assertThat(killed.status()).as(point + "\n" + killed.output()).isEqualTo(KillPoints.KILLED);
            Result repaired = commands.run(administrator, "repair");
            assertThat(repaired.status()).as(point + "\n" + repaired.output()).isZero();
            assertThat(objects.read())
                    .as("%s\n%s\n%s", point, killed.output(), repaired.output())
                    .isEqualTo(before);
        }
        System.out.println("killed at " + points + ": repair put all back each time");
        assertThat(commands.run(administrator, "repair").output()).contains("Nothing to repair");
    }

    /** Starts an intercept that dies at a step, and ends what of it has not died. */
    private Result until(String step, String... arguments) throws Exception {
        Map<String, String> environment = new HashMap<>(administrator);
        environment.putAll(KillPoints.at(step));
        List<String> all = new ArrayList<>(List.of("intercept", "--foreground"));
        all.addAll(List.of(arguments));
        try (Running session = lab.kubetun(environment, all.toArray(String[]::new))) {
            return KillPoints.end(session, PATIENCE);
        }
    }

    /** How many connections the status says were taken. */
    long taken() throws Exception {
        Matcher taken = CONNECTIONS.matcher(commands.stdout("status"));
        return taken.find() ? Long.parseLong(taken.group(1)) : 0;
    }

    /** The longest time without an answer, in seconds, of what a load printed. */
    static double gap(String printed) {
        Matcher gap = GAP.matcher(printed);
        assertThat(gap.find()).as(printed).isTrue();
        return Double.parseDouble(gap.group(1));
    }
}
