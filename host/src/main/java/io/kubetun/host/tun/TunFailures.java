package io.kubetun.host.tun;

import io.kubetun.host.natives.Errno;
import io.kubetun.host.natives.NativeException;
import io.kubetun.host.natives.TunDescriptor;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.TunSettings;

/** Says what to do about a device that could not be made. */
final class TunFailures {
    private TunFailures() {}

    static KubetunException creating(TunSettings settings, NativeException e) {
        String what = "cannot make the network device " + settings.name();
        return switch (e.errno()) {
            case Errno.EACCES ->
                new KubetunException(
                        ErrorCode.NEEDS_ROOT,
                        what,
                        "this user may not open " + TunDescriptor.CLONE_DEVICE,
                        "Start kubetun by sudo: sudo kubetun tun; for kubetun shell: sudo chmod 666 "
                                + TunDescriptor.CLONE_DEVICE + "; or go without: kubetun connect --socks",
                        e);
            case Errno.EPERM ->
                new KubetunException(
                        ErrorCode.NEEDS_ROOT,
                        what,
                        "this user may not make network devices",
                        "Start kubetun by sudo: sudo kubetun tun; or go without: kubetun connect --socks",
                        e);
            case Errno.ENOENT, Errno.ENODEV ->
                new KubetunException(
                        ErrorCode.HOST_CHANGE,
                        what,
                        "there is no " + TunDescriptor.CLONE_DEVICE + " here",
                        "Type: sudo modprobe tun (in a container: start it with --device " + TunDescriptor.CLONE_DEVICE
                                + "); or go without: kubetun connect --socks",
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
}
