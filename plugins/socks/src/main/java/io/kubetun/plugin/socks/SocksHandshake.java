package io.kubetun.plugin.socks;

import io.kubetun.plugin.socks.SocksMessage.Connect;
import io.kubetun.plugin.socks.SocksMessage.Credentials;
import io.kubetun.plugin.socks.SocksMessage.Greeting;
import io.kubetun.plugin.socks.SocksMessage.Unsupported;
import io.kubetun.spi.SessionContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.Optional;

/**
 * Speaks SOCKS with a client up to its request; the first byte says which version. Clients may send all their messages
 * at once and data behind them, or byte by byte: what follows the request goes on to the next handler. Anything else
 * than SOCKS is closed without an answer.
 */
final class SocksHandshake extends ByteToMessageDecoder {
    private static final int NO_AUTHENTICATION = 0;
    private static final int USER_AND_PASSWORD = 2;
    private static final int NO_ACCEPTABLE_METHOD = 0xff;
    private static final int LOGIN_VERSION = 1;

    private final SessionContext session;
    private final Optional<Login> login;
    private final Limits limits;
    private State state = State.VERSION;
    private Optional<PendingFlow> flow = Optional.empty();

    private enum State {
        VERSION,
        GREETING,
        CREDENTIALS,
        SOCKS5_REQUEST,
        SOCKS4_REQUEST
    }

    SocksHandshake(SessionContext session, Optional<Login> login, Limits limits) {
        this.session = session;
        this.login = login;
        this.limits = limits;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws MalformedHandshakeException {
        if (state == State.VERSION) {
            state = in.getUnsignedByte(in.readerIndex()) == SocksDecoder.SOCKS4 ? State.SOCKS4_REQUEST : State.GREETING;
        }
        Optional<? extends SocksMessage> message = switch (state) {
            case VERSION, GREETING -> SocksDecoder.greeting(in);
            case CREDENTIALS -> SocksDecoder.credentials(in);
            case SOCKS5_REQUEST -> SocksDecoder.socks5Request(in);
            case SOCKS4_REQUEST -> SocksDecoder.socks4Request(in);
        };
        if (message.isPresent()) {
            answer(context, message.get());
        }
    }

    private void answer(ChannelHandlerContext context, SocksMessage message) {
        switch (message) {
            case Greeting greeting -> choose(context, greeting);
            case Credentials credentials -> check(context, credentials);
            case Connect connect -> connect(context, connect);
            case Unsupported unsupported -> refuse(context, unsupported.reply());
        }
    }

    private void choose(ChannelHandlerContext context, Greeting greeting) {
        int method = login.isPresent() ? USER_AND_PASSWORD : NO_AUTHENTICATION;
        if (greeting.methods().contains(method)) {
            context.writeAndFlush(pair(context, SocksDecoder.SOCKS5, method));
            state = login.isPresent() ? State.CREDENTIALS : State.SOCKS5_REQUEST;
        } else {
            close(context, pair(context, SocksDecoder.SOCKS5, NO_ACCEPTABLE_METHOD));
        }
    }

    private void check(ChannelHandlerContext context, Credentials credentials) {
        if (login.orElseThrow().matches(credentials.login())) {
            context.writeAndFlush(pair(context, LOGIN_VERSION, 0));
            state = State.SOCKS5_REQUEST;
        } else {
            close(context, pair(context, LOGIN_VERSION, 1));
        }
    }

    private void connect(ChannelHandlerContext context, Connect connect) {
        boolean version4 = state == State.SOCKS4_REQUEST;
        if (version4 && login.isPresent()) { // it has no password
            refuse(context, SocksReply.NOT_ALLOWED);
            return;
        }
        PendingFlow pending =
                new PendingFlow(session, connect.target(), version4 ? FlowReply.SOCKS4 : FlowReply.SOCKS5, limits);
        flow = Optional.of(pending);
        context.pipeline().addLast(pending);
        leave(context);
    }

    private void refuse(ChannelHandlerContext context, SocksReply reply) {
        ByteBufAllocator allocator = context.alloc();
        close(context, state == State.SOCKS4_REQUEST ? reply.socks4(allocator) : reply.socks5(allocator));
    }

    private void close(ChannelHandlerContext context, ByteBuf answer) {
        LingeringClose last = new LingeringClose(limits.lingerTime());
        context.pipeline().addLast(last);
        leave(context);
        last.answer(context.channel(), answer);
    }

    private void leave(ChannelHandlerContext context) {
        context.pipeline().remove(HandshakeGuard.class);
        context.pipeline().remove(this);
    }

    /** Called when what was left of the buffer has been passed on. */
    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        flow.ifPresent(pending -> pending.dial(context.channel()));
    }

    private static ByteBuf pair(ChannelHandlerContext context, int first, int second) {
        return context.alloc().ioBuffer(2).writeByte(first).writeByte(second);
    }
}
