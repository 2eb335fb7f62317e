package io.kubetun.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kernel.event.EventBus;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.host.Host;
import io.kubetun.spi.host.HostProvider;
import io.kubetun.spi.host.NetworkChange;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MachineWatchTest {
    private final EventBus events = new EventBus();
    private final BlockingQueue<Event> published = new LinkedBlockingQueue<>();
    private final BlockingQueue<NetworkChange> told = new LinkedBlockingQueue<>();
    private final AtomicLong ahead = new AtomicLong();
    private final Machine machine = new Machine();
    private final MachineWatch watch;

    MachineWatchTest() {
        events.subscribe("test", published::add);
        InstantSource clock = () -> InstantSource.system().instant().plusMillis(ahead.get());
        watch = new MachineWatch(machine, events, clock, told::add);
    }

    @AfterEach
    void close() {
        watch.close();
        events.close();
        assertThat(machine.closed).isTrue();
    }

    @Test
    void theWallClockRunsAwayInASleep() throws Exception {
        ahead.set(Duration.ofMinutes(1).toMillis());
        assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo(NetworkChange.ofEverything());
        assertThat(published.poll(20, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Event.Resumed.class,
                        resumed -> assertThat(resumed.stood()).isGreaterThan(Duration.ofSeconds(59)));
    }

    @Test
    void aClockThatIsSetBackIsNoSleep() throws Exception {
        ahead.set(-Duration.ofMinutes(1).toMillis());
        assertThat(told.poll(2500, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void changesInQuickSuccessionAreToldAsOne() throws Exception {
        machine.told.accept(new NetworkChange(Set.of("eth0")));
        machine.told.accept(new NetworkChange(Set.of("eth0", "wlan0")));
        assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo(new NetworkChange(Set.of("eth0", "wlan0")));
        assertThat(published.poll(20, TimeUnit.SECONDS))
                .isEqualTo(new Event.NetworkChanged("", Set.of("eth0", "wlan0")));
        assertThat(told).isEmpty();
    }

    /** A machine that says what it is told to. */
    private static final class Machine implements HostProvider {
        private Consumer<NetworkChange> told = change -> {};
        private volatile boolean closed;

        @Override
        public Host open(Optional<Path> helper) {
            throw new UnsupportedOperationException("no session runs here");
        }

        @Override
        public NetworkWatch watchNetwork(Consumer<NetworkChange> consumer) {
            told = consumer;
            return () -> closed = true;
        }
    }
}
