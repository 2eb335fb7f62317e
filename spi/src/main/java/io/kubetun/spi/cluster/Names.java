package io.kubetun.spi.cluster;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The names of a cluster, as a program in one of its pods would have them answered: Services, the endpoints of headless
 * ones, pods by their addresses, and addresses back to names. Safe for use by several threads; never blocks.
 *
 * @see <a href="https://github.com/kubernetes/dns/blob/master/docs/specification.md">Kubernetes: DNS-based service
 *     discovery</a>
 */
public interface Names {
    /** How long an answer holds, in seconds. */
    int TTL = 5;

    /**
     * Returns the domain that all names of Services and pods are below.
     *
     * @return lower case, without a dot at its end, such as {@code cluster.local}
     */
    String domain();

    /**
     * Looks a name up. What is watched is answered at once; for anything else the cluster is asked, for a bounded time.
     *
     * @param name an absolute name in any case, with or without the dot at its end
     * @param type what is asked for
     * @return the answer; never completes exceptionally
     */
    CompletionStage<NameAnswer> lookUp(String name, Type type);

    /** What is asked for. */
    enum Type {
        /** IPv4 addresses. */
        A,
        /** IPv6 addresses. */
        AAAA,
        /** Ports with the names of who serves them. */
        SRV,
        /** The name of an address, asked for below {@code in-addr.arpa} or {@code ip6.arpa}. */
        PTR,
        /** What the name is another name for. */
        CNAME,
        /** Anything else, which no name of a cluster has: the answer tells whether the name exists. */
        OTHER
    }

    /** What came of a question. */
    sealed interface NameAnswer {}

    /**
     * There are such records.
     *
     * @param records at least one, in the order in which they belong into an answer
     * @param additional records that the asker will want next; may be empty
     */
    record Found(List<NameRecord> records, List<NameRecord> additional) implements NameAnswer {
        /** Takes copies. */
        public Found {
            records = List.copyOf(records);
            additional = List.copyOf(additional);
        }
    }

    /** The name exists and has no such record. */
    record NoData() implements NameAnswer {}

    /** The cluster has no such name, or none that this user may see. */
    record NoSuchName() implements NameAnswer {}

    /** The name, or the address that it stands for, is none of the cluster's: others are to be asked. */
    record Foreign() implements NameAnswer {}

    /**
     * Nobody can say.
     *
     * @param why a clause
     */
    record Failed(String why) implements NameAnswer {}
}
