#!/usr/bin/env python3
"""Writes C with one function for each intrinsic that the installed SIMDe headers emulate.

usage: simde_wrappers.py OUT.c [CLANG-ARGS...]          x86's intrinsics, in one file
       simde_wrappers.py --split DIR [CLANG-ARGS...]    x86's, NEON's and WebAssembly's, one file for each header

Each function takes the intrinsic's arguments as parameters; immediates are one representative constant each. SIMDe
calls the real intrinsic where CLANG-ARGS (-march=..) has the instruction set, and emulates it where not. Functions of
SVML are left out: they are a library's, not instructions. What CLANG cannot compile is left out and counted. The file
depends on nothing but the headers and CLANG-ARGS.
"""

import os
import re
import subprocess
import sys

HEADERS = "/usr/include/simde"
CLANG = os.environ.get("CLANG", "clang-22")
# Folder of the headers, names of the functions, and what includes all of them.
FAMILIES = {
    "x86": ("x86", r"simde_mm\w*", ["x86/%s.h" % t for t in
                                    ("sse4.2", "avx2", "fma", "f16c", "clmul", "gfni", "xop", "avx512")]),
    "neon": ("arm/neon", r"simde_v\w+", ["arm/neon.h"]),
    "wasm": ("wasm", r"simde_wasm_\w+", ["wasm/simd128.h"]),
}  # fmt: skip
INTEGER = re.compile(r"^(const\s+)?(unsigned\s+|signed\s+)?(int|char|short|long|size_t|u?int\d+_t)(\s+const)?$")


def balanced(text, start):
    """The index after the ')' that closes the '(' at start."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if not depth:
            return i + 1
    return len(text)


def constant_for(name, low, high):
    """An immediate in [low, high] that makes the instruction do something."""
    if "clmul" in name:
        want = 0x11
    elif "gather" in name:
        want = 4
    elif "ternarylogic" in name:
        want = 0xCA
    elif re.search("shuffle|permute|blend|dp_p", name):
        want = 0x1B
    elif "_round_" in name or "_sae" in name:
        want = 8
    elif re.search(r"cmp_.*p[sdh]|cmp_[sp][sd]", name):
        want = 0x11
    else:
        want = 5
    return want if low <= want <= high else min(max(1, low), high)


class Intrinsic:
    def __init__(self, header, result, name, params, tail):
        self.header, self.result, self.name = header, result, name
        self.types, self.names, self.constants = [], [], {}
        for number, param in enumerate(params):
            param = re.sub(r"\[[^\]]*\]", "*", param)
            found = re.match(r"^(.*?)(\w+)\s*(\*?)$", param, re.S)
            kind, var = (found[1] + found[3]).strip(), found[2]
            self.types.append(kind)
            self.names.append("a%d" % number)
            limits = re.search(r"SIMDE_REQUIRE_CONSTANT_RANGE\(\s*%s\s*,\s*(-?\d+)\s*,\s*(-?\d+)" % var, tail)
            if limits:
                self.constants[number] = constant_for(name, int(limits[1]), int(limits[2]))
            elif re.search(r"SIMDE_REQUIRE_CONSTANT\w*\(\s*%s\b" % var, tail) or re.match(r"const\s+(unsigned\s+)?int$", kind):
                self.constants[number] = constant_for(name, 0, 255)

    def need_constants(self):
        """Makes every integer parameter an immediate; False if all were already."""
        more = [i for i, t in enumerate(self.types) if INTEGER.match(t) and i not in self.constants]
        for i in more[-1:]:
            self.constants[i] = constant_for(self.name, 0, 255)
        return bool(more)

    def line(self):
        params = [t + " " + n for i, (t, n) in enumerate(zip(self.types, self.names)) if i not in self.constants]
        args = [str(self.constants.get(i, n)) for i, n in enumerate(self.names)]
        call = "%s(%s);" % (self.name, ", ".join(args))
        return "%s wrap_%s(%s) { %s%s }" % (self.result, self.name, ", ".join(params) or "void",
                                            "" if self.result == "void" else "return ", call)


def read_header(path, names):
    text = open(path, encoding="utf-8").read()
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
    for found in re.finditer(r"SIMDE_(?:HUGE_)?FUNCTION_ATTRIBUTES\s+([\w\s*]*?)\s*\b(" + names + r")\s*\(", text):
        end = balanced(text, found.end() - 1)
        inside = re.sub(r"HEDLEY_\w+(\([^()]*\))?", "", text[found.end():end - 1])
        params = [p.strip() for p in inside.split(",") if p.strip() not in ("", "void")]
        body = text.find("{", end)
        yield Intrinsic(os.path.relpath(path, HEADERS), " ".join(found[1].split()), found[2], params, text[end:body])


def all_intrinsics(family):
    seen = {}
    top, names, _ = FAMILIES[family]
    for folder, _, files in sorted(os.walk(os.path.join(HEADERS, top))):
        for file in sorted(files):
            if file.endswith(".h") and file != "svml.h":
                for i in read_header(os.path.join(folder, file), names):
                    if i.name.endswith("_"):
                        continue  # a helper of theirs
                    seen.setdefault(i.name, i)
    return [seen[name] for name in sorted(seen)]


def write(path, headers, intrinsics):
    includes = ["#include <simde/%s>" % h for h in headers]
    with open(path, "w") as f:
        f.write("\n".join(includes + [i.line() for i in intrinsics]) + "\n")
    return len(includes)


def broken_lines(path, args):
    """Lines of the file that clang finds errors in, each with whether an immediate is what it misses."""
    text = subprocess.run([CLANG, *args, "-O0", "-w", "-ferror-limit=0", "-S", "-emit-llvm", "-o", os.devnull, path],
                          text=True, capture_output=True).stderr
    lines, here = {}, None
    for line in text.splitlines():
        found = re.match(re.escape(path) + r":(\d+):\d+: ", line)
        error = re.match(r".*: error: (.*)", line)
        if found:
            here = int(found[1])
        if error and here:
            lines[here] = lines.get(here, False) or "constant" in error[1]
    return lines


def compilable(family, path, args):
    """The family's intrinsics that clang takes with these arguments; path is written on the way."""
    intrinsics, left_out = all_intrinsics(family), []
    if not intrinsics:
        sys.exit("simde_wrappers: no intrinsics found in %s/%s" % (HEADERS, FAMILIES[family][0]))
    for last in [False] * 8 + [True]:
        first = write(path, FAMILIES[family][2], intrinsics) + 1
        broken = broken_lines(path, args)
        if not broken:
            break
        keep = []
        for line, i in enumerate(intrinsics, first):
            if line in broken and (last or not (broken[line] and i.need_constants())):
                left_out.append(i.name)
            else:
                keep.append(i)
        intrinsics = keep
    print("simde_wrappers: %s: %d functions, %d left out" % (family, len(intrinsics), len(left_out)), file=sys.stderr)
    if os.environ.get("SIMDE_WRAPPERS_VERBOSE"):
        print("\n".join(left_out), file=sys.stderr)
    return intrinsics


def split(folder, args):
    os.makedirs(folder, exist_ok=True)
    for family in FAMILIES:
        path = os.path.join(os.path.abspath(folder), "all.c")
        by_header = {}
        for i in compilable(family, path, args):
            by_header.setdefault(i.header, []).append(i)
        os.remove(path)
        for header, intrinsics in by_header.items():
            name = "simde_%s_%s.c" % (family, os.path.splitext(os.path.basename(header))[0])
            write(os.path.join(folder, name), [header], intrinsics)


def main():
    if len(sys.argv) < 2 or (sys.argv[1] == "--split" and len(sys.argv) < 3):
        sys.exit(__doc__)
    if sys.argv[1] == "--split":
        split(sys.argv[2], sys.argv[3:])
    else:
        compilable("x86", os.path.abspath(sys.argv[1]), sys.argv[2:])


if __name__ == "__main__":
    main()
