package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ScriptableObject;

/** The served PAC file, run by a JavaScript engine as a browser runs it. */
class PacFileTest {
    private static final String SOCKS = "127.0.0.1:11099";
    private static final String PAC = "127.0.0.1:18099";

    @TempDir
    Path scratch;

    @Test
    void aBrowserFindsTheProxyForTheClusterAndNoneForOtherHosts() throws Exception {
        try (World world = World.open(scratch);
                Running proxy = world.kubetun("proxy-out", "--listen-socks", SOCKS, "--listen-pac", PAC)) {
            proxy.awaitLine("Ready", Duration.ofSeconds(30));
            String script = world.sure("curl", "-sS", "http://" + PAC + "/proxy.pac");
            String socks = "SOCKS5 " + SOCKS + "; SOCKS " + SOCKS;
            for (String host : new String[] {
                "echo",
                "echo.lab",
                "ECHO.Lab.",
                "echo.lab.svc",
                "echo.lab.svc.cluster.local",
                "peer-0.peer.lab",
                "no-such-service.lab.svc.cluster.local",
                world.clusterIp("echo")
            }) {
                assertThat(find(script, host)).as(host).isEqualTo(socks);
            }
            for (String host : new String[] {
                "localhost",
                "www.example.com",
                "echo.lab.example.com",
                "svc",
                "cluster.local.example.com",
                "192.0.2.7",
                "constructor",
                "hasOwnProperty",
                "[2001:db8::1]"
            }) {
                assertThat(find(script, host)).as(host).isEqualTo("DIRECT");
            }
        }
    }

    private static String find(String script, String host) {
        try (Context context = Context.enter()) {
            ScriptableObject scope = context.initSafeStandardObjects();
            context.evaluateString(scope, script, "proxy.pac", 1, null);
            Object proxy =
                    ScriptableObject.callMethod(scope, "FindProxyForURL", new Object[] {"http://" + host + "/", host});
            return Context.toString(proxy);
        }
    }
}
