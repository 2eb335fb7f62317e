package io.kubetun.host.examine;

import io.kubetun.host.hosts.HostsFile;
import io.kubetun.host.natives.Users;
import io.kubetun.host.resolver.SystemResolver;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks at this machine: the TUN device, DNS, the hosts file, low ports, user namespaces, the packet filter. Changes
 * nothing. Blocks.
 *
 * @param root the root of the file system
 */
public record HostExamination(Path root) {
    /** glibc reads so many name servers and no more. */
    private static final int MAX_NAME_SERVERS = 3;

    /**
     * Looks.
     *
     * @param living the ids of sessions that run
     * @return the findings
     */
    public List<Finding> examine(Set<String> living) {
        List<Finding> findings = new ArrayList<>();
        findings.add(hostsFile(living));
        findings.add(dns());
        if (Files.isDirectory(root.resolve("proc/sys"))) {
            findings.add(lowPorts());
            findings.add(tun());
            findings.add(userNamespaces());
            findings.add(new InputPolicy(Users.current() == Users.ROOT).examine());
        }
        return findings;
    }

    private Finding hostsFile(Set<String> living) {
        String check = "hosts file";
        Path file = root.resolve("etc/hosts");
        try {
            Set<String> dead = new TreeSet<>(HostsFile.owners(file));
            dead.removeAll(living);
            if (!dead.isEmpty()) {
                return Finding.warn(
                        check,
                        file + " has blocks of sessions that do not run: " + String.join(", ", dead),
                        "sudo kubetun forward --purge");
            }
            String writable =
                    Files.isWritable(file) ? "writable by this user" : "changed through the helper under sudo";
            return Finding.ok(check, file + " is " + writable);
        } catch (IOException e) {
            return Finding.fail(
                    check, file + " cannot be read: " + e.getMessage(), "ls -l " + file, ErrorCode.HOST_CHANGE);
        }
    }

    private Finding dns() {
        String check = "dns";
        Path file = root.resolve("etc/resolv.conf");
        try {
            List<String> servers = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> line.startsWith("nameserver"))
                    .map(line -> line.substring("nameserver".length()).strip())
                    .toList();
            List<String> dead = SystemResolver.dead(file, root.resolve("proc/net/udp"));
            if (!dead.isEmpty()) {
                return Finding.warn(
                        check,
                        file + " asks for names of sessions that do not run: " + String.join(", ", dead),
                        "sudo kubetun repair");
            }
            long own = servers.stream()
                    .filter(server -> server.startsWith("127.53."))
                    .count();
            String kept = Files.isSymbolicLink(file) ? ", kept by " + Files.readSymbolicLink(file) : "";
            if (servers.isEmpty()) {
                return Finding.warn(
                        check,
                        file + " names no server: only names in the hosts file and numbers work here",
                        "cat " + file);
            }
            if (servers.size() - own > MAX_NAME_SERVERS) {
                return Finding.warn(
                        check,
                        file + " names " + servers.size() + " servers, of which the first " + MAX_NAME_SERVERS
                                + " count",
                        "cat " + file);
            }
            return Finding.ok(check, "name servers " + String.join(", ", servers) + kept);
        } catch (IOException e) {
            return Finding.warn(check, file + " cannot be read: " + e.getMessage(), "ls -l " + file);
        }
    }

    private Finding lowPorts() {
        int first = setting("net/ipv4/ip_unprivileged_port_start").orElse(1024);
        return first <= 80 || Users.current() == Users.ROOT
                ? Finding.ok("low ports", "this user may listen on ports from " + (Users.current() == 0 ? 1 : first))
                : Finding.ok("low ports", "ports below " + first + " are opened by the helper: sudo kubetun forward");
    }

    private Finding tun() {
        Path device = root.resolve("dev/net/tun");
        return Files.exists(device)
                ? Finding.ok("tun", device + " is there")
                : Finding.warn("tun", device + " is not there: no mode can make a network device", "sudo modprobe tun");
    }

    private Finding userNamespaces() {
        String check = "user namespaces";
        if (setting("user/max_user_namespaces").orElse(1) == 0) {
            return Finding.warn(check, "switched off: no rootless shell", "sudo sysctl user.max_user_namespaces=15000");
        }
        if (setting("kernel/unprivileged_userns_clone").orElse(1) == 0) {
            return Finding.warn(
                    check, "only for root: no rootless shell", "sudo sysctl kernel.unprivileged_userns_clone=1");
        }
        if (setting("kernel/apparmor_restrict_unprivileged_userns").orElse(0) == 1) {
            return Finding.warn(
                    check,
                    "without rights by AppArmor: no rootless shell",
                    "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0");
        }
        return Finding.ok(check, "allowed");
    }

    private Optional<Integer> setting(String name) {
        try {
            return Optional.of(Integer.valueOf(
                    Files.readString(root.resolve("proc/sys").resolve(name)).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
