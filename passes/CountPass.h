//===- passes/CountPass.h - How much of selected code has a meaning -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts the static vector, mask and tile instructions of a function right after
// FinalizeISel: those with an explicit operand in a register class of such values.
// Left out are LLVM's generic opcodes (COPY, PHI, REG_SEQUENCE, ..), debug values,
// inline assembly, calls and returns.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_COUNTPASS_H
#define WHITTLE_PASSES_COUNTPASS_H

#include "isa/TargetIsa.h"
#include <map>
#include <string>

namespace llvm {
class MachineFunctionPass;
} // namespace llvm

namespace whittle {

struct SelectionCount {
  /// Instructions other than PlainMoves.
  uint64_t Instructions = 0;
  /// Those whose opcode has a row, or that unfold to a load or a store and an
  /// opcode that has one.
  uint64_t WithMeaning = 0;
  /// Loads and stores that copy a whole register, or a register's low part into
  /// memory: leaves and sinks, which need no row.
  uint64_t PlainMoves = 0;
  struct MissingOpcode {
    uint64_t Count = 0;
    /// Memory forms: the register form that a row would give a meaning, if LLVM
    /// unfolds to one.
    std::string RegForm;
  };
  /// Opcodes without a meaning, by name.
  std::map<std::string, MissingOpcode> Missing;
};

/// \p Isa is the target of the code; functions of another one are not counted.
/// \p Into must outlive the pass.
llvm::MachineFunctionPass *createCountPass(const TargetIsa &Isa, SelectionCount &Into);

} // namespace whittle

#endif // WHITTLE_PASSES_COUNTPASS_H
