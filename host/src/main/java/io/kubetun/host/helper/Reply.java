package io.kubetun.host.helper;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.util.Map;
import java.util.Optional;

/**
 * What the helper answers.
 *
 * @param id the request's
 * @param descriptor whether a file descriptor comes with it
 * @param error what failed, if something did
 */
record Reply(long id, boolean descriptor, Optional<KubetunException> error) {
    static Reply done(long id) {
        return new Reply(id, false, Optional.empty());
    }

    static Reply withDescriptor(long id) {
        return new Reply(id, true, Optional.empty());
    }

    static Reply failed(long id, KubetunException error) {
        return new Reply(id, false, Optional.of(error));
    }

    String toJson() {
        return Json.write(error.<Map<String, Object>>map(e -> Map.of(
                        "v", Request.VERSION,
                        "id", id,
                        "ok", false,
                        "code", e.code().name(),
                        "what", e.what(),
                        "why", e.why(),
                        "next", e.next()))
                .orElseGet(() -> Map.of("v", Request.VERSION, "id", id, "ok", true, "descriptor", descriptor)));
    }

    /** Reads a document; throws {@link IllegalArgumentException} if it is no reply. */
    static Reply of(String json) {
        try {
            Config document = Json.read(json);
            long id = document.getLong("id");
            if (document.getBoolean("ok")) {
                return new Reply(id, document.getBoolean("descriptor"), Optional.empty());
            }
            return failed(
                    id,
                    new KubetunException(
                            ErrorCode.valueOf(document.getString("code")),
                            document.getString("what"),
                            document.getString("why"),
                            document.getString("next")));
        } catch (ConfigException e) {
            throw new IllegalArgumentException("not a reply", e);
        }
    }
}
