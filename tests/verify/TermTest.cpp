//===- tests/verify/TermTest.cpp - The constructors of terms
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

Term leafVar(TermGraph &G, unsigned Leaf, unsigned Lo, unsigned W) {
  return G.var({VarKey::Leaf, Leaf, 0}, Lo, W);
}

TEST(Term, ConstructorsAgreeWithZ3OnRandomTerms) { fuzzConstructors(0, 40); }

TEST(Term, TheReferenceCheckSeesADifference) {
  TermGraph G;
  RandomTerms R(G, 1);
  Term X = G.add(leafVar(G, 0, 0, 8), leafVar(G, 1, 0, 8));
  Cone C(G, X, X);
  Expected<SolverAnswer> A =
      solveSmt(against(C, R.declarations(), "(bvsub ((_ extract 7 0) v0) ((_ extract 7 0) v1))"),
               10'000'000, 60'000);
  ASSERT_TRUE(bool(A));
  EXPECT_EQ(A->K, SolverAnswer::Sat);
}

TEST(Term, EvaluationAgreesWithConstantFolding) {
  for (uint64_t Seed = 0; Seed < 200; ++Seed) {
    TermGraph G, Folded;
    RandomTerms R(G, Seed);
    Term T = R.make(1 + R.below(10), 4).T;
    Cone C(G, T, T);
    std::vector<APInt> Values;
    for (const Atom &A : C.atoms())
      Values.push_back(APInt(A.Width, Seed * 0x9e3779b97f4a7c15 + A.Lo, false, true));
    // The same term with every atom constant goes through the constructors.
    DenseMap<uint32_t, Term> Map;
    for (Term X : C.order()) {
      SmallVector<Term> Ops;
      for (Term O : G.operands(X))
        Ops.push_back(Map[O.Id]);
      if (G.op(X) == TermOp::Const) {
        Map[X.Id] = Folded.constant(G.value(X));
      } else if (G.op(X) == TermOp::Var) {
        for (unsigned A : C.atomsOf(X))
          Ops.push_back(Folded.constant(Values[A]));
        Map[X.Id] = Folded.concat(Ops);
      } else {
        SmallVector<APInt> Vals;
        for (Term O : Ops)
          Vals.push_back(Folded.value(O));
        Map[X.Id] = Folded.constant(evalTermOp(G.op(X), G.width(X), G.lo(X), Vals));
      }
    }
    EXPECT_EQ(C.evaluate(Values).first, Folded.value(Map[T.Id])) << "seed " << Seed;
  }
}

TEST(Term, BytesPutTogetherAreTheDword) {
  TermGraph G;
  Term X = leafVar(G, 0, 0, 32), Y = leafVar(G, 1, 0, 32);
  for (Term T : {X, G.add(X, Y), G.bitXor(X, Y), G.ite(leafVar(G, 2, 0, 1), X, Y),
                 G.sext(G.trunc(X, 12), 32)}) {
    SmallVector<Term> Bytes;
    for (unsigned I = 0; I < 32; I += 8)
      Bytes.push_back(G.extract(T, I, 8));
    EXPECT_EQ(G.concat(Bytes), T);
  }
}

TEST(Term, MasksAndConstantShiftsAreWiring) {
  TermGraph G;
  Term X = leafVar(G, 0, 0, 16);
  Term Low = G.bitAnd(X, G.constant(16, 0x0f0f));
  EXPECT_EQ(Low, G.concat({leafVar(G, 0, 0, 4), G.zero(4), leafVar(G, 0, 8, 4), G.zero(4)}));
  EXPECT_EQ(G.lshr(G.bitAnd(X, G.constant(16, 0xf0f0)), G.constant(16, 4)),
            G.bitAnd(G.lshr(X, G.constant(16, 4)), G.constant(16, 0x0f0f)));
  EXPECT_EQ(G.bitOr(G.bitAnd(X, G.constant(16, 0xff)), G.bitAnd(X, G.constant(16, 0xff00))), X);
  EXPECT_EQ(G.ashr(G.shl(X, G.constant(16, 8)), G.constant(16, 8)), G.sext(G.trunc(X, 8), 16));
}

TEST(Term, OperandsThatAreSharedAreSlicedAndJoinedOnce) {
  // Each level reads the one below twice: as trees they have 2^100 leaves.
  TermGraph G;
  auto Deep = [&](unsigned Leaf, unsigned W) {
    Term A = leafVar(G, Leaf, 0, W), B = leafVar(G, Leaf + 1, 0, W);
    for (unsigned Level = 0; Level != 100; ++Level) {
      Term Sum = Level % 3 ? G.bitXor(A, B) : G.ite(leafVar(G, 9, Level, 1), A, B);
      A = Level % 2 ? G.bitAnd(B, A) : G.bitOr(A, B);
      B = Sum;
    }
    return B;
  };
  Term X = Deep(0, 8), Y = Deep(2, 8);
  EXPECT_EQ(G.op(G.concat({X, Y})), TermOp::Concat);
  Term Low = G.extract(X, 0, 4), High = G.extract(X, 4, 4);
  EXPECT_EQ(G.width(Low), 4u);
  EXPECT_TRUE(G.concat({Low, High}) == X);
}

TEST(Term, ShiftCountsPastTheWidth) {
  TermGraph G;
  Term X = leafVar(G, 0, 0, 8);
  EXPECT_EQ(G.shl(X, G.constant(8, 8)), G.zero(8));
  EXPECT_EQ(G.lshr(X, G.constant(8, 200)), G.zero(8));
  EXPECT_EQ(G.ashr(X, G.constant(8, 200)), G.sext(G.extract(X, 7, 1), 8));
  auto Eval = [](TermOp Op, uint64_t A, uint64_t C) {
    return evalTermOp(Op, 8, 0, {APInt(8, A), APInt(8, C)}).getZExtValue();
  };
  EXPECT_EQ(Eval(TermOp::Shl, 0xff, 8), 0u);
  EXPECT_EQ(Eval(TermOp::LShr, 0xff, 255), 0u);
  EXPECT_EQ(Eval(TermOp::AShr, 0x80, 255), 0xffu);
  EXPECT_EQ(Eval(TermOp::AShr, 0x40, 255), 0u);
}

TEST(Term, OperandsAreNotReordered) {
  TermGraph G;
  Term X = leafVar(G, 0, 0, 8), Y = leafVar(G, 1, 0, 8);
  Term A = G.add(Y, X);
  EXPECT_EQ(G.operand(A, 0), Y);
  EXPECT_NE(A, G.add(X, Y));
}

TEST(Cone, KeysAreEqualForLanesAndDifferOtherwise) {
  TermGraph G;
  auto Pair = [&](unsigned Leaf, unsigned Bit, uint64_t C) {
    Term X = leafVar(G, Leaf, Bit, 8), Y = leafVar(G, 1, Bit, 8);
    return Cone(G, G.mul(G.add(X, Y), G.constant(8, C)), G.add(G.mul(X, G.constant(8, C)), Y))
        .key();
  };
  EXPECT_EQ(Pair(0, 0, 3), Pair(0, 8, 3));
  EXPECT_EQ(Pair(0, 0, 3), Pair(2, 16, 3));
  EXPECT_NE(Pair(0, 0, 3), Pair(0, 8, 5));
  EXPECT_NE(Pair(0, 0, 3), Pair(1, 0, 3)); // one variable twice
}

TEST(Cone, AKeyIsOneBijectionForSourceAndTarget) {
  // Lane by lane the sources are alike and so are the targets, but not with the
  // same renaming: x - y = x - y, and x - y = y - x.
  TermGraph G;
  Term X = leafVar(G, 0, 0, 8), Y = leafVar(G, 1, 0, 8);
  EXPECT_NE(Cone(G, G.sub(X, Y), G.sub(X, Y)).key(), Cone(G, G.sub(X, Y), G.sub(Y, X)).key());
}

TEST(Cone, OverlappingSlicesAreCutBeforeTheyAreNumbered) {
  // A byte of the 16-bit slice, and a byte of something else, are not alike.
  TermGraph G;
  Term X = leafVar(G, 0, 0, 16);
  Term Inside = leafVar(G, 0, 8, 8), Other = leafVar(G, 1, 8, 8);
  Term Zero = G.zero(16);
  Cone A(G, G.mul(X, G.zext(Inside, 16)), Zero), B(G, G.mul(X, G.zext(Other, 16)), Zero);
  EXPECT_EQ(A.atoms().size(), 2u);
  EXPECT_NE(A.key(), B.key());
}

TEST(Cone, AKeyHasEveryWidthAndOffset) {
  TermGraph G;
  Term Zero = G.zero(8);
  // Overlaps of 5 and of 3 bits: no slice alone tells them apart.
  auto Overlap = [&](unsigned By) {
    return Cone(G, G.mul(leafVar(G, 0, 0, 8), leafVar(G, 0, By, 8)), Zero).key();
  };
  EXPECT_NE(Overlap(3), Overlap(5));
  EXPECT_EQ(Overlap(3), Overlap(3));
  Term Sum = G.add(leafVar(G, 0, 0, 16), leafVar(G, 1, 0, 16));
  EXPECT_NE(Cone(G, G.extract(Sum, 0, 8), Zero).key(), Cone(G, G.extract(Sum, 8, 8), Zero).key());
  // Swapping source and target is another obligation.
  EXPECT_NE(Cone(G, Zero, G.trunc(Sum, 8)).key(), Cone(G, G.trunc(Sum, 8), Zero).key());
}

TEST(Cone, FindsEasyDifferences) {
  TermGraph G;
  Term X = leafVar(G, 0, 0, 16), Y = leafVar(G, 1, 0, 16);
  Cone C(G, G.saddSat(X, Y), G.add(X, Y));
  std::vector<APInt> V = C.findDifference(64);
  ASSERT_EQ(V.size(), C.atoms().size());
  auto [S, T] = C.evaluate(V);
  EXPECT_NE(S, T);
  EXPECT_TRUE(Cone(G, G.add(X, Y), G.add(Y, X)).findDifference(64).empty());
}

} // namespace
