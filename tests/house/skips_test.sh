#!/usr/bin/env bash
# cmake/report_skips.py names each skipped test of ctest and of lit with its reason, and no other.
set -euo pipefail
source=$1 out=$2
cat >"$out/skips.xml" <<'XML'
<testsuite><testcase name="isa.Vnni.OnSilicon" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
<system-out>[ RUN      ] Vnni.OnSilicon
isa/VnniTest.cpp:12: Skipped
this CPU has no avx512vnni

[  SKIPPED ] Vnni.OnSilicon (0 ms)</system-out></testcase>
<testcase name="isa.Vnni.Passes" status="run"><system-out>ok</system-out></testcase></testsuite>
XML
cat >"$out/skips.json" <<'JSON'
{"tests": [{"name": "whittle :: passes/a.ll", "code": "UNSUPPORTED",
            "output": "Test requires the following unavailable features: avx512\n"},
           {"name": "whittle :: passes/b.ll", "code": "PASS", "output": ""}]}
JSON
diff <(python3 "$source/cmake/report_skips.py" "$out/skips.xml" "$out/skips.json" "$out/none.json") - <<'EXPECTED'
skipped: isa.Vnni.OnSilicon: this CPU has no avx512vnni
skipped: tests/passes/a.ll: Test requires the following unavailable features: avx512
EXPECTED
