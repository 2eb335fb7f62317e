package io.kubetun.distribution.image;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The programs of this machine that set the rules of an agent.
 *
 * @param nft the program of nftables
 * @param iptables the one that speaks to kernels without nftables, if it is there
 */
record RuleTools(Path nft, Optional<Path> iptables) {
    private static final List<Path> PLACES = List.of(Path.of("/usr/sbin"), Path.of("/sbin"), Path.of("/usr/bin"));

    /** Extensions of iptables that an agent's rules use. */
    private static final String EXTENSIONS =
            "lib{xt_standard,xt_tcp,xt_udp,xt_recent,xt_owner,xt_conntrack,xt_NAT,xt_REDIRECT,ipt_REDIRECT,"
                    + "ip6t_REDIRECT,ipt_REJECT,ip6t_REJECT}.so";

    /** Where Debian and its kin tell the licences of what is copied. */
    private static final String PACKAGES = "{nftables,libnftables*,libnftnl*,libmnl*,libxtables*,iptables,libip?tc*,"
            + "libjansson*,libgmp*,libedit*,libtinfo*,libbsd*,libmd*}";

    private static final String NOTICE = """
            /usr/sbin/nft and its libraries are nftables (GPL-2.0-only), libnftnl (GPL-2.0-or-later), libmnl
            (LGPL-2.1-or-later), jansson (MIT), GMP (LGPL-3.0-or-later or GPL-2.0-or-later), libedit, libbsd and libmd
            (BSD) and tinfo of ncurses (X11), unchanged, as the system that this image was built on has them;
            /usr/sbin/xtables-legacy-multi, if it is there, its libraries and extensions are iptables
            (GPL-2.0-or-later). They are programs of their own, run by kubetun's. Their source: that system's packages,
            or https://netfilter.org/projects/, https://github.com/akheron/jansson, https://gmplib.org,
            https://thrysoee.dk/editline/, https://libbsd.freedesktop.org and https://invisible-island.net/ncurses/.
            """;

    /** Finds them; empty without nft. */
    static Optional<RuleTools> ofThisMachine() {
        return find("nft").map(nft -> new RuleTools(nft, find("xtables-legacy-multi")));
    }

    private static Optional<Path> find(String name) {
        return PLACES.stream()
                .map(place -> place.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Copies them below a root, without their libraries, and says where they come from. */
    void copy(Path root) throws IOException {
        copy(nft, root, Path.of("/usr/sbin/nft"));
        if (iptables.isPresent()) {
            copy(iptables.get(), root, Path.of("/usr/sbin/xtables-legacy-multi"));
            for (Path folder :
                    list(Path.of("/usr/lib"), "{xtables,*-linux-gnu*}").toList()) {
                Path extensions = folder.endsWith("xtables") ? folder : folder.resolve("xtables");
                for (Path each : list(extensions, EXTENSIONS).toList()) {
                    copy(each, root, each);
                }
            }
        }
        for (Path each : list(Path.of("/usr/share/doc"), PACKAGES).toList()) {
            Path copyright = each.resolve("copyright");
            if (Files.isReadable(copyright)) {
                copy(copyright, root, copyright);
            }
        }
        Path notice = root.resolve("usr/share/doc/nftables/NOTICE");
        Files.createDirectories(notice.getParent());
        Files.writeString(notice, NOTICE);
    }

    private static Stream<Path> list(Path folder, String names) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, names)) {
            Stream.Builder<Path> all = Stream.builder();
            found.forEach(all);
            return all.build().sorted();
        }
    }

    private static void copy(Path from, Path root, Path to) throws IOException {
        Path copy = root.resolve(to.toString().substring(1));
        Files.createDirectories(copy.getParent());
        Files.copy(from.toRealPath(), copy);
    }
}
