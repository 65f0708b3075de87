"""SIMD code of Debian's source packages as bitcode: what bench/rules.py takes besides our own drivers.

A package's files are compiled one by one with all its folders of headers, without its build system: what wants a
configured header that is not there does not compile, and is named and left out. The archives are fetched once with
apt's own tools and the machine's own mirrors (of which only the kind, binary or source, is changed), into
build/<preset>/corpus/sources/. Nothing is installed.
"""

import glob
import os
import re
import shutil
import subprocess
import sys

import amdgpu
import corpus

FOLDER = os.path.join(corpus.BUILD, "corpus", "sources")
OTHER_CPUS = re.compile(r"neon|msa|mips|dspr2|arm|lsx|lasx|vsx|ppc|altivec|win\b|_win|loongarch|/test|example", re.I)
LENIENT = ["-w", "-Wno-implicit-function-declaration", "-Wno-int-conversion", "-Wno-incompatible-function-pointer-types"]
# Globs and flags of each package.
PACKAGES = {
    "aom": (["aom_dsp/*.c", "aom_dsp/x86/*.c", "av1/*/x86/*.c"], []),
    "flac": (["src/libFLAC/*.c"], ["-DFLAC__HAS_X86INTRIN=1", "-DFLAC__CPU_X86_64=1", "-DHAVE_STDINT_H"]),
    "lcms2": (["src/*.c", "plugins/fast_float/src/*.c"], []),
    "libsodium": (["src/libsodium/crypto_*/**/*.c"], ["-DHAVE_AVX512FINTRIN_H", "-DHAVE_AVX2INTRIN_H", "-DHAVE_EMMINTRIN_H",
                                                      "-DHAVE_SMMINTRIN_H", "-DHAVE_TMMINTRIN_H", "-DHAVE_WMMINTRIN_H",
                                                      "-DNATIVE_LITTLE_ENDIAN"]),
    "libvpx": (["vpx_dsp/*.c", "vpx_dsp/x86/*.c", "vp9/*/x86/*.c"], []),
    "libwebp": (["src/dsp/*.c"], ["-DWEBP_HAVE_SSE2", "-DWEBP_HAVE_SSE41"]),
    "libyuv": (["source/*.cc"], []),
    "opus": (["celt/*.c", "celt/x86/*.c", "silk/*.c", "silk/fixed/*.c", "silk/x86/*.c", "silk/fixed/x86/*.c"],
             ["-DVAR_ARRAYS", "-DOPUS_BUILD", "-DFIXED_POINT", "-DOPUS_X86_PRESUME_SSE4_1", "-DOPUS_X86_PRESUME_SSE2",
              "-DOPUS_X86_MAY_HAVE_SSE4_1"]),
    "pixman": (["pixman/*.c"], ["-DPACKAGE=pixman", "-DUSE_SSE2", "-DUSE_SSSE3", "-DTLS=__thread", "-DHAVE_PTHREADS"]),
    "svt-av1": (["Source/Lib/*/ASM_*/*.c", "Source/Lib/*/C_DEFAULT/*.c"], ["-DARCH_X86_64=1", "-DEN_AVX512_SUPPORT=1"]),
}  # fmt: skip


def apt(*arguments):
    """apt-get over the machine's own mirrors, for sources, with lists of its own."""
    lists = os.path.join(FOLDER, "lists")
    os.makedirs(os.path.join(lists, "partial"), exist_ok=True)
    parts = os.path.join(FOLDER, "sources.list.d")
    os.makedirs(parts, exist_ok=True)
    for path in ["/etc/apt/sources.list", *glob.glob("/etc/apt/sources.list.d/*")]:
        if not path.endswith((".list", ".sources")) or not os.path.exists(path):
            continue
        with open(path) as f:
            text = re.sub(r"(?m)^(Types:.*?|)\bdeb\b(?!-src)", r"\1deb-src", f.read())
        if "debian.org" in text or "/debian" in text:
            with open(os.path.join(parts, os.path.basename(path)), "w") as f:
                f.write(text)
    own = ["-o", "Dir::Etc::sourcelist=/dev/null", "-o", "Dir::Etc::sourceparts=" + parts,
           "-o", "Dir::State::lists=" + lists, "-o", "APT::Sandbox::User=root"]  # fmt: skip
    subprocess.run(["apt-get", "-qq", *own, *arguments], cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)


def fetch(package):
    """The folder of a package's sources, or none if no mirror has them."""
    folder = os.path.join(FOLDER, package)
    if os.path.isdir(folder):
        return folder
    os.makedirs(FOLDER, exist_ok=True)
    try:
        if not glob.glob(os.path.join(FOLDER, "lists", "*Sources*")):
            apt("update")
        apt("source", "--download-only", package)
    except subprocess.CalledProcessError:
        print("sources: %s: not all of its archives could be fetched" % package, file=sys.stderr)
    archives = [a for a in glob.glob(os.path.join(FOLDER, package + "_*.orig.tar.*")) if not a.endswith(".asc")]
    if not archives:
        print("sources: %s: left out" % package, file=sys.stderr)
        return None
    unpacked = folder + ".new"
    shutil.rmtree(unpacked, ignore_errors=True)
    os.makedirs(unpacked)
    subprocess.run(["tar", "xf", archives[0], "-C", unpacked, "--strip-components=1"], check=True)
    configure(package, unpacked)
    os.rename(unpacked, folder)
    return folder


# What writes the headers that only a build system has, where that needs nothing but CMake and Perl: for any CPU, so
# that the names of assembly are left out.
CONFIGURE = {
    "aom": ["cmake .. -DAOM_TARGET_CPU=generic -DENABLE_TESTS=0 -DENABLE_DOCS=0 -DENABLE_EXAMPLES=0 -DENABLE_TOOLS=0"],
    "libvpx": ["../configure --target=generic-gnu --disable-examples --disable-tools --disable-unit-tests --disable-docs",
               "make vpx_version.h vp8_rtcd.h vp9_rtcd.h vpx_dsp_rtcd.h vpx_scale_rtcd.h"],
}  # fmt: skip


def configure(package, folder):
    made = os.path.join(folder, "configured")
    for command in CONFIGURE.get(package, []):
        os.makedirs(made, exist_ok=True)
        done = subprocess.run(command.split(), cwd=made, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            print("sources: %s: %s\n%s" % (package, command, done.stdout[-500:]), file=sys.stderr)


def files(package):
    """C and C++ files of a package that are for this architecture, with what each has to be compiled with."""
    folder = fetch(package)
    if folder is None:
        return []
    globs, flags = PACKAGES[package]
    headers = sorted({os.path.dirname(h) for h in glob.glob(os.path.join(folder, "**", "*.h"), recursive=True)
                      if not OTHER_CPUS.search(h[len(folder):])})  # fmt: skip
    include = sorted({folder, *headers, *(os.path.dirname(h) for h in headers)})
    found = [f for g in globs for f in glob.glob(os.path.join(folder, g), recursive=True)]
    return [(f, [*LENIENT, *flags, *("-I" + h for h in include)])
            for f in sorted(set(found)) if not OTHER_CPUS.search(f[len(folder):])]  # fmt: skip


def name_of(package, source):
    """Of a file, the same for every CPU: PACKAGE/path."""
    return package + source[len(os.path.join(FOLDER, package)):]


def make(package, cpu, source, flags, limit):
    """Bitcode of one file for one CPU; its path."""
    folder = os.path.join(corpus.BUILD, "corpus", cpu, "sources")
    os.makedirs(folder, exist_ok=True)
    out = os.path.join(folder, name_of(package, source).replace("/", "_") + ".bc")
    if not os.path.exists(out):
        amdgpu.run([corpus.CLANG, "-O3", *corpus.CPUS[cpu], *flags, "-emit-llvm", "-c", "-o", out, source], limit)
    return out
