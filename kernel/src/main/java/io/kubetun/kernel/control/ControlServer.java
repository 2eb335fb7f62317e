package io.kubetun.kernel.control;

import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.flow.UnixSockets;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control socket of a kernel, mode 0600 in a folder of mode 0700: whoever connects and is not this user is turned
 * away. Safe for use by several threads.
 */
public final class ControlServer implements AutoCloseable {
    /** Connections at the same time; the next one waits in the socket's backlog. */
    static final int MAX_CONNECTIONS = 256;

    /** Bytes of a request; a longer one is cut. It may hold somebody's whole environment. */
    static final int MAX_REQUEST = 1024 * 1024;

    private static final Set<PosixFilePermission> SOCKET = PosixFilePermissions.fromString("rw-------");

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private final Path path;
    private final ControlCommands commands;
    private final AtomicInteger connections = new AtomicInteger();
    private final Channel server;

    private ControlServer(Path path, NettyTransport transport, ControlCommands commands) throws IOException {
        this.path = path;
        this.commands = commands;
        server = new UnixSockets(transport)
                .listen(
                        new ServerBootstrap()
                                .childOption(ChannelOption.ALLOCATOR, new UnpooledByteBufAllocator(false))
                                .childHandler(new Connections()),
                        path);
        Files.setPosixFilePermissions(path, SOCKET);
    }

    /**
     * Opens the control socket of a kernel that lives in a command, named by its process, and answers from then on.
     *
     * @param folder the user's folder for sockets
     * @param transport the event loops
     * @param commands what answers
     * @return the running server
     * @throws KubetunException if the socket cannot be opened
     */
    public static ControlServer ofProcess(Path folder, NettyTransport transport, ControlCommands commands)
            throws KubetunException {
        return open(folder, ControlSockets::own, transport, commands);
    }

    /**
     * Opens the control socket of the background kernel, whose lock this process holds.
     *
     * @param folder the user's folder for sockets
     * @param transport the event loops
     * @param commands what answers
     * @return the running server
     * @throws KubetunException if the socket cannot be opened
     */
    public static ControlServer ofBackground(Path folder, NettyTransport transport, ControlCommands commands)
            throws KubetunException {
        return open(folder, ControlSockets::background, transport, commands);
    }

    private static ControlServer open(Path folder, Place place, NettyTransport transport, ControlCommands commands)
            throws KubetunException {
        try {
            return new ControlServer(place.in(new ControlSockets(folder)), transport, commands);
        } catch (IOException | RuntimeException e) {
            throw unusable(folder, e);
        }
    }

    /** Which of the user's sockets it is. */
    @FunctionalInterface
    private interface Place {
        Path in(ControlSockets sockets) throws IOException;
    }

    static KubetunException unusable(Path folder, Exception cause) {
        return new KubetunException(
                ErrorCode.STATE_UNREADABLE,
                "cannot open a control socket in " + folder,
                String.valueOf(cause.getMessage()),
                "Name another folder: export XDG_RUNTIME_DIR=/run/user/$(id -u)",
                cause);
    }

    /**
     * Returns where it listens.
     *
     * @return the socket's path
     */
    public Path path() {
        return path;
    }

    /** Stops answering and removes the socket. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.debug("the control socket stays", e);
        }
        server.close().awaitUninterruptibly();
    }

    private final class Connections extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) throws IOException {
            if (!UnixSockets.isOfThisUser(channel)) {
                LOG.warn("another user was turned away from {}", path);
                channel.close();
                return;
            }
            if (connections.incrementAndGet() >= MAX_CONNECTIONS) {
                server.config().setAutoRead(false);
            }
            channel.closeFuture().addListener(closed -> {
                if (connections.decrementAndGet() < MAX_CONNECTIONS) {
                    server.config().setAutoRead(true);
                }
            });
            channel.pipeline()
                    .addLast(
                            new LineBasedFrameDecoder(MAX_REQUEST, true, true),
                            new StringDecoder(StandardCharsets.UTF_8),
                            new StringEncoder(StandardCharsets.UTF_8),
                            new ControlConnection(commands, channel));
        }
    }
}
