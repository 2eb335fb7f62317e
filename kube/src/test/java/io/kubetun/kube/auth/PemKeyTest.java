package io.kubetun.kube.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PemKeyTest {
    @ParameterizedTest
    @CsvSource({"rsa-pkcs1.pem,RSA", "rsa-pkcs8.pem,RSA", "ec-sec1.pem,EC", "ed25519.pem,EdDSA"})
    void readsWhatOpensslWrites(String file, String algorithm) throws Exception {
        PrivateKey key = PemKey.parse("some text before\n" + text(file));

        assertThat(key.getAlgorithm()).isEqualTo(algorithm);
    }

    @Test
    void refusesTheRestWithoutQuotingIt() throws Exception {
        String broken = text("ec-sec1.pem").replaceAll("(?s)(-----\n.{20}).*(\n-----END)", "$1$2");
        for (String pem :
                new String[] {"", "no key", broken, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}) {
            assertThatThrownBy(() -> PemKey.parse(pem))
                    .isInstanceOf(GeneralSecurityException.class)
                    .hasMessageNotContaining("AAAA");
        }
        String encrypted = text("rsa-pkcs8.pem").replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        assertThatThrownBy(() -> PemKey.parse(encrypted)).hasMessageContaining("encrypted");
    }

    private static String text(String file) throws IOException {
        try (InputStream in = PemKeyTest.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
