# Settings of the text tests. Loaded by build/<preset>/tests/lit.site.cfg.py.
#
# Substitutions: %whittle %plugin %llc %clang %opt %llvm-mc %llvm-mca %FileCheck %not %examples %source %build, and lit's
# own (%s the test, %S its folder, %t a path of its own). RUN lines are bash with pipefail.
# Features for REQUIRES: avx512 (F, BW, VL, DQ), each CPU flag as `cpu-<flag>` (cpu-avx512_vnni), asan.
# Files that other tests read stand in folders named Inputs/.

import os

import lit.formats

config.name = "whittle"
config.test_format = lit.formats.ShTest(execute_external=True)
config.pipefail = True
config.suffixes = [".test", ".ll", ".mir", ".rules"]
config.excludes = ["Inputs", "house", "CMakeLists.txt"]
config.test_source_root = os.path.join(config.whittle_source, "tests")
config.test_exec_root = os.path.join(config.whittle_build, "tests")

tools = config.llvm_tools
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.whittle_build, "bin"), tools, config.environment.get("PATH", "")]
)
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "HOME"):
    if name in os.environ:
        config.environment[name] = os.environ[name]


def substitute(name, value):
    config.substitutions.append((r"%" + name + r"\b", value))


substitute("whittle", os.path.join(config.whittle_build, "bin", "whittle"))
substitute("plugin", os.path.join(config.whittle_build, "lib", "WhittlePlugin.so"))
for tool in ("llc", "clang", "opt", "llvm-mc", "llvm-mca", "FileCheck", "not", "split-file"):
    substitute(tool, os.path.join(tools, tool))
substitute("examples", os.path.join(config.whittle_source, "examples"))
substitute("source", config.whittle_source)
substitute("build", config.whittle_build)

# Not the user's cache of compiled meanings.
config.environment["WHITTLE_CACHE_DIR"] = os.path.join(config.whittle_build, "tests", "cache")

flags = set()
if os.path.exists("/proc/cpuinfo"):
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("flags"):
                flags = set(line.split(":", 1)[1].split())
                break
for flag in flags:
    config.available_features.add("cpu-" + flag)
if {"avx512f", "avx512bw", "avx512vl", "avx512dq"} <= flags:
    config.available_features.add("avx512")
if config.sanitize == "ON":
    config.available_features.add("asan")
