//===- tests/enumerate/DiscoverTest.cpp - Rules without a corpus ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Discover.h"
#include "enumerate/Rewrite.h"
#include "isa/Meaning.h"
#include "tests/enumerate/TestSupport.h"
#include "gmock/gmock.h"
#include <set>

using namespace llvm;
using namespace whittle;
using namespace whittle::test;
using testing::HasSubstr;

namespace {

DiscoverOptions optionsFor(StringRef Arch, std::vector<StringRef> Opcodes, unsigned Length,
                           unsigned Variables) {
  const TargetIsa &Isa = *cantFail(TargetIsa::get(Arch));
  DiscoverOptions O;
  for (StringRef Name : Opcodes)
    O.Rows.push_back(Isa.find(Name));
  O.Length = Length;
  O.Leaves = leavesFor(O.Rows, Variables);
  return O;
}

DiscoverResult found(StringRef Arch, const DiscoverOptions &O) {
  RandomChecker Check;
  return cantFail(discover(*cantFail(TargetIsa::get(Arch)), O, Check.fn()));
}

std::set<std::string> texts(const DiscoverResult &R) {
  std::set<std::string> S;
  for (const Rule &X : R.Rules)
    S.insert(printRule(X));
  EXPECT_EQ(S.size(), R.Rules.size()) << "a rule twice";
  return S;
}

/// What the source of \p R costs after \p Set.
StaticCost reduced(const RewriteSet &Set, const Rule &R) {
  Window W = R.W;
  Program P = Set.reduce(W, R.W.Source);
  return staticCost(W, P);
}

/// Sets small enough to list every program, cheapest or not.
struct SmallSet {
  const char *Name;
  std::vector<StringRef> Opcodes;
  unsigned Length, Variables;
};
struct Completeness : testing::TestWithParam<SmallSet> {};

TEST_P(Completeness, PruningLosesNothing) {
  const SmallSet &P = GetParam();
  DiscoverOptions O = optionsFor("x86_64", P.Opcodes, P.Length, P.Variables);
  DiscoverResult Pruned = found("x86_64", O);
  O.Pruned = false;
  std::vector<Rule> All;
  DiscoverResult Whole = found("x86_64", O);
  EXPECT_TRUE(Pruned.Exhausted && Whole.Exhausted);
  EXPECT_LT(Pruned.Programs, Whole.Programs);
  EXPECT_FALSE(Pruned.Rules.empty());
  // What the whole space gives, the rules of the pruned one give: as cheap a program.
  RewriteSet Set;
  for (const Rule &R : Pruned.Rules)
    Set.add(R);
  for (const Rule &R : Whole.Rules)
    EXPECT_LE(reduced(Set, R), staticCost(R.W, R.Target)) << printRule(R);
  EXPECT_EQ(Pruned.Rules.size(), Whole.Rules.size());
}

INSTANTIATE_TEST_SUITE_P(
    Discover, Completeness,
    testing::Values(SmallSet{"logic", {"VPANDrr", "VPORrr", "VPXORrr"}, 2, 2},
                    SmallSet{"andnot", {"VPANDNrr", "VPXORrr"}, 3, 1},
                    SmallSet{"sums", {"VPADDDrr", "VPSUBDrr"}, 2, 2},
                    SmallSet{"extremes", {"VPMINUBrr", "VPMAXUBrr", "VPAVGBrr"}, 2, 2}),
    [](const auto &Info) { return Info.param.Name; });

TEST(Discover, NoRuleFollowsFromTheOthers) {
  DiscoverResult R =
      found("x86_64", optionsFor("x86_64", {"VPANDrr", "VPORrr", "VPXORrr", "VPANDNrr"}, 2, 3));
  ASSERT_GT(R.Rules.size(), 10u);
  for (const Rule &One : R.Rules) {
    RewriteSet Others;
    for (const Rule &X : R.Rules)
      if (&X != &One)
        Others.add(X);
    EXPECT_LT(staticCost(One.W, One.Target), reduced(Others, One)) << printRule(One);
  }
}

TEST(Discover, FindsFusedInstructions) {
  DiscoverResult R =
      found("amdgcn", optionsFor("amdgcn", {"V_ADD_U32_e64", "V_ADD3_U32_e64"}, 2, 3));
  EXPECT_TRUE(texts(R).count("rule amdgcn\n"
                             "  %0:l32\n  %1:l32\n  %2:l32\n"
                             "  %3:l32 = V_ADD_U32_e64 %0, %1\n"
                             "  %4:l32 = V_ADD_U32_e64 %3, %2\n"
                             "  yield %4\n=>\n"
                             "  %3:l32 = V_ADD3_U32_e64 %2, %0, %1\n"
                             "  yield %3\nend\n"))
      << testing::PrintToString(texts(R));
  // Its operands stand in no order: one rule, not three.
  EXPECT_EQ(R.Rules.size(), 3u) << testing::PrintToString(texts(R));
}

TEST(Discover, SolvesNothingThatSaturates) {
  // With wrapping sums x + y - y is x; with saturating ones it is not.
  auto Sources = [](std::vector<StringRef> Opcodes) {
    DiscoverResult R = found("x86_64", optionsFor("x86_64", Opcodes, 2, 2));
    unsigned Cancelled = 0;
    for (const Rule &X : R.Rules)
      Cancelled += X.W.numLeaves() == 2 && !X.W.Leaves[0].Const && !X.W.Leaves[1].Const &&
                   X.W.Source.Nodes.size() == 2 && X.Target.Nodes.empty() &&
                   X.W.Source.Nodes[0].R->Name.find("ADD") != std::string::npos;
    return Cancelled;
  };
  EXPECT_GT(Sources({"VPADDBrr", "VPSUBBrr"}), 0u);
  EXPECT_EQ(Sources({"VPADDUSBrr", "VPSUBUSBrr"}), 0u);
}

TEST(Discover, WhatIsRefutedStaysApart) {
  // Everything that the prover refutes must stay apart: here it refutes all.
  DiscoverOptions O = optionsFor("x86_64", {"VPANDrr", "VPORrr"}, 2, 2);
  unsigned Asked = 0;
  DiscoverResult R = cantFail(discover(*cantFail(TargetIsa::get("x86_64")), O, [&](const Rule &R) {
    ++Asked;
    CandidateVerdict V{CandidateVerdict::Refuted, {}};
    for (const Leaf &L : R.W.Leaves)
      V.Counterexample.push_back(L.Const ? *L.Const : APInt(L.Ty.Bits, Asked));
    return V;
  }));
  EXPECT_TRUE(R.Rules.empty());
  EXPECT_GT(Asked, 0u);
  EXPECT_EQ(R.Refuted, Asked);
}

TEST(Discover, LittleMemoryIsMoreWorkAndNoLoss) {
  DiscoverOptions O = optionsFor("x86_64", {"VPANDrr", "VPORrr", "VPXORrr"}, 2, 3);
  DiscoverResult Much = found("x86_64", O);
  // A kilobyte and more a value: half of it holds a few of them.
  ASSERT_GT(Much.Values, 40u);
  O.MaxBytes = Much.Values * 600;
  DiscoverResult Little = found("x86_64", O);
  EXPECT_TRUE(Little.Exhausted);
  EXPECT_EQ(texts(Little), texts(Much));
  EXPECT_EQ(Little.Programs, Much.Programs);
  O.MaxBytes = Much.Values * 100;
  EXPECT_FALSE(found("x86_64", O).Exhausted);
}

TEST(Discover, NamesWhatItCannotList) {
  DiscoverOptions O = optionsFor("amdgcn", {"V_READFIRSTLANE_B32"}, 1, 1);
  RandomChecker Check;
  auto R = discover(*cantFail(TargetIsa::get("amdgcn")), O, Check.fn());
  ASSERT_FALSE(bool(R));
  EXPECT_THAT(toString(R.takeError()), HasSubstr("V_READFIRSTLANE_B32: not an opcode"));
}

} // namespace
