package io.kubetun.kube.target;

import io.kubetun.kube.catalog.Answer;
import io.kubetun.kube.catalog.ClusterView;
import io.kubetun.kube.catalog.NamespaceRecord;
import io.kubetun.kube.catalog.PodRecord;
import io.kubetun.kube.catalog.ServiceRecord;
import io.kubetun.kube.catalog.SliceRecord;
import io.kubetun.kube.catalog.Stored;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A cluster at one moment, wholly known.
 *
 * @param services its Services
 * @param slices their slices
 * @param pods its pods
 */
public record SnapshotView(List<ServiceRecord> services, List<SliceRecord> slices, List<PodRecord> pods)
        implements ClusterView {
    @Override
    public Answer<ServiceRecord> service(Stored.ObjectKey key) {
        return found(services.stream().filter(s -> s.key().equals(key)).findFirst());
    }

    @Override
    public Answer<List<SliceRecord>> slices(Stored.ObjectKey service) {
        return new Answer.Found<>(slices.stream()
                .filter(s -> new Stored.ObjectKey(s.namespace(), s.service()).equals(service))
                .toList());
    }

    @Override
    public Answer<PodRecord> pod(Stored.ObjectKey key) {
        return found(pods.stream().filter(p -> p.key().equals(key)).findFirst());
    }

    @Override
    public Answer<ServiceRecord> serviceAt(InetAddress address) {
        return found(
                services.stream().filter(s -> s.clusterIps().contains(address)).findFirst());
    }

    @Override
    public Answer<PodRecord> podAt(InetAddress address) {
        return found(pods.stream().filter(p -> p.addresses().contains(address)).findFirst());
    }

    @Override
    public Answer<List<SliceRecord>> slicesAt(InetAddress address) {
        return new Answer.Found<>(slices.stream()
                .filter(slice -> slice.indexKeys().contains(address))
                .toList());
    }

    @Override
    public Answer<NamespaceRecord> namespace(String name) {
        return found(services.stream()
                .filter(s -> s.namespace().equals(name))
                .findFirst()
                .map(s -> new NamespaceRecord(name)));
    }

    private static <T> Answer<T> found(Optional<T> value) {
        return value.<Answer<T>>map(Answer.Found::new).orElseGet(Answer.Absent::new);
    }
}
