package io.kubetun.kube.workload;

import io.kubetun.kube.portforward.PodDialer;
import io.kubetun.kube.portforward.PodDialer.PodPort;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Where an agent can be told to end, on its pod's loopback. Who may forward a port to the pod may do so. Never blocks;
 * thread-safe.
 *
 * @param dialer the way into pods
 * @param loops what the connections live on
 */
record AgentDoor(PodDialer dialer, EventLoopGroup loops) {
    /** An agent that is only starting listens soon. */
    private static final long AGAIN_MILLIS = 100;

    private static final int MAX_LINE = 512;

    /**
     * Asks for an agent's end.
     *
     * @param namespace the pod's namespace
     * @param pod its name
     * @param limit how long it may take to answer
     * @return done when it has said that it ends; failed with the reason else
     */
    Future<Void> end(String namespace, String pod, Duration limit) {
        EventLoop loop = loops.next();
        Promise<Void> done = loop.newPromise();
        attempt(new PodPort(namespace, pod, AgentContainers.PORT), loop, done, System.nanoTime() + limit.toNanos());
        return done;
    }

    private void attempt(PodPort at, EventLoop loop, Promise<Void> done, long end) {
        Promise<Void> attempt = loop.newPromise();
        long left = end - System.nanoTime();
        dialer.dial(at, loop).addListener((Future<Channel> dialled) -> {
            if (dialled.isSuccess()) {
                Channel channel = dialled.getNow();
                channel.pipeline().addLast(new Asking(attempt));
                channel.read();
                loop.schedule(() -> attempt.tryFailure(late()), Math.max(1, left), TimeUnit.NANOSECONDS);
                attempt.addListener(each -> channel.close());
            } else {
                attempt.tryFailure(dialled.cause());
            }
        });
        attempt.addListener((Future<Void> asked) -> {
            if (asked.isSuccess()) {
                done.trySuccess(null);
            } else if (System.nanoTime() - end + TimeUnit.MILLISECONDS.toNanos(AGAIN_MILLIS) < 0) {
                loop.schedule(() -> attempt(at, loop, done, end), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                done.tryFailure(asked.cause());
            }
        });
    }

    private static IOException late() {
        return new IOException("its agent does not answer");
    }

    /** Says its line when the agent has greeted, and reads the answer. */
    private static final class Asking extends SimpleChannelInboundHandler<ByteBuf> {
        private final Promise<Void> done;
        private final StringBuilder line = new StringBuilder();
        private boolean said;

        Asking(Promise<Void> done) {
            this.done = done;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            line.append(bytes.toString(StandardCharsets.US_ASCII));
            if (!said && line.indexOf("\n") >= 0) {
                said = true;
                boolean agent = line.indexOf("kubetun-agent 1 ") == 0;
                line.setLength(0);
                if (!agent) {
                    done.tryFailure(new IOException("what answers there is no agent of this version"));
                    return;
                }
                context.writeAndFlush(Unpooled.copiedBuffer("end\n", StandardCharsets.US_ASCII));
            } else if (said && line.indexOf("\n") >= 0) {
                if (line.indexOf("ending") == 0) {
                    done.trySuccess(null);
                } else {
                    done.tryFailure(new IOException(line.toString().strip()));
                }
            } else if (line.length() > MAX_LINE) {
                done.tryFailure(new IOException("what answers there is no agent"));
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.read();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            done.tryFailure(new IOException("its agent has ended the connection"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            done.tryFailure(cause);
        }
    }
}
