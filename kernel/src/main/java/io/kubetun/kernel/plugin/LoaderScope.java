package io.kubetun.kernel.plugin;

/**
 * Makes a plugin's class loader the thread's context loader for the time of a call into it: libraries that look for
 * services by the context loader then find those of the plugin.
 */
final class LoaderScope implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final ClassLoader before = thread.getContextClassLoader();

    private LoaderScope(ClassLoader loader) {
        thread.setContextClassLoader(loader);
    }

    static LoaderScope enter(ClassLoader loader) {
        return new LoaderScope(loader);
    }

    @Override
    public void close() {
        thread.setContextClassLoader(before);
    }
}
