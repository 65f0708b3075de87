//===- isa/x86/Galois.cpp - GFNI: arithmetic in GF(2^8) and affine maps -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

V fieldDouble(V A) {
  V Zero = A.sem().constantLike(A, 0);
  return (A + A) ^ select(cmp(CmpInst::ICMP_SLT, A, Zero), A.sem().constantLike(A, 0x1b), Zero);
}

static V ifBit(V Of, unsigned Bit, V Then) {
  V Zero = Of.sem().constantLike(Of, 0);
  return select(cmp(CmpInst::ICMP_NE, Of & (int64_t(1) << Bit), Zero), Then, Zero);
}

V fieldProduct(V A, V B) {
  V Sum = ifBit(B, 0, A);
  for (unsigned Bit = 1; Bit != 8; ++Bit) {
    A = fieldDouble(A);
    Sum = Sum ^ ifBit(B, Bit, A);
  }
  return Sum;
}

/// Squaring is linear: each bit of A contributes the square of its power of x.
static V squared(V A) {
  static const uint8_t SquareOfBit[8] = {0x01, 0x04, 0x10, 0x40, 0x1b, 0x6c, 0xab, 0x9a};
  Sem &S = A.sem();
  V Sum = ifBit(A, 0, S.constantLike(A, SquareOfBit[0]));
  for (unsigned Bit = 1; Bit != 8; ++Bit)
    Sum = Sum ^ ifBit(A, Bit, S.constantLike(A, SquareOfBit[Bit]));
  return Sum;
}

/// A^254.
V fieldInverse(V A) {
  V A2 = squared(A), A3 = fieldProduct(A2, A), A12 = squared(squared(A3));
  V A15 = fieldProduct(A12, A3), A240 = squared(squared(squared(squared(A15))));
  return fieldProduct(fieldProduct(A240, A12), A2);
}

static V parity(V A) {
  A = A ^ lshr(A, 4u);
  A = A ^ lshr(A, 2u);
  return (A ^ lshr(A, 1u)) & 1;
}

/// Bit I of each byte: the parity of it under byte 7-I of the qword's matrix,
/// plus bit I of the immediate.
static V affine(const Ops &O, V X) {
  V Matrix = O.in(1, 8);
  V Sum = O.immLike(X);
  for (unsigned Bit = 0; Bit != 8; ++Bit) {
    V Row = arrange(Matrix, X.lanes(), [=](unsigned I) { return I / 8 * 8 + 7 - Bit; });
    Sum = Sum ^ shl(parity(X & Row), Bit);
  }
  return Sum;
}

void addGalois(RowSet &R) {
  auto Forms = [](const char *Stem, const char *Suffix, Row::ImmUse Imm) {
    return Family{.Stem = Stem,
                  .Sse = "+gfni",
                  .Avx = "+gfni,+avx",
                  .Avx2 = "+gfni,+avx",
                  .Evex = "+gfni,+avx512f",
                  .MaskElt = 8,
                  .Suffix = Suffix,
                  .Weight = 3,
                  .Imm = Imm};
  };
  add(R, Forms("GF2P8MULB", "rr", Row::ImmUse::None),
      [](const Ops &O) { return fieldProduct(O.in(0, 8), O.in(1, 8)); });
  add(R, Forms("GF2P8AFFINEQB", "rri", Row::ImmUse::Any),
      [](const Ops &O) { return affine(O, O.in(0, 8)); });
  add(R, Forms("GF2P8AFFINEINVQB", "rri", Row::ImmUse::Any),
      [](const Ops &O) { return affine(O, fieldInverse(O.in(0, 8))); });
}

} // namespace whittle::x86
