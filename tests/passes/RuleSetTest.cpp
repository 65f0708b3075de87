//===- tests/passes/RuleSetTest.cpp - Rules read when they are needed ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MirFixture.h"
#include "gmock/gmock.h"

using namespace whittle;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

/// Rules by their roots' names, and what was asked for.
class Shelf {
public:
  std::vector<std::vector<std::string>> Asked;

  explicit Shelf(const std::string &Text) : Rules(cantFail(parseRules(Text, "test"))) {}

  static std::string rootOf(const Rule &R) {
    const Program &P = R.W.Source;
    return P.Nodes[P.Outputs[0] - R.W.numLeaves()].R->opcodeName().str();
  }
  std::vector<LoadedRule> all() const { return of({}); }
  std::shared_ptr<Matcher> matcher() {
    std::vector<std::string> Roots;
    Roots.reserve(Rules.size());
    for (const Rule &R : Rules)
      Roots.push_back(rootOf(R));
    return makeMatcher(Roots, [this](ArrayRef<std::string> Of) {
      Asked.push_back(Of.vec());
      return of(Of);
    });
  }

private:
  std::vector<LoadedRule> of(ArrayRef<std::string> Roots) const {
    std::vector<LoadedRule> Found;
    for (const Rule &R : Rules)
      if (Roots.empty() || is_contained(Roots, rootOf(R)))
        Found.push_back({ruleId(R).hex(), R});
    return Found;
  }
  std::vector<Rule> Rules;
};

// No proofs are asked for here.
const char TwoSteps[] = R"(
rule x86_64
  %0:v256
  %1:v256
  %2:v256 = VPMULLDYrr %0, %1
  %3:v256 = VPADDDYrr %2, %1
  yield %3
=>
  %2:v256 = VPSUBDYrr %0, %1
  yield %2
end
rule x86_64
  %0:v256
  %1:v256
  %2:v256 = VPSUBDYrr %0, %1
  yield %2
=>
  yield %0
end
rule x86_64
  %0:v256
  %1:v256
  %2:v256 = VPXORYrr %0, %1
  yield %2
=>
  yield %0
end
)";

std::string body(const std::string &Middle) {
  return "  bb.0:\n    liveins: $ymm0, $ymm1\n    %0:vr256 = COPY $ymm0\n    %1:vr256 = COPY "
         "$ymm1\n" +
         Middle + "    $ymm0 = COPY %9\n    RET 0, $ymm0\n";
}
std::string one(const char *Opcode) {
  return body("    %9:vr256 = " + std::string(Opcode) + " %0, %1\n");
}
std::string run(const std::string &Body, std::shared_ptr<Matcher> M) {
  return runPass(Body, x86("x86-64-v3"), "", createApplyPass(std::move(M), nullptr));
}

/// The first rewrite makes the only root of the second.
TEST(RuleSet, WhatARewriteMakesMayBeARoot) {
  const std::string Body =
      body("    %2:vr256 = VPMULLDYrr %0, %1\n    %9:vr256 = VPADDDYrr %2, %1\n");
  Shelf S(TwoSteps);
  std::string Out = run(Body, S.matcher());
  EXPECT_THAT(S.Asked, ElementsAre(ElementsAre("VPADDDYrr"), ElementsAre("VPSUBDYrr")));
  EXPECT_THAT(Out, Not(HasSubstr("VPSUBDYrr")));
  EXPECT_EQ(Out, run(Body, makeMatcher(S.all())));
}

TEST(RuleSet, OfRootsThatNoFunctionHasNothingIsRead) {
  Shelf S(TwoSteps);
  auto M = S.matcher();
  EXPECT_THAT(run(one("VPANDYrr"), M), HasSubstr("VPANDYrr"));
  EXPECT_THAT(S.Asked, IsEmpty());
  EXPECT_THAT(run(one("VPXORYrr"), M), Not(HasSubstr("VPXORYrr")));
  EXPECT_THAT(S.Asked, ElementsAre(ElementsAre("VPXORYrr")));
  // Nor again.
  EXPECT_THAT(run(one("VPXORYrr"), M), Not(HasSubstr("VPXORYrr")));
  EXPECT_THAT(run(one("VPADDDYrr"), M), HasSubstr("VPADDDYrr"));
  EXPECT_THAT(S.Asked, ElementsAre(ElementsAre("VPXORYrr"), ElementsAre("VPADDDYrr")));
}

/// A load that is part of the instruction is one of its operands.
TEST(RuleSet, MemoryFormsAreRootsToo) {
  Shelf S(TwoSteps);
  const char Body[] = R"(
  bb.0:
    liveins: $ymm0, $rdi
    %0:vr256 = COPY $ymm0
    %1:gr64 = COPY $rdi
    %9:vr256 = VPXORYrm %0, %1, 1, $noreg, 0, $noreg :: (load (s256))
    $ymm0 = COPY %9
    RET 0, $ymm0
)";
  EXPECT_THAT(run(Body, S.matcher()), Not(HasSubstr("VPXORYrm")));
  EXPECT_THAT(S.Asked, ElementsAre(ElementsAre("VPXORYrr")));
}

/// A copy of a mask is the KMOV that it becomes.
TEST(RuleSet, CopiesOfMasksAreRoots) {
  Shelf S(R"(
rule x86_64
  %0:v128
  %1:v128 = const splat(i8 0x0)
  %2:k64 = VPCMPBZ128rri %0, %1, 5
  %3:r32 = KMOVDrk %2
  yield %3 low=16
=>
  %2:r32 = VPMOVMSKBrr %0
  %3:r32 = NOT32r %2
  yield %3
end
)");
  run(one("VPANDYrr"), S.matcher());
  EXPECT_THAT(S.Asked, ElementsAre(ElementsAre("KMOVDrk")));
}

/// Whoever reads rules may give more than was asked for, and the same again.
TEST(RuleSet, OtherRulesAreTakenToo) {
  Shelf S(TwoSteps);
  auto M = makeMatcher({"VPADDDYrr", "VPSUBDYrr"}, [&](ArrayRef<std::string> Of) {
    std::vector<LoadedRule> Rules = S.all();
    if (Of[0] == "VPADDDYrr")
      Rules.erase(Rules.begin() + 1, Rules.end());
    return Rules;
  });
  // What is known of an opcode is asked again when there are more rules.
  EXPECT_THAT(run(body("    %2:vr256 = VPXORYrr %0, %1\n    %9:vr256 = VPADDDYrr %2, %1\n"), M),
              HasSubstr("VPXORYrr"));
  EXPECT_THAT(run(one("VPSUBDYrr"), M), Not(HasSubstr("VPSUBDYrr")));
  EXPECT_THAT(run(one("VPXORYrr"), M), Not(HasSubstr("VPXORYrr")));
}

TEST(RuleSet, ARuleIsTriedOnceHoweverOftenItWasRead) {
  Shelf S(TwoSteps);
  auto M = makeMatcher({"VPXORYrr", "VPADDDYrr"}, [&](ArrayRef<std::string>) { return S.all(); });
  run(one("VPXORYrr"), M);
  // A second reader of the product: the rule matches, and is refused.
  ApplyStats Stats;
  runPass(body("    %2:vr256 = VPMULLDYrr %0, %1\n    %9:vr256 = VPADDDYrr %2, %1\n"
               "    $ymm1 = COPY %2\n"),
          x86("x86-64-v3"), "", createApplyPass(M, &Stats));
  EXPECT_EQ(Stats.Matched, 1u);
  EXPECT_EQ(Stats.Rewrites.size(), 0u);
}

/// Many readings cost more than one.
TEST(RuleSet, AfterSomeReadingsAllRulesAreRead) {
  const char *const Opcodes[] = {"VPADDBYrr", "VPADDWYrr", "VPADDDYrr", "VPADDQYrr", "VPSUBBYrr",
                                 "VPSUBWYrr", "VPSUBDYrr", "VPSUBQYrr", "VPANDYrr",  "VPXORYrr"};
  std::string Text;
  for (const char *Name : Opcodes)
    Text += "rule x86_64\n  %0:v256\n  %1:v256\n  %2:v256 = " + std::string(Name) +
            " %0, %1\n  yield %2\n=>\n  yield %0\nend\n";
  Shelf S(Text);
  auto M = S.matcher();
  for (const char *Name : Opcodes)
    EXPECT_THAT(run(one(Name), M), Not(HasSubstr(Name)));
  ASSERT_EQ(S.Asked.size(), 7u);
  for (size_t I = 0; I != 6; ++I)
    EXPECT_THAT(S.Asked[I], ElementsAre(Opcodes[I]));
  EXPECT_THAT(S.Asked[6], IsEmpty());
}

} // namespace
