package io.kubetun.kube.catalog;

/**
 * What keeps something from becoming ready.
 *
 * @param text a clause
 * @param lasting whether it stays so until somebody changes something
 */
public record Trouble(String text, boolean lasting) {
    /** A registry's whole answer is nobody's to read. */
    private static final int MAX_LENGTH = 240;

    /** Brings the text into one line. */
    public Trouble {
        text = text.strip().replaceAll("\\s+", " ");
        text = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        text = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "…" : text;
    }
}
