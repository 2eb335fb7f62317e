package io.kubetun.kernel.session;

import io.kubetun.spi.Translations;
import io.kubetun.spi.cluster.NameRecord;
import io.kubetun.spi.cluster.Names;
import io.kubetun.spi.host.Translation;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** The translations of one session, and its names as they read with them. Thread-safe. */
public final class SessionTranslations implements Translations {
    private final List<Translation> all = new CopyOnWriteArrayList<>();

    /** Makes one without translations. */
    public SessionTranslations() {}

    @Override
    public void add(Translation translation) {
        all.add(translation);
    }

    @Override
    public void remove(Translation translation) {
        all.remove(translation);
    }

    @Override
    public InetAddress toLocal(InetAddress address) {
        for (Translation each : all) {
            if (each.cluster().contains(address)) {
                return each.toLocal(address);
            }
        }
        return address;
    }

    @Override
    public InetAddress toCluster(InetAddress address) {
        for (Translation each : all) {
            if (each.local().contains(address)) {
                return each.toCluster(address);
            }
        }
        return address;
    }

    /** The cluster's names, with the addresses that they have on this machine. */
    Names of(Names names) {
        return new Names() {
            @Override
            public String domain() {
                return names.domain();
            }

            @Override
            public CompletionStage<NameAnswer> lookUp(String name, Type type) {
                CompletionStage<NameAnswer> answer = names.lookUp(name, type);
                return all.isEmpty() ? answer : answer.thenApply(SessionTranslations.this::translated);
            }
        };
    }

    private Names.NameAnswer translated(Names.NameAnswer answer) {
        return answer instanceof Names.Found(List<NameRecord> records, List<NameRecord> additional)
                ? new Names.Found(translated(records), translated(additional))
                : answer;
    }

    private List<NameRecord> translated(List<NameRecord> records) {
        return records.stream()
                .map(record -> record instanceof NameRecord.Address(String name, InetAddress ip)
                        ? new NameRecord.Address(name, toLocal(ip))
                        : record)
                .toList();
    }
}
