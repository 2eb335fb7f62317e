package io.kubetun.testkit.api;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** A user: a name, a token and rules. Thread-safe. */
public final class Account {
    private final String name;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private volatile String token = newToken();

    /**
     * Makes one that may do nothing.
     *
     * @param name the user's name
     */
    public Account(String name) {
        this.name = name;
    }

    private static String newToken() {
        return "testkit-" + UUID.randomUUID();
    }

    /**
     * Returns the user's name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns the token that is good now.
     *
     * @return the token
     */
    public String token() {
        return token;
    }

    /** Makes a new token; the old one is no longer good. */
    public void rotateToken() {
        token = newToken();
    }

    /**
     * Allows something.
     *
     * @param rule what
     */
    public void allow(Rule rule) {
        rules.add(rule);
    }

    /** Takes all that was allowed back. */
    public void denyAll() {
        rules.clear();
    }

    boolean allowed(String verb, String resource, String namespace, String name) {
        return rules.stream().anyMatch(rule -> rule.allows(verb, resource, namespace, name));
    }

    List<Rule> rules() {
        return List.copyOf(rules);
    }
}
