package io.kubetun.kube.examine;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.kube.config.Connection;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Finding;
import io.kubetun.spi.Permission;
import io.kubetun.spi.Permission.Scope;
import io.kubetun.spi.Permission.Weight;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks the API server, permission by permission, what the user may do.
 *
 * @param api the API server
 * @param connection says the namespace
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/">Kubernetes:
 *     SelfSubjectAccessReview</a>
 */
record PermissionCheck(ApiClient api, Connection connection) {

    List<Finding> examine(List<Permission> needs) {
        Map<Permission, Boolean> allowed = new LinkedHashMap<>();
        try {
            for (Permission need : needs) {
                if (!allowed.containsKey(need)) {
                    allowed.put(need, ask(need));
                }
            }
        } catch (IOException e) {
            return List.of(Finding.warn(
                    "permissions",
                    "cannot ask what this user may do: " + ApiErrors.reason(e),
                    "kubectl auth can-i --list -n " + connection.namespace()));
        }
        List<Finding> findings = new ArrayList<>();
        allowed.forEach((need, may) -> findings.add(finding(need, may, allowed)));
        return findings;
    }

    private boolean ask(Permission need) throws IOException {
        return new AccessReview(need.verb(), need.group(), need.resource(), need.subresource())
                .ask(api, need.scope() == Scope.NAMESPACE ? connection.namespace() : "");
    }

    private Finding finding(Permission need, boolean may, Map<Permission, Boolean> all) {
        String check = "may " + need;
        String where = need.scope() == Scope.NAMESPACE ? "in namespace " + connection.namespace() : "in all namespaces";
        if (may) {
            return Finding.ok(check, where);
        }
        String flag = need.scope() == Scope.NAMESPACE ? "-n " + connection.namespace() : "-A";
        String fix = "Have the Role of docs/rbac.md applied, then try: kubectl auth can-i " + need.verb() + " "
                + (need.group().isEmpty() ? need.resource() : need.resource() + "." + need.group())
                + (need.subresource().isEmpty() ? "" : " --subresource=" + need.subresource())
                + " " + flag;
        return switch (need.weight()) {
            case REQUIRED ->
                Finding.fail(check, "not " + where + ", and nothing works without it", fix, ErrorCode.FORBIDDEN);
            case BETTER -> Finding.warn(check, "not " + where + ": kubetun finds another way, or knows less", fix);
            case ONE_OF ->
                anotherOf(need, all)
                        ? Finding.warn(check, "not " + where + ": another verb does it, in a slower way", fix)
                        : Finding.fail(
                                check,
                                "not " + where + ", and no verb that could stand for it",
                                fix,
                                ErrorCode.FORBIDDEN);
        };
    }

    private static boolean anotherOf(Permission need, Map<Permission, Boolean> all) {
        return all.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .anyMatch(other -> other.weight() == Weight.ONE_OF
                        && other.group().equals(need.group())
                        && other.fullResource().equals(need.fullResource())
                        && other.scope() == need.scope());
    }
}
