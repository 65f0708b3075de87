//===- isa/amdgpu/FloatRows.h - Singles and doubles -----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An operation on 32 or 64 bits is described once; of it are made its encodings with
// and without modifiers.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_AMDGPU_FLOATROWS_H
#define WHITTLE_ISA_AMDGPU_FLOATROWS_H

#include "isa/amdgpu/Families.h"
#include "isa/amdgpu/FloatArithmetic.h"

namespace whittle::amdgpu {

/// How an operation has a source.
enum class WholeSource : uint8_t {
  Float,   ///< modifiers neg and abs
  Tied,    ///< in the result's register; the operand for modifiers stays 0
  Integer, ///< an operand for modifiers that stays 0
  Plain,   ///< no operand for modifiers
};

struct FloatOperation {
  using Compute = std::function<V(llvm::ArrayRef<V>, Generation)>;
  std::string Name;
  unsigned Bits; ///< of each source
  llvm::SmallVector<WholeSource, 3> Sources;
  Compute Fn;
  std::string Features = "+gfx9-insts";
  unsigned Weight = 2;
  bool HasE32 = true, HasE64 = true;
  bool Clamps = true;    ///< clamp acts on the result; else it stays 0
  bool HasOmod = true;   ///< e64 has that operand; it always stays 0
  unsigned LastBits = 0; ///< of the last source, if not Bits
};

/// Adds NAME_e32, NAME_e64 and "NAME_e64:mods" (":clamp" where no source has
/// modifiers). \p Variant: ":gfx12" where the opcode
/// has another meaning there, with ":gfx12-mods".
void addFloatOperation(RowSet &R, const FloatOperation &Op, Generation G = Generation::Gfx9,
                       const std::string &Variant = "");
/// The same for a minimum or maximum, in three generations or from \p First on.
void addByGeneration(RowSet &R, const FloatOperation &Op, Generation First = Generation::Gfx9,
                     Generation Last = Generation::Gfx12);

void addDoubleRows(RowSet &R); ///< arithmetic of 64 bits

} // namespace whittle::amdgpu

#endif // WHITTLE_ISA_AMDGPU_FLOATROWS_H
