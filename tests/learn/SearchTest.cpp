//===- tests/learn/SearchTest.cpp - A policy never changes what is found ---===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Search.h"
#include "learn/Baselines.h"
#include "learn/Policy.h"
#include "learn/TestCheck.h"
#include "tests/learn/Support.h"

using namespace llvm;

namespace whittle {
namespace {

/// The windows' pools are small: mask logic, whose rows are few.
const char *const Windows[] = {
    "  %0:k64\n  %1:k64\n  %2:k64 = KANDQkk %0, %1\n  %3:k64 = KNOTQkk %2\n  %4:k64 = KORQkk %3, "
    "%0\n  yield %4\n",
    "  %0:k64\n  %1:k64\n  %2:k64 = KNOTQkk %0\n  %3:k64 = KANDQkk %2, %1\n  yield %3\n",
    "  %0:k64\n  %1:k64\n  %2:k64 = KXORQkk %0, %1\n  %3:k64 = KNOTQkk %2\n  yield %3\n",
    "  %0:k64\n  %1:k64\n  %2:k64 = KORQkk %0, %1\n  %3:k64 = KANDQkk %2, %0\n  %4:k64 = KXORQkk "
    "%3, %1\n  yield %4\n",
};

struct Found {
  unsigned Weight = ~0u, Instructions = ~0u;
  std::string Cheapest; ///< the rule
  bool Exhausted = false;
  bool operator==(const Found &) const = default;
};

Found searchWith(const Window &W, CandidateRanker &Order) {
  Evaluator &E = *cantFail(Evaluator::shared(x86()));
  SearchOptions O;
  O.MaxInstructions = 2;
  O.Seconds = 120;
  O.Threads = 1;
  O.MaxUnknown = ~0u;
  SearchResult R = cantFail(search(W, O, Order, acceptByTests(E, ~0u, 5)));
  Found F;
  F.Exhausted = R.Exhausted;
  if (!R.Proved.empty()) {
    StaticCost C = staticCost(R.Proved.front().W, R.Proved.front().Target);
    F.Weight = C.Weight;
    F.Instructions = C.Instructions;
    Rule Best = R.Proved.front();
    canonicalize(Best);
    F.Cheapest = printRule(Best);
  }
  return F;
}

TEST(Search, FindsEquallyCheapRulesWithAnyPolicy) {
  auto Cost = makeCostRanker();
  for (const char *Text : Windows) {
    Window W = window(Text);
    Found Plain = searchWith(W, *Cost);
    EXPECT_TRUE(Plain.Exhausted) << Text;
    EXPECT_NE(Plain.Weight, ~0u) << Text;
    for (uint64_t Seed : {1, 2, 3}) {
      auto P = cantFail(Policy::create(x86(), randomPolicy(x86Table(), Seed), "p"));
      EXPECT_EQ(searchWith(W, *P), Plain) << Text;
      EXPECT_EQ(searchWith(W, *makeRandomRanker(Seed)), Plain) << Text;
    }
  }
}

} // namespace
} // namespace whittle
