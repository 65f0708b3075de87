#!/usr/bin/env bash
# How much of real code has a meaning: `whittle isa stats --corpus` over five SIMD libraries on four CPUs (docs/CORPUS.md).
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
"$here/../dev" setup corpus
exec python3 "$here/corpus.py" "$@"
