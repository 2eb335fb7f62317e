"""Times starts of the command: path of kubetun, number of runs."""

import glob
import os
import socket
import statistics
import subprocess
import sys
import time

kubetun, runs = sys.argv[1], int(sys.argv[2])
PORT = 11081
LIMIT = 60  # seconds after which a start has failed
cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "kubetun")


def listening():
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PORT)) == 0


def version():
    start = time.monotonic()
    subprocess.run([kubetun, "version"], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def quit():
    subprocess.run([kubetun, "quit"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def proxy_out(*more):
    if listening():
        sys.exit(f"startup: something listens on port {PORT} already. See what: ss -ltnp 'sport = :{PORT}'")
    start = time.monotonic()
    process = subprocess.Popen(
        [kubetun, "proxy-out", "--listen-socks", f"127.0.0.1:{PORT}", *more],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        while not listening():
            if process.poll() is not None:
                sys.exit("startup: proxy-out ended: " + process.stderr.read().decode())
            if time.monotonic() - start > LIMIT:
                sys.exit(f"startup: proxy-out does not listen after {LIMIT} s")
            time.sleep(0.002)
        up = time.monotonic() - start
    finally:
        process.terminate()
        stop = time.monotonic()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return up, time.monotonic() - stop


# The first start makes the class cache in the background, which would take the processor from the others.
first_version, (first_up, _) = version(), proxy_out()
quit()
end = time.monotonic() + LIMIT
while glob.glob(os.path.join(cache, "*.making")) and time.monotonic() < end:
    time.sleep(0.1)

versions = [version() for _ in range(runs)]
starts = []
for _ in range(runs):
    starts.append(proxy_out())
    quit()
hosted = [proxy_out("--foreground") for _ in range(runs)]
subprocess.run([kubetun, "proxy-out", "--listen-socks", f"127.0.0.1:{PORT + 1}", "--detach"], check=True,
               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
further = [proxy_out() for _ in range(runs)]
quit()


def row(name, first, values, goal):
    first = f"{1000 * first:6.0f}" if first is not None else "     -"
    median = statistics.median(values)
    print(f"{name:<22} {first} {1000 * median:7.0f} {1000 * max(values):7.0f}   ≤ {goal:<5} "
          f"{'met' if 1000 * median <= goal else 'MISSED'}")


print(f"{'ms':<22} {'first':>6} {'median':>7} {'worst':>7}   goal")
row("version", first_version, versions, 150)
row("proxy-out, listening", first_up, [up for up, _ in starts], 1200)
row("  --foreground", None, [up for up, _ in hosted], 1200)
row("  a second session", None, [up for up, _ in further], 1200)
row("proxy-out, stopped", None, [down for _, down in starts], 1000)
