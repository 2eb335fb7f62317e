package io.kubetun.host.helper;

import io.kubetun.host.natives.ListeningSocket;
import io.kubetun.host.natives.UnixStream;
import io.kubetun.host.natives.Wait;
import io.kubetun.host.natives.Wakeup;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks the helper and hands its replies to those who wait for them. A thread of its own reads, so that the helper's end
 * is noticed at once; it alone closes the connection.
 */
final class ReplyReader {
    private static final Duration REPLY_PATIENCE = Duration.ofSeconds(30);
    private static final Duration SEND_PATIENCE = Duration.ofSeconds(10);
    private static final Duration NO_LIMIT = Duration.ofDays(24);

    private final UnixStream stream;
    private final Wakeup abort;
    private final Thread reader;
    private final Map<Long, CompletableFuture<Answer>> waiting = new HashMap<>();
    private final Deque<Integer> descriptors = new ArrayDeque<>();
    private final CompletableFuture<String> lost = new CompletableFuture<>();
    private long lastId;
    private boolean closing;
    private boolean open = true;

    ReplyReader(UnixStream stream, Wakeup abort) {
        this.stream = stream;
        this.abort = abort;
        this.reader = Thread.ofPlatform().daemon().name("kubetun-helper").start(this::read);
    }

    /** A reply without an error, and the descriptor that came with it, owned by who gets this. */
    record Answer(Reply reply, OptionalInt descriptor) {}

    CompletionStage<String> lost() {
        return lost.minimalCompletionStage();
    }

    Answer call(Request request) throws KubetunException {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        long id = send(request, answer);
        try {
            Answer got = answer.get(REPLY_PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (got.reply().error().isPresent()) {
                throw got.reply().error().get();
            }
            return got;
        } catch (TimeoutException e) {
            forget(id, answer);
            throw lost("it did not answer within " + REPLY_PATIENCE.toSeconds() + " s");
        } catch (InterruptedException e) {
            forget(id, answer);
            Thread.currentThread().interrupt();
            throw new KubetunException(
                    ErrorCode.INTERRUPTED, "the helper's answer was not awaited", "interrupted", "Try again", e);
        } catch (ExecutionException e) {
            throw lost(String.valueOf(e.getCause().getMessage()));
        }
    }

    private synchronized long send(Request request, CompletableFuture<Answer> answer) throws KubetunException {
        if (!open || closing) {
            throw lost("it has ended");
        }
        long id = ++lastId;
        waiting.put(id, answer);
        try {
            stream.send(Frames.encode(request.toJson(id)), OptionalInt.empty(), abort, SEND_PATIENCE);
            return id;
        } catch (IOException e) {
            waiting.remove(id);
            throw lost(String.valueOf(e.getMessage()));
        }
    }

    /** Gives a wait up; if its answer came in that moment, the descriptor with it is closed. */
    private synchronized void forget(long id, CompletableFuture<Answer> answer) {
        waiting.remove(id);
        if (answer.state() == Future.State.SUCCESS) {
            answer.resultNow().descriptor().ifPresent(ListeningSocket::close);
        }
    }

    private void read() {
        String reason = "it has ended";
        Frames frames = new Frames();
        try {
            while (stream.awaitInput(abort, NO_LIMIT) != Wait.WOKEN) {
                UnixStream.Received received = stream.receive();
                received.descriptor().ifPresent(descriptors::add);
                if (received.end()) {
                    break;
                }
                frames.add(received.bytes());
                for (Optional<String> document = frames.next(); document.isPresent(); document = frames.next()) {
                    deliver(Reply.of(document.get()));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            reason = String.valueOf(e.getMessage());
        } finally {
            end(reason);
        }
    }

    private synchronized void deliver(Reply reply) {
        Integer descriptor = reply.descriptor() ? descriptors.poll() : null;
        CompletableFuture<Answer> answer = waiting.remove(reply.id());
        if (answer != null) {
            answer.complete(new Answer(reply, descriptor == null ? OptionalInt.empty() : OptionalInt.of(descriptor)));
        } else if (descriptor != null) {
            ListeningSocket.close(descriptor);
        }
    }

    private void end(String reason) {
        boolean asked;
        synchronized (this) {
            asked = closing;
            open = false;
            stream.close();
            abort.close();
            waiting.values().forEach(answer -> answer.completeExceptionally(new IOException(reason)));
            waiting.clear();
            descriptors.forEach(ListeningSocket::close);
            descriptors.clear();
        }
        if (!asked) {
            lost.complete(reason);
        }
    }

    void close(Duration patience) {
        synchronized (this) {
            if (open && !closing) {
                stream.shutdownOutput();
            }
            closing = true;
        }
        try {
            if (!reader.join(patience)) {
                abort.wake();
            }
        } catch (InterruptedException e) {
            abort.wake();
            Thread.currentThread().interrupt();
        }
    }

    static KubetunException lost(String why) {
        return new KubetunException(
                ErrorCode.SESSION_LOST, "the privileged helper is lost", why, "Start kubetun again by sudo");
    }
}
