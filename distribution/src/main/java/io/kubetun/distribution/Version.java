package io.kubetun.distribution;

import io.kubetun.spi.SpiVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which kubetun this is. */
public final class Version {
    private Version() {}

    /**
     * Returns the version of the build.
     *
     * @return such as {@code 0.1.0}
     */
    public static String number() {
        try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns what {@code kubetun version} prints.
     *
     * @return one line
     */
    public static String line() {
        return "kubetun " + number() + " (plugin interface " + SpiVersion.CURRENT + ", Java "
                + Runtime.version().feature() + ")";
    }
}
