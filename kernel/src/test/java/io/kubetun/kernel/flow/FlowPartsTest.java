package io.kubetun.kernel.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kernel.flow.FlowParts.Part;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowPartsTest {
    private final FlowCounts session = new FlowCounts();
    private final List<Part> seen = new ArrayList<>();

    @Test
    void countsByModeAndServiceAndTogether() {
        session.parts().observe((part, counts) -> seen.add(part));
        session.parts().of("socks", new Target.Name("echo.lab", 80)).bytesSent(5);
        session.parts().of("hosts-fwd", new Target.Service("lab", "echo", 80)).bytesSent(7);
        FlowCounts again = session.parts().of("socks", new Target.Name("echo.lab", 443));
        again.flowOpened();
        again.dialed(9);
        assertThat(again.sent()).isEqualTo(5);
        assertThat(session.sent()).isEqualTo(12);
        assertThat(session.total()).isEqualTo(1);
        assertThat(session.open()).isEqualTo(1);
        again.flowClosed(true);
        assertThat(session.reset()).isEqualTo(1);
        assertThat(session.open()).isZero();
        assertThat(session.dialNanos()).isEqualTo(9);
        assertThat(seen).containsExactly(new Part("socks", "echo.lab"), new Part("hosts-fwd", "echo.lab"));
    }

    @Test
    void namesThatNobodyKnowsTakeNoPlace() {
        session.parts().observe((part, counts) -> seen.add(part));
        for (int i = 0; i < 1000; i++) {
            session.parts()
                    .of("socks", new Target.Name("typo" + i, 80), Reason.UNKNOWN_NAME)
                    .dialFailed(Reason.UNKNOWN_NAME);
        }
        session.parts().of("socks", new Target.Name("empty.lab", 80), Reason.NO_ENDPOINTS);
        assertThat(seen).containsExactly(new Part("socks", FlowParts.OTHER), new Part("socks", "empty.lab"));
        assertThat(session.failed(Reason.UNKNOWN_NAME)).isEqualTo(1000);
    }

    @Test
    void afterTwoHundredServicesTheRestIsOther() {
        for (int i = 0; i < 1000; i++) {
            session.parts().of("socks", new Target.Name("s" + i, 80)).bytesSent(1);
        }
        session.parts().observe((part, counts) -> seen.add(part));
        assertThat(seen).hasSize(FlowParts.MAX_SERVICES + 1).contains(new Part("socks", FlowParts.OTHER));
        assertThat(session.sent()).isEqualTo(1000);
    }
}
