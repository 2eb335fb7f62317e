package io.kubetun.plugin.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FlowTableTest {
    @Test
    void aFlowIsFoundByItsEndsUntilItsNumberIsGivenAgain() {
        FlowTable table = new FlowTable(2);
        int first = table.add(0, 1, 10, 20);
        int second = table.add(0, 1, 10, 21);
        assertThat(table.find(0, 1, 10, 20)).isEqualTo(first);
        assertThat(table.find(0, 1, 20, 10)).isEqualTo(FlowTable.NONE);
        assertThat(table.add(0, 1, 10, 22)).isEqualTo(FlowTable.NONE);
        table.close(second);
        table.close(first);
        assertThat(table.find(0, 1, 10, 20)).isEqualTo(first);
        assertThat(table.size()).isZero();
        assertThat(table.add(0, 1, 10, 23)).as("the one that was closed first").isEqualTo(second);
        assertThat(table.find(0, 1, 10, 21)).isEqualTo(FlowTable.NONE);
    }

    @Test
    void bothEndsOrAResetCloseIt() {
        FlowTable table = new FlowTable(8);
        int flow = table.add(0, 1, 10, 20);
        table.open(flow);
        table.passed(flow, Wire.FIN | Wire.ACK, true);
        table.passed(flow, Wire.FIN | Wire.ACK, true);
        assertThat(table.state(flow)).isEqualTo(FlowTable.OPEN);
        table.passed(flow, Wire.FIN | Wire.ACK, false);
        assertThat(table.state(flow)).isEqualTo(FlowTable.CLOSED);
        int other = table.add(0, 2, 10, 20);
        table.open(other);
        table.passed(other, Wire.RST, false);
        assertThat(table.state(other)).isEqualTo(FlowTable.CLOSED);
        int again = table.add(0, 2, 10, 20);
        assertThat(table.find(0, 2, 10, 20)).isEqualTo(again).isNotEqualTo(other);
    }

    /** Against a map, with more flows than fit, so that numbers are given again and buckets collide. */
    @Test
    void itIsAsGoodAsAMap() {
        FlowTable table = new FlowTable(500);
        Map<Integer, Integer> model = new HashMap<>();
        Map<Integer, Integer> keyOf = new HashMap<>();
        Random random = new Random(7);
        for (int round = 0; round < 200_000; round++) {
            int key = 1 + random.nextInt(2000);
            int found = table.find(0, key % 3, key, key % 7);
            assertThat(found).isEqualTo(model.getOrDefault(key, FlowTable.NONE));
            if (found == FlowTable.NONE) {
                int flow = table.add(0, key % 3, key, key % 7);
                if (flow != FlowTable.NONE) {
                    Integer older = keyOf.put(flow, key);
                    if (older != null) {
                        model.remove(older);
                    }
                    model.put(key, flow);
                }
            } else if (random.nextInt(2) == 0) {
                table.close(found);
            }
        }
    }
}
