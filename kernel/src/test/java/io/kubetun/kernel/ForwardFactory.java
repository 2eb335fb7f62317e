package io.kubetun.kernel;

import com.typesafe.config.Config;
import io.kubetun.kernel.flow.ForwardingHandler;
import io.kubetun.kernel.journal.FileEffect;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Flows.FlowListener;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * A mode that forwards one port and leaves a file as long as it runs. Options: target (a port on loopback), file (the
 * file), fail (what happens in start).
 */
record ForwardFactory(String name, Consumer<String> journal) implements ModeFactory {
    @Override
    public ModeDescriptor descriptor() {
        return new ModeDescriptor(name, name, "forwards a port", List.of(), Set.of());
    }

    @Override
    public Mode create(SessionContext context, Config options) {
        return new Forward(context, options);
    }

    private final class Forward implements Mode {
        private final SessionContext context;
        private final Config options;
        private Optional<FlowListener> listener = Optional.empty();

        Forward(SessionContext context, Config options) {
            this.context = context;
            this.options = options;
        }

        @Override
        public void start() throws KubetunException, InterruptedException {
            journal.accept("start " + name);
            InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
            Target target = new Target.Address(loopback, options.getInt("target"));
            context.effects().apply(new FileEffect(Path.of(options.getString("file")), name));
            listener = Optional.of(context.flows()
                    .listen(
                            new InetSocketAddress(loopback, 0),
                            new ForwardingHandler(context.flows(), context.dialer(), target)));
            switch (options.hasPath("fail") ? options.getString("fail") : "") {
                case "told" -> throw new KubetunException(ErrorCode.PORT_IN_USE, "told", "by the test", "Nothing.");
                case "bug" -> throw new IllegalStateException("expected by the test");
                case "hang" -> new CountDownLatch(1).await();
                default -> context.progress().step(name + " listens");
            }
        }

        @Override
        public void stop() {
            journal.accept("stop " + name);
        }

        @Override
        public List<Listening> listening() {
            return listener.map(open -> new Listening(open.address(), "the port", List.of("a.name", "b.name"))).stream()
                    .toList();
        }
    }
}
