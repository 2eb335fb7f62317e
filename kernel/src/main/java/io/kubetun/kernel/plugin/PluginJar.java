package io.kubetun.kernel.plugin;

import io.kubetun.spi.SpiVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * What a jar's manifest says, read without loading a class.
 *
 * @param file the jar
 * @param spi the interface that it was built for, as written
 * @param version its version
 */
record PluginJar(Path file, Optional<String> spi, Optional<String> version) {
    static PluginJar read(Path file) throws PluginRejectedException {
        try (JarFile jar = new JarFile(file.toFile())) {
            Manifest manifest = jar.getManifest();
            Attributes attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
            return new PluginJar(
                    file,
                    Optional.ofNullable(attributes.getValue(SpiVersion.ATTRIBUTE)),
                    Optional.ofNullable(attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION)));
        } catch (IOException | RuntimeException unreadable) {
            throw new PluginRejectedException(
                    file.getFileName() + " cannot be read as a jar (" + Failure.describe(unreadable) + ")", unreadable);
        }
    }

    void requireSpi() throws PluginRejectedException {
        String text = spi.orElseThrow(() -> new PluginRejectedException("the manifest of " + file.getFileName()
                + " has no " + SpiVersion.ATTRIBUTE + "; this kubetun provides " + SpiVersion.CURRENT));
        SpiVersion wanted;
        try {
            wanted = SpiVersion.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw new PluginRejectedException(
                    "the " + SpiVersion.ATTRIBUTE + " of " + file.getFileName() + " is no version of the form 1.0: "
                            + Failure.oneLine(text),
                    malformed);
        }
        if (!SpiVersion.CURRENT.provides(wanted)) {
            boolean older = wanted.major() < SpiVersion.CURRENT.major();
            throw new PluginRejectedException("it was built for the plugin interface " + wanted
                    + ", and this kubetun provides " + SpiVersion.CURRENT
                    + (older ? ": a newer plugin is needed" : ": a newer kubetun is needed"));
        }
    }
}
