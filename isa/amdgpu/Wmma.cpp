//===- isa/amdgpu/Wmma.cpp - Matrix products of gfx11 and gfx12: WMMA -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// D = A * B + C with 16 rows and columns on 32 or 64 lanes, whatever EXEC is. Lanes
// are groups of 16; lane l has row l mod 16 of A, column l mod 16 of B, C and D.
//   gfx11: every group holds all of A and B, elements in order. The documents want
//          these copies equal; here a group reads its own, so that no rule can lose
//          one. Register r of D: row groups * r + l / 16.
//   gfx12: a group holds its part of the index that is summed over, elements in
//          order. Register r of D: row registers * (l / 16) + r. Where 16 numbers of
//          4 bits would be half a register in each of 4 groups, the first two have
//          them, as AMD's emulator has it: the documents do not say, and these rows
//          (16X16X16_IU4_w64) stay unconfirmed. How the other parts are ordered makes
//          no difference to the sum, as long as A and B have the same order.
// Without clamp sums wrap modulo 2^32. With it the exact sum of all products and C
// is saturated once, to signed 32 bits: the documents say only that it saturates.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Families.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

/// NEG and OP_SEL_1 of a packed operand's modifiers: the latter alone is neutral.
constexpr int64_t Negated = 1, HighStaysHigh = 8;
constexpr unsigned Size = 16;

struct Shape {
  unsigned Lanes, EltBits, Depth;
  bool Gfx12;
  bool SignedA = false, SignedB = false, Clamp = false;

  unsigned groups() const { return Lanes / Size; }
  unsigned regsOfD() const { return Size * Size / Lanes; }
  /// Of the index summed over. A group that takes part has a register or more.
  unsigned parts() const { return Gfx12 ? std::min(groups(), Depth * EltBits / 32) : 1; }
  unsigned held() const { return Depth / parts(); } ///< elements in a lane
};

V extend(V A, unsigned Bits, bool Signed) { return Signed ? sext(A, Bits) : zext(A, Bits); }

V rowOf(Sem &S, const Shape &F) {
  V Group = lshr(S.lane(), 4u);
  return F.Gfx12 ? Group * F.regsOfD() + S.reg() : S.reg() * F.groups() + Group;
}

/// The elements that lane \p Lane holds in register \p Reg.
V elements(Sem &S, const Shape &F, unsigned Operand, V Lane, unsigned Reg) {
  return bits(S.elem(Operand, Lane, S.constant(32, Reg)), F.EltBits);
}

void multiplyIntegers(Sem &S, const Shape &F) {
  V Row = rowOf(S, F), Column = S.lane() & int64_t(Size - 1);
  V First = F.Gfx12 ? S.constant(32, 0) : S.lane() & ~int64_t(Size - 1);
  const unsigned Regs = F.held() * F.EltBits / 32;
  V Sum;
  for (unsigned Part = 0; Part != F.parts(); ++Part)
    for (unsigned Reg = 0; Reg != Regs; ++Reg) {
      V Lane = First + Part * Size;
      V A = elements(S, F, 0, Lane + Row, Reg), B = elements(S, F, 1, Lane + Column, Reg);
      V Products = sumGroups(extend(A, 32, F.SignedA) * extend(B, 32, F.SignedB), A.lanes())[0];
      Sum = Sum.get() ? Sum + Products : Products;
    }
  V C = S.elem(2, S.lane(), S.reg());
  // The products themselves add up to far less than 32 bits.
  S.out(F.Clamp ? saddSat(Sum, C) : Sum + C);
}

/// NAME, which multiplies unsigned integers, and variants ":ss", ":su" and ":us" with
/// signed ones, each also with clamp, which is written as -1.
void addIntegers(RowSet &R, const std::string &Name, const std::string &Features, Shape F,
                 unsigned Weight) {
  for (bool SignedA : {false, true})
    for (bool SignedB : {false, true})
      for (bool Clamp : {false, true}) {
        F.SignedA = SignedA, F.SignedB = SignedB, F.Clamp = Clamp;
        std::string Variant;
        if (SignedA || SignedB)
          Variant = {':', SignedA ? 's' : 'u', SignedB ? 's' : 'u'};
        if (Clamp)
          Variant += Variant.empty() ? ":clamp" : "_clamp";
        SmallVector<OperandSpec, 9> Spec = {fixed(HighStaysHigh | (SignedA ? Negated : 0)), reg(),
                                            fixed(HighStaysHigh | (SignedB ? Negated : 0)), reg()};
        // gfx11 has modifiers of C, and neg_hi besides neg_lo at the end.
        if (!F.Gfx12)
          Spec.push_back(fixed(HighStaysHigh));
        Spec.append({reg(), fixed(Clamp ? -1 : 0)});
        Spec.append(F.Gfx12 ? 1 : 2, fixed(0));
        R.addMatrix(Name + Variant, Features, [F](Sem &S) { multiplyIntegers(S, F); })
            .waveLanes(F.Lanes)
            .weight(Weight)
            .spec(Spec);
      }
}

} // namespace

void addWmmaRows(RowSet &R) {
  struct Line {
    const char *Name;
    unsigned EltBits, Depth;
    bool Gfx12;
    unsigned Weight;
  };
  static const Line Lines[] = {
      {"V_WMMA_I32_16X16X16_IU8", 8, 16, false, 32}, {"V_WMMA_I32_16X16X16_IU4", 4, 16, false, 16},
      {"V_WMMA_I32_16X16X16_IU8", 8, 16, true, 16},  {"V_WMMA_I32_16X16X16_IU4", 4, 16, true, 8},
      {"V_WMMA_I32_16X16X32_IU4", 4, 32, true, 16},
  };
  // The _twoaddr forms tie C to D.
  for (const Line &L : Lines)
    for (unsigned Lanes : {32u, 64u})
      for (const char *Form : {"_twoaddr", "_threeaddr"}) {
        const std::string Wave = "_w" + std::to_string(Lanes);
        addIntegers(R, L.Name + (L.Gfx12 ? Wave + Form : Form + Wave),
                    (L.Gfx12 ? "+gfx12-insts" : "+gfx11-insts,-gfx12-insts") +
                        (",+wavefrontsize" + std::to_string(Lanes)),
                    {Lanes, L.EltBits, L.Depth, L.Gfx12}, L.Weight);
      }
}

} // namespace whittle::amdgpu
