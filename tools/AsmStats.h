//===- tools/AsmStats.h - What a function's assembly costs ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TOOLS_ASMSTATS_H
#define WHITTLE_TOOLS_ASMSTATS_H

#include "isa/TargetIsa.h"
#include <optional>
#include <string>
#include <vector>

namespace whittle {

struct FunctionStats {
  std::string Name;
  /// Vector, mask and matrix instructions (on AMDGPU: vector-unit ones), without
  /// register copies and plain loads and stores.
  unsigned Instructions = 0;
  unsigned Bytes = 0; ///< of all instructions of the function
  /// llvm-mca's cycles from the first dispatch to the last retirement of the
  /// function's text, run once (turns in a row would tie a result to the next
  /// turn's argument in the same register); none where LLVM has no schedule model
  /// or the function branches.
  std::optional<unsigned> Cycles;
  std::vector<std::string> Lines; ///< the instructions as printed
};

/// Parses assembly text of \p Isa for \p CPU. Errors name what LLVM's assembly
/// parser refused.
llvm::Expected<std::vector<FunctionStats>> asmStats(const TargetIsa &Isa, llvm::StringRef Asm,
                                                    llvm::StringRef CPU, llvm::StringRef Features);

} // namespace whittle

#endif // WHITTLE_TOOLS_ASMSTATS_H
