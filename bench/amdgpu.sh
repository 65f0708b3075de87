#!/usr/bin/env bash
# How many instructions of AMDGPU kernels have a meaning, and which rules search finds on them from an empty database:
# hashcat's OpenCL kernels and examples/amdgpu on four GPUs (docs/CORPUS.md).
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
"$here/../dev" setup corpus
exec python3 "$here/amdgpu.py" "$@"
