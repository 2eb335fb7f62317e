package io.kubetun.kube.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The image of this version's gateway. */
final class GatewayImage {
    private GatewayImage() {}

    /** Its name, as the distribution builds it. */
    static String name() {
        try (InputStream in = GatewayImage.class.getResourceAsStream("image.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("name");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
