package io.kubetun.kube.environment;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of a resource as a manifest writes it: {@code 250m}, {@code 64Mi}, {@code 1e3}.
 *
 * @param value in its unit
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/">Kubernetes: Quantity</a>
 */
record Quantity(BigDecimal value) {
    private static final Pattern FORM =
            Pattern.compile("([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?");
    private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
    private static final Map<String, Integer> DECIMAL =
            Map.of("n", -9, "u", -6, "m", -3, "k", 3, "M", 6, "G", 9, "T", 12, "P", 15, "E", 18);
    private static final String BINARY = "KMGTPE";

    static Optional<Quantity> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Quantity(new BigDecimal(form.group(1)).multiply(unit(form.group(2)))));
        } catch (NumberFormatException malformed) {
            return Optional.empty();
        }
    }

    private static BigDecimal unit(String suffix) {
        if (suffix == null) {
            return BigDecimal.ONE;
        }
        return suffix.endsWith("i")
                ? KIBI.pow(BINARY.indexOf(suffix.charAt(0)) + 1)
                : BigDecimal.ONE.scaleByPowerOfTen(DECIMAL.get(suffix));
    }

    /** How often a divisor goes into it, rounded up as the kubelet does. */
    String by(Quantity divisor) {
        return value.divide(divisor.value, 0, RoundingMode.CEILING).toPlainString();
    }
}
