//===- tests/verify/ShippedRulesSlowTest.cpp - Every shipped rule ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConcreteRun.h"
#include "enumerate/Rewrite.h"
#include "tests/verify/ShippedRules.h"
#include "verify/Fit.h"
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

/// \p R, or of a general rule some instances.
std::vector<Rule> instances(const Rule &R) {
  if (!R.W.isGeneral())
    return {R};
  std::vector<Rule> Out;
  SymTuple Zeros;
  for (const SymbolSpec &S : R.W.Symbols)
    Zeros.push_back(APInt(S.Bits, 0));
  for (const SymTuple &T : sampleTuples(R.W.Symbols, Zeros, 4000, 1))
    if (guardHolds(R.W, T) && Out.size() < 3)
      Out.push_back(instantiate(R, T));
  EXPECT_FALSE(Out.empty()) << printRule(R);
  return Out;
}

// The compiled rows share nothing with the proof but what the rows say. Bytes that follow what
// the source leaves open are not compared; the others are, whatever the target leaves open.
TEST_P(ShippedRules, GiveTheSameWhenRun) {
  std::vector<Rule> Rules = shippedRules(GetParam());
  ASSERT_FALSE(Rules.empty());
  ConcreteRun Run(*Rules.front().W.Isa);
  test::Random Rand(1);
  auto Zeros = [] { return uint64_t(0); };
  auto Ones = [] { return uint64_t(0xff); };
  size_t Compared = 0, All = 0;
  for (const Rule &Shipped : Rules)
    for (const Rule &R : instances(Shipped)) {
      Inputs In = Run.inputs(R.W, 512, Rand);
      if (any_of(R.W.Source.Nodes, [](const Node &N) { return N.R->isWave(); }))
        In.On.assign(In.Tests, true); // evaluators read other lanes as if all were on
      Inputs Other = In;              // the same with other values for unspecified leaves
      for (auto [L, V] : zip(R.W.Leaves, Other.Leaves))
        if (L.Choice)
          for (uint8_t &X : V.Bytes)
            X = uint8_t(~X);
      std::vector<Concrete> S = Run.run(R.W, R.W.Source, In, Zeros),
                            Again = Run.run(R.W, R.W.Source, Other, Ones),
                            T = Run.run(R.W, R.Target, In, Rand);
      for (auto [I, A, B, C] : enumerate(S, Again, T)) {
        const size_t Bytes = R.W.typeOf(R.W.Source, R.W.Source.Outputs[I]).bytes(),
                     Low = R.W.lowBits(unsigned(I)) ? R.W.lowBits(unsigned(I)) / 8 : Bytes;
        for (size_t K = 0; K != A.Bytes.size(); ++K) {
          A.Open[K] |= A.Bytes[K] != B.Bytes[K] || K % Bytes >= Low;
          Compared += !A.Open[K];
        }
        All += A.Bytes.size();
        EXPECT_EQ(ConcreteRun::difference(A, C), -1) << "output " << I << "\n" << printRule(R);
      }
    }
  EXPECT_GT(Compared, All / 4);
}

INSTANTIATE_TEST_SUITE_P(Verify, ShippedRules, testing::Values("x86_64", "amdgcn"),
                         [](const auto &Info) { return Info.param; });

} // namespace
