//===- isa/amdgpu/Halves.h - 16-bit integer operations ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of one half, or of both halves of a register at once. Shift counts are read
// modulo 16. Clamp saturates the exact result to 16 bits, signed or unsigned as
// the operation is.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_AMDGPU_HALVES_H
#define WHITTLE_ISA_AMDGPU_HALVES_H

#include "isa/amdgpu/Families.h"

namespace whittle::amdgpu {

/// An operation of sources that are elements of 16 bits.
using HalfFunction = V (*)(llvm::ArrayRef<V> Sources);

struct HalfOperation {
  unsigned Sources;
  HalfFunction Wrapping;
  HalfFunction Saturating = nullptr; ///< null: clamp has no documented effect
  unsigned Weight = 2;
};

/// By the name without V_ or V_PK_, "ADD_U16" and so on.
const HalfOperation &halfOperation(llvm::StringRef Name);

/// Source modifiers. OpSel0 takes the high half: for the low half of the result, or
/// the only one. OpSel1 takes it for the high half of a packed result.
enum HalfModifiers : int64_t { OpSel0 = 4, OpSel1 = 8 };

/// Whether \p Bit is set in the row's immediate \p Imm, an i1.
V hasModifier(Sem &S, unsigned Imm, int64_t Bit);

/// Operands: \p N registers, each with \p Modifier before it, then \p Trailing.
llvm::SmallVector<OperandSpec, 0> modified(unsigned N, OperandSpec Modifier,
                                           llvm::ArrayRef<OperandSpec> Trailing);

/// Modifiers that search tries for \p N sources, the neutral ones first: each of
/// \p Values for any one source, for the first two and for all. If the row has clamp
/// too, each of these tuples with each of \p Clamps after it.
std::vector<llvm::SmallVector<int64_t, 6>> modifierPresets(unsigned N, int64_t Neutral,
                                                           llvm::ArrayRef<int64_t> Values,
                                                           llvm::ArrayRef<int64_t> Clamps = {});

} // namespace whittle::amdgpu

#endif // WHITTLE_ISA_AMDGPU_HALVES_H
