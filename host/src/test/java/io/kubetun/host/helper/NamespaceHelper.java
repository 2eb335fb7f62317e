package io.kubetun.host.helper;

import io.kubetun.host.namespace.ImmediateEffects;
import io.kubetun.host.namespace.OwnNetwork;
import io.kubetun.host.natives.Users;
import java.nio.file.Path;

/** A helper in a namespace, as the command line starts it. */
final class NamespaceHelper {
    private NamespaceHelper() {}

    /** Arguments: the helper's socket, the process that it is for. */
    public static void main(String[] arguments) throws Exception {
        Path none = Path.of("/nowhere");
        HelperSettings settings = new HelperSettings(Path.of(arguments[0]), Users.current(), none, none, none, true);
        try (OwnNetwork network = OwnNetwork.open(Long.parseLong(arguments[1]));
                HelperServer server = new HelperServer(settings, new ImmediateEffects())) {
            network.onEnd(server::close);
            System.out.println("ready");
            server.run();
        }
    }
}
