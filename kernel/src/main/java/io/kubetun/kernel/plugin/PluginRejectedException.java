package io.kubetun.kernel.plugin;

/** Why a plugin cannot be used: a clause for people about "it". */
final class PluginRejectedException extends Exception {
    private static final long serialVersionUID = 1L;

    PluginRejectedException(String reason) {
        super(reason);
    }

    PluginRejectedException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
