package io.kubetun.kube;

import com.typesafe.config.Config;
import io.kubetun.kube.auth.KubeApiServer;
import io.kubetun.kube.config.ClusterOptions;
import io.kubetun.kube.config.Connection;
import io.kubetun.kube.config.ConnectionLoader;
import io.kubetun.kube.portforward.PortForwarder;
import io.kubetun.kube.portforward.WireFormat;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.cluster.ClusterProvider;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Opens Kubernetes clusters by kubectl's rules: flags, kubeconfig, service account. Thread-safe. */
public final class KubeClusterProvider implements ClusterProvider {
    /** Makes a provider; whose environment counts is said with each cluster. */
    public KubeClusterProvider() {}

    @Override
    public List<Option> options() {
        return ClusterOptions.ALL;
    }

    @Override
    public Cluster open(Config options, ClusterEnvironment environment) throws KubetunException {
        ClusterOptions chosen = new ClusterOptions(options);
        Optional<WireFormat> format = chosen.portForwardFormat();
        Connection connection = new ConnectionLoader(chosen, environment.variables()).load();
        KubeApiServer server;
        try {
            server = new KubeApiServer(connection, environment.progress());
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.KUBECONFIG_INVALID,
                    "cannot use the certificates of the context " + connection.context(),
                    e.getMessage(),
                    "See what the kubeconfig says: kubectl config view",
                    e);
        }
        PortForwarder pods = new PortForwarder(server, environment, format);
        return new KubeCluster(connection, chosen, server, pods, environment);
    }
}
