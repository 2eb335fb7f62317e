package io.kubetun.plugin.socks;

import com.typesafe.config.Config;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The mode's options, read and checked.
 *
 * @param socks where SOCKS is spoken
 * @param httpConnect where HTTP CONNECT is
 * @param pac where the PAC file is served besides, if anywhere
 * @param pacOnHttpConnect whether the HTTP CONNECT listener serves it
 * @param login what clients must know, if anything
 */
record SocksOptions(
        InetSocketAddress socks,
        Optional<InetSocketAddress> httpConnect,
        Optional<InetSocketAddress> pac,
        boolean pacOnHttpConnect,
        Optional<Login> login) {
    /** The environment variable of the option {@code password}. */
    static final String PASSWORD_VARIABLE = "KUBETUN_MODES_SOCKS_PASSWORD";

    private static final int MAX_LOGIN_BYTES = 255; // RFC 1929: each length is one byte

    static SocksOptions read(Config options) throws KubetunException {
        InetSocketAddress socks = ListenAddress.parse(options.getString("listen"), "--listen-socks");
        Optional<InetSocketAddress> http = address(options, "listen-http-connect");
        Optional<InetSocketAddress> pac = address(options, "listen-pac");
        boolean wantsPac = options.getBoolean("pac");
        if (wantsPac && http.isEmpty() && pac.isEmpty()) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot serve a PAC file",
                    "no listener for it is named",
                    "Add --listen-http-connect 127.0.0.1:8118, or say --listen-pac 127.0.0.1:8119");
        }
        Optional<Login> login = login(options);
        boolean allowed = options.getBoolean("allow-remote");
        checkReach(Optional.of(socks), "--listen-socks", allowed, login);
        checkReach(http, "--listen-http-connect", allowed, login);
        checkReach(pac, "--listen-pac", allowed, login);
        return new SocksOptions(socks, http, pac, wantsPac && http.isPresent(), login);
    }

    private static Optional<InetSocketAddress> address(Config options, String key) throws KubetunException {
        return options.hasPath(key)
                ? Optional.of(ListenAddress.parse(options.getString(key), "--" + key))
                : Optional.empty();
    }

    private static void checkReach(
            Optional<InetSocketAddress> address, String flag, boolean allowed, Optional<Login> login)
            throws KubetunException {
        if (address.isEmpty() || address.get().getAddress().isLoopbackAddress()) {
            return;
        }
        String what = "cannot listen on " + address.get().getAddress().getHostAddress();
        if (!allowed) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    what,
                    "other machines could reach the cluster through it",
                    "Say " + flag + " 127.0.0.1:" + address.get().getPort()
                            + ", or --allow-remote with --password-file FILE");
        }
        if (login.isEmpty()) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    what,
                    "--allow-remote needs a password, so that not every machine gets into the cluster",
                    "Add --password-file FILE, or put the password into " + PASSWORD_VARIABLE);
        }
    }

    private static Optional<Login> login(Config options) throws KubetunException {
        String password;
        String source;
        if (options.hasPath("password-file")) {
            source = options.getString("password-file");
            password = firstLine(Path.of(source));
        } else if (options.hasPath("password")) {
            source = "the option password";
            password = options.getString("password");
        } else {
            return Optional.empty();
        }
        String user = options.getString("user");
        if (!fits(password) || !fits(user)) {
            throw new KubetunException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot use the password of " + source,
                    "the user name and the password must each have 1 to " + MAX_LOGIN_BYTES + " bytes",
                    "Put another one there");
        }
        return Optional.of(Login.of(user, password));
    }

    private static boolean fits(String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        return length >= 1 && length <= MAX_LOGIN_BYTES;
    }

    private static String firstLine(Path file) throws KubetunException {
        try (var reader = Files.newBufferedReader(file)) {
            return Optional.ofNullable(reader.readLine()).orElse("");
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.CONFIG_NOT_FOUND,
                    "cannot read the password file " + file,
                    e instanceof java.nio.file.NoSuchFileException
                            ? "it does not exist"
                            : "it cannot be opened as text",
                    "Write the password into it and make it yours alone: chmod 600 " + file,
                    e);
        }
    }
}
