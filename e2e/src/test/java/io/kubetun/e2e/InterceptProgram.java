package io.kubetun.e2e;

import com.typesafe.config.ConfigFactory;
import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.journal.JournaledEffects;
import io.kubetun.kernel.journal.Repair;
import io.kubetun.kube.KubeClusterProvider;
import io.kubetun.kube.workload.InterceptChangeType;
import io.kubetun.kube.workload.LeaseChangeType;
import io.kubetun.kube.workload.LeaveChangeType;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.cluster.WorkloadName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A session that holds an intercept's objects and nothing else, as a process of its own: it can be killed. */
final class InterceptProgram {
    /** As long as {@code kubetun repair} waits for a cluster. */
    private static final Duration AS_THE_COMMAND = Duration.ofSeconds(30);

    private InterceptProgram() {}

    /**
     * Runs it: {@code intercept JOURNAL OPTIONS HOLDER KIND/NAME} until it is ended, {@code leave JOURNAL OPTIONS HOLDER
     * KIND/NAME} or {@code repair JOURNAL}.
     */
    public static void main(String[] arguments) throws Exception {
        Path journal = Path.of(arguments[1]);
        if (arguments[0].equals("repair")) {
            System.out.println(new Repair(
                            journal, List.of(new InterceptChangeType(), new LeaseChangeType(), new LeaveChangeType()))
                    .run(AS_THE_COMMAND));
            return;
        }
        WorkloadName workload = WorkloadName.parse(arguments[4]).orElseThrow();
        String holder = arguments[3];
        try (EventBus events = new EventBus();
                NettyTransport loops = new NettyTransport(1, NettyTransport.pool(1));
                Cluster cluster = new KubeClusterProvider()
                        .open(
                                ConfigFactory.parseString(arguments[2]),
                                new ClusterEnvironment(
                                        holder, loops, events, InterceptProgram::say, System.getenv()))) {
            JournaledEffects effects = JournaledEffects.ofSession(holder, journal, events);
            try {
                if (arguments[0].equals("leave")) {
                    System.out.println("LEFT " + cluster.leave(workload, effects));
                } else {
                    hold(cluster, effects, workload, holder);
                }
            } catch (KubetunException e) {
                System.out.println("REFUSED " + e.code() + " " + e.getMessage());
            }
            effects.undoAll().forEach(failure -> say("NOT UNDONE " + failure.getMessage()));
        }
        System.out.println("ENDED");
    }

    private static void hold(Cluster cluster, JournaledEffects effects, WorkloadName workload, String holder)
            throws Exception {
        long began = System.nanoTime();
        InterceptRequest request = new InterceptRequest(
                workload, List.of(), Optional.of(Way.PATCH), "key-of-" + holder, holder, false, false, Duration.ZERO);
        try (Interception interception = cluster.intercept(request, effects, InterceptProgram::say)) {
            interception.open(InterceptProgram::say);
            System.out.println("OPEN after " + (System.nanoTime() - began) / 1_000_000 + " ms: "
                    + interception.agents().running().size() + " agents, notes " + interception.notes());
            interception.follow(agents -> say("AGENTS " + agents.running().size()));
            CountDownLatch end = new CountDownLatch(1);
            CountDownLatch ended = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                end.countDown();
                try {
                    ended.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            end.await();
            long undoing = System.nanoTime();
            effects.undoAll().forEach(failure -> say("NOT UNDONE " + failure.getMessage()));
            System.out.println(
                    "UNDONE after " + (System.nanoTime() - undoing) / 1_000_000 + " ms " + Map.of("holder", holder));
            ended.countDown();
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
