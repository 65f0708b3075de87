//===- isa/amdgpu/Matrix.cpp - Matrix cores: MFMA -------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// D = A * B + C on 64 lanes, whatever EXEC is. With M rows and columns (16 or 32):
//   A and B: lane l holds row (column) l mod M, and in its 2 registers the 8
//            elements from 8 * (l / M) on of the index that is summed over;
//   C and D: lane l holds column l mod M, and in its register r
//            row (256 / M) * (r / 4) + 4 * (l / M) + r mod 4.
// Sums wrap modulo 2^32: there is no clamp for integers.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Families.h"

using namespace llvm;

namespace whittle::amdgpu {

/// One element of D. \p LogM is log2 of the rows and columns.
static void mfmaI8(Sem &S, unsigned LogM) {
  const unsigned M = 1u << LogM, Groups = 64 / M;
  V Column = S.lane() & int64_t(M - 1), Group = lshr(S.lane(), LogM);
  V Row = shl(lshr(S.reg(), 2u), 2 + (6 - LogM)) + shl(Group, 2u) + (S.reg() & 3);
  V Sum;
  for (unsigned G = 0; G != Groups; ++G)
    for (unsigned Word = 0; Word != 2; ++Word) {
      V Reg = S.constant(32, Word);
      V A = bits(S.elem(0, Row + G * M, Reg), 8), B = bits(S.elem(1, Column + G * M, Reg), 8);
      V Part = sumGroups(sext(A, 32) * sext(B, 32), 4)[0];
      Sum = Sum.get() ? Sum + Part : Part;
    }
  S.out(Sum + S.elem(2, S.lane(), S.reg()));
}

void addMatrixRows(RowSet &R) {
  struct Form {
    const char *Name;
    unsigned LogM, Weight;
  };
  // Weights follow the passes that the matrix core takes. The _mac forms tie C
  // to D; _vgprcd ones keep C and D in vector registers instead of AGPRs.
  static const Form Forms[] = {
      {"V_MFMA_I32_16X16X32I8_e64", 4, 16},     {"V_MFMA_I32_16X16X32I8_vgprcd_e64", 4, 16},
      {"V_MFMA_I32_32X32X16I8_e64", 5, 32},     {"V_MFMA_I32_32X32X16I8_vgprcd_e64", 5, 32},
      {"V_MFMA_I32_32X32X16I8_mac_e64", 5, 32}, {"V_MFMA_I32_32X32X16I8_mac_vgprcd_e64", 5, 32},
  };
  for (const Form &F : Forms)
    R.addMatrix(F.Name, "+gfx940-insts", [LogM = F.LogM](Sem &S) { mfmaI8(S, LogM); })
        .weight(F.Weight)
        .spec({reg(), reg(), reg(), fixed(0), fixed(0), fixed(0)});
}

} // namespace whittle::amdgpu
