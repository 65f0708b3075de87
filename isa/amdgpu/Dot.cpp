//===- isa/amdgpu/Dot.cpp - Integer dot products --------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Without clamp every sum here wraps modulo 2^32. Of clamp the documents say only
// that the result saturates; these rows saturate the exact sum of all products and
// the addend once, to the 32-bit range of the result's sign.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Families.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr unsigned DotWeight = 3;

/// NEG and OP_SEL_1 of a packed operand's modifiers: the latter alone is neutral.
constexpr int64_t Negated = 1, HighStaysHigh = 8;

struct DotProduct {
  unsigned EltBits;
  bool SignedA, SignedB; ///< how elements are read
  bool SignedSum;        ///< what clamp saturates to
};

V extend(V A, unsigned Bits, bool Signed) { return Signed ? sext(A, Bits) : zext(A, Bits); }

/// The sum of the products, of SumBits.
V products(Sem &S, const DotProduct &D, unsigned SumBits) {
  V Products = extend(S.in(0, D.EltBits), SumBits, D.SignedA) *
               extend(S.in(1, D.EltBits), SumBits, D.SignedB);
  return sumGroups(Products, 32 / D.EltBits)[0];
}

SemFn wrapping(DotProduct D) {
  return [D](Sem &S) { S.out(products(S, D, 32) + S.in(2, 32)); };
}

SemFn saturating(DotProduct D) {
  return [D](Sem &S) {
    V Addend = S.in(2, 32);
    // Products of bytes add up to 19 bits at most, two of 16 bits to more than 32.
    if (D.EltBits < 16) {
      V Sum = products(S, D, 32);
      S.out(D.SignedSum ? saddSat(Sum, Addend) : uaddSat(Sum, Addend));
      return;
    }
    V Sum = products(S, D, 64) + extend(Addend, 64, D.SignedSum);
    S.out(D.SignedSum ? truncSSat(Sum, 32) : trunc(umin(Sum, S.constantLike(Sum, 0xffffffff)), 32));
  };
}

/// \p Name takes its modifiers before each register, then clamp and \p Trailing
/// others, which stay 0. Clamp is written as -1.
void addClamped(RowSet &R, const std::string &Name, const std::string &ClampedName,
                const char *Features, DotProduct D, ArrayRef<int64_t> Modifiers,
                unsigned Trailing) {
  for (bool Clamp : {false, true}) {
    SmallVector<OperandSpec, 11> Spec;
    for (int64_t M : Modifiers)
      Spec.append({fixed(M), reg()});
    Spec.push_back(fixed(Clamp ? -1 : 0));
    Spec.append(Trailing, fixed(0));
    R.add(Clamp ? ClampedName : Name, Features, Clamp ? saturating(D) : wrapping(D))
        .weight(DotWeight)
        .spec(Spec);
  }
}

} // namespace

void addDotRows(RowSet &R) {
  // After clamp: [op_sel, op_sel_hi,] neg_lo, neg_hi.
  auto Packed = [&](const std::string &Name, const char *Features, unsigned EltBits, bool Signed,
                    unsigned Trailing) {
    addClamped(R, Name, Name + ":clamp", Features, {EltBits, Signed, Signed, Signed},
               {HighStaysHigh, HighStaysHigh, HighStaysHigh}, Trailing);
  };
  Packed("V_DOT4_I32_I8", "+dot1-insts", 8, true, 2);
  Packed("V_DOT4_U32_U8", "+dot7-insts", 8, false, 2);
  Packed("V_DOT8_I32_I4", "+dot1-insts", 4, true, 2);
  Packed("V_DOT8_U32_U4", "+dot7-insts", 4, false, 2);
  Packed("V_DOT2_I32_I16", "+dot2-insts", 16, true, 4);
  Packed("V_DOT2_U32_U16", "+dot2-insts", 16, false, 4);

  // Either source signed or not, as its neg_lo says. The result is signed.
  for (auto [Name, EltBits] : {std::pair("V_DOT4_I32_IU8", 8u), std::pair("V_DOT8_I32_IU4", 4u)})
    for (bool SignedA : {false, true})
      for (bool SignedB : {false, true}) {
        std::string Variant = SignedA || SignedB ? ":" : "";
        if (SignedA || SignedB)
          Variant += {SignedA ? 's' : 'u', SignedB ? 's' : 'u'};
        addClamped(R, Name + Variant, Name + (Variant.empty() ? ":clamp" : Variant + "_clamp"),
                   "+dot8-insts", {EltBits, SignedA, SignedB, true},
                   {HighStaysHigh | (SignedA ? Negated : 0),
                    HighStaysHigh | (SignedB ? Negated : 0), HighStaysHigh},
                   2);
      }

  // The accumulator is tied to the result. The longer encoding is an unpacked one.
  auto Accumulating = [&](const std::string &Name, const char *Features, unsigned EltBits) {
    const DotProduct D = {EltBits, true, true, true};
    R.add(Name + "_e32", Features, wrapping(D)).weight(DotWeight);
    addClamped(R, Name + "_e64", Name + "_e64:clamp", Features, D, {0, 0, 0}, 0);
  };
  Accumulating("V_DOT4C_I32_I8", "+dot6-insts", 8);
  Accumulating("V_DOT8C_I32_I4", "+dot3-insts", 4);
  Accumulating("V_DOT2C_I32_I16", "+dot4-insts", 16);
}

} // namespace whittle::amdgpu
