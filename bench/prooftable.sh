#!/usr/bin/env bash
# The rules of bench/proofs as docs/PROOFS.md has them.
set -euo pipefail
exec python3 "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/prooftable.py" "$@"
