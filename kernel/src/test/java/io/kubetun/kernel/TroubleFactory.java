package io.kubetun.kernel;

import com.typesafe.config.Config;
import io.kubetun.kernel.journal.FileEffect;
import io.kubetun.spi.Flows.FlowListener;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceSelection;
import io.kubetun.spi.cluster.ServiceState;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A mode as bad as plugins get: it never gives back what it opens, each connection to it blocks an event loop, and it
 * throws in its stop, or with the option {@code start} already there.
 */
final class TroubleFactory implements ModeFactory {
    static final int LISTENERS = 40;

    final List<InetSocketAddress> leaked = new CopyOnWriteArrayList<>();
    final AtomicInteger blocked = new AtomicInteger();
    final AtomicInteger released = new AtomicInteger();
    final AtomicInteger events = new AtomicInteger();

    @Override
    public ModeDescriptor descriptor() {
        return new ModeDescriptor("trouble", "trouble", "makes trouble", List.of(), Set.of());
    }

    @Override
    public Mode create(SessionContext context, Config options) {
        return new Trouble(context, options);
    }

    private final class Trouble implements Mode {
        private final SessionContext context;
        private final Config options;
        private final List<FlowListener> listeners = new ArrayList<>();

        Trouble(SessionContext context, Config options) {
            this.context = context;
            this.options = options;
        }

        @Override
        public void start() throws KubetunException, InterruptedException {
            for (int i = 0; i < LISTENERS; i++) {
                FlowListener listener = context.flows()
                        .listen(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), new Blocking());
                listeners.add(listener);
                leaked.add(listener.address());
            }
            context.effects().apply(new FileEffect(Path.of(options.getString("file")), "leaked"));
            context.events().subscribe("leak", event -> events.incrementAndGet());
            context.cluster().watchServices(new ServiceSelection(Set.of(), "", ""), new Ignored());
            if (options.hasPath("start")) {
                throw new IllegalStateException("expected by the test");
            }
        }

        @Override
        public void stop() {
            throw new IllegalStateException("expected by the test");
        }

        @Override
        public List<Listening> listening() {
            return List.of(new Listening(listeners.getFirst().address(), "nothing", List.of()));
        }
    }

    private static final class Ignored implements ServiceListener {
        @Override
        public void changed(ServiceState service) {}

        @Override
        public void removed(String namespace, String name) {}
    }

    @ChannelHandler.Sharable
    private final class Blocking extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            blocked.incrementAndGet();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException swallowed) {
                released.incrementAndGet();
            }
        }
    }
}
