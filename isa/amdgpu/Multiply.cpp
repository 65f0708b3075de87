//===- isa/amdgpu/Multiply.cpp - Multiplies and differences --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Without clamp every sum here wraps modulo 2^32. With it the exact value is
// saturated to 32 bits, signed or not as the opcode's name says: the documents
// describe this for plain sums, and of products and differences say nothing else.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Integer.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

/// The low 24 bits as a 32-bit number.
V low24(V A, bool Signed) { return Signed ? ashr(shl(A, 8u), 8u) : A & 0xffffff; }

/// The exact product of two 24-bit operands, in 64 bits.
V product24(Sem &S, bool Signed) {
  return extend(low24(S.in(0, 32), Signed), 64, Signed) *
         extend(low24(S.in(1, 32), Signed), 64, Signed);
}

V saturate32(V X, bool Signed) {
  return Signed ? truncSSat(X, 32) : trunc(umin(X, X.sem().constantLike(X, 0xffffffff)), 32);
}

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
    R.add("V_MUL_" + T24 + "_e64:clamp", "+int-clamp-insts",
          [Signed](Sem &S) { S.out(saturate32(product24(S, Signed), Signed)); })
        .weight(MultiplyWeight)
        .spec({reg(), reg(), fixed(-1)});
    addBothEncodings(
        R, "V_MUL_HI_" + T24, "",
        [Signed](Sem &S) { S.out(trunc(lshr(product24(S, Signed), 32u), 32)); }, MultiplyWeight);
    R.add("V_MAD_" + T24 + "_e64", "",
          [Signed](Sem &S) {
            S.out(low24(S.in(0, 32), Signed) * low24(S.in(1, 32), Signed) + S.in(2, 32));
          })
        .weight(MultiplyWeight)
        .spec({reg(), reg(), reg(), fixed(0)});
    R.add("V_MAD_" + T24 + "_e64:clamp", "+int-clamp-insts",
          [Signed](Sem &S) {
            S.out(saturate32(product24(S, Signed) + extend(S.in(2, 32), 64, Signed), Signed));
          })
        .weight(MultiplyWeight)
        .spec({reg(), reg(), reg(), fixed(-1)});
  }
}

void addDifferences(RowSet &R) {
  // What is added to the third operand; it takes less than 32 bits but in the
  // last, where it just fits.
  auto Add = [&](const std::string &Name, const char *Features, V (*Differences)(Sem &)) {
    R.add(Name, Features, [=](Sem &S) { S.out(Differences(S) + S.in(2, 32)); })
        .weight(MultiplyWeight)
        .spec({reg(), reg(), reg(), fixed(0)});
    R.add(Name + ":clamp", Features, [=](Sem &S) { S.out(uaddSat(Differences(S), S.in(2, 32))); })
        .weight(MultiplyWeight)
        .spec({reg(), reg(), reg(), fixed(-1)});
  };
  const char *Features = "+sad-insts";
  Add("V_SAD_U8_e64", Features,
      [](Sem &S) { return sumGroups(differences(S.in(0, 32), S.in(1, 32), 8), 4)[0]; });
  Add("V_SAD_HI_U8_e64", Features,
      [](Sem &S) { return shl(sumGroups(differences(S.in(0, 32), S.in(1, 32), 8), 4)[0], 16u); });
  Add("V_SAD_U16_e64", Features,
      [](Sem &S) { return sumGroups(differences(S.in(0, 32), S.in(1, 32), 16), 2)[0]; });
  // Bytes that are 0 in the second operand (the reference) are not counted.
  Add("V_MSAD_U8_e64", "", [](Sem &S) {
    V Reference = S.in(1, 8), D = differences(S.in(0, 32), S.in(1, 32), 8);
    V Masked = cmp(CmpInst::ICMP_EQ, Reference, S.constantLike(Reference, 0));
    return sumGroups(select(Masked, S.constantLike(D, 0), D), 4)[0];
  });
  Add("V_SAD_U32_e64", Features, [](Sem &S) {
    V A = S.in(0, 32), B = S.in(1, 32);
    return umax(A, B) - umin(A, B);
  });
}

} // namespace

void addMultiplyRows(RowSet &R) {
  addProducts(R);
  addDifferences(R);
}

} // namespace whittle::amdgpu
