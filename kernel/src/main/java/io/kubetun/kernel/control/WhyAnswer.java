package io.kubetun.kernel.control;

import com.typesafe.config.Config;
import io.kubetun.kernel.session.Sessions;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.Explanation.Step;
import io.kubetun.spi.KubetunException;
import java.util.List;
import java.util.Map;

/** The command {@code why}: how a flow would go, by each session that owns it, or by all if none does. Stateless. */
public final class WhyAnswer {
    private WhyAnswer() {}

    static Map<String, Object> answer(Sessions sessions, Config request) throws KubetunException, InterruptedException {
        try {
            return Map.of(
                    "ok",
                    true,
                    "explanations",
                    sessions
                            .explain(request.getString("session"), request.getString("host"), request.getInt("port"))
                            .stream()
                            .map(WhyAnswer::encode)
                            .toList());
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            throw new KubetunException(
                    ErrorCode.TARGET_UNSUPPORTED,
                    "cannot explain " + request.getString("host") + ":" + request.getInt("port"),
                    String.valueOf(e.getMessage()),
                    "Try: kubetun why echo.default:80",
                    e);
        }
    }

    /**
     * Puts an explanation into the form that the answer and {@code kubetun why -o json} have.
     *
     * @param explanation how a flow would go
     * @return a JSON object: target, reached, steps of stage, says, micros
     */
    public static Map<String, Object> encode(Explanation explanation) {
        return Map.of(
                "target",
                explanation.target(),
                "reached",
                explanation.reached(),
                "steps",
                explanation.steps().stream()
                        .map(step -> Map.of("stage", step.stage(), "says", step.says(), "micros", step.micros()))
                        .toList());
    }

    static List<Explanation> decode(Config response) {
        return response.getConfigList("explanations").stream()
                .map(each -> new Explanation(
                        each.getString("target"),
                        each.getConfigList("steps").stream()
                                .map(step -> new Step(
                                        step.getString("stage"), step.getString("says"), step.getLong("micros")))
                                .toList(),
                        each.getBoolean("reached")))
                .toList();
    }
}
