package io.kubetun.spi.cluster;

import com.typesafe.config.Config;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor.Option;
import java.util.List;

/** Opens clusters: the service by which a kernel without Kubernetes in it finds the one that knows. Stateless. */
public interface ClusterProvider {
    /**
     * Describes the keys of a profile's {@code cluster} block: kubectl's global flags.
     *
     * @return the options
     */
    List<Option> options();

    /**
     * Opens a cluster. Reads the kubeconfig; what needs the API server is done on first use. May block.
     *
     * @param options the profile's {@code cluster} block, checked against {@link #options}
     * @param environment what the session lends
     * @return the cluster
     * @throws KubetunException if the kubeconfig is missing or wrong
     */
    Cluster open(Config options, ClusterEnvironment environment) throws KubetunException;
}
