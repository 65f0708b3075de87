#!/usr/bin/env python3
"""Compiles the corpus and prints what share of its vector, mask and tile instructions has a meaning.

usage: ./dev bench corpus [--json] [--library NAME]... [--cpu NAME]... [--missing N] [--lists DIR]

The corpus is drivers of ours (bench/corpus/) over libraries that Debian packages: Highway, Eigen, xsimd, simdjson, and
SIMDe with one function for each intrinsic (bench/corpus/simde_wrappers.py). Bitcode is kept in build/<preset>/corpus/
and made again when a driver, its flags or a library's package changes.

--json     Google Benchmark's JSON, one entry for each library and CPU, with everything missing
--missing  prints the N opcodes missing most after the table; shares are averaged, so that each library counts the same
--lists    writes LIBRARY-CPU.txt and all.txt (opcode, count or weight, and the register form where that has no row)
"""

import argparse
import concurrent.futures
import glob
import hashlib
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DRIVERS = os.path.join(HERE, "corpus")
BUILD = os.environ.get("WHITTLE_BUILD", os.path.join(os.path.dirname(HERE), "build", "release"))
WHITTLE = os.path.join(BUILD, "bin", "whittle")
CLANG = "/usr/lib/llvm-22/bin/clang"

# -march of each CPU and what the libraries want besides: without AES and PCLMUL Highway takes SSSE3 and simdjson
# its scalar code on x86-64-v3, though every CPU of that level has both.
CPUS = {
    "x86-64": ["-march=x86-64"],
    "x86-64-v2": ["-march=x86-64-v2"],
    "x86-64-v3": ["-march=x86-64-v3", "-maes", "-mpclmul"],
    "sandybridge": ["-march=sandybridge"],
    "skylake-avx512": ["-march=skylake-avx512"],
    "icelake-server": ["-march=icelake-server"],
    "sapphirerapids": ["-march=sapphirerapids"],
    "znver5": ["-march=znver5"],
}
# Those whose coverage is measured; the rest have code for rules (bench/rules.py).
MEASURED = ["x86-64-v3", "icelake-server", "sapphirerapids", "znver5"]
# Package and flags of each library; its drivers are bench/corpus/<library>_*.cpp.
LIBRARIES = {
    # One static target: Highway's own choice at run time stops with #error on CPUs newer than itself.
    "hwy": ("libhwy-dev", ["-DHWY_COMPILE_ONLY_STATIC"]),
    "eigen": ("libeigen3-dev", ["-isystem", "/usr/include/eigen3"]),
    "xsimd": ("libxsimd-dev", []),
    "simdjson": ("libsimdjson-dev", []),
    "simde": ("libsimde-dev", []),
}


def version(package):
    text = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], text=True, capture_output=True).stdout
    return text.strip()


def stamp(source, command, package):
    digest = hashlib.sha256(repr((command, version(package))).encode())
    with open(source, "rb") as f:
        digest.update(f.read())
    return digest.hexdigest()


def run(command, what):
    done = subprocess.run(command, text=True, capture_output=True)
    if done.returncode:
        sys.exit("corpus: %s\n%s" % (what, done.stderr[-4000:]))
    return done


def make(library, cpu, source):
    """Bitcode of one driver for one CPU; its path."""
    package, flags = LIBRARIES[library]
    folder = os.path.join(BUILD, "corpus", cpu)
    os.makedirs(folder, exist_ok=True)
    out = os.path.join(folder, os.path.splitext(os.path.basename(source))[0] + ".bc")
    flags = CPUS[cpu] + flags
    command = [CLANG, "-O3", "-w", *flags, "-emit-llvm", "-c", "-o", out]
    wanted = stamp(source, command, package)
    if os.path.exists(out) and os.path.exists(out + ".stamp"):
        with open(out + ".stamp") as f:
            if f.read() == wanted:
                return out
    if library == "simde":
        written = os.path.join(folder, "simde.c")
        run([sys.executable, source, written, *flags], "%s for %s" % (source, cpu))
        run([*command, written], "%s for %s" % (written, cpu))
    else:
        run([*command, "-std=c++17", source], "%s for %s" % (source, cpu))
    with open(out + ".stamp", "w") as f:
        f.write(wanted)
    return out


def drivers(library):
    if library == "simde":
        return [os.path.join(DRIVERS, "simde_wrappers.py")]
    return sorted(glob.glob(os.path.join(DRIVERS, library + "_*.cpp")))


def measure(files):
    text = run([WHITTLE, "isa", "stats", "--target", "x86_64", "--format", "json", "--corpus", *files],
               "isa stats").stdout
    return json.loads(text)


def merged(results):
    """Missing opcodes by their share of a library's instructions on a CPU, averaged over all of these, in per mille."""
    weight, forms = {}, {}
    for r in results.values():
        for m in r["missing"]:
            weight[m["opcode"]] = weight.get(m["opcode"], 0) + 1000 * m["count"] / r["instructions"] / len(results)
            forms[m["opcode"]] = m.get("unfolds_to", "")
    return sorted(((w, name, forms[name]) for name, w in weight.items()), key=lambda x: (-x[0], x[1]))


def write_lists(folder, results):
    os.makedirs(folder, exist_ok=True)
    for (library, cpu), r in results.items():
        with open(os.path.join(folder, "%s-%s.txt" % (library, cpu)), "w") as f:
            for m in r["missing"]:
                f.write("%s %d %s\n" % (m["opcode"], m["count"], m.get("unfolds_to", "")))
    with open(os.path.join(folder, "all.txt"), "w") as f:
        for w, name, form in merged(results):
            f.write("%s %.4f %s\n" % (name, w, form))


def print_table(results):
    print("%-10s %-15s %12s %9s %9s %12s" % ("library", "cpu", "instructions", "coverage", "missing", "with moves"))
    for (library, cpu), r in results.items():
        print("%-10s %-15s %12d %8.2f%% %9d %11.2f%%" % (
            library, cpu, r["instructions"], 100 * r["coverage"], r["instructions"] - r["with_meaning"],
            100 * r["coverage_with_plain_moves"]))


def main():
    parser = argparse.ArgumentParser(prog="./dev bench corpus", description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--library", action="append", choices=list(LIBRARIES))
    parser.add_argument("--cpu", action="append", choices=list(CPUS))
    parser.add_argument("--missing", type=int, default=0, metavar="N")
    parser.add_argument("--lists", metavar="DIR")
    parser.add_argument("--jobs", "-j", type=int, default=os.cpu_count())
    args = parser.parse_args()
    pairs = [(l, c) for l in args.library or LIBRARIES for c in args.cpu or MEASURED]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        files = {p: [pool.submit(make, *p, source) for source in drivers(p[0])] for p in pairs}
        results = {p: measure([f.result() for f in files[p]]) for p in pairs}
    if args.lists:
        write_lists(args.lists, results)
    if args.json:
        entries = [{"name": "corpus/%s/%s" % p, "run_type": "aggregate", "aggregate_name": "count", **r}
                   for p, r in results.items()]
        print(json.dumps({"context": {"executable": WHITTLE}, "benchmarks": entries}, indent=1))
        return
    print_table(results)
    for w, name, form in merged(results)[:args.missing]:
        print("%9.3f per mille  %s%s" % (w, name, " (%s)" % form if form else ""))


if __name__ == "__main__":
    main()
