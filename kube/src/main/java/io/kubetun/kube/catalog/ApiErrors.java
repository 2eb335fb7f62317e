package io.kubetun.kube.catalog;

import com.fasterxml.jackson.core.JacksonException;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.api.CredentialsException;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** Says in words what went wrong between here and the API server. */
public final class ApiErrors {
    private ApiErrors() {}

    /**
     * Says why.
     *
     * @param e what happened
     * @return a clause
     */
    public static String reason(Exception e) {
        return switch (e) {
            case ApiException api -> "status " + api.status() + ", " + clause(api.getMessage());
            case CredentialsException credentials -> clause(credentials.getMessage());
            case UnknownHostException unknown ->
                "its name " + clause(unknown.getMessage()).replaceAll(":.*", "") + " cannot be resolved";
            case JacksonException json -> "its answer breaks off or is no JSON";
            case ConnectException refused -> clause(refused.getMessage());
            case NoRouteToHostException route -> "there is no route to it";
            case SocketTimeoutException late -> "no answer in time";
            case EOFException end -> "it closed the connection";
            case SSLException tls -> tls(tls);
            default -> clause(String.valueOf(e.getMessage()));
        };
    }

    /**
     * Makes the error that a user sees.
     *
     * @param e what happened
     * @param server the API server
     * @param context the kubeconfig's context
     * @return the error with the command to type next
     */
    public static KubetunException explain(Exception e, URI server, String context) {
        String what = "cannot use the API server " + server;
        String see = "See the contexts: kubectl config get-contexts";
        return switch (e) {
            case CredentialsException credentials ->
                new KubetunException(
                        ErrorCode.CREDENTIALS, what, reason(e), "Log in again, then try: kubectl auth whoami", e);
            case ApiException api
            when api.status() == 401 ->
                new KubetunException(
                        ErrorCode.CREDENTIALS,
                        what,
                        "it does not accept the credentials of the context " + context
                                + ", which are missing, wrong or expired",
                        "Log in again, then try: kubectl auth whoami",
                        e);
            case ApiException api
            when api.forbidden() ->
                new KubetunException(
                        ErrorCode.FORBIDDEN,
                        what,
                        clause(api.getMessage()),
                        "See what is allowed: kubectl auth can-i --list",
                        e);
            case ApiException api ->
                new KubetunException(ErrorCode.CLUSTER_ERROR, what, reason(e), "Try: kubectl version", e);
            case SSLException tls
            when isPlain(tls) ->
                new KubetunException(
                        ErrorCode.CLUSTER_TLS, what, "it does not speak TLS", "Correct the server's URL. " + see, e);
            case SSLException tls ->
                new KubetunException(
                        ErrorCode.CLUSTER_TLS,
                        what,
                        reason(e),
                        "Correct certificate-authority or tls-server-name in the kubeconfig: kubectl config view",
                        e);
            default ->
                new KubetunException(
                        ErrorCode.CLUSTER_UNREACHABLE, what, reason(e), "Is the cluster up, a VPN needed? " + see, e);
        };
    }

    private static String tls(SSLException e) {
        if (isPlain(e)) {
            return "it does not speak TLS";
        }
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        return message.contains("unable to find valid certification path") || message.contains("Path does not chain")
                ? "its certificate is not signed by the certificate authority of the kubeconfig"
                : "TLS failed: " + clause(message);
    }

    private static boolean isPlain(SSLException e) {
        return String.valueOf(e.getMessage())
                .toLowerCase(Locale.ROOT)
                .contains("unsupported or unrecognized ssl message");
    }

    /** A message as a part of a sentence. */
    private static String clause(String message) {
        String line = message.strip().replaceAll("\\s+", " ");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
