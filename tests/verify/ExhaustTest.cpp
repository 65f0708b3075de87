//===- tests/verify/ExhaustTest.cpp - A slice run on every input ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Exhaust.h"
#include "RandomTerms.h"
#include "RuleTools.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

Term var(TermGraph &G, unsigned Leaf, unsigned Width) {
  return G.var({VarKey::Leaf, Leaf, 0}, 0, Width);
}

ExhaustAnswer answer(TermGraph &G, Term S, Term T, const ExhaustLimits &L = {}) {
  Expected<ExhaustAnswer> A = exhaust(Cone(G, S, T), L);
  if (!A) {
    ADD_FAILURE() << toString(A.takeError());
    return {};
  }
  return *A;
}

/// Blocks of the compiled slice against the evaluator of terms: all of few inputs,
/// else \p Blocks that are spread.
void expectSame(const Cone &C, unsigned Blocks, const std::string &What) {
  auto S = CompiledSlice::create(C);
  ASSERT_TRUE(bool(S)) << What << ": " << toString(S.takeError());
  ASSERT_TRUE(*S) << What;
  const uint64_t Inputs = uint64_t(1) << (*S)->bits();
  const uint64_t All = divideCeil(Inputs, (*S)->lanes());
  for (uint64_t K = 0; K != std::min<uint64_t>(All, Blocks); ++K) {
    const uint64_t Block = All <= Blocks ? K : K * 0x9e3779b97f4a7c15ull % All;
    const uint64_t Begin = Block * (*S)->lanes();
    bool Differ = false;
    for (auto [I, Pair] : enumerate((*S)->values(Begin))) {
      auto [Source, Target] = C.evaluate((*S)->atoms(Begin + I));
      ASSERT_EQ(Pair.first, Source.getZExtValue()) << What << ", input " << Begin + I;
      ASSERT_EQ(Pair.second, Target.getZExtValue()) << What << ", input " << Begin + I;
      Differ |= Source != Target;
    }
    const uint64_t End = Begin + (*S)->lanes();
    ASSERT_EQ((*S)->firstDifference(Begin, End), Differ ? Begin : End) << What;
  }
}

TEST(Exhaust, EveryOperationComputesWhatItsTermDoes) {
  using Binary = Term (TermGraph::*)(Term, Term);
  const std::pair<const char *, Binary> Operations[] = {
      {"add", &TermGraph::add},    {"sub", &TermGraph::sub},   {"mul", &TermGraph::mul},
      {"and", &TermGraph::bitAnd}, {"or", &TermGraph::bitOr},  {"xor", &TermGraph::bitXor},
      {"shl", &TermGraph::shl},    {"lshr", &TermGraph::lshr}, {"ashr", &TermGraph::ashr},
      {"eq", &TermGraph::eq},      {"ult", &TermGraph::ult},   {"slt", &TermGraph::slt}};
  // 5 bits: all inputs, counts past the width among them. Then each width of elements,
  // full and one bit short of full.
  for (unsigned W : {1u, 5u, 7u, 8u, 15u, 16u, 31u})
    for (auto [Name, Op] : Operations) {
      TermGraph G;
      Term A = var(G, 0, W), B = var(G, 1, W);
      expectSame(Cone(G, (G.*Op)(A, B), (G.*Op)(B, A)), 64, Name + std::to_string(W));
    }
  for (unsigned W : {32u, 63u, 64u})
    for (auto [Name, Op] : Operations) {
      TermGraph G; // large numbers of few free bits
      auto Wide = [&](unsigned Leaf) {
        Term X = var(G, Leaf, 12);
        return G.concat(
            {G.extract(X, 0, 6), G.sext(G.extract(X, 6, 2), W - 10), G.extract(X, 8, 4)});
      };
      expectSame(Cone(G, (G.*Op)(Wide(0), Wide(1)), (G.*Op)(Wide(1), Wide(0))), 64,
                 Name + std::to_string(W));
    }
}

TEST(Exhaust, RandomTermsComputeWhatTheirTermsDo) {
  for (uint64_t Seed = 0; Seed != 60 && !HasFatalFailure(); ++Seed) {
    TermGraph G;
    RandomTerms R(G, 7000 + Seed, 3, Seed % 3 == 0 ? 4 : 12);
    const unsigned W = Seed % 4 == 0 ? 1 + R.below(60) : 1 + R.below(14);
    Term S = R.make(W, 3).T, T = R.make(W, 3).T;
    const Cone C(G, S, T);
    const bool Wide = any_of(C.order(), [&](Term X) { return G.width(X) > 64; });
    if (!Wide && !C.atoms().empty())
      expectSame(C, 40, "seed " + std::to_string(Seed));
  }
}

TEST(Exhaust, TheOneInputThatDiffersIsFound) {
  constexpr unsigned Bits = 25; // of more than one stretch between two looks at the clock
  for (uint64_t Odd : {uint64_t(0), uint64_t(1), uint64_t(77'777), (uint64_t(1) << 24) - 1,
                       uint64_t(1) << 24, (uint64_t(1) << Bits) - 1}) {
    TermGraph G;
    Term X = var(G, 0, Bits), Here = G.eq(X, G.constant(Bits, Odd));
    Term Other = G.ite(Here, G.add(X, X), G.mul(X, G.constant(Bits, 3)));
    if (Odd == 0) // 2 * 0 is 3 * 0
      Other = G.ite(Here, G.constant(Bits, 5), G.mul(X, G.constant(Bits, 3)));
    ExhaustAnswer A = answer(G, G.mul(X, G.constant(Bits, 3)), Other);
    ASSERT_EQ(A.K, ExhaustAnswer::Differ) << Odd;
    EXPECT_EQ(A.Values[0].getZExtValue(), Odd);
  }
}

TEST(Exhaust, EqualOnAllInputsOfSeveralAtoms) {
  TermGraph G;
  Term A = var(G, 0, 7), B = var(G, 1, 6), Wide = G.zext(B, 7);
  Term Sum = G.add(G.bitOr(A, Wide), G.bitAnd(A, Wide));
  ExhaustAnswer X = answer(G, Sum, G.add(Wide, A));
  EXPECT_EQ(X.K, ExhaustAnswer::Equal);
  EXPECT_EQ(X.Bits, 13u);
  // Fewer inputs than lanes.
  Term C = var(G, 2, 1), D = var(G, 3, 1);
  EXPECT_EQ(answer(G, G.eq(C, D), G.bitNot(G.bitXor(D, C))).K, ExhaustAnswer::Equal);
  EXPECT_EQ(answer(G, G.ult(C, D), G.bitAnd(C, G.bitNot(D))).K, ExhaustAnswer::Differ);
}

TEST(Exhaust, WhatItDoesNotSettle) {
  TermGraph G;
  Term X = var(G, 0, 20), Y = G.add(X, X), Z = G.mul(X, var(G, 1, 20));
  const Term Same = G.sub(G.add(Y, X), X);
  ASSERT_NE(Same, Y);
  EXPECT_EQ(answer(G, Y, Same).K, ExhaustAnswer::Equal);
  EXPECT_EQ(answer(G, Y, Same, {.Bits = 19}).K, ExhaustAnswer::Refused);
  EXPECT_EQ(answer(G, Y, Same, {.Operations = 1 << 20}).K, ExhaustAnswer::Refused);
  EXPECT_EQ(answer(G, Z, G.add(Z, Y)).K, ExhaustAnswer::Refused); // 40 bits
  EXPECT_EQ(answer(G, G.extract(G.mul(G.sext(X, 65), G.sext(X, 65)), 0, 20), G.mul(X, X)).K,
            ExhaustAnswer::Refused);
  Term F = G.apply(Opaque::FAdd, 16, {var(G, 2, 16), var(G, 3, 16)});
  EXPECT_EQ(answer(G, F, G.apply(Opaque::FAdd, 16, {var(G, 3, 16), var(G, 2, 16)})).K,
            ExhaustAnswer::Refused);
}

TEST(Exhaust, TheClockEndsItWithoutAVerdict) {
  TermGraph G;
  Term X = var(G, 0, 26), Y = G.add(X, X);
  const Term Same = G.sub(G.add(Y, X), X);
  EXPECT_EQ(answer(G, Y, Same, {.WatchdogMs = 0}).K, ExhaustAnswer::Killed);
}

Rule fieldProducts(const std::string &Source, const std::string &Target) {
  return x86("  %0:v512\n  %1:v512\n  %2:v512\n" + Source + "  yield %4\n=>\n" + Target +
             "  yield %4\n");
}

TEST(ExhaustRules, ProductsInTheField) {
  const char *Left = "  %3:v512 = VGF2P8MULBZrr %0, %1\n  %4:v512 = VGF2P8MULBZrr %3, %2\n";
  VerifyResult V = verified(
      fieldProducts(Left, "  %3:v512 = VGF2P8MULBZrr %1, %2\n  %4:v512 = VGF2P8MULBZrr %0, %3\n"));
  EXPECT_EQ(verdictName(V.V), "proved") << V.Method;
  EXPECT_EQ(V.E.Solvers, std::vector<std::string>{"exhaustion of 2^24 inputs"});
  // The words' product is another one.
  EXPECT_EQ(verdict(fieldProducts(
                Left, "  %3:v512 = VGF2P8MULBZrr %1, %2\n  %4:v512 = VPMULLWZrr %0, %3\n")),
            "refuted");
}

} // namespace
