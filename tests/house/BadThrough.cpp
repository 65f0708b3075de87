// A module that needs libz3 only through another library of ours.
int whittleBadDirect();
[[gnu::visibility("default")]] int whittleBadThrough() { return whittleBadDirect(); }
