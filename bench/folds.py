#!/usr/bin/env python3
"""Accumulator folds of AMDGPU's matrix and dot products, found from an empty database.

For every integer MFMA, WMMA and dot intrinsic and each GPU that has it: a product into a zero accumulator and an
addition, which LLVM 22 leaves as it is, goes through `whittle optimize` with a database of its own. The fold is there if
no vector addition is left and no more products than before. `chain` is two dot products into zero and their sum with a
third value. What comes out is assembled, and llc has run with -verify-machineinstrs.

--gpu G and --only REGEX choose, --time S is each search's budget, --json prints one object a line.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("WHITTLE_BUILD", os.path.join(ROOT, "build", "release"))
WHITTLE = os.path.join(BUILD, "bin", "whittle")
LLVM = "/usr/lib/llvm-22/bin"

GFX9 = ["gfx90a", "gfx942", "gfx950"]
# name, types of a and b, registers of the accumulator, GPUs.
MFMA = [
    ("4x4x4i8", "i32", 4, GFX9),
    ("16x16x4i8", "i32", 16, GFX9),
    ("32x32x4i8", "i32", 32, GFX9),
    ("16x16x16i8", "i32", 4, ["gfx90a"]),
    ("32x32x8i8", "i32", 16, ["gfx90a"]),
    ("16x16x32.i8", "i64", 4, ["gfx942", "gfx950"]),
    ("32x32x16.i8", "i64", 16, ["gfx942", "gfx950"]),
    ("16x16x64.i8", "<4 x i32>", 4, ["gfx950"]),
    ("32x32x32.i8", "<4 x i32>", 16, ["gfx950"]),
]
WMMA = [
    ("16x16x16.iu8", "<4 x i32>", ["gfx1100"]),
    ("16x16x16.iu4", "<2 x i32>", ["gfx1100"]),
    ("16x16x16.iu8", "<2 x i32>", ["gfx1200"]),
    ("16x16x16.iu4", "i32", ["gfx1200"]),
    ("16x16x32.iu4", "<2 x i32>", ["gfx1200"]),
]
RDNA = ["gfx1100", "gfx1200"]
# name, type of a and b, GPUs.
DOT = [
    ("sdot2", "<2 x i16>", GFX9),
    ("udot2", "<2 x i16>", GFX9),
    ("sdot4", "i32", GFX9 + RDNA),
    ("udot4", "i32", GFX9 + RDNA),
    ("sdot8", "i32", GFX9 + RDNA),
    ("udot8", "i32", GFX9 + RDNA),
]
MIXED = ["sudot4", "sudot8"]


def mangled(ty):
    return re.sub(r"<(\d+) x (\w+)>", r"v\1\2", ty)


def function(declaration, arguments, body, result):
    return (declaration + "\ndefine " + result + " @f(" + arguments + ') "amdgpu-agpr-alloc"="0" {\n' + body +
            "  ret " + result + " %r\n}\n")


def accumulated(call, ty, arguments):
    """call(accumulator) into zero, and an addition."""
    return arguments + ", " + ty + " %c", ("  %d = " + call("zeroinitializer" if "<" in ty else "0") + "\n" +
                                           "  %r = add " + ty + " %d, %c\n")


def cases():
    for name, ty, regs, gpus in MFMA:
        acc = "<%d x i32>" % regs
        full = "@llvm.amdgcn.mfma.i32." + name
        declare = "declare %s %s(%s, %s, %s, i32, i32, i32)" % (acc, full, ty, ty, acc)
        call = lambda c, full=full, ty=ty, acc=acc: "call %s %s(%s %%a, %s %%b, %s %s, i32 0, i32 0, i32 0)" % (
            acc, full, ty, ty, acc, c)
        arguments, body = accumulated(call, acc, ty + " %a, " + ty + " %b")
        for gpu in gpus:
            yield "mfma " + name, gpu, function(declare, arguments, body, acc), "v_mfma"
    for name, ty, gpus in WMMA:
        acc = "<8 x i32>"
        full = "@llvm.amdgcn.wmma.i32." + name + ".v8i32." + mangled(ty)
        declare = "declare %s %s(i1, %s, i1, %s, %s, i1)" % (acc, full, ty, ty, acc)
        for signs in ("false false", "true true", "true false", "false true"):
            a, b = signs.split()
            call = lambda c, full=full, ty=ty, a=a, b=b: (
                "call %s %s(i1 %s, %s %%a, i1 %s, %s %%b, %s %s, i1 false)" % (acc, full, a, ty, b, ty, acc, c))
            arguments, body = accumulated(call, acc, ty + " %a, " + ty + " %b")
            for gpu in gpus:
                yield "wmma %s %s" % (name, signs), gpu, function(declare, arguments, body, acc), "v_wmma"

    def dots(name, kind, call, declare, ty, gpus):
        arguments, body = accumulated(lambda c: call("%a", "%b", c), "i32", ty + " %a, " + ty + " %b")
        chain = ("  %d = " + call("%a", "%b", "0") + "\n  %e = " + call("%a2", "%b2", "0") +
                 "\n  %s = add i32 %d, %e\n  %r = add i32 %s, %c\n")
        four = ", ".join(ty + " " + x for x in ("%a", "%b", "%a2", "%b2")) + ", i32 %c"
        for gpu in gpus:
            yield name + kind, gpu, function(declare, arguments, body, "i32"), "v_dot"
            yield name + kind + " chain", gpu, function(declare, four, chain, "i32"), "v_dot"

    for name, ty, gpus in DOT:
        full = "@llvm.amdgcn." + name
        declare = "declare i32 %s(%s, %s, i32, i1)" % (full, ty, ty)
        call = lambda a, b, c, full=full, ty=ty: "call i32 %s(%s %s, %s %s, i32 %s, i1 false)" % (full, ty, a, ty, b, c)
        yield from dots(name, "", call, declare, ty, gpus)
    for name in MIXED:
        full = "@llvm.amdgcn." + name
        declare = "declare i32 %s(i1, i32, i1, i32, i32, i1)" % full
        for signs in ("true false", "false true"):
            s, t = signs.split()
            call = lambda a, b, c, full=full, s=s, t=t: (
                "call i32 %s(i1 %s, i32 %s, i1 %s, i32 %s, i32 %s, i1 false)" % (full, s, a, t, b, c))
            yield from dots(name, " " + signs, call, declare, "i32", RDNA)


def count(assembly, pattern):
    return len(re.findall(r"^\s+" + pattern, assembly, re.M)) + len(re.findall(r":: v_dual_" + pattern[2:], assembly))


def run(case, gpu, text, product, seconds, folder):
    path, out, report = (os.path.join(folder, n) for n in ("f.ll", "f.s", "f.json"))
    with open(path, "w") as f:
        f.write('target triple = "amdgcn-amd-amdhsa"\n' + text)
    plain = subprocess.run([LLVM + "/llc", "-O3", "-mcpu=" + gpu, path, "-o", "-"], capture_output=True, text=True)
    if plain.returncode:
        return {"case": case, "gpu": gpu, "error": plain.stderr.strip().splitlines()[0][:200]}
    start = time.monotonic()
    ours = subprocess.run([WHITTLE, "optimize", path, "--mcpu=" + gpu, "--time", "%ds" % seconds, "-o", out,
                           "--report", report], capture_output=True, text=True)
    if ours.returncode:
        return {"case": case, "gpu": gpu, "error": (ours.stderr.strip().splitlines() or ["exit %d" % ours.returncode])[-1]}
    after = open(out).read()
    assembled = subprocess.run([LLVM + "/llvm-mc", "-triple=amdgcn-amd-amdhsa", "-mcpu=" + gpu, "-filetype=obj", out,
                                "-o", os.devnull], capture_output=True).returncode == 0
    result = {"case": case, "gpu": gpu, "adds": [count(plain.stdout, "v_(?:dual_)?add"), count(after, "v_(?:dual_)?add")],
              "products": [count(plain.stdout, product), count(after, product)], "assembles": assembled,
              "seconds": round(time.monotonic() - start, 1)}
    result["folded"] = assembled and result["adds"][1] == 0 and result["products"][1] <= result["products"][0]
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpu")
    parser.add_argument("--only", default="")
    parser.add_argument("--time", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for case, gpu, text, product in cases():
            if (options.gpu and gpu != options.gpu) or not re.search(options.only, case):
                continue
            r = run(case, gpu, text, product, options.time, folder)
            results.append(r)
            if options.json:
                print(json.dumps(r), flush=True)
            elif "error" in r:
                print("%-8s %-36s ERROR %s" % (gpu, case, r["error"]), flush=True)
            else:
                print("%-8s %-36s %s: adds %d -> %d, products %d -> %d, %.1f s" %
                      (gpu, case, "folded" if r["folded"] else "NOT folded", *r["adds"], *r["products"], r["seconds"]),
                      flush=True)
    folded = sum(bool(r.get("folded")) for r in results)
    print("folded %d of %d" % (folded, len(results)), file=sys.stderr if options.json else sys.stdout)
    return 0 if folded == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
