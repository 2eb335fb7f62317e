package io.kubetun.kube.gateway;

import io.kubetun.kube.document.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The objects of a gateway that kubetun deploys: a ServiceAccount without rights and a Deployment of one pod that the
 * restricted Pod Security Standard admits. The chart's are the same.
 *
 * @param namespace where it is
 * @param name the Deployment's name
 * @param account the ServiceAccount's name
 * @param image its image
 * @param pullSecret the Secret that the image is pulled with
 * @see <a href="https://kubernetes.io/docs/concepts/security/pod-security-standards/">Kubernetes: Pod Security
 *     Standards</a>
 */
record GatewayManifest(String namespace, String name, String account, String image, Optional<String> pullSecret) {
    /** Where the gateway listens, on its pod's loopback. */
    static final int PORT = 9700;

    /** How long a pod that is to end lets its links go on. */
    static final int DRAIN_SECONDS = 60;

    static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/%s/deployments";
    static final String ACCOUNTS = "/api/v1/namespaces/%s/serviceaccounts";
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String OURS = "kubetun";
    static final String HELM = "Helm";
    static final String APP = "app.kubernetes.io/name";
    static final String APP_NAME = "kubetun-gateway";

    /** The label by which a gateway's pods are found, with the Deployment's name. */
    static final String GATEWAY = "kubetun.io/gateway";

    private static final int GRACE_SECONDS = DRAIN_SECONDS + 15;
    private static final int USER = 65532;

    /** Selects the pods of a gateway. */
    static String selector(String name) {
        return APP + "=" + APP_NAME + "," + GATEWAY + "=" + name;
    }

    /** The Deployment, without a pod yet: its ServiceAccount comes after it. */
    String deployment(Map<String, String> annotations) {
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("replicas", 0);
        spec.put("revisionHistoryLimit", 1);
        spec.put("minReadySeconds", 3);
        spec.put(
                "strategy",
                Map.of("type", "RollingUpdate", "rollingUpdate", Map.of("maxSurge", 1, "maxUnavailable", 0)));
        spec.put("selector", Map.of("matchLabels", selected()));
        spec.put("template", Map.of("metadata", Map.of("labels", selected()), "spec", pod()));
        return Json.write(Map.of(
                "apiVersion",
                "apps/v1",
                "kind",
                "Deployment",
                "metadata",
                Map.of("name", name, "namespace", namespace, "labels", labels(), "annotations", annotations),
                "spec",
                spec));
    }

    /** The ServiceAccount; it goes with the Deployment. */
    String serviceAccount(String ownerUid) {
        Map<String, Object> owner =
                Map.of("apiVersion", "apps/v1", "kind", "Deployment", "name", name, "uid", ownerUid);
        return Json.write(Map.of(
                "apiVersion",
                "v1",
                "kind",
                "ServiceAccount",
                "metadata",
                Map.of("name", account, "namespace", namespace, "labels", labels(), "ownerReferences", List.of(owner)),
                "automountServiceAccountToken",
                false));
    }

    /** The same for a Deployment that has another ServiceAccount already. */
    GatewayManifest withAccount(String other) {
        return new GatewayManifest(namespace, name, other, image, pullSecret);
    }

    /** The fields of a pod that make another one run this image. A patch replaces lists as a whole. */
    Map<String, Object> ofImage() {
        Map<String, Object> pod = new LinkedHashMap<>();
        pod.put("containers", List.of(container()));
        pullSecret.ifPresent(secret -> pod.put("imagePullSecrets", List.of(Map.of("name", secret))));
        return pod;
    }

    /** What a pod runs, and no more than that. */
    private Map<String, Object> pod() {
        Map<String, Object> pod = new LinkedHashMap<>();
        pod.put("serviceAccountName", account);
        pod.put("automountServiceAccountToken", false);
        pod.put("enableServiceLinks", false);
        pod.put("terminationGracePeriodSeconds", GRACE_SECONDS);
        pod.put(
                "securityContext",
                Map.of(
                        "runAsNonRoot",
                        true,
                        "runAsUser",
                        USER,
                        "runAsGroup",
                        USER,
                        "seccompProfile",
                        Map.of("type", "RuntimeDefault"),
                        "sysctls",
                        List.of(Map.of("name", "net.ipv4.ping_group_range", "value", USER + " " + USER))));
        pullSecret.ifPresent(secret -> pod.put("imagePullSecrets", List.of(Map.of("name", secret))));
        pod.put("containers", List.of(container()));
        pod.put("volumes", List.of(Map.of("name", "tmp", "emptyDir", Map.of("sizeLimit", "32Mi"))));
        return pod;
    }

    private Map<String, Object> container() {
        return Map.of(
                "name",
                "gateway",
                "image",
                image,
                "imagePullPolicy",
                "IfNotPresent",
                "env",
                List.of(Map.of("name", "KUBETUN_GATEWAY_DRAIN", "value", DRAIN_SECONDS + "s")),
                "resources",
                Map.of("requests", Map.of("cpu", "50m", "memory", "64Mi"), "limits", Map.of("memory", "256Mi")),
                "securityContext",
                Map.of(
                        "allowPrivilegeEscalation",
                        false,
                        "readOnlyRootFilesystem",
                        true,
                        "capabilities",
                        Map.of("drop", List.of("ALL"))),
                "volumeMounts",
                List.of(Map.of("name", "tmp", "mountPath", "/tmp")));
    }

    private Map<String, String> selected() {
        return Map.of(APP, APP_NAME, GATEWAY, name);
    }

    private Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>(selected());
        labels.put("app.kubernetes.io/component", "gateway");
        labels.put("app.kubernetes.io/part-of", "kubetun");
        labels.put(MANAGED_BY, OURS);
        return labels;
    }
}
