package io.kubetun.kube.portforward;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/**
 * One attempt to connect to a pod: tries the wire formats in order until one is accepted, and takes new credentials
 * once after a 401. Confined to the event loop, but for credentials and names, which a virtual thread fetches.
 */
final class ConnectAttempt implements Upgrade.Outcome {
    private final ApiServer server;
    private final Connector connector;
    private final ServerMemory memory;
    private final PodKey pod;
    private final int port;
    private final EventLoop loop;
    private final PodLinks owner;
    private final Deque<WireFormat> formats;
    private final Set<String> missingVerbs = new TreeSet<>();
    private final Set<WireFormat> refused = EnumSet.noneOf(WireFormat.class);
    private Optional<Credentials> used = Optional.empty();
    private boolean refreshed;
    private String lastRefusal = "";
    private Link link;
    private WireFormat inUse;

    ConnectAttempt(
            ApiServer server, Connector connector, ServerMemory memory, EventLoop loop, PodLinks owner, int port) {
        this.server = server;
        this.connector = connector;
        this.memory = memory;
        this.loop = loop;
        this.owner = owner;
        this.pod = owner.pod();
        this.port = port;
        this.formats = new ArrayDeque<>(memory.formatsFor(pod.namespace()));
    }

    /** Begins; the owner is told of the end, once. */
    void start() {
        prepare(Optional.empty());
    }

    private void prepare(Optional<Credentials> credentialsRefused) {
        Thread.ofVirtual().name("credentials").start(() -> {
            try {
                Credentials credentials = server.credentials(credentialsRefused);
                InetSocketAddress address = resolve();
                loop.execute(() -> connect(credentials, address));
            } catch (UnreachableException unresolved) {
                loop.execute(() -> unreachable(unresolved.getMessage()));
            } catch (IOException | RuntimeException none) {
                loop.execute(() -> owner.connectFailed(new DialException(
                        Reason.FORBIDDEN, pod + ": no credentials for the API server: " + none.getMessage(), none)));
            }
        });
    }

    private InetSocketAddress resolve() throws UnreachableException {
        try {
            return connector.resolve();
        } catch (IOException | RuntimeException unknown) {
            throw new UnreachableException("unknown host " + server.base().getHost(), unknown);
        }
    }

    private void connect(Credentials credentials, InetSocketAddress address) {
        used = Optional.of(credentials);
        WireFormat format = formats.element();
        Upgrade upgrade = new Upgrade(server.base(), pod, port, format, credentials.headers(), this);
        connector.connect(loop, address, upgrade).addListener(connected -> {
            if (!connected.isSuccess()) {
                upgrade.abandon();
                failed(connected.cause());
            }
        });
    }

    @Override
    public void install(Channel channel, WireFormat format) {
        inUse = format;
        switch (format) {
            case SPDY -> {
                link = new SpdyLink(channel, owner);
                channel.pipeline().addLast(link, headerCodec());
            }
            case SPDY_IN_WEBSOCKET -> {
                link = new SpdyLink(channel, owner);
                channel.pipeline()
                        .addLast(new WebSocketFrames(false, ThreadLocalRandom.current()), link, headerCodec());
            }
            case WEBSOCKET_CHANNELS -> {
                WebSocketFrames frames = new WebSocketFrames(true, ThreadLocalRandom.current());
                link = new ChannelsLink(channel, owner, frames, port);
                channel.pipeline().addLast(frames, link);
            }
        }
    }

    /** Netty's codec, here for the compressed header blocks of SYN_STREAM alone: all else passes it by. */
    private static SpdyFrameCodec headerCodec() {
        return new SpdyFrameCodec(SpdyVersion.SPDY_3_1, 65536, 16384, 6, 15, 8, false);
    }

    @Override
    public void upgraded() {
        memory.works(pod.namespace(), inUse);
        owner.connected(link);
    }

    @Override
    public void failed(Throwable cause) {
        if (!(cause instanceof UpgradeRefusedException answer)) {
            unreachable(describe(cause));
            return;
        }
        lastRefusal = answer.getMessage();
        if (answer.status() == 401 && !refreshed) {
            refreshed = true;
            prepare(used);
            return;
        }
        if (answer.status() == 401) {
            owner.connectFailed(new DialException(
                    Reason.FORBIDDEN, pod + ": the API server refuses the credentials: " + lastRefusal));
        } else if (answer.status() == 404) {
            owner.connectFailed(new DialException(Reason.UNREACHABLE, pod + " is gone: " + lastRefusal));
        } else {
            nextFormat(answer.status());
        }
    }

    private void nextFormat(int status) {
        WireFormat format = formats.remove();
        refused.add(format);
        if (status == 403) {
            missingVerbs.add(format.verb());
        }
        if (!formats.isEmpty()) {
            prepare(Optional.empty());
        } else if (!missingVerbs.isEmpty()) {
            owner.connectFailed(new DialException(
                    Reason.FORBIDDEN,
                    pod + ": needs the verb " + String.join(" or ", missingVerbs) + " on pods/portforward in namespace "
                            + pod.namespace() + ": " + lastRefusal));
        } else if (status == 0) {
            unreachable(lastRefusal);
        } else {
            owner.connectFailed(new DialException(
                    Reason.UNREACHABLE,
                    pod + ": the API server accepts none of "
                            + refused.stream().map(WireFormat::protocol).collect(Collectors.joining(", ")) + ": "
                            + lastRefusal));
        }
    }

    private void unreachable(String reason) {
        memory.unreachable(reason);
        owner.connectFailed(
                new DialException(Reason.CLUSTER_LOST, pod + ": the API server cannot be reached: " + reason));
    }

    private static String describe(Throwable cause) {
        Throwable last = cause;
        while (!(last instanceof SSLException) && last.getCause() != null) {
            last = last.getCause();
        }
        return last.getMessage() == null ? last.getClass().getSimpleName() : DialFailures.shorten(last.getMessage());
    }

    private static final class UnreachableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreachableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
