package io.kubetun.kube.workload;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.util.Optional;

/**
 * A way that this version does not have.
 *
 * @param way which
 */
record AbsentWay(Way way) implements AgentWay {
    @Override
    public Optional<KubetunException> obstacle(Intercept intercept, Workload workload) {
        return Optional.of(refusal(workload));
    }

    @Override
    public Interception put(Injection injection, Effects effects, Progress progress) throws KubetunException {
        throw refusal(injection.workload());
    }

    @Override
    public Optional<Holding> holding(Workload workload) {
        return Optional.empty();
    }

    @Override
    public Effect leaving(Workload workload, Holding holding) {
        throw new IllegalStateException("nobody has anything by the way " + way);
    }

    private KubetunException refusal(Workload workload) {
        return new KubetunException(
                ErrorCode.TARGET_UNSUPPORTED,
                "cannot intercept " + workload,
                "this version has no way " + way,
                "Take another one: --way " + Way.PATCH);
    }
}
