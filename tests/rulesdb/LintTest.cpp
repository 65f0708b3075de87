//===- tests/rulesdb/LintTest.cpp - Each finding, and its near miss ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "rulesdb/Lint.h"
#include "TestRules.h"
#include "isa/SymbolBinding.h"
#include <gmock/gmock.h>

using namespace whittle;
using namespace whittle::test;
using testing::HasSubstr;

namespace {

/// A rule of 512-bit values; \p Leaves are lines, \p Source and \p Target bodies.
Rule rule(const std::string &Leaves, const std::string &Source, const std::string &Target) {
  return parsed("rule x86_64\n" + Leaves + Source + "=>\n" + Target + "end\n");
}

std::string idOf(const Rule &R) { return ruleId(R).hex().substr(0, 8); }

const std::string TwoLeaves = "%0:v512\n%1:v512\n";
const std::string AndOr = "%2:v512 = VPANDDZrr %0, %1\n%3:v512 = VPORDZrr %2, %1\nyield %3\n";

TEST(Lint, TheDemosRuleIsClean) { EXPECT_TRUE(lint({dotRule()}).empty()); }

TEST(Lint, TheRightSideMustBeCheaper) {
  Rule Same = rule("%0:v512\n", "%1:v512 = VPSLLDZri %0, 1\nyield %1\n",
                   "%1:v512 = VPADDDZrr %0, %0\nyield %1\n");
  auto Found = lint({Same, shiftRule(1, 1)});
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].K, LintFinding::NotCheaper);
  EXPECT_EQ(Found[0].Rule, ruleId(Same));
  EXPECT_THAT(Found[0].Message, HasSubstr("rule " + idOf(Same) + " 'VPSLLDZri': "));
  EXPECT_THAT(Found[0].Message, HasSubstr("not cheaper"));
}

TEST(Lint, EveryOperandMustBeBound) {
  Rule R = rule(TwoLeaves, AndOr, "yield %1\n");
  EXPECT_TRUE(lint({R}).empty());
  // A leaf that the source does not read: nothing would bind it.
  Rule Bad = R;
  Bad.W.Leaves.push_back(R.W.Leaves[0]);
  Bad.Target.Nodes.clear();
  for (Node &N : Bad.W.Source.Nodes)
    for (unsigned &Op : N.Ops)
      Op += Op >= 2;
  Bad.W.Source.Outputs[0] += 1;
  Bad.Target.Outputs[0] = 2;
  auto Found = lint({Bad, R});
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].K, LintFinding::Malformed);
  EXPECT_THAT(Found[0].Message, HasSubstr("operand %2 of the target is not bound"));
}

TEST(Lint, TheSameRuleInOtherWordsIsADuplicate) {
  Rule A = rule(TwoLeaves, AndOr, "yield %1\n");
  // Another member of the class, and the operands of a commutative row exchanged.
  Rule Q = rule(TwoLeaves, "%2:v512 = VPANDQZrr %0, %1\n%3:v512 = VPORQZrr %2, %1\nyield %3\n",
                "yield %1\n");
  Rule C = rule(TwoLeaves, "%2:v512 = VPANDDZrr %1, %0\n%3:v512 = VPORDZrr %1, %2\nyield %3\n",
                "yield %1\n");
  for (const Rule &B : {A, Q, C}) {
    auto Found = lint({A, B});
    ASSERT_EQ(Found.size(), 1u) << printRule(B);
    EXPECT_EQ(Found[0].K, LintFinding::Duplicate);
    EXPECT_THAT(Found[0].Message, HasSubstr("once more"));
  }
  // Another result is another rule.
  Rule Other = rule(TwoLeaves, AndOr, "yield %0\n");
  for (const LintFinding &F : lint({A, Other}))
    EXPECT_NE(F.K, LintFinding::Duplicate);
  // Or with the other operand: x & y | x.
  Rule Left = rule(TwoLeaves, "%2:v512 = VPANDDZrr %0, %1\n%3:v512 = VPANDNDZrr %2, %1\nyield %3\n",
                   "%2:v512 = VPANDNDZrr %0, %1\nyield %2\n");
  Rule Right =
      rule(TwoLeaves, "%2:v512 = VPANDDZrr %0, %1\n%3:v512 = VPANDNDZrr %1, %2\nyield %3\n",
           "%2:v512 = VPANDNDZrr %0, %1\nyield %2\n");
  EXPECT_TRUE(lint({Left, Right}).empty()) << "VPANDN is not commutative";
}

TEST(Lint, AWeakerPreconditionShadows) {
  Rule Weak = dotRule("0x80"), Strong = dotRule("0xf0");
  auto Found = lint({Weak, Strong});
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].K, LintFinding::Shadowed);
  EXPECT_EQ(Found[0].Rule, ruleId(Strong));
  EXPECT_EQ(Found[0].Other, ruleId(Weak));
  EXPECT_EQ(Found[0].Message,
            "rule " + idOf(Strong) +
                " 'VPMADDUBSWZrr+VPMADDWDZrr+VPADDDZrr' can never fire: rule " + idOf(Weak) +
                " 'VPMADDUBSWZrr+VPMADDWDZrr+VPADDDZrr' matches the same source with a weaker "
                "precondition");
  // Neither implies the other: both may fire.
  EXPECT_TRUE(lint({dotRule("0x0f"), dotRule("0xf0")}).empty());
}

TEST(Lint, AWeakerPreconditionThatGivesLessDoesNotShadow) {
  // The general rule halves the work; the special one leaves none.
  Rule Weak = rule(TwoLeaves, AndOr, "%2:v512 = VPORDZrr %0, %1\nyield %2\n");
  Rule Strong = rule("%0:v512 zeros=splat(i8 0xf0)\n%1:v512\n", AndOr, "yield %1\n");
  EXPECT_TRUE(lint({Weak, Strong}).empty());
  // The other way round it does.
  Rule Best = rule(TwoLeaves, AndOr, "yield %1\n");
  Rule Worse = rule("%0:v512 zeros=splat(i8 0xf0)\n%1:v512\n", AndOr,
                    "%2:v512 = VPORDZrr %0, %1\nyield %2\n");
  auto Found = lint({Worse, Best});
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].Rule, ruleId(Worse));
}

TEST(Lint, AConstantIsAPrecondition) {
  Rule Any = rule(TwoLeaves, AndOr, "yield %1\n");
  Rule Five = rule("%0:v512\n%1:v512 = const splat(i32 5)\n", AndOr, "yield %1\n");
  Rule Six = rule("%0:v512\n%1:v512 = const splat(i32 6)\n", AndOr, "yield %1\n");
  EXPECT_TRUE(lint({Five, Six}).empty());
  auto Found = lint({Any, Five});
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].Rule, ruleId(Five));
  // The constant satisfies one fact and not the other.
  Rule Low = rule("%0:v512\n%1:v512 zeros=splat(i8 0xf0)\n", AndOr, "yield %1\n");
  Rule Even = rule("%0:v512\n%1:v512 zeros=splat(i8 0x01)\n", AndOr, "yield %1\n");
  EXPECT_EQ(lint({Low, Five}).size(), 1u);
  EXPECT_TRUE(lint({Even, Five}).empty());
}

TEST(Lint, RepeatedOperandsAreSpecialCases) {
  Rule Two = rule(TwoLeaves, "%2:v512 = VPADDDZrr %0, %1\n%3:v512 = VPSUBDZrr %2, %1\nyield %3\n",
                  "yield %0\n");
  Rule One = rule("%0:v512\n", "%1:v512 = VPADDDZrr %0, %0\n%2:v512 = VPSUBDZrr %1, %0\nyield %2\n",
                  "yield %0\n");
  auto Found = lint({One, Two});
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].K, LintFinding::Shadowed);
  EXPECT_EQ(Found[0].Rule, ruleId(One));
}

/// Where the better rule's instruction does not exist, the other one still fires.
TEST(Lint, ARuleForFewerFeaturesIsNotShadowed) {
  const std::string Leaves = "%0:v256\n%1:v256\n%2:v256\n";
  const std::string Source = "%3:v256 = VPANDYrr %0, %1\n%4:v256 = VPANDYrr %3, %2\n"
                             "%5:v256 = VPANDYrr %4, %2\nyield %5\n";
  Rule New = rule(Leaves, Source, "%3:v256 = VPTERNLOGDZ256rri %0, %1, %2, 128\nyield %3\n");
  Rule Old =
      rule(Leaves, Source, "%3:v256 = VPANDYrr %0, %1\n%4:v256 = VPANDYrr %3, %2\nyield %4\n");
  for (const LintFinding &F : lint({New, Old}))
    EXPECT_NE(F.K, LintFinding::Shadowed) << F.Message;
}

TEST(Lint, RulesThatUndoEachOtherAreACycle) {
  Rule There = rule("%0:v512\n", "%1:v512 = VPSLLDZri %0, 1\nyield %1\n",
                    "%1:v512 = VPADDDZrr %0, %0\nyield %1\n");
  Rule Back = rule("%0:v512\n", "%1:v512 = VPADDDZrr %0, %0\nyield %1\n",
                   "%1:v512 = VPSLLDZri %0, 1\nyield %1\n");
  Rule Away = rule("%0:v512\n", "%1:v512 = VPADDDZrr %0, %0\nyield %1\n",
                   "%1:v512 = VPSLLDZri %0, 2\nyield %1\n");
  auto Cycles = [](std::vector<Rule> Rules) {
    return llvm::count_if(lint(Rules), [](const auto &F) { return F.K == LintFinding::Cycle; });
  };
  EXPECT_EQ(Cycles({There, Back}), 1);
  EXPECT_EQ(Cycles({Back, There}), 1);
  EXPECT_EQ(Cycles({There, Away}), 0);
  for (const LintFinding &F : lint({There, Back}))
    if (F.K == LintFinding::Cycle)
      EXPECT_THAT(F.Message, HasSubstr("undo each other"));
}

TEST(Lint, ARuleAboutLoopsIsNotItsLemmaInStraightCode) {
  EXPECT_TRUE(lint({loopRuleOfDot()}).empty());
  std::string Text = printRule(loopRuleOfDot());
  Text.erase(Text.find(" loop"), 5);
  EXPECT_TRUE(lint({loopRuleOfDot(), parsed(Text)}).empty());
  // The same twice is.
  EXPECT_EQ(lint({loopRuleOfDot(), loopRuleOfDot()}).size(), 1u);
}

TEST(Lint, FindingsDoNotDependOnTheOrderGiven) {
  std::vector<Rule> Rules{dotRule("0x80"), dotRule("0xf0"), dotRule("0xc0"), shiftRule(1, 2)};
  auto Messages = [](std::vector<Rule> R) {
    std::string All;
    for (const LintFinding &F : lint(R))
      All += F.Message + "\n";
    return All;
  };
  std::string Forwards = Messages(Rules);
  EXPECT_NE(Forwards, "");
  std::reverse(Rules.begin(), Rules.end());
  EXPECT_EQ(Messages(Rules), Forwards);
}

std::string chain(const std::string &Head, const std::string &A, const std::string &B,
                  const std::string &Sum) {
  return "rule x86_64\n" + Head + "%0:v512\n%1:v512 = VPSRLWZri %0, " + A +
         "\n%2:v512 = VPSRLWZri %1, " + B + "\nyield %2\n=>\n%1:v512 = VPSRLWZri %0, " + Sum +
         "\nyield %1\nend\n";
}

TEST(Lint, AWitnessIsKeptBesideItsGeneralForm) {
  const std::string Two = "$a:i8\n$b:i8\n";
  Rule Witness = parsed(chain("", "3", "4", "7"));
  Rule Guarded = parsed(chain(Two + "where $a + $b < 16\n", "$a", "$b", "$a + $b"));
  EXPECT_TRUE(lint({Witness, Guarded}).empty());
  EXPECT_TRUE(isInstanceOf(Witness, Guarded));
  // One that holds for more shadows it; two with guards of their own do not.
  Rule Always = parsed(chain(Two, "$a", "$b", "min($a + $b, 255)"));
  auto Found = lint({Guarded, Always});
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].K, LintFinding::Shadowed);
  EXPECT_EQ(Found[0].Rule, ruleId(Guarded));
  Rule Other = parsed(chain(Two + "where $b < 8\nwhere $a < 8\n", "$a", "$b", "$a + $b"));
  canonicalize(Other);
  EXPECT_TRUE(lint({Guarded, Other}).empty());
}

} // namespace
