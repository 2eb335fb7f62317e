package io.kubetun.testkit;

/** How a kubeconfig proves who the user is. */
public enum Credentials {
    /** A bearer token in the file. */
    TOKEN,
    /** A client certificate in the file. Needs TLS. */
    CLIENT_CERTIFICATE,
    /**
     * An exec plugin: {@code cat} of a file beside the kubeconfig, which follows {@link EmbeddedUser#rotateToken}, so
     * that a client which asks again gets the new token.
     */
    EXEC_PLUGIN,
    /** None: the user is {@code system:anonymous}. */
    NONE
}
