package io.kubetun.kube.examine;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.api.ApiResponse;
import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.kube.config.Connection;
import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.Finding;
import io.kubetun.spi.Permission;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks an API server whether it can be used: reached, of a known version, with a clock like ours, with the permissions
 * that are needed. Changes nothing. Blocks.
 *
 * @param api the API server
 * @param connection how it is reached
 * @param clock this machine's clock
 */
public record Examination(ApiClient api, Connection connection, InstantSource clock) {
    /** EndpointSlices are stable since 1.21. */
    private static final int OLDEST_MINOR = 21;

    /** The header's resolution is a second, and the answer was under way. */
    private static final Duration SMALL_SKEW = Duration.ofSeconds(10);

    /**
     * Asks.
     *
     * @param needs what the user must be allowed
     * @return the findings
     */
    public List<Finding> examine(List<Permission> needs) {
        List<Finding> findings = new ArrayList<>();
        findings.add(
                Finding.ok("kubeconfig", "context " + connection.context() + ", namespace " + connection.namespace()));
        long start = System.nanoTime();
        try (ApiResponse response = api.open("/version");
                Json json = response.json()) {
            Tree version = json.next().orElse(Tree.MISSING);
            long millis = (System.nanoTime() - start) / 1_000_000;
            findings.add(Finding.ok("api server", connection.server() + " answers after " + millis + " ms"));
            findings.add(version(version));
            findings.add(clock(response.header("date")));
            response.finish();
        } catch (ApiException e) {
            if (!e.forbidden()) {
                findings.add(unusable(e));
                return findings;
            }
            // Who may not ask for the version is known to the server all the same.
            findings.add(Finding.ok("api server", connection.server() + " answers, and does not say its version"));
        } catch (IOException e) {
            findings.add(unusable(e));
            return findings;
        }
        findings.addAll(new PermissionCheck(api, connection).examine(needs));
        return findings;
    }

    private Finding unusable(IOException e) {
        return Finding.of("api server", ApiErrors.explain(e, connection.server(), connection.context()));
    }

    private static Finding version(Tree version) {
        String text = version.at("gitVersion").text().orElse("unknown");
        String minor = version.at("minor").text().orElse("").replaceAll("\\D.*", "");
        return !minor.isEmpty() && Integer.parseInt(minor) < OLDEST_MINOR
                ? Finding.warn(
                        "server version",
                        text + " is older than 1." + OLDEST_MINOR + ", the oldest one that kubetun is made for",
                        "Update the cluster")
                : Finding.ok("server version", text);
    }

    private Finding clock(Optional<String> date) {
        if (date.isEmpty()) {
            return Finding.ok("clock", "the API server does not say what time it has");
        }
        try {
            Instant theirs = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.get()));
            Duration skew = Duration.between(theirs, clock.instant());
            return skew.abs().compareTo(SMALL_SKEW) <= 0
                    ? Finding.ok("clock", "as the API server's")
                    : Finding.warn(
                            "clock",
                            "this machine is " + skew.abs().toSeconds() + " s "
                                    + (skew.isNegative() ? "behind" : "ahead of")
                                    + " the API server: tokens and certificates may count as expired or not yet valid",
                            "See who sets the clock: timedatectl status");
        } catch (DateTimeException e) {
            return Finding.ok("clock", "the API server's date cannot be read: " + date.get());
        }
    }
}
