"""Draws the throughput of bulk conversion as a fraction of memcpy's throughput, and prints a table in Markdown.

    pip install matplotlib
    cargo bench --bench convert --features numkong >convert.txt
    python3 benches/chart.py convert.txt chart.svg

`--machine` is the name on the chart; the default is the name of the CPU. With `--all`, the table shows every series: all instruction
sets too.
"""

import argparse
import pathlib
import re

from matplotlib import pyplot

FORMATS = ["f64", "f32", "f16", "bf16", "e4m3fn", "e5m2"]
# Colour-blind people can tell these colours apart.
COLOURS = {"ulp": "#0072b2", "half": "#e69f00", "float8": "#cc79a7", "numkong": "#009e73"}


def cpu():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    return next(line.split(": ")[1] for line in lines if line.startswith("model name"))


def fractions(text):
    """Returns fractions of memcpy's throughput by pair, series and length."""
    found = {}
    for line in text.splitlines():
        row = re.match(r"(\w+ to \w+), (\d+) +memcpy", line)
        if row:
            for name, fraction in re.findall(r"(\w+) (\d+\.\d+), \d+\.\d+ ns", line):
                found.setdefault(row[1], {}).setdefault(name, {})[int(row[2])] = float(fraction)
    order = {pair: [FORMATS.index(name) for name in pair.split(" to ")] for pair in found}
    return {pair: found[pair] for pair in sorted(found, key=order.get)}


def short(length):
    for unit, size in (("Mi", 1 << 20), ("Ki", 1 << 10)):
        if length >= size:
            return f"{length // size} {unit}"
    return str(length)


def arrow(pair):
    return pair.replace(" to ", " → ")


def table(pairs, everything):
    lengths = sorted({length for series in pairs.values() for length in series["ulp"]})
    print("| | |", " | ".join(short(length) for length in lengths), "|")
    print("|---" * (2 + len(lengths)) + "|")
    for pair, all_series in pairs.items():
        for name, series in all_series.items():
            if everything or name in COLOURS:
                cells = (f"{series[length]:.2g}" if length in series else "" for length in lengths)
                print("|", " | ".join([arrow(pair), name, *cells]), "|")


def chart(pairs, machine, path):
    pyplot.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "ulp", "font.family": "sans-serif"}
    figure, grid = pyplot.subplots(3, 4, figsize=(11, 7.5), sharey=True, layout="constrained")
    figure.suptitle(f"Throughput of conversion on one thread, memcpy of the same bytes = 1\n{machine}")
    panels = list(grid.flat)
    for panel, (pair, all_series) in zip(panels, pairs.items()):
        panel.set_title(arrow(pair), fontsize=11)
        panel.axhline(1, color="grey", linewidth=0.8)
        panel.grid(axis="y", color="0.9")
        for name, series in all_series.items():
            if name not in COLOURS:
                continue
            labels = [short(length) for length in series]
            panel.plot(labels, series.values(), "o-", color=COLOURS[name], label=name, markersize=4)
    panels[0].set_ylim(bottom=0)
    figure.supxlabel("elements", fontsize=10)
    for panel in panels[len(pairs) :]:
        panel.axis("off")
    lines = {line.get_label(): line for panel in panels for line in panel.get_lines()}
    lines = {name: lines[name] for name in COLOURS if name in lines}
    panels[-1].legend(lines.values(), lines, loc="center")
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("svg", type=pathlib.Path)
    parser.add_argument("--machine")
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    pairs = fractions(arguments.results.read_text())
    chart(pairs, arguments.machine or cpu(), arguments.svg)
    table(pairs, arguments.all)


main()
