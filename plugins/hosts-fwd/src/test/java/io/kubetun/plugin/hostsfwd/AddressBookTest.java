package io.kubetun.plugin.hostsfwd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.plugin.hostsfwd.AddressBook.Request;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.Cluster.Identity;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddressBookTest {
    @TempDir
    Path folder;

    @Test
    void clusters_are_numbered_and_keep_their_number() throws KubetunException {
        assertThat(open("a").cluster()).isZero();
        assertThat(open("b").cluster()).isEqualTo(1);
        assertThat(open("a").cluster()).isZero();
    }

    @Test
    void one_cluster_too_many_takes_the_number_of_the_one_not_used_for_longest() throws Exception {
        String entries = IntStream.range(0, ClusterIndex.MAX)
                .mapToObj(i -> "\"c%d https://127.0.0.1:6443\":{\"index\":%d,\"used\":\"2026-01-01T00:00:00.%03dZ\"}"
                        .formatted(i, i, i))
                .collect(Collectors.joining(","));
        Files.writeString(folder.resolve("clusters.json"), "{" + entries + "}");
        open("c0");
        assertThat(open("new").cluster()).isEqualTo(1);
        assertThat(open("c0").cluster()).isZero();
    }

    @Test
    void what_is_not_durable_is_not_remembered() throws Exception {
        AddressBook book = open("a");
        allocate(book, Set.of(), "lab/one");
        ForwardKey pod = ForwardKey.ofService("lab", "peer").ofPod("peer-x7f");
        Map<ForwardKey, InetAddress> given = book.allocate(List.of(new Request(pod, false)), Set.of());
        assertThat(given.get(pod)).isEqualTo(Services.ip("127.1.27.2"));
        assertThat(allocate(book, Set.of(), "lab/two")).containsExactly("127.1.27.2");
    }

    @Test
    void a_taken_address_is_replaced_for_this_time_only() throws Exception {
        AddressBook book = open("a");
        allocate(book, Set.of(), "lab/one");
        assertThat(allocate(book, Set.of(Services.ip("127.1.27.1")), "lab/one")).containsExactly("127.1.27.2");
        assertThat(allocate(book, Set.of(), "lab/one")).containsExactly("127.1.27.1");
    }

    @Test
    void a_full_cluster_forgets_what_this_session_does_not_use() throws Exception {
        AddressBook book = open("a");
        String octets = IntStream.rangeClosed(AddressSpace.FIRST_OCTET, AddressSpace.LAST_OCTET)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(","));
        String addresses = IntStream.rangeClosed(AddressSpace.FIRST_OCTET, AddressSpace.LAST_OCTET)
                .boxed()
                .flatMap(octet -> IntStream.rangeClosed(1, AddressSpace.LAST_HOST)
                        .mapToObj(host -> "\"lab/s%d-%d\":\"%d.%d\"".formatted(octet, host, octet, host)))
                .collect(Collectors.joining(","));
        Files.writeString(
                folder.resolve("cluster-0.json"),
                "{\"namespaces\":{\"lab\":[" + octets + "]},\"addresses\":{" + addresses + "}}");
        Set<InetAddress> used = Set.of(Services.ip("127.1.27.1"));
        assertThat(allocate(book, used, "other/one")).containsExactly("127.1.28.1");
        assertThat(allocate(book, Set.of(), "lab/s27-1")).containsExactly("127.1.27.1");
    }

    @Test
    void a_damaged_file_is_begun_anew() throws Exception {
        AddressBook book = open("a");
        allocate(book, Set.of(), "lab/one");
        Files.writeString(folder.resolve("cluster-0.json"), "{\"namespaces\": {\"lab\": [");
        assertThat(allocate(book, Set.of(), "lab/two")).containsExactly("127.1.27.1");
        Files.writeString(
                folder.resolve("cluster-0.json"), "{\"namespaces\": 7, \"addresses\": {\"lab/x\": \"999.1\"}}");
        assertThat(allocate(book, Set.of(), "lab/three")).containsExactly("127.1.27.1");
    }

    @Test
    void a_folder_that_cannot_be_written_is_told() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> AddressBook.open(file, identity("a")))
                .isInstanceOfSatisfying(KubetunException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.STATE_UNREADABLE);
                    assertThat(failure.next()).contains("XDG_STATE_HOME");
                });
    }

    @Test
    void sessions_at_the_same_time_lose_nothing() throws Exception {
        int sessions = 8;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<List<String>>> tasks = IntStream.range(0, sessions)
                    .<Callable<List<String>>>mapToObj(i -> () -> allocate(open("a"), Set.of(), "lab/s" + i))
                    .toList();
            List<String> given = new ArrayList<>();
            for (Future<List<String>> done : threads.invokeAll(tasks)) {
                given.addAll(done.get());
            }
            assertThat(given).hasSize(sessions).doesNotHaveDuplicates();
        }
    }

    private AddressBook open(String context) throws KubetunException {
        return AddressBook.open(folder, identity(context));
    }

    private static Identity identity(String context) {
        return new Identity(context, URI.create("https://127.0.0.1:6443"), "lab");
    }

    private static List<String> allocate(AddressBook book, Set<InetAddress> taken, String... keys)
            throws KubetunException {
        List<Request> requests = new ArrayList<>();
        for (String key : keys) {
            int slash = key.indexOf('/');
            requests.add(new Request(ForwardKey.ofService(key.substring(0, slash), key.substring(slash + 1)), true));
        }
        Map<ForwardKey, InetAddress> given = book.allocate(requests, taken);
        return requests.stream()
                .map(request -> given.get(request.key()).getHostAddress())
                .toList();
    }
}
