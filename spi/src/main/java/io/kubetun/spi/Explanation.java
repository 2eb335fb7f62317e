package io.kubetun.spi;

import java.util.ArrayList;
import java.util.List;

/**
 * How a flow went, step by step. Immutable; holds no secret.
 *
 * @param target where to, as it was asked for
 * @param steps what happened, in order
 * @param reached whether there was a flow in the end
 */
public record Explanation(String target, List<Step> steps, boolean reached) {
    /** Takes a copy. */
    public Explanation {
        steps = List.copyOf(steps);
    }

    /**
     * The same explanation with steps before it.
     *
     * @param earlier what happened before
     * @return a new explanation
     */
    public Explanation after(List<Step> earlier) {
        List<Step> all = new ArrayList<>(earlier);
        all.addAll(steps);
        return new Explanation(target, all, reached);
    }

    /**
     * One step.
     *
     * @param stage which part of the way: {@code session}, {@code name}, {@code endpoint}, {@code wire}, {@code dial}
     * @param says what happened, a sentence
     * @param micros how long it took; 0 if that is nothing
     */
    public record Step(String stage, String says, long micros) {}
}
