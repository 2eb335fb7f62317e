package io.kubetun.kernel.journal;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A change that anyone may make: a file appears. The file's path is the key, its text is the data. */
public record FileEffect(Path file, String text, boolean keptByHelper) implements Effect {
    public static final String KIND = "file";

    public FileEffect(Path file, String text) {
        this(file, text, false);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return file.toString();
    }

    @Override
    public String preview() {
        return "write " + text + " into " + file.getFileName();
    }

    @Override
    public Map<String, String> data() {
        return Map.of("text", text, "a.key \"with\" all sorts", "line 1\nline 2");
    }

    @Override
    public void apply() throws KubetunException {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw failure("cannot write", e);
        }
    }

    @Override
    public List<String> changedByOthers() {
        try {
            String now = Files.exists(file) ? Files.readString(file) : text;
            return now.equals(text) ? List.of() : List.of("the text \"" + now + "\"");
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    @Override
    public void undo() throws KubetunException {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failure("cannot delete", e);
        }
    }

    private KubetunException failure(String what, IOException e) {
        return new KubetunException(ErrorCode.HOST_CHANGE, what + " " + file, e.toString(), "Try again.", e);
    }

    /** Restores them. */
    public static final class Type implements EffectType {
        /** Makes one. */
        public Type() {}

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Effect restore(String key, Map<String, String> data) {
            if (!data.get("a.key \"with\" all sorts").equals("line 1\nline 2")) {
                throw new IllegalArgumentException("the data is not what was written");
            }
            return new FileEffect(Path.of(key), data.get("text"));
        }
    }
}
