//===- tests/isa/LoopRuleTest.cpp - The form of rules about loops ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/LoopRule.h"
#include "isa/TargetIsa.h"
#include "gmock/gmock.h"

using namespace llvm;
using namespace whittle;
using testing::HasSubstr;

namespace {

const char *const Dot = R"(rule x86_64
  %0:v512 loop
  %1:v512
  %2:v512
  %3:v512
  %4:v512 = const splat(i8 0x0)
  %5:v512 = VPDPBUSDZrr %0, %1, %2
  %6:v512 = VPADDDZrr %3, %5
  %7:v512 = VPADDDZrr %3, %4
  yield %6, %7
=>
  %5:v512 = VPADDDZrr %0, %3
  %6:v512 = VPDPBUSDZrr %5, %1, %2
  yield %6, %3
end
)";

const TargetIsa &isa(StringRef Arch) { return *cantFail(TargetIsa::get(Arch)); }

LoopLemma lemma(StringRef Arch, StringRef Step, unsigned Operand, StringRef Add,
                uint64_t Start = 0) {
  LoopLemma L;
  L.Step = isa(Arch).find(Step);
  L.AccOperand = Operand;
  L.Add = isa(Arch).find(Add);
  EXPECT_TRUE(L.Step && L.Add) << Step.str() << " " << Add.str();
  L.Start = APInt::getSplat(L.Add->Def.Bits, APInt(8, Start));
  return L;
}

std::string errorOf(std::string Text) {
  Expected<Rule> R = parseRule(Text);
  return R ? "" : toString(R.takeError());
}

std::string replaced(StringRef From, StringRef To, std::string Text = Dot) {
  size_t At = Text.find(From.str());
  EXPECT_NE(At, std::string::npos) << From.str();
  return Text.replace(At, From.size(), To.str());
}

TEST(LoopRule, IsTextLikeOthers) {
  Rule R = loopRule(isa("x86_64"), lemma("x86_64", "VPDPBUSDZrr", 0, "VPADDDZrr"));
  EXPECT_EQ(errorOf(printRule(R)), "");
  EXPECT_EQ(printRule(cantFail(parseRule(printRule(R)))), printRule(R));
  Rule Parsed = cantFail(parseRule(Dot));
  EXPECT_TRUE(Parsed.W.isLoop());
  // The order of what is added counts for nothing.
  canonicalize(Parsed);
  EXPECT_EQ(ruleId(Parsed), ruleId(R));
  // The mark does: without it the rule is another one.
  Rule Plain = cantFail(parseRule(replaced("v512 loop", "v512")));
  canonicalize(Plain);
  EXPECT_FALSE(Plain.W.isLoop());
  EXPECT_NE(ruleId(Plain), ruleId(R));
  EXPECT_LT(staticCost(R.W, R.Target), staticCost(R.W, R.W.Source));
}

TEST(LoopRule, LemmasAreReadBack) {
  struct {
    const char *Arch, *Step;
    unsigned Operand;
    const char *Add;
    size_t Outputs;
  } const Cases[] = {
      {"x86_64", "VPDPBUSDZrr", 0, "VPADDDZrr", 2},
      {"x86_64", "VPSUBDYrr", 0, "VPADDDYrr", 2},
      {"x86_64", "ADD32rr", 0, "ADD32rr", 2},
      {"amdgcn", "V_DOT4_I32_I8", 2, "V_ADD_U32_e64", 2},
      {"amdgcn", "V_MFMA_I32_16X16X32I8_e64", 2, "V_ADD_U32_e64", 5},
      {"amdgcn", "V_MFMA_I32_32X32X16I8_e64", 2, "V_ADD_U32_e64", 17},
      {"amdgcn", "S_ADD_I32", 0, "S_ADD_I32", 2},
  };
  for (const auto &C : Cases) {
    LoopLemma L = lemma(C.Arch, C.Step, C.Operand, C.Add);
    ASSERT_TRUE(mayBeLoopAdd(*L.Add)) << C.Add;
    ASSERT_TRUE(mayBeLoopStep(*L.Step, C.Operand, *L.Add)) << C.Step;
    Rule R = loopRule(isa(C.Arch), L);
    EXPECT_EQ(R.W.Source.Outputs.size(), C.Outputs) << C.Step;
    if (Error E = checkRule(R)) {
      ADD_FAILURE() << toString(std::move(E)) << "\n" << printRule(R);
      continue;
    }
    Window W = loopWindow(isa(C.Arch), L);
    Expected<Window> Again = parseWindow(printWindow(W));
    ASSERT_TRUE(bool(Again)) << toString(Again.takeError());
    Expected<LoopLemma> Read = loopLemma(*Again);
    ASSERT_TRUE(bool(Read)) << toString(Read.takeError());
    EXPECT_EQ(Read->Step, L.Step);
    EXPECT_EQ(Read->Add, L.Add);
    EXPECT_EQ(Read->Start, L.Start);
    EXPECT_EQ(printRule(loopRule(isa(C.Arch), *Read)), printRule(R));
  }
}

TEST(LoopRule, NothingElseIsOne) {
  EXPECT_THAT(errorOf(replaced("%1:v512", "%1:v512 loop")), HasSubstr("has one only"));
  EXPECT_THAT(errorOf(replaced("%0:v512 loop", "%0:v512 loop zeros=splat(i8 1)")),
              HasSubstr("unexpected"));
  // More is known of an operand than each time round the loop.
  EXPECT_THAT(errorOf(replaced("%1:v512", "%1:v512 zeros=splat(i8 0xf0)")),
              HasSubstr("no more and no less"));
  EXPECT_THAT(errorOf(replaced("%3:v512\n", "%3:v512 zeros=splat(i8 0xf0)\n")),
              HasSubstr("no more and no less"));
  // The accumulator read twice.
  EXPECT_THAT(errorOf(replaced("VPDPBUSDZrr %0, %1, %2", "VPDPBUSDZrr %0, %0, %2")),
              HasSubstr("reads it once"));
  // No word on where it starts.
  EXPECT_THAT(errorOf(replaced("%4:v512 = const splat(i8 0x0)", "%4:v512")),
              HasSubstr("where the accumulator starts"));
  EXPECT_THAT(errorOf(replaced("VPADDDZrr %3, %5", "VPSUBDZrr %3, %5")),
              HasSubstr("VPSUBDZrr is none"));
  EXPECT_THAT(errorOf(replaced("VPADDDZrr %3, %5", "VPADDDZrr %1, %5")),
              HasSubstr("no more and no less"));
  // Other right sides, even true ones.
  EXPECT_THAT(errorOf(replaced("yield %6, %3", "yield %6, %4")), HasSubstr("the target of a rule"));
  EXPECT_THAT(errorOf(replaced("VPADDDZrr %0, %3", "VPADDDZrr %0, %1")),
              HasSubstr("the target of a rule"));
  EXPECT_THAT(errorOf(replaced("  yield %6, %3", "  %7:v512 = VPADDDZrr %3, %4\n  yield %6, %7")),
              HasSubstr("the target of a rule"));
}

TEST(LoopRule, RowsThatCannotTakePart) {
  const TargetIsa &X = isa("x86_64"), &A = isa("amdgcn");
  auto MayAdd = [](const TargetIsa &I, StringRef Name) {
    const Row *R = I.find(Name);
    EXPECT_TRUE(R) << Name.str();
    return R && mayBeLoopAdd(*R);
  };
  EXPECT_TRUE(MayAdd(X, "VPADDQYrr"));
  EXPECT_TRUE(MayAdd(X, "VPXORDZrr"));
  EXPECT_TRUE(MayAdd(A, "V_PK_ADD_U16"));
  EXPECT_FALSE(MayAdd(X, "VADDPSZrr"));     // rounds
  EXPECT_FALSE(MayAdd(X, "VPSUBDZrr"));     // not commutative
  EXPECT_FALSE(MayAdd(X, "VPDPBUSDZrr"));   // three operands
  EXPECT_FALSE(MayAdd(X, "VPMADDWDZrrk"));  // masked
  EXPECT_FALSE(MayAdd(A, "V_ADD_F32_e64")); // rounds
  auto MayStep = [](const TargetIsa &I, StringRef Step, unsigned Operand, StringRef Add) {
    const Row *S = I.find(Step), *R = I.find(Add);
    EXPECT_TRUE(S && R) << Step.str() << " " << Add.str();
    return S && R && mayBeLoopStep(*S, Operand, *R);
  };
  EXPECT_TRUE(MayStep(X, "VPDPWSSDYrr", 0, "VPADDDYrr"));
  EXPECT_FALSE(MayStep(X, "VPDPWSSDYrr", 0, "VPADDDZrr")); // another width
  EXPECT_FALSE(MayStep(X, "VPDPWSSDYrr", 3, "VPADDDYrr"));
  EXPECT_FALSE(MayStep(A, "V_MFMA_I32_16X16X32I8_e64", 0, "V_ADD_U32_e64")); // not the accumulator
  EXPECT_FALSE(MayStep(A, "V_ADD_U32_dpp", 0, "V_ADD_U32_e64"));             // reads other lanes
}

} // namespace
