package io.kubetun.testkit.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A refusal, worded as the API server words it.
 *
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/">Kubernetes: Status</a>
 */
public final class StatusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String reason;

    /**
     * Makes a refusal.
     *
     * @param code the HTTP status
     * @param reason the machine-readable reason
     * @param message for people
     */
    public StatusException(int code, String reason, String message) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
    }

    /**
     * There is no such object.
     *
     * @param type its type
     * @param name its name
     * @return 404
     */
    public static StatusException notFound(ResourceType type, String name) {
        return new StatusException(404, "NotFound", type.qualified() + " \"" + name + "\" not found");
    }

    /**
     * There already is one.
     *
     * @param type its type
     * @param name its name
     * @return 409
     */
    public static StatusException alreadyExists(ResourceType type, String name) {
        return new StatusException(409, "AlreadyExists", type.qualified() + " \"" + name + "\" already exists");
    }

    /**
     * It was changed meanwhile.
     *
     * @param type its type
     * @param name its name
     * @return 409
     */
    public static StatusException conflict(ResourceType type, String name) {
        return new StatusException(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + type.qualified() + " \"" + name
                        + "\": the object has been modified; please apply your changes to the latest version and try"
                        + " again");
    }

    /**
     * The history does not reach back so far.
     *
     * @param wanted the version asked for
     * @param oldest the oldest that can be given
     * @return 410
     */
    public static StatusException expired(long wanted, long oldest) {
        return new StatusException(410, "Expired", "too old resource version: " + wanted + " (" + oldest + ")");
    }

    /**
     * The request makes no sense.
     *
     * @param message why
     * @return 400
     */
    public static StatusException badRequest(String message) {
        return new StatusException(400, "BadRequest", message);
    }

    /**
     * Returns the HTTP status.
     *
     * @return 400 to 599
     */
    public int code() {
        return code;
    }

    /**
     * Returns the body.
     *
     * @return a {@code Status}
     */
    public ObjectNode body() {
        ObjectNode status = Json.object();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        return status.put("status", "Failure")
                .put("message", getMessage())
                .put("reason", reason)
                .put("code", code);
    }
}
