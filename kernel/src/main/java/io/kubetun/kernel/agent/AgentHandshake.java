package io.kubetun.kernel.agent;

import io.kubetun.kernel.flow.HeldReads;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * What is said on a connection to an agent before it becomes a link: the agent asks for a signature over a nonce, the
 * laptop gives it. Lines of US-ASCII, each at most 512 bytes:
 *
 * <pre>
 * agent:  kubetun-agent 1 BASE64(32 bytes) POD-OR-DASH
 * laptop: BASE64(Ed25519 signature over "kubetun-intercept-v1:" and the 32 bytes)
 * agent:  ok                  or: refused REASON, and the end
 * </pre>
 *
 * <p>Whoever may forward a port to the pod may also end an agent that has no other way to end: an agent in an ephemeral
 * container is told so instead of being given a signature, and ends the connection and its process:
 *
 * <pre>
 * agent:  kubetun-agent 1 BASE64(32 bytes) POD-OR-DASH
 * anyone: end
 * agent:  ending              or: refused REASON, from an agent that is part of a pod template
 * </pre>
 *
 * <p>After {@code ok} the agent opens the streams of a link ({@link io.kubetun.kernel.link.Link#open}) and the laptop takes
 * them ({@link io.kubetun.kernel.link.LinkServer#accept}). Never blocks; may be called from any thread.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8032">RFC 8032: Ed25519</a>
 */
public final class AgentHandshake {
    /** What the nonce is signed with, so that the key's signatures are good for nothing else. */
    private static final byte[] PURPOSE = "kubetun-intercept-v1:".getBytes(StandardCharsets.US_ASCII);

    private static final String GREETING = "kubetun-agent 1 ";
    private static final String REFUSED = "refused ";

    /** What is said to end an agent. */
    private static final String END = "end";

    private static final int NONCE = 32;
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private AgentHandshake() {}

    /**
     * The laptop's end: answers the agent on a fresh connection.
     *
     * @param channel a stream of bytes with auto-read off and no handler, as {@link io.kubetun.spi.Dialer#dial} gives
     * @param key an Ed25519 key
     * @return the same channel once the agent has said {@code ok}, with auto-read off; what has come after that line is
     *     kept for the first who reads. Else a {@link DialException}, and the channel is closed: {@link Reason#FORBIDDEN}
     *     if the agent refused, {@link Reason#TIMED_OUT} if it said nothing for 5 s, {@link Reason#UNREACHABLE} if what
     *     answers is no agent or has gone
     */
    public static Future<Channel> prove(Channel channel, PrivateKey key) {
        return prove(channel, key, LIMIT);
    }

    static Future<Channel> prove(Channel channel, PrivateKey key, Duration limit) {
        return begin(channel, limit, "the agent", new HandshakeLines.Conversation() {
            private boolean answered;

            @Override
            public void line(HandshakeLines lines, String line) throws DialException {
                if (!answered) {
                    answered = true;
                    lines.say(base64(sign(key, nonce(line))));
                } else if (line.equals("ok")) {
                    lines.done();
                } else if (line.startsWith(REFUSED)) {
                    throw new DialException(
                            Reason.FORBIDDEN, "the agent refused the link: " + line.substring(REFUSED.length()));
                } else {
                    throw noAgent();
                }
            }
        });
    }

    /**
     * The agent's end: asks on a connection that was just accepted.
     *
     * @param channel a stream of bytes with auto-read off and no handler
     * @param key whose owner may have the link
     * @param pod the pod's name, or {@code -}
     * @param end run when somebody asks for the agent's end; empty if nobody may
     * @return as for {@link #prove}; {@link Reason#FORBIDDEN} if the signature is not the key's
     */
    static Future<Channel> demand(Channel channel, PublicKey key, String pod, Optional<Runnable> end) {
        return demand(channel, key, pod, end, LIMIT);
    }

    static Future<Channel> demand(Channel channel, PublicKey key, String pod, Optional<Runnable> end, Duration limit) {
        byte[] nonce = new byte[NONCE];
        new SecureRandom().nextBytes(nonce);
        return begin(channel, limit, "the laptop", new HandshakeLines.Conversation() {
            @Override
            public void begun(HandshakeLines lines) {
                lines.say(GREETING + base64(nonce) + " " + pod);
            }

            @Override
            public void line(HandshakeLines lines, String line) throws DialException {
                if (line.equals(END)) {
                    throw asked(lines, end);
                }
                if (!verifies(key, nonce, line)) {
                    String why = "the signature is not by the key that this pod was given";
                    lines.say(REFUSED + why);
                    throw new DialException(Reason.FORBIDDEN, why);
                }
                lines.say("ok");
                lines.done();
            }
        });
    }

    private static DialException asked(HandshakeLines lines, Optional<Runnable> end) {
        if (end.isEmpty()) {
            lines.say(REFUSED + "this agent ends with its pod");
            return new DialException(Reason.FORBIDDEN, "it asked for the agent's end, which is the pod's");
        }
        lines.say("ending");
        end.get().run();
        return new DialException(Reason.UNREACHABLE, "it asked for the agent's end");
    }

    private static Future<Channel> begin(
            Channel channel, Duration limit, String other, HandshakeLines.Conversation conversation) {
        EventLoop loop = channel.eventLoop();
        Promise<Channel> done = loop.newPromise();
        HandshakeLines lines = new HandshakeLines(conversation, done, limit, other);
        // What comes after the last line waits in here for the link.
        Runnable begin = () -> channel.pipeline().addLast(lines, new HeldReads());
        if (loop.inEventLoop()) {
            begin.run();
        } else {
            loop.execute(begin);
        }
        return done;
    }

    private static byte[] nonce(String greeting) throws DialException {
        String[] words = greeting.split(" ", -1);
        if (!greeting.startsWith(GREETING) || words.length < 4) {
            throw noAgent();
        }
        try {
            byte[] nonce = Base64.getDecoder().decode(words[2]);
            if (nonce.length == NONCE) {
                return nonce;
            }
        } catch (IllegalArgumentException malformed) {
            throw noAgent();
        }
        throw noAgent();
    }

    private static DialException noAgent() {
        return new DialException(Reason.UNREACHABLE, "what answers there is no agent of this version");
    }

    private static byte[] sign(PrivateKey key, byte[] nonce) throws DialException {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(PURPOSE);
            signature.update(nonce);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new DialException(Reason.FORBIDDEN, "the key cannot sign: " + e.getMessage(), e);
        }
    }

    private static boolean verifies(PublicKey key, byte[] nonce, String line) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(PURPOSE);
            signature.update(nonce);
            return signature.verify(Base64.getDecoder().decode(line));
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            return false;
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
