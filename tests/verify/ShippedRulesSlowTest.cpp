//===- tests/verify/ShippedRulesSlowTest.cpp - Every shipped rule ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Rewrite.h"
#include "tests/verify/ShippedRules.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

struct ShippedRules : testing::TestWithParam<const char *> {};

TEST_P(ShippedRules, AreProvedAgain) { proveAgain(shippedRules(GetParam()), 1); }

TEST_P(ShippedRules, AreCheaperAndNeeded) {
  std::vector<Rule> Rules = shippedRules(GetParam());
  for (const Rule &R : Rules)
    EXPECT_LT(staticCost(R.W, R.Target), staticCost(R.W, R.W.Source)) << printRule(R);
  std::vector<bool> Drop = superfluous(Rules);
  for (auto [R, Dropped] : zip(Rules, Drop))
    EXPECT_FALSE(Dropped) << printRule(R);
}

INSTANTIATE_TEST_SUITE_P(Verify, ShippedRules, testing::Values("x86_64", "amdgcn"),
                         [](const auto &Info) { return Info.param; });

} // namespace
