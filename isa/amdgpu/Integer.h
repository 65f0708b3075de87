//===- isa/amdgpu/Integer.h - What the integer families share ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shift counts, bit offsets and field widths are read modulo the width of what is
// shifted, as the vector unit does; x86's vector shifts give 0 past the width.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_AMDGPU_INTEGER_H
#define WHITTLE_ISA_AMDGPU_INTEGER_H

#include "isa/amdgpu/Families.h"

namespace whittle::amdgpu {

constexpr unsigned MoveWeight = 1, SimpleWeight = 2;
/// One of the fused operations that the vector unit issues at its full rate.
constexpr unsigned MultiplyWeight = 3;
/// Issued at half the rate, or a pseudo opcode that becomes two instructions.
constexpr unsigned PairWeight = 4;
/// 32 x 32 bits is issued at a quarter of the rate.
constexpr unsigned WideMultiplyWeight = 8;

using Unary = V (*)(V);
using Binary = V (*)(V, V);
using Ternary = V (*)(V, V, V);

/// Meanings of 32-bit operands.
inline SemFn unary(Unary F) {
  return [F](Sem &S) { S.out(F(S.in(0, 32))); };
}
inline SemFn binary(Binary F) {
  return [F](Sem &S) { S.out(F(S.in(0, 32), S.in(1, 32))); };
}
inline SemFn ternary(Ternary F) {
  return [F](Sem &S) { S.out(F(S.in(0, 32), S.in(1, 32), S.in(2, 32))); };
}

inline V extend(V A, unsigned Bits, bool Signed) { return Signed ? sext(A, Bits) : zext(A, Bits); }

/// Count, of A's width, modulo that width.
inline V shlMasked(V A, V Count) {
  return {&A.sem(), A.sem().builder().CreateShl(A.get(), (Count & (A.eltBits() - 1)).get())};
}
inline V lshrMasked(V A, V Count) {
  return {&A.sem(), A.sem().builder().CreateLShr(A.get(), (Count & (A.eltBits() - 1)).get())};
}
inline V ashrMasked(V A, V Count) {
  return {&A.sem(), A.sem().builder().CreateAShr(A.get(), (Count & (A.eltBits() - 1)).get())};
}

/// |A - B| of each unsigned element, as 32 bits each.
inline V differences(V A, V B, unsigned EltBits) {
  V X = bits(A, EltBits), Y = bits(B, EltBits);
  return zext(umax(X, Y) - umin(X, Y), 32);
}

} // namespace whittle::amdgpu

#endif // WHITTLE_ISA_AMDGPU_INTEGER_H
