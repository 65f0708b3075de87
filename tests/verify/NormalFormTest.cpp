//===- tests/verify/NormalFormTest.cpp - Equivalences before the solver
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fuzz.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

TEST(NormalForm, EqualsRandomTermsByZ3) { fuzzNormalForms(1000, 1050); }

TEST(NormalForm, EqualsRandomArithmeticByZ3) { fuzzArithmetic(0, 60); }

TEST(NormalForm, LookingInsideEqualsRandomTermsByZ3) { fuzzInside(0, 60); }

TEST(NormalForm, EqualsWideArithmeticOnConcreteValues) {
  // 64 bits: past what Z3 multiplies, at the edge of the intervals' integers.
  for (uint64_t Seed = 0; Seed < 300; ++Seed) {
    TermGraph G;
    RandomTerms R(G, Seed, 3, 64);
    Term A = G.var({VarKey::Leaf, 0, 0}, 0, 64), B = G.var({VarKey::Leaf, 1, 0}, 0, 64);
    Term T = G.add(G.mul(R.make(64, 2).T, R.make(64, 2).T), G.mul(G.sext(G.trunc(A, 63), 64), B));
    NormalForm Whole(G), Cut(G);
    for (unsigned Leaf : {0u, 1u, 2u})
      Cut.cutAt({{{VarKey::Leaf, Leaf, 0}, 8, 8}, {{VarKey::Leaf, Leaf, 0}, 40, 8}});
    for (NormalForm *N : {&Whole, &Cut})
      EXPECT_TRUE(Cone(G, T, N->run(T)).findDifference(300).empty()) << "seed " << Seed;
  }
}

struct Slices {
  TermGraph G;
  NormalForm N{G};
  Term var(unsigned Leaf, unsigned Lo, unsigned W) { return G.var({VarKey::Leaf, Leaf, 0}, Lo, W); }
  bool same(Term A, Term B) { return N.run(A) == N.run(B); }
};

TEST(NormalForm, SumsOfProductsInAnyOrder) {
  Slices S;
  TermGraph &G = S.G;
  Term Acc = S.var(2, 0, 32), Up = Acc, Down = G.zero(32);
  for (unsigned I = 0; I < 4; ++I) {
    Term A = G.zext(S.var(0, I * 8, 8), 32), B = G.sext(S.var(1, I * 8, 8), 32);
    Up = G.add(Up, G.mul(A, B));
  }
  for (unsigned I = 4; I-- > 0;) {
    Term A = G.zext(S.var(0, I * 8, 8), 32), B = G.sext(S.var(1, I * 8, 8), 32);
    Down = G.add(G.mul(B, A), Down);
  }
  EXPECT_TRUE(S.same(Up, G.add(Down, Acc)));
  EXPECT_FALSE(S.same(Up, Down));
}

TEST(NormalForm, ExtensionsOfProductsThatFit) {
  // What times out in every solver: one side sums 16-bit products, extended.
  Slices S;
  TermGraph &G = S.G;
  Term Wide = G.zero(32), Narrow = G.zero(32), Wraps = G.zero(32);
  for (unsigned I = 0; I < 16; ++I) {
    Term A = S.var(0, I * 8, 8), B = S.var(1, I * 8, 8);
    Wide = G.add(Wide, G.mul(G.sext(A, 32), G.sext(B, 32)));
    Narrow = G.add(Narrow, G.sext(G.mul(G.sext(A, 16), G.sext(B, 16)), 32));
    Wraps = G.add(Wraps, G.sext(G.mul(G.sext(A, 15), G.sext(B, 15)), 32));
  }
  EXPECT_TRUE(S.same(Wide, Narrow));
  EXPECT_FALSE(S.same(Wide, Wraps)); // -128 * -128 is not a 15-bit number
}

TEST(NormalForm, SaturationVanishesOnlyWhereNothingSaturates) {
  Slices S;
  TermGraph &G = S.G;
  auto Pair = [&](unsigned Bits) {
    auto Product = [&](unsigned I, unsigned W) {
      return G.mul(G.zext(S.var(0, I * 8, Bits), W), G.sext(S.var(1, I * 8, 8), W));
    };
    Term Sum = G.add(Product(0, 32), Product(1, 32));
    return S.same(G.sext(G.saddSat(Product(0, 16), Product(1, 16)), 32), Sum);
  };
  EXPECT_TRUE(Pair(4));
  EXPECT_TRUE(Pair(7));  // 127 * -128 * 2 is -32512
  EXPECT_FALSE(Pair(8)); // 255 * -128 * 2 is not
}

TEST(NormalForm, ASliceThatASumJustReaches) {
  Slices S;
  TermGraph &G = S.G;
  auto CarryOf = [&](unsigned Bits) { // of x + 2^Bits - 1, at bit Bits
    return G.extract(G.add(G.zext(S.var(0, 0, 1), 8), G.constant(8, (1u << Bits) - 1)), Bits,
                     8 - Bits);
  };
  EXPECT_FALSE(S.same(CarryOf(4), G.zero(4))); // the carry of x = 1
  EXPECT_TRUE(
      S.same(G.extract(G.add(G.zext(S.var(0, 0, 1), 8), G.constant(8, 14)), 4, 4), G.zero(4)));
}

TEST(NormalForm, ChoicesThatIntervalsDecide) {
  Slices S;
  S.N.decideChoices();
  TermGraph &G = S.G;
  // From 2 to 5.
  Term Index = G.constant(3, 2);
  for (unsigned I = 0; I != 3; ++I)
    Index = G.add(Index, G.zext(S.var(0, I, 1), 3));
  for (unsigned V = 0; V != 8; ++V)
    EXPECT_EQ(S.same(G.eq(Index, G.constant(3, V)), G.bit(false)), V < 2 || V > 5) << V;
  SmallVector<Term, 8> Elements;
  for (unsigned I = 0; I != 8; ++I)
    Elements.push_back(S.var(1, 8 * I, 8));
  const Term Whole = G.select(Index, Elements);
  for (unsigned V = 0; V != 8; ++V) {
    SmallVector<Term, 8> Other(Elements);
    Other[V] = S.var(2, 0, 8);
    EXPECT_EQ(S.same(Whole, G.select(Index, Other)), V < 2 || V > 5) << V;
  }
  // A sum that wraps reaches all.
  Term Wraps = G.add(G.extract(Index, 0, 2), G.extract(S.var(3, 0, 8), 0, 2));
  EXPECT_FALSE(S.same(G.eq(Wraps, G.constant(2, 0)), G.bit(false)));
}

TEST(NormalForm, BitsArePolynomials) {
  Slices S;
  TermGraph &G = S.G;
  Term A = S.var(0, 0, 1), B = S.var(0, 1, 1), C = S.var(0, 2, 1);
  Term Majority = G.bitOr(G.bitAnd(A, B), G.bitAnd(C, G.bitOr(A, B)));
  EXPECT_TRUE(S.same(Majority, G.ite(G.bitXor(A, B), C, A)));
  EXPECT_TRUE(S.same(G.bitXor(G.bitXor(A, B), A), B));
  EXPECT_TRUE(S.same(G.extract(G.add(G.zext(A, 4), G.zext(B, 4)), 0, 1), G.bitXor(A, B)));
  EXPECT_FALSE(S.same(Majority, G.bitXor(G.bitXor(A, B), C)));
}

TEST(NormalForm, OrIsSortedToo) {
  Slices S;
  TermGraph &G = S.G;
  // Sums under the bitwise operations, so that they are not cut to bits.
  auto Sum = [&](unsigned I) { return G.add(S.var(I, 0, 8), S.var(I + 1, 0, 8)); };
  Term A = Sum(0), B = Sum(1), C = Sum(2);
  EXPECT_TRUE(S.same(G.bitOr(A, G.bitOr(B, C)), G.bitOr(G.bitOr(C, A), B)));
  EXPECT_TRUE(S.same(G.bitNot(G.bitAnd(A, B)), G.bitOr(G.bitNot(B), G.bitNot(A))));
  EXPECT_FALSE(S.same(G.bitAnd(A, B), G.bitOr(A, B)));
}

TEST(NormalForm, HighHalvesOfProductsThatDiffer) {
  Slices S;
  TermGraph &G = S.G;
  Term A = S.var(0, 0, 16), B = S.var(1, 0, 16);
  auto High = [&](Term X, Term Y) { return G.extract(G.mul(X, Y), 16, 16); };
  auto IfNegative = [&](Term X, Term Y) { return G.bitAnd(G.ashr(X, G.constant(16, 15)), Y); };
  Term Signed = High(G.sext(A, 32), G.sext(B, 32));
  Term Unsigned = High(G.zext(A, 32), G.zext(B, 32));
  Term Less = G.sub(Unsigned, IfNegative(A, B));
  EXPECT_FALSE(S.same(Signed, Less));
  EXPECT_FALSE(S.same(Signed, G.sub(Less, IfNegative(B, B))));
  // A multiple of 2^15 is none of 2^16.
  Term Sum = G.add(G.mul(G.zext(A, 32), G.zext(B, 32)), G.shl(G.zext(A, 32), G.constant(32, 15)));
  EXPECT_FALSE(S.same(G.extract(Sum, 16, 16), G.add(Unsigned, G.lshr(A, G.constant(16, 1)))));
}

TEST(NormalForm, CutVariablesMeetTheirHalves) {
  TermGraph G;
  Term A = G.var({VarKey::Leaf, 0, 0}, 0, 64), B = G.var({VarKey::Leaf, 1, 0}, 0, 64);
  auto Half = [&](Term X, unsigned Lo) { return G.zext(G.extract(X, Lo, 32), 64); };
  Term Cross = G.add(G.mul(Half(A, 32), Half(B, 0)), G.mul(Half(A, 0), Half(B, 32)));
  auto Product = [&](unsigned Shift) {
    return G.add(G.mul(Half(A, 0), Half(B, 0)), G.shl(Cross, G.constant(64, Shift)));
  };
  auto Same = [&](Term X, Term Y) {
    NormalForm N(G);
    N.cutAt(Cone(G, X, Y).atoms());
    return N.run(X) == N.run(Y);
  };
  EXPECT_TRUE(Same(G.mul(A, B), Product(32)));
  EXPECT_FALSE(Same(G.mul(A, B), Product(31)));
  EXPECT_NE(NormalForm(G).run(G.mul(A, B)), NormalForm(G).run(Product(32)));
  // The sign is of the upper half alone.
  Term X = G.extract(A, 0, 16), Lo = G.extract(A, 0, 8), Hi = G.extract(A, 8, 8);
  auto Sum = [&](Term High, Term Low) { return G.add(G.mul(High, G.constant(32, 256)), Low); };
  EXPECT_TRUE(Same(G.sext(X, 32), Sum(G.sext(Hi, 32), G.zext(Lo, 32))));
  EXPECT_FALSE(Same(G.sext(X, 32), Sum(G.sext(Hi, 32), G.sext(Lo, 32))));
  EXPECT_FALSE(Same(G.sext(X, 32), Sum(G.zext(Hi, 32), G.zext(Lo, 32))));
}

TEST(NormalForm, SaturatingAdditionsInAnyOrder) {
  Slices S;
  TermGraph &G = S.G;
  Term A = S.var(0, 0, 8), B = S.var(1, 0, 8), C = S.var(2, 0, 8);
  EXPECT_TRUE(S.same(G.uaddSat(G.uaddSat(A, B), C), G.uaddSat(B, G.uaddSat(C, A))));
  EXPECT_FALSE(S.same(G.uaddSat(G.uaddSat(A, B), B), G.uaddSat(A, B)));
  // Not with signs, nor with an addition that wraps in between.
  EXPECT_FALSE(S.same(G.saddSat(G.saddSat(A, B), C), G.saddSat(A, G.saddSat(B, C))));
  EXPECT_FALSE(S.same(G.uaddSat(G.add(A, B), C), G.uaddSat(A, G.add(B, C))));
  EXPECT_FALSE(S.same(G.uaddSat(G.usubSat(A, B), C), G.usubSat(G.uaddSat(A, C), B)));
}

TEST(NormalForm, WhatOnlyLooksLikeASaturatingAddition) {
  Slices S;
  TermGraph &G = S.G;
  Term A = S.var(0, 0, 8), B = S.var(1, 0, 8), C = S.var(2, 0, 8), Ones = G.constant(8, 0xff);
  auto Sum = [&](Term X, Term Y) { return G.add(G.zext(X, 9), G.zext(Y, 9)); };
  auto Clamped = [&](Term Carry, Term To, Term Low) {
    return G.ite(G.extract(Carry, 8, 1), To, G.extract(Low, 0, 8));
  };
  ASSERT_TRUE(S.same(Clamped(Sum(A, B), Ones, Sum(A, B)), G.uaddSat(A, B)));
  // Another bound: the order of three such sums matters.
  EXPECT_FALSE(S.same(Clamped(Sum(A, B), G.zero(8), Sum(A, B)), G.uaddSat(A, B)));
  EXPECT_FALSE(S.same(Clamped(Sum(A, B), G.constant(8, 0x7f), Sum(A, B)), G.uaddSat(A, B)));
  // The carry of another sum, and of numbers that are not below 256.
  for (Term Other : {B, C})
    EXPECT_FALSE(S.same(Clamped(Sum(A, C), Ones, Sum(A, B)), G.uaddSat(A, Other)));
  Term Wide = S.var(3, 0, 9), Sign = G.sext(A, 9);
  EXPECT_FALSE(S.same(Clamped(G.add(Wide, G.zext(B, 9)), Ones, G.add(Wide, G.zext(B, 9))),
                      G.uaddSat(G.extract(Wide, 0, 8), B)));
  EXPECT_FALSE(
      S.same(Clamped(G.add(Sign, G.zext(B, 9)), Ones, G.add(Sign, G.zext(B, 9))), G.uaddSat(A, B)));
}

/// Slices with sums that look inside.
struct Inside : Slices {
  Inside() { N.lookInside(); }
  Term count(Term X) { return G.ctpop(X); }
};

TEST(NormalForm, OnesOfUnionsAndIntersections) {
  Inside S;
  TermGraph &G = S.G;
  Term X = S.var(0, 0, 64), Y = S.var(1, 0, 64), Z = S.var(2, 0, 64);
  Term Both = G.add(S.count(X), S.count(Y));
  Term Or = S.count(G.bitOr(X, Y)), And = S.count(G.bitAnd(X, Y)), Xor = S.count(G.bitXor(X, Y));
  EXPECT_TRUE(S.same(G.add(Or, And), Both));
  EXPECT_TRUE(S.same(G.add(Xor, G.add(And, And)), Both));
  EXPECT_TRUE(S.same(G.sub(S.count(G.bitAnd(X, G.bitNot(Y))), S.count(X)), G.sub(G.zero(64), And)));
  EXPECT_FALSE(S.same(G.add(Xor, And), Both));
  EXPECT_FALSE(S.same(G.add(Or, Or), Both));
  EXPECT_FALSE(S.same(G.add(Or, And), G.add(S.count(X), S.count(Z))));
  // Another bit of 64.
  Term Moved = G.concat({G.extract(Y, 1, 1), G.extract(Y, 0, 1), G.extract(Y, 2, 62)});
  EXPECT_FALSE(S.same(G.add(Or, S.count(G.bitAnd(X, Moved))), Both));
  // Not without looking inside.
  EXPECT_NE(NormalForm(G).run(G.add(Or, And)), NormalForm(G).run(Both));
}

TEST(NormalForm, FunctionsOfManyBitsStay) {
  Inside S;
  TermGraph &G = S.G;
  // Of ten bits over the integers: 1023 monomials.
  Term Parity = G.bit(false), Back = G.bit(false);
  for (unsigned I = 0; I != 10; ++I) {
    Parity = G.bitXor(Parity, S.var(0, I, 1));
    Back = G.bitXor(Back, S.var(0, 9 - I, 1));
  }
  Term Wide = G.zext(Parity, 8), Sum = G.add(Wide, S.var(1, 0, 8));
  EXPECT_TRUE(S.same(Sum, G.add(S.var(1, 0, 8), G.zext(Back, 8))));
  EXPECT_FALSE(S.same(Sum, G.add(G.zext(G.bitNot(Back), 8), S.var(1, 0, 8))));
}

TEST(NormalForm, HighHalvesOfSignedProducts) {
  Inside S;
  TermGraph &G = S.G;
  Term A = S.var(0, 0, 16), B = S.var(1, 0, 16);
  auto High = [&](Term X, Term Y) { return G.extract(G.mul(X, Y), 16, 16); };
  auto Sign = [&](Term X) { return G.ashr(X, G.constant(16, 15)); };
  Term Signed = High(G.sext(A, 32), G.sext(B, 32));
  Term Unsigned = High(G.zext(A, 32), G.zext(B, 32));
  auto Less = [&](Term MaskA, Term MaskB) {
    return G.sub(G.sub(Unsigned, G.bitAnd(MaskA, B)), G.bitAnd(A, MaskB));
  };
  EXPECT_TRUE(S.same(Signed, Less(Sign(A), Sign(B))));
  EXPECT_FALSE(S.same(Signed, Less(Sign(B), Sign(A))));
  EXPECT_FALSE(S.same(Signed, Less(G.bitNot(Sign(A)), Sign(B))));
  EXPECT_FALSE(S.same(Signed, Less(G.ashr(A, G.constant(16, 14)), Sign(B))));
  EXPECT_FALSE(S.same(Signed, Less(G.zext(G.extract(A, 15, 1), 16), Sign(B))));
  // The other branch.
  Term Kept = G.add(G.bitAnd(G.bitNot(Sign(A)), B), G.bitAnd(Sign(A), B));
  EXPECT_TRUE(S.same(Kept, B));
  auto If = [&](Term Then, Term Else) { return G.add(G.ite(G.extract(A, 15, 1), Then, Else), A); };
  EXPECT_TRUE(S.same(If(B, G.zero(16)), G.add(G.bitAnd(Sign(A), B), A)));
  EXPECT_FALSE(S.same(If(G.zero(16), B), G.add(G.bitAnd(Sign(A), B), A)));
}

TEST(NormalForm, UpperBitsInTheirPlace) {
  Inside S;
  TermGraph &G = S.G;
  Term A = S.var(0, 0, 16), B = S.var(1, 0, 16);
  Term Product = G.mul(G.zext(A, 32), G.zext(B, 32));
  // Bits From.. of the product, Count of them, at To in W bits; above the low Low bits.
  auto Put = [&](unsigned From, unsigned Count, unsigned To, unsigned W, unsigned Low) {
    Term High = G.shl(G.zext(G.extract(Product, From, Count), W), G.constant(W, To));
    return G.add(High, G.zext(G.extract(Product, 0, Low), W));
  };
  EXPECT_TRUE(S.same(Put(16, 16, 16, 32, 16), Product));
  EXPECT_TRUE(S.same(Put(16, 16, 16, 48, 16), G.zext(Product, 48)));
  EXPECT_TRUE(S.same(Put(8, 16, 8, 24, 8), G.extract(Product, 0, 24)));
  // The product goes on above the slice, in the sum and not in the slice.
  EXPECT_FALSE(S.same(Put(8, 16, 8, 32, 8), Product));
  EXPECT_FALSE(S.same(Put(8, 16, 8, 25, 8), G.extract(Product, 0, 25)));
  // Beside its place, and with other low bits.
  EXPECT_FALSE(S.same(Put(16, 16, 15, 32, 16), Product));
  EXPECT_FALSE(S.same(Put(16, 16, 17, 32, 16), Product));
  EXPECT_FALSE(S.same(Put(16, 16, 16, 32, 15), Product));
}

TEST(NormalForm, UpperBitsWhereTheEffortIsSpent) {
  // A slice that is left as it is, since the products before it take all the effort, and
  // then is part of another sum.
  for (size_t Effort = 0; Effort != 12; ++Effort)
    for (unsigned Products = 0; Products != 8; ++Products) {
      TermGraph G;
      NormalForm N(G, Effort);
      N.lookInside();
      auto Wide = [&](unsigned Leaf, unsigned Lo, unsigned Width) {
        return G.zext(G.var({VarKey::Leaf, Leaf, 0}, Lo, Width), 32);
      };
      Term Product = G.mul(Wide(0, 0, 16), Wide(1, 0, 16)), Before = G.zero(32);
      Term Slice = G.zext(G.extract(Product, 8, 16), 32);
      for (unsigned I = 0; I != Products; ++I)
        Before = G.add(Before, G.mul(Wide(2, 8 * I, 8), Wide(3, 8 * I, 8)));
      for (Term T : {G.add(Before, Slice), G.shl(Slice, G.constant(32, 8))})
        ASSERT_TRUE(Cone(G, T, N.run(T)).findDifference(100).empty()) << Effort << ", " << Products;
    }
}

TEST(NormalForm, LongPolynomialsEnd) {
  Slices S;
  TermGraph &G = S.G;
  Term P = G.constant(32, 1);
  for (unsigned I = 0; I < 24; ++I)
    P = G.mul(P, G.add(S.var(0, I, 1) == Term() ? P : G.zext(S.var(I % 3, I, 5), 32),
                       G.sext(S.var(1, I, 3), 32)));
  EXPECT_EQ(G.width(S.N.run(P)), 32u);
}

} // namespace
