"""Medians and ratios of side-by-side: samples, goals (README.md), result, seconds of a run, column of the goals."""

import json
import re
import statistics
import sys

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

# The goals: rows of the table in README.md, | `figure` | unit | spdy | websocket | delay |
goals, units = {}, {}
index = {"spdy": 2, "websocket": 3, "delay": 4}[column]
for line in open(readme, encoding="utf-8"):
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if len(cells) == 5 and cells[0].startswith("`"):
        name = cells[0].strip("`")
        units[name] = cells[1]
        if cells[index]:
            goals[name] = cells[index]


def meets(goal, ratio, own):
    sign, number, of = re.fullmatch(r"([≤≥]) ([\d.]+)( x)?", goal).groups()
    value = ratio if of else own
    return None if value is None else (value <= float(number) if sign == "≤" else value >= float(number))


rows, missed = [], 0
for figure in [name for name in units if name in figures] + [name for name in figures if name not in units]:
    median = {way: statistics.median(values) for way, values in figures[figure].items() if values}
    kubectl, kubetun = median.get("kubectl"), median.get("kubetun")
    ratio = kubetun / kubectl if kubectl and kubetun is not None else None
    goal = goals.get(figure)
    met = meets(goal, ratio, kubetun) if goal and "kubetun" in figures[figure] else None
    missed += bool(goal and "kubetun" in figures[figure] and not met)
    rows.append(
        {"figure": figure, "unit": units.get(figure, ""), "kubectl": kubectl, "kubetun": kubetun, "ratio": ratio,
         "goal": goal, "met": met, "samples": figures[figure]})

with open(result, "w", encoding="utf-8") as out:
    json.dump({"column": column, "seconds": float(seconds), "figures": rows}, out, indent=1)
    out.write("\n")


def show(value):
    return "-" if value is None else f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"


print(f"{'figure':<12} {'unit':<8} {'kubectl':>10} {'kubetun':>10} {'ratio':>7}  {'goal':<9}")
for row in rows:
    verdict = {True: "met", False: "MISSED", None: ""}[row["met"]]
    print(f"{row['figure']:<12} {row['unit']:<8} {show(row['kubectl']):>10} {show(row['kubetun']):>10} "
          f"{show(row['ratio']):>7}  {row['goal'] or '':<9} {verdict}")
print(f"All samples: {result}")
sys.exit(1 if check and missed else 0)
