package io.kubetun.kernel.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerKeyTest {
    @TempDir
    private Path folder;

    @Test
    void itsHalvesBelongTogether() throws Exception {
        OwnerKey key = OwnerKey.of(folder);
        byte[] said = "something".getBytes(StandardCharsets.US_ASCII);
        Signature signing = Signature.getInstance("Ed25519");
        signing.initSign(key.secret());
        signing.update(said);
        PublicKey told = KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(key.shared())));
        Signature verifying = Signature.getInstance("Ed25519");
        verifying.initVerify(told);
        verifying.update(said);
        assertThat(verifying.verify(signing.sign())).isTrue();
    }

    @Test
    void isTheSameAgainAndTheOwnersAlone() throws Exception {
        OwnerKey key = OwnerKey.of(folder);
        assertThat(OwnerKey.of(folder)).isEqualTo(key);
        Path file = folder.resolve("intercept.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void thoseWhoMakeItAtOnceGetTheSame() throws Exception {
        Callable<String> asking = () -> OwnerKey.of(folder).shared();
        Set<String> got = new HashSet<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> each : threads.invokeAll(Collections.nCopies(16, asking))) {
                got.add(each.get());
            }
        }
        assertThat(got).hasSize(1);
        assertThat(folder).isDirectoryContaining("glob:**/intercept.key");
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    void saysWhichFileIsBroken() throws Exception {
        Path file = folder.resolve("intercept.key");
        Files.writeString(file, "no key\nat all\n");
        assertThatThrownBy(() -> OwnerKey.of(folder)).isInstanceOfSatisfying(KubetunException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.STATE_UNREADABLE);
            assertThat(e.next()).contains("rm " + file);
        });
    }
}
