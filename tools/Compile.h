//===- tools/Compile.h - Code generation with a pass of ours in it -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TOOLS_COMPILE_H
#define WHITTLE_TOOLS_COMPILE_H

#include "llvm/Support/Error.h"
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class MachineFunctionPass;
class MemoryBuffer;
} // namespace llvm

namespace whittle {

/// Names that end so go through clang.
inline constexpr llvm::StringLiteral CompiledExtensions[] = {".c", ".cpp", ".cc", ".cxx", ".cl"};

struct CompileOptions {
  std::string File; ///< .c .cpp .cl .ll .bc .mir .s, or an object or archive
  std::string Triple, CPU, Features;
  std::vector<std::string> ClangArgs; ///< for .c, .cpp and .cl, after the defaults
  std::string Directory;              ///< where clang runs; empty: here
  unsigned OptLevel = 3;
  /// For assembly and objects: what a function's caller may read (LiftOptions).
  std::vector<std::string> LiveOut;
};

/// A source after the front end: IR (or MIR) text in memory, so that one run of
/// clang serves several code generations.
struct LoadedSource {
  CompileOptions O;
  std::string Text; ///< .ll, .bc or .mir content
  bool IsMir = false;
  bool IsLifted = false;            ///< MIR made of machine code
  std::vector<std::string> Skipped; ///< parts of a file that could not be read
  std::string Triple, CPU;          ///< as they will be used
  std::string Hash;                 ///< of Text
};

/// The C and C++ files of a compile database (compile_commands.json, or the folder
/// that has one), each with its directory and those of its arguments that bear on
/// the code. Errors name the file, and the entry.
llvm::Expected<std::vector<CompileOptions>> compileCommands(const std::string &Path);

/// Runs the front end if needed. Assembly (of x86-64), objects and archives become
/// MIR (liftToMir); the others are told by the ends of their names. Errors name the file.
llvm::Expected<LoadedSource> loadSource(const CompileOptions &O);

/// Code generation to assembly with \p Pass (made anew by the call; may be null)
/// right after instruction selection, and \p Then, if given, right behind it. MIR
/// sources run the passes alone and give MIR back.
llvm::Expected<std::string> generate(const LoadedSource &S,
                                     const std::function<llvm::MachineFunctionPass *()> &Pass,
                                     const std::function<llvm::MachineFunctionPass *()> &Then = {});

/// Instruction selection alone, then \p Pass; MIR sources run the pass alone. What
/// the code generator diagnoses is an error that names the file.
llvm::Error select(const LoadedSource &S, const std::function<llvm::MachineFunctionPass *()> &Pass);

} // namespace whittle

#endif // WHITTLE_TOOLS_COMPILE_H
