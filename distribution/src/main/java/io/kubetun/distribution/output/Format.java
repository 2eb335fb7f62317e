package io.kubetun.distribution.output;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** How a command prints its answer: {@code -o table|wide|json|yaml}. */
public enum Format {
    /** Columns for people. */
    TABLE,
    /** More columns for people. */
    WIDE,
    /** One JSON document. */
    JSON,
    /** One YAML document. */
    YAML;

    /**
     * Reads the option's value.
     *
     * @param text as typed
     * @return the format
     * @throws KubetunException if there is none of that name
     */
    public static Format parse(String text) throws KubetunException {
        return switch (text) {
            case "table", "" -> TABLE;
            case "wide" -> WIDE;
            case "json" -> JSON;
            case "yaml" -> YAML;
            default ->
                throw new KubetunException(
                        ErrorCode.USAGE,
                        "cannot print as '" + text + "'",
                        "there is no such output format",
                        "Use -o table, wide, json or yaml");
        };
    }

    /**
     * Renders a document for machines.
     *
     * @param document maps, lists, texts, numbers and truth values
     * @return its text without a final line break; only for {@link #JSON} and {@link #YAML}
     */
    public String render(Map<String, ?> document) {
        return switch (this) {
            case JSON ->
                ConfigValueFactory.fromMap(document)
                        .render(ConfigRenderOptions.concise().setFormatted(true))
                        .strip();
            case YAML ->
                new Dump(DumpSettings.builder()
                                .setDefaultFlowStyle(FlowStyle.BLOCK)
                                .build())
                        .dumpToString(document)
                        .strip();
            case TABLE, WIDE -> throw new IllegalStateException("a table is not a document");
        };
    }
}
