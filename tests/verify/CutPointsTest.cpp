//===- tests/verify/CutPointsTest.cpp - Equal inner values, proved first --===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/CutPoints.h"
#include "RuleTools.h"
#include "verify/HardSlice.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

struct CutPoints : testing::Test {
  TermGraph G;
  unsigned Asked = 0;

  Term byte(unsigned Leaf, unsigned I) { return G.var({VarKey::Leaf, Leaf, 0}, 8 * I, 8); }
  Term maxMin(unsigned I) {
    return G.sub(G.umax(byte(0, I), byte(1, I)), G.umin(byte(0, I), byte(1, I)));
  }
  Term saturating(unsigned I) {
    return G.bitOr(G.usubSat(byte(0, I), byte(1, I)), G.usubSat(byte(1, I), byte(0, I)));
  }
  Term sum(unsigned Bytes, function_ref<Term(unsigned)> At, bool Down) {
    Term S = G.zero(16);
    for (unsigned I = 0; I != Bytes; ++I)
      S = G.add(S, G.zext(At(Down ? Bytes - 1 - I : I), 16));
    return S;
  }
  Merged merge(Term S, Term T, function_ref<bool(Term, Term)> Prove, CutLimits L = {}) {
    Asked = 0;
    return mergeEqualTerms(
        G, Cone(G, S, T),
        [&](Term A, Term B) {
          ++Asked;
          return Prove(A, B);
        },
        L);
  }
  static bool byZ3(const Cone &C) {
    Expected<SolverAnswer> A = solveSmt(writeSmt(C), 1'000'000, 20'000);
    return A && A->K == SolverAnswer::Unsat;
  }
  SliceAnswer settle(Term S, Term T, VerifyOptions O = {}) {
    Expected<SliceAnswer> A = settleSlice(G, Cone(G, S, T), O);
    if (!A) {
      ADD_FAILURE() << toString(A.takeError());
      return {};
    }
    return *A;
  }
};

TEST_F(CutPoints, OneProofForAllOfOneForm) {
  Term S = sum(8, [&](unsigned I) { return maxMin(I); }, false);
  Term T = sum(8, [&](unsigned I) { return saturating(I); }, false);
  Merged M = merge(S, T, [&](Term A, Term B) { return byZ3(Cone(G, A, B)); });
  EXPECT_EQ(M.Source, M.Target);
  EXPECT_EQ(M.Proved, 1u);
  EXPECT_LE(Asked, 2u);
}

TEST_F(CutPoints, NothingIsMergedUnproved) {
  Term S = sum(4, [&](unsigned I) { return maxMin(I); }, false);
  Term T = sum(4, [&](unsigned I) { return saturating(I); }, false);
  Merged M = merge(S, T, [](Term, Term) { return false; });
  EXPECT_GT(Asked, 0u);
  EXPECT_EQ(M.Proved, 0u);
  EXPECT_EQ(M.Source, S);
  EXPECT_EQ(M.Target, T);
}

TEST_F(CutPoints, WhatIsLeftEqualsTheSlice) {
  // Orders differ: the sums stay apart, and each is still what it was.
  Term S = sum(5, [&](unsigned I) { return maxMin(I); }, false);
  Term T = sum(5, [&](unsigned I) { return saturating(I); }, true);
  auto Small = [&](Term A, Term B) {
    const Cone C(G, A, B);
    return G.width(A) <= 8 && byZ3(C);
  };
  Merged M = merge(S, T, Small);
  EXPECT_GT(M.Proved, 0u);
  EXPECT_NE(M.Source, M.Target);
  EXPECT_TRUE(M.Source != S || M.Target != T);
  EXPECT_TRUE(Cone(G, M.Source, S).findDifference(500).empty());
  EXPECT_TRUE(Cone(G, M.Target, T).findDifference(500).empty());
  EXPECT_TRUE(byZ3(Cone(G, M.Source, S)));
}

TEST_F(CutPoints, EqualOnEveryTestIsNotEqual) {
  // Bytes of 16 that differ for one pair of values only.
  auto Nearly = [&](unsigned I) {
    Term Both = G.concat({byte(0, I), byte(1, I)});
    return G.ite(G.eq(Both, G.constant(16, 0x35a7)), G.constant(8, 1), saturating(I));
  };
  Term S = sum(8, [&](unsigned I) { return maxMin(I); }, false), T = sum(8, Nearly, true);
  ASSERT_TRUE(Cone(G, S, T).findDifference(64).empty());
  Merged M = merge(S, T, [&](Term A, Term B) { return byZ3(Cone(G, A, B)); });
  EXPECT_NE(M.Source, M.Target);
  SliceAnswer A = settle(S, T);
  ASSERT_EQ(A.K, SolverAnswer::Sat);
  // A difference of what is left is one of the slice.
  const Cone C(G, S, T);
  std::vector<APInt> Values;
  for (const Atom &X : C.atoms()) {
    APInt V = APInt::getZero(X.Width);
    for (auto [Other, Model] : zip_equal(A.Atoms, A.Model))
      if (Other.Key == X.Key && Other.Lo == X.Lo)
        V = Model;
    Values.push_back(V);
  }
  auto [Source, Target] = C.evaluate(Values);
  EXPECT_NE(Source, Target);
}

TEST_F(CutPoints, LimitsEndIt) {
  Term S = sum(8, [&](unsigned I) { return maxMin(I); }, false);
  Term T = sum(8, [&](unsigned I) { return saturating(I); }, true);
  auto Never = [](Term, Term) { return false; };
  merge(S, T, Never, {.Failures = 1});
  EXPECT_EQ(Asked, 1u);
  merge(S, T, Never, {.Pairs = 0});
  EXPECT_EQ(Asked, 0u);
  Merged M = merge(S, T, [](Term, Term) { return true; }, {.Terms = 10});
  EXPECT_EQ(Asked, 0u);
  EXPECT_EQ(M.Source, S);
}

TEST_F(CutPoints, SettlesSumsInAnotherOrder) {
  Term S = sum(8, [&](unsigned I) { return maxMin(I); }, false);
  Term T = sum(8, [&](unsigned I) { return saturating(I); }, true);
  SliceAnswer A = settle(S, T);
  ASSERT_EQ(A.K, SolverAnswer::Unsat);
  EXPECT_EQ(A.By.front(), "cut points");
  // The same again, to the word.
  EXPECT_EQ(settle(S, T).By, A.By);
  // Z3 alone does not.
  VerifyOptions O;
  O.NormalForms = false;
  O.RLimit = 2'000'000;
  EXPECT_EQ(settle(S, T, O).K, SolverAnswer::Unknown);
  // One of them twice, and one not at all.
  Term Wrong = sum(8, [&](unsigned I) { return saturating(I == 3 ? 4 : I); }, true);
  EXPECT_EQ(settle(S, Wrong).K, SolverAnswer::Sat);
}

} // namespace
