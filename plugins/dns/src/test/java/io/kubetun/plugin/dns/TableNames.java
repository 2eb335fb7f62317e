package io.kubetun.plugin.dns;

import io.kubetun.spi.cluster.NameRecord;
import io.kubetun.spi.cluster.Names;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** A cluster with a few fixed names. */
final class TableNames implements Names {
    static final int MANY = 200;

    @Override
    public String domain() {
        return "cluster.local";
    }

    @Override
    public CompletionStage<NameAnswer> lookUp(String name, Type type) {
        return CompletableFuture.completedStage(answer(name, type));
    }

    private static NameAnswer answer(String name, Type type) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!lower.endsWith("cluster.local")) {
            return new Foreign();
        }
        return switch (lower) {
            case "echo.lab.svc.cluster.local" ->
                switch (type) {
                    case A -> found(new NameRecord.Address(name, ip("10.96.0.7")));
                    case AAAA -> found(new NameRecord.Address(name, ip("fd00::7")));
                    case SRV ->
                        new Found(
                                List.of(new NameRecord.Port(name, 0, 100, 80, "echo.lab.svc.cluster.local")),
                                List.of(new NameRecord.Address("echo.lab.svc.cluster.local", ip("10.96.0.7"))));
                    default -> new NoData();
                };
            case "many.lab.svc.cluster.local" ->
                new Found(
                        IntStream.range(0, MANY)
                                .<NameRecord>mapToObj(i -> new NameRecord.Address(name, ip("10.1.0." + i)))
                                .toList(),
                        List.of());
            case "out.lab.svc.cluster.local" -> found(new NameRecord.Alias(name, "www.example.com"));
            case "broken.lab.svc.cluster.local" -> new Failed("the API server is away");
            case "cluster.local" -> new NoData();
            default -> new NoSuchName();
        };
    }

    private static NameAnswer found(NameRecord record) {
        return new Found(List.of(record), List.of());
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }
}
