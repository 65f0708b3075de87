#!/usr/bin/env bash
# Does search, from an empty database, find and prove that what is added to a matrix or dot product is its accumulator?
# One function for each integer shape of each GPU (docs/AMDGPU.md).
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
exec python3 "$here/folds.py" "$@"
