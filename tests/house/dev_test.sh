#!/usr/bin/env bash
# ./dev: help on stdout with 0, an unknown command on stderr with 2, runnable from any folder.
set -euo pipefail
dev=$1
cd /
"$dev" help | grep -q '^usage: ./dev COMMAND'
"$dev" | grep -q '  setup '
rc=0
out=$("$dev" nonsense 2>/dev/null) || rc=$?
[[ $rc == 2 && -z $out ]]
# Every command of the help text is dispatched, and the other way round.
diff <("$dev" help | sed -n 's/^  \([a-z]*\) .*  .*/\1/p' | sort) \
  <(sed -n 's/^  \(setup |[^)]*\)).*/\1|help/p' "$dev" | tr -d ' ' | tr '|' '\n' | sort)
