#!/usr/bin/env bash
# The programs of Hacker's Delight over arrays: length of LLVM's loop, of what Whittle makes of it, and in the book.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
exec python3 "$here/hackers.py" "$@"
