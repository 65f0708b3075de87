#!/usr/bin/env python3
"""The programs of Hacker's Delight, vectorised: how long is what LLVM emits, what Whittle finds, and the book's formula?

usage: ./dev bench hackers [--json] [--time 60s] [--cpu NAME] [--only REGEX] [--db FILE] [-v]

bench/hackers/programs.c has the 25 programs that work on program synthesis compares itself on, as loops over arrays of
uint32_t. Each goes through clang-22 -O3 with vectors of 512 bits, and through `whittle optimize` with --time of search
from an empty database (--db: with these rules, to which it adds). Counted are the instructions of the loop but loads,
stores and its own control. Both versions are executed, where this CPU can, on 200,000 random and corner inputs.

The status is 1 if some program became longer or computes something else.
--json   Google Benchmark's JSON, one entry for each program
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("WHITTLE_BUILD", os.path.join(ROOT, "build", "release"))
WHITTLE = os.path.join(BUILD, "bin", "whittle")
HERE = os.path.join(ROOT, "bench", "hackers")
LLVM = "/usr/lib/llvm-22/bin/"
# Operators of the book's formula, as programs.c has it.
BOOK = [2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 5, 4, 5, 6, 7, 8, 8, 15, 12, 16]


def run(command, **options):
    done = subprocess.run(command, text=True, capture_output=True, **options)
    if done.returncode:
        sys.exit("bench hackers: %s: %s" % (os.path.basename(command[0]), done.stderr.strip()[:500]))
    return done.stdout


def loop(assembly):
    """The instructions of the function's loop, without loads, stores and its control."""
    blocks, name = {"": []}, ""
    for line in assembly.splitlines():
        line = line.split("#")[0].strip()
        if label := re.match(r"(\.LBB\w+):", line):
            name = label[1]
            blocks[name] = []
        elif line and line[0] != "." and not line.endswith(":"):
            blocks[name].append(line)
    for name, lines in blocks.items():
        for end, jump in enumerate(lines):
            if name and re.match(r"j\w+\s+" + re.escape(name) + r"$", jump):
                plain = r"(j|add|sub|inc|dec|cmp|test)[a-z]*\s|vmov(dq|ap|up)\w*\s"
                return [l for l in lines[:end] if not re.match(plain, l)]
    sys.exit("bench hackers: no loop in\n" + assembly)


def executable(cpu):
    """True if this CPU has what code for cpu uses."""
    with open("/proc/cpuinfo") as info:
        flags = info.read()
    wanted = ["avx512_bitalg", "avx512_vbmi2", "gfni"] if cpu != "skylake-avx512" else ["avx512dq"]
    return all(f in flags for f in wanted)


def execute(folder, now, new):
    """The first difference, or an empty text."""
    for name, text in (("now", now), ("new", new)):
        with open(os.path.join(folder, name + ".s"), "w") as out:
            out.write(re.sub(r"\bp\d\d\b", name + "_f", text))
    files = [os.path.join(folder, n) for n in ("now.s", "new.s")]
    program = os.path.join(folder, "run")
    run([LLVM + "clang", "-O1", os.path.join(HERE, "run.c"), *files, "-o", program, "-Wl,-z,noexecstack"])
    return subprocess.run([program, "200"], text=True, capture_output=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--time", default="60s")
    parser.add_argument("--cpu", default="icelake-server")
    parser.add_argument("--only", default="")
    parser.add_argument("--db")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()

    folder = tempfile.mkdtemp(prefix="whittle-hackers-")
    everything = os.path.join(folder, "programs.ll")
    run([LLVM + "clang", "-O3", "-S", "-emit-llvm", "-march=" + args.cpu, "-mprefer-vector-width=512",
         "-mllvm", "-force-vector-interleave=1", "-fno-unroll-loops", os.path.join(HERE, "programs.c"),
         "-o", everything])  # fmt: skip
    entries, worse, can = [], 0, executable(args.cpu)
    if not can:
        print("not executed: this CPU lacks what code for %s uses" % args.cpu, file=sys.stderr)
    if not args.json:
        print("program  LLVM  found  book")
    for index, book in enumerate(BOOK):
        name = "p%02d" % (index + 1)
        if not re.search(args.only, name):
            continue
        source = os.path.join(folder, name + ".ll")
        run([LLVM + "llvm-extract", "-S", "-func=" + name, everything, "-o", source])
        now = run([LLVM + "llc", "-O3", source, "-o", "-"])
        out = os.path.join(folder, name + ".s")
        command = [WHITTLE, "optimize", source, "--time", args.time, "--window-time", args.time, "-q", "-o", out]
        run(command + (["--db", args.db] if args.db else []))
        with open(out) as file:
            new = file.read()
        before, after = loop(now), loop(new)
        difference = execute(folder, now, new) if can else ""
        worse += len(after) > len(before) or bool(difference)
        if args.json:
            entries.append({"name": "hackers/" + name, "run_type": "iteration", "llvm": len(before),
                            "found": len(after), "book": book, "executed": can, "difference": difference})  # fmt: skip
        else:
            print("%-8s %4d %6d %5d  %s" % (name, len(before), len(after), book, difference), flush=True)
            if args.verbose and len(after) < len(before):
                print("\n".join("    " + l.replace("\t", " ") for l in after))
    if args.json:
        print(json.dumps({"context": {"executable": WHITTLE}, "benchmarks": entries}, indent=1))
    shutil.rmtree(folder)
    return worse != 0


if __name__ == "__main__":
    sys.exit(main())
