package io.kubetun.kube.gateway;

import io.kubetun.kube.config.ClusterOptions;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a profile's {@code cluster} block says of the gateway.
 *
 * @param wish which one, if any
 * @param namespace where it is
 * @param image the image that was named; empty for that of this version
 * @param pullSecret the Secret that its image is pulled with
 */
public record GatewaySettings(Wish wish, String namespace, Optional<String> image, Optional<String> pullSecret) {
    /** The name of a gateway that nobody named. */
    public static final String DEFAULT_NAME = "kubetun-gateway";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?");

    /** Which gateway. */
    public sealed interface Wish {}

    /** None: flows go by port-forwards. */
    public record None() implements Wish {}

    /** That of the namespace, deployed if it has none. */
    public record Auto() implements Wish {}

    /**
     * One that is there.
     *
     * @param name its Deployment's name
     */
    public record Named(String name) implements Wish {}

    /**
     * Reads the block.
     *
     * @param options the block
     * @param activeNamespace where it is if nothing else is said
     * @return the settings
     * @throws KubetunException with CONFIG_INVALID if a name is none
     */
    public static GatewaySettings of(ClusterOptions options, String activeNamespace) throws KubetunException {
        String wanted = options.text("gateway").orElse("none");
        Wish wish = switch (wanted) {
            case "none" -> new None();
            case "auto" -> new Auto();
            default -> new Named(name("gateway", wanted));
        };
        String namespace =
                name("gateway-namespace", options.text("gateway-namespace").orElse(activeNamespace));
        Optional<String> secret = options.text("image-pull-secret");
        return new GatewaySettings(wish, namespace, options.text("image"), secret);
    }

    private static String name(String option, String text) throws KubetunException {
        if (!NAME.matcher(text).matches()) {
            throw new KubetunException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot use --" + option + " " + text,
                    "that is no name of Kubernetes (RFC 1123: lower case, digits, dashes)",
                    "Use --gateway auto, none or the name of a Deployment; --gateway-namespace the name of a namespace");
        }
        return text;
    }

    /**
     * Returns the Deployment's name.
     *
     * @return the name that was said, or the usual one
     */
    public String name() {
        return wish instanceof Named(String name) ? name : DEFAULT_NAME;
    }

    /**
     * Returns the image that is run in the cluster.
     *
     * @return the one that was named, or that of this version
     */
    public String imageName() {
        return image.orElse(GatewayImage.name());
    }
}
