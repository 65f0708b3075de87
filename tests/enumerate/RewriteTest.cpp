//===- tests/enumerate/RewriteTest.cpp - Rules on programs -----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Rewrite.h"
#include "tests/enumerate/TestSupport.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

TEST(Rewrite, BindsLeavesToValues) {
  RewriteSet Set;
  Set.add(cantFail(parseRule("rule x86_64\n  %0:v128\n  %1:v128\n  %2:v128 = VPANDrr %0, %1\n"
                             "  %3:v128 = VPORrr %2, %0\n  yield %3\n=>\n  yield %0\nend\n")));
  auto Nodes = [&](StringRef Text) {
    Window W = window(Text);
    Program P = Set.reduce(W, W.Source);
    removeDeadNodes(W, P);
    return P.Nodes.size();
  };
  // Commuted both ways, over a sum.
  EXPECT_EQ(Nodes("window x86_64\n  %0:v128\n  %1:v128\n  %2:v128 = VPADDDrr %0, %1\n"
                  "  %3:v128 = VPANDrr %1, %2\n  %4:v128 = VPORrr %2, %3\n  yield %4\nend\n"),
            1u);
  // Another value in the second place of the leaf.
  EXPECT_EQ(Nodes("window x86_64\n  %0:v128\n  %1:v128\n  %2:v128\n  %3:v128 = VPANDrr %0, %1\n"
                  "  %4:v128 = VPORrr %3, %2\n  yield %4\nend\n"),
            2u);
  // Read elsewhere too: only the last instruction goes.
  EXPECT_EQ(Nodes("window x86_64\n  %0:v128\n  %1:v128\n  %2:v128 = VPANDrr %0, %1\n"
                  "  %3:v128 = VPORrr %2, %0\n  %4:v128 = VPADDDrr %3, %2\n  yield %4\nend\n"),
            2u);
}

TEST(Rewrite, HoldsConstantsAndFactsToTheRule) {
  RewriteSet Set;
  Set.add(cantFail(parseRule("rule x86_64\n  %0:v128 zeros=splat(i8 0xf0)\n"
                             "  %1:v128 = const splat(i8 0x0f)\n  %2:v128 = VPANDrr %0, %1\n"
                             "  yield %2\n=>\n  yield %0\nend\n")));
  auto Applies = [&](StringRef Facts, StringRef Constant) {
    Window W = window(("window x86_64\n  %0:v128" + Facts + "\n  %1:v128 = const splat(i8 " +
                       Constant + ")\n  %2:v128 = VPANDrr %0, %1\n  yield %2\nend\n")
                          .str());
    return Set.applyAt(W, W.Source, W.Source.Outputs[0]).has_value();
  };
  EXPECT_TRUE(Applies(" zeros=splat(i8 0xf0)", "0x0f"));
  EXPECT_TRUE(Applies(" zeros=splat(i8 0xf8)", "0x0f"));
  EXPECT_FALSE(Applies(" zeros=splat(i8 0x70)", "0x0f"));
  EXPECT_FALSE(Applies("", "0x0f"));
  EXPECT_FALSE(Applies(" zeros=splat(i8 0xf0)", "0x07"));
}

/// Two shifts right are one, for counts whose sum is less than 16.
const char *const ShiftChain = R"(rule x86_64
  $a:i8
  $b:i8
  where $a + $b < 16
  %0:v128
  %1:v128 = VPSRLWri %0, $a
  %2:v128 = VPSRLWri %1, $b
  yield %2
=>
  %1:v128 = VPSRLWri %0, $a + $b
  yield %1
end
)";

std::string shifts(unsigned A, unsigned B) {
  return "  %0:v128\n  %1:v128 = VPSRLWri %0, " + std::to_string(A) +
         "\n  %2:v128 = VPSRLWri %1, " + std::to_string(B) + "\n  yield %2\n";
}

TEST(Rewrite, GeneralRulesAsTheInstanceThatIsAskedFor) {
  RewriteSet Set;
  Set.add(cantFail(parseRule(ShiftChain)));
  auto Reduced = [&](unsigned A, unsigned B) {
    Window W = window("window x86_64\n" + shifts(A, B) + "end\n");
    Program P = Set.reduce(W, W.Source);
    removeDeadNodes(W, P);
    return P;
  };
  Program P = Reduced(3, 4);
  ASSERT_EQ(P.Nodes.size(), 1u);
  EXPECT_EQ(P.Nodes[0].Imms[0], 7);
  // Outside of the guard.
  EXPECT_EQ(Reduced(8, 8).Nodes.size(), 2u);
}

TEST(Rewrite, MakesTheConstantsOfAGeneralRule) {
  RewriteSet Set;
  Set.add(cantFail(parseRule(R"(rule x86_64
  $a:i32
  $b:i32
  %0:v128
  %1:v128 = const splat(i32 $a)
  %2:v128 = const splat(i32 $b)
  %3:v128 = const splat(i32 $a & $b)
  %4:v128 = VPANDrr %0, %1
  %5:v128 = VPANDrr %4, %2
  yield %5
=>
  %4:v128 = VPANDrr %0, %3
  yield %4
end
)")));
  Window W = window("window x86_64\n  %0:v128\n  %1:v128 = const splat(i32 0xff0)\n"
                    "  %2:v128 = const splat(i32 0x0ff)\n  %3:v128 = VPANDrr %0, %1\n"
                    "  %4:v128 = VPANDrr %3, %2\n  yield %4\nend\n");
  Program P = Set.reduce(W, W.Source);
  removeDeadNodes(W, P);
  ASSERT_EQ(P.Nodes.size(), 1u);
  ASSERT_EQ(W.numLeaves(), 4u);
  EXPECT_EQ(*W.Leaves[3].Const, APInt::getSplat(128, APInt(32, 0x0f0)));
  EXPECT_TRUE(is_contained(P.Nodes[0].Ops, 3u));
}

std::vector<bool> superfluousOf(std::vector<std::string> Texts) {
  std::vector<Rule> Rules;
  for (const std::string &Text : Texts)
    Rules.push_back(cantFail(parseRule(Text)));
  return superfluous(Rules);
}

std::string shiftRule(unsigned A, unsigned B) {
  return "rule x86_64\n" + shifts(A, B) + "=>\n  %1:v128 = VPSRLWri %0, " + std::to_string(A + B) +
         "\n  yield %1\nend\n";
}

TEST(Superfluous, AnInstanceIsAndWhatIsOutsideTheGuardIsNot) {
  EXPECT_EQ(superfluousOf({shiftRule(3, 4), ShiftChain, shiftRule(8, 8)}),
            (std::vector<bool>{true, false, false}));
}

TEST(Superfluous, AGeneralRuleInTheCompanyOfAnother) {
  const std::string Wide =
      "rule x86_64\n  $a:i8\n  $b:i8\n  where $a + $b < 16\n  %0:v128\n  %1:v128\n"
      "  %2:v128 = VPADDWrr %0, %1\n  %3:v128 = VPSRLWri %2, $a\n"
      "  %4:v128 = VPSRLWri %3, $b\n  yield %4\n=>\n"
      "  %2:v128 = VPADDWrr %0, %1\n  %3:v128 = VPSRLWri %2, $a + $b\n"
      "  yield %3\nend\n";
  EXPECT_EQ(superfluousOf({Wide, ShiftChain}), (std::vector<bool>{true, false}));
  // For fewer numbers it is not what makes the other superfluous.
  std::string Narrow = ShiftChain;
  Narrow.replace(Narrow.find("< 16"), 4, "< 8");
  EXPECT_EQ(superfluousOf({Wide, Narrow}), (std::vector<bool>{false, false}));
  EXPECT_EQ(superfluousOf({Narrow, ShiftChain}), (std::vector<bool>{true, false}));
}

TEST(Superfluous, OneOfTwoThatSayTheSame) {
  EXPECT_EQ(superfluousOf({shiftRule(3, 4), shiftRule(3, 4)}), (std::vector<bool>{true, false}));
}

TEST(Superfluous, WhatTwoStepsGive) {
  const std::string Or = "rule x86_64\n  %0:v128\n  %1:v128\n  %2:v128 = VPANDrr %0, %1\n"
                         "  %3:v128 = VPORrr %2, %0\n  yield %3\n=>\n  yield %0\nend\n";
  const std::string Xor = "rule x86_64\n  %0:v128\n  %1:v128 = const splat(i8 0)\n"
                          "  %2:v128 = VPXORrr %0, %1\n  yield %2\n=>\n  yield %0\nend\n";
  const std::string Both = "rule x86_64\n  %0:v128\n  %1:v128\n  %2:v128 = const splat(i8 0)\n"
                           "  %3:v128 = VPANDrr %0, %1\n  %4:v128 = VPORrr %3, %0\n"
                           "  %5:v128 = VPXORrr %4, %2\n  yield %5\n=>\n  yield %0\nend\n";
  EXPECT_EQ(superfluousOf({Or, Xor, Both}), (std::vector<bool>{false, false, true}));
  EXPECT_EQ(superfluousOf({Or, Both}), (std::vector<bool>{false, false}));
}

TEST(Superfluous, NotByAnInstructionThatTheCpuNeedNotHave) {
  auto And = [](std::string Suffix) {
    return "rule x86_64\n  %0:v128\n  %1:v128\n  %2:v128 = VPAND" + Suffix +
           " %0, %1\n  %3:v128 = VPOR" + Suffix + " %2, %1\n  %4:v128 = VPXOR" + Suffix +
           " %3, %0\n  yield %4\n=>\n  %2:v128 = ";
  };
  // (a & b) | b ^ a is b ^ a: as a truth table of AVX-512 too.
  const std::string Plain = And("rr") + "VPXORrr %0, %1\n  yield %2\nend\n";
  const std::string Table = And("rr") + "VPTERNLOGDZ128rri %0, %0, %1, 60\n  yield %2\nend\n";
  EXPECT_EQ(superfluousOf({Table, Plain}), (std::vector<bool>{true, false}));
  EXPECT_EQ(superfluousOf({Plain, Table}), (std::vector<bool>{false, true}));
}

} // namespace
