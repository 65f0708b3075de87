//===- isa/amdgpu/Float16.h - Sixteen-bit floating point --------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An operation on halves is described once. Of it are made the opcodes of gfx9, whose
// results zero the register's high half or keep it, those of gfx11 on half registers
// (_t16), and those of gfx11 and gfx12 on whole registers (_fake16), which keep the
// high half.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_AMDGPU_FLOAT16_H
#define WHITTLE_ISA_AMDGPU_FLOAT16_H

#include "isa/amdgpu/Families.h"
#include "isa/amdgpu/FloatArithmetic.h"

namespace whittle::amdgpu {

/// How an operation has a source.
enum class Source : uint8_t {
  Half,    ///< modifiers neg and abs, where there is op_sel also the high half
  Single,  ///< a whole register, neg and abs
  Tied,    ///< a half in the result's register, no modifiers
  Integer, ///< 16 bits, an operand for modifiers that stays 0
  Plain,   ///< 16 bits; the operand for modifiers exists in _t16 opcodes only
};

/// The opcodes that are made of one operation.
struct Float16Form {
  const char *Infix, *Features;
  Generation Of;
  bool True16 = false; ///< registers are halves
  bool Zeroes = false; ///< whole registers: the result's high half is 0
};

struct Float16Operation {
  using Compute = std::function<V(llvm::ArrayRef<V>, Generation)>;
  std::string Name;
  llvm::SmallVector<Source, 3> Sources;
  Compute Fn; ///< of 16 or 32 bits each, to ResultBits
  bool HasE32 = true, HasE64 = true;
  bool OpSel = false;       ///< e64 can read high halves
  bool FloatResult = true;  ///< clamp acts on the result
  bool HasOmod = true;      ///< e64 has that operand; it always stays 0
  bool KeepsHigh = false;   ///< on gfx9, where most zero the high half
  unsigned ResultBits = 16; ///< or 32: all of the register
  unsigned Weight = 2;
};

/// Adds NAME, its encodings, and ":mods" with modifiers at run time.
void addFloat16Operation(RowSet &R, const Float16Operation &Op, const Float16Form &Form);

/// The forms on gfx9, gfx11 and gfx12; \p ByGeneration if the meaning differs between
/// the latter two. Opcodes of gfx11 and later only: from \p First on.
void addFloat16Forms(RowSet &R, const Float16Operation &Op, Generation First = Generation::Gfx9,
                     bool ByGeneration = false);

// Between formats. A NaN keeps its sign and as much of its payload as there is room
// for, and is quiet.
V halfToSingle(V Half);
V singleToHalf(V Single); ///< to nearest even
V singleToHalfTowardsZero(V Single);
V brainToSingle(V Brain); ///< bfloat16: the bits as they are
V singleToBrain(V Single);

/// FP8 is E4M3, BF8 is E5M2. gfx942 has them without infinities and -0 (FNUZ), later
/// GPUs as the Open Compute Project defines them.
struct ByteFormat {
  unsigned Mantissa;
  bool Fnuz;
  unsigned bias() const { return (Mantissa == 3 ? 7 : 15) + Fnuz; }
  bool hasInfinity() const { return Mantissa == 2 && !Fnuz; }
  /// The largest number's magnitude.
  unsigned largest() const { return Fnuz ? 0x7f : Mantissa == 3 ? 0x7e : 0x7b; }
};

/// \p Byte is a byte of 32 bits. A NaN without payload is positive.
V byteToSingle(V Byte, ByteFormat F);

/// The low or high half of a whole register.
V halfOf(V Word, bool High);
/// The half that bit \p Bit of the modifiers chooses.
V selectedHalf(V Word, V Modifiers, unsigned Bit);

} // namespace whittle::amdgpu

#endif // WHITTLE_ISA_AMDGPU_FLOAT16_H
