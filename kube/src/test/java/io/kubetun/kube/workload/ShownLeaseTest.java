package io.kubetun.kube.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShownLeaseTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Owned OWNED = new Owned(Kind.STATEFULSET, "shop", "db", "SHA256:a", "s1");
    private static final Holding ALICE =
            new Holding("alice@laptop", "SHA256:a", "2026-01-01T12:00:00Z", "s1", Optional.empty());

    private static Tree parsed(String json) throws Exception {
        return Json.parse(json);
    }

    @Test
    void isNamedByKindAndName() {
        assertThat(ShownLease.name(Kind.DEPLOYMENT, "echo")).isEqualTo("kubetun-deployment-echo");
        String first = ShownLease.name(Kind.DEPLOYMENT, "a.".repeat(120) + "first");
        String second = ShownLease.name(Kind.DEPLOYMENT, "a.".repeat(120) + "second");
        assertThat(first)
                .isNotEqualTo(second)
                .hasSizeLessThanOrEqualTo(253)
                .matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    }

    @Test
    void saysWhoseItIsAndSinceWhen() throws Exception {
        Tree made = parsed(ShownLease.made(OWNED, ALICE, NOON));
        assertThat(made.at("metadata", "name").text()).contains("kubetun-statefulset-db");
        assertThat(made.at("spec", "holderIdentity").text()).contains("alice@laptop");
        assertThat(made.at("spec", "renewTime").text()).contains("2026-01-01T12:00:00.000000Z");
        ShownLease lease = new ShownLease(made);
        assertThat(lease.isForeign()).isFalse();
        assertThat(lease.holding()).isEqualTo(ALICE);
        assertThat(lease.expired(NOON.plusSeconds(59))).isFalse();
        assertThat(lease.expired(NOON.plusSeconds(61))).isTrue();
        assertThat(lease.renewedSpoken()).isEqualTo("2026-01-01T12:00:00Z");
    }

    @Test
    void keepsItsTimeWithItsOwnerAndBeginsAnewWithTheNext() throws Exception {
        ShownLease lease = new ShownLease(parsed(ShownLease.made(OWNED, ALICE, NOON)));
        Instant later = NOON.plusSeconds(15);
        assertThat(parsed(lease.taken(ALICE, later)).at("spec", "acquireTime").text())
                .contains("2026-01-01T12:00:00.000000Z");
        Holding bob = new Holding("bob", "SHA256:b", "", "s2", Optional.empty());
        assertThat(parsed(lease.taken(bob, later)).at("spec", "acquireTime").text())
                .contains("2026-01-01T12:00:15.000000Z");
    }

    @Test
    void whatNobodyCanReadHasExpired() throws Exception {
        ShownLease lease = new ShownLease(parsed("{\"metadata\":{},\"spec\":{\"renewTime\":\"today\"}}"));
        assertThat(lease.isForeign()).isTrue();
        assertThat(lease.expired(NOON)).isTrue();
        assertThat(lease.holding().isOf("SHA256:a")).isFalse();
    }
}
