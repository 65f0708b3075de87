//===- isa/x86/X86Float.h - Floating point as x86 does it -------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MXCSR is as programs start with it: exceptions masked, round to nearest, no
// flushing of denormals. An invalid operation gives the negative quiet NaN; of
// NaN operands the first one comes through, quieted (Intel SDM, volume 1, 4.8.3.5
// and table 4-7).
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_X86_X86FLOAT_H
#define WHITTLE_ISA_X86_X86FLOAT_H

#include "isa/Float.h"
#include "isa/x86/X86Rows.h"

namespace whittle::x86 {

/// What an invalid operation gives, in the elements of \p Like.
V indefinite(V Like);
V fpAdd(V A, V B);
V fpSub(V A, V B);
V fpMul(V A, V B);
V fpDiv(V A, V B);
V fpSqrt(V A);
/// The second operand unless the first is less (greater).
V fpMin(V A, V B);
V fpMax(V A, V B);
/// A rounded as the immediate of ROUNDPS and VRNDSCALEPS says: bits 0 and 1 are
/// the direction unless bit 2 asks for MXCSR's, bits 4 to 7 fraction bits kept.
V roundByImm(V A, V Imm, bool Scaled);

/// A precision as opcode names spell it, and what its instructions need in each
/// encoding; null: there are none.
struct FloatFormat {
  unsigned Elt;
  const char *Packed, *Scalar; ///< PS, SS
  const char *Sse, *Avx, *Evex;
  const char *EvexDq; ///< EVEX instructions that came with AVX512DQ
};
inline constexpr FloatFormat Single{32, "PS", "SS", "+sse", "+avx", "+avx512f", "+avx512dq"};
inline constexpr FloatFormat Double{64, "PD", "SD", "+sse2", "+avx", "+avx512f", "+avx512dq"};
inline constexpr FloatFormat Half{16, "PH", "SH", nullptr, nullptr, "+avx512fp16", "+avx512fp16"};
inline constexpr FloatFormat Formats[] = {Single, Double, Half};
/// The formats that older extensions have as well.
inline constexpr FloatFormat LongFormats[] = {Single, Double};

/// The opcodes of a scalar operation: on FR32 or FR64 values, where only the
/// element counts, and `_Int` ones on XMM registers, where what is above comes
/// from the first operand.
struct ScalarFamily {
  std::string Stem;           ///< legacy name: ADDSS
  unsigned Elt;               ///< of the result
  const char *Sse = nullptr;  ///< legacy forms
  const char *Avx = nullptr;  ///< VEX forms
  const char *Evex = nullptr; ///< EVEX forms
  std::string Suffix = "rr";
  /// Operands of the legacy FR form; the VEX and EVEX ones have one more if this
  /// is 1, for the upper elements alone.
  unsigned Operands = 2;
  unsigned Weight = 3;
  Row::ImmUse Imm = Row::ImmUse::None;
  bool Plain = true;  ///< false: XMM forms only, with plain names (VGETEXPSS)
  bool Masked = true; ///< EVEX forms have masked ones
  bool Sae = false;   ///< EVEX forms have twins without exceptions, on XMM alone
  bool Tied = false;  ///< operand 0 is tied in every form and keeps what is above
  unsigned Reads = 0; ///< bits that XMM load forms read; 0: as many as Elt
  bool Load = true;   ///< false: the last operand's loads unfold, or there are none
};

/// Adds every form of \p F. \p Element computes from operands 0 .. Operands-1,
/// which it reads as scalars by O.in(K, bits)[0].
void addScalarFloat(RowSet &R, const ScalarFamily &F, const Body &Element);

} // namespace whittle::x86

#endif // WHITTLE_ISA_X86_X86FLOAT_H
