package io.kubetun.kube.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kube.document.Json;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pods and Deployments say of themselves, in the kubelet's and the controller's words. */
class PodStateTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ContainerCreating||false|",
                "ErrImagePull|not found|false|the image a/b:1 cannot be pulled: not found",
                "ImagePullBackOff|Back-off|true|the image a/b:1 cannot be pulled (ImagePullBackOff): Back-off",
                "ErrImageNeverPull|absent|true|the image a/b:1 cannot be pulled (ErrImageNeverPull): absent",
                "CreateContainerConfigError|run as root|true|its container does not start"
                        + " (CreateContainerConfigError): run as root",
                "CrashLoopBackOff|back-off|true|its container ends again and again, last with exit code 137 (OOMKilled)",
            })
    void waitingContainers(String reason, String message, boolean lasting, String said) throws Exception {
        PodState pod = PodState.of(
                Json.parse("""
                {"metadata":{"name":"g","namespace":"lab","uid":"u"},"status":{"phase":"Pending","containerStatuses":[{
                 "image":"a/b:1","state":{"waiting":{"reason":"%s","message":"%s"}},
                 "lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]}}
                """.formatted(reason, Optional.ofNullable(message).orElse(""))));
        assertThat(pod.ready()).isFalse();
        assertThat(pod.trouble()).isEqualTo(Optional.ofNullable(said).map(text -> new Trouble(text, lasting)));
    }

    @Test
    void readyOnesThatEndAreNot() throws Exception {
        String ready = """
                {"metadata":{"name":"g","namespace":"lab"%s},"status":{"phase":"%s","conditions":[
                 {"type":"Ready","status":"True"}]}}""";
        assertThat(PodState.of(Json.parse(ready.formatted("", "Running"))).ready())
                .isTrue();
        assertThat(PodState.of(Json.parse(
                                ready.formatted(",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"", "Running")))
                        .ready())
                .isFalse();
        assertThat(PodState.of(Json.parse(ready.formatted("", "Failed"))).ready())
                .isFalse();
    }

    @Test
    void noNodeIsNoLastingTrouble() throws Exception {
        PodState pod = PodState.of(Json.parse("""
                {"metadata":{"name":"g"},"status":{"phase":"Pending","conditions":[
                 {"type":"PodScheduled","status":"False","message":"0/1 nodes are available."}]}}"""));
        assertThat(pod.trouble()).contains(new Trouble("no node takes its pod: 0/1 nodes are available", false));
    }

    @Test
    void quotaAndAdmissionSpeakThroughTheDeployment() throws Exception {
        WorkloadState deployment = WorkloadState.of(Json.parse("""
                {"metadata":{"name":"g","namespace":"lab","uid":"u"},"status":{"conditions":[
                 {"type":"Progressing","status":"True"},
                 {"type":"ReplicaFailure","status":"True","message":"pods \\"g-1\\" is forbidden: exceeded quota: small"}]}}"""));
        assertThat(deployment.trouble())
                .contains(new Trouble("pods \"g-1\" is forbidden: exceeded quota: small", true));
    }
}
