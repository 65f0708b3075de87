//===- isa/amdgpu/ScalarCompare.cpp - Compares into SCC -------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/ScalarTools.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

using Predicate = CmpInst::Predicate;

RowSet &addFlag(RowSet &R, const std::string &Name, const char *Features,
                const std::function<V(Sem &)> &Flag) {
  return R.add(Name, Features, [Flag](Sem &S) { giveFlag(S, Flag(S)); }).gives(ImplicitReg::SCC);
}

struct Condition {
  const char *Name;
  Predicate Signed, Unsigned;
};
constexpr Condition Conditions[] = {
    {"EQ", CmpInst::ICMP_EQ, CmpInst::ICMP_EQ},   {"LG", CmpInst::ICMP_NE, CmpInst::ICMP_NE},
    {"GT", CmpInst::ICMP_SGT, CmpInst::ICMP_UGT}, {"GE", CmpInst::ICMP_SGE, CmpInst::ICMP_UGE},
    {"LT", CmpInst::ICMP_SLT, CmpInst::ICMP_ULT}, {"LE", CmpInst::ICMP_SLE, CmpInst::ICMP_ULE}};

void addIntegers(RowSet &R) {
  for (const Condition &C : Conditions)
    for (bool Signed : {true, false}) {
      const std::string Name = C.Name + std::string(Signed ? "_I32" : "_U32");
      const Predicate P = Signed ? C.Signed : C.Unsigned;
      addFlag(R, "S_CMP_" + Name, "", [P](Sem &S) { return cmp(P, S.in(0, 32), S.in(1, 32)); });
      // The immediate is extended as the operation is signed. GFX12 has none.
      addFlag(R, "S_CMPK_" + Name, "-gfx12-insts", [P, Signed](Sem &S) {
        V Immediate = Signed ? sext(S.imm(0, 16), 32) : zext(S.imm(0, 16), 32);
        return cmp(P, S.in(0, 32), Immediate);
      }).spec({reg(), imm(16)});
    }
  for (const Condition &C : ArrayRef(Conditions).take_front(2))
    addFlag(R, std::string("S_CMP_") + C.Name + "_U64", "",
            [P = C.Unsigned](Sem &S) { return cmp(P, S.in(0, 64), S.in(1, 64)); });
}

/// Whether the bit that the second operand numbers is as the name says.
void addBitTests(RowSet &R) {
  for (unsigned Bits : {32, 64})
    for (bool Set : {false, true})
      addFlag(R, std::string(Set ? "S_BITCMP1_B" : "S_BITCMP0_B") + std::to_string(Bits), "",
              [Bits, Set](Sem &S) {
                V Number = S.in(1, 32) & int64_t(Bits - 1);
                V Bit = trunc(lshr(S.in(0, Bits), zextOrTrunc(Number, Bits)), 1);
                return Set ? Bit : ~Bit;
              });
}

} // namespace

void addScalarCompareRows(RowSet &R) {
  addIntegers(R);
  addBitTests(R);
}

} // namespace whittle::amdgpu
