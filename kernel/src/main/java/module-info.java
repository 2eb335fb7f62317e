/**
 * The kernel of kubetun: it loads plugins and reads the profiles that say which of their modes run, and how. It names
 * no mode and knows nothing of Kubernetes.
 */
module io.kubetun.kernel {
    requires transitive io.kubetun.spi;

    exports io.kubetun.kernel.plugin;
    exports io.kubetun.kernel.profile;

    uses io.kubetun.spi.Plugin;
}
