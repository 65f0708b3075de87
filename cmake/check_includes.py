#!/usr/bin/env python3
"""Checks that each folder includes only what the table in cmake/FolderGraph.cmake lets it use.

usage: check_includes.py ROOT [--graph FolderGraph.cmake]

Prints `FILE:LINE: message` for each include that breaks the table; exit 1 if there is one.
"""

import argparse
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')

# Which component a header from outside belongs to. Headers that match none are free (the C++ and
# C libraries, POSIX).
COMPONENTS = [
    ("LLVM", re.compile(r"^(llvm|llvm-c|clang|lld)/")),
    ("SQLite", re.compile(r"^sqlite3")),
    ("Z3", re.compile(r"^z3")),
    ("Torch", re.compile(r"^(torch|c10|ATen|caffe2)/")),
    ("CLI11", re.compile(r"^CLI/")),
    ("JSON", re.compile(r"^nlohmann/")),
]

# Folders that may include everything: `whittle` calls every part, tests and benchmarks measure them.
FREE = {"tools", "tests", "bench"}
SOURCES = (".cpp", ".h", ".inc", ".def")


def read_table(path):
    uses = {}
    with open(path) as f:
        for line in f:
            found = re.match(r"\s*set\(WHITTLE_USES_(\w+)\s+([^)]*)\)", line)
            if found:
                uses[found.group(1)] = found.group(2).split()
    if not uses:
        sys.exit(f"{path}: no WHITTLE_USES_ table")
    return uses


def closure(uses, folder):
    seen, todo = set(), [folder]
    while todo:
        item = todo.pop()
        if item not in seen:
            seen.add(item)
            todo += uses.get(item, [])
    return seen


def folder_of(path):
    """The folder of the table that a path relative to the root belongs to, else None."""
    parts = path.split("/")
    if len(parts) < 2:
        return None
    if parts[:2] == ["isa", "conformance"]:
        return "conformance"
    if parts == ["passes", "Plugin.cpp"]:
        return "plugin"
    return parts[0]


def check_file(root, path, folder, uses):
    allowed = closure(uses, folder)
    with open(os.path.join(root, path), errors="replace") as f:
        for number, line in enumerate(f, 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            quote, header = found.groups()
            where = f"{path}:{number}:"
            for name, pattern in COMPONENTS:
                if pattern.match(header) and name not in allowed:
                    yield f"{where} {folder} may not use {name} (<{header}>)"
            if quote != '"':
                continue
            # A local name must start at the root: "isa/Row.h" and not "Row.h" or "../isa/Row.h".
            target = folder_of(header)
            if not os.path.exists(os.path.join(root, header)):
                if target in uses or "/" not in header or header.startswith("."):
                    yield f'{where} "{header}" is no file of the project (includes start at its root)'
                continue
            if target not in allowed:
                yield f'{where} {folder} may not use {target} ("{header}")'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("--graph")
    args = parser.parse_args()
    uses = read_table(args.graph or os.path.join(args.root, "cmake", "FolderGraph.cmake"))
    findings = 0
    for top in sorted({f for f in uses if f not in ("conformance", "plugin")} - FREE):
        for folder, dirs, names in os.walk(os.path.join(args.root, top)):
            dirs.sort()
            for name in sorted(names):
                if not name.endswith(SOURCES):
                    continue
                path = os.path.relpath(os.path.join(folder, name), args.root)
                for message in check_file(args.root, path, folder_of(path), uses):
                    print(message)
                    findings += 1
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
