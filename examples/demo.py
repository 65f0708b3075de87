#!/usr/bin/env python3
"""Whittle's main job on the kernels beside this file: from an empty database, harvest, search, prove, store, apply.

Prints each kernel before and after, the rule and its proof; compiles the kernels again with stock llc and clang and the
plugin; runs the x86 kernels, original against transformed, on random inputs. Leaves rules.db to browse. Any step that
does not come out as said here makes the status non-zero.
"""

import json
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("WHITTLE_BUILD", os.path.join(ROOT, "build", "release"))
WHITTLE = os.path.join(BUILD, "bin", "whittle")
PLUGIN = os.path.join(BUILD, "lib", "WhittlePlugin.so")
LLVM = "/usr/lib/llvm-22/bin/"
WORK = os.path.join(BUILD, "demo")
DB = os.path.join(WORK, "rules.db")
failures = []


class Kernel:
    """file, cpu, functions, what must appear after and not before (or stay, for `same`), seconds of search."""

    def __init__(self, title, file, cpu, functions, gone=(), new=(), same=(), seconds=40, run=None):
        self.title, self.file, self.cpu, self.functions = title, os.path.join(ROOT, "examples", file), cpu, functions
        self.gone, self.new, self.same, self.seconds = gone, new, same, seconds
        self.run = run and os.path.join(ROOT, "examples", run)
        self.name = os.path.splitext(os.path.basename(file))[0]


KERNELS = [
    Kernel("a) 4-bit weights times 8-bit activations, as quantised inference does it: vpdpbusd because a nibble is at most 15",
           "x86/nibble_dot.c", "icelake-server", ["nibble_dot"], gone=["vpmaddubsw"], new=["vpdpbusd"],
           same=["byte_dot"], run="x86/run_nibble_dot.c"),
    Kernel("b) vpdpbusd into zero, then an add", "x86/dpbusd_acc.c", "icelake-server", ["dpbusd_acc"],
           gone=["vpaddd"], new=["vpdpbusd"], seconds=5, run="x86/run_dpbusd_acc.c"),
    Kernel("c) gfx942: mfma into a zero accumulator, then adds, per lane and as a vector",
           "amdgpu/mfma_acc.ll", "gfx942", [], gone=["v_add_u32"], new=["v_mfma_i32"], seconds=15),
]


def sh(cmd, **kw):
    return subprocess.run(cmd, text=True, capture_output=True, **kw)


def must(cmd):
    r = sh(cmd)
    if r.returncode:
        sys.exit("demo: %s\n%s" % (" ".join(cmd), r.stderr))
    return r.stdout


def check(ok, what):
    if not ok:
        failures.append(what)
    print("  %s %s" % ("ok:  " if ok else "FAIL:", what))


def bodies(asm):
    """Instruction lines by function."""
    out, name = {}, None
    for line in asm.splitlines():
        m = re.match(r'^"?([A-Za-z_]\w*)"?:', line)
        if m:
            name = m[1]
            out[name] = []
        elif line.startswith((".Lfunc_end", ".Lfunc_begin")):
            name = None
        elif name and re.match(r"^\s+[a-z]", line) and not re.match(r"^\s+\.", line):
            out[name].append(re.sub(r"\s+", " ", re.split(r"\s+[#;]", line)[0]).strip())
    return {k: v for k, v in out.items() if v}


def side_by_side(a, b, width=56):
    for i in range(max(len(a), len(b))):
        left = a[i] if i < len(a) else ""
        print("    %-*s %s" % (width, left[:width - 1], b[i] if i < len(b) else ""))


def ir_of(k):
    if k.file.endswith(".ll"):
        return k.file
    out = os.path.join(WORK, k.name + ".ll")
    must([LLVM + "clang", "-O3", "-march=" + k.cpu, "-S", "-emit-llvm", k.file, "-o", out])
    return out


def optimise(k):
    print("\n== %s\n   %s for %s" % (k.title, os.path.relpath(k.file, ROOT), k.cpu))
    out, report = os.path.join(WORK, k.name + ".s"), os.path.join(WORK, k.name + ".json")
    must([WHITTLE, "optimize", k.file, "--mcpu=" + k.cpu, "--db", DB, "--time", "%ds" % k.seconds, "-o", out,
          "--report", report, "-q"])
    r = json.load(open(report))
    print("   %d windows, %d rules found, %.1f s" % (r["windows"], r["rules_found"], r["seconds"]))
    before = bodies(must([LLVM + "llc", "-O3", "-mcpu=" + k.cpu, ir_of(k), "-o", "-"]))
    after = bodies(open(out).read())
    fired = []
    for f in r["functions"]:
        name, b, a = f["name"], f["before"], f["after"]
        if name in k.same:
            check(before[name] == after[name] and not f["rules"], "%s is left as it was" % name)
            continue
        if k.functions and name not in k.functions:
            continue
        cycles = "" if b["cycles"] is None else ", %d -> %d cycles (llvm-mca)" % (b["cycles"], a["cycles"])
        print("  %s: %d -> %d vector instructions, %d -> %d bytes%s" %
              (name, b["instructions"], a["instructions"], b["bytes"], a["bytes"], cycles))
        if len(before[name]) <= 40:
            side_by_side(before[name], after[name])
        text = "\n".join(after[name])
        check(a["instructions"] < b["instructions"], "%s needs fewer instructions" % name)
        check(all(x in text for x in k.new) and not any(x in text for x in k.gone),
              "%s uses %s and no %s" % (name, ", ".join(k.new), ", ".join(k.gone)))
        fired += [x for x in f["rules"] if x not in fired]
    for x in fired:
        print("\n  rule and proof:")
        for line in must([WHITTLE, "rules", "show", x, "--db", DB]).split("\nobligation")[0].splitlines():
            print("    " + line)
    return after


def stock_tools(k, after):
    """The same code out of llc and clang with the plugin, from the stored rules."""
    llc = bodies(must([LLVM + "llc", "-O3", "-mcpu=" + k.cpu, "-load-pass-plugin=" + PLUGIN, "-whittle-db=" + DB,
                       ir_of(k), "-o", "-"]))
    names = k.functions or list(after)
    check(all(any(x in "\n".join(llc[n]) for x in k.new) and not any(x in "\n".join(llc[n]) for x in k.gone)
              for n in names), "stock llc-22 with the plugin and rules.db gives it too")
    target = [] if k.file.endswith(".c") else ["-target", "amdgcn-amd-amdhsa", "-mcpu=" + k.cpu, "-nogpulib"]
    arch = ["-march=" + k.cpu] if k.file.endswith(".c") else []
    clang = bodies(must([LLVM + "clang", "-O3", *arch, *target, "-fpass-plugin=" + PLUGIN, "-mllvm",
                         "-whittle-db=" + DB, "-S", k.file, "-o", "-"]))
    check(all(any(x in "\n".join(clang[n]) for x in k.new) and not any(x in "\n".join(clang[n]) for x in k.gone)
              for n in names), "stock clang-22 too")


# What code for icelake-server may use, the rewritten code too.
ICELAKE = ["avx512_vnni", "avx512_vbmi", "avx512_vbmi2", "avx512_bitalg", "avx512_vpopcntdq", "avx512ifma", "gfni", "vaes",
           "vpclmulqdq"]  # fmt: skip


def execute(k):
    flags = open("/proc/cpuinfo").read().split() if os.path.exists("/proc/cpuinfo") else []
    missing = [f for f in ICELAKE if f not in flags]
    if missing:
        print("  skipped: this CPU has no %s, so the kernel cannot be run here" % missing[0])
        return
    objects = []
    for suffix, source in (("original", ir_of(k)), ("whittled", os.path.join(WORK, k.name + ".s"))):
        obj = os.path.join(WORK, "%s.%s.o" % (k.name, suffix))
        must([LLVM + "clang", "-O3", "-march=" + k.cpu, "-c", source, "-o", obj])
        names = k.functions + list(k.same)
        must([LLVM + "llvm-objcopy", *sum((["--redefine-sym", "%s=%s_%s" % (n, n, suffix)] for n in names), []), obj])
        objects.append(obj)
    program = os.path.join(WORK, k.name + ".run")
    must([LLVM + "clang", "-O2", "-march=" + k.cpu, k.run, *objects, "-o", program])
    r = sh([program])
    check(r.returncode == 0, "executed: " + (r.stdout.strip() or r.stderr.strip() or "status %d" % r.returncode))


def main():
    start = time.time()
    os.makedirs(WORK, exist_ok=True)
    for f in os.listdir(WORK):
        os.remove(os.path.join(WORK, f))
    for k in KERNELS:
        after = optimise(k)
        stock_tools(k, after)
        if k.run:
            execute(k)
    print("\n== %s\n   browse it: whittle rules list --db %s" % (os.path.relpath(DB, ROOT), os.path.relpath(DB, ROOT)))
    for line in must([WHITTLE, "rules", "list", "--db", DB]).splitlines():
        print("   " + line)
    r = sh([WHITTLE, "verify", "--db", DB])
    check(r.returncode == 0, "all of it proved again: " + r.stdout.strip().splitlines()[-1])
    print("\n%s in %.0f s" % ("done" if not failures else "FAILED: " + "; ".join(failures), time.time() - start))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
