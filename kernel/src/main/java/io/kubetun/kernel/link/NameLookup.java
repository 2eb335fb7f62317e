package io.kubetun.kernel.link;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Asks the resolver of this machine, which blocks, on a few threads of its own. Safe for use by several threads. */
final class NameLookup implements AutoCloseable {
    private static final int THREADS = 4;

    /** Names that wait for a thread; the next one is refused. */
    private static final int WAITING = 256;

    private final ThreadPoolExecutor threads;

    NameLookup() {
        threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING),
                Thread.ofPlatform().daemon().name("kubetun-names-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /** The addresses of a name, one or more. */
    Future<List<InetAddress>> addresses(String host, EventLoop loop) {
        Promise<List<InetAddress>> found = loop.newPromise();
        try {
            threads.execute(() -> {
                try {
                    found.trySuccess(List.of(InetAddress.getAllByName(host)));
                } catch (UnknownHostException e) {
                    found.tryFailure(new DialException(Reason.UNKNOWN_NAME, host + " is no known name", e));
                }
            });
        } catch (RejectedExecutionException e) {
            found.tryFailure(new DialException(Reason.LIMIT, host + ": too many names are being looked up", e));
        }
        return found;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
