package io.kubetun.plugin.socks;

import com.typesafe.config.Config;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.SessionContext;
import java.util.List;
import java.util.Set;

/** Describes the mode and makes it. */
final class SocksModeFactory implements ModeFactory {
    private static final ModeDescriptor DESCRIPTOR = new ModeDescriptor(
            "socks",
            "proxy-out",
            "Offer the cluster to programs that use a SOCKS or HTTP CONNECT proxy",
            List.of(
                    ModeDescriptor.Option.of(
                                    "listen",
                                    ModeDescriptor.Type.ADDRESS,
                                    "Listen for SOCKS5, SOCKS4 and SOCKS4a on this address",
                                    "--listen-socks")
                            .orElse("127.0.0.1:1080"),
                    ModeDescriptor.Option.of(
                            "listen-http-connect",
                            ModeDescriptor.Type.ADDRESS,
                            "Listen for HTTP CONNECT on this address; off unless given",
                            "--listen-http-connect"),
                    ModeDescriptor.Option.of(
                                    "pac",
                                    ModeDescriptor.Type.FLAG,
                                    "Serve /proxy.pac on the HTTP CONNECT listener, for browsers",
                                    "--pac")
                            .orElse("false"),
                    ModeDescriptor.Option.of(
                            "listen-pac",
                            ModeDescriptor.Type.ADDRESS,
                            "Serve /proxy.pac on an address of its own",
                            "--listen-pac"),
                    ModeDescriptor.Option.of(
                                    "allow-remote",
                                    ModeDescriptor.Type.FLAG,
                                    "Allow addresses that other machines can reach; needs a password",
                                    "--allow-remote")
                            .orElse("false"),
                    ModeDescriptor.Option.of(
                                    "user",
                                    ModeDescriptor.Type.TEXT,
                                    "The user name that goes with the password",
                                    "--proxy-user")
                            .orElse("kubetun"),
                    ModeDescriptor.Option.of(
                            "password-file",
                            ModeDescriptor.Type.FILE,
                            "Ask clients for the password in this file",
                            "--password-file"),
                    // without a flag: a command line can be read by every user of the machine
                    ModeDescriptor.Option.of(
                            "password",
                            ModeDescriptor.Type.TEXT,
                            "Ask clients for this password; from a profile or " + SocksOptions.PASSWORD_VARIABLE)),
            Set.of());

    @Override
    public ModeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public Mode create(SessionContext context, Config options) throws KubetunException {
        return new SocksMode(context, SocksOptions.read(options), Limits.DEFAULT);
    }
}
