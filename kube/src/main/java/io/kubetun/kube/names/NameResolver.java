package io.kubetun.kube.names;

import io.kubetun.kube.catalog.ServiceRecord;
import io.kubetun.kube.catalog.Stored.ObjectKey;
import io.kubetun.spi.cluster.NameRecord;
import io.kubetun.spi.cluster.Names;
import io.kubetun.spi.cluster.Names.Foreign;
import io.kubetun.spi.cluster.Names.Found;
import io.kubetun.spi.cluster.Names.NameAnswer;
import io.kubetun.spi.cluster.Names.NoData;
import io.kubetun.spi.cluster.Names.NoSuchName;
import io.kubetun.spi.cluster.ServiceState.Kind;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Answers a question with what the view knows at this moment; asks nobody. The rules are those of CoreDNS's plugin
 * kubernetes, with {@code pods insecure}. Used by one thread.
 *
 * @param reading the view
 * @param domain the cluster's domain, lower case
 * @see <a href="https://coredns.io/plugins/kubernetes/">CoreDNS: kubernetes</a>
 */
record NameResolver(Reading reading, String domain) {
    /** A chain of ExternalNames that is longer is a loop. */
    private static final int MAX_ALIASES = 8;

    NameAnswer answer(String name, Names.Type type) {
        return answer(name, type, 0);
    }

    private NameAnswer answer(String name, Names.Type type, int aliases) {
        return switch (Question.parse(name, domain)) {
            case Question.Level level -> new NoData();
            case Question.Impossible impossible -> new NoSuchName();
            case Question.Elsewhere elsewhere -> new Foreign();
            case Question.OfNamespace(String namespace) ->
                reading.hasNamespace(namespace) ? new NoData() : new NoSuchName();
            case Question.OfAddress(InetAddress address) ->
                type == Names.Type.PTR ? pointers(name, address) : new Foreign();
            case Question.OfPod(String namespace, String label) -> pod(name, type, namespace, label);
            case Question.OfService service -> service(name, type, service, aliases);
        };
    }

    private NameAnswer pod(String name, Names.Type type, String namespace, String label) {
        Optional<InetAddress> address = Question.address(label);
        if (address.isEmpty() || !reading.hasNamespace(namespace)) {
            return new NoSuchName();
        }
        String own = label + "." + namespace + ".pod." + domain;
        return Records.of(name, type, List.of(new Item(own, address.get(), Optional.of(0))));
    }

    private NameAnswer service(String name, Names.Type type, Question.OfService question, int aliases) {
        Optional<ServiceRecord> service = reading.service(new ObjectKey(question.namespace(), question.name()));
        if (service.isEmpty()) {
            return new NoSuchName();
        }
        if (service.get().kind() == Kind.EXTERNAL_NAME) {
            boolean whole = question.endpoint().isEmpty() && question.port().isEmpty();
            return service.get()
                    .externalName()
                    .map(target -> target.endsWith(".") ? target.substring(0, target.length() - 1) : target)
                    .filter(target -> whole && !isAddress(target))
                    .map(target -> alias(name, type, target, aliases + 1))
                    .orElseGet(NoSuchName::new);
        }
        List<Item> items = new ServiceItems(question, domain).of(service.get(), reading);
        return items.isEmpty() ? new NoSuchName() : Records.of(name, type, items);
    }

    /** An alias for a name of the cluster that leads to nothing is left out: CoreDNS answers so. */
    private NameAnswer alias(String name, Names.Type type, String target, int aliases) {
        NameRecord alias = new NameRecord.Alias(name, target);
        if (type == Names.Type.CNAME) {
            return new Found(List.of(alias), List.of());
        }
        if ((type != Names.Type.A && type != Names.Type.AAAA) || aliases > MAX_ALIASES) {
            return new NoData();
        }
        return switch (answer(target, type, aliases)) {
            case Foreign elsewhere -> new Found(List.of(alias), List.of());
            case Found found -> {
                List<NameRecord> all = new ArrayList<>();
                all.add(alias);
                all.addAll(found.records());
                yield new Found(all, List.of());
            }
            default -> new NoData();
        };
    }

    private NameAnswer pointers(String name, InetAddress address) {
        Optional<ServiceRecord> service = reading.serviceAt(address);
        if (service.isPresent()) {
            String own = service.get().name() + "." + service.get().namespace() + ".svc." + domain;
            return new Found(List.of(new NameRecord.Pointer(name, own)), List.of());
        }
        List<NameRecord> pointers = reading.slicesAt(address).stream()
                .filter(slice -> !slice.service().isEmpty())
                .flatMap(slice -> slice.endpoints().stream()
                        .filter(endpoint ->
                                endpoint.ready() && endpoint.address().equals(address))
                        .map(endpoint -> Item.label(address, endpoint.hostname()) + "." + slice.service() + "."
                                + slice.namespace() + ".svc." + domain))
                .distinct()
                .<NameRecord>map(own -> new NameRecord.Pointer(name, own))
                .toList();
        return pointers.isEmpty() ? new Foreign() : new Found(pointers, List.of());
    }

    private static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
