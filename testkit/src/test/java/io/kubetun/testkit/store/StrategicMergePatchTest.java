package io.kubetun.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Strategic merge patches, with what the API server of a real cluster makes of them. */
class StrategicMergePatchTest {
    private static final String POD = """
            {"metadata":{"annotations":{"kept":"1"}},"spec":{"containers":[
            {"name":"a","image":"x:1","env":[{"name":"E","value":"1"}]},{"name":"b","image":"y:1"}]}}""";

    private static ObjectNode json(String text) {
        return Json.read(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode patched(ObjectNode target, String patch) {
        StrategicMergePatch.apply(target, json(patch));
        return target;
    }

    @Test
    void newItemsComeFirstUnlessTheOrderIsSaid() {
        assertThat(patched(json(POD), "{'spec':{'containers':[{'name':'c','image':'z:1'}]}}")
                        .at("/spec/containers")
                        .findValuesAsText("image"))
                .containsExactly("z:1", "x:1", "y:1");
        ObjectNode ordered = patched(json(POD), """
                {'spec':{'$setElementOrder/containers':[{'name':'a'},{'name':'b'},{'name':'c'}],
                'containers':[{'name':'c','image':'z:1'}]}}""");
        assertThat(ordered.at("/spec/containers").findValuesAsText("image")).containsExactly("x:1", "y:1", "z:1");
        assertThat(ordered.toString()).doesNotContain("$");
    }

    @Test
    void itemsAreMergedByTheirNamesAndTakenOutAgain() {
        ObjectNode pod = patched(json(POD), """
                {'spec':{'containers':[{'name':'a','env':[{'name':'F','value':'2'}]}],
                'initContainers':[{'name':'i','image':'i:1','resources':{},'volumeMounts':[{'mountPath':'/tmp','name':'t'}]}],
                'volumes':[{'name':'t','emptyDir':{}}]}}""");
        assertThat(pod.at("/spec/containers/0/image").asText()).isEqualTo("x:1");
        assertThat(pod.at("/spec/containers/0/env").findValuesAsText("name")).containsExactly("F", "E");
        assertThat(pod.at("/spec/volumes/0/emptyDir").isObject()).isTrue();
        patched(pod, """
                {'spec':{'containers':[{'name':'a','env':[{'$patch':'replace'},{'name':'E','value':'1'}]}],
                'initContainers':[{'$patch':'delete','name':'i'}],'volumes':[{'$patch':'delete','name':'t'}]}}""");
        assertThat(pod).isEqualTo(json(POD));
    }

    @Test
    void fieldsGoOneByOne() {
        ObjectNode pod = patched(json(POD), "{'metadata':{'annotations':{'new':'2'},'labels':{'l':'1'}}}");
        assertThat(pod.at("/metadata/annotations").size()).isEqualTo(2);
        patched(pod, "{'metadata':{'annotations':{'new':null},'labels':{'l':null}}}");
        assertThat(pod).isEqualTo(json(POD));
        assertThat(patched(pod, "{'spec':{'tolerations':[{'key':'k'}]}}")
                        .at("/spec/tolerations/0/key")
                        .asText())
                .isEqualTo("k");
        assertThat(patched(pod, "{'spec':{'tolerations':[{'key':'l'}]}}").at("/spec/tolerations"))
                .hasSize(1);
    }

    @Test
    void aNewItemIsTakenAsItIs() {
        assertThat(patched(
                                json(POD),
                                "{'spec':{'containers':[{'name':'c','env':[{'$patch':'replace'},{'name':'E'}]}]}}")
                        .at("/spec/containers/0/env"))
                .hasSize(2);
    }

    @Test
    void otherDirectivesAreRefused() {
        assertThatThrownBy(() -> patched(json(POD), "{'spec':{'containers':[{'$patch':'guess','name':'a'}]}}"))
                .isInstanceOf(StatusException.class)
                .hasMessage("Unknown patch type found: guess");
    }
}
