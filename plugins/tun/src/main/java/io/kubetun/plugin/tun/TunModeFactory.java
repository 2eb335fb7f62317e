package io.kubetun.plugin.tun;

import com.typesafe.config.Config;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Need;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Permission;
import io.kubetun.spi.Permission.Scope;
import io.kubetun.spi.Permission.Weight;
import io.kubetun.spi.SessionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Describes the mode and makes it. */
final class TunModeFactory implements ModeFactory {
    private static final ModeDescriptor DESCRIPTOR = new ModeDescriptor(
            "tun",
            "tun",
            "Lead the cluster's addresses into the cluster, for every program",
            List.of(
                    Option.of(
                            TunOptions.EXTRA,
                            ModeDescriptor.Type.LIST,
                            "Ranges of addresses that lead to the cluster besides those found there",
                            "--extra-cidr"),
                    Option.of(
                            TunOptions.EXCLUDE,
                            ModeDescriptor.Type.LIST,
                            "Ranges of addresses that are left as they are",
                            "--exclude-cidr"),
                    Option.of(
                            TunOptions.DEVICE,
                            ModeDescriptor.Type.TEXT,
                            "The network device: kubetun0 to kubetun255; the first free one unless given",
                            "--device")),
            Set.of(Need.ROOT),
            permissions());

    private static List<Permission> permissions() {
        List<Permission> all = new ArrayList<>(Permission.TO_DIAL);
        all.add(new Permission("list", "networking.k8s.io", "servicecidrs", "", Scope.CLUSTER, Weight.BETTER));
        all.add(new Permission("list", "", "nodes", "", Scope.CLUSTER, Weight.BETTER));
        return all;
    }

    @Override
    public ModeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public Mode create(SessionContext context, Config options) throws KubetunException {
        return new TunMode(context, TunOptions.read(options));
    }
}
