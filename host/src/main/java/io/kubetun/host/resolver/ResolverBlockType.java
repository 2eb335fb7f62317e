package io.kubetun.host.resolver;

import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Restores {@link ResolverBlock}s from the journal. */
public final class ResolverBlockType implements EffectType {
    /** Makes the type. */
    public ResolverBlockType() {}

    @Override
    public String kind() {
        return ResolverBlock.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        if (!data.keySet().containsAll(List.of(ResolverBlock.FILE, ResolverBlock.BACKUPS, ResolverBlock.ENTRY))) {
            throw new IllegalArgumentException("not the data of a resolver's block: " + data.keySet());
        }
        return new ResolverBlock(
                new ResolverFile(Path.of(data.get(ResolverBlock.FILE)), Path.of(data.get(ResolverBlock.BACKUPS))),
                ResolverEntry.parse(data.get(ResolverBlock.ENTRY))
                        .orElseThrow(() -> new IllegalArgumentException("not a session's part of a resolver's block")));
    }
}
