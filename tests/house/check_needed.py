#!/usr/bin/env python3
"""Checks the shared libraries that a built library or program needs (its DT_NEEDED entries).

usage: check_needed.py READELF FILE --inside DIR [--needs PREFIX ...] [--forbid PREFIX ...]

Follows needed libraries that lie under DIR (ours), not the system's. Exit 1 with a message when a
forbidden one is needed or a wanted one is not.
"""

import argparse
import os
import re
import subprocess
import sys


def needed(readelf, path):
    out = subprocess.run([readelf, "-d", path], check=True, capture_output=True, text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("readelf")
    parser.add_argument("file")
    parser.add_argument("--inside", required=True)
    parser.add_argument("--needs", action="append", default=[])
    parser.add_argument("--forbid", action="append", default=[])
    args = parser.parse_args()

    ours = {}
    for folder, _, names in os.walk(args.inside):
        ours.update({n: os.path.join(folder, n) for n in names if ".so" in n})

    all_needed, todo, bad = set(), [args.file], False
    while todo:
        path = todo.pop()
        for name in needed(args.readelf, path):
            for prefix in args.forbid:
                if name.startswith(prefix):
                    print(f"{path}: needs {name}, which is forbidden")
                    bad = True
            if name not in all_needed:
                all_needed.add(name)
                if name in ours:
                    todo.append(ours[name])
    for prefix in args.needs:
        if not any(name.startswith(prefix) for name in all_needed):
            print(f"{args.file}: does not need {prefix}; linked statically?")
            bad = True
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
