#!/usr/bin/env python3
"""Measures the plugin in llc-22: medians of alternating runs with and without it.

startup_ms: wall time that loading the plugin and its database adds to llc on a module whose one function has a root
opcode of the rules (so that the rules are really read), against the same llc run without the plugin.
pass_share: the apply pass's share of all pass time (-time-passes, user+system) on a large file.
--json prints Google Benchmark's JSON.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("WHITTLE_BUILD", os.path.join(ROOT, "build", "release"))
LLC = "/usr/lib/llvm-22/bin/llc"
CLANG = "/usr/lib/llvm-22/bin/clang"
PLUGIN = os.path.join(BUILD, "lib", "WhittlePlugin.so")
WHITTLE = os.path.join(BUILD, "bin", "whittle")
RULES = [os.path.join(ROOT, "bench", "demo.rules")]
CPU = "icelake-server"


def run(cmd):
    return subprocess.run(cmd, check=True, text=True, capture_output=True)


def wall(cmd):
    start = time.perf_counter()
    run(cmd)
    return 1e3 * (time.perf_counter() - start)


def large_file(folder):
    """The kernels of examples/x86 and tests/tools/Inputs as IR, each function many times under other names."""
    texts = []
    for name in ("nibble_dot.c", "dpbusd_acc.c"):
        source = os.path.join(ROOT, "examples", "x86", name)
        texts.append(run([CLANG, "-O3", "-march=" + CPU, "-S", "-emit-llvm", source, "-o", "-"]).stdout)
    texts.append(open(os.path.join(ROOT, "tests", "tools", "Inputs", "chain.ll")).read())
    functions, declarations, attributes = [], set(), {}
    for number, text in enumerate(texts):
        text = re.sub(r", ![a-z.]+ !\d+", "", text)
        text = re.sub(r"#(\d+)", r"#%d\1" % (number + 1), text)
        functions += re.findall(r"^define .*?^}\n", text, re.S | re.M)
        for line in text.splitlines():
            if line.startswith("declare"):
                declarations.add(re.sub(r" #\d+", "", line))
            elif line.startswith("attributes"):
                attributes[line.split("=")[0]] = line
    path = os.path.join(folder, "large.ll")
    with open(path, "w") as f:
        f.write('target triple = "x86_64-unknown-linux-gnu"\n' + "\n".join(sorted(declarations)) + "\n")
        for copy in range(400):
            for text in functions:
                f.write(re.sub(r"@(\w+)\(", lambda m: m[0] if m[1].startswith("llvm") else "@%s_%d(" % (m[1], copy),
                               text, count=1))
        f.write("\n".join(attributes.values()) + "\n")
    return path


def pass_share(path, db):
    text = run([LLC, "-O3", "-mcpu=" + CPU, "-load-pass-plugin=" + PLUGIN, "-whittle-db=" + db, "-time-passes", path,
                "-o", os.devnull]).stderr
    # Sums the "Name" tables of passes; each row ends with its wall time and share, then the pass's name.
    ours = total = 0.0
    for line in text.splitlines():
        m = re.match(r"\s*(?:([\d.]+) \(\s*[\d.]+%\)\s*)+(.*)$", line)
        numbers = re.findall(r"([\d.]+) \(\s*[\d.]+%\)", line)
        if not m or not numbers:
            continue
        name = re.sub(r"^\s*(?:[\d.]+ \(\s*[\d.]+%\)\s*)+", "", line).strip()
        if name == "Total":
            continue
        value = float(numbers[-1])
        total += value
        if "whittle" in name.lower():
            ours += value
    return ours / total if total else 0.0


def main():
    with tempfile.TemporaryDirectory() as folder:
        db = os.path.join(folder, "rules.db")
        run([WHITTLE, "verify", "-q", *RULES, "--add-to", db])
        small = os.path.join(ROOT, "tests", "tools", "Inputs", "zacc.ll")
        plain = [LLC, "-O3", "-mcpu=" + CPU, small, "-o", os.devnull]
        loaded = plain + ["-load-pass-plugin=" + PLUGIN, "-whittle-db=" + db]
        for cmd in (plain, loaded):
            wall(cmd)
        pairs = [(wall(plain), wall(loaded)) for _ in range(60)]
        startup = statistics.median(b for _, b in pairs) - statistics.median(a for a, _ in pairs)
        noise = statistics.median(abs(a - statistics.median(x for x, _ in pairs)) for a, _ in pairs)
        shares = [pass_share(large_file(folder), db) for _ in range(5)]
    results = [("plugin/startup_ms", startup), ("plugin/llc_noise_ms", noise),
               ("plugin/pass_share_percent", 100 * statistics.median(shares))]
    if "--json" in sys.argv:
        print(json.dumps({"context": {"executable": LLC}, "benchmarks": [
            {"name": n, "run_type": "aggregate", "aggregate_name": "median", "value": v} for n, v in results]}, indent=1))
    else:
        for name, value in results:
            print("%-28s %8.3f" % (name, value))


if __name__ == "__main__":
    main()
