#!/usr/bin/env python3
"""Compiles OpenCL kernels and prints what share of each one's vector instructions has a meaning, or searches them.

usage: ./dev bench amdgpu [--json] [--all | --every N] [--set NAME]... [--gpu NAME]... [--missing N] [--worst N]
       ./dev bench amdgpu --discover [--time 20s] [--window-time 2s] [--keep DIR] [...]

The kernels are Debian's hashcat-data (every 40th file of /usr/share/hashcat/OpenCL/m*.cl by name, from the first;
--all: all of them) and what examples/amdgpu has for every GPU. The mean is over files: each weighs the same, however
long it is. What does not compile or select, or takes longer than --limit for either (a few hashcat kernels take
minutes), is named and left out. Bitcode is kept in build/<preset>/corpus/amdgpu/. The status is 1 where some GPU's mean
is below --least percent (97).

--discover   harvests and searches each file for each GPU, from an empty database and with --time of search; prints how
             many rules on the vector unit were proved, and what they change in the final assembly. The databases go,
             unless --keep names a folder for them.
--json       Google Benchmark's JSON, one entry for each set and GPU
"""

import argparse
import concurrent.futures
import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("WHITTLE_BUILD", os.path.join(ROOT, "build", "release"))
WHITTLE = os.path.join(BUILD, "bin", "whittle")
CLANG = "/usr/lib/llvm-22/bin/clang"
HASHCAT = "/usr/share/hashcat/OpenCL"
GPUS = ["gfx90a", "gfx942", "gfx1100", "gfx1200"]
# What examples/amdgpu has for single GPUs only would not weigh the same on each.
EXAMPLES = ["attention", "gemm_f16", "gemm_i8", "hash", "image", "quantised_dot"]

# hashcat compiles a kernel when it knows the device, the attack and the hash; these are a plain brute-force attack on
# an AMD GPU, one candidate a lane.
DEFINES = [
    "KERNEL_STATIC", "ATTACK_EXEC=11", "ATTACK_KERN=3", "VECT_SIZE=1", "DGST_R0=0", "DGST_R1=1", "DGST_R2=2",
    "DGST_R3=3", "DGST_ELEM=4", "KERN_TYPE=0", "VENDOR_ID=1", "AMD_GCN=90", "HAS_VADD=1", "DEVICE_TYPE=4",
    "INCLUDE_PATH=.",
    "XM2S(x)=#x", "M2S(x)=XM2S(x)",
]  # fmt: skip


class Failed(Exception):
    pass


def run(command, limit=None):
    try:
        done = subprocess.run(command, text=True, capture_output=True, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failed("longer than %d s" % limit)
    if done.returncode:
        errors = [l for l in done.stderr.splitlines() if "error" in l.lower()]
        raise Failed(errors[0] if errors else "status %d" % done.returncode)
    return done.stdout


def package_version():
    query = ["dpkg-query", "-W", "-f=${Version}", "hashcat-data"]
    return subprocess.run(query, text=True, capture_output=True).stdout.strip()


def sources(args):
    chosen = {}
    if "examples" in args.set:
        chosen["examples"] = [os.path.join(ROOT, "examples", "amdgpu", e + ".cl") for e in EXAMPLES]
    if "hashcat" in args.set:
        files = sorted(glob.glob(os.path.join(HASHCAT, "m*.cl")))
        chosen["hashcat"] = files if args.all else files[:: args.every]
    return chosen


def make(source, gpu, package, limit):
    """Bitcode of one file for one GPU; its path."""
    folder = os.path.join(BUILD, "corpus", "amdgpu", gpu)
    os.makedirs(folder, exist_ok=True)
    out = os.path.join(folder, os.path.splitext(os.path.basename(source))[0] + ".bc")
    command = [CLANG, "-x", "cl", "-cl-std=CL2.0", "-O3", "-w", "-target", "amdgcn-amd-amdhsa", "-nogpulib"]
    command += ["-mcpu=" + gpu, "-emit-llvm", "-c"]
    if source.startswith(HASHCAT):
        command += ["-D" + d for d in DEFINES] + ["-I", HASHCAT]
    # Its headers change with the package.
    digest = hashlib.sha256(repr((command, package)).encode())
    with open(source, "rb") as f:
        digest.update(f.read())
    wanted = digest.hexdigest()
    if os.path.exists(out) and os.path.exists(out + ".stamp"):
        with open(out + ".stamp") as f:
            if f.read() == wanted:
                return out
    run([*command, "-o", out, source], limit)
    with open(out + ".stamp", "w") as f:
        f.write(wanted)
    return out


def measure(source, gpu, package, limit):
    """What `isa stats` counts in one file: a crash in LLVM then costs this file only."""
    try:
        bitcode = make(source, gpu, package, limit)
        command = [WHITTLE, "isa", "stats", "--target", "amdgcn", "--mcpu", gpu, "--format", "json"]
        command += ["--corpus", bitcode]
        counts = json.loads(run(command, limit))
        return {"file": os.path.basename(source), "bitcode": bitcode, **counts}
    except Failed as why:
        return {"file": os.path.basename(source), "skipped_why": str(why)}


def summary(results):
    """Sums, the mean over files, and what is missing by its share of a file, in per mille averaged over files."""
    files = [r for r in results if r.get("instructions")]
    total = sum(r["instructions"] for r in files)
    with_meaning = sum(r["with_meaning"] for r in files)
    missing = {}
    for r in files:
        for m in r["missing"]:
            new = {"opcode": m["opcode"], "count": 0, "files": 0, "per_mille": 0}
            entry = missing.setdefault(m["opcode"], new)
            entry["count"] += m["count"]
            entry["files"] += 1
            entry["per_mille"] += 1000 * m["count"] / r["instructions"] / len(files)
    return {
        "files": len(files),
        "instructions": total,
        "with_meaning": with_meaning,
        "coverage": with_meaning / total if total else 0,
        "coverage_mean": sum(r["coverage"] for r in files) / len(files) if files else 0,
        "missing": sorted(missing.values(), key=lambda m: (-m["per_mille"], m["opcode"])),
        "worst": [
            {"file": r["file"], "coverage": r["coverage"]}
            for r in sorted(files, key=lambda r: (r["coverage"], r["file"]))
        ],
        "skipped": [{"file": r["file"], "why": r["skipped_why"]} for r in results if "skipped_why" in r],
    }


def coverage(args, pool):
    chosen, package = sources(args), package_version()
    jobs = {
        (name, gpu): [pool.submit(measure, s, gpu, package, args.limit) for s in files]
        for gpu in args.gpu
        for name, files in chosen.items()
    }
    results = {}
    for gpu in args.gpu:
        both = []
        for name in chosen:
            done = [j.result() for j in jobs[name, gpu]]
            both += done
            results[name, gpu] = summary(done)
        results["all", gpu] = summary(both)
    below = any(100 * results["all", gpu]["coverage_mean"] < args.least for gpu in args.gpu)
    if args.json:
        print_json(results)
        return below
    titles = ("kernels", "gpu", "files", "skipped", "instructions", "coverage", "mean over files")
    print("%-9s %-9s %6s %8s %13s %9s %15s" % titles)
    for (name, gpu), r in results.items():
        row = (name, gpu, r["files"], len(r["skipped"]), r["instructions"])
        print("%-9s %-9s %6d %8d %13d %8.2f%% %14.2f%%" % (*row, 100 * r["coverage"], 100 * r["coverage_mean"]))
    for gpu in args.gpu:
        r = results["all", gpu]
        for m in r["missing"][: args.missing]:
            print("%-9s %9.3f per mille in %4d files  %s" % (gpu, m["per_mille"], m["files"], m["opcode"]))
        for w in r["worst"][: args.worst]:
            print("%-9s %8.2f%%  %s" % (gpu, 100 * w["coverage"], w["file"]))
        for s in r["skipped"]:
            print("%-9s skipped %s: %s" % (gpu, s["file"], s["why"]))
    return below


def print_json(results):
    entries = [{"name": "amdgpu/%s/%s" % at, "run_type": "aggregate", "aggregate_name": "count", **r}
               for at, r in results.items()]  # fmt: skip
    print(json.dumps({"context": {"executable": WHITTLE}, "benchmarks": entries}, indent=1))


def shape(opcodes):
    """A rule's opcodes without their encodings and register forms."""
    return re.sub(r"_(e32|e64|t16|fake16|opsel|gfx9|gfx10|gfx11|gfx12)\b", "", re.sub(r"_(e32|e64)\b", "", opcodes))


def kind(opcodes):
    if re.search(r"V_\w*(MFMA|MFMAC|WMMA|SWMMAC)", opcodes):
        return "matrix"
    if "V_DOT" in opcodes:
        return "dot"
    return "vector" if re.search(r"\bV_", opcodes) else "scalar"


def gain(rule):
    return rule["cost"]["source"]["weight"] - rule["cost"]["target"]["weight"]


def target(rule):
    return rule["opcodes"].split("->")[-1]


def applied(bitcode, gpu, database, report, limit):
    """Instructions of the final assembly before and after the rules, and the rules used, in one file."""
    try:
        run([WHITTLE, "optimize", "-q", "--no-search", "--db", database, "--mcpu", gpu, "--report", report,
             "-o", os.devnull, bitcode], limit)  # fmt: skip
    except Failed as why:
        print("amdgpu: %s: %s" % (bitcode, why), file=sys.stderr)
        return 0, 0, set()
    with open(report) as f:
        functions = json.load(f)["functions"]
    used = {r if isinstance(r, str) else r["id"] for f in functions for r in f["rules"]}
    return sum(f["before"]["instructions"] for f in functions), sum(f["after"]["instructions"] for f in functions), used


def discover_file(args, gpu, source, package, folder):
    """Rules from an empty database of the file's own: a long unrolled hash has more windows than all others."""
    measured = measure(source, gpu, package, args.limit)
    if "bitcode" not in measured:
        return None
    bitcode, name = measured["bitcode"], os.path.splitext(os.path.basename(source))[0]
    database = os.path.join(folder, "%s-%s.db" % (name, gpu))
    if os.path.exists(database):
        os.remove(database)
    try:
        run([WHITTLE, "harvest", "--mcpu", gpu, "--db", database, bitcode], args.limit)
        run([WHITTLE, "search", "--db", database, "--time", args.time, "--window-time", args.window_time, "-j", "1"])
        rules = json.loads(run([WHITTLE, "rules", "list", "--db", database, "--format", "json"]))["rules"]
    except Failed as why:
        print("amdgpu: %s for %s: %s" % (source, gpu, why), file=sys.stderr)
        return None
    report = os.path.join(folder, "%s-%s.json" % (name, gpu))
    before, after, used = applied(bitcode, gpu, database, report, args.limit) if rules else (0, 0, set())
    print("amdgpu: %s for %s: %d rules" % (name, gpu, len(rules)), file=sys.stderr)
    return {r["id"]: r for r in rules}, before, after, used


def discover(args, pool):
    files, package = [f for part in sources(args).values() for f in part], package_version()
    results, everywhere, distinct = {}, {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or scratch
        os.makedirs(folder, exist_ok=True)
        for gpu in args.gpu:
            done = list(pool.map(lambda s: discover_file(args, gpu, s, package, folder), files))
            done = [d for d in done if d]
            rules, used, shapes = {}, set(), {}
            for found, _, _, here in done:
                rules.update(found)
                used |= here
            for r in rules.values():
                shapes.setdefault(kind(r["opcodes"]), set()).add(shape(r["opcodes"]))
            distinct.update({i: r for i, r in rules.items() if kind(target(r)) not in ("matrix", "dot")})
            for k, found in shapes.items():
                everywhere.setdefault(k, set()).update(found)
            results["discover", gpu] = {
                "files": len(done),
                "rules": len(rules),
                "rules_vector": sum(kind(r["opcodes"]) == "vector" for r in rules.values()),
                "rules_used": len(used),
                **{"shapes_" + k: len(found) for k, found in shapes.items()},
                "instructions_before": sum(d[1] for d in done),
                "instructions_after": sum(d[2] for d in done),
                "list": sorted({shape(r["opcodes"]) for r in rules.values()}),
            }
    best = sorted(distinct.values(), key=lambda r: (-gain(r), r["id"]))[:10]
    results["discover", "all"] = {
        "rules_without_folds": len(distinct),
        **{"shapes_" + k: len(found) for k, found in everywhere.items()},
        "best": [{"id": r["id"], "opcodes": r["opcodes"], "gain": gain(r)} for r in best],
    }
    if args.json:
        print_json(results)
        return
    for gpu in args.gpu:
        r = results["discover", gpu]
        print("%-9s %d files, %d rules proved, %d on the vector unit with %d combinations of opcodes" % (
            gpu, r["files"], r["rules"], r["rules_vector"], r.get("shapes_vector", 0)))  # fmt: skip
        print("          %d used; where there are rules the final assembly has %d instructions, %d before" % (
            r["rules_used"], r["instructions_after"], r["instructions_before"]))  # fmt: skip
        for s in r["list"]:
            print("          " + s)
    titles = (len(distinct), len(everywhere.get("vector", ())))
    print("all GPUs: %d distinct rules that are no matrix or dot folds, %d combinations of opcodes:" % titles)
    for r in best:
        print("%9d %s" % (gain(r), r["opcodes"]))


def main():
    parser = argparse.ArgumentParser(prog="./dev bench amdgpu", description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--all", action="store_true", help="every file of hashcat's, not a sample")
    parser.add_argument("--every", type=int, default=40, metavar="N", help="every Nth file of hashcat's (40)")
    parser.add_argument("--set", action="append", choices=["examples", "hashcat"])
    parser.add_argument("--gpu", action="append", choices=[*GPUS, "gfx950"])
    parser.add_argument("--missing", type=int, default=10, metavar="N")
    parser.add_argument("--worst", type=int, default=0, metavar="N")
    parser.add_argument("--jobs", "-j", type=int, default=os.cpu_count())
    parser.add_argument("--limit", type=int, default=120, metavar="S", help="seconds for one file (120)")
    parser.add_argument("--least", type=float, default=97, metavar="P", help="mean that each GPU should have (97)")
    parser.add_argument("--discover", action="store_true")
    parser.add_argument("--time", default="20s", help="of search for each file (20s)")
    parser.add_argument("--window-time", default="2s")
    parser.add_argument("--keep", metavar="DIR", help="folder that databases stay in")
    args = parser.parse_args()
    args.set, args.gpu = args.set or ["examples", "hashcat"], args.gpu or GPUS
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        sys.exit(1 if (discover if args.discover else coverage)(args, pool) else 0)


if __name__ == "__main__":
    main()
