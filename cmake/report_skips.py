#!/usr/bin/env python3
"""Prints each skipped test and why, from ctest's JUnit file and lit's JSON files.

usage: report_skips.py CTEST.xml [LIT.json ...]
"""

import json
import os
import re
import sys
import xml.etree.ElementTree as ET


def from_ctest(path):
    for case in ET.parse(path).getroot().iter("testcase"):
        if case.find("skipped") is None:
            continue
        out = case.findtext("system-out") or ""
        # GoogleTest: "file:line: Skipped\nreason\n"
        found = re.search(r": Skipped\n(.*)", out)
        reason = found.group(1).strip() if found else ""
        yield case.get("name"), reason or case.find("skipped").get("message") or "no reason given"


def from_lit(path):
    with open(path) as f:
        for test in json.load(f)["tests"]:
            if test["code"] in ("UNSUPPORTED", "SKIPPED"):
                lines = [l.strip() for l in test["output"].splitlines() if l.strip()]
                yield test["name"].replace("whittle :: ", "tests/"), " ".join(lines) or "no reason given"


def main(paths):
    for path in paths:
        if not os.path.exists(path):
            continue
        read = from_lit if path.endswith(".json") else from_ctest
        for name, reason in read(path):
            print(f"skipped: {name}: {reason}")


if __name__ == "__main__":
    main(sys.argv[1:])
