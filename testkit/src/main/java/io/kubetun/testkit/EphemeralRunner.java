package io.kubetun.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.pod.ContainerProgram;
import io.kubetun.testkit.pod.EphemeralContainer;
import io.kubetun.testkit.runtime.PodTable;
import io.kubetun.testkit.store.Change;
import io.kubetun.testkit.store.ObjectStore;
import io.kubetun.testkit.store.ResourceType;
import io.kubetun.testkit.store.StatusException;
import io.kubetun.testkit.store.StoredObject;
import io.netty.channel.socket.SocketChannel;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Starts containers that are added to pods, as the kubelet does. Only images whose program was made known run; others are
 * waited for, for ever. Thread-safe.
 */
final class EphemeralRunner implements Consumer<Change>, AutoCloseable {
    private static final String STATUSES = "ephemeralContainerStatuses";

    private final ObjectStore store;
    private final PodTable pods;
    private final Map<String, ContainerProgram> programs = new ConcurrentHashMap<>();
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("testkit-ephemeral").factory());

    EphemeralRunner(ObjectStore store, PodTable pods) {
        this.store = store;
        this.pods = pods;
    }

    void program(String image, ContainerProgram program) {
        programs.put(image, program);
    }

    /** Called under the store's lock: what follows is done by the worker. */
    @Override
    public void accept(Change change) {
        if (change.action() == Change.Action.MODIFIED && change.object().type().equals(ResourceType.PODS)) {
            later(() -> start(change.object()));
        }
    }

    private void later(Runnable step) {
        try {
            worker.execute(step);
        } catch (RejectedExecutionException closed) {
            // nothing runs any more
        }
    }

    private void start(StoredObject seen) {
        Optional<StoredObject> pod = store.find(ResourceType.PODS, seen.namespace(), seen.name());
        if (pod.isEmpty()) {
            return;
        }
        Set<String> known = new HashSet<>();
        pod.get()
                .json()
                .path("status")
                .path(STATUSES)
                .forEach(each -> known.add(each.path("name").asText()));
        for (JsonNode container : pod.get().json().at("/spec/ephemeralContainers")) {
            if (known.add(container.path("name").asText())) {
                start(pod.get(), container);
            }
        }
    }

    private void start(StoredObject pod, JsonNode container) {
        String image = container.path("image").asText();
        Optional<ContainerProgram> program = Optional.ofNullable(programs.get(image));
        Running running = new Running(pod, container);
        running.say(state -> {
            if (program.isPresent()) {
                state.putObject("running").put("startedAt", now());
            } else {
                state.putObject("waiting")
                        .put("reason", "ImagePullBackOff")
                        .put("message", "Back-off pulling image \"" + image + "\"");
            }
        });
        program.ifPresent(each -> each.start(running));
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private final class Running implements EphemeralContainer {
        private final StoredObject pod;
        private final JsonNode spec;
        private final Set<Integer> ports = ConcurrentHashMap.newKeySet();

        Running(StoredObject pod, JsonNode spec) {
            this.pod = pod;
            this.spec = spec;
        }

        @Override
        public String pod() {
            return pod.name();
        }

        @Override
        public String name() {
            return spec.path("name").asText();
        }

        @Override
        public List<String> arguments() {
            return spec.path("args").valueStream().map(JsonNode::asText).toList();
        }

        @Override
        public Map<String, String> environment() {
            Map<String, String> variables = new HashMap<>();
            spec.path("env").forEach(each -> {
                if (each.has("value")) {
                    variables.put(each.path("name").asText(), each.path("value").asText());
                }
            });
            return variables;
        }

        @Override
        public void tcp(int port, Consumer<SocketChannel> initializer) {
            ports.add(port);
            pods.find(pod.namespace(), pod.name()).ifPresent(runtime -> runtime.serve(port, initializer));
        }

        @Override
        public void end(int exitCode, String message) {
            pods.find(pod.namespace(), pod.name()).ifPresent(runtime -> ports.forEach(runtime::refuse));
            later(() -> say(state -> {
                ObjectNode end = state.putObject("terminated")
                        .put("exitCode", exitCode)
                        .put("reason", exitCode == 0 ? "Completed" : "Error")
                        .put("finishedAt", now());
                if (!message.isEmpty()) {
                    end.put("message", message);
                }
            }));
        }

        /** By the worker alone. */
        private void say(Consumer<ObjectNode> state) {
            try {
                store.edit(pod, json -> {
                    ArrayNode statuses = json.withObjectProperty("status").withArrayProperty(STATUSES);
                    ObjectNode status = (ObjectNode) statuses.valueStream()
                            .filter(each -> each.path("name").asText().equals(name()))
                            .findFirst()
                            .orElseGet(() -> statuses.addObject()
                                    .put("name", name())
                                    .put("image", spec.path("image").asText())
                                    .put("ready", false)
                                    .put("restartCount", 0));
                    state.accept(status.putObject("state"));
                });
            } catch (StatusException gone) {
                // the pod has ended
            }
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
