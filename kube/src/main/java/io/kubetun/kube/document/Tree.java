package io.kubetun.kube.document;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A node of a JSON or YAML document. What is not there is a node too: empty in every way. Immutable.
 *
 * @param value a {@code Map}, a {@code List}, a {@code String}, a {@code Number}, a {@code Boolean}, or null
 */
public record Tree(Object value) {
    /** A node that is not there. */
    public static final Tree MISSING = new Tree(null);

    /**
     * Goes down by names.
     *
     * @param path one name a level
     * @return the node there, {@link #MISSING} if there is none
     */
    public Tree at(String... path) {
        Object here = value;
        for (String name : path) {
            here = here instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return here == null ? MISSING : new Tree(here);
    }

    /**
     * Returns the text of a scalar.
     *
     * @return the text, empty if there is none, or an empty one
     */
    public Optional<String> text() {
        return switch (value) {
            case String text when !text.isEmpty() -> Optional.of(text);
            case Number number -> Optional.of(number.toString());
            case Boolean flag -> Optional.of(flag.toString());
            case null, default -> Optional.empty();
        };
    }

    /**
     * Returns a whole number.
     *
     * @return the number, empty if it is none
     */
    public Optional<Integer> number() {
        return value instanceof Number number ? Optional.of(number.intValue()) : Optional.empty();
    }

    /**
     * Says whether it is true.
     *
     * @param missing the answer if it is not there
     * @return true if it is the word or the value true
     */
    public boolean flag(boolean missing) {
        return value == null ? missing : "true".equalsIgnoreCase(String.valueOf(value));
    }

    /**
     * Returns the items of a list.
     *
     * @return nodes, none if it is no list
     */
    public List<Tree> items() {
        return value instanceof List<?> list ? list.stream().map(Tree::new).toList() : List.of();
    }

    /**
     * Finds an item of a list by its field {@code name}.
     *
     * @param name its name
     * @return the first of that name; empty if there is none
     */
    public Optional<Tree> named(String name) {
        return items().stream()
                .filter(item -> item.at("name").text().equals(Optional.of(name)))
                .findFirst();
    }

    /**
     * Returns the texts of a list.
     *
     * @return texts, without empty ones
     */
    public List<String> texts() {
        return items().stream().flatMap(item -> item.text().stream()).toList();
    }

    /**
     * Returns the names of an object's fields.
     *
     * @return names in the order of the document
     */
    public Set<String> names() {
        Map<String, Object> names = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.keySet().forEach(key -> names.put(String.valueOf(key), key));
        }
        return names.keySet();
    }

    /**
     * Says whether there is a node.
     *
     * @return false for {@link #MISSING}
     */
    public boolean present() {
        return value != null;
    }

    /**
     * Says whether it is an object.
     *
     * @return true if so
     */
    public boolean isObject() {
        return value instanceof Map;
    }

    /** Says nothing of the contents, which may be secret. */
    @Override
    public String toString() {
        return switch (value) {
            case null -> "nothing";
            case Map<?, ?> map -> "an object";
            case List<?> list -> "a list";
            default -> "a scalar";
        };
    }
}
