package io.kubetun.kube;

import io.kubetun.kube.addresses.AddressDiscovery;
import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.catalog.CatalogListener;
import io.kubetun.kube.catalog.ServerHealth;
import io.kubetun.kube.catalog.ServiceWatches;
import io.kubetun.kube.catalog.Stored.ObjectKey;
import io.kubetun.kube.config.ClusterOptions;
import io.kubetun.kube.config.Connection;
import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.kube.examine.Examination;
import io.kubetun.kube.gateway.GatewayFinder;
import io.kubetun.kube.gateway.GatewaySettings;
import io.kubetun.kube.names.CatalogNames;
import io.kubetun.kube.network.Affected;
import io.kubetun.kube.portforward.ApiServer;
import io.kubetun.kube.portforward.PodDialer;
import io.kubetun.kube.target.ClusterDialer;
import io.kubetun.kube.target.GatewayRoutes;
import io.kubetun.kube.target.OwnInterceptsFirst;
import io.kubetun.kube.target.TargetResolver;
import io.kubetun.kube.workload.EnvironmentFinder;
import io.kubetun.kube.workload.Interceptor;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.Finding;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Permission;
import io.kubetun.spi.Progress;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ClusterAddresses;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.cluster.GatewayOffer;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.cluster.Names;
import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceSelection;
import io.kubetun.spi.cluster.WorkloadEnvironment;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.host.Effects;
import io.kubetun.spi.host.NetworkChange;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * A Kubernetes cluster, reached by port-forwards through its API server. Nothing else is connected to, and no name that
 * is dialled leaves this machine but to the API server. Thread-safe.
 */
public final class KubeCluster implements Cluster {
    private final Connection connection;
    private final ApiClient api;
    private final ServerHealth health;
    private final Catalog catalog;
    private final PodDialer pods;
    private final TargetResolver resolver;
    private final ClusterDialer dialer;
    private final CatalogNames names;
    private final EventLoopGroup loops;
    private final GatewayFinder gateways;
    private final Interceptor interceptor;
    private final EnvironmentFinder environments;
    private final Progress progress;

    KubeCluster(
            Connection connection,
            ClusterOptions options,
            ApiServer server,
            PodDialer pods,
            ClusterEnvironment environment)
            throws KubetunException {
        this.connection = connection;
        this.pods = pods;
        this.loops = environment.transport().eventLoops();
        this.api = new ApiClient(server, connection.requestTimeout());
        this.health = new ServerHealth(environment);
        this.catalog = new Catalog(
                api, connection.namespace(), health, environment.progress(), new Changes(environment, pods));
        this.resolver = new TargetResolver(catalog, connection.namespace(), connection.clusterDomain());
        this.names = new CatalogNames(catalog, connection.clusterDomain());
        this.dialer = new ClusterDialer(
                catalog, resolver, new OwnInterceptsFirst(environment.intercepts(), connection.server(), pods));
        GatewaySettings settings = GatewaySettings.of(options, connection.namespace());
        JournalledCluster journalled = JournalledCluster.of(options, environment.variables());
        this.gateways = new GatewayFinder(
                api,
                catalog,
                new GatewayRoutes(catalog, connection.namespace(), connection.clusterDomain()),
                settings,
                journalled,
                environment.session());
        this.interceptor = new Interceptor(
                api, connection.namespace(), catalog, settings, journalled, environment.session(), pods, loops);
        this.progress = environment.progress();
        this.environments = new EnvironmentFinder(api, connection.namespace());
    }

    @Override
    public Identity identity() {
        return new Identity(connection.context(), connection.server(), connection.namespace());
    }

    @Override
    public String check() throws KubetunException {
        String version;
        try {
            version = api.get("/version").at("gitVersion").text().orElse("an unknown version");
        } catch (ApiException e) {
            if (!e.forbidden()) {
                throw ApiErrors.explain(e, connection.server(), connection.context());
            }
            // who may not ask for the version is known to the server all the same
            version = "an unknown version";
        } catch (IOException e) {
            throw ApiErrors.explain(e, connection.server(), connection.context());
        }
        health.answered();
        catalog.warmUp();
        return version;
    }

    @Override
    public Dialer dialer() {
        return dialer;
    }

    @Override
    public Watch watchServices(ServiceSelection selection, ServiceListener listener)
            throws KubetunException, InterruptedException {
        return new ServiceWatches(catalog).open(selection, listener);
    }

    @Override
    public Names names() {
        catalog.watchNamespaces();
        return names;
    }

    @Override
    public List<Finding> examine(List<Permission> needs) {
        return new Examination(api, connection, InstantSource.system()).examine(needs);
    }

    @Override
    public ClusterAddresses addresses() throws KubetunException {
        try {
            return new AddressDiscovery(api, connection.namespace()).ask();
        } catch (IOException e) {
            throw ApiErrors.explain(e, connection.server(), connection.context());
        }
    }

    @Override
    public GatewayOffer gateway(Effects effects, Progress progress) throws KubetunException {
        return gateways.find(effects, progress);
    }

    @Override
    public Interception intercept(InterceptRequest request, Effects effects, Progress progress)
            throws KubetunException, InterruptedException {
        return interceptor.intercept(request, effects, progress);
    }

    @Override
    public Optional<String> leave(WorkloadName workload, Effects effects) throws KubetunException {
        return interceptor.leave(workload, effects, progress);
    }

    @Override
    public WorkloadEnvironment environment(WorkloadName workload, String container) throws KubetunException {
        return environments.find(workload, container);
    }

    @Override
    public Explanation explain(Target target) throws InterruptedException {
        return dialer.explain(target, loops.next());
    }

    /**
     * Finds a target, by the very rules that the dialer follows. Blocks while the API server is asked.
     *
     * @param target the target
     * @return the steps and what came of them
     * @throws InterruptedException if interrupted meanwhile
     */
    public Resolution resolve(Target target) throws InterruptedException {
        return resolver.resolve(target);
    }

    @Override
    public void networkChanged(NetworkChange change) {
        Affected affected = Affected.by(change);
        api.networkChanged(affected);
        health.networkChanged();
        pods.networkChanged(affected);
    }

    @Override
    public void close() {
        catalog.close();
        api.close();
        pods.close();
    }

    private record Changes(ClusterEnvironment environment, PodDialer pods) implements CatalogListener {
        @Override
        public void endpointsChanged(ObjectKey service, int ready) {
            environment
                    .events()
                    .publish(new Event.EndpointsChanged(
                            environment.session(), service.namespace(), service.name(), ready));
        }

        @Override
        public void podGone(ObjectKey pod) {
            pods.podGone(pod.namespace(), pod.name());
        }
    }
}
