package io.kubetun.plugin.socks;

import io.kubetun.spi.DialException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** How a protocol tells its client what became of the dial. */
interface FlowReply {
    /** What to say before the bytes of the target. */
    ByteBuf opened(ByteBufAllocator allocator);

    /** What to say before closing. */
    ByteBuf refused(DialException failure, ByteBufAllocator allocator);

    /** The replies of SOCKS5. */
    FlowReply SOCKS5 = new FlowReply() {
        @Override
        public ByteBuf opened(ByteBufAllocator allocator) {
            return SocksReply.SUCCEEDED.socks5(allocator);
        }

        @Override
        public ByteBuf refused(DialException failure, ByteBufAllocator allocator) {
            return SocksReply.of(failure.reason()).socks5(allocator);
        }
    };

    /** The replies of SOCKS4 and SOCKS4a. */
    FlowReply SOCKS4 = new FlowReply() {
        @Override
        public ByteBuf opened(ByteBufAllocator allocator) {
            return SocksReply.SUCCEEDED.socks4(allocator);
        }

        @Override
        public ByteBuf refused(DialException failure, ByteBufAllocator allocator) {
            return SocksReply.of(failure.reason()).socks4(allocator);
        }
    };

    /** The replies of HTTP CONNECT. */
    FlowReply HTTP = new FlowReply() {
        @Override
        public ByteBuf opened(ByteBufAllocator allocator) {
            return HttpAnswer.connected(allocator);
        }

        @Override
        public ByteBuf refused(DialException failure, ByteBufAllocator allocator) {
            return HttpAnswer.refused(failure).bytes(allocator);
        }
    };
}
