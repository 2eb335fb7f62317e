package io.kubetun.spi;

/**
 * A version of this interface, as a plugin's manifest names the one it was built for.
 *
 * @param major changes when a plugin must change with it
 * @param minor changes when something is added
 */
public record SpiVersion(int major, int minor) {
    /** The version that this kubetun provides. */
    public static final SpiVersion CURRENT = new SpiVersion(1, 3);

    /** The manifest attribute in which a plugin says what it was built for. */
    public static final String ATTRIBUTE = "Kubetun-Spi-Version";

    /**
     * Reads {@code major.minor}.
     *
     * @param text the attribute's value
     * @return the version
     * @throws IllegalArgumentException if it is anything else
     */
    public static SpiVersion parse(String text) {
        String[] parts = text.strip().split("\\.", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException("not a version of the form 1.0: " + text);
        }
        return new SpiVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    /**
     * Says whether a plugin built for {@code wanted} runs on this version.
     *
     * @param wanted what the plugin was built for
     * @return true if the major version is equal and the minor one not newer
     */
    public boolean provides(SpiVersion wanted) {
        return major == wanted.major && minor >= wanted.minor;
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
