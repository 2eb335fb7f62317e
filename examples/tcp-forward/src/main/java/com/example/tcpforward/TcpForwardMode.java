package com.example.tcpforward;

import io.kubetun.spi.Flows;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import java.net.InetSocketAddress;
import java.util.List;

/** Runs in one session: a listener whose connections all lead to one target. */
final class TcpForwardMode implements Mode {
    private final SessionContext context;
    private final Target target;
    private final InetSocketAddress listen;
    /** Written by the starting thread, read by the stopping one and by whoever asks for status. */
    private volatile List<Flows.FlowListener> listeners = List.of();

    TcpForwardMode(SessionContext context, Target target, InetSocketAddress listen) {
        this.context = context;
        this.target = target;
        this.listen = listen;
    }

    @Override
    public void start() throws KubetunException {
        Flows.FlowListener listener =
                context.flows().listen(listen, new ForwardInitializer(context.dialer(), context.flows(), target));
        listeners = List.of(listener);
        context.progress().step(listener.address() + " leads to " + target);
    }

    @Override
    public void stop() {
        listeners.forEach(Flows.FlowListener::close);
        listeners = List.of();
    }

    @Override
    public List<Listening> listening() {
        return listeners.stream()
                .map(listener -> new Listening(listener.address(), target.toString(), List.of()))
                .toList();
    }
}
