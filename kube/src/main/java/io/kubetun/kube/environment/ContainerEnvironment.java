package io.kubetun.kube.environment;

import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out what a container of a pod has in its environment, from the documents alone: nothing runs in the pod. What its
 * image sets, and what its program sets, is not among it.
 *
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables">
 *     Kubernetes: environment variables of a container</a>
 */
public final class ContainerEnvironment {
    private static final Pattern REFERENCE = Pattern.compile("\\$(\\$)?\\(([^)]*)\\)|\\$\\$");
    private static final Pattern SUBSCRIPT = Pattern.compile("metadata\\.(labels|annotations)\\['([^']+)'\\]");

    private final Sources sources;

    /** Where ConfigMaps and Secrets are. */
    public interface Sources {
        /**
         * Gets one.
         *
         * @param plural {@code configmaps} or {@code secrets}
         * @param name its name, in the pod's namespace
         * @return the document; empty if there is none
         * @throws IOException if it may not be had
         */
        Optional<Tree> get(String plural, String name) throws IOException;
    }

    /**
     * Makes a reader; asks nothing yet.
     *
     * @param sources where ConfigMaps and Secrets are
     */
    public ContainerEnvironment(Sources sources) {
        this.sources = sources;
    }

    /**
     * Reads it.
     *
     * @param pod the pod's document
     * @param container the container's part of it
     * @return values by name, in the order of the manifest
     * @throws IOException if something that is not optional is missing or may not be had
     */
    public Map<String, String> read(Tree pod, Tree container) throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        for (Tree from : container.at("envFrom").items()) {
            String prefix = from.at("prefix").text().orElse("");
            addAll(all, prefix, "configmaps", from.at("configMapRef"));
            addAll(all, prefix, "secrets", from.at("secretRef"));
        }
        for (Tree variable : container.at("env").items()) {
            Optional<String> name = variable.at("name").text();
            Optional<String> value = variable.at("valueFrom").present()
                    ? from(pod, container, variable.at("valueFrom"))
                    : Optional.of(expand(variable.at("value").text().orElse(""), all));
            if (name.isPresent() && value.isPresent()) {
                all.put(name.get(), value.get());
            }
        }
        return all;
    }

    private void addAll(Map<String, String> all, String prefix, String plural, Tree reference) throws IOException {
        if (!reference.present()) {
            return;
        }
        Optional<Tree> source = source(plural, reference);
        if (source.isPresent()) {
            Tree data = source.get().at("data");
            for (String key : data.names()) {
                all.put(prefix + key, plain(plural, data.at(key)));
            }
        }
    }

    private Optional<Tree> source(String plural, Tree reference) throws IOException {
        String name = reference.at("name").text().orElse("");
        Optional<Tree> found = sources.get(plural, name);
        if (found.isEmpty() && !reference.at("optional").flag(false)) {
            throw new IOException("there is no " + name + " among the " + plural);
        }
        return found;
    }

    private static String plain(String plural, Tree value) {
        String text = value.text().orElse("");
        return plural.equals("secrets") ? new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8) : text;
    }

    private Optional<String> from(Tree pod, Tree container, Tree from) throws IOException {
        if (from.at("configMapKeyRef").present()) {
            return key("configmaps", from.at("configMapKeyRef"));
        }
        if (from.at("secretKeyRef").present()) {
            return key("secrets", from.at("secretKeyRef"));
        }
        if (from.at("fieldRef").present()) {
            return field(pod, from.at("fieldRef", "fieldPath").text().orElse(""));
        }
        return resource(container, from.at("resourceFieldRef"));
    }

    private Optional<String> key(String plural, Tree reference) throws IOException {
        Optional<Tree> source = source(plural, reference);
        if (source.isEmpty()) {
            return Optional.empty();
        }
        String key = reference.at("key").text().orElse("");
        Tree value = source.get().at("data", key);
        if (!value.present()) {
            if (reference.at("optional").flag(false)) {
                return Optional.empty();
            }
            throw new IOException("there is no key " + key + " in "
                    + reference.at("name").text().orElse("") + " among the " + plural);
        }
        return Optional.of(plain(plural, value));
    }

    private static Optional<String> field(Tree pod, String path) {
        Matcher subscript = SUBSCRIPT.matcher(path);
        if (subscript.matches()) {
            return Optional.of(pod.at("metadata", subscript.group(1), subscript.group(2))
                    .text()
                    .orElse(""));
        }
        return switch (path) {
            case "status.podIPs" -> Optional.of(addresses(pod.at("status", "podIPs")));
            case "status.hostIPs" -> Optional.of(addresses(pod.at("status", "hostIPs")));
            default -> pod.at(path.split("\\.", -1)).text();
        };
    }

    private static String addresses(Tree list) {
        return String.join(
                ",",
                list.items().stream()
                        .flatMap(each -> each.at("ip").text().stream())
                        .toList());
    }

    /** Without a limit the kubelet tells the node's own: that is no property of the workload, and left out. */
    private static Optional<String> resource(Tree container, Tree reference) {
        String[] path = reference.at("resource").text().orElse("").split("\\.", 2);
        if (path.length < 2) {
            return Optional.empty();
        }
        Optional<Quantity> amount =
                container.at("resources", path[0], path[1]).text().flatMap(Quantity::parse);
        Quantity divisor = reference
                .at("divisor")
                .text()
                .filter(text -> !text.equals("0"))
                .flatMap(Quantity::parse)
                .orElse(new Quantity(java.math.BigDecimal.ONE));
        return amount.map(each -> each.by(divisor));
    }

    /** {@code $(NAME)} is the value of a variable that came before, {@code $$} is a dollar; all else is as it is. */
    private static String expand(String text, Map<String, String> before) {
        return REFERENCE
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(2) == null
                                ? "$"
                                : found.group(1) != null
                                        ? found.group().substring(1)
                                        : before.getOrDefault(found.group(2), found.group())));
    }
}
