package io.kubetun.host.tun;

import io.kubetun.host.natives.Errno;
import io.kubetun.host.natives.NativeException;
import io.kubetun.host.natives.TunDescriptor;
import io.kubetun.host.tun.TunSystem.Way;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;

/** Says what to do about a device or route that could not be made or taken away. */
final class TunFailures {
    static final String THERE = "there is one for that range";

    private TunFailures() {}

    static KubetunException removing(String device, String why, String byHand, Exception cause) {
        return new KubetunException(
                ErrorCode.HOST_CHANGE,
                "cannot take away the device " + device,
                why,
                "Try it by hand: " + byHand,
                cause);
    }

    static KubetunException adding(Way way, boolean needsRoot, String why, String seeing, Exception cause) {
        return new KubetunException(
                needsRoot ? ErrorCode.NEEDS_ROOT : ErrorCode.HOST_CHANGE,
                "cannot add the route " + way,
                why,
                "See it: " + seeing + "; leave the range out: --exclude-cidr " + way.destination(),
                cause);
    }

    static KubetunException deleting(Way way, String why, String byHand, Exception cause) {
        return new KubetunException(
                ErrorCode.HOST_CHANGE, "cannot take away the route " + way, why, "Try it by hand: " + byHand, cause);
    }

    static KubetunException creating(TunSettings settings, NativeException e) {
        String what = "cannot make the network device " + settings.name();
        return switch (e.errno()) {
            case Errno.EACCES ->
                new KubetunException(
                        ErrorCode.NEEDS_ROOT,
                        what,
                        "this user may not open " + TunDescriptor.CLONE_DEVICE,
                        "Start kubetun by sudo: sudo kubetun connect; for kubetun shell: sudo chmod 666 "
                                + TunDescriptor.CLONE_DEVICE + "; or go without: kubetun proxy-out",
                        e);
            case Errno.EPERM ->
                new KubetunException(
                        ErrorCode.NEEDS_ROOT,
                        what,
                        "this user may not make network devices",
                        "Start kubetun by sudo: sudo kubetun connect; or without root for one shell: kubetun shell",
                        e);
            case Errno.ENOENT, Errno.ENODEV ->
                new KubetunException(
                        ErrorCode.HOST_CHANGE,
                        what,
                        "there is no " + TunDescriptor.CLONE_DEVICE + " here",
                        "Type: sudo modprobe tun (in a container: start it with --device " + TunDescriptor.CLONE_DEVICE
                                + "); or go without: kubetun proxy-out",
                        e);
            case Errno.EBUSY, Errno.EEXIST ->
                new KubetunException(
                        ErrorCode.HOST_CHANGE,
                        what,
                        "its name or address is taken",
                        "See by what: ip addr show " + settings.name() + "; choose another: --device kubetun"
                                + (settings.number() + 1) % TunSettings.MAX_DEVICES,
                        e);
            default ->
                new KubetunException(
                        ErrorCode.HOST_CHANGE,
                        what,
                        e.getMessage(),
                        "Look what is there: ip addr; ls -l " + TunDescriptor.CLONE_DEVICE,
                        e);
        };
    }

    static KubetunException creatingUtun(TunSettings settings, NativeException e) {
        String what =
                "cannot make a network device with " + settings.local(false).getHostAddress();
        if (e.errno() == Errno.EPERM || e.errno() == Errno.EACCES) {
            return new KubetunException(
                    ErrorCode.NEEDS_ROOT,
                    what,
                    "this user may not make network devices",
                    "Start it as root: sudo env -u SUDO_UID kubetun tun; or go without: kubetun proxy-out",
                    e);
        }
        return new KubetunException(
                ErrorCode.HOST_CHANGE,
                what,
                e.getMessage(),
                "Look what is there: ifconfig; or go without: kubetun proxy-out",
                e);
    }

    static KubetunException addressingUtun(TunSettings settings, IOException e) {
        return new KubetunException(
                ErrorCode.HOST_CHANGE,
                "cannot give a network device the address "
                        + settings.local(false).getHostAddress(),
                String.valueOf(e.getMessage()),
                "See what has it: ifconfig; choose another: --device kubetun"
                        + (settings.number() + 1) % TunSettings.MAX_DEVICES,
                e);
    }
}
