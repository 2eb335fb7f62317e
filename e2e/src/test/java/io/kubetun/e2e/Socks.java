package io.kubetun.e2e;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.util.List;

/** Ways through a running {@code proxy-out}: curl as a user has it, and requests whose reply code is looked at. */
final class Socks {
    private final World world;
    private final String address;
    private final Curl curl;

    Socks(World world, String address) {
        this.world = world;
        this.address = address;
        this.curl = new Curl(world, List.of("--proxy", "socks5h://" + address));
    }

    /** Where it listens. */
    String address() {
        return address;
    }

    /** What {@code curl --proxy socks5h://…} prints. */
    String curl(String... arguments) throws IOException, InterruptedException {
        return curl.get(arguments);
    }

    Result tryCurl(String... arguments) throws IOException, InterruptedException {
        return curl.attempt(arguments);
    }

    /** The same way, for who does not care which it is. */
    Curl curl() {
        return curl;
    }

    /** What the python client of the laptop's user reports of one SOCKS5 request: reply code and milliseconds. */
    Reply connect(String host, int port) throws IOException, InterruptedException {
        String[] colon = address.split(":", -1);
        String script = """
                import socket, sys, time
                s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
                host, port = sys.argv[3].encode(), int(sys.argv[4])
                s.sendall(b'\\x05\\x01\\x00'); assert s.recv(2) == b'\\x05\\x00'
                start = time.monotonic()
                s.sendall(b'\\x05\\x01\\x00\\x03' + bytes([len(host)]) + host + port.to_bytes(2, 'big'))
                reply = s.recv(10)
                print(reply[1], (time.monotonic() - start) * 1000)
                """;
        String[] answer = world.python(script, colon[0], colon[1], host, Integer.toString(port))
                .strip()
                .split(" ", -1);
        return new Reply(Integer.parseInt(answer[0]), Double.parseDouble(answer[1]));
    }

    /**
     * The answer to a SOCKS5 request.
     *
     * @param code RFC 1928's reply field
     * @param millis from the request to its answer
     */
    record Reply(int code, double millis) {}
}
