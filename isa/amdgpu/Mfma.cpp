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

/// Signed bytes. Sums wrap modulo 2^32: there is no clamp for integers.
void multiplyBytes(Sem &S, const Shape &F) {
  const unsigned M = 1u << F.LogM, Parts = F.Blocks > 1 ? 1 : 64 / M;
  const Place At = placeOf(S, F.LogM);
  V First = F.Blocks > 1 ? shl(At.Block, F.LogM) : S.constant(32, 0);
  V Sum;
  for (unsigned Part = 0; Part != Parts; ++Part)
    for (unsigned Word = 0; Word != F.Regs; ++Word) {
      V Reg = S.constant(32, Word), Lane = First + Part * M;
      V A = bits(S.elem(0, Lane + At.Row, Reg), 8), B = bits(S.elem(1, Lane + At.Column, Reg), 8);
      V Products = sumGroups(sext(A, 32) * sext(B, 32), 4)[0];
      Sum = Sum.get() ? Sum + Products : Products;
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
  // The _mac forms tie C to D; _vgprcd ones keep C and D in vector registers
  // instead of AGPRs.
  for (const Shape &F : Shapes)
    for (const char *Form : {"_e64", "_vgprcd_e64", "_mac_e64", "_mac_vgprcd_e64"})
      if (F.Ties || !StringRef(Form).starts_with("_mac"))
        R.addMatrix(F.Name + std::string(Form), F.Features, [F](Sem &S) { multiplyBytes(S, F); })
            .weight(F.Weight)
            .spec({reg(), reg(), reg(), fixed(0), fixed(0), fixed(0)});
}

} // namespace whittle::amdgpu
