//===- passes/CodeLifter.h - Machine code as MachineIR text -----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_CODELIFTER_H
#define WHITTLE_PASSES_CODELIFTER_H

#include "passes/MachineCode.h"

namespace whittle {

struct LiftOptions {
  std::string CPU; ///< of all functions; empty: the least that has each one's instructions
  /// Registers that a function's caller may read when it returns, by their names in
  /// assembly; "all" is every one, "none" those alone that
  /// every function keeps. Empty: those that the System V ABI has results in, too.
  std::vector<std::string> LiveOut;
};

/// \p Code of x86-64 in SSA form, as a .mir file: physical registers become virtual
/// ones, and PHIs where paths meet. What a register holds when its function is left
/// stands in a COPY to the physical register, if someone may read it there.
///
/// A register is read as wide as an instruction reads it; what an instruction does
/// not write stays (INSERT_SUBREG) or is zero (SUBREG_TO_REG) as the processor has
/// it. Instructions with operands that are no values (high bytes, x87, calls) become
/// a KILL of what they read, and what they write is a new value (which a KILL without
/// operands defines). Branches are there, but not what they depend on.
///
/// Fails for an unknown register in LiveOut. The text names functions as the code does,
/// with '_' for what MIR cannot have in a name and ".N" behind one that was there before.
llvm::Expected<std::string> liftToMir(const TargetIsa &Isa, const MachineCode &Code,
                                      const LiftOptions &Options);

} // namespace whittle

#endif // WHITTLE_PASSES_CODELIFTER_H
