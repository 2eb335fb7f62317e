package io.kubetun.kernel.inbound;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key by which agents know the user of this machine. It is made once and kept in a file that only the user may read, so
 * that a session after a crash is still the owner of what the one before has begun.
 *
 * @param secret proves who it is; Ed25519
 * @param shared what agents are told: X.509, Base64
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8032">RFC 8032: Ed25519</a>
 */
record OwnerKey(PrivateKey secret, String shared) {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerKey.class);
    private static final String ALGORITHM = "Ed25519";
    private static final String FILE = "intercept.key";

    /** Reads the key of a folder, or makes it. Two that make it at once get the same. */
    static OwnerKey of(Path folder) throws KubetunException {
        Path file = folder.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            return read(file);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new KubetunException(
                    ErrorCode.STATE_UNREADABLE,
                    "cannot read the key " + file,
                    String.valueOf(e.getMessage()),
                    "Remove it and intercept anew: rm " + file,
                    e);
        }
    }

    private static void make(Path file) throws IOException, GeneralSecurityException {
        KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        Base64.Encoder encoder = Base64.getEncoder();
        Path fresh = Files.createTempFile(
                file.getParent(),
                FILE,
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.write(
                    fresh,
                    List.of(
                            encoder.encodeToString(pair.getPrivate().getEncoded()),
                            encoder.encodeToString(pair.getPublic().getEncoded())));
            // Whole from the start, and never in the place of another.
            Files.createLink(file, fresh);
        } catch (FileAlreadyExistsException another) {
            LOG.debug("{} was made by another process at this moment", file);
        } finally {
            Files.delete(fresh);
        }
    }

    private static OwnerKey read(Path file) throws IOException, GeneralSecurityException {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() != 2) {
            throw new IOException("it is not of two lines");
        }
        PrivateKey secret = KeyFactory.getInstance(ALGORITHM)
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(lines.getFirst())));
        return new OwnerKey(secret, lines.getLast());
    }
}
