package com.example.tcpforward;

import com.typesafe.config.Config;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;

/** Describes the mode and makes it from a profile's options. */
final class TcpForwardFactory implements ModeFactory {
    private static final ModeDescriptor DESCRIPTOR = new ModeDescriptor(
            "tcp-forward",
            "tcp-forward",
            "Lead one local port to one target in the cluster",
            List.of(
                    Option.of(
                            "target",
                            ModeDescriptor.Type.TEXT,
                            "Where to, host:port: svc, svc.ns, a ClusterIP or a pod's address",
                            "--target"),
                    Option.of("listen", ModeDescriptor.Type.ADDRESS, "Where to listen; port 0 takes a free one", "--listen")
                            .orElse("127.0.0.1:0")),
            Set.of());

    @Override
    public ModeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public Mode create(SessionContext context, Config options) throws KubetunException {
        if (!options.hasPath("target")) {
            throw invalid("no target is given");
        }
        return new TcpForwardMode(
                context, target(options.getString("target")), listenAddress(options.getString("listen")));
    }

    static Target target(String text) throws KubetunException {
        int colon = text.lastIndexOf(':');
        try {
            return Target.of(text.substring(0, Math.max(colon, 0)), Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException malformed) {
            throw invalid("the target is not host:port: " + text);
        }
    }

    /** The descriptor's type has checked the form. */
    private static InetSocketAddress listenAddress(String text) throws KubetunException {
        int colon = text.lastIndexOf(':');
        InetSocketAddress address =
                new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
            throw invalid("the address to listen on is none of this machine's loopback: " + text);
        }
        return address;
    }

    private static KubetunException invalid(String why) {
        return new KubetunException(
                ErrorCode.CONFIG_INVALID,
                "cannot use the options of tcp-forward",
                why,
                "For example: kubetun tcp-forward --target echo.lab:80 --listen 127.0.0.1:8080");
    }
}
