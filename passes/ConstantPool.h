//===- passes/ConstantPool.h - Constants from memory on x86 -----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_CONSTANTPOOL_H
#define WHITTLE_PASSES_CONSTANTPOOL_H

#include "passes/OpcodeTable.h"
#include "llvm/IR/DebugLoc.h"

namespace llvm {
class MachineFunction;
class MachineInstr;
} // namespace llvm

namespace whittle {

/// A load of \p C (128, 256 or 512 bits) from a constant-pool entry, in front of
/// \p Before, into a new register. nullptr outside x86-64's small and medium
/// code models, where the address takes more than $rip, and where the
/// subtarget has no register of that width.
llvm::MachineInstr *loadPooledConstant(const llvm::APInt &C, llvm::MachineInstr &Before,
                                       const llvm::DebugLoc &DL, OpcodeTable &Table);
/// Whether it would give one for \p Bits.
bool mayPoolConstant(unsigned Bits, const llvm::MachineFunction &MF, const OpcodeTable &Table);

} // namespace whittle

#endif // WHITTLE_PASSES_CONSTANTPOOL_H
