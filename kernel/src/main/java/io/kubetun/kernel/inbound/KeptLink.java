package io.kubetun.kernel.inbound;

import io.kubetun.kernel.agent.AgentHandshake;
import io.kubetun.kernel.link.LinkServer;
import io.kubetun.kernel.link.LinkSettings;
import io.kubetun.kernel.link.Retry;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Inbound;
import io.kubetun.spi.Inbound.State;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.security.PrivateKey;
import java.util.function.Consumer;

/** One link to an agent, made again whenever it is lost. What is not final is used on its event loop alone. */
final class KeptLink implements Inbound.AgentLink {
    /** The pod is there: a program in it that does not answer yet is starting, or has been killed a moment ago. */
    private static final long FIRST_PAUSE_MILLIS = 100;

    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /** One that starts is found a quarter of its starting time late at most. */
    private static final double GROWTH = 1.25;

    private final Target.Pod agent;
    private final Dialer pods;
    private final EventLoop loop;
    private final PrivateKey key;
    private final LinkServer server;
    private final Consumer<State> told;
    private final Consumer<KeptLink> gone;
    private final Retry retry;
    private boolean opening;
    private boolean closed;
    private volatile State state = new State(false, "it is being opened");

    KeptLink(
            Target.Pod agent,
            Dialer pods,
            EventLoop loop,
            PrivateKey key,
            Inbound.Taker taker,
            Consumer<State> told,
            Consumer<KeptLink> gone) {
        this.agent = agent;
        this.pods = pods;
        this.loop = loop;
        this.key = key;
        this.server = new LinkServer(new TakerEgress(taker), LinkSettings.ofSession());
        this.told = told;
        this.gone = gone;
        this.retry = new Retry(loop, FIRST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS, GROWTH, this::openNow);
    }

    @Override
    public State state() {
        return state;
    }

    void open() {
        loop.execute(this::openNow);
    }

    void retryNow() {
        loop.execute(() -> {
            if (retry.isWaiting()) {
                retry.reset();
                openNow();
            }
        });
    }

    private void openNow() {
        if (closed || opening || state.up()) {
            return;
        }
        opening = true;
        retry.cancel();
        pods.dial(agent, loop).addListener((Future<Channel> dialled) -> {
            if (dialled.isSuccess()) {
                AgentHandshake.prove(dialled.getNow(), key).addListener((Future<Channel> done) -> proven(done));
            } else {
                failed(dialled.cause());
            }
        });
    }

    private void proven(Future<Channel> done) {
        if (!done.isSuccess()) {
            failed(done.cause());
            return;
        }
        Channel channel = done.getNow();
        if (closed) {
            channel.close();
            return;
        }
        opening = false;
        retry.reset();
        channel.closeFuture().addListener(end -> lost("the connection to it has ended"));
        server.accept(channel);
        tell(new State(true, ""));
    }

    private void failed(Throwable cause) {
        opening = false;
        lost(String.valueOf(cause.getMessage()));
    }

    private void lost(String why) {
        if (closed) {
            return;
        }
        tell(new State(false, why));
        retry.later();
    }

    private void tell(State now) {
        if (!now.equals(state)) {
            state = now;
            told.accept(now);
        }
    }

    @Override
    public void close() {
        gone.accept(this);
        if (!loop.isShuttingDown()) {
            loop.execute(() -> {
                closed = true;
                retry.cancel();
                // It may have come up since.
                gone.accept(this);
            });
        }
        server.close();
    }
}
