//===- isa/amdgpu/Mfma.cpp - Matrix cores: MFMA ---------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// D = A * B + C on 64 lanes, whatever EXEC is, for one matrix or several at once
// (blocks), of M rows and columns. The lanes are 64 / M groups of M:
//   A and B: lane l holds row (column) l mod M. With several blocks, group g has
//            block g; with one, group g the g-th part of the index summed over.
//   C and D: lane l holds column l mod M. With M = 4, group g has block g, and
//            register r row r. Otherwise register r has four rows at a time for
//            each group in turn, then the next rows, then the next block.
//
// With modifiers, block b reads block (b with its low cbsz bits those of abid) of A,
// and blgp says which group of lanes is read for one of B. Of cbsz that is more than
// the blocks have the documents say nothing; here only blocks that exist are read.
//
// F64 has an element in two registers: register pair e holds row 4 * e + l / 16 of
// column l mod 16; with M = 4 lane l holds block (l mod 16) / 4, row l / 16.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Matrix.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

struct Shape {
  const char *Name, *Features;
  Element A, B;
  unsigned LogM;   ///< of rows and columns
  unsigned Blocks; ///< 1, or one for each group of lanes
  unsigned Regs;   ///< of A and B
  unsigned Weight; ///< follows the passes that the matrix core takes
  bool Ties;       ///< there are forms that tie C to D
};

/// Where an element of D stands.
struct Place {
  V Row, Column, Block;
};

Place placeOf(Sem &S, unsigned LogM) {
  const unsigned M = 1u << LogM;
  V Column = S.lane() & int64_t(M - 1), Group = lshr(S.lane(), LogM);
  if (M == 4)
    return {S.reg(), Column, Group};
  // Four rows for each of 64 / M groups make a set, M * M / 256 sets a block.
  const unsigned LogSets = 2 * LogM - 8;
  V Set = lshr(S.reg(), 2u);
  V Row = shl(Set & int64_t((1u << LogSets) - 1), 2 + (6 - LogM)) + shl(Group, 2u) + (S.reg() & 3);
  return {Row, Column, lshr(Set, LogSets)};
}

/// The block of A that is read for \p Block.
V broadcastBlock(Sem &S, const Shape &F, V Block) {
  V Low = shl(S.constant(32, 1), zext(S.imm(0, 3), 32)) - 1; // cbsz
  return ((Block & ~Low) | (zext(S.imm(1, 4), 32) & Low)) & int64_t(F.Blocks - 1);
}

/// The lane of B that is read for \p Lane.
V permutedLane(Sem &S, V Lane) {
  V Blgp = zext(S.imm(2, 3), 32);
  V Half = (Lane & 31) | (shl(Blgp - 1, 5u) & 32), Rotated = (Lane + 16) & 63;
  V Quarter = (Lane & 15) | shl(Blgp & 3, 4u);
  auto Is = [&](unsigned Value) { return cmp(CmpInst::ICMP_EQ, Blgp, S.constant(32, Value)); };
  V Pattern = select(Is(0), Lane, select(Is(3), Rotated, Half));
  return select(cmp(CmpInst::ICMP_ULT, Blgp, S.constant(32, 4)), Pattern, Quarter);
}

/// Calls \p Each with the registers of A and B that are multiplied, first elements of
/// the index that is summed over first.
void eachRegister(Sem &S, const Shape &F, bool Modifiers, function_ref<void(V A, V B)> Each) {
  const unsigned M = 1u << F.LogM, Parts = F.Blocks > 1 ? 1 : 64 / M;
  const Place At = placeOf(S, F.LogM);
  auto FirstLane = [&](V Block) { return F.Blocks > 1 ? shl(Block, F.LogM) : S.constant(32, 0); };
  V FirstA = FirstLane(Modifiers ? broadcastBlock(S, F, At.Block) : At.Block);
  V FirstB = FirstLane(At.Block);
  for (unsigned Part = 0; Part != Parts; ++Part) {
    V LaneA = FirstA + Part * M + At.Row, LaneB = FirstB + Part * M + At.Column;
    if (Modifiers)
      LaneB = permutedLane(S, LaneB);
    for (unsigned Word = 0; Word != F.Regs; ++Word) {
      V Reg = S.constant(32, Word);
      Each(S.elem(0, LaneA, Reg), S.elem(1, LaneB, Reg));
    }
  }
}

/// Signed bytes. Sums wrap modulo 2^32: there is no clamp for integers.
void multiplyBytes(Sem &S, const Shape &F, bool Modifiers) {
  V Sum;
  eachRegister(S, F, Modifiers, [&](V A, V B) {
    V Products = sumGroups(sext(bits(A, 8), 32) * sext(bits(B, 8), 32), 4)[0];
    Sum = Sum.get() ? Sum + Products : Products;
  });
  S.out(Sum + S.elem(2, S.lane(), S.reg()));
}

void multiplySingles(Sem &S, const Shape &F) {
  V Sum = S.elem(2, S.lane(), S.reg());
  eachRegister(S, F, false,
               [&](V A, V B) { Sum = accumulated(Sum, toSingles(A, F.A), toSingles(B, F.B)); });
  S.out(Sum);
}

/// 64 bits in registers \p Even and the next.
V doubleOf(Sem &S, unsigned Operand, V Lane, V Even) {
  return concat(S.elem(Operand, Lane, Even), S.elem(Operand, Lane, Even + 1));
}

void multiplyDoubles(Sem &S, unsigned LogM) {
  V Even = S.reg() & ~int64_t(1), Group = lshr(S.lane(), 4u);
  V Row = LogM == 2 ? Group : shl(lshr(S.reg(), 1u), 2u) + Group;
  V Column = S.lane() & int64_t((1 << LogM) - 1);
  V Block = LogM == 2 ? S.lane() & 12 : S.constant(32, 0); // its first lane
  V Sum = doubleOf(S, 2, S.lane(), Even), Zero = S.constant(32, 0);
  Sum = bits(Sum, 64);
  for (unsigned K = 0; K != 4; ++K) {
    V First = Block + 16 * K;
    Sum = fusedSum(bits(doubleOf(S, 0, First + Row, Zero), 64),
                   bits(doubleOf(S, 1, First + Column, Zero), 64), Sum);
  }
  V High = cmp(CmpInst::ICMP_NE, S.reg() & 1, Zero);
  S.out(select(High, trunc(lshr(Sum, 32u), 32), trunc(Sum, 32)));
}

} // namespace

void addMfmaRows(RowSet &R) {
  using enum Element;
  static const char Every[] = "+mai-insts", Gfx90a[] = "+mai-insts,-gfx940-insts",
                    Gfx940[] = "+gfx940-insts", Gfx950[] = "+gfx950-insts";
  static const Shape Shapes[] = {
      {"V_MFMA_I32_4X4X4I8", Every, I8, I8, 2, 16, 1, 8, false},
      {"V_MFMA_I32_16X16X4I8", Every, I8, I8, 4, 4, 1, 32, true},
      {"V_MFMA_I32_32X32X4I8", Every, I8, I8, 5, 2, 1, 64, true},
      {"V_MFMA_I32_16X16X16I8", Gfx90a, I8, I8, 4, 1, 1, 32, false},
      {"V_MFMA_I32_32X32X8I8", Gfx90a, I8, I8, 5, 1, 1, 64, true},
      {"V_MFMA_I32_16X16X32I8", Gfx940, I8, I8, 4, 1, 2, 16, false},
      {"V_MFMA_I32_32X32X16I8", Gfx940, I8, I8, 5, 1, 2, 32, true},
      {"V_MFMA_I32_16X16X64_I8", Gfx950, I8, I8, 4, 1, 4, 16, false},
      {"V_MFMA_I32_32X32X32_I8", Gfx950, I8, I8, 5, 1, 4, 32, true},

      {"V_MFMA_F32_4X4X1F32", Every, F32, F32, 2, 16, 1, 8, false},
      {"V_MFMA_F32_16X16X1F32", Every, F32, F32, 4, 4, 1, 32, true},
      {"V_MFMA_F32_32X32X1F32", Every, F32, F32, 5, 2, 1, 64, true},
      {"V_MFMA_F32_16X16X4F32", Every, F32, F32, 4, 1, 1, 32, false},
      {"V_MFMA_F32_32X32X2F32", Every, F32, F32, 5, 1, 1, 64, true},
      {"V_MFMA_F32_16X16X8XF32", "+xf32-insts", XF32, XF32, 4, 1, 2, 16, false},
      {"V_MFMA_F32_32X32X4XF32", "+xf32-insts", XF32, XF32, 5, 1, 2, 32, true},
      {"V_MFMA_F32_4X4X4F16", Every, F16, F16, 2, 16, 2, 8, false},
      {"V_MFMA_F32_16X16X4F16", Every, F16, F16, 4, 4, 2, 32, true},
      {"V_MFMA_F32_32X32X4F16", Every, F16, F16, 5, 2, 2, 64, true},
      {"V_MFMA_F32_16X16X16F16", Every, F16, F16, 4, 1, 2, 32, false},
      {"V_MFMA_F32_32X32X8F16", Every, F16, F16, 5, 1, 2, 64, true},
      {"V_MFMA_F32_4X4X2BF16", Gfx90a, BF16, BF16, 2, 16, 1, 8, false},
      {"V_MFMA_F32_16X16X2BF16", Gfx90a, BF16, BF16, 4, 4, 1, 32, true},
      {"V_MFMA_F32_32X32X2BF16", Gfx90a, BF16, BF16, 5, 2, 1, 64, true},
      {"V_MFMA_F32_16X16X8BF16", Gfx90a, BF16, BF16, 4, 1, 1, 32, false},
      {"V_MFMA_F32_32X32X4BF16", Gfx90a, BF16, BF16, 5, 1, 1, 64, true},
      {"V_MFMA_F32_4X4X4BF16_1K", Every, BF16, BF16, 2, 16, 2, 8, false},
      {"V_MFMA_F32_16X16X4BF16_1K", Every, BF16, BF16, 4, 4, 2, 32, true},
      {"V_MFMA_F32_32X32X4BF16_1K", Every, BF16, BF16, 5, 2, 2, 64, true},
      {"V_MFMA_F32_16X16X16BF16_1K", Every, BF16, BF16, 4, 1, 2, 32, false},
      {"V_MFMA_F32_32X32X8BF16_1K", Every, BF16, BF16, 5, 1, 2, 64, true},
      {"V_MFMA_F32_16X16X32_F16", Gfx950, F16, F16, 4, 1, 4, 16, false},
      {"V_MFMA_F32_32X32X16_F16", Gfx950, F16, F16, 5, 1, 4, 32, true},
      {"V_MFMA_F32_16X16X32_BF16", Gfx950, BF16, BF16, 4, 1, 4, 16, false},
      {"V_MFMA_F32_32X32X16_BF16", Gfx950, BF16, BF16, 5, 1, 4, 32, true},
      {"V_MFMA_F64_4X4X4F64", Every, F64, F64, 2, 4, 2, 16, false},
      {"V_MFMA_F64_16X16X4F64", Every, F64, F64, 4, 1, 2, 32, true},
  };
  const OperandSpec Neutral[] = {reg(), reg(), reg(), fixed(0), fixed(0), fixed(0)},
                    Modified[] = {reg(), reg(), reg(), imm(3), imm(4), imm(3)};
  // The _mac forms tie C to D; _vgprcd ones keep C and D in vector registers
  // instead of AGPRs.
  auto AddForms = [&](const std::string &Name, const std::string &Variant, const Shape &F,
                      const SemFn &Meaning, ArrayRef<OperandSpec> Spec) {
    for (const char *Form : {"_e64", "_vgprcd_e64", "_mac_e64", "_mac_vgprcd_e64"})
      if (F.Ties || !StringRef(Form).starts_with("_mac"))
        R.addMatrix(Name + Form + Variant, F.Features, Meaning).weight(F.Weight).spec(Spec);
  };
  for (const Shape &F : Shapes)
    if (F.A == I8) {
      AddForms(F.Name, "", F, [F](Sem &S) { multiplyBytes(S, F, false); }, Neutral);
      AddForms(F.Name, ":mods", F, [F](Sem &S) { multiplyBytes(S, F, true); }, Modified);
    } else if (F.A == F64) {
      AddForms(F.Name, "", F, [F](Sem &S) { multiplyDoubles(S, F.LogM); }, Neutral);
    } else {
      AddForms(F.Name, "", F, [F](Sem &S) { multiplySingles(S, F); }, Neutral);
    }
  // gfx942 has formats of 8 bits of its own.
  for (bool Fnuz : {true, false})
    for (bool Fp8A : {true, false})
      for (bool Fp8B : {true, false})
        for (unsigned LogM : {4, 5}) {
          const Element A = Fp8A ? Fnuz ? FP8Fnuz : FP8 : Fnuz ? BF8Fnuz : BF8;
          const Element B = Fp8B ? Fnuz ? FP8Fnuz : FP8 : Fnuz ? BF8Fnuz : BF8;
          const Shape F = {"",       Fnuz ? "+gfx940-insts,-gfx950-insts" : Gfx950,
                           A,        B,
                           LogM,     1,
                           2,        LogM == 4 ? 16u : 32u,
                           LogM == 5};
          AddForms(
              std::string("V_MFMA_F32_") + (LogM == 4 ? "16X16X32_" : "32X32X16_") +
                  (Fp8A ? "FP8_" : "BF8_") + (Fp8B ? "FP8" : "BF8"),
              Fnuz ? ":fnuz" : "", F, [F](Sem &S) { multiplySingles(S, F); }, Neutral);
        }
}

} // namespace whittle::amdgpu
