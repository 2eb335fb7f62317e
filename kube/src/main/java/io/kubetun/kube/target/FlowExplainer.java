package io.kubetun.kube.target;

import io.kubetun.kube.Resolution;
import io.kubetun.kube.Resolution.Endpoint;
import io.kubetun.kube.portforward.PodDialer;
import io.kubetun.kube.portforward.PodDialer.PodPort;
import io.kubetun.spi.DialException;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.Explanation.Step;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.InterceptCaller;
import io.kubetun.spi.cluster.InterceptCaller.Answerer;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Goes the way of one flow by the rules of the dialer, and says what happens at each step. Blocks. Thread-safe.
 *
 * @param resolver finds targets
 * @param flows how many flows each pod has
 * @param pods the way into pods
 */
record FlowExplainer(TargetResolver resolver, OpenFlows flows, PodDialer pods) {
    Explanation explain(Target target, EventLoop loop) throws InterruptedException {
        long start = System.nanoTime();
        Resolution resolution = resolver.resolve(target);
        long found = micros(start);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < resolution.steps().size(); i++) {
            boolean last = i == resolution.steps().size() - 1;
            steps.add(new Step("name", resolution.steps().get(i), last ? found : 0));
        }
        boolean reached = switch (resolution.outcome()) {
            case Resolution.Nowhere nowhere -> false;
            case Resolution.Pods(List<Endpoint> candidates) -> dial(candidates, loop, steps);
        };
        return new Explanation(target.toString(), steps, reached);
    }

    private boolean dial(List<Endpoint> candidates, EventLoop loop, List<Step> steps) throws InterruptedException {
        List<Endpoint> order = flows.leastLoadedFirst(candidates);
        for (int i = 0; i < Math.min(order.size(), ClusterDialer.MAX_TRIES); i++) {
            Endpoint endpoint = order.get(i);
            steps.add(new Step("endpoint", choice(endpoint, i, order.size()), 0));
            long start = System.nanoTime();
            PodPort pod = new PodPort(endpoint.namespace(), endpoint.pod(), endpoint.port());
            boolean here = pods.staysHere(pod);
            if (here) {
                steps.add(new Step(
                        "intercept", "You intercept this pod: the flow goes to your process here, if one listens.", 0));
            }
            resolver.intercepted(endpoint.namespace(), endpoint.pod()).ifPresent(way -> callers(way, here, steps));
            Future<Channel> dialled = pods.dial(pod, loop).await();
            long micros = micros(start);
            pods.format(endpoint.namespace())
                    .filter(format -> !here)
                    .ifPresent(format -> steps.add(
                            new Step("wire", "Port-forward as " + format.protocol() + " through the API server.", 0)));
            if (dialled.isSuccess()) {
                dialled.getNow().close();
                steps.add(new Step(
                        "dial",
                        here ? "Open." : "Open. Our end of stream is held back until the pod ends or is quiet for 5 s.",
                        micros));
                return true;
            }
            steps.add(new Step("dial", failure(dialled.cause()), micros));
            if (!ClusterDialer.worthAnother(dialled.cause())) {
                return false;
            }
        }
        return false;
    }

    /** Who calls the pod otherwise may be answered by another. */
    private static void callers(Way way, boolean here, List<Step> steps) {
        if (!here) {
            steps.add(new Step(
                    "intercept",
                    "Somebody intercepts this pod; to it this flow is a port-forward, as anybody may make one.",
                    0));
        }
        for (Answerer answerer : Answerer.values()) {
            String who = Arrays.stream(InterceptCaller.values())
                    .filter(caller -> caller.answeredBy(way) == answerer)
                    .map(InterceptCaller::toString)
                    .collect(Collectors.joining("; "));
            String linked = answerer == Answerer.LAPTOP ? ", while it is linked" : "";
            steps.add(new Step(
                    "intercept", "By --way " + way + " the " + answerer + " answers" + linked + ": " + who + ".", 0));
        }
    }

    private String choice(Endpoint endpoint, int tried, int of) {
        String load = flows.count(endpoint) + " flows of this session lead to it";
        if (of == 1) {
            return "Chosen: " + endpoint + ", the only one (" + load + ").";
        }
        return tried == 0
                ? "Chosen: " + endpoint + ", with the fewest flows of " + of + " (" + load + ")."
                : "Next: " + endpoint + ", because the one before may have just ended (" + load + ").";
    }

    private static String failure(Throwable cause) {
        return cause instanceof DialException dial
                ? dial.reason() + ": " + dial.getMessage()
                : "Failed: " + cause.getMessage();
    }

    private static long micros(long start) {
        return (System.nanoTime() - start) / 1_000;
    }
}
