package io.kubetun.kernel.session;

import io.kubetun.kernel.profile.Profile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody asks for when a session shall start.
 *
 * @param profile what it shall be
 * @param variables the environment variables of the person who asks: which kubeconfig, which proxy, which PATH
 * @param helper the socket of the privileged helper, if there is one
 * @param transients files that were made for this session alone and are deleted at its end
 */
public record SessionRequest(
        Profile profile, Map<String, String> variables, Optional<Path> helper, List<Path> transients) {
    /** Takes copies. */
    public SessionRequest {
        variables = Map.copyOf(variables);
        transients = List.copyOf(transients);
    }

    /**
     * A session of this process's own user and environment.
     *
     * @param profile what it shall be
     * @param helper the socket of the privileged helper, if there is one
     * @return the request
     */
    public static SessionRequest here(Profile profile, Optional<Path> helper) {
        return new SessionRequest(profile, System.getenv(), helper, List.of());
    }

    /**
     * Says whether a living session is what is asked for: two of one file, or two of one command that want the same.
     *
     * @param living the profile of a living session
     * @return true if so
     */
    boolean isSameAs(Profile living) {
        if (!living.name().equals(profile.name())) {
            return false;
        }
        boolean adHoc = profile.source().isEmpty() && living.source().isEmpty();
        return !adHoc
                || (living.cluster().equals(profile.cluster()) && living.modes().equals(profile.modes()));
    }
}
