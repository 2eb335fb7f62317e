package io.kubetun.host.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RouteMessagesTest {
    private static final int UP = 0x1 | 0x40 | 0x10000;

    private final RouteMessages messages = new RouteMessages();

    @Test
    void aLinkIsNewsOnlyWhenItsStateIs() {
        assertThat(messages.read(link(16, 7, UP))).containsExactly(7);
        assertThat(messages.read(link(16, 7, UP | 0x1000))).isEmpty();
        assertThat(messages.read(link(16, 7, 0x1))).containsExactly(7);
        assertThat(messages.read(link(17, 7, 0))).containsExactly(7);
    }

    @Test
    void aRouteThatIsToldAgainIsNoNews() {
        assertThat(messages.read(route(24, 3, 0))).containsExactly(3);
        assertThat(messages.read(route(24, 3, 0))).isEmpty();
        assertThat(messages.read(route(25, 3, 0))).containsExactly(3);
        assertThat(messages.read(route(24, 3, 0))).containsExactly(3);
        assertThat(messages.read(route(24, 4, 0x200))).as("cloned").isEmpty();
    }

    @Test
    void theRoutesOfALinkThatChangesAreForgotten() {
        messages.read(link(16, 3, UP));
        messages.read(route(24, 3, 0));
        messages.read(link(16, 3, 0));
        assertThat(messages.read(route(24, 3, 0))).containsExactly(3);
    }

    @Test
    void whatIsRememberedIsBounded() {
        for (int i = 1; i <= RouteMessages.MAX_SEEN + 10; i++) {
            messages.read(route(24, i, 0));
        }
        assertThat(messages.read(route(24, 1, 0))).as("forgotten with the rest").containsExactly(1);
    }

    @Test
    void garbageIsSomeChangeAndNoException() {
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(120)];
            random.nextBytes(bytes);
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
            if (bytes.length >= 16) {
                buffer.putInt(0, random.nextInt(bytes.length + 4));
                buffer.putShort(4, (short) (16 + random.nextInt(10)));
            }
            messages.read(buffer);
        }
    }

    private static ByteBuffer link(int type, int index, int flags) {
        ByteBuffer message = message(type, 16);
        message.putInt(16 + 4, index).putInt(16 + 8, flags);
        return message;
    }

    private static ByteBuffer route(int type, int index, int flags) {
        ByteBuffer message = message(type, 12 + 8);
        message.putInt(16 + 8, flags);
        message.putShort(28, (short) 8).putShort(30, (short) 4).putInt(32, index);
        return message;
    }

    private static ByteBuffer message(int type, int body) {
        ByteBuffer message = ByteBuffer.allocate(16 + body).order(ByteOrder.nativeOrder());
        message.putInt(0, 16 + body).putShort(4, (short) type);
        return message;
    }
}
