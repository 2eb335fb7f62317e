package io.kubetun.kube.names;

import io.kubetun.kube.catalog.Answer;
import io.kubetun.kube.catalog.ClusterView;
import io.kubetun.kube.catalog.Query;
import io.kubetun.kube.catalog.ServiceRecord;
import io.kubetun.kube.catalog.SliceRecord;
import io.kubetun.kube.catalog.Stored.ObjectKey;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * One pass over the view. What nobody has looked up yet reads as absent and is noted: an answer that was made with a note
 * counts for nothing. What this user may not see is absent. Used by one thread.
 */
final class Reading {
    private final ClusterView view;
    private Optional<Query> wanted = Optional.empty();
    private Optional<String> trouble = Optional.empty();

    Reading(ClusterView view) {
        this.view = view;
    }

    /** What must be looked up first. */
    Optional<Query> wanted() {
        return wanted;
    }

    /** Why nobody can say. */
    Optional<String> trouble() {
        return trouble;
    }

    Optional<ServiceRecord> service(ObjectKey key) {
        // Where namespaces are known, most names that are not the cluster's end here and ask nobody.
        return view.namespace(key.namespace()) instanceof Answer.Absent ? Optional.empty() : read(view.service(key));
    }

    List<SliceRecord> slices(ObjectKey service) {
        return read(view.slices(service)).orElse(List.of());
    }

    boolean hasNamespace(String name) {
        return read(view.namespace(name)).isPresent();
    }

    Optional<ServiceRecord> serviceAt(InetAddress address) {
        return read(view.serviceAt(address));
    }

    List<SliceRecord> slicesAt(InetAddress address) {
        return read(view.slicesAt(address)).orElse(List.of());
    }

    private <T> Optional<T> read(Answer<T> answer) {
        return switch (answer) {
            case Answer.Found<T>(T value) -> Optional.of(value);
            case Answer.Unasked<T>(Query query) -> {
                wanted = wanted.or(() -> Optional.of(query));
                yield Optional.empty();
            }
            case Answer.Unreachable<T>(String why) -> {
                trouble = Optional.of(why);
                yield Optional.empty();
            }
            case Answer.Absent<T> absent -> Optional.empty();
            case Answer.Denied<T> denied -> Optional.empty();
        };
    }
}
