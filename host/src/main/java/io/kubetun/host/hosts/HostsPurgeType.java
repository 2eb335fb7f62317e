package io.kubetun.host.hosts;

import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Restores {@link HostsPurge}s from the journal. */
public final class HostsPurgeType implements EffectType {
    /** Makes the type. */
    public HostsPurgeType() {}

    @Override
    public String kind() {
        return HostsPurge.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        if (!data.keySet().containsAll(List.of(HostsPurge.FILE, HostsPurge.BACKUPS))) {
            throw new IllegalArgumentException("not the data of a purge: " + data.keySet());
        }
        Map<String, List<String>> blocks = new TreeMap<>();
        data.forEach((name, lines) -> {
            if (name.startsWith(HostsPurge.BLOCK)) {
                blocks.put(
                        name.substring(HostsPurge.BLOCK.length()), lines.lines().toList());
            }
        });
        return new HostsPurge(Path.of(data.get(HostsPurge.FILE)), Path.of(data.get(HostsPurge.BACKUPS)), blocks);
    }
}
