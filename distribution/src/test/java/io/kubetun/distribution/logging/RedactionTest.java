package io.kubetun.distribution.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    /** In each of these lines the secret is s3cr3tValue. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Bearer s3cr3tValue",
                "authorization=Basic s3cr3tValue==",
                "got 401 for bearer s3cr3tValue from server",
                "token: s3cr3tValue",
                "token=s3cr3tValue, user=x",
                "{\"id-token\":\"s3cr3tValue\",\"a\":1}",
                "{\"access_token\": \"a \\\" s3cr3tValue\", \"b\": 2}",
                "--proxy-password s is password=s3cr3tValue",
                "password: 's3cr3tValue with spaces'",
                "clientSecret=s3cr3tValue",
                "client-secret: s3cr3tValue",
                "client-key-data: s3cr3tValue",
                "    client-certificate-data: s3cr3tValue",
                "certificate-authority-data: \"s3cr3tValue\"",
                "API_KEY=s3cr3tValue",
                "AWS_SECRET_ACCESS_KEY=s3cr3tValue",
                "through https://me:s3cr3tValue@proxy.example:3128/x",
                "-----BEGIN RSA PRIVATE KEY-----\\ns3cr3tValue\\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\ns3cr3tValue",
                "said eyJhbGciOiJSUzI1NiJ9.s3cr3tValue.c2ln",
                "sha256~s3cr3tValue",
                "KUBETUN_CLUSTER_TOKEN=s3cr3tValue",
            })
    void secretsAreHidden(String line) {
        assertThat(Redaction.of(line)).doesNotContain("s3cr3tValue").contains("***");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connected to lab (https://10.0.0.1:6443, Kubernetes v1.34.4).",
                "lost the watch of services in shop: HTTP 410, expired",
                "no way to echo.lab:80 (NO_ENDPOINTS): the Service has no ready endpoint",
                "listens on 127.0.0.1:1080",
                "changed: 127.1.27.3 echo.lab in /etc/hosts",
            })
    void otherTextStays(String line) {
        assertThat(Redaction.of(line)).isEqualTo(line);
    }

    @Test
    void whatIsLongIsCutAndTakesNoTime() {
        long start = System.nanoTime();
        for (String part : new String[] {"a-", "token", "://", "\"", "eyJ", "-----BEGIN ", "a.b_", "token: "}) {
            assertThat(Redaction.of(part.repeat(20_000)).length()).isLessThanOrEqualTo(Redaction.MAX_LENGTH + 100_000);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void allLayoutsRedactMessageAndCause() {
        LogEntry entry = new LogEntry(
                Instant.EPOCH,
                "warning",
                "api",
                Optional.of("ab12"),
                "failed\nwith token=s3cr3tValue \"quoted\"",
                Optional.of(new IllegalStateException("Bearer s3cr3tValue")));
        for (Layout layout : Layout.values()) {
            assertThat(layout.text(entry)).doesNotContain("s3cr3tValue").contains("ab12");
        }
        assertThat(Layout.FILE.text(entry))
                .startsWith("1970-01-01T00:00:00.000Z warning [ab12] api: failed\n    with token=***");
        assertThat(Layout.JSON.text(entry).lines())
                .singleElement()
                .asString()
                .startsWith("{\"time\":\"1970-01-01T00:00:00.000Z\",\"level\":\"warning\",\"logger\":\"api\","
                        + "\"session\":\"ab12\",\"message\":\"failed\\nwith token=*** \\\"quoted\\\"\",\"error\":");
    }
}
