#!/usr/bin/env bash
# Code that the shipped rules changed, executed beside LLVM's.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
"$here/../dev" setup corpus
exec python3 "$here/same.py" "$@"
