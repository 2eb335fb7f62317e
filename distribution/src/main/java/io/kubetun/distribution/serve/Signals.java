package io.kubetun.distribution.serve;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/**
 * What the operating system's signals do while this is open. The JDK's only interface for them is
 * {@code sun.misc.Signal}, which is exported and supported, but a warning at each use that cannot be turned off: hence by
 * reflection. Handlers run on a thread of their own and must not block for long.
 */
final class Signals implements AutoCloseable {
    private final Method handle;
    private final Map<Object, Object> before = new HashMap<>();

    /**
     * Handles signals.
     *
     * @param handlers by the signal's name, without SIG
     */
    Signals(Map<String, Runnable> handlers) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            handle = signal.getMethod("handle", signal, handler);
            for (Map.Entry<String, Runnable> each : handlers.entrySet()) {
                Object made = signal.getConstructor(String.class).newInstance(each.getKey());
                Object called = Proxy.newProxyInstance(
                        handler.getClassLoader(), new Class<?>[] {handler}, calling(each.getValue()));
                before.put(made, handle.invoke(null, made, called));
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK has no sun.misc.Signal", e);
        }
    }

    private static InvocationHandler calling(Runnable handler) {
        return (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
                handler.run();
            }
            return null;
        };
    }

    @Override
    public void close() {
        before.forEach((signal, earlier) -> {
            try {
                handle.invoke(null, signal, earlier);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
