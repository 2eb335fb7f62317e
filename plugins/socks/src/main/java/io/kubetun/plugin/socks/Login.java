package io.kubetun.plugin.socks;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A user name and password, as bytes like they come over the wire. Compared in constant time, never printed. */
final class Login {
    private final byte[] user;
    private final byte[] password;

    Login(byte[] user, byte[] password) {
        this.user = user.clone();
        this.password = password.clone();
    }

    static Login of(String user, String password) {
        return new Login(user.getBytes(StandardCharsets.UTF_8), password.getBytes(StandardCharsets.UTF_8));
    }

    boolean matches(Login given) {
        boolean userMatches = MessageDigest.isEqual(user, given.user);
        boolean passwordMatches = MessageDigest.isEqual(password, given.password);
        return userMatches && passwordMatches;
    }

    @Override
    public String toString() {
        return "Login[user=" + new String(user, StandardCharsets.UTF_8) + "]";
    }
}
