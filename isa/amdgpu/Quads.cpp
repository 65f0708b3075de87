//===- isa/amdgpu/Quads.cpp - Differences at four places ------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Four bytes are compared with those at byte 0, 1, 2 and 3 of eight, and each
// sum of differences added to an element of the third operand.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Integer.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

/// The sum of the differences of four bytes; Masked leaves out those that are 0
/// in the second operand.
V sumOfFour(V A, V B, bool Masked) {
  Sem &S = A.sem();
  V Reference = bits(B, 8), D = differences(A, B, 8);
  if (Masked)
    D = select(cmp(CmpInst::ICMP_EQ, Reference, S.constantLike(Reference, 0)), S.constantLike(D, 0),
               D);
  return sumGroups(D, 4)[0];
}

SemFn quad(unsigned EltBits, bool Masked, bool Clamp) {
  return [=](Sem &S) {
    SmallVector<V, 4> Sums;
    for (unsigned I = 0; I != 4; ++I) {
      V Slice = trunc(lshr(S.in(0, 64), 8 * I), 32);
      V Sum = zextOrTrunc(sumOfFour(Slice, S.in(1, 32), Masked), EltBits);
      V Before = S.in(2, EltBits)[I];
      Sums.push_back(Clamp ? uaddSat(Sum, Before) : Sum + Before);
    }
    S.out(S.build(Sums));
  };
}

} // namespace

void addQuadRows(RowSet &R) {
  auto Add = [&](const std::string &Name, const char *Features, unsigned EltBits, bool Masked) {
    for (bool Clamp : {false, true})
      R.add(Name + (Clamp ? ":clamp" : ""), Features, quad(EltBits, Masked, Clamp))
          .weight(WideMultiplyWeight)
          .spec({reg(), reg(), reg(), fixed(Clamp ? -1 : 0)});
  };
  Add("V_QSAD_PK_U16_U8_e64", "+qsad-insts", 16, false);
  Add("V_MQSAD_PK_U16_U8_e64", "", 16, true);
  Add("V_MQSAD_U32_U8_e64", "+qsad-insts", 32, true);
}

} // namespace whittle::amdgpu
