package io.kubetun.host.helper;

import com.typesafe.config.Config;
import io.kubetun.host.natives.Errno;
import io.kubetun.host.natives.ListeningSocket;
import io.kubetun.host.natives.NativeException;
import io.kubetun.host.natives.UnixStream;
import io.kubetun.host.natives.Wait;
import io.kubetun.host.natives.Wakeup;
import io.kubetun.host.tun.TunDevice;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves one client until it goes, and remembers what was done for it. For one thread. */
final class Conversation {
    /** Changes of one session; above it a request is refused. */
    static final int MAX_EFFECTS = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);
    private static final Duration NO_LIMIT = Duration.ofDays(24);
    private static final Duration SEND_PATIENCE = Duration.ofSeconds(10);

    private final UnixStream client;
    private final Permitted permitted;
    private final Effects effects;
    private final Wakeup stop;
    private final Map<Name, Effect> applied = new LinkedHashMap<>();

    Conversation(UnixStream client, Permitted permitted, Effects effects, Wakeup stop) {
        this.client = client;
        this.permitted = permitted;
        this.effects = effects;
        this.stop = stop;
    }

    /** Returns why it ended, a clause. */
    String serve() {
        Frames frames = new Frames();
        try {
            while (client.awaitInput(stop, NO_LIMIT) != Wait.WOKEN) {
                UnixStream.Received received = client.receive();
                received.descriptor().ifPresent(ListeningSocket::close);
                if (received.end()) {
                    return "the session has ended";
                }
                frames.add(received.bytes());
                for (Optional<String> document = frames.next(); document.isPresent(); document = frames.next()) {
                    answer(document.get());
                }
            }
            return "it was told to stop";
        } catch (IOException e) {
            return "the connection to the session broke: " + e.getMessage();
        }
    }

    /** Takes back what was done, the last first. What cannot be taken back stays in the journal for repair. */
    void undoAll() {
        for (Effect effect : List.copyOf(applied.values()).reversed()) {
            try {
                effects.undo(effect);
            } catch (KubetunException e) {
                LOG.warn("{}", e.getMessage());
            }
        }
        applied.clear();
    }

    private void answer(String document) throws IOException {
        long id = 0;
        try {
            Config fields = Json.read(document);
            id = fields.hasPath("id") ? fields.getLong("id") : 0;
            Request request = Request.of(fields);
            if (request instanceof Request.Listen listen) {
                passListener(id, listen);
                return;
            }
            if (request instanceof Request.MakeTun tun) {
                passTun(id, tun);
                return;
            }
            act(request);
            send(Reply.done(id), OptionalInt.empty());
        } catch (KubetunException e) {
            send(Reply.failed(id, e), OptionalInt.empty());
        } catch (RuntimeException e) {
            // Whatever is wrong with a document, the helper lives on to undo what it did.
            KubetunException error = Permitted.refusal("the helper was asked for what it does not know", reason(e));
            send(Reply.failed(id, error), OptionalInt.empty());
        }
    }

    private static String reason(RuntimeException e) {
        return e instanceof IllegalArgumentException ? String.valueOf(e.getMessage()) : "not a request";
    }

    private void act(Request request) throws KubetunException {
        switch (request) {
            case Request.Ping ping -> LOG.debug("{}", ping);
            case Request.PutHosts put -> apply(permitted.hostsBlock(put));
            case Request.AddRoute route -> apply(permitted.route(route, this::hasMade));
            case Request.PutResolver put -> apply(permitted.resolver(put, this::hasMade));
            case Request.NameLink link -> apply(permitted.link(link, this::hasMade));
            case Request.ShowNames show -> apply(permitted.nameServer(show));
            case Request.Undo undo -> undo(new Name(undo.kind(), undo.key()));
            case Request.Listen listen -> throw new IllegalStateException("is answered with a descriptor: " + listen);
            case Request.MakeTun tun -> throw new IllegalStateException("is answered with a descriptor: " + tun);
        }
    }

    private boolean hasMade(TunSettings tun) {
        return applied.containsKey(new Name(TunDevice.KIND, tun.name()));
    }

    private boolean hasMade(Effect effect) {
        return applied.containsKey(new Name(effect.kind(), effect.key()));
    }

    private void apply(Effect effect) throws KubetunException {
        Name name = new Name(effect.kind(), effect.key());
        if (!applied.containsKey(name) && applied.size() == MAX_EFFECTS) {
            throw Permitted.refusal("the helper will make no more changes", MAX_EFFECTS + " are made");
        }
        effects.apply(effect);
        applied.put(name, effect);
    }

    private void undo(Name name) throws KubetunException {
        Effect effect = applied.get(name);
        if (effect != null) {
            effects.undo(effect);
            applied.remove(name);
        }
    }

    private void passListener(long id, Request.Listen request) throws IOException, KubetunException {
        InetSocketAddress address = permitted.listener(request);
        int descriptor;
        try {
            descriptor = request.datagrams() ? ListeningSocket.openDatagrams(address) : ListeningSocket.open(address);
        } catch (NativeException e) {
            boolean taken = e.errno() == Errno.EADDRINUSE;
            throw new KubetunException(
                    taken ? ErrorCode.PORT_IN_USE : ErrorCode.LISTEN_FAILED,
                    "cannot listen on " + request.address() + ":" + request.port(),
                    taken ? "another process has the port" : e.getMessage(),
                    "See who listens: sudo ss -" + (request.datagrams() ? "u" : "t") + "lnp sport = :" + request.port(),
                    e);
        }
        pass(id, descriptor);
    }

    private void passTun(long id, Request.MakeTun request) throws IOException, KubetunException {
        TunDevice device = permitted.tun(request, this::hasMade);
        apply(device);
        pass(id, device.take());
    }

    private void pass(long id, int descriptor) throws IOException {
        try {
            send(Reply.withDescriptor(id), OptionalInt.of(descriptor));
        } finally {
            ListeningSocket.close(descriptor);
        }
    }

    private void send(Reply reply, OptionalInt descriptor) throws IOException {
        client.send(Frames.encode(reply.toJson()), descriptor, stop, SEND_PATIENCE);
    }

    private record Name(String kind, String key) {}
}
