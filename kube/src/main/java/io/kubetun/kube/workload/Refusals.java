package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in words what the API server does not let be done to a workload. */
final class Refusals {
    /** RBAC's own words; a quota's or a webhook's 403 has others. */
    private static final Pattern MISSING = Pattern.compile(
            "cannot (?<verb>\\w+) resource \"(?<resource>[^\"]+)\".* in the namespace \"(?<where>[^\"]+)\"");

    private static final String ROLE = "Have the Role intercept of docs/rbac.md applied";

    private Refusals() {}

    static KubetunException of(String what, IOException e) {
        if (e instanceof ApiException api && api.forbidden()) {
            Matcher missing = MISSING.matcher(String.valueOf(api.getMessage()));
            if (missing.find()) {
                return forbidden(
                        what,
                        missing.group("verb") + " " + missing.group("resource") + " in namespace "
                                + missing.group("where"),
                        e);
            }
        }
        boolean answered = e instanceof ApiException;
        return new KubetunException(
                answered ? ErrorCode.CLUSTER_ERROR : ErrorCode.CLUSTER_UNREACHABLE,
                what,
                ApiErrors.reason(e),
                answered ? "See docs/modes/intercept.md; look at it: kubectl get events" : "Try: kubectl version",
                e);
    }

    /**
     * Makes the error of a missing permission.
     *
     * @param what what failed
     * @param permission such as {@code patch deployments in namespace lab}
     * @param cause the exception behind it, or null for none
     */
    static KubetunException forbidden(String what, String permission, Exception cause) {
        return new KubetunException(ErrorCode.FORBIDDEN, what, "this user may not " + permission, ROLE, cause);
    }
}
