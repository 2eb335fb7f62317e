package io.kubetun.kube.document;

import java.io.IOException;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/** Reads YAML. Every scalar stays the text that it is: a password of digits is no number. */
public final class Yaml {
    private static final int MAX_CODE_POINTS = 16 << 20;

    private Yaml() {}

    /**
     * Reads a document of at most 16 MB.
     *
     * @param text the document
     * @return its root, {@link Tree#MISSING} if it is empty
     * @throws IOException if it is no YAML; the message says where and why, without the document's text
     */
    public static Tree parse(String text) throws IOException {
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new FailsafeSchema())
                .setCodePointLimit(MAX_CODE_POINTS)
                .build();
        try {
            Object root = new Load(settings).loadFromString(text);
            return root == null || "".equals(root) ? Tree.MISSING : new Tree(root);
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark()
                    .map(mark -> "line " + (mark.getLine() + 1) + ": ")
                    .orElse("");
            throw new IOException(line + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw new IOException("it is no YAML", e);
        }
    }
}
