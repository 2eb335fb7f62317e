package io.kubetun.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds the module table of docs/architecture.md: what each module may require. */
class ModuleTableTest {
    private static final List<String> EVERYWHERE =
            List.of("java..", "io.kubetun.spi..", "com.typesafe.config..", "org.slf4j..");

    /** A module, the packages it may use beside its own and those that all may, and a floor on its classes. */
    enum Module {
        SPI("spi", "io.kubetun.spi..", 25, "io.netty.."),
        KERNEL("kernel", "io.kubetun.kernel..", 40, "io.netty..", "com.lmax.disruptor..", "io.micrometer.."),
        KUBE(
                "kube",
                "io.kubetun.kube..",
                40,
                "io.netty..",
                "com.fasterxml.jackson.core..",
                "org.snakeyaml.engine..",
                "javax.crypto..",
                "jdk.net..",
                "javax.net.ssl..",
                "javax.security.."),
        HOST("host", "io.kubetun.host..", 15, "com.sun.jna.."),
        SOCKS("plugins/socks", "io.kubetun.plugin.socks..", 8, "io.netty.."),
        HOSTS_FWD("plugins/hosts-fwd", "io.kubetun.plugin.hostsfwd..", 8, "io.netty.."),
        DNS("plugins/dns", "io.kubetun.plugin.dns..", 8, "io.netty..", "org.xbill.DNS.."),
        INTERCEPT("plugins/intercept", "io.kubetun.plugin.intercept..", 8, "io.netty.."),
        TUN("plugins/tun", "io.kubetun.plugin.tun..", 8, "io.netty.."),
        TESTKIT(
                "testkit",
                "io.kubetun.testkit..",
                20,
                "io.netty..",
                "io.fabric8..",
                "com.fasterxml.jackson..",
                "javax.net.ssl..",
                "javax.security..");

        private final String folder;
        private final String own;
        private final int floor;
        private final String allowed;

        Module(String folder, String own, int floor, String... allowed) {
            this.folder = folder;
            this.own = own;
            this.floor = floor;
            this.allowed = String.join(" ", allowed);
        }

        JavaClasses classes() {
            return new ClassFileImporter().importPath(Path.of("..", folder, "target", "classes"));
        }
    }

    @ParameterizedTest
    @EnumSource(Module.class)
    void requiresOnlyWhatTheTableAllows(Module module) {
        JavaClasses seen = module.classes();
        assertThat(seen.size()).as("classes seen in " + module.folder).isGreaterThanOrEqualTo(module.floor);
        List<String> allowed = new ArrayList<>(EVERYWHERE);
        allowed.add(module.own);
        allowed.addAll(List.of(module.allowed.split(" ", -1)));
        classes()
                .that()
                .resideInAPackage(module.own)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new))
                .check(seen);
    }

    @ParameterizedTest
    @EnumSource(Module.class)
    void keepsToTheRulesOfStyle(Module module) {
        JavaClasses seen = module.classes();
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .because("waiting is for events, or bounded polling on a condition")
                .check(seen);
        noClasses()
                .should()
                .callMethod(System.class, "exit", int.class)
                .because("only the command line ends the process")
                .check(seen);
        noClasses()
                .should()
                .haveNameMatching(".*(Utils|Util|Manager|Helper)")
                .because("a name says what a thing is")
                .check(seen);
    }

    @Test
    void packagesOfTheKernelHaveNoCycles() {
        slices().matching("io.kubetun.kernel.(*)..").should().beFreeOfCycles().check(Module.KERNEL.classes());
    }
}
