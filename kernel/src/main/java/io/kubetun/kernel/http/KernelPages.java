package io.kubetun.kernel.http;

import io.kubetun.kernel.metrics.Metrics;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.kernel.session.SessionStatus.State;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * {@code /healthz}: the kernel answers. {@code /readyz}: it has sessions and all of them are ready. {@code /metrics}: what
 * it counts, for Prometheus.
 *
 * @param sessions the living sessions
 * @param metrics what is counted
 */
public record KernelPages(Supplier<List<Session>> sessions, Metrics metrics) implements Pages {
    @Override
    public Page page(String path, String accept) {
        return switch (path) {
            case "/healthz" -> Page.plain(200, "ok\n");
            case "/readyz" -> ready();
            case "/metrics" -> {
                String type = Metrics.format(accept);
                yield new Page(200, type, metrics.scrape(type));
            }
            default -> Page.plain(404, "There are /healthz, /readyz and /metrics.\n");
        };
    }

    private Page ready() {
        List<SessionStatus> all = sessions.get().stream().map(Session::status).toList();
        if (all.isEmpty()) {
            return Page.plain(503, "no session\n");
        }
        boolean ready = all.stream().allMatch(each -> each.state() == State.READY);
        return Page.plain(
                ready ? 200 : 503, all.stream().map(KernelPages::line).collect(Collectors.joining("\n", "", "\n")));
    }

    private static String line(SessionStatus status) {
        return status.id() + " " + status.profile() + ": " + status.state()
                + status.why().map(why -> " (" + why + ")").orElse("");
    }
}
