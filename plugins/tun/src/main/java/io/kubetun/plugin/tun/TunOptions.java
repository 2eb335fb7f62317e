package io.kubetun.plugin.tun;

import com.typesafe.config.Config;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.TunSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The mode's options, checked.
 *
 * @param extra ranges to lead into the cluster besides those that are found
 * @param exclude ranges to leave alone
 * @param device the device's number, if one is asked for
 */
record TunOptions(List<Cidr> extra, List<Cidr> exclude, Optional<Integer> device) {
    static final String EXTRA = "extra-cidr";
    static final String EXCLUDE = "exclude-cidr";
    static final String DEVICE = "device";

    private static final String NAME = "kubetun(\\d{1,3})";

    TunOptions {
        extra = List.copyOf(extra);
        exclude = List.copyOf(exclude);
    }

    static TunOptions read(Config options) throws KubetunException {
        return new TunOptions(ranges(options, EXTRA), ranges(options, EXCLUDE), device(options));
    }

    private static List<Cidr> ranges(Config options, String key) throws KubetunException {
        List<Cidr> ranges = new ArrayList<>();
        for (String text : options.hasPath(key) ? options.getStringList(key) : List.<String>of()) {
            try {
                ranges.add(Cidr.of(text.strip()));
            } catch (IllegalArgumentException e) {
                throw invalid("--" + key + " " + text, "it is no range of addresses", "--" + key + " 10.96.0.0/16");
            }
        }
        return ranges;
    }

    private static Optional<Integer> device(Config options) throws KubetunException {
        if (!options.hasPath(DEVICE)) {
            return Optional.empty();
        }
        String name = options.getString(DEVICE);
        int number = name.matches(NAME) ? Integer.parseInt(name.replaceAll(NAME, "$1")) : -1;
        if (number < 0 || number >= TunSettings.MAX_DEVICES) {
            throw invalid(
                    "--" + DEVICE + " " + name,
                    "kubetun's devices are kubetun0 to kubetun" + (TunSettings.MAX_DEVICES - 1),
                    "--" + DEVICE + " kubetun7");
        }
        return Optional.of(number);
    }

    private static KubetunException invalid(String given, String why, String example) {
        return new KubetunException(ErrorCode.CONFIG_INVALID, given + " cannot be used", why, "Try: " + example);
    }
}
