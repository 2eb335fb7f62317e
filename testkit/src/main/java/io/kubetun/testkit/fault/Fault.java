package io.kubetun.testkit.fault;

import java.time.Duration;
import java.util.Set;

/**
 * Something that goes wrong while it is injected, see {@code EmbeddedCluster.inject}. Several may be in force at once.
 */
public sealed interface Fault {
    /**
     * Bytes are swallowed silently, both ways: a cable cut, a NAT that has forgotten. A connection to the API server
     * that has lost bytes stays dead afterwards.
     *
     * @param scope where
     */
    record Drop(Scope scope) implements Fault {}

    /**
     * Nothing is read and nothing is sent, both ways; afterwards all arrives.
     *
     * @param scope where
     */
    record Stall(Scope scope) implements Fault {}

    /**
     * New connections are refused: by the API server with a reset right after they are accepted, inside a pod as if
     * nothing listened.
     *
     * @param scope where
     */
    record Refuse(Scope scope) implements Fault {}

    /**
     * Connections are reset: those that are open at once, and new ones as they come.
     *
     * @param scope where
     */
    record Reset(Scope scope) implements Fault {}

    /**
     * Bytes arrive late.
     *
     * @param scope where
     * @param oneWay by how much, in each direction
     */
    record Latency(Scope scope, Duration oneWay) implements Fault {}

    /**
     * Pods read slowly what clients send.
     *
     * @param scope which pods
     * @param bytesPerSecond how fast they read, at least 1
     */
    record SlowReader(Scope.Pods scope, int bytesPerSecond) implements Fault {
        /** Checks. */
        public SlowReader {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException("not a speed: " + bytesPerSecond);
            }
        }
    }

    /**
     * Requests are forbidden, whoever asks: 403 in the words of RBAC.
     *
     * @param verb such as {@code list}; {@code *} for all
     * @param resource the plural, such as {@code pods} or {@code pods/portforward}; {@code *} for all
     */
    record Forbid(String verb, String resource) implements Fault {}

    /**
     * A user's present token is not accepted: 401.
     *
     * @param user the user's name
     */
    record ExpiredToken(String user) implements Fault {}

    /**
     * The API server has forgotten its history: running watches end with 410 Gone, and so does each that starts at a
     * version from before the fault.
     */
    record Gone() implements Fault {}

    /**
     * Each request is answered with an error.
     *
     * @param status 429 or 500 to 599; 429 and 503 carry {@code Retry-After: 1}
     */
    record Unavailable(int status) implements Fault {
        /** Checks. */
        public Unavailable {
            if (status != 429 && (status < 500 || status > 599)) {
                throw new IllegalArgumentException("not an error of a server: " + status);
            }
        }
    }

    /**
     * A proxy in front of the API server lets upgrades to some formats not pass: the server sees a plain request, and
     * answers 400.
     *
     * @param formats which formats
     */
    record NoUpgrade(Set<StreamFormat> formats) implements Fault {
        /** Takes a copy. */
        public NoUpgrade {
            formats = Set.copyOf(formats);
        }
    }
}
