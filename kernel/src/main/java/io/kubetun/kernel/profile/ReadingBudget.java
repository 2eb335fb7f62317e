package io.kubetun.kernel.profile;

import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The limits of one profile with all that it includes. What is beyond is refused before it is resolved. With n
 * references a text grows at most by 3 to the power of n/3 (each value three times the one before), so these limits
 * keep the worst case at some 12 MB. References to the environment do not multiply and are not counted.
 */
final class ReadingBudget {
    /** Characters of all files together. */
    static final int MAX_TEXT = 32 * 1024;
    /** References from one value to another, {@code ${vars.x}} or {@code +=}, of all files together. */
    static final int MAX_REFERENCES = 16;
    /** Files. */
    static final int MAX_FILES = 16;

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{|\\+=");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{\\??([A-Za-z_][A-Za-z0-9_]*)}");

    private final StringBuilder text = new StringBuilder();
    private int references;
    private int files;

    void take(String content, Path file) {
        files++;
        text.append(content).append('\n');
        references += referencesIn(content);
        refuseAbove(files, MAX_FILES, "files with those it includes", file);
        refuseAbove(text.length() - files, MAX_TEXT, "characters with those of the files it includes", file);
        refuseAbove(references, MAX_REFERENCES, "references to other values", file);
    }

    /** All that was taken. */
    String text() {
        return text.toString();
    }

    private static void refuseAbove(int used, int limit, String of, Path file) {
        if (used > limit) {
            throw new ConfigException.Generic(file + ": a profile may have at most " + limit + " " + of);
        }
    }

    private static int referencesIn(String content) {
        int count = 0;
        Matcher reference = REFERENCE.matcher(content);
        Matcher variable = VARIABLE.matcher(content);
        while (reference.find()) {
            variable.region(reference.start(), content.length());
            boolean toEnvironment = variable.lookingAt()
                    && !variable.group(1).equals(ProfileSchema.ROOT)
                    && !variable.group(1).equals(ProfileSchema.VARIABLES);
            count += toEnvironment ? 0 : 1;
        }
        return count;
    }
}
