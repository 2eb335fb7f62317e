package io.kubetun.kube.target;

import io.kubetun.kube.catalog.Query;
import io.kubetun.spi.DialException;
import io.kubetun.spi.Target;

/** What a gateway is to dial for a target, as far as it is known at this moment. */
sealed interface Route {
    /**
     * It is to dial this.
     *
     * @param target an address, or a name for its own resolver
     */
    record To(Target target) implements Route {}

    /**
     * Something must be looked up first.
     *
     * @param query what
     */
    record Wants(Query query) implements Route {}

    /**
     * The target leads nowhere.
     *
     * @param reason what kind of failure
     * @param message why, a sentence that names the target
     */
    record Nowhere(DialException.Reason reason, String message) implements Route {}
}
