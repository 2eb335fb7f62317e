package io.kubetun.kube.portforward;

import io.kubetun.kube.portforward.PodDialer.PodPort;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import java.util.Locale;

/** Turns what the cluster says about a flow into the reasons that front-ends know. */
final class DialFailures {
    private static final int STATUS_REFUSED_STREAM = 3;

    private DialFailures() {}

    /** What the error stream said. */
    static DialException fromPod(PodChannel flow) {
        String text = flow.stream().message().strip();
        String lower = text.toLowerCase(Locale.ROOT);
        PodPort pod = flow.pod();
        if (lower.contains("connection refused")) {
            return new DialException(Reason.REFUSED, pod + ": connection refused, nothing listens there");
        }
        if (flow.dial().isDone()) {
            return new DialException(Reason.RESET, pod + ": " + shorten(text));
        }
        if (lower.contains("timed out") || lower.contains("timeout")) {
            return new DialException(Reason.TIMED_OUT, pod + ": " + shorten(text));
        }
        return new DialException(Reason.UNREACHABLE, pod + ": " + shorten(text));
    }

    /** The stream was reset. */
    static DialException streamReset(PodChannel flow, int status) {
        if (flow.dial().isDone() && status != STATUS_REFUSED_STREAM) {
            return new DialException(Reason.RESET, flow.pod() + ": reset by the cluster");
        }
        return new DialException(Reason.UNREACHABLE, flow.pod() + ": the node refused the stream");
    }

    /** The connection under the flow was lost. */
    static DialException linkLost(PodPort pod, String reason) {
        return new DialException(Reason.RESET, pod + ": the connection to the cluster was lost (" + reason + ")");
    }

    /** One line of at most 300 characters. */
    static String shorten(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= 300 ? line : line.substring(0, 300) + " …";
    }
}
