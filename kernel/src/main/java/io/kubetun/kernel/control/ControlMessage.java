package io.kubetun.kernel.control;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The wire format: one JSON object a line, in UTF-8, each with the version of the protocol. A connection carries one
 * request and one response.
 */
final class ControlMessage {
    /** Changes when an old client could not understand a new kernel. */
    static final int VERSION = 1;

    private ControlMessage() {}

    static byte[] encode(Map<String, Object> fields) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("version", VERSION);
        message.putAll(fields);
        return (ConfigValueFactory.fromMap(message).render(ConfigRenderOptions.concise()) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    static Config decode(String line) throws IOException {
        try {
            return ConfigFactory.parseString(line, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
        } catch (ConfigException e) {
            throw new IOException("not a JSON object", e);
        }
    }

    /** Reads a line; an end without a line break, more than {@code max} bytes, or a silence is an error. */
    static String readLine(SocketChannel from, int max) throws IOException {
        InputStream in = Channels.newInputStream(from);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] block = new byte[8192];
        while (true) {
            int count = in.read(block);
            if (count < 0) {
                throw new IOException("the other side closed before the end of its line");
            }
            for (int i = 0; i < count; i++) {
                if (block[i] == '\n') {
                    line.write(block, 0, i);
                    return line.toString(StandardCharsets.UTF_8);
                }
            }
            line.write(block, 0, count);
            if (line.size() > max) {
                throw new IOException("a line of more than " + max + " bytes");
            }
        }
    }

    static void write(SocketChannel to, byte[] message) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(message);
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /** Runs an exchange that is cut, by closing its channel, when it takes longer than it may. */
    static <T> T within(Duration limit, SocketChannel channel, Exchange<T> exchange) throws IOException {
        Thread watch = Thread.ofVirtual().name("control-limit").start(() -> {
            try {
                Thread.sleep(limit);
                channel.close();
            } catch (InterruptedException | IOException done) {
                // The exchange was in time.
            }
        });
        try {
            return exchange.run();
        } catch (java.nio.channels.ClosedChannelException e) {
            InterruptedIOException late = new InterruptedIOException("no answer within " + limit.toMillis() + " ms");
            late.initCause(e);
            throw late;
        } finally {
            watch.interrupt();
        }
    }

    /** One request and its response. */
    @FunctionalInterface
    interface Exchange<T> {
        T run() throws IOException;
    }
}
