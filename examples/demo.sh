#!/usr/bin/env bash
# The main job on real kernels: ./dev demo
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec python3 "$here/demo.py" "$@"
