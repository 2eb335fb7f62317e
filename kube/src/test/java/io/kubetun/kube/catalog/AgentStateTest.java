package io.kubetun.kube.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kube.document.Json;
import org.junit.jupiter.api.Test;

/** What pods say of the agent in them, in the kubelet's words. */
class AgentStateTest {
    private static AgentState agent(String rules, String agent) throws Exception {
        return PodState.of(Json.parse("""
                {"metadata":{"name":"p","namespace":"lab"},"spec":{"containers":[{"name":"app"},
                 {"name":"kubetun-agent","env":[{"name":"KUBETUN_AGENT_KEY","value":"k"}]}]},
                 "status":{"initContainerStatuses":[{"name":"kubetun-rules","image":"a/b:1",%s}],
                 "containerStatuses":[{"name":"app"},{"name":"kubetun-agent","image":"a/b:1",%s}]}}
                """.formatted(rules, agent))).agent().orElseThrow();
    }

    private static final String WAITS = "\"state\":{\"waiting\":{\"reason\":\"PodInitializing\"}}";
    private static final String DONE = "\"state\":{\"terminated\":{\"exitCode\":0}}";

    @Test
    void runs() throws Exception {
        AgentState running = agent(
                DONE,
                "\"restartCount\":2,\"state\":{\"running\":{}},\"lastState\":{\"terminated\":{\"reason\":\"OOMKilled\"}}");
        assertThat(running.running()).isTrue();
        assertThat(running.key()).isEqualTo("k");
        assertThat(running.restarts()).isEqualTo(2);
        assertThat(running.lastEnd()).contains("OOMKilled");
        assertThat(running.trouble()).isEmpty();
    }

    @Test
    void theImageIsPulledForTheRulesFirst() throws Exception {
        AgentState waits =
                agent("\"state\":{\"waiting\":{\"reason\":\"ImagePullBackOff\",\"message\":\"Back-off\"}}", WAITS);
        assertThat(waits.running()).isFalse();
        assertThat(waits.trouble())
                .contains(new Trouble("the image a/b:1 cannot be pulled (ImagePullBackOff): Back-off", true));
    }

    @Test
    void rulesThatCannotBeSetSayWhy() throws Exception {
        String end = "{\"terminated\":{\"exitCode\":3,\"reason\":\"Error\",\"message\":\"nft: not permitted\\n\"}}";
        Trouble trouble = new Trouble("its rules cannot be set: nft: not permitted\n (exit code 3)", true);
        assertThat(agent("\"state\":" + end, WAITS).trouble()).contains(trouble);
        assertThat(agent("\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}},\"lastState\":" + end, WAITS)
                        .trouble())
                .contains(trouble);
    }

    @Test
    void aPodWithoutOneHasNone() throws Exception {
        assertThat(PodState.of(Json.parse("{\"spec\":{\"containers\":[{\"name\":\"app\"}]}}"))
                        .agent())
                .isEmpty();
    }
}
