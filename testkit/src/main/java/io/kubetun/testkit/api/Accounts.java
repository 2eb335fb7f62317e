package io.kubetun.testkit.api;

import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.link.ActiveFaults;
import io.kubetun.testkit.store.StatusException;
import io.kubetun.testkit.tls.ServerTls;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Who asks: bearer tokens, client certificates, impersonation. Thread-safe. */
public final class Accounts {
    private static final String BEARER = "Bearer ";

    private final ActiveFaults faults;
    private final Optional<ServerTls> tls;
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final Account anonymous = new Account("system:anonymous");

    /**
     * Makes it without users.
     *
     * @param faults the faults in force
     * @param tls what certificates are checked against; empty for plain HTTP
     */
    public Accounts(ActiveFaults faults, Optional<ServerTls> tls) {
        this.faults = faults;
        this.tls = tls;
    }

    /**
     * Finds a user, or makes one that may do nothing.
     *
     * @param name the user's name
     * @return the user
     */
    public Account account(String name) {
        return accounts.computeIfAbsent(name, Account::new);
    }

    /**
     * Says who asks.
     *
     * @param channel the connection
     * @param headers the request's headers
     * @return the user, {@code system:anonymous} without credentials
     * @throws StatusException 401 if the credentials are not good
     */
    Account authenticate(Channel channel, HttpHeaders headers) {
        Account account = certificate(channel)
                .map(this::owner)
                .or(() -> Optional.ofNullable(headers.get("Authorization")).map(this::bearer))
                .orElse(anonymous);
        String impersonated = headers.get("Impersonate-User");
        if (impersonated == null) {
            return account;
        }
        if (!account.allowed("impersonate", "users", "", impersonated)) {
            throw new StatusException(
                    403,
                    "Forbidden",
                    "users \"" + impersonated + "\" is forbidden: User \"" + account.name()
                            + "\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope");
        }
        return account(impersonated);
    }

    boolean isAnonymous(Account account) {
        return account == anonymous;
    }

    private static Optional<X509Certificate> certificate(Channel channel) {
        return Optional.ofNullable(channel.pipeline().get(SslHandler.class)).flatMap(ServerTls::shown);
    }

    private Account owner(X509Certificate certificate) {
        return tls.flatMap(server -> server.user(certificate))
                .flatMap(name -> Optional.ofNullable(accounts.get(name)))
                .orElseThrow(Accounts::unauthorized);
    }

    private Account bearer(String header) {
        String token =
                header.startsWith(BEARER) ? header.substring(BEARER.length()).strip() : "";
        return accounts.values().stream()
                .filter(account -> account.token().equals(token))
                .filter(account -> faults.active(Fault.ExpiredToken.class)
                        .noneMatch(fault -> fault.user().equals(account.name())))
                .findFirst()
                .orElseThrow(Accounts::unauthorized);
    }

    private static StatusException unauthorized() {
        return new StatusException(401, "Unauthorized", "Unauthorized");
    }
}
