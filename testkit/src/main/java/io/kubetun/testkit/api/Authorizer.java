package io.kubetun.testkit.api;

import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.link.ActiveFaults;
import io.kubetun.testkit.store.StatusException;

/** Says who may do what, in RBAC's words. Thread-safe. */
final class Authorizer {
    private final ActiveFaults faults;

    Authorizer(ActiveFaults faults) {
        this.faults = faults;
    }

    boolean allows(Account account, String verb, String resource, String namespace, String name) {
        return account.allowed(verb, resource, namespace, name)
                && faults.active(Fault.Forbid.class)
                        .noneMatch(fault -> matches(fault.verb(), verb) && matches(fault.resource(), resource));
    }

    private static boolean matches(String pattern, String value) {
        return pattern.equals("*") || pattern.equals(value);
    }

    /**
     * Checks a request.
     *
     * @throws StatusException 403
     */
    void check(Account account, ApiRequest request, String verb) {
        if (!allows(account, verb, request.resource(), request.scope(), request.name())) {
            String object = request.name().isEmpty() ? "" : " \"" + request.name() + "\"";
            String where =
                    request.scope().isEmpty() ? "at the cluster scope" : "in the namespace \"" + request.scope() + "\"";
            throw new StatusException(
                    403,
                    "Forbidden",
                    request.type().qualified() + object + " is forbidden: User \"" + account.name() + "\" cannot "
                            + verb + " resource \"" + request.resource() + "\" in API group \""
                            + request.type().group() + "\" " + where);
        }
    }

    /**
     * Checks a path that is no resource: any known user may ask, others only for the version and health.
     *
     * @throws StatusException 403
     */
    void checkPath(Account account, boolean anonymous, String path) {
        boolean open = path.equals("/version")
                || path.startsWith("/healthz")
                || path.startsWith("/livez")
                || path.startsWith("/readyz");
        if (anonymous && !open) {
            throw new StatusException(
                    403, "Forbidden", "forbidden: User \"" + account.name() + "\" cannot get path \"" + path + "\"");
        }
    }
}
