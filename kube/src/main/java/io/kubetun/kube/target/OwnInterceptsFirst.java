package io.kubetun.kube.target;

import io.kubetun.kube.network.Affected;
import io.kubetun.kube.portforward.PodDialer;
import io.kubetun.kube.portforward.WireFormat;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Inbound;
import io.kubetun.spi.cluster.OwnIntercepts;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.PromiseNotifier;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;

/**
 * The way into pods, but for those whose traffic this user has taken: their flows stay on this machine, unless the taker
 * refuses.
 *
 * @param intercepts which those are
 * @param server the cluster's API server
 * @param pods the way into all others
 */
public record OwnInterceptsFirst(OwnIntercepts intercepts, URI server, PodDialer pods) implements PodDialer {
    @Override
    public Future<Channel> dial(PodPort pod, EventLoop loop) {
        Optional<Inbound.Taker> taker = taker(pod);
        if (taker.isEmpty()) {
            return pods.dial(pod, loop);
        }
        Promise<Channel> promise = loop.newPromise();
        InetSocketAddress to = InetSocketAddress.createUnresolved(pod.pod(), pod.port());
        taker.get()
                .take(new Inbound.Flow(Protocol.TCP, to, Optional.empty()), loop)
                .addListener((Future<Channel> taken) -> {
                    if (taken.isSuccess()) {
                        promise.setSuccess(taken.getNow());
                    } else if (taken.cause() instanceof DialException refused && refused.reason() == Reason.FORBIDDEN) {
                        promise.setFailure(new DialException(Reason.REFUSED, refused.getMessage(), refused));
                    } else {
                        PromiseNotifier.cascade(pods.dial(pod, loop), promise);
                    }
                });
        return promise;
    }

    private Optional<Inbound.Taker> taker(PodPort pod) {
        return intercepts.taker(server, pod.namespace(), pod.pod(), pod.port());
    }

    @Override
    public boolean staysHere(PodPort pod) {
        return taker(pod).isPresent();
    }

    @Override
    public Optional<WireFormat> format(String namespace) {
        return pods.format(namespace);
    }

    @Override
    public void podGone(String namespace, String pod) {
        pods.podGone(namespace, pod);
    }

    @Override
    public void networkChanged(Affected affected) {
        pods.networkChanged(affected);
    }

    @Override
    public void close() {
        pods.close();
    }
}
