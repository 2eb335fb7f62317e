package io.kubetun.host.examine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.Finding;
import io.kubetun.spi.Finding.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostExaminationTest {
    @TempDir
    Path root;

    @Test
    void whatIsAsItShouldBe() throws IOException {
        write("etc/hosts", "127.0.0.1 localhost\n");
        write("etc/resolv.conf", "search a b\nnameserver 10.0.0.1\n");
        write("dev/net/tun", "");
        write("proc/sys/user/max_user_namespaces", "1000\n");
        assertThat(finding("hosts file").level()).isEqualTo(Level.OK);
        assertThat(finding("dns").says()).contains("10.0.0.1");
        assertThat(finding("tun").level()).isEqualTo(Level.OK);
        assertThat(finding("user namespaces").level()).isEqualTo(Level.OK);
    }

    @Test
    void whatIsNotHasAFix() throws IOException {
        write("etc/resolv.conf", "# empty\n");
        write("proc/sys/user/max_user_namespaces", "0\n");
        assertThat(finding("hosts file").level()).isEqualTo(Level.FAIL);
        assertThat(finding("dns").level()).isEqualTo(Level.WARN);
        assertThat(finding("tun").fix()).isEqualTo("sudo modprobe tun");
        assertThat(finding("user namespaces").fix()).contains("sysctl user.max_user_namespaces");
    }

    @Test
    void anInputPolicyOfDrop() {
        assertThat(InputPolicy.drops("chain in {\n type filter hook input priority filter; policy drop;\n}", ""))
                .isTrue();
        assertThat(InputPolicy.drops("", "-P INPUT DROP\n-A INPUT -i lo -j ACCEPT"))
                .isTrue();
        assertThat(InputPolicy.drops(
                        "chain f {\n type filter hook forward priority filter; policy drop;\n}", "-P INPUT ACCEPT"))
                .isFalse();
    }

    private Finding finding(String check) {
        return new HostExamination(root)
                .examine(Set.of()).stream()
                        .filter(each -> each.check().equals(check))
                        .findFirst()
                        .orElseThrow();
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
