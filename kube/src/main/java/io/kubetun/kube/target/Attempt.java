package io.kubetun.kube.target;

import io.kubetun.kube.Resolution;
import io.kubetun.kube.Resolution.Endpoint;
import io.kubetun.kube.Resolution.Outcome;
import io.kubetun.kube.catalog.Answer;
import io.kubetun.kube.catalog.Query;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** One attempt to resolve a target with what is known: the steps so far, and the end. For one thread. */
final class Attempt {
    private final Target target;
    private final List<String> steps = new ArrayList<>();

    Attempt(Target target) {
        this.target = target;
    }

    /** What an attempt ends with. */
    sealed interface End {}

    /**
     * It is resolved, for better or worse.
     *
     * @param resolution the result
     */
    record Done(Resolution resolution) implements End {}

    /**
     * Something must be looked up first.
     *
     * @param query what
     */
    record Wants(Query query) implements End {}

    Target target() {
        return target;
    }

    void step(String sentence) {
        steps.add(sentence);
    }

    End pods(List<Endpoint> candidates) {
        return end(new Resolution.Pods(candidates));
    }

    End nowhere(Reason reason, String message) {
        return end(new Resolution.Nowhere(reason, message));
    }

    /** Goes on with what was found, or with nothing; all other answers end the attempt. */
    <T> End with(Answer<T> answer, Function<Optional<T>, End> next) {
        return switch (answer) {
            case Answer.Found<T>(T value) -> next.apply(Optional.of(value));
            case Answer.Absent<T> absent -> next.apply(Optional.empty());
            case Answer.Unasked<T>(Query query) -> new Wants(query);
            case Answer.Denied<T>(String permission) ->
                nowhere(Reason.FORBIDDEN, "cannot resolve " + target + ": this user may not " + permission);
            case Answer.Unreachable<T>(String why) ->
                nowhere(
                        Reason.CLUSTER_LOST,
                        "cannot resolve " + target + ": the API server does not answer (" + why + ")");
        };
    }

    private End end(Outcome outcome) {
        switch (outcome) {
            case Resolution.Pods pods -> steps.add("Taken: one of " + pods.candidates());
            case Resolution.Nowhere nowhere -> steps.add(nowhere.message());
        }
        return new Done(new Resolution(target, steps, outcome));
    }
}
