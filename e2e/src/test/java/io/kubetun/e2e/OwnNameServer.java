package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The cluster's own name server, as programs ask it by its address: names of Services while it runs and while it does not,
 * and one that nobody but itself knows.
 */
final class OwnNameServer {
    private static final Duration AWAY = Duration.ofSeconds(60);

    /** Each line is the question's name, how it was asked, and what came; the last one how long the first question took. */
    private static final String QUESTIONS = """
            ask() { dig +time=5 +tries=1 $how @10.96.0.10 "$@"; }
            for how in +notcp +tcp; do
              began=$(date +%s%N)
              echo "service $how $(ask +short echo.lab.svc.cluster.local)"
              took=$((($(date +%s%N) - began) / 1000000))
              echo "pod $how $(ask +short peer-0.peer.lab.svc.cluster.local)"
              echo "pointer $how $(ask +short -x ADDRESS)"
              echo "missing $how $(ask nope.lab.svc.cluster.local | grep -o 'status: [A-Z]*')"
              echo "version $how $(ask +short dns-version.cluster.local TXT)"
              echo "took $how $took ms"
            done
            """;

    private final LabWorld lab;
    private final Program program;

    /** Runs a program of sh where the cluster's network is, and gives what it prints. */
    interface Program {
        String run(String program) throws Exception;
    }

    OwnNameServer(LabWorld lab, Program program) {
        this.lab = lab;
        this.program = program;
    }

    /** The names are answered with it and without it, and what only it knows with it. */
    void namesAreAnsweredWhetherItRunsOrNot(String how) throws Exception {
        assertThat(ask(how + ", it runs")).containsExactlyElementsOf(expected("\"1.1.0\""));
        kubectl("scale", "deployment", "coredns", "--replicas=0");
        try {
            Await.until(() -> pods().isBlank(), AWAY);
            assertThat(ask(how + ", it does not run")).containsExactlyElementsOf(expected(""));
        } finally {
            kubectl("scale", "deployment", "coredns", "--replicas=1");
            kubectl("rollout", "status", "deployment/coredns", "--timeout=60s");
        }
        Await.until(() -> ask(how + ", it runs again").equals(expected("\"1.1.0\"")), AWAY);
    }

    private List<String> expected(String version) throws Exception {
        String service = lab.clusterIp("echo");
        String pod = lab.kubectl("-n", "lab", "get", "pod", "peer-0", "-o", "jsonpath={.status.podIP}");
        List<String> expected = new ArrayList<>();
        for (String how : List.of("+notcp", "+tcp")) {
            expected.add("service " + how + " " + service);
            expected.add("pod " + how + " " + pod);
            expected.add("pointer " + how + " echo.lab.svc.cluster.local.");
            expected.add("missing " + how + " status: NXDOMAIN");
            expected.add(("version " + how + " " + version).strip());
        }
        return expected;
    }

    private List<String> ask(String when) throws Exception {
        String said = program.run(QUESTIONS.replace("ADDRESS", lab.clusterIp("echo")));
        System.out.println(when + ": "
                + said.lines().filter(line -> line.startsWith("took")).toList());
        return said.lines()
                .filter(line -> line.matches("(service|pod|pointer|missing|version) \\+.*"))
                .map(String::strip)
                .toList();
    }

    private String pods() throws Exception {
        return kubectl("get", "pods", "-l", "k8s-app=kube-dns", "-o", "name");
    }

    private String kubectl(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("-n", "kube-system"));
        all.addAll(List.of(arguments));
        return lab.kubectl(all.toArray(String[]::new));
    }
}
