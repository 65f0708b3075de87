#!/usr/bin/env python3
"""Draws what exhausting a search costs.

usage: ./dev bench search --json --benchmark_filter=Exhaust > FILE; bench/search_plot.py FILE > docs/search-cost.svg

Reads Google Benchmark's JSON, takes the median of the runs of each length and pool, and writes an SVG: candidates and
CPU seconds (of all threads, which other programs hardly change) against the number of opcodes, one line a length, both
axes logarithmic. Searches that were cut off are left out.
"""
import json
import math
import statistics
import sys

WIDTH, HEIGHT, LEFT, TOP, GAP = 360, 260, 64, 34, 84
COLOURS = {1: "#4477aa", 2: "#228833", 3: "#cc6677"}


def points(file):
    """{length: [(opcodes, candidates, seconds)]} of the searches that were finished."""
    runs = {}
    for run in json.load(file)["benchmarks"]:
        name = run["name"].split("/")
        if name[0] != "Exhaust" or run.get("run_type") != "iteration" or not run.get("exhausted"):
            continue
        length = int(name[1].split(":")[1])
        runs.setdefault((length, int(run["opcodes"])), []).append((run["candidates"], run["cpu_seconds"]))
    lines = {}
    for (length, opcodes), each in sorted(runs.items()):
        middle = [statistics.median(values) for values in zip(*each)]
        lines.setdefault(length, []).append((opcodes, *middle))
    return lines


def label(value):
    if value >= 1e3:
        return f"10{''.join('⁰¹²³⁴⁵⁶⁷⁸⁹'[int(d)] for d in str(round(math.log10(value))))}"
    return f"{value:g}"


def plot(lines, column, title, x0):
    """One diagram as SVG elements, its upper left corner at x0."""
    xs = [p[0] for line in lines.values() for p in line]
    ys = [p[column] for line in lines.values() for p in line]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    first, last = math.log2(min(xs)), math.log2(max(xs))

    def x(value):
        return x0 + (math.log2(value) - first) / (last - first) * WIDTH

    def y(value):
        return TOP + HEIGHT - (math.log10(value) - low) / (high - low) * HEIGHT

    out = [f'<text x="{x0}" y="18" font-weight="bold">{title}</text>']
    for power in range(low, high + 1):
        at = y(10.0**power)
        out.append(f'<line x1="{x0}" x2="{x0 + WIDTH}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{x0 - 8}" y="{at + 4:.1f}" text-anchor="end">{label(10.0**power)}</text>')
    for value in sorted(set(xs)):
        out.append(f'<line x1="{x(value):.1f}" x2="{x(value):.1f}" y1="{TOP + HEIGHT}" y2="{TOP + HEIGHT + 5}" stroke="#333"/>')
        out.append(f'<text x="{x(value):.1f}" y="{TOP + HEIGHT + 20}" text-anchor="middle">{value}</text>')
    out.append(f'<text x="{x0 + WIDTH / 2}" y="{TOP + HEIGHT + 40}" text-anchor="middle">opcodes in the pool</text>')
    for length, line in lines.items():
        places = [(x(p[0]), y(p[column])) for p in line]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        out.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[length]}" stroke-width="2"/>')
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{COLOURS[length]}"/>' for a, b in places]
        a, b = places[-1]
        after = b - 10 if len(places) > 1 else b - 12
        text = f"{length} instruction{'s' if length > 1 else ''}"
        out.append(f'<text x="{min(a, x0 + WIDTH):.1f}" y="{after:.1f}" text-anchor="end" fill="{COLOURS[length]}">{text}</text>')
    return out


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = points(file)
    if not lines:
        sys.exit("search_plot.py: no finished Exhaust runs in " + sys.argv[1])
    total = 2 * (WIDTH + LEFT) + GAP - LEFT + 24
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{TOP + HEIGHT + 54}" '
           'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="white"/>']
    out += plot(lines, 1, "candidates", LEFT)
    out += plot(lines, 2, "CPU seconds", LEFT + WIDTH + GAP)
    print("\n".join(out + ["</svg>"]))


if __name__ == "__main__":
    main()
