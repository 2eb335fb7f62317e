package io.kubetun.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelSettingsTest {
    private static final Path HOME = Path.of("/home/alice");

    @Test
    void followsTheBaseDirectorySpecification() {
        KernelSettings settings = KernelSettings.of(
                Map.of("XDG_STATE_HOME", "/state", "XDG_RUNTIME_DIR", "/run/user/1000"), HOME, "alice");
        assertThat(settings.stateHome()).isEqualTo(Path.of("/state/kubetun"));
        assertThat(settings.runtimeFolder()).isEqualTo(Path.of("/run/user/1000/kubetun"));
    }

    @Test
    void hasStandInsAndIgnoresRelativePaths() {
        KernelSettings settings = KernelSettings.of(Map.of("XDG_STATE_HOME", "state"), HOME, "alice");
        assertThat(settings.stateHome()).isEqualTo(Path.of("/home/alice/.local/state/kubetun"));
        assertThat(settings.runtimeFolder().getFileName()).hasToString("kubetun-alice");
        assertThat(settings.eventLoops()).isBetween(2, 4);
        assertThat(settings.maxFlows()).isEqualTo(8192);
    }
}
