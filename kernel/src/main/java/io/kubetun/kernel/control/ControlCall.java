package io.kubetun.kernel.control;

import com.typesafe.config.Config;
import io.kubetun.spi.KubetunException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One request to a kernel and its answer. By the JDK's channels rather than Netty's: a command that only asks should be
 * over before Netty is loaded. Blocks; another thread may close it.
 */
final class ControlCall implements AutoCloseable {
    private final SocketChannel channel;
    private final BufferedReader lines;

    private ControlCall(SocketChannel channel) {
        this.channel = channel;
        lines = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    }

    static ControlCall open(Path socket, String command, Map<String, Object> parameters) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try {
            Map<String, Object> request = new LinkedHashMap<>(parameters);
            request.put("command", command);
            OutputStream out = Channels.newOutputStream(channel);
            out.write(ControlMessage.encode(request).getBytes(StandardCharsets.UTF_8));
            return new ControlCall(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Reads to the last line; those before it go to {@code each}. */
    Config finish(Consumer<Config> each) throws IOException, KubetunException {
        while (true) {
            String text = lines.readLine();
            if (text == null) {
                throw new IOException("the kernel has gone");
            }
            Config line = ControlMessage.decode(text);
            if (!line.hasPath("ok")) {
                each.accept(line);
            } else if (line.getBoolean("ok")) {
                return line;
            } else {
                throw ControlMessage.failure(line);
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
