#!/usr/bin/env python3
"""Measures the plugin in llc-22: medians of alternating runs with and without it; with a few rules, and with those that
ship.

startup_ms: CPU time that the plugin and its database add to llc on a module in which no rule can match.
first_match_ms: the same on a module in which one does: the rules of the opcodes there are read, their rows' hashes
compared, and the rewrite is made.
pass_share: the apply pass's share of all pass time (-time-passes) on a large file of ordinary code, a source of this
project itself, compiled for a CPU with AVX-512. dense_share: the same on small kernels in which a third of the functions
is rewritten, the worst there is.
--json prints Google Benchmark's JSON.
"""

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("WHITTLE_BUILD", os.path.join(ROOT, "build", "release"))
LLC = "/usr/lib/llvm-22/bin/llc"
CLANG = "/usr/lib/llvm-22/bin/clang"
PLUGIN = os.path.join(BUILD, "lib", "WhittlePlugin.so")
WHITTLE = os.path.join(BUILD, "bin", "whittle")
RULES = [os.path.join(ROOT, "bench", "demo.rules")]
SHIPPED = os.path.join(BUILD, "share", "whittle", "rules.db")
CPU = "icelake-server"


def run(cmd):
    return subprocess.run(cmd, check=True, text=True, capture_output=True)


def cpu(cmd):
    """User and system milliseconds: wall time on a shared machine is mostly other people's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(cmd)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e3 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def added(path, db, turns=60):
    """Medians of alternating runs: what the plugin adds, and the spread of the runs without it."""
    plain = [LLC, "-O3", "-mcpu=" + CPU, path, "-o", os.devnull]
    loaded = plain + ["-load-pass-plugin=" + PLUGIN, "-whittle-db=" + db]
    cpu(plain), cpu(loaded)
    pairs = [(cpu(plain), cpu(loaded)) for _ in range(turns)]
    base = statistics.median(a for a, _ in pairs)
    return statistics.median(b for _, b in pairs) - base, statistics.median(abs(a - base) for a, _ in pairs)


def real_file(folder):
    """A C++ source of ours as IR."""
    path = os.path.join(folder, "real.ll")
    flags = run(["llvm-config-22", "--cppflags"]).stdout.split()
    run([CLANG + "++", "-std=c++20", "-O3", "-march=" + CPU, "-mprefer-vector-width=512", "-S", "-emit-llvm", "-I", ROOT,
         *flags, os.path.join(ROOT, "isa", "RuleText.cpp"), "-o", path])
    return path


def dense_file(folder):
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
    path = os.path.join(folder, "dense.ll")
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
    results = []
    with tempfile.TemporaryDirectory() as folder:
        few = os.path.join(folder, "rules.db")
        run([WHITTLE, "verify", "-q", *RULES, "--add-to", few])
        idle = os.path.join(folder, "idle.ll")
        with open(idle, "w") as f:
            f.write('target triple = "x86_64-unknown-linux-gnu"\ndefine i32 @f(i32 %a) {\n  ret i32 %a\n}\n')
        real, dense = real_file(folder), dense_file(folder)
        for name, db in (("few", few), ("shipped", SHIPPED)):
            startup, noise = added(idle, db)
            first, _ = added(os.path.join(ROOT, "tests", "tools", "Inputs", "zacc.ll"), db)
            shares = [pass_share(real, db) for _ in range(5)]
            worst = [pass_share(dense, db) for _ in range(5)]
            results += [("plugin/%s/startup_ms" % name, startup), ("plugin/%s/first_match_ms" % name, first),
                        ("plugin/%s/llc_noise_ms" % name, noise),
                        ("plugin/%s/pass_share_percent" % name, 100 * statistics.median(shares)),
                        ("plugin/%s/dense_share_percent" % name, 100 * statistics.median(worst))]  # fmt: skip
    if "--json" in sys.argv:
        print(json.dumps({"context": {"executable": LLC}, "benchmarks": [
            {"name": n, "run_type": "aggregate", "aggregate_name": "median", "value": v} for n, v in results]}, indent=1))
    else:
        for name, value in results:
            print("%-28s %8.3f" % (name, value))


if __name__ == "__main__":
    main()
