package io.kubetun.plugin.dns;

import io.kubetun.spi.host.NameServers;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.xbill.DNS.Name;

/**
 * Whose a name is that is not below the cluster's domain: this session's by one of its labels, another session's by one
 * of theirs, or nobody's here.
 *
 * @param own this session's labels; none if nobody but who was told asks it
 * @param servers the machine's name servers and the other sessions'; may block
 */
record NameSpaces(List<OwnLabel> own, Supplier<NameServers> servers) {
    NameSpaces {
        own = List.copyOf(own);
    }

    /** The label of ours that a name ends with and the name that it stands for in the cluster. */
    Optional<InCluster> ours(String name) {
        return own.stream()
                .flatMap(label -> label.inCluster(name).map(there -> new InCluster(label, there)).stream())
                .findFirst();
    }

    /** Who is to be asked for a name that is not ours; may block. */
    Asking asking(Name name) {
        NameServers now = servers.get();
        if (own.isEmpty() || name.labels() < 2) {
            return new Asking(Optional.empty(), now.others());
        }
        String last = name.getLabelString(name.labels() - 2).toLowerCase(Locale.ROOT);
        boolean ours = own.stream().anyMatch(label -> label.label().equals(last));
        return new Asking(
                ours ? Optional.empty() : Optional.ofNullable(now.sessions().get(last)), now.others());
    }

    /** A name as it is in the cluster. */
    record InCluster(OwnLabel label, String name) {}

    /**
     * Who is asked.
     *
     * @param session another session's name server, which is asked first, and passes on what it does not have
     * @param others the machine's own
     */
    record Asking(Optional<InetSocketAddress> session, List<InetSocketAddress> others) {}
}
