package io.kubetun.kube.portforward;

import io.kubetun.kube.portforward.PodDialer.PodPort;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One dial, from the question to an open flow or a reason why not. A port-forward has no positive answer: open is the
 * first byte, or the stream's acceptance and then a short learnt grace without an error, or a port that was open
 * lately. Confined to the event loop.
 */
final class Dial {
    /** How long a dial may take in all. */
    static final int TIMEOUT_SECONDS = 10;

    private static final long LAST_LOOK_MICROS = 300;

    private final PodPort pod;
    private final EventLoop loop;
    private final Promise<Channel> promise;
    private final ServerMemory memory;
    private final OpenPorts openPorts;
    private Future<?> deadline;
    private Future<?> grace;
    private PodChannel flow;
    private boolean done;
    private boolean errorSeen;
    private boolean retried;
    private long acceptedAt;

    Dial(PodPort pod, EventLoop loop, Promise<Channel> promise, ServerMemory memory, OpenPorts openPorts) {
        this.pod = pod;
        this.loop = loop;
        this.promise = promise;
        this.memory = memory;
        this.openPorts = openPorts;
    }

    PodPort pod() {
        return pod;
    }

    boolean isDone() {
        return done;
    }

    /** Says once, for a dial whose link broke before it was open, that another link may be tried. */
    boolean mayRetry() {
        boolean first = !retried && !done;
        retried = true;
        return first;
    }

    /** Starts the clock. */
    void waits() {
        if (deadline == null) {
            deadline = loop.schedule(this::timedOut, TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Goes out on this link. */
    void startOn(Link link) {
        flow = new PodChannel(link, this);
        errorSeen = false;
        if (grace != null) {
            grace.cancel(false);
            grace = null;
        }
        link.open(flow);
        if (openPorts.contains(pod)) {
            link.outbox().flushLater();
            open();
        } else {
            link.outbox().flushSoon();
            waits();
        }
    }

    /** The node has taken the stream; it dials the port now. */
    void accepted() {
        acceptedAt = System.nanoTime();
        if (!done && grace == null) {
            grace = loop.schedule(this::lookOnceMore, memory.graceMicros(), TimeUnit.MICROSECONDS);
        }
    }

    /** Lets the loop read its sockets before it decides: on a busy machine the error may be there already. */
    private void lookOnceMore() {
        grace = loop.schedule(this::open, LAST_LOOK_MICROS, TimeUnit.MICROSECONDS);
    }

    /** The pod has sent something: the port is open. */
    void firstByte() {
        if (!errorSeen) {
            openPorts.add(pod);
            open();
        }
    }

    /** An error message has begun. */
    void errorSeen() {
        errorSeen = true;
    }

    /** The dial, or the flow that it had opened too soon, has failed. */
    void failed(DialException cause) {
        if (cause.reason() == Reason.REFUSED) {
            openPorts.remove(pod);
            if (acceptedAt != 0) {
                memory.errorCame(System.nanoTime() - acceptedAt);
            }
        }
        if (!done) {
            finish();
            promise.tryFailure(cause);
        }
    }

    private void open() {
        if (done || errorSeen) {
            return;
        }
        finish();
        openPorts.add(pod);
        flow.open();
        if (!promise.trySuccess(flow)) {
            flow.close();
        }
    }

    private void finish() {
        done = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (grace != null) {
            grace.cancel(false);
        }
    }

    private void timedOut() {
        if (!done) {
            PodChannel abandoned = flow;
            failed(new DialException(Reason.TIMED_OUT, pod + ": no answer within " + TIMEOUT_SECONDS + " s"));
            if (abandoned != null) {
                abandoned.link().close(abandoned, false);
            }
        }
    }
}
