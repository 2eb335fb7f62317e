package io.kubetun.e2e;

import java.io.IOException;
import java.nio.file.Path;

/** The same world from another place in it: only what commands run in is different. */
interface InLab extends World {
    /** What is around. */
    LabWorld lab();

    @Override
    default boolean real() {
        return lab().real();
    }

    @Override
    default Path home() {
        return lab().home();
    }

    @Override
    default Path runtimeFolder() {
        return lab().runtimeFolder();
    }

    @Override
    default void give(Path path) throws IOException, InterruptedException {
        lab().give(path);
    }

    @Override
    default String clusterIp(String service) throws IOException, InterruptedException {
        return lab().clusterIp(service);
    }

    @Override
    default String podIp(String app) throws IOException, InterruptedException {
        return lab().podIp(app);
    }

    /** Nothing: the lab is closed by who opened it. */
    @Override
    default void close() {}
}
