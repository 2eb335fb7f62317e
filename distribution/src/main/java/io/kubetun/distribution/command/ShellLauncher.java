package io.kubetun.distribution.command;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the launcher has prepared for {@code kubetun shell}, which it tells by environment variables, and what it waits for.
 *
 * @param environment of this process
 */
record ShellLauncher(Map<String, String> environment) {
    /** The file to write the session's id to. */
    static final String ANSWER = "KUBETUN_SHELL_ANSWER";

    /** What unshare said, if it did not make a namespace. */
    static final String REFUSED = "KUBETUN_SHELL_REFUSED";

    /** Set if a command was given, which is to be alone on the terminal. */
    static final String COMMAND = "KUBETUN_SHELL_COMMAND";

    private static final String ELSE =
            "; or go by a proxy: kubetun proxy-out; or for the whole machine: sudo kubetun connect";

    /** Throws unless there is a namespace, and says what forbids it. */
    void check() throws KubetunException {
        if (environment.containsKey(REFUSED)) {
            throw new KubetunException(
                    ErrorCode.NEEDS_ROOT,
                    "cannot make a network for the shell",
                    "this machine lets you make no network namespace (" + environment.get(REFUSED) + ")",
                    next() + ELSE);
        }
        if (!environment.containsKey(ANSWER)) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot start a shell in this way",
                    "its command has to be the first word",
                    "Type: kubetun shell [options] [-- command]");
        }
    }

    private static String next() {
        if (is("kernel/unprivileged_userns_clone", "0")) {
            return "Allow it: sudo sysctl kernel.unprivileged_userns_clone=1";
        }
        if (is("user/max_user_namespaces", "0")) {
            return "Allow it: sudo sysctl user.max_user_namespaces=10000";
        }
        if (is("kernel/apparmor_restrict_unprivileged_userns", "1")) {
            return "Allow it: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0";
        }
        if (Files.exists(Path.of("/.dockerenv")) || Files.exists(Path.of("/run/.containerenv"))) {
            return "Start this container with --security-opt seccomp=unconfined --device /dev/net/tun";
        }
        return "Try it by hand: unshare --user --map-current-user --keep-caps --net --mount true";
    }

    private static boolean is(String sysctl, String value) {
        try {
            return Files.readAllLines(Path.of("/proc/sys", sysctl)).getFirst().equals(value);
        } catch (IOException notHere) {
            return false;
        }
    }

    boolean isForCommand() {
        return environment.containsKey(COMMAND);
    }

    /** Tells the launcher that it may become the program. */
    void answer(String session) throws KubetunException {
        try (FileOutputStream out = new FileOutputStream(environment.get(ANSWER))) {
            out.write(session.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.SESSION_LOST,
                    "the shell cannot start",
                    String.valueOf(e.getMessage()),
                    "Type it again: kubetun shell",
                    e);
        }
    }
}
