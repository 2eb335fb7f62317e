package io.kubetun.host.hosts;

import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Restores {@link HostsBlock}s from the journal. */
public final class HostsBlockType implements EffectType {
    /** Makes the type. */
    public HostsBlockType() {}

    @Override
    public String kind() {
        return HostsBlock.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        if (!data.keySet().containsAll(List.of(HostsBlock.FILE, HostsBlock.OWNER, HostsBlock.BACKUPS))) {
            throw new IllegalArgumentException("not the data of a hosts block: " + data.keySet());
        }
        return new HostsBlock(
                Path.of(data.get(HostsBlock.FILE)),
                data.get(HostsBlock.OWNER),
                List.of(),
                Path.of(data.get(HostsBlock.BACKUPS)));
    }
}
