//===- tests/verify/WideTermsTest.cpp - Terms against plain arithmetic
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random terms of the widths that registers have, where Z3 would be slow: beside
// each term its value under a few assignments is worked out on numbers. What the
// constructors made of it, and its normal form, must have that value.
//
//===----------------------------------------------------------------------===//

#include "verify/Cone.h"
#include "verify/NormalForm.h"
#include <gtest/gtest.h>
#include <random>

using namespace llvm;
using namespace whittle;

namespace {

constexpr unsigned Assignments = 12, NumLeaves = 3, LeafBits = 64;

/// A term and what it is under each assignment.
struct Twin {
  Term T;
  SmallVector<APInt, Assignments> V;
};

class WideTerms {
public:
  WideTerms(TermGraph &G, uint64_t Seed) : G(G), R(Seed) {
    for (unsigned A = 0; A < Assignments; ++A)
      for (unsigned L = 0; L < NumLeaves; ++L)
        Leaves[A][L] = number(LeafBits);
  }

  APInt value(unsigned A, const Atom &X) const {
    return Leaves[A][X.Key.Index].extractBits(X.Width, X.Lo);
  }
  unsigned below(unsigned N) { return R() % N; }
  unsigned width() {
    static constexpr unsigned Widths[] = {1, 2, 7, 8, 9, 16, 17, 24, 31, 32, 33, 63, 64};
    return Widths[below(std::size(Widths))];
  }

  Twin make(unsigned W, unsigned Depth) {
    if (Depth == 0 || below(10) == 0)
      return leaf(W);
    auto Sub = [&](unsigned N) { return make(N, Depth - 1); };
    auto Two = [&](Term (TermGraph::*F)(Term, Term), auto OnNumbers) {
      return both(Sub(W), Sub(W), F, OnNumbers);
    };
    switch (below(W == 1 ? 22 : 19)) {
    case 0:
    case 1:
      return Two(&TermGraph::add, [](const APInt &A, const APInt &B) { return A + B; });
    case 2:
      return Two(&TermGraph::sub, [](const APInt &A, const APInt &B) { return A - B; });
    case 3:
      return Two(&TermGraph::mul, [](const APInt &A, const APInt &B) { return A * B; });
    case 4:
      return Two(&TermGraph::bitAnd, [](const APInt &A, const APInt &B) { return A & B; });
    case 5:
      return Two(&TermGraph::bitOr, [](const APInt &A, const APInt &B) { return A | B; });
    case 6:
      return Two(&TermGraph::bitXor, [](const APInt &A, const APInt &B) { return A ^ B; });
    case 7: { // counts near the width, most of them constant
      Twin A = Sub(W), C = below(3) ? constant(APInt(W, below(W + 3), false, true)) : Sub(W);
      unsigned Kind = below(3);
      auto F = Kind == 0 ? &TermGraph::shl : Kind == 1 ? &TermGraph::lshr : &TermGraph::ashr;
      return both(A, C, F, [=](const APInt &X, const APInt &N) {
        bool Past = N.uge(W);
        unsigned K = Past ? 0 : N.getZExtValue();
        if (Kind == 2)
          return X.ashr(Past ? W - 1 : K);
        return Past ? APInt::getZero(W) : Kind == 0 ? X.shl(K) : X.lshr(K);
      });
    }
    case 8: {
      Twin C = Sub(1), A = Sub(W), B = Sub(W), Out{G.ite(C.T, A.T, B.T), {}};
      for (unsigned I = 0; I < Assignments; ++I)
        Out.V.push_back(C.V[I].isZero() ? B.V[I] : A.V[I]);
      return Out;
    }
    case 9: {
      if (W == 1)
        return leaf(W);
      unsigned N = 1 + below(W - 1);
      Twin A = Sub(N), B = Sub(W - N), Out{G.concat({A.T, B.T}), {}};
      for (unsigned I = 0; I < Assignments; ++I)
        Out.V.push_back(B.V[I].concat(A.V[I]));
      return Out;
    }
    case 10:
    case 11: { // mostly the low bits of a wider sum, or its carry
      unsigned N = std::min(128u, W + below(24)), Lo = below(2) ? 0 : below(N - W + 1);
      Twin A = Sub(N), Out{G.extract(A.T, Lo, W), {}};
      for (const APInt &X : A.V)
        Out.V.push_back(X.extractBits(W, Lo));
      return Out;
    }
    case 12:
    case 13:
    case 14: {
      unsigned N = 1 + below(W);
      bool Signed = below(2);
      Twin A = Sub(N), Out{Signed ? G.sext(A.T, W) : G.zext(A.T, W), {}};
      for (const APInt &X : A.V)
        Out.V.push_back(Signed ? X.sext(W) : X.zext(W));
      return Out;
    }
    case 15: {
      unsigned Bits = 1 + below(3);
      Twin Index = Sub(Bits), Out;
      SmallVector<Twin, 8> List;
      SmallVector<Term, 8> Terms;
      for (unsigned I = 0; I < 1u << Bits; ++I) {
        List.push_back(leaf(W));
        Terms.push_back(List.back().T);
      }
      Out.T = G.select(Index.T, Terms);
      for (unsigned I = 0; I < Assignments; ++I)
        Out.V.push_back(List[Index.V[I].getZExtValue()].V[I]);
      return Out;
    }
    case 16:
      return below(2) ? Two(&TermGraph::umin, APIntOps::umin)
                      : Two(&TermGraph::umax, APIntOps::umax);
    case 17:
      return below(2) ? Two(&TermGraph::smin, APIntOps::smin)
                      : Two(&TermGraph::smax, APIntOps::smax);
    case 18:
      switch (below(4)) {
      case 0:
        return Two(&TermGraph::uaddSat,
                   [](const APInt &A, const APInt &B) { return A.uadd_sat(B); });
      case 1:
        return Two(&TermGraph::usubSat,
                   [](const APInt &A, const APInt &B) { return A.usub_sat(B); });
      case 2:
        return Two(&TermGraph::saddSat,
                   [](const APInt &A, const APInt &B) { return A.sadd_sat(B); });
      default:
        return Two(&TermGraph::ssubSat,
                   [](const APInt &A, const APInt &B) { return A.ssub_sat(B); });
      }
    default: {
      unsigned N = width();
      Twin A = make(N, Depth - 1), B = make(N, Depth - 1);
      switch (below(3)) {
      case 0:
        return both(A, B, &TermGraph::eq,
                    [](const APInt &X, const APInt &Y) { return APInt(1, X == Y); });
      case 1:
        return both(A, B, &TermGraph::ult,
                    [](const APInt &X, const APInt &Y) { return APInt(1, X.ult(Y)); });
      default:
        return both(A, B, &TermGraph::slt,
                    [](const APInt &X, const APInt &Y) { return APInt(1, X.slt(Y)); });
      }
    }
    }
  }

private:
  template <class Fn>
  Twin both(const Twin &A, const Twin &B, Term (TermGraph::*F)(Term, Term), Fn OnNumbers) {
    Twin Out{(G.*F)(A.T, B.T), {}};
    for (unsigned I = 0; I < Assignments; ++I)
      Out.V.push_back(OnNumbers(A.V[I], B.V[I]));
    return Out;
  }

  APInt number(unsigned W) {
    APInt V(W, R(), false, true);
    switch (below(6)) {
    case 0:
      return APInt::getZero(W);
    case 1:
      return APInt::getAllOnes(W);
    case 2: // a sign bit anywhere, and what is next to it
      return APInt::getOneBitSet(W, below(W)) - below(2);
    case 3:
      return V.lshr(below(W));
    default:
      return V;
    }
  }
  Twin constant(const APInt &C) {
    return {G.constant(C), SmallVector<APInt, Assignments>(Assignments, C)};
  }

  Twin leaf(unsigned W) {
    if (below(3) == 0)
      return constant(number(W));
    if (W > LeafBits)
      return constant(number(W));
    unsigned L = below(NumLeaves),
             Lo = below(2) ? 8 * below((LeafBits - W) / 8 + 1) : below(LeafBits - W + 1);
    Twin Out{G.var({VarKey::Leaf, L, 0}, Lo, W), {}};
    for (unsigned A = 0; A < Assignments; ++A)
      Out.V.push_back(Leaves[A][L].extractBits(W, Lo));
    return Out;
  }

  TermGraph &G;
  std::mt19937_64 R;
  APInt Leaves[Assignments][NumLeaves];
};

TEST(WideTerms, ConstructorsAndNormalFormsKeepTheValue) {
  unsigned Changed = 0;
  for (unsigned Seed = 0; Seed < 6000; ++Seed) {
    TermGraph G;
    WideTerms Terms(G, Seed);
    Twin X = Terms.make(Terms.width(), 2 + Terms.below(4));
    NormalForm Forms(G);
    Term N = Forms.run(X.T);
    Changed += N != X.T;
    ASSERT_EQ(G.width(N), G.width(X.T));
    Cone C(G, X.T, N);
    for (unsigned A = 0; A < Assignments; ++A) {
      std::vector<APInt> Values;
      for (const Atom &Each : C.atoms())
        Values.push_back(Terms.value(A, Each));
      auto [Made, Normal] = C.evaluate(Values);
      ASSERT_EQ(Made, X.V[A]) << "constructors, seed " << Seed;
      ASSERT_EQ(Normal, X.V[A]) << "normal form, seed " << Seed;
    }
  }
  EXPECT_GT(Changed, 1500u);
}

/// Polynomials over extended slices: where normal forms do most.
TEST(WideTerms, SumsOfProducts) {
  for (unsigned Seed = 0; Seed < 3000; ++Seed) {
    TermGraph G;
    WideTerms Terms(G, Seed + 1'000'000);
    unsigned W = 8 + Terms.below(57);
    auto Factor = [&] {
      unsigned N = 1 + Terms.below(W);
      Twin A = Terms.make(N, Terms.below(2));
      bool Signed = Terms.below(2);
      Twin Out{Signed ? G.sext(A.T, W) : G.zext(A.T, W), {}};
      for (const APInt &V : A.V)
        Out.V.push_back(Signed ? V.sext(W) : V.zext(W));
      return Out;
    };
    Twin Sum = Factor();
    for (unsigned I = 1 + Terms.below(4); I; --I) {
      Twin A = Factor(), B = Factor();
      bool Minus = Terms.below(3) == 0;
      Term P = G.mul(A.T, B.T);
      Sum.T = Minus ? G.sub(Sum.T, P) : G.add(Sum.T, P);
      for (unsigned K = 0; K < Assignments; ++K)
        Sum.V[K] = Minus ? Sum.V[K] - A.V[K] * B.V[K] : Sum.V[K] + A.V[K] * B.V[K];
    }
    // The sum, a slice of it, its sign, or whether it is below another.
    unsigned Kind = Terms.below(4), Lo = Terms.below(W);
    Twin Other = Factor();
    Term Root = Kind == 0   ? Sum.T
                : Kind == 1 ? G.extract(Sum.T, Lo, W - Lo)
                : Kind == 2 ? G.slt(Sum.T, Other.T)
                            : G.sext(G.extract(Sum.T, 0, W - Lo), W);
    NormalForm Forms(G);
    Term N = Forms.run(Root);
    Cone C(G, Root, N);
    for (unsigned A = 0; A < Assignments; ++A) {
      std::vector<APInt> Values;
      for (const Atom &Each : C.atoms())
        Values.push_back(Terms.value(A, Each));
      const APInt &S = Sum.V[A];
      APInt Want = Kind == 0   ? S
                   : Kind == 1 ? S.extractBits(W - Lo, Lo)
                   : Kind == 2 ? APInt(1, S.slt(Other.V[A]))
                               : S.trunc(W - Lo).sext(W);
      auto [Made, Normal] = C.evaluate(Values);
      ASSERT_EQ(Made, Want) << "constructors, seed " << Seed;
      ASSERT_EQ(Normal, Want) << "normal form, seed " << Seed;
    }
  }
}

} // namespace
