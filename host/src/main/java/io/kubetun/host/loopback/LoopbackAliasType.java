package io.kubetun.host.loopback;

import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.net.InetAddress;
import java.util.Map;

/** Restores {@link LoopbackAlias}es from the journal. */
public final class LoopbackAliasType implements EffectType {
    /** Makes the type. */
    public LoopbackAliasType() {}

    @Override
    public String kind() {
        return LoopbackAlias.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        boolean before = Boolean.parseBoolean(data.get(LoopbackAlias.BEFORE));
        return new LoopbackAlias(InetAddress.ofLiteral(key), Loopback.ofThisMachine(), before);
    }
}
