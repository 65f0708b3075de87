#!/usr/bin/env bash
# Rules from the corpora in slices, and which of them fire in files held out (docs/CORPUS.md).
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
"$here/../dev" setup corpus
exec python3 "$here/rules.py" "$@"
