//===- isa/amdgpu/Multiply.cpp - Multiplies and differences --------------===//
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

/// One of the operations that the vector unit issues at its full rate.
constexpr unsigned MultiplyWeight = 3;
/// 32 x 32 bits is issued at a quarter of the rate.
constexpr unsigned WideMultiplyWeight = 8;

V extend(V A, unsigned Bits, bool Signed) { return Signed ? sext(A, Bits) : zext(A, Bits); }

/// The low 24 bits as a 32-bit number.
V low24(V A, bool Signed) { return Signed ? ashr(shl(A, 8u), 8u) : A & 0xffffff; }

void addProducts(RowSet &R) {
  auto Low = [](Sem &S) { S.out(S.in(0, 32) * S.in(1, 32)); };
  R.add("V_MUL_LO_U32_e64", "", Low).weight(WideMultiplyWeight);
  R.add("V_MUL_LO_I32_e64", "-gfx10-insts", Low).weight(WideMultiplyWeight);
  for (bool Signed : {false, true}) {
    const std::string T = Signed ? "I32" : "U32", T24 = Signed ? "I32_I24" : "U32_U24";
    R.add("V_MUL_HI_" + T + "_e64", "", [Signed](Sem &S) {
       V Product = extend(S.in(0, 32), 64, Signed) * extend(S.in(1, 32), 64, Signed);
       S.out(trunc(lshr(Product, 32u), 32));
     }).weight(WideMultiplyWeight);
    addBothEncodings(
        R, "V_MUL_" + T24, "",
        [Signed](Sem &S) { S.out(low24(S.in(0, 32), Signed) * low24(S.in(1, 32), Signed)); },
        MultiplyWeight, true);
    addBothEncodings(
        R, "V_MUL_HI_" + T24, "",
        [Signed](Sem &S) {
          V A = extend(low24(S.in(0, 32), Signed), 64, Signed),
            B = extend(low24(S.in(1, 32), Signed), 64, Signed);
          S.out(trunc(lshr(A * B, 32u), 32));
        },
        MultiplyWeight);
    R.add("V_MAD_" + T24 + "_e64", "",
          [Signed](Sem &S) {
            S.out(low24(S.in(0, 32), Signed) * low24(S.in(1, 32), Signed) + S.in(2, 32));
          })
        .weight(MultiplyWeight)
        .spec({reg(), reg(), reg(), fixed(0)});
  }
}

/// |A - B| of each unsigned element, as 32 bits each.
V differences(V A, V B, unsigned EltBits) {
  V X = bits(A, EltBits), Y = bits(B, EltBits);
  return zext(umax(X, Y) - umin(X, Y), 32);
}

void addDifferences(RowSet &R) {
  auto Add = [&](const char *Name, SemFn Fn) {
    R.add(Name, "+sad-insts", std::move(Fn))
        .weight(MultiplyWeight)
        .spec({reg(), reg(), reg(), fixed(0)});
  };
  Add("V_SAD_U8_e64", [](Sem &S) {
    S.out(sumGroups(differences(S.in(0, 32), S.in(1, 32), 8), 4)[0] + S.in(2, 32));
  });
  Add("V_SAD_HI_U8_e64", [](Sem &S) {
    S.out(shl(sumGroups(differences(S.in(0, 32), S.in(1, 32), 8), 4)[0], 16u) + S.in(2, 32));
  });
  Add("V_SAD_U16_e64", [](Sem &S) {
    S.out(sumGroups(differences(S.in(0, 32), S.in(1, 32), 16), 2)[0] + S.in(2, 32));
  });
  Add("V_SAD_U32_e64", [](Sem &S) {
    V A = S.in(0, 32), B = S.in(1, 32);
    S.out(umax(A, B) - umin(A, B) + S.in(2, 32));
  });
  // Bytes that are 0 in the second operand (the reference) are not counted.
  Add("V_MSAD_U8_e64", [](Sem &S) {
    V Reference = S.in(1, 8), D = differences(S.in(0, 32), S.in(1, 32), 8);
    V Masked = cmp(CmpInst::ICMP_EQ, Reference, S.constantLike(Reference, 0));
    S.out(sumGroups(select(Masked, S.constantLike(D, 0), D), 4)[0] + S.in(2, 32));
  });
}

} // namespace

void addMultiplyRows(RowSet &R) {
  addProducts(R);
  addDifferences(R);
}

} // namespace whittle::amdgpu
