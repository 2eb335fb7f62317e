package io.kubetun.kernel.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueFactory;
import io.kubetun.spi.host.Effect;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One record of a journal.
 *
 * @param seq its number in the journal, from 1
 * @param op what happens to the change
 * @param kind the effect's kind
 * @param key the effect's key
 * @param data the effect's data; empty for {@link Op#UNDONE}
 * @param preview the effect's preview; empty for {@link Op#UNDONE}
 */
public record JournalRecord(long seq, Op op, String kind, String key, Map<String, String> data, String preview) {
    /** Takes a copy. */
    public JournalRecord {
        data = Map.copyOf(data);
    }

    /** What happens to a change. */
    public enum Op {
        /** It is about to be made. */
        INTEND,
        /** It is made. */
        APPLIED,
        /** It is taken back, was never made, or stays for good: there is nothing to undo. */
        UNDONE
    }

    static JournalRecord of(long seq, Op op, Effect effect) {
        return op == Op.UNDONE
                ? new JournalRecord(seq, op, effect.kind(), effect.key(), Map.of(), "")
                : new JournalRecord(seq, op, effect.kind(), effect.key(), effect.data(), effect.preview());
    }

    /** Returns which change it is about. */
    EffectId id() {
        return new EffectId(kind, key);
    }

    byte[] encode() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("seq", seq);
        fields.put("op", op.name().toLowerCase(Locale.ROOT));
        fields.put("kind", kind);
        fields.put("key", key);
        fields.put("preview", preview);
        // A map inside a map of the config library reads its keys as keys, never as paths: any text may be one.
        fields.put("data", data);
        return ConfigValueFactory.fromMap(fields)
                .render(ConfigRenderOptions.concise())
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a record.
     *
     * @param json its text in UTF-8
     * @return the record
     * @throws IllegalArgumentException if it is none
     */
    static JournalRecord decode(ByteBuffer json) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(json).toString();
            Config fields = ConfigFactory.parseString(
                    text, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
            Map<String, String> data = new LinkedHashMap<>();
            fields.getObject("data").unwrapped().forEach((name, value) -> data.put(name, String.valueOf(value)));
            return new JournalRecord(
                    fields.getLong("seq"),
                    Op.valueOf(fields.getString("op").toUpperCase(Locale.ROOT)),
                    fields.getString("kind"),
                    fields.getString("key"),
                    data,
                    fields.getString("preview"));
        } catch (CharacterCodingException | ConfigException e) {
            throw new IllegalArgumentException("not a journal record", e);
        }
    }
}
