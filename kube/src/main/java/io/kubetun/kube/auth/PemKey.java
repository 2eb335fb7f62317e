package io.kubetun.kube.auth;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a private key in PEM: PKCS #8, PKCS #1 (RSA) or SEC 1 (EC).
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7468">RFC 7468</a>, <a
 *     href="https://www.rfc-editor.org/rfc/rfc5915">RFC 5915</a>
 */
final class PemKey {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----([^-]+)-----END");
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final byte[] RSA = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };
    private static final byte[] EC_OID = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int PARAMETERS = 0xa0;

    private PemKey() {}

    /**
     * Reads the first key of a text.
     *
     * @param pem the text
     * @return the key
     * @throws GeneralSecurityException if there is none that can be used; the message never quotes the text
     */
    static PrivateKey parse(String pem) throws GeneralSecurityException {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            throw new InvalidKeySpecException("there is no private key in PEM");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeySpecException("the private key is not base64", e);
        }
        return switch (block.group(1)) {
            case "PRIVATE KEY" -> anyKind(der);
            case "RSA PRIVATE KEY" -> generate("RSA", encode(SEQUENCE, VERSION_0, RSA, encode(OCTETS, der)));
            case "EC PRIVATE KEY" ->
                generate("EC", encode(SEQUENCE, VERSION_0, encode(SEQUENCE, EC_OID, curve(der)), encode(OCTETS, der)));
            case "ENCRYPTED PRIVATE KEY" ->
                throw new InvalidKeySpecException("the private key is encrypted, which kubectl does not take either");
            default -> throw new InvalidKeySpecException("the private key is of an unknown kind");
        };
    }

    private static PrivateKey anyKind(byte[] der) throws GeneralSecurityException {
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return generate(algorithm, der);
            } catch (InvalidKeySpecException e) {
                // the key says in its DER of which kind it is: only one factory takes it
            }
        }
        throw new InvalidKeySpecException("the private key is neither RSA, EC nor Ed25519");
    }

    private static PrivateKey generate(String algorithm, byte[] pkcs8) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    /** The curve that a SEC 1 key names: what is in its field [0]. */
    private static byte[] curve(byte[] sec1) throws InvalidKeySpecException {
        try {
            ByteBuffer key = element(ByteBuffer.wrap(sec1), SEQUENCE);
            while (key.hasRemaining()) {
                int tag = key.get(key.position()) & 0xff;
                ByteBuffer content = element(key, tag);
                if (tag == PARAMETERS) {
                    byte[] oid = new byte[content.remaining()];
                    content.get(oid);
                    return oid;
                }
            }
        } catch (RuntimeException e) {
            throw new InvalidKeySpecException("the EC private key is damaged", e);
        }
        throw new InvalidKeySpecException("the EC private key does not name its curve");
    }

    private static ByteBuffer element(ByteBuffer in, int tag) {
        if ((in.get() & 0xff) != tag) {
            throw new IllegalArgumentException("another tag");
        }
        int length = in.get() & 0xff;
        if (length > 0x80) {
            int bytes = length - 0x80;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = (length << 8) | (in.get() & 0xff);
            }
        }
        ByteBuffer content = in.slice(in.position(), length);
        in.position(in.position() + length);
        return content;
    }

    private static byte[] encode(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer out = ByteBuffer.allocate(length + 4);
        out.put((byte) tag);
        if (length < 0x80) {
            out.put((byte) length);
        } else if (length < 0x100) {
            out.put((byte) 0x81).put((byte) length);
        } else {
            out.put((byte) 0x82).putShort((short) length);
        }
        for (byte[] part : parts) {
            out.put(part);
        }
        byte[] der = new byte[out.position()];
        out.flip().get(der);
        return der;
    }
}
