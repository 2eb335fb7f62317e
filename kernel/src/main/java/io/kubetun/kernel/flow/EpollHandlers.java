package io.kubetun.kernel.flow;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Netty's epoll, with one thing put right. A socket that waits for nothing (its peer has sent a FIN, or its reading is
 * paused after one) is taken out of epoll, but Netty 4.2.18 takes it for still being there: the next write that
 * blocks fails with ENOENT, and the flow with it. Here such a socket stays in epoll and waits for errors only,
 * edge-triggered, so that it neither fails nor wakes the loop again and again.
 *
 * @see <a href="https://github.com/netty/netty/pull/16689">the change in Netty that brought it</a>
 */
record EpollHandlers(IoHandlerFactory netty) implements IoHandlerFactory {
    EpollHandlers() {
        this(EpollIoHandler.newFactory());
    }

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new Handler(netty.newHandler(executor));
    }

    @Override
    public boolean isChangingThreadSupported() {
        return netty.isChangingThreadSupported();
    }

    private record Handler(IoHandler netty) implements IoHandler {
        @Override
        public void initialize() {
            netty.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            return netty.run(context);
        }

        @Override
        public void prepareToDestroy() {
            netty.prepareToDestroy();
        }

        @Override
        public void destroy() {
            netty.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return new Registration(netty.register(handle));
        }

        @Override
        public void wakeup() {
            netty.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handle) {
            return netty.isCompatible(handle);
        }
    }

    /** Used on its loop only, like the channel that it belongs to. */
    private static final class Registration implements IoRegistration {
        private final IoRegistration netty;
        private boolean added;

        Registration(IoRegistration netty) {
            this.netty = netty;
        }

        // The signature is Netty's.
        @SuppressWarnings("TypeParameterUnusedInFormals")
        @Override
        public <T> T attachment() {
            return netty.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            if (!EpollIoOps.NONE.equals(ops)) {
                added = true;
                return netty.submit(ops);
            }
            return added ? netty.submit(EpollIoOps.EPOLLET) : 0;
        }

        @Override
        public boolean isValid() {
            return netty.isValid();
        }

        @Override
        public boolean cancel() {
            return netty.cancel();
        }
    }
}
