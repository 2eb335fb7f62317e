package io.kubetun.plugin.dns;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Answers messages, whatever they are. Thread-safe; never blocks. */
interface Responder {
    /**
     * Answers.
     *
     * @param wire what a client sent
     * @param udp whether by UDP
     * @return the bytes to send back, empty for none; never fails
     */
    CompletionStage<Optional<byte[]>> answer(byte[] wire, boolean udp);
}
