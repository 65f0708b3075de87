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
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Families.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

struct Shape {
  const char *Name, *Features;
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

/// Signed bytes. Sums wrap modulo 2^32: there is no clamp for integers.
void multiplyBytes(Sem &S, const Shape &F, bool Modifiers) {
  const unsigned M = 1u << F.LogM, Parts = F.Blocks > 1 ? 1 : 64 / M;
  const Place At = placeOf(S, F.LogM);
  auto FirstLane = [&](V Block) { return F.Blocks > 1 ? shl(Block, F.LogM) : S.constant(32, 0); };
  V FirstA = FirstLane(Modifiers ? broadcastBlock(S, F, At.Block) : At.Block);
  V FirstB = FirstLane(At.Block);
  V Sum;
  for (unsigned Part = 0; Part != Parts; ++Part) {
    V LaneA = FirstA + Part * M + At.Row, LaneB = FirstB + Part * M + At.Column;
    if (Modifiers)
      LaneB = permutedLane(S, LaneB);
    for (unsigned Word = 0; Word != F.Regs; ++Word) {
      V Reg = S.constant(32, Word);
      V A = bits(S.elem(0, LaneA, Reg), 8), B = bits(S.elem(1, LaneB, Reg), 8);
      V Products = sumGroups(sext(A, 32) * sext(B, 32), 4)[0];
      Sum = Sum.get() ? Sum + Products : Products;
    }
  }
  S.out(Sum + S.elem(2, S.lane(), S.reg()));
}

} // namespace

void addMfmaRows(RowSet &R) {
  static const char Every[] = "+mai-insts", Gfx90a[] = "+mai-insts,-gfx940-insts",
                    Gfx940[] = "+gfx940-insts", Gfx950[] = "+gfx950-insts";
  static const Shape Shapes[] = {
      {"V_MFMA_I32_4X4X4I8", Every, 2, 16, 1, 8, false},
      {"V_MFMA_I32_16X16X4I8", Every, 4, 4, 1, 32, true},
      {"V_MFMA_I32_32X32X4I8", Every, 5, 2, 1, 64, true},
      {"V_MFMA_I32_16X16X16I8", Gfx90a, 4, 1, 1, 32, false},
      {"V_MFMA_I32_32X32X8I8", Gfx90a, 5, 1, 1, 64, true},
      {"V_MFMA_I32_16X16X32I8", Gfx940, 4, 1, 2, 16, false},
      {"V_MFMA_I32_32X32X16I8", Gfx940, 5, 1, 2, 32, true},
      {"V_MFMA_I32_16X16X64_I8", Gfx950, 4, 1, 4, 16, false},
      {"V_MFMA_I32_32X32X32_I8", Gfx950, 5, 1, 4, 32, true},
  };
  const OperandSpec Neutral[] = {reg(), reg(), reg(), fixed(0), fixed(0), fixed(0)},
                    Modified[] = {reg(), reg(), reg(), imm(3), imm(4), imm(3)};
  // The _mac forms tie C to D; _vgprcd ones keep C and D in vector registers
  // instead of AGPRs.
  for (const Shape &F : Shapes)
    for (const char *Form : {"_e64", "_vgprcd_e64", "_mac_e64", "_mac_vgprcd_e64"})
      if (F.Ties || !StringRef(Form).starts_with("_mac"))
        for (bool Modifiers : {false, true})
          R.addMatrix(F.Name + std::string(Form) + (Modifiers ? ":mods" : ""), F.Features,
                      [F, Modifiers](Sem &S) { multiplyBytes(S, F, Modifiers); })
              .weight(F.Weight)
              .spec(Modifiers ? Modified : Neutral);
}

} // namespace whittle::amdgpu
