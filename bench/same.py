#!/usr/bin/env python3
"""Does code that rules changed still compute the same? Each changed function is executed beside LLVM's.

usage: ./dev bench same [--cpu CPU]... [--rules DB] [--inputs 20000] [--only REGEX] [--json]

One function for each of SIMDe's intrinsics of x86, NEON and WebAssembly (docs/CORPUS.md), compiled for every CPU whose
instructions this one has, without rules and with those that ship (--rules: with these). The functions that a rule
changed are called on the same random and corner inputs: what they give, and what their arguments point to, has to be
equal bit for bit, but for the bits of NaNs in functions with floating-point arithmetic, where LLVM exchanges operands as
registers happen to fall. A function without an input on which LLVM's does not trap counts as not run.

The status is 1 if a function gives something else.
--only   files whose names match
--json   Google Benchmark's JSON, one entry for each CPU
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import amdgpu
import corpus
import rules

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "same")
LLVM = "/usr/lib/llvm-22/bin/"
RULES = os.path.join(corpus.BUILD, "share", "whittle", "rules.db")
# What a CPU's code needs of the host, as /proc/cpuinfo names it; the later ones need what the earlier ones do.
NEEDS = {
    "x86-64": [],
    "x86-64-v2": ["sse4_2"],
    "sandybridge": ["avx", "aes", "pclmulqdq"],
    "x86-64-v3": ["avx2", "fma", "bmi2", "f16c"],
    "skylake-avx512": ["avx512f", "avx512dq", "avx512bw", "avx512vl"],
    "icelake-server": ["avx512_bitalg", "avx512_vbmi2", "gfni", "vaes"],
    "znver5": ["avx512_bf16", "avx512_vp2intersect"],
}


def executable():
    with open("/proc/cpuinfo") as info:
        flags = set(info.read().split())
    found = []
    for cpu, wanted in NEEDS.items():
        if not flags.issuperset(wanted):
            break
        found.append(cpu)
    return found


def split(text):
    """Text at its commas, but for those in brackets."""
    parts, depth = [""], 0
    for c in text:
        depth += (c in "(<[{") - (c in ")>]}")
        if c == "," and not depth:
            parts.append("")
        else:
            parts[-1] += c
    return [p.strip() for p in parts if p.strip()]


# A type, and what else stands before an argument's or a function's name.
TYPE = r"(?:ptr|float|double|half|bfloat|void|x86_fp80|fp128|i\d+|<[^>]*>|\[[^\]]*\]|%[\w.\"]+|\{[^}]*\})"
DEFINE = re.compile(r"^define (?P<before>.*?)(?P<type>%s) @(?P<name>[\w.]+)\((?P<args>.*)\)(?P<after>[^(){]*)\{" % TYPE)

# Where a NaN may come from either operand.
ARITHMETIC = re.compile(r"= (fadd|fsub|fmul|fdiv|frem)\b|@llvm\.(fma|fmuladd|vector\.reduce\.f|x86\.\w+\.\w*(add|sub|mul|div|fmadd|min|max|dp)|sqrt)")


class Function:
    def __init__(self, match):
        self.name, self.result = match["name"], match["type"]
        self.group = re.search(r"#\d+", match["after"])
        self.group = self.group[0] if self.group else ""
        self.args = [re.sub(r"\s*%[\w.]+$", "", a) for a in split(match["args"])]
        self.floats = False
        self.usable = len(self.args) <= 12 and "..." not in self.args and self.result != "x86_fp80" \
            and not re.search(r"\b(internal|private)\b", match["before"])

    def driver(self):
        """A function that loads the arguments from slots of 512 bytes, calls, and stores the result."""
        lines, passed = [], []
        for i, arg in enumerate(self.args):
            lines.append("  %%p%d = getelementptr i8, ptr %%in, i64 %d" % (i, 512 * i))
            kind = re.match(TYPE, arg)[0]
            if kind == "ptr":
                passed.append("%s %%p%d" % (arg, i))
            else:
                lines.append("  %%a%d = load %s, ptr %%p%d, align 64" % (i, kind, i))
                passed.append("%s %%a%d" % (arg, i))
        call = "call %s %%fn(%s)" % (self.result, ", ".join(passed))
        if self.result == "void":
            lines.append("  " + call)
        else:
            lines += ["  %r = " + call, "  store %s %%r, ptr %%out, align 64" % self.result]
        return "define void @drive.%s(ptr %%fn, ptr %%in, ptr %%out) %s {\n%s\n  ret void\n}\n" % (
            self.name, self.group, "\n".join(lines))  # fmt: skip


def case_table(functions):
    table = []
    for f in functions:
        text = f.name.encode() + b"\0"
        table += ['@name.%s = private constant [%d x i8] c"%s\\00"' % (f.name, len(text), f.name),
                  "declare void @now.%s()" % f.name, "declare void @new.%s()" % f.name]  # fmt: skip
    kind = "{ ptr, i64, ptr, ptr, ptr }"
    entries = ",\n  ".join("%s { ptr @name.%s, i64 %d, ptr @drive.%s, ptr @now.%s, ptr @new.%s }" % (
        kind, f.name, f.floats, f.name, f.name, f.name) for f in functions)  # fmt: skip
    table += ["@Cases = constant [%d x %s] [\n  %s]" % (len(functions), kind, entries),
              "@NumCases = constant i32 %d" % len(functions)]  # fmt: skip
    return "\n".join(table) + "\n"


def compare(bitcode, cpu, args, folder):
    """Functions that rules changed, those that were run, and the differences."""
    path = {n: os.path.join(folder, n) for n in ("report", "now.o", "new.s", "new.o", "names", "drive.ll", "drive.o", "run")}
    amdgpu.run([amdgpu.WHITTLE, "optimize", "-q", "--no-search", "--db", args.rules, "--mcpu", cpu, "--report",
                path["report"], "-o", path["new.s"], bitcode], args.limit)  # fmt: skip
    with open(path["report"]) as f:
        changed = {f["name"] for f in json.load(f)["functions"] if f["rules"]}
    text = amdgpu.run([LLVM + "llvm-dis", bitcode, "-o", "-"])
    every = []
    for line in text.splitlines():
        if match := DEFINE.match(line):
            every.append(Function(match))
        elif every and ARITHMETIC.search(line):
            every[-1].floats = True
    functions = [f for f in every if f.name in changed and f.usable]
    if not functions:
        return len(changed), 0, []
    kept = [line for line in text.splitlines() if re.match(r"attributes #|%[\w.\"]+ = type |target ", line)]
    with open(path["drive.ll"], "w") as out:
        out.write("\n".join(kept) + "\n" + "".join(f.driver() for f in functions) + case_table(functions))
    amdgpu.run([LLVM + "llc", "-O1", "-mcpu=" + cpu, "-filetype=obj", path["drive.ll"], "-o", path["drive.o"]])
    amdgpu.run([LLVM + "llc", "-O3", "-mcpu=" + cpu, "-filetype=obj", bitcode, "-o", path["now.o"]], args.limit)
    amdgpu.run([LLVM + "clang", "-c", path["new.s"], "-o", path["new.o"]])
    for version in ("now", "new"):
        with open(path["names"], "w") as out:
            out.write("".join("%s %s.%s\n" % (f.name, version, f.name) for f in every))
        amdgpu.run([LLVM + "llvm-objcopy", "--redefine-syms=" + path["names"], path[version + ".o"]])
    amdgpu.run([LLVM + "clang", "-O1", "-no-pie", os.path.join(HERE, "run.c"), path["drive.o"], path["now.o"], path["new.o"],
                "-o", path["run"], "-lm", "-Wl,-z,noexecstack"])  # fmt: skip
    done = subprocess.run([path["run"], str(args.inputs)], text=True, capture_output=True)
    last = re.search(r"run (\d+) different", done.stdout)
    if not last:
        raise amdgpu.Failed("the program ended with status %d" % done.returncode)
    return len(changed), int(last[1]), re.findall(r"^DIFFERENT (.*)$", done.stdout, re.M)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--cpu", action="append", choices=list(NEEDS))
    parser.add_argument("--rules", default=RULES)
    parser.add_argument("--inputs", type=int, default=20000)
    parser.add_argument("--only", default="")
    parser.add_argument("--limit", type=int, default=120, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()

    folder, entries, wrong = tempfile.mkdtemp(prefix="whittle-same-"), [], 0
    for cpu in args.cpu or executable():
        changed = run = 0
        for source in rules.simde_files(cpu):
            name = os.path.basename(source)
            if not re.search(args.only, name):
                continue
            try:
                bitcode = rules.simde_bitcode(cpu, source)
            except amdgpu.Failed as why:
                print("same: %s@%s is left out: %s" % (name, cpu, why), file=sys.stderr)
                continue
            try:
                c, r, different = compare(bitcode, cpu, args, folder)
            except amdgpu.Failed as why:
                print("same: %s@%s: %s" % (name, cpu, why), file=sys.stderr)
                wrong += 1
                continue
            changed, run, wrong = changed + c, run + r, wrong + len(different)
            for d in different:
                print("same: %s@%s: %s" % (name, cpu, d), file=sys.stderr)
        entries.append({"name": "same/" + cpu, "run_type": "iteration", "changed": changed, "run": run})
        if not args.json:
            print("%-16s %5d functions changed, %5d run" % (cpu, changed, run), flush=True)
    if args.json:
        print(json.dumps({"context": {"executable": amdgpu.WHITTLE}, "benchmarks": entries}, indent=1))
    shutil.rmtree(folder)
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
