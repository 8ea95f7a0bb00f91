"""Draws the plots of bench/PEERS.md from what the bench measured: bench/plots/*.svg.

Usage: plots.py RESULTS.json FOLDER
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

# The same results give the same bytes, and text stays text.
plt.rcParams.update({"svg.hashsalt": "tollgate", "svg.fonttype": "none", "font.size": 9, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})

TOLLGATE, FUNCTION, SERVER, FLOOR = "#c8102e", "#5b7db1", "#7a9e5f", "#9a9a9a"
SERVERS = ("Envoy", "nginx")


def color(name):
    if name.startswith("Tollgate"):
        return TOLLGATE
    if name.startswith(SERVERS):
        return SERVER
    return FUNCTION if name.startswith(("Powertools", "Hono")) else FLOOR


def save(figure, folder, name):
    figure.savefig(folder / name, metadata={"Date": None}, bbox_inches="tight", facecolor="white")
    plt.close(figure)


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def bars(axes, rows, title, value):
    names = [row["name"].replace("`", "") for row in rows]
    values = [value(row["figures"]["Ok"]) for row in rows]
    axes.barh(names, values, color=[color(name) for name in names], height=0.7)
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 2, max(values) * 4)
    for position, height in enumerate(values):
        axes.text(height * 1.08, position, number(height), va="center", fontsize=8)
    axes.set_title(title, loc="left", fontsize=10)
    axes.grid(axis="y", visible=False)


def peers(rows, folder):
    # The first bar is the lowest.
    rows = [row for row in reversed(rows) if "Ok" in row["figures"]]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 0.3 * len(rows) + 0.8), sharey=True)
    bars(left, rows, "CPU a request, µs (log)", lambda figures: figures["one"]["cpu"]["median"])
    bars(right, rows, "start and first request, CPU, ms (log)", lambda figures: figures["starts"]["cold_cpu"]["median"])
    figure.tight_layout()
    save(figure, folder, "peers.svg")


STYLES = {"Tollgate": (TOLLGATE, "o"), "Powertools for AWS (Python)": ("#33558b", "s"),
          "Powertools for AWS (TypeScript)": ("#5b7db1", "^"), "Hono on Lambda": ("#9db7de", "v"),
          "Envoy": ("#4f7a33", "D"), "nginx with Lua": ("#9cc27c", "P")}


def routes(points, folder):
    figure, (start, cpu) = plt.subplots(1, 2, figsize=(10, 3.6))
    for name, (tint, marker) in STYLES.items():
        own = [(point["routes"], point["figures"]["Ok"]) for point in points
               if point["name"] == name and "Ok" in point["figures"]]
        if not own:
            continue
        counts = [count for count, _ in own]
        start.plot(counts, [f["starts"]["cold_cpu"]["median"] for _, f in own], color=tint, marker=marker, label=name)
        cpu.plot(counts, [f["cpu"]["median"] for _, f in own], color=tint, marker=marker, label=name)
        if name == "Tollgate":
            first = own[0][1]
            base = first["starts"]["cold_cpu"]["median"]
            start.fill_between(counts, [base + 0.00015 * (count - counts[0]) for count in counts],
                               [base + 0.0003 * (count - counts[0]) for count in counts],
                               color=TOLLGATE, alpha=0.15, label="theory: 0.15 to 0.3 µs a route")
            cpu.axhline(first["cpu"]["median"], color=TOLLGATE, linestyle=":", label="theory: level")
    for axes, title in ((start, "start and first request, CPU, ms"), (cpu, "CPU a request, µs")):
        axes.set(xscale="log", yscale="log", xlabel="routes")
        axes.set_title(title, loc="left", fontsize=10)
    legends = [axes.get_legend_handles_labels() for axes in (start, cpu)]
    handles = {label: handle for legend in legends for handle, label in zip(*legend, strict=True)}
    figure.tight_layout()
    figure.legend(handles.values(), handles.keys(), loc="upper center", ncols=3, bbox_to_anchor=(0.5, 0), frameon=False)
    save(figure, folder, "routes.svg")


def writes(points, key, folder):
    figure, axes = plt.subplots(figsize=(6, 3.4))
    points = [(point[key], point["figures"]["Ok"]) for point in points if "Ok" in point["figures"]]
    counts = [count for count, _ in points]
    # N instances, or K keys on one, each written once a second (T), c times.
    low, high = ([min(1, c * count / f["requests_per_second"]) for count, f in points] for c in (1, 1.9))
    axes.fill_between(counts, low, high, color=TOLLGATE, alpha=0.15, label="theory, c from 1 to 1.9")
    axes.plot(counts, [f["units"]["write"] for _, f in points], color=TOLLGATE, marker="o", label="Tollgate")
    axes.axhline(1, color=FUNCTION, linestyle="--", label="a counter written for every request")
    axes.set(xscale="log", yscale="log", xlabel=key)
    if key == "instances":
        axes.set_xscale("log", base=2)
        axes.set_xticks(counts, counts)
    axes.set_title("write units a request", loc="left", fontsize=10)
    axes.legend(frameon=False)
    save(figure, folder, f"{key}.svg")


def main():
    results, folder = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    folder.mkdir(exist_ok=True)
    peers(results["rows"], folder)
    routes(results["routes"], folder)
    writes(results["instances"], "instances", folder)
    writes(results["keys"], "keys", folder)


main()
