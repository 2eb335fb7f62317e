package io.kubetun.plugin.hostsfwd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.Target;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NameTableTest {
    private final NameTable table = new NameTable("lab", "arn:aws:eks/prod", Optional.empty(), "api.lab");

    @Test
    void only_the_first_namespace_has_bare_names() {
        Map<ForwardKey, List<String>> names =
                table.assign(List.of(service("lab", "a"), service("other", "b")), Set.of());
        assertThat(names.get(ForwardKey.ofService("lab", "a"))).first().isEqualTo("a");
        assertThat(names.get(ForwardKey.ofService("other", "b")))
                .containsExactly("b.other", "b.other.svc", "b.other.svc.cluster.local");
    }

    @Test
    void a_context_that_is_no_domain_name_is_no_ending() {
        assertThat(table.assign(List.of(service("lab", "a")), Set.of())
                        .values()
                        .iterator()
                        .next())
                .containsExactly("a", "a.lab", "a.lab.svc", "a.lab.svc.cluster.local");
    }

    @Test
    void the_api_servers_name_and_localhost_are_never_taken() {
        Map<ForwardKey, List<String>> names =
                table.assign(List.of(service("lab", "api"), service("lab", "localhost")), Set.of());
        assertThat(names.get(ForwardKey.ofService("lab", "api")))
                .contains("api")
                .doesNotContain("api.lab");
        assertThat(names.get(ForwardKey.ofService("lab", "localhost"))).isNull();
    }

    @Test
    void no_name_leads_to_two_places_and_order_does_not_matter() {
        List<ForwardPlan> plans =
                List.of(pod("lab", "svc", "a"), service("lab", "a"), pod("svc", "lab", "a"), service("svc", "lab"));
        Map<ForwardKey, List<String>> names = table.assign(plans, Set.of());
        assertThat(names.values().stream().flatMap(List::stream).toList()).doesNotHaveDuplicates();
        assertThat(names.get(ForwardKey.ofService("lab", "a"))).contains("a.lab.svc");
        assertThat(table.assign(plans.reversed(), Set.of())).isEqualTo(names);
    }

    @Test
    void a_pod_goes_by_its_hostname_and_its_name() {
        ForwardKey key = ForwardKey.ofService("lab", "db").ofPod("primary");
        ForwardPlan plan = new ForwardPlan(key, true, List.of("primary", "db-0"), new TreeMap<>());
        assertThat(table.assign(List.of(plan), Set.of()).get(key))
                .contains("primary.db", "db-0.db", "primary.db.lab", "db-0.db.lab.svc.cluster.local");
    }

    private static ForwardPlan service(String namespace, String name) {
        return plan(ForwardKey.ofService(namespace, name), List.of());
    }

    private static ForwardPlan pod(String namespace, String service, String name) {
        return plan(ForwardKey.ofService(namespace, service).ofPod(name), List.of(name));
    }

    private static ForwardPlan plan(ForwardKey key, List<String> podNames) {
        TreeMap<Integer, Target> ports = new TreeMap<>(Map.of(80, new Target.Service("lab", "a", 80)));
        return new ForwardPlan(key, true, podNames, ports);
    }
}
