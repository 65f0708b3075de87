// Empty: a file that the bad includes of this tree name.
