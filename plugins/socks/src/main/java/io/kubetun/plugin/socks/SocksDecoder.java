package io.kubetun.plugin.socks;

import io.kubetun.plugin.socks.SocksMessage.Connect;
import io.kubetun.plugin.socks.SocksMessage.Credentials;
import io.kubetun.plugin.socks.SocksMessage.Greeting;
import io.kubetun.plugin.socks.SocksMessage.Unsupported;
import io.kubetun.spi.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Takes one SOCKS message from the front of a buffer. Each method returns empty, and takes nothing, while the message
 * is incomplete; none takes a byte of what follows it. A complete message has at most {@link #MAX_MESSAGE} bytes.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1928">RFC 1928: SOCKS5</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1929">RFC 1929: user name and password</a>
 * @see <a href="https://www.openssh.org/txt/socks4a.protocol">SOCKS4a</a>
 */
final class SocksDecoder {
    static final int SOCKS4 = 4;
    static final int SOCKS5 = 5;
    /** SOCKS4a: eight fixed bytes, then a user and a name of at most 255 bytes, each with its end mark. */
    static final int MAX_MESSAGE = 8 + 256 + 256;

    private static final int LOGIN_VERSION = 1;
    private static final int CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int DOMAIN = 3;
    private static final int IPV6 = 4;
    private static final int MAX_TEXT = 255;

    private SocksDecoder() {}

    /** SOCKS5: version, number of methods, methods. */
    static Optional<Greeting> greeting(ByteBuf in) throws MalformedHandshakeException {
        int start = in.readerIndex();
        requireFirst(in, SOCKS5);
        if (in.readableBytes() < 2 || in.readableBytes() < 2 + in.getUnsignedByte(start + 1)) {
            return Optional.empty();
        }
        in.skipBytes(1);
        Set<Integer> methods = new HashSet<>();
        for (byte method : bytes(in, in.readUnsignedByte())) {
            methods.add(method & 0xff);
        }
        return Optional.of(new Greeting(methods));
    }

    /** RFC 1929: version, user, password, both behind their length. */
    static Optional<Credentials> credentials(ByteBuf in) throws MalformedHandshakeException {
        int start = in.readerIndex();
        requireFirst(in, LOGIN_VERSION);
        int available = in.readableBytes();
        if (available < 2) {
            return Optional.empty();
        }
        int user = in.getUnsignedByte(start + 1);
        if (available < 3 + user || available < 3 + user + in.getUnsignedByte(start + 2 + user)) {
            return Optional.empty();
        }
        in.skipBytes(1);
        byte[] name = bytes(in, in.readUnsignedByte());
        return Optional.of(new Credentials(new Login(name, bytes(in, in.readUnsignedByte()))));
    }

    /** SOCKS5: version, command, reserved, address type, address, port. */
    static Optional<SocksMessage> socks5Request(ByteBuf in) throws MalformedHandshakeException {
        int start = in.readerIndex();
        requireFirst(in, SOCKS5);
        if (in.readableBytes() < 5) {
            return Optional.empty();
        }
        int type = in.getUnsignedByte(start + 3);
        int address = switch (type) {
            case IPV4 -> 4;
            case DOMAIN -> 1 + in.getUnsignedByte(start + 4);
            case IPV6 -> 16;
            default -> 0;
        };
        if (address == 0) { // without its length, nothing behind it can be found either
            in.skipBytes(4);
            return Optional.of(new Unsupported(SocksReply.ADDRESS_TYPE_NOT_SUPPORTED));
        }
        if (in.readableBytes() < 4 + address + 2) {
            return Optional.empty();
        }
        int command = in.getUnsignedByte(start + 1);
        in.skipBytes(type == DOMAIN ? 5 : 4);
        byte[] host = bytes(in, type == DOMAIN ? address - 1 : address);
        int port = in.readUnsignedShort();
        if (command != CONNECT) {
            return Optional.of(new Unsupported(SocksReply.COMMAND_NOT_SUPPORTED));
        }
        return Optional.of(type == DOMAIN ? name(host, port) : address(host, port));
    }

    /** SOCKS4: version, command, port, IPv4, user, 0; SOCKS4a with 0.0.0.x as the address: a name, 0. */
    static Optional<SocksMessage> socks4Request(ByteBuf in) throws MalformedHandshakeException {
        int start = in.readerIndex();
        requireFirst(in, SOCKS4);
        if (in.readableBytes() < 9) {
            return Optional.empty();
        }
        int end = endOfText(in, start + 8);
        if (end < 0) {
            return Optional.empty();
        }
        int ip = in.getInt(start + 4);
        boolean named = ip != 0 && ip >>> 8 == 0;
        int nameEnd = named ? endOfText(in, end + 1) : end;
        if (nameEnd < 0) {
            return Optional.empty();
        }
        int command = in.getUnsignedByte(start + 1);
        int port = in.getUnsignedShort(start + 2);
        byte[] host =
                named ? ByteBufUtil.getBytes(in, end + 1, nameEnd - end - 1) : ByteBufUtil.getBytes(in, start + 4, 4);
        in.readerIndex(nameEnd + 1);
        if (command != CONNECT) {
            return Optional.of(new Unsupported(SocksReply.COMMAND_NOT_SUPPORTED));
        }
        return Optional.of(named ? name(host, port) : address(host, port));
    }

    private static void requireFirst(ByteBuf in, int expected) throws MalformedHandshakeException {
        if (in.isReadable() && in.getUnsignedByte(in.readerIndex()) != expected) {
            throw new MalformedHandshakeException("a message of the handshake does not begin with " + expected);
        }
    }

    private static int endOfText(ByteBuf in, int from) throws MalformedHandshakeException {
        int length = Math.min(in.writerIndex() - from, MAX_TEXT + 1);
        int end = length <= 0 ? -1 : in.indexOf(from, from + length, (byte) 0);
        if (end < 0 && length > MAX_TEXT) {
            throw new MalformedHandshakeException("a text has more than " + MAX_TEXT + " bytes");
        }
        return end;
    }

    private static byte[] bytes(ByteBuf in, int length) {
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    private static SocksMessage address(byte[] ip, int port) {
        if (port == 0) {
            return new Unsupported(SocksReply.CONNECTION_REFUSED);
        }
        try {
            return new Connect(new Target.Address(InetAddress.getByAddress(ip), port));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are addresses", e);
        }
    }

    private static SocksMessage name(byte[] text, int port) {
        return HostName.parse(new String(text, StandardCharsets.ISO_8859_1))
                .<SocksMessage>map(host ->
                        port == 0 ? new Unsupported(SocksReply.CONNECTION_REFUSED) : new Connect(Target.of(host, port)))
                .orElse(new Unsupported(SocksReply.HOST_UNREACHABLE));
    }
}
