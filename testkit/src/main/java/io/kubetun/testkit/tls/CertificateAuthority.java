package io.kubetun.testkit.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate authority that lives as long as a cluster of the testkit (X.509 v3, RFC 5280; ECDSA P-256 with
 * SHA-256). Thread-safe.
 */
public final class CertificateAuthority {
    private static final Duration BACKDATED = Duration.ofHours(1);
    private static final Duration VALID = Duration.ofDays(30);
    private static final byte[] ECDSA_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String ORGANIZATION = "2.5.4.10";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private final SecureRandom random = new SecureRandom();
    private final KeyPair keys;
    private final byte[] name = distinguishedName("kubernetes", List.of());
    private final X509Certificate certificate;

    /**
     * Makes an authority with a new key.
     *
     * @throws GeneralSecurityException if the JDK lacks P-256
     */
    public CertificateAuthority() throws GeneralSecurityException {
        keys = ellipticKeys();
        List<byte[]> extensions = List.of(
                extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.bool(true))),
                extension(KEY_USAGE, true, Der.bits(new byte[] {0x06}, 1)));
        certificate = sign(name, keys.getPublic(), extensions);
    }

    /**
     * Returns its own certificate.
     *
     * @return self-signed
     */
    public X509Certificate certificate() {
        return certificate;
    }

    /**
     * Makes a server's certificate with a new key.
     *
     * @param dnsNames the names that it is for
     * @param addresses the addresses that it is for
     * @return certificate and key
     * @throws GeneralSecurityException if the JDK refuses
     */
    public Identity server(List<String> dnsNames, List<InetAddress> addresses) throws GeneralSecurityException {
        List<byte[]> names = new ArrayList<>();
        dnsNames.forEach(dns -> names.add(Der.implicit(2, dns.getBytes(StandardCharsets.US_ASCII))));
        addresses.forEach(address -> names.add(Der.implicit(7, address.getAddress())));
        KeyPair pair = ellipticKeys();
        List<byte[]> extensions = List.of(
                extension(KEY_USAGE, true, Der.bits(new byte[] {(byte) 0xa0}, 5)),
                extension(EXTENDED_KEY_USAGE, false, Der.sequence(Der.oid(SERVER_AUTH))),
                extension(ALTERNATIVE_NAMES, false, Der.sequence(names.toArray(byte[][]::new))));
        return new Identity(
                sign(distinguishedName("kube-apiserver", List.of()), pair.getPublic(), extensions), pair.getPrivate());
    }

    /**
     * Makes a client's certificate with a new RSA key, which every client reads without a hint.
     *
     * @param user the common name: the user
     * @param groups the organizations: its groups
     * @return certificate and key
     * @throws GeneralSecurityException if the JDK refuses
     */
    public Identity client(String user, List<String> groups) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048, random);
        KeyPair pair = generator.generateKeyPair();
        List<byte[]> extensions = List.of(
                extension(KEY_USAGE, true, Der.bits(new byte[] {(byte) 0xa0}, 5)),
                extension(EXTENDED_KEY_USAGE, false, Der.sequence(Der.oid(CLIENT_AUTH))));
        return new Identity(sign(distinguishedName(user, groups), pair.getPublic(), extensions), pair.getPrivate());
    }

    private KeyPair ellipticKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private X509Certificate sign(byte[] subject, PublicKey key, List<byte[]> extensions)
            throws GeneralSecurityException {
        Instant now = Instant.now();
        byte[] body = Der.sequence(
                Der.explicit(0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(64, random).add(BigInteger.ONE)),
                ECDSA_SHA256,
                name,
                Der.sequence(Der.utcTime(now.minus(BACKDATED)), Der.utcTime(now.plus(VALID))),
                subject,
                key.getEncoded(),
                Der.explicit(3, Der.sequence(extensions.toArray(byte[][]::new))));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate(), random);
        signature.update(body);
        byte[] encoded = Der.sequence(body, ECDSA_SHA256, Der.bits(signature.sign(), 0));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.bool(true), Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    private static byte[] distinguishedName(String commonName, List<String> organizations) {
        List<byte[]> parts = new ArrayList<>();
        for (String organization : organizations) {
            parts.add(Der.set(Der.sequence(Der.oid(ORGANIZATION), Der.utf8(organization))));
        }
        parts.add(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.utf8(commonName))));
        return Der.sequence(parts.toArray(byte[][]::new));
    }
}
