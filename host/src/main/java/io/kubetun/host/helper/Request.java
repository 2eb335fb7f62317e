package io.kubetun.host.helper;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.kubetun.spi.host.SystemNames;
import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the helper can be asked for. Each document has the protocol's version, an id that the reply repeats, and "op". */
sealed interface Request {
    /** Changes when either side must change with it. */
    int VERSION = 1;

    /** Asks whether it is there. */
    record Ping() implements Request {}

    /**
     * Asks for a block of names.
     *
     * @param file the hosts file
     * @param owner whose block
     * @param lines an address and its names each
     */
    record PutHosts(Path file, String owner, List<String> lines) implements Request {
        public PutHosts {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Asks to take back what this client had asked for.
     *
     * @param kind the effect's kind
     * @param key its key
     */
    record Undo(String kind, String key) implements Request {}

    /**
     * Asks for a listening socket.
     *
     * @param address an address, no name
     * @param port 1 to 65535
     * @param datagrams whether of UDP rather than of TCP
     */
    record Listen(String address, int port, boolean datagrams) implements Request {}

    /**
     * Asks for a TUN device and its descriptor.
     *
     * @param number which
     * @param v6 whether with IPv6 addresses
     */
    record MakeTun(int number, boolean v6) implements Request {}

    /**
     * Asks for a route into a device that this client had asked for.
     *
     * @param number which device
     * @param destination a range of addresses
     * @param never addresses that the range must not hold
     */
    record AddRoute(int number, String destination, List<String> never) implements Request {
        public AddRoute {
            never = List.copyOf(never);
        }
    }

    /**
     * Asks for a session's part in resolv.conf.
     *
     * @param names its name server
     * @param perLink whether systemd-resolved asks it
     */
    record PutResolver(SystemNames names, boolean perLink) implements Request {}

    /**
     * Asks for a device's part of systemd-resolved's questions.
     *
     * @param number which device, that this client had asked for
     * @param names its name server
     */
    record NameLink(int number, SystemNames names) implements Request {}

    /**
     * Asks for a name server in the helper's own namespace.
     *
     * @param names the name server
     */
    record ShowNames(SystemNames names) implements Request {}

    private static Map<String, Object> names(SystemNames names, Map<String, Object> more) {
        Map<String, Object> all = new LinkedHashMap<>(more);
        all.put("session", names.session());
        all.put("label", names.label());
        all.put("server", names.server().getHostAddress());
        all.put("domain", names.domain());
        all.put("search", names.search());
        return all;
    }

    private static SystemNames names(Config document) {
        return new SystemNames(
                document.getString("session"),
                document.getString("label"),
                InetAddress.ofLiteral(document.getString("server")),
                document.getString("domain"),
                document.getStringList("search"));
    }

    /** Writes the request as a document. */
    default String toJson(long id) {
        Map<String, Object> document = new LinkedHashMap<>(fields());
        document.put("v", VERSION);
        document.put("id", id);
        return Json.write(document);
    }

    private Map<String, Object> fields() {
        return switch (this) {
            case Ping() -> Map.of("op", "ping");
            case PutHosts(Path file, String owner, List<String> lines) ->
                Map.of("op", "put-hosts", "file", file.toString(), "owner", owner, "lines", lines);
            case Undo(String kind, String key) -> Map.of("op", "undo", "kind", kind, "key", key);
            case Listen(String address, int port, boolean datagrams) ->
                Map.of("op", "listen", "address", address, "port", port, "datagrams", datagrams);
            case PutResolver(SystemNames names, boolean perLink) ->
                names(names, Map.of("op", "put-resolver", "per-link", perLink));
            case NameLink(int number, SystemNames names) -> names(names, Map.of("op", "name-link", "number", number));
            case ShowNames(SystemNames names) -> names(names, Map.of("op", "show-names"));
            case MakeTun(int number, boolean v6) -> Map.of("op", "make-tun", "number", number, "v6", v6);
            case AddRoute(int number, String destination, List<String> never) ->
                Map.of("op", "add-route", "number", number, "destination", destination, "never", never);
        };
    }

    /**
     * Reads a document.
     *
     * @throws IllegalArgumentException if it is no request of this version
     */
    static Request of(Config document) {
        try {
            if (document.getInt("v") != VERSION) {
                throw new IllegalArgumentException(
                        "version " + document.getInt("v") + " of the protocol, not " + VERSION);
            }
            return switch (document.getString("op")) {
                case "ping" -> new Ping();
                case "put-hosts" ->
                    new PutHosts(
                            Path.of(document.getString("file")),
                            document.getString("owner"),
                            document.getStringList("lines"));
                case "undo" -> new Undo(document.getString("kind"), document.getString("key"));
                case "listen" ->
                    new Listen(
                            document.getString("address"), document.getInt("port"), document.getBoolean("datagrams"));
                case "put-resolver" -> new PutResolver(names(document), document.getBoolean("per-link"));
                case "show-names" -> new ShowNames(names(document));
                case "name-link" -> new NameLink(document.getInt("number"), names(document));
                case "make-tun" -> new MakeTun(document.getInt("number"), document.getBoolean("v6"));
                case "add-route" ->
                    new AddRoute(
                            document.getInt("number"),
                            document.getString("destination"),
                            document.getStringList("never"));
                default -> throw new IllegalArgumentException("an unknown request");
            };
        } catch (ConfigException | InvalidPathException e) {
            throw new IllegalArgumentException("a request with missing or wrong fields", e);
        }
    }
}
