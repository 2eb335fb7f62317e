"""Measures an intercept: the lab's script, its workload program, a folder with kubetun, then the options of bench/intercept."""

import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import time

options = argparse.ArgumentParser(prog="intercept")
options.add_argument("lab")
options.add_argument("workload")
options.add_argument("scratch")
options.add_argument("--rounds", type=int, default=5)
options.add_argument("--seconds", type=float, default=3)
options.add_argument("--clients", type=int, default=8)
options.add_argument("--check", action="store_true", help="exit status 1 if a goal is missed")
options = options.parse_args()
LIMIT = 60  # seconds for whatever is waited for
FORWARDED = 11090
started = []

# One new connection for each question, as the kubelet asks; to each address=pod in turn. Prints microseconds.
PROBES = """
import socket, sys, time
def ask(address, pod):
    begin = time.perf_counter()
    with socket.create_connection((address, 8080)) as probe:
        probe.sendall(b"GET /healthz HTTP/1.1\\r\\nHost: x\\r\\nUser-Agent: kube-probe/1.34\\r\\nConnection: close\\r\\n\\r\\n")
        answer = b""
        while more := probe.recv(4096): answer += more
    if b"ok " + pod.encode() not in answer: sys.exit(f"a probe was answered {answer!r}")
    return 1e6 * (time.perf_counter() - begin)
times = {tuple(pod.split("=")): [] for pod in sys.argv[2:]}
for number in range(int(sys.argv[1])):
    for pod, taken in times.items(): taken.append(ask(*pod))
for taken in times.values():
    taken.sort()
    print(taken[len(taken) // 2])
"""

# A new connection each 10 ms, from the node, as by a Service of the cluster. Prints when the first was answered here.
FIRST = """
import socket, sys, time
end = time.time() + 60
while time.time() < end:
    try:
        with socket.create_connection((sys.argv[1], 80), 0.1) as asked:
            asked.settimeout(0.1)
            asked.sendall(b"GET / HTTP/1.1\\r\\nHost: c\\r\\nConnection: close\\r\\n\\r\\n")
            answer = b""
            while more := asked.recv(4096): answer += more
        if b'"app":"laptop"' in answer: sys.exit(print(time.time()))
    except OSError: pass
    time.sleep(0.01)
sys.exit("no request came to the laptop within 60 s")
"""


def run(place, *command):
    done = subprocess.run([options.lab, place, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"intercept: {' '.join(command[:6])} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def kubectl(*arguments):
    return run("laptop", "kubectl", "-n", "lab", *arguments)


def start(*command, **more):
    """The lab's script execs, so that the process is the program itself."""
    log = open(os.path.join(options.scratch, f"{len(started)}.log"), "w")
    started.append(
        subprocess.Popen([options.lab, "laptop", *command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, **more)
    )
    return started[-1]


def stop(program):
    program.terminate()
    try:
        program.wait(LIMIT)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def until(condition, what):
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.01)
    sys.exit(f"intercept: {what} did not come within {LIMIT} s")


def settled():
    for app in ("c", "echo"):
        kubectl("rollout", "status", "deployment/" + app, f"--timeout={LIMIT}s")
    return not kubectl("get", "pods", "-o", "jsonpath={.items[*].metadata.deletionTimestamp}").strip()


def pod(app, field):
    return kubectl("get", "pods", "-l", "app=" + app, "-o", "jsonpath={.items[0]." + field + "}").strip()


def asked(url, fresh):
    """The arguments of the load."""
    return [
        *("get", "-s", str(options.seconds), "-c", str(options.clients)),
        *(["-fresh"] if fresh else []),
        url,
    ]


def by_kubectl(fresh):
    return json.loads(run("laptop", options.workload, *asked(f"http://127.0.0.1:{FORWARDED}/", fresh)))


def by_intercept(fresh):
    url = f"http://{pod('c', 'status.podIP')}:8080/"
    return json.loads(kubectl("exec", "deploy/a", "-c", "app", "--", "workload", *asked(url, fresh)))


def session_of(app, *way):
    return start(
        *(kubetun, "intercept", "deployment/" + app, "-n", "lab"),
        *("-p", "8080", *way, "--foreground"),
    )


def intercept(*way):
    """Returns the session, and the seconds until a request came here."""
    address = kubectl("get", "service/c", "-o", "jsonpath={.spec.clusterIP}").strip()
    asking = subprocess.Popen([options.lab, "node", "python3", "-c", FIRST, address], stdout=subprocess.PIPE, text=True)
    begin = time.time()
    session = session_of("c", *way)
    told = asking.communicate()[0]
    if asking.returncode:
        sys.exit("intercept: no request came to the laptop")
    return session, float(told) - begin


def ready(session):
    with open(os.path.join(options.scratch, f"{started.index(session)}.log")) as log:
        return "Ready." in log.read()


missed = False


def row(name, value, unit, holds, goal):
    global missed
    missed |= not holds
    print(f"{name:<44} {value:9.2f} {unit:<3} {goal:<8} {'met' if holds else 'MISSED'}")


# The first start makes the class cache in the background, which would take the processor from the others.
kubetun = options.scratch + "/kubetun/bin/kubetun"
os.environ["XDG_CACHE_HOME"] = options.scratch + "/cache"
subprocess.run([kubetun, "version"], check=True, stdout=subprocess.DEVNULL)
until(lambda: not glob.glob(options.scratch + "/cache/kubetun/*.making"), "the class cache")
try:
    until(settled, "the end of pods that go")
    local = start("env", "APP=laptop", options.workload)
    start("kubectl", "-n", "lab", "port-forward", "pod/" + pod("b", "metadata.name"), f"{FORWARDED}:8080")
    session, first = intercept("--way", "patch")
    until(settled, "the end of pods that go")
    for fresh in (False, True):
        by_kubectl(fresh), by_intercept(fresh)  # the first of each is not counted: kubetun is compiled while it runs
        samples = [(by_kubectl(fresh), by_intercept(fresh)) for _ in range(options.rounds)]
        for theirs, ours in samples:
            if any("laptop" not in answer for answer in ours["answers"]):
                sys.exit(f"intercept: not all came to the laptop: {ours['answers']}")
        name = "new connections" if fresh else "open connections"
        rates = [statistics.median(each[side]["per_s"] for each in samples) for side in (0, 1)]
        p99s = [statistics.median(each[side]["latency_us"]["p99"] for each in samples) for side in (0, 1)]
        print(f"{name}: kubectl {rates[0]:.0f}/s, p99 {p99s[0]:.0f} µs; kubetun {rates[1]:.0f}/s, p99 {p99s[1]:.0f} µs")
        row(f"{name}, requests a second", rates[1] / rates[0], "x", rates[1] >= rates[0], "≥ 1.0")
        row(f"{name}, p99", p99s[1] / p99s[0], "x", p99s[1] <= p99s[0], "≤ 1.0")
    stop(session)
    probed = session_of("echo", "--way", "patch")  # it has probes
    until(lambda: ready(probed), "the intercept of echo")
    until(settled, "the end of pods that go")
    pods = [pod(app, "status.podIP") + "=" + pod(app, "metadata.name") for app in ("b", "echo")]
    run("node", "python3", "-c", PROBES, "500", *pods)
    plain, exempted = map(float, run("node", "python3", "-c", PROBES, "3000", *pods).split())
    stop(probed)
    added = exempted - plain
    print(f"a probe: {plain:.0f} µs to a pod without an agent, {exempted:.0f} µs to one that has it")
    row("a probe, added", added, "µs", added <= 100, "≤ 100")
    row("first request here, pods replaced", first, "s", first <= 6, "≤ 6")
    until(settled, "the end of pods that go")
    session, first = intercept("--way", "ephemeral")
    row("first request here, an ephemeral container", first, "s", first <= 2, "≤ 2")
    stop(session)
    kubectl("delete", "pods", "-l", "app=c")  # what is left of the agent is an entry in the pod
finally:
    for program in started:
        stop(program)
sys.exit(1 if missed and options.check else 0)
