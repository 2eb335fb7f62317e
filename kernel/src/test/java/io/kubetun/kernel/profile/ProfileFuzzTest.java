package io.kubetun.kernel.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Any text is a profile or an error for people, and nothing else. */
class ProfileFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void readsAnyText(byte[] text) throws IOException {
        Path folder = Files.createTempDirectory("profile-fuzz");
        Path file = folder.resolve("fuzz.conf");
        try {
            Files.write(file, text);
            Profile profile = new Profiles(folder).loader().load("fuzz", Overrides.none());
            assertThat(profile.modes()).isNotEmpty();
            assertThat(ConfigView.render(profile)).isNotEmpty();
        } catch (KubetunException told) {
            assertThat(told.what()).isEqualTo("cannot use profile fuzz");
            assertThat(told.getMessage()).doesNotContain("\n").hasSizeLessThan(2_000);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }
}
