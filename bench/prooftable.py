#!/usr/bin/env python3
"""Proves the rules of bench/proofs and prints the table of docs/PROOFS.md.

usage: ./dev bench prooftable [--runs N] [NAME...]

Seconds are the median of N runs (3). What decided has to be the same in every run. Exits with 1 if a rule is not proved.
"""

import argparse
import glob
import json
import os
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
WHITTLE = os.path.join(os.environ.get("WHITTLE_BUILD", os.path.join(HERE, "../build/release")), "bin/whittle")


def verify(path):
    """(verdict, seconds, what decided) of a file's one rule."""
    done = subprocess.run([WHITTLE, "verify", "--format", "json", path], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit("prooftable: %s: %s" % (path, done.stderr.strip()))
    (result,) = json.loads(done.stdout)["results"]
    by = ""
    found = re.search(r"(\d+) by normal form, \d+ by solver(?: \((.*?)\))?", result["method"])
    if result["verdict"] == "proved" and found:
        by = ", ".join((["normal form"] if found[1] != "0" else []) + ([found[2]] if found[2] else []))
    return result["verdict"], result["seconds"], by


def main():
    parser = argparse.ArgumentParser(prog="./dev bench prooftable")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    names = args.names or sorted(os.path.basename(f)[: -len(".rules")] for f in glob.glob(HERE + "/proofs/*.rules"))
    print("| rule | | by |\n|---|---|---|")
    good = True
    for name in names:
        runs = [verify(os.path.join(HERE, "proofs", name + ".rules")) for _ in range(args.runs)]
        verdict, _, by = runs[0]
        same = all((v, b) == (verdict, by) for v, _, b in runs)
        good &= same and verdict == "proved"
        seconds = statistics.median(s for _, s, _ in runs)
        time = "< 0.01" if seconds < 0.005 else "%.2f" % seconds
        print("| %s | %s, %s s | %s |" % (name, verdict, time, by if same else "not the same in every run"), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
