package io.kubetun.testkit.pod;

/** What a pod answers over HTTP. Called on a virtual thread of its own for each request: it may block. */
@FunctionalInterface
public interface HttpFunction {
    /**
     * Answers a request.
     *
     * @param request the request
     * @return the answer
     * @throws Exception answered with 500
     */
    PodResponse answer(PodRequest request) throws Exception;
}
