package io.kubetun.host.loopback;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A loopback address made usable. On Linux all of 127.0.0.0/8 is, and nothing is done; on macOS each address but
 * 127.0.0.1 is an alias of lo0.
 */
public final class LoopbackAlias implements Effect {
    /** The kind. */
    public static final String KIND = "loopback-alias";

    static final String BEFORE = "before";

    private static final String IFCONFIG = "/sbin/ifconfig";
    private static final int TIMEOUT_SECONDS = 5;

    private final InetAddress address;
    private final Loopback loopback;
    private final boolean before;

    LoopbackAlias(InetAddress address, Loopback loopback, boolean before) {
        if (!address.isLoopbackAddress() || address.getAddress().length != 4) {
            throw new IllegalArgumentException("not an address in 127.0.0.0/8: " + address.getHostAddress());
        }
        this.address = address;
        this.loopback = loopback;
        this.before = before;
    }

    /**
     * Describes the alias that an address needs on this machine.
     *
     * @param address within 127.0.0.0/8
     * @return the effect; undo leaves an address that is there already
     * @throws IllegalArgumentException if it is another address
     */
    public static LoopbackAlias of(InetAddress address) {
        Loopback loopback = Loopback.ofThisMachine();
        return new LoopbackAlias(address, loopback, loopback.needsAliases() && isThere(address));
    }

    /** The command that adds the address; none where it is not needed. */
    List<String> addCommand() {
        return needed() ? List.of(IFCONFIG, "lo0", "alias", address.getHostAddress(), "255.255.255.255") : List.of();
    }

    /** The command that takes it away; none where it was there before. */
    List<String> removeCommand() {
        return needed() ? List.of(IFCONFIG, "lo0", "-alias", address.getHostAddress()) : List.of();
    }

    private boolean needed() {
        return loopback.needsAliases() && !before;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return address.getHostAddress();
    }

    @Override
    public String preview() {
        return needed() ? String.join(" ", addCommand()) : address.getHostAddress() + " works as it is";
    }

    @Override
    public Map<String, String> data() {
        return Map.of(BEFORE, Boolean.toString(before));
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() throws KubetunException {
        if (needed() && !isThere(address)) {
            run(addCommand());
        }
    }

    @Override
    public void undo() throws KubetunException {
        if (needed() && isThere(address)) {
            run(removeCommand());
        }
    }

    private static boolean isThere(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException e) {
            return false;
        }
    }

    private void run(List<String> command) throws KubetunException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw failure(command, "no end within " + TIMEOUT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                throw failure(command, output.strip());
            }
        } catch (IOException e) {
            throw failure(command, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(command, "interrupted");
        }
    }

    private KubetunException failure(List<String> command, String why) {
        return new KubetunException(
                ErrorCode.HOST_CHANGE,
                "cannot change the loopback address " + address.getHostAddress(),
                why,
                "Try it by hand: sudo " + String.join(" ", command));
    }
}
