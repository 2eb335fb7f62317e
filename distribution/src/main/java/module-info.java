/**
 * The program: command line, launcher and demo, over the kernel, the cluster, this machine and the built-in plugins.
 */
module io.kubetun.distribution {
    requires info.picocli;
    requires io.kubetun.host;
    requires io.kubetun.kernel;
    requires io.kubetun.spi;
    requires io.kubetun.testkit;
    requires java.logging;
    requires jdk.unsupported;
    requires org.snakeyaml.engine;

    uses io.kubetun.spi.cluster.ClusterProvider;
    uses io.kubetun.spi.host.EffectType;
}
