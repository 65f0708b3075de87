//===- isa/amdgpu/Wide.cpp - Vector unit: 64-bit integers -----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Integer.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

void addMoves(RowSet &R) {
  SemFn Identity = [](Sem &S) { S.out(S.in(0, 64)); };
  addBothEncodings(R, "V_MOV_B64", "+gfx940-insts", Identity, SimpleWeight);
  R.add("V_MOV_B64_PSEUDO", "", Identity).weight(PairWeight);
  R.add("AV_MOV_B64_IMM_PSEUDO", "+gfx90a-insts", [](Sem &S) { S.out(S.imm(0, 64)); })
      .weight(PairWeight)
      .spec({imm(64)});
}

/// The 32-bit count is the first operand, and read modulo 64.
SemFn shift(Binary F) {
  return [F](Sem &S) { S.out(F(S.in(1, 64), zext(S.in(0, 32), 64))); };
}

void addShifts(RowSet &R) {
  R.add("V_LSHLREV_B64_e64", "-gfx12-insts", shift(shlMasked)).weight(PairWeight);
  addBothEncodings(R, "V_LSHLREV_B64_pseudo", "+gfx12-insts", shift(shlMasked), PairWeight);
  R.add("V_LSHRREV_B64_e64", "", shift(lshrMasked)).weight(PairWeight);
  R.add("V_ASHRREV_I64_e64", "", shift(ashrMasked)).weight(PairWeight);
}

void addShiftedSum(RowSet &R) {
  // Counts over 4 are unsupported and shift by 0. The count is the low three
  // bits; whether any above them make it unsupported, the documents leave open.
  R.add("V_LSHL_ADD_U64_e64", "+lshl-add-u64-inst", [](Sem &S) {
     V Count = zext(S.in(1, 32) & 7, 64);
     V Legal = cmp(CmpInst::ICMP_ULE, Count, S.constant(64, 4));
     S.out(shlMasked(S.in(0, 64), select(Legal, Count, S.constant(64, 0))) + S.in(2, 64));
   }).weight(PairWeight);
}

/// The product of two 32-bit operands plus the 64-bit third, of Bits bits.
V multiplyAdd(Sem &S, bool Signed, unsigned Bits) {
  V Product = extend(S.in(0, 32), 64, Signed) * extend(S.in(1, 32), 64, Signed);
  if (Bits == 64)
    return Product + S.in(2, 64);
  return extend(Product, Bits, Signed) + extend(S.in(2, 64), Bits, Signed);
}

void addMultiplyAdds(RowSet &R) {
  for (bool Signed : {false, true})
    for (bool Gfx11 : {false, true}) {
      // The same instruction; GFX11 must not have the result overlap a source.
      const std::string Name =
          std::string(Signed ? "V_MAD_I64_I32" : "V_MAD_U64_U32") + (Gfx11 ? "_gfx11_e64" : "_e64");
      const char *Features = Gfx11 ? "+mad-intra-fwd-bug" : "-mad-intra-fwd-bug";
      auto Add = [&](const char *Variant, int64_t Clamp, SemFn Fn) -> RowSet & {
        return R.add(Name + Variant, Features, std::move(Fn))
            .weight(WideMultiplyWeight)
            .spec({reg(), reg(), reg(), fixed(Clamp)});
      };
      Add("", 0, [Signed](Sem &S) { S.out(multiplyAdd(S, Signed, 64)); });
      // Bit 64 of the exact sum: the signed form's is its sign.
      Add(":carry", 0, [Signed](Sem &S) { S.out(trunc(lshr(multiplyAdd(S, Signed, 65), 64u), 1)); })
          .def(1, {RegKind::Lane, 1})
          .off(OffLanes::Zero);
      Add(":clamp", -1, [Signed](Sem &S) {
        V Product = extend(S.in(0, 32), 64, Signed) * extend(S.in(1, 32), 64, Signed);
        S.out(Signed ? saddSat(Product, S.in(2, 64)) : uaddSat(Product, S.in(2, 64)));
      });
    }
}

} // namespace

void addWideRows(RowSet &R) {
  addMoves(R);
  addShifts(R);
  addShiftedSum(R);
  addMultiplyAdds(R);
}

} // namespace whittle::amdgpu
