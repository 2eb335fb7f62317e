package io.kubetun.plugin.tun;

/** What is counted of packets that lead to no flow, as the person reads it. */
enum Count {
    REFUSED("connections refused"),
    UNREACHABLE("connections to addresses that nothing answers at"),
    UDP("UDP packets"),
    ECHO("pings"),
    FULL("connections and flows above the limit of the table"),
    LOST("datagrams and pings too many at once"),
    STRAY("packets of no known connection"),
    SPOOFED("packets with a foreign sender"),
    MALFORMED("malformed packets"),
    FRAGMENT("fragments"),
    OPTIONS("packets with IP options"),
    EMPTY("empty packets"),
    OTHER("packets of other protocols"),
    UNSENT("packets that this machine did not take");

    private final String text;

    Count(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
