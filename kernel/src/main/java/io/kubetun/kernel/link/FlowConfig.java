package io.kubetun.kernel.link;

import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.WriteBufferWaterMark;
import java.util.Map;

/** As a socket's: {@code SO_LINGER} of 0 makes the next close a reset. */
final class FlowConfig extends DefaultChannelConfig {
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 << 10, 64 << 10);

    private int linger = -1;

    FlowConfig(FlowChannel channel) {
        super(channel);
        setAutoRead(false);
        setWriteBufferWaterMark(WATER_MARK);
    }

    boolean isReset() {
        return linger == 0;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.SO_LINGER);
    }

    // The signature is Netty's.
    @SuppressWarnings({"TypeParameterUnusedInFormals", "unchecked"})
    @Override
    public <T> T getOption(ChannelOption<T> option) {
        return option.equals(ChannelOption.SO_LINGER) ? (T) Integer.valueOf(linger) : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        if (option.equals(ChannelOption.SO_LINGER)) {
            validate(option, value);
            linger = (Integer) value;
            return true;
        }
        return super.setOption(option, value);
    }
}
