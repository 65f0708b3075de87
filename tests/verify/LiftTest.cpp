//===- tests/verify/LiftTest.cpp - Rules for other opcodes of their families ===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Lift.h"
#include "RuleTools.h"
#include "isa/Families.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

std::vector<std::string> relatives(StringRef Arch, StringRef Name, StringRef Change) {
  const TargetIsa *Isa = cantFail(TargetIsa::get(Arch));
  const OpcodeFamilies &F = OpcodeFamilies::of(*Isa);
  std::vector<std::string> Names;
  for (const OpcodeChange &C : F.changes())
    if (C.Name == Change)
      for (const Row *R : F.relatives(*Isa->find(Name), C).Rows)
        Names.push_back(R->Name);
  llvm::sort(Names);
  return Names;
}

/// True if \p R's analogues or theirs that hold have a rule whose last instruction of the
/// source is \p Opcode, of any class member.
bool liftsTo(const Rule &R, StringRef Opcode) {
  EXPECT_EQ(verdict(R), "proved");
  Expected<std::vector<Lifted>> Found = lift(R);
  if (!Found) {
    ADD_FAILURE() << toString(Found.takeError());
    return false;
  }
  const TargetIsa &Isa = *R.W.Isa;
  const Row *Wanted = Isa.find(Opcode);
  if (!Wanted) {
    ADD_FAILURE() << Opcode.str();
    return false;
  }
  return any_of(*Found, [&](const Lifted &L) {
    // Whatever is lifted is a rule like any other.
    EXPECT_FALSE(bool(checkRule(L.R)));
    EXPECT_LT(staticCost(L.R.W, L.R.Target), staticCost(L.R.W, L.R.W.Source));
    EXPECT_EQ(verdict(L.R), "proved");
    EXPECT_EQ(ruleId(cantFail(parseRule(printRule(L.R)))), ruleId(L.R));
    return &Isa.classOf(*L.R.W.Source.Nodes.back().R) == &Isa.classOf(*Wanted);
  });
}

TEST(Families, NamesSayWhatDiffers) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(relatives("x86_64", "VPADDDZrr", ""),
            (Names{"VPADDDZ128rr", "VPADDDZ256rr", "VPADDDZrr"}))
      << "encodings of one width are one class";
  EXPECT_EQ(relatives("x86_64", "VPADDDZrr", "elements of half the width"),
            relatives("x86_64", "VPADDWZ128rr", ""));
  EXPECT_EQ(relatives("x86_64", "VPMAXSWZrr", "the other sign"),
            relatives("x86_64", "VPMAXUWZrr", ""));
  EXPECT_EQ(relatives("x86_64", "VPMAXUWZrr", "the other order"),
            relatives("x86_64", "VPMINUWZrr", ""));
  EXPECT_EQ(relatives("x86_64", "VPACKSSDWZrr", "elements of half the width"),
            relatives("x86_64", "VPACKSSWBZrr", ""));
  EXPECT_EQ(relatives("x86_64", "VPSUBUSBZrr", "the other sign"),
            relatives("x86_64", "VPSUBSBZrr", ""));
  // What the change says nothing about stays.
  EXPECT_EQ(relatives("x86_64", "VPADDDZrr", "the other order"),
            relatives("x86_64", "VPADDDZrr", ""));
  EXPECT_EQ(relatives("amdgcn", "V_MIN_I32_e64", "the other sign"), Names{"V_MIN_U32_e64"});
  EXPECT_EQ(relatives("amdgcn", "V_ASHRREV_I32_e64", "the other sign"), Names{"V_LSHRREV_B32_e64"});
}

// max(x, -0x7fff), and -x then, is -x with saturation.
Rule negated() {
  return x86("  %0:v128\n  %1:v128 = const splat(i8 0)\n  %2:v128 = const splat(i16 0x8001)\n"
             "  %3:v128 = VPMAXSWZ128rr %0, %2\n  %4:v128 = VPSUBWZ128rr %1, %3\n  yield %4\n=>\n"
             "  %3:v128 = VPSUBSWZ128rr %1, %0\n  yield %3\n");
}

TEST(Lift, WidthsElementsAndTheirConstants) {
  Rule R = negated();
  EXPECT_TRUE(liftsTo(R, "VPSUBWZrr"));
  EXPECT_TRUE(liftsTo(R, "VPSUBBZ128rr")) << "the floor of bytes is 0x81";
  EXPECT_FALSE(liftsTo(R, "VPSUBDZrr")) << "dwords have no saturating subtraction";
}

TEST(Lift, WhatHoldsForOneSignOnlyIsRefuted) {
  // All that is left of two arithmetic shifts by 8 is the sign; of logical ones, nothing.
  Rule R = x86("  %0:v128\n  %1:v128 = VPSRAWZ128ri %0, 8\n  %2:v128 = VPSRAWZ128ri %1, 8\n"
               "  yield %2\n=>\n  %1:v128 = VPSRAWZ128ri %0, 15\n  yield %1\n");
  EXPECT_TRUE(liftsTo(R, "VPSRAWZri"));
  EXPECT_FALSE(liftsTo(R, "VPSRLWZ128ri"));
  EXPECT_TRUE(liftsTo(R, "VPSRADZri")) << "31 is as far from the top as 15";
}

TEST(Lift, LaneCrossingStaysWhereItHolds) {
  // Packing of two registers works on lanes of 128 bits, unpacking too; a swap of
  // halves does only in 256.
  Rule R = x86("  %0:v256\n  %1:v256 = VPERM2I128rri %0, %0, 1\n"
               "  %2:v256 = VPERM2I128rri %1, %1, 1\n  yield %2\n=>\n  yield %0\n");
  EXPECT_EQ(verdict(R), "proved");
  EXPECT_TRUE(cantFail(lift(R)).empty());
}

TEST(Lift, FactsScale) {
  Rule R = x86("  %0:v128 zeros=splat(i16 0x8000)\n  %1:v128 = VPABSWZ128rr %0\n"
               "  yield %1\n=>\n  yield %0\n");
  EXPECT_TRUE(liftsTo(R, "VPABSBZrr"));
  EXPECT_TRUE(liftsTo(R, "VPABSQZ128rr"));
  // Only the sign has to be known: not 0x8000 of every word of a dword.
  for (const Lifted &L : cantFail(lift(R)))
    if (StringRef(L.R.W.Source.Nodes[0].R->Name).starts_with("VPABSD"))
      EXPECT_TRUE(L.R.W.Leaves[0].Zeros.trunc(32) == 0x80000000u) << printRule(L.R);
}

TEST(Lift, FactsMayEnd) {
  // What is known of the upper bits is none of the lower register's: facts that say nothing
  // are none, or the text would be another rule's.
  Rule R = x86("  %0:v256 zeros=hex(00000000000000000000000000000000"
               "ffffffffffffffffffffffffffffffff)\n"
               "  %1:v256 = VPADDDZ256rr %0, %0\n  %2:v256 = VPSLLDZ256ri %0, 1\n"
               "  %3:v256 = VPANDDZ256rr %1, %2\n  yield %3\n=>\n"
               "  %1:v256 = VPADDDZ256rr %0, %0\n  yield %1\n");
  EXPECT_TRUE(liftsTo(R, "VPANDDZ128rr"));
  for (const Lifted &L : cantFail(lift(R)))
    for (const Leaf &X : L.R.W.Leaves)
      for (const APInt &Mask : {X.Zeros, X.Ones})
        EXPECT_TRUE(!Mask.isZero() || Mask.getBitWidth() == 0) << printRule(L.R);
}

TEST(Lift, GeneralRulesKeepTheirSymbols) {
  Rule R = x86("  $a:i8\n  $b:i8\n  where $a + $b < 16\n  %0:v128\n"
               "  %1:v128 = VPSRLWZ128ri %0, $a\n  %2:v128 = VPSRLWZ128ri %1, $b\n  yield %2\n=>\n"
               "  %1:v128 = VPSRLWZ128ri %0, $a + $b\n  yield %1\n");
  EXPECT_TRUE(liftsTo(R, "VPSRLWZri"));
  EXPECT_FALSE(liftsTo(R, "VPSRLDZri"));
  for (const Lifted &L : cantFail(lift(R)))
    EXPECT_TRUE(L.R.W.isGeneral());
}

TEST(Lift, AMDGPU) {
  Rule R = amd("  %0:l32\n  %1:l32\n  %2:l32\n  %3:l32 = V_MIN_U32_e64 %0, %1\n"
               "  %4:l32 = V_MIN_U32_e64 %3, %2\n  yield %4\n=>\n"
               "  %3:l32 = V_MIN3_U32_e64 %0, %1, %2\n  yield %3\n");
  EXPECT_TRUE(liftsTo(R, "V_MIN_I32_e64"));
  EXPECT_TRUE(liftsTo(R, "V_MAX_U32_e64"));
  EXPECT_TRUE(liftsTo(R, "V_MAX_I32_e64")) << "two changes, one after the other";
}

TEST(Lift, BudgetsEnd) {
  Rule R = negated();
  EXPECT_EQ(cantFail(lift(R, {.MaxRules = 1})).size(), 1u);
  EXPECT_TRUE(cantFail(lift(R, {.MaxProofs = 0})).empty());
  unsigned Asked = 0;
  LiftOptions Cut;
  Cut.Stop = [&] { return ++Asked > 3; };
  size_t Some = cantFail(lift(R, Cut)).size(), All = cantFail(lift(R)).size();
  EXPECT_GT(Some, 0u) << "what was found before counts";
  EXPECT_LT(Some, All);
}

TEST(Lift, NotOfLoops) {
  Rule R = x86("  %0:v512 loop\n  %1:v512\n  %2:v512\n  %3:v512\n  %4:v512 = const splat(i8 0)\n"
               "  %5:v512 = VPDPBUSDZrr %0, %1, %2\n  %6:v512 = VPADDDZrr %3, %5\n"
               "  %7:v512 = VPADDDZrr %3, %4\n  yield %6, %7\n=>\n  %5:v512 = VPADDDZrr %0, %3\n"
               "  %6:v512 = VPDPBUSDZrr %5, %1, %2\n  yield %6, %3\n");
  EXPECT_EQ(verdict(R), "proved");
  EXPECT_TRUE(cantFail(lift(R)).empty());
}

} // namespace
