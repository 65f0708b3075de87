//===- isa/x86/Tile.cpp - AMX: products of tiles of bytes ---------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The opcodes that instruction selection emits: with the shape as operands, from
// which LLVM later makes the tile configuration. It configures the low byte of a
// number of rows and 16 bits of a number of bytes in a row.
//
// A shape past the limits of the hardware (16 rows of 64 bytes), without rows or
// bytes, or, in a product, with a part of a dword, faults in LDTILECFG or in the
// instruction: what a row says for it holds of no execution. It says what Intel's
// pseudo-code computes, a number past a limit taken as the limit.
//
// TDPBF16PS and TDPFP16PS have no row: which NaN they give and where they flush
// denormals is not described exactly, and nothing here could tell.
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

static constexpr unsigned Rows = 16, Dwords = 16, Elements = Rows * Dwords;

/// Element (m, n) is element From(m, n) of A.
static V rearrange(V A, function_ref<unsigned(unsigned, unsigned)> From) {
  return arrange(A, Elements, [&](unsigned I) { return From(I / Dwords, I % Dwords); });
}

/// Element (m, n) is Of(m, n).
static V indices(Sem &S, function_ref<unsigned(unsigned, unsigned)> Of) {
  SmallVector<Constant *, 64> All;
  Type *T = Type::getInt32Ty(S.builder().getContext());
  for (unsigned I = 0; I != Elements; ++I)
    All.push_back(ConstantInt::get(T, Of(I / Dwords, I % Dwords)));
  return {&S, ConstantVector::get(All)};
}

/// Byte J of each dword.
static V byteOf(V A, unsigned J, bool Signed) {
  V Byte = trunc(J ? lshr(A, 8 * J) : A, 8);
  return Signed ? sext(Byte, 32) : zext(Byte, 32);
}

/// Operands: rows M, bytes N in a row of the result and of b, bytes K in a row of
/// a; accumulator, a, b. Dword (m, n) gains the products of the bytes of a's dword
/// (m, k) with those of b's (k, n), for each of the K / 4.
static SemFn product(bool SignedA, bool SignedB) {
  return [=](Sem &S) {
    V M = zext(S.raw(0) & 0xff, 32), N = zext(S.raw(1), 32), K = zext(S.raw(2), 32);
    V Acc = S.in(3, 32), A = S.in(4, 32), B = S.in(5, 32), Zero = S.zero(Elements, 32);
    V Row = indices(S, [](unsigned R, unsigned) { return R; });
    V Column = indices(S, [](unsigned, unsigned C) { return C; });
    B = select(cmp(CmpInst::ICMP_ULT, Row, lshr(K, 2u)), B, Zero);
    V Sum = Acc;
    for (unsigned J = 0; J != 4; ++J) {
      V OfA = byteOf(A, J, SignedA), OfB = byteOf(B, J, SignedB);
      for (unsigned D = 0; D != Dwords; ++D)
        Sum = Sum + rearrange(OfA, [=](unsigned R, unsigned) { return R * Dwords + D; }) *
                        rearrange(OfB, [=](unsigned, unsigned C) { return D * Dwords + C; });
    }
    // What is left of a row after its whole dwords keeps the accumulator's bytes.
    V Whole = lshr(N, 2u), Rest = shl(S.constant(32, 1), shl(N & 3, 3u)) - 1;
    V Result = select(cmp(CmpInst::ICMP_ULT, Column, Whole), Sum,
                      select(cmp(CmpInst::ICMP_EQ, Column, Whole), Acc & Rest, Zero));
    S.out(select(cmp(CmpInst::ICMP_ULT, Row, M), Result, Zero));
  };
}

void addTile(RowSet &R) {
  R.add("PTILEZEROV", "+amx-tile", [](Sem &S) { S.out(S.zero(Elements, 32)); }).weight(2).ordered();
  for (bool SignedA : {true, false})
    for (bool SignedB : {true, false})
      R.add(std::string("PTDPB") + (SignedA ? "S" : "U") + (SignedB ? "S" : "U") + "DV",
            "+amx-int8", product(SignedA, SignedB))
          .weight(32)
          .ordered();
}

} // namespace whittle::x86
