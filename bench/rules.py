#!/usr/bin/env python3
"""Finds rules on the corpora in slices that go on where the last one ended, and counts what fires in files held out.

usage: ./dev bench rules DIR [--target x86_64|amdgcn] --harvest | --minutes N | --held-out [-j N] [...]

DIR keeps TARGET.db and TARGET.json, the log. --harvest goes on with the files that were not harvested, --minutes with
the search. A third of the files, chosen by a hash of their names (the same file for every CPU), is never harvested:
--held-out compiles those with the rules and counts the rules that fire there, and the instructions before and after.

x86_64: the drivers in bench/corpus/ over Highway, Eigen, xsimd and simdjson; one function for each of SIMDe's
intrinsics of x86, NEON and WebAssembly, a file for each of its headers; and with --library NAME, of a source package, its
C and C++ files (bench/sources.py). amdgcn: hashcat's kernels (every Nth, 40) and examples/amdgpu.
"""

import argparse
import glob
import hashlib
import json
import os
import signal
import subprocess
import sys
import time

import amdgpu
import corpus
import sources

CPUS = {
    "x86_64": ["x86-64", "x86-64-v2", "sandybridge", "x86-64-v3", "skylake-avx512", "icelake-server", "znver5"],
    "amdgcn": ["gfx942", "gfx1100"],
}


def held_out(name):
    return hashlib.sha256(name.encode()).digest()[0] % 3 == 0


def simde_files(cpu):
    """C of SIMDe's intrinsics, as far as they compile for this CPU."""
    folder = os.path.join(corpus.BUILD, "corpus", cpu, "simde-" + corpus.version("libsimde-dev"))
    if not os.path.exists(os.path.join(folder, "done")):
        script = os.path.join(corpus.DRIVERS, "simde_wrappers.py")
        corpus.run([sys.executable, script, "--split", folder, *corpus.CPUS[cpu]], "SIMDe for " + cpu)
        open(os.path.join(folder, "done"), "w").close()
    return sorted(glob.glob(os.path.join(folder, "*.c")))


def simde_bitcode(cpu, source):
    out = os.path.splitext(source)[0] + ".bc"
    if not os.path.exists(out):
        amdgpu.run([corpus.CLANG, "-O3", "-w", *corpus.CPUS[cpu], "-emit-llvm", "-c", "-o", out, source])
    return out


def files(args):
    """(name, CPU, a function that gives the bitcode) for every file and CPU; the CPUs of one file come together."""
    found = []
    for cpu in args.cpu:
        if args.target == "amdgcn":
            package = amdgpu.package_version()
            args.set = ["examples", "hashcat"]
            for source in [f for part in amdgpu.sources(args).values() for f in part]:
                found.append((os.path.basename(source), cpu,
                              lambda s=source, c=cpu: amdgpu.make(s, c, package, args.limit)))
            continue
        for library in args.library or corpus.LIBRARIES:
            if library in sources.PACKAGES:
                for source, flags in sources.files(library):
                    found.append((sources.name_of(library, source), cpu,
                                  lambda l=library, s=source, f=flags, c=cpu: sources.make(l, c, s, f, args.limit)))
            elif library == "simde":
                for source in simde_files(cpu):
                    found.append((os.path.basename(source), cpu, lambda s=source, c=cpu: simde_bitcode(c, s)))
            else:
                for source in corpus.drivers(library):
                    found.append((os.path.basename(source), cpu,
                                  lambda l=library, s=source, c=cpu: corpus.make(l, c, s)))
    return sorted(found, key=lambda f: f[:2])


def whittle(*arguments, limit=None):
    return amdgpu.run([amdgpu.WHITTLE, *arguments], limit)


class Log:
    def __init__(self, path):
        self.path = path
        self.data = {"harvested": {}, "slices": []}
        if os.path.exists(path):
            with open(path) as f:
                self.data = json.load(f)

    def save(self):
        with open(self.path + ".new", "w") as f:
            json.dump(self.data, f, indent=1)
        os.replace(self.path + ".new", self.path)


def harvest(args, log, database):
    for name, cpu, bitcode in files(args):
        key = name + "@" + cpu
        if held_out(name) or key in log.data["harvested"]:
            continue
        start = time.time()
        try:
            whittle("harvest", "-q", "--mcpu", cpu, "--db", database, bitcode(), limit=args.limit)
            log.data["harvested"][key] = round(time.time() - start, 1)
        except amdgpu.Failed as why:
            log.data["harvested"][key] = str(why)
            print("rules: %s: %s" % (key, why), file=sys.stderr)
        log.save()


def counts(database):
    return json.loads(whittle("rules", "stats", "--db", database, "--format", "json"))


def search(args, log, database):
    start = time.time()
    command = [amdgpu.WHITTLE, "search", "--db", database, "--resume", "--time", "%dm" % args.minutes,
               "--window-time", args.window_time, "-j", str(args.jobs), "--format", "json"]  # fmt: skip
    for known in args.known:
        command += ["--known", known]
    # Ctrl-C is the search's, which finishes its window and says what it found.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE)
    signal.signal(signal.SIGINT, before)
    # An interrupt ends the slice with the window in work; what was found counts.
    if done.returncode not in (0, 130) or not done.stdout:
        sys.exit("rules: search ended with status %d" % done.returncode)
    summary = json.loads(done.stdout)
    stats = counts(database)
    log.data["slices"].append({"seconds": round(time.time() - start), "jobs": args.jobs, **summary,
                               "rules": stats["rules"], "general": stats["general"]})  # fmt: skip
    log.save()
    total = sum(s["seconds"] for s in log.data["slices"])
    print("%s: slice %d: %d rules, %d general; %d s in all" % (
        args.target, len(log.data["slices"]), stats["rules"], stats["general"], total))  # fmt: skip


def fires(args, folder, database):
    """Rules that fire in the files held out, with the instructions of what they change, by file and CPU."""
    used, before, after, tried = {}, 0, 0, 0
    report = os.path.join(folder, "report.json")
    for name, cpu, bitcode in files(args):
        if not held_out(name):
            continue
        try:
            b, a, rules = amdgpu.applied(bitcode(), cpu, database, report, args.limit)
        except amdgpu.Failed as why:
            print("rules: %s@%s: %s" % (name, cpu, why), file=sys.stderr)
            continue
        if not b:  # named by applied()
            continue
        tried += 1
        before, after = before + b, after + a
        for r in rules:
            used.setdefault(r, set()).add(name)
    return {"files": tried, "rules_that_fire": len(used), "in_two_files": sum(len(f) > 1 for f in used.values()),
            "instructions_before": before, "instructions_after": after, "ids": sorted(used)}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(prog="./dev bench rules", description=__doc__.split("\n")[0])
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("--target", choices=list(CPUS), default="x86_64")
    parser.add_argument("--cpu", action="append")
    parser.add_argument("--library", action="append", choices=[*corpus.LIBRARIES, *sources.PACKAGES],
                        help="of x86_64 (all that have drivers)")  # fmt: skip
    parser.add_argument("--minutes", type=int, default=0, metavar="N", help="of search in this slice")
    parser.add_argument("--harvest", action="store_true")
    parser.add_argument("--window-time", default="5s")
    parser.add_argument("--every", type=int, default=40, metavar="N", help="every Nth file of hashcat's (40)")
    parser.add_argument("--all", action="store_true", help="every file of hashcat's")
    parser.add_argument("--limit", type=int, default=120, metavar="S", help="seconds for one file (120)")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--rules", metavar="DB", help="rules to try on the files held out, not DIR's")
    parser.add_argument("--known", metavar="DB", action="append", default=[], help="rules not to be found again")
    parser.add_argument("--jobs", "-j", type=int, default=os.cpu_count())
    args = parser.parse_args()
    args.cpu = args.cpu or CPUS[args.target]
    os.makedirs(args.folder, exist_ok=True)
    database = os.path.join(args.folder, args.target + ".db")
    if args.held_out:
        print(json.dumps(fires(args, args.folder, args.rules or database), indent=1))
        return
    log = Log(os.path.join(args.folder, args.target + ".json"))
    if args.harvest:
        harvest(args, log, database)
    if args.minutes:
        search(args, log, database)


if __name__ == "__main__":
    main()
