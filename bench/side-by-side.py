"""Medians and ratios of side-by-side: samples, goals (README.md), result, seconds of a run, column of the goals."""

import json
import re
import statistics
import sys

LEAST_OF_SOCKS = 0.8  # what a TUN may lose on the same way
WARM_UP = 0.7  # seconds that `workload bench` runs flows before it counts

samples, readme, result, seconds, column = sys.argv[1:6]
check = "--check" in sys.argv[6:]
figures, used = {}, {}


def add(way, figure, value):
    figures.setdefault(figure, {}).setdefault(way, []).append(value)


for line in open(samples, encoding="utf-8"):
    _, way, figure, *rest = line.rstrip("\n").rstrip("\t").split("\t")
    if figure in ("idle_rss", "peak_rss"):
        add(way, figure, float(rest[0]))
    elif figure == "idle":
        after, before, span = map(float, rest)
        add(way, "idle_cpu", 100 * (after - before) / span)
    else:
        cpu = float(rest[0]) - float(rest[1])
        value = json.loads(rest[2])[figure] if len(rest) > 2 and rest[2].startswith("{") else "error: no output"
        if isinstance(value, str):
            figures.setdefault(figure, {}).setdefault(way, [])
        elif figure in ("rtt", "setup"):
            add(way, figure + "_p50", value["p50"])
            add(way, figure + "_p99", value["p99"])
        elif figure == "rate":
            add(way, "rate", value["per_s"])
            add(way, "rate_failed", value["failed"])
        else:
            add(way, figure, value)
            gigabytes = value * (float(seconds) + WARM_UP) / 1000
            add(way, "cpu_" + re.sub(r"\d", "", figure), cpu / gigabytes)

# The goals: rows of the table in README.md, | `figure` | unit | spdy | websocket | delay | tun | tun with a delay | tun by a gateway |
goals, tun_goals, units = {}, {}, {}
index = {"spdy": 2, "websocket": 3, "delay": 4}[column]
tun_index = 7 if "--gateway" in sys.argv[6:] else 6 if column == "delay" else 5
for line in open(readme, encoding="utf-8"):
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if len(cells) == 8 and cells[0].startswith("`"):
        name = cells[0].strip("`")
        units[name] = cells[1]
        if cells[index]:
            goals[name] = cells[index]
        if cells[tun_index]:
            tun_goals[name] = cells[tun_index]


def meets(goal, ratio, own):
    sign, number, of = re.fullmatch(r"([≤≥]) ([\d.]+)( x)?", goal).groups()
    value = ratio if of else own
    return None if value is None else (value <= float(number) if sign == "≤" else value >= float(number))


def compare(way, goals):
    """Rows of one way beside kubectl, and how many goals they miss."""
    rows, missed = [], 0
    for figure in [name for name in units if name in figures] + [name for name in figures if name not in units]:
        median = {each: statistics.median(values) for each, values in figures[figure].items() if values}
        kubectl, own = median.get("kubectl"), median.get(way)
        ratio = own / kubectl if kubectl and own is not None else None
        goal = goals.get(figure)
        met = meets(goal, ratio, own) if goal and way in figures[figure] else None
        missed += bool(goal and way in figures[figure] and not met)
        rows.append(
            {"figure": figure, "unit": units.get(figure, ""), "kubectl": kubectl, way: own, "ratio": ratio,
             "goal": goal, "met": met, "samples": figures[figure]})
    return rows, missed


def show(value):
    return "-" if value is None else f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"


ways = {way for values in figures.values() for way in values}
tables, missed = {}, 0
for way, of in (("kubetun", goals), ("tun", tun_goals)):
    if way not in ways and (way == "tun" or ways != {"kubectl"}):
        continue
    tables[way], misses = compare(way, of)
    missed += misses
    print(f"{'figure':<12} {'unit':<8} {'kubectl':>10} {way:>10} {'ratio':>7}  {'goal':<9}")
    for row in tables[way]:
        verdict = {True: "met", False: "MISSED", None: ""}[row["met"]]
        print(f"{row['figure']:<12} {row['unit']:<8} {show(row['kubectl']):>10} {show(row[way]):>10} "
              f"{show(row['ratio']):>7}  {row['goal'] or '':<9} {verdict}")
if "tun" in tables and "kubetun" in tables and tun_index != 7:
    socks = {row["figure"]: row["kubetun"] for row in tables["kubetun"]}
    for row in tables["tun"]:
        if re.fullmatch("(down|up)[18]", row["figure"]) and socks.get(row["figure"]):
            ratio = row["tun"] / socks[row["figure"]]
            missed += ratio < LEAST_OF_SOCKS
            print(f"tun {row['figure']} is {ratio:.2f} x of SOCKS, goal ≥ {LEAST_OF_SOCKS} x: "
                  f"{'met' if ratio >= LEAST_OF_SOCKS else 'MISSED'}")

with open(result, "w", encoding="utf-8") as out:
    json.dump({"column": column, "seconds": float(seconds), "figures": tables}, out, indent=1)
    out.write("\n")
print(f"All samples: {result}")
sys.exit(1 if check and missed else 0)
