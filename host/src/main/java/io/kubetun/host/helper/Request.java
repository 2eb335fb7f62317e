package io.kubetun.host.helper;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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
     */
    record Listen(String address, int port) implements Request {}

    /**
     * Asks for a bound UDP socket.
     *
     * @param address an address, no name
     * @param port 0 to 65535
     */
    record ListenDatagrams(String address, int port) implements Request {}

    /**
     * Asks for a name server in the helper's own namespace.
     *
     * @param server its address
     * @param search what is put behind short names
     */
    record UseNameServer(String server, List<String> search) implements Request {
        public UseNameServer {
            search = List.copyOf(search);
        }
    }

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

    /** Writes the request as a document. */
    default String toJson(long id) {
        return Json.write(
                switch (this) {
                    case Ping() -> Map.of("v", VERSION, "id", id, "op", "ping");
                    case PutHosts(Path file, String owner, List<String> lines) ->
                        Map.of(
                                "v",
                                VERSION,
                                "id",
                                id,
                                "op",
                                "put-hosts",
                                "file",
                                file.toString(),
                                "owner",
                                owner,
                                "lines",
                                lines);
                    case Undo(String kind, String key) ->
                        Map.of("v", VERSION, "id", id, "op", "undo", "kind", kind, "key", key);
                    case Listen(String address, int port) ->
                        Map.of("v", VERSION, "id", id, "op", "listen", "address", address, "port", port);
                    case ListenDatagrams(String address, int port) ->
                        Map.of("v", VERSION, "id", id, "op", "listen-datagrams", "address", address, "port", port);
                    case UseNameServer(String server, List<String> search) ->
                        Map.of("v", VERSION, "id", id, "op", "use-name-server", "server", server, "search", search);
                    case MakeTun(int number, boolean v6) ->
                        Map.of("v", VERSION, "id", id, "op", "make-tun", "number", number, "v6", v6);
                    case AddRoute(int number, String destination, List<String> never) ->
                        Map.of(
                                "v",
                                VERSION,
                                "id",
                                id,
                                "op",
                                "add-route",
                                "number",
                                number,
                                "destination",
                                destination,
                                "never",
                                never);
                });
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
                case "listen" -> new Listen(document.getString("address"), document.getInt("port"));
                case "listen-datagrams" -> new ListenDatagrams(document.getString("address"), document.getInt("port"));
                case "use-name-server" ->
                    new UseNameServer(document.getString("server"), document.getStringList("search"));
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
