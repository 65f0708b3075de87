//===- isa/amdgpu/Dot.cpp - Integer dot products --------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Without clamp every sum here wraps modulo 2^32.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Families.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr unsigned DotWeight = 3;

V extend(V A, unsigned Bits, bool Signed) { return Signed ? sext(A, Bits) : zext(A, Bits); }

SemFn dot(unsigned EltBits, bool Signed) {
  return [EltBits, Signed](Sem &S) {
    V Products = extend(S.in(0, EltBits), 32, Signed) * extend(S.in(1, EltBits), 32, Signed);
    S.out(sumGroups(Products, 32 / EltBits)[0] + S.in(2, 32));
  };
}

} // namespace

void addDotRows(RowSet &R) {
  // Packed forms: modifiers of each source (8: its high half stays high), then
  // clamp, [op_sel, op_sel_hi,] neg_lo, neg_hi.
  auto Packed = [&](const char *Name, const char *Features, SemFn Fn, unsigned Trailing) {
    SmallVector<OperandSpec, 11> Spec = {fixed(8), reg(), fixed(8), reg(), fixed(8), reg()};
    Spec.append(Trailing, fixed(0));
    R.add(Name, Features, std::move(Fn)).weight(DotWeight).spec(Spec);
  };
  Packed("V_DOT4_I32_I8", "+dot1-insts", dot(8, true), 3);
  Packed("V_DOT4_U32_U8", "+dot7-insts", dot(8, false), 3);
  Packed("V_DOT8_I32_I4", "+dot1-insts", dot(4, true), 3);
  Packed("V_DOT8_U32_U4", "+dot7-insts", dot(4, false), 3);
  Packed("V_DOT2_I32_I16", "+dot2-insts", dot(16, true), 5);
  Packed("V_DOT2_U32_U16", "+dot2-insts", dot(16, false), 5);
  // The accumulator is tied to the result.
  R.add("V_DOT4C_I32_I8_e32", "+dot6-insts", dot(8, true)).weight(DotWeight);
  R.add("V_DOT8C_I32_I4_e32", "+dot3-insts", dot(4, true)).weight(DotWeight);
  R.add("V_DOT2C_I32_I16_e32", "+dot4-insts", dot(16, true)).weight(DotWeight);
}

} // namespace whittle::amdgpu
