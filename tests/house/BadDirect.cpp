// A library that needs libz3, for the control of check_needed.py.
[[gnu::visibility("default")]] int whittleBadDirect() { return 1; }
