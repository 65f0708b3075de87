#!/usr/bin/env bash
# What the plugin costs a compilation: its start-up, and its pass's share of llc -O3.
set -euo pipefail
exec python3 "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/plugin.py" "$@"
