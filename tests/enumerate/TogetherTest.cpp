//===- tests/enumerate/TogetherTest.cpp - Two outputs at a time -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/enumerate/TestSupport.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

struct Found {
  SearchResult R;
  unsigned Asked;
};

Found searchFor(const std::string &Nodes, const std::string &Leaves = "  %0:v256\n  %1:v256\n") {
  Window W = window("window x86_64\n" + Leaves + Nodes + "end\n");
  auto STI = cpu(W, "x86-64-v3");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.MaxInstructions = 2;
  O.Seconds = 30;
  SearchResult R = find(W, O, Check.fn());
  return {std::move(R), Check.Asked};
}

const char OrAnd[] = "  %2:v256 = VPORYrr %0, %1\n  %3:v256 = VPANDYrr %0, %1\n";

TEST(Together, WhatBothReadGoesWithBoth) {
  Found F = searchFor(std::string(OrAnd) + "  %4:v256 = VPSUBDYrr %2, %3\n"
                                           "  %5:v256 = VPADDDYrr %2, %3\n  yield %4, %5\n");
  ASSERT_FALSE(F.R.Proved.empty());
  const Rule &R = F.R.Proved[0];
  EXPECT_EQ(R.Target.Nodes.size(), 2u) << printRule(R);
  EXPECT_EQ(R.Target.Outputs.size(), 2u);
}

TEST(Together, AnAnswerForOneOutputIsNone) {
  // A product of the two has no shorter form, so that the or and the and stay.
  Found F = searchFor(std::string(OrAnd) + "  %4:v256 = VPSUBDYrr %2, %3\n"
                                           "  %5:v256 = VPMULHUWYrr %2, %3\n  yield %4, %5\n");
  EXPECT_TRUE(F.R.Proved.empty()) << printRule(F.R.Proved[0]);
}

TEST(Together, NewConstantsOfBoth) {
  // The upper byte, and the upper half of the lower one: masks instead of shared shifts.
  Found F = searchFor("  %1:v256 = VPSLLWYri %0, 8\n  %2:v256 = VPSRLWYri %1, 8\n"
                      "  %3:v256 = VPXORYrr %0, %2\n  %4:v256 = VPSLLWYri %2, 4\n"
                      "  %5:v256 = VPSRLWYri %4, 4\n  %6:v256 = VPSRLWYri %2, 4\n"
                      "  %7:v256 = VPSLLWYri %6, 4\n  yield %3, %7\n",
                      "  %0:v256\n");
  ASSERT_FALSE(F.R.Proved.empty());
  const Rule &R = F.R.Proved[0];
  EXPECT_EQ(R.Target.Nodes.size(), 2u) << printRule(R);
  EXPECT_EQ(count_if(R.W.Leaves, [](const Leaf &L) { return L.Const.has_value(); }), 2);
  EXPECT_FALSE(checkRule(R));
}

} // namespace
