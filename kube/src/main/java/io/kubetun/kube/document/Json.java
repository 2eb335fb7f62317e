package io.kubetun.kube.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads JSON from a stream: a document, or one after the other as a watch sends them. An object is held only until the
 * next is read. For one thread.
 */
public final class Json implements AutoCloseable {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().disable(StreamReadFeature.AUTO_CLOSE_SOURCE).build();

    private final JsonParser parser;

    /**
     * Starts to read.
     *
     * @param in UTF-8
     * @throws IOException if the stream fails
     */
    public Json(InputStream in) throws IOException {
        parser = FACTORY.createParser(in);
    }

    /**
     * Reads a text that is one document.
     *
     * @param text the document
     * @return its root
     * @throws IOException if it is no JSON
     */
    public static Tree parse(String text) throws IOException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            return parser.nextToken() == null ? Tree.MISSING : new Tree(value(parser));
        }
    }

    /**
     * Writes a document.
     *
     * @param fields its root: maps, lists, texts, numbers, flags and nulls
     * @return the text
     */
    public static String write(Map<String, ?> fields) {
        return ConfigValueFactory.fromMap(fields).render(ConfigRenderOptions.concise());
    }

    /**
     * Reads the next document.
     *
     * @return its root, empty at the end of the stream
     * @throws IOException if the stream fails or it is no JSON
     */
    public Optional<Tree> next() throws IOException {
        return parser.nextToken() == null ? Optional.empty() : Optional.of(new Tree(value(parser)));
    }

    /**
     * Reads a list as Kubernetes sends it, item by item.
     *
     * @param items told of each item
     * @return the document without its items
     * @throws IOException if the stream fails or it is no JSON object
     */
    public Tree list(ItemReader items) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("the API server answered with something that is no JSON object");
        }
        Map<String, Object> rest = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (parser.nextToken() == JsonToken.START_ARRAY && "items".equals(name)) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.item(new Tree(value(parser)));
                }
            } else {
                rest.put(name, value(parser));
            }
        }
        while (parser.nextToken() != null) {
            parser.skipChildren();
        }
        return new Tree(rest);
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    if ("managedFields".equals(name)) {
                        parser.skipChildren();
                    } else {
                        map.put(name, value(parser));
                    }
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case null -> throw new IOException("the JSON document ends too early");
            default -> null;
        };
    }

    /** Takes the items of a list. */
    @FunctionalInterface
    public interface ItemReader {
        /**
         * Takes an item.
         *
         * @param item its root
         * @throws IOException if it cannot be understood
         */
        void item(Tree item) throws IOException;
    }
}
