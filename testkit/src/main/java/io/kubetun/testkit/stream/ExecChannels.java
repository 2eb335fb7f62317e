package io.kubetun.testkit.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.pod.ExecFunction;
import io.kubetun.testkit.store.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The server's side of a command: channel 1 is its output, 2 its error output, 3 how it ended. Input is ignored. */
final class ExecChannels extends ChannelInboundHandlerAdapter {
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int STATUS = 3;
    private static final int CANNOT_EXECUTE = 126;

    private final ExecFunction function;
    private final List<String> command;

    ExecChannels(ExecFunction function, List<String> command) {
        this.function = function;
        this.command = List.copyOf(command);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        Thread.ofVirtual().start(() -> run(ctx));
    }

    private void run(ChannelHandlerContext ctx) {
        ExecFunction.Result result = result();
        send(ctx, STDOUT, result.stdout().getBytes(StandardCharsets.UTF_8));
        send(ctx, STDERR, result.stderr().getBytes(StandardCharsets.UTF_8));
        send(ctx, STATUS, Json.write(status(result.exitStatus())));
        ctx.writeAndFlush(new CloseWebSocketFrame(1000, "")).addListener(done -> ctx.close());
    }

    private ExecFunction.Result result() {
        try {
            return function.run(command);
        } catch (Exception failure) {
            return new ExecFunction.Result(CANNOT_EXECUTE, "", failure + "\n");
        }
    }

    private static ObjectNode status(int exitStatus) {
        ObjectNode status = Json.object();
        status.putObject("metadata");
        if (exitStatus == 0) {
            return status.put("status", "Success");
        }
        status.put("status", "Failure")
                .put("message", "command terminated with non-zero exit code: exit status " + exitStatus)
                .put("reason", "NonZeroExitCode");
        status.putObject("details")
                .putArray("causes")
                .addObject()
                .put("reason", "ExitCode")
                .put("message", Integer.toString(exitStatus));
        return status;
    }

    private static void send(ChannelHandlerContext ctx, int channel, byte[] bytes) {
        if (bytes.length > 0) {
            ByteBuf message = Unpooled.wrappedBuffer(new byte[] {(byte) channel}, bytes);
            ctx.write(new BinaryWebSocketFrame(message));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof CloseWebSocketFrame) {
            ctx.close();
        }
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
