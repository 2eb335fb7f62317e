package io.kubetun.testkit.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Label and field selectors.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/">Kubernetes: Labels</a>
 */
public final class Selector {
    private static final Pattern REQUIREMENT =
            Pattern.compile("\\s*(?:(?<absent>!)\\s*)?(?<key>[\\w./-]+)\\s*(?:(?<op>==|=|!=)\\s*(?<value>[\\w./:-]*)"
                    + "|(?<set>in|notin)\\s*\\((?<values>[^)]*)\\))?\\s*(?:,|$)");
    private static final Set<String> FIELDS = Set.of(
            "metadata.name",
            "metadata.namespace",
            "status.phase",
            "status.podIP",
            "spec.nodeName",
            "spec.clusterIP",
            "spec.type",
            "involvedObject.kind",
            "involvedObject.name",
            "reason");

    private Selector() {}

    /**
     * Reads a label selector.
     *
     * @param text such as {@code app=web,tier in (a,b),!legacy}; empty for all
     * @return tells whether an object matches
     * @throws StatusException 400 if it cannot be read
     */
    public static Predicate<JsonNode> labels(String text) {
        List<Predicate<JsonNode>> all = new ArrayList<>();
        Matcher matcher = REQUIREMENT.matcher(text);
        int end = 0;
        while (end < text.length()) {
            if (!matcher.find(end) || matcher.start() != end) {
                throw StatusException.badRequest("unable to parse requirement: found '" + text.substring(end) + "'");
            }
            all.add(requirement(matcher));
            end = matcher.end();
        }
        return object -> {
            JsonNode labels = object.path("metadata").path("labels");
            return all.stream().allMatch(requirement -> requirement.test(labels));
        };
    }

    private static Predicate<JsonNode> requirement(Matcher matcher) {
        String key = matcher.group("key");
        if (matcher.group("absent") != null) {
            return labels -> !labels.has(key);
        }
        if (matcher.group("set") != null) {
            Set<String> values =
                    Set.copyOf(List.of(matcher.group("values").strip().split("\\s*,\\s*", -1)));
            boolean in = matcher.group("set").equals("in");
            return labels -> (labels.has(key) && values.contains(labels.get(key).asText())) == in;
        }
        String operator = matcher.group("op");
        if (operator == null) {
            return labels -> labels.has(key);
        }
        String value = matcher.group("value");
        boolean equal = !operator.equals("!=");
        return labels -> (labels.has(key) && labels.get(key).asText().equals(value)) == equal;
    }

    /**
     * Reads a field selector.
     *
     * @param text such as {@code metadata.name=web}; empty for all
     * @return tells whether an object matches
     * @throws StatusException 400 if it cannot be read or names a field that cannot be selected by
     */
    public static Predicate<JsonNode> fields(String text) {
        Predicate<JsonNode> all = object -> true;
        for (String term : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            int operator = term.indexOf('=');
            if (operator < 1) {
                throw StatusException.badRequest("invalid field selector: '" + term + "'; can't understand it");
            }
            boolean equal = term.charAt(operator - 1) != '!';
            String field = term.substring(0, equal ? operator : operator - 1).strip();
            String value = term.substring(operator + (term.startsWith("==", operator) ? 2 : 1))
                    .strip();
            if (!FIELDS.contains(field)) {
                throw StatusException.badRequest("field label not supported: " + field);
            }
            String pointer = "/" + field.replace('.', '/');
            all = all.and(object -> object.at(pointer).asText("").equals(value) == equal);
        }
        return all;
    }
}
