package io.kubetun.spi;

import java.util.Objects;
import java.util.Optional;

/**
 * What an examination found: one line of {@code kubetun doctor}. Immutable; holds no secret.
 *
 * @param check what was looked at, a few words: {@code api server}
 * @param level how bad it is
 * @param says what was found, a clause
 * @param fix what to do about it, best a command; empty if there is nothing to do
 * @param code what an attempt would fail with, for {@link Level#FAIL}
 */
public record Finding(String check, Level level, String says, String fix, Optional<ErrorCode> code) {
    /** Checks. */
    public Finding {
        Objects.requireNonNull(check, "check");
        Objects.requireNonNull(says, "says");
        Objects.requireNonNull(fix, "fix");
        if (level == Level.FAIL && code.isEmpty()) {
            throw new IllegalArgumentException("a failure without a code: " + check);
        }
    }

    /** How bad it is; the worst last. */
    public enum Level {
        /** As it should be, or of no importance here. */
        OK,
        /** Something works less well than it could, or may fail. */
        WARN,
        /** Something does not work. */
        FAIL
    }

    /**
     * All is well.
     *
     * @param check what was looked at
     * @param says what was found
     * @return the finding
     */
    public static Finding ok(String check, String says) {
        return new Finding(check, Level.OK, says, "", Optional.empty());
    }

    /**
     * It could be better.
     *
     * @param check what was looked at
     * @param says what was found
     * @param fix what to do about it
     * @return the finding
     */
    public static Finding warn(String check, String says, String fix) {
        return new Finding(check, Level.WARN, says, fix, Optional.empty());
    }

    /**
     * It does not work.
     *
     * @param check what was looked at
     * @param says what was found
     * @param fix what to do about it
     * @param code what an attempt would fail with
     * @return the finding
     */
    public static Finding fail(String check, String says, String fix, ErrorCode code) {
        return new Finding(check, Level.FAIL, says, fix, Optional.of(code));
    }

    /**
     * An attempt has failed.
     *
     * @param check what was tried
     * @param error how it failed
     * @return the finding
     */
    public static Finding of(String check, KubetunException error) {
        return fail(check, error.what() + ": " + error.why(), error.next(), error.code());
    }
}
