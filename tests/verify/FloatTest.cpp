//===- tests/verify/FloatTest.cpp - Floating point in terms
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Cone.h"
#include "verify/NormalForm.h"
#include "verify/Smt.h"
#include "verify/Z3Solver.h"
#include "llvm/ADT/APFloat.h"
#include "gtest/gtest.h"
#include <bit>
#include <cmath>
#include <random>

using namespace llvm;
using namespace whittle;

namespace {

const fltSemantics &formatOf(unsigned W) {
  return W == 16 ? APFloat::IEEEhalf() : W == 32 ? APFloat::IEEEsingle() : APFloat::IEEEdouble();
}

/// Random bits, and every kind of number: zeros, denormals, infinities, NaNs.
APInt sample(unsigned W, std::mt19937_64 &Rng) {
  unsigned Mantissa = W == 16 ? 10 : W == 32 ? 23 : 52;
  APInt Infinity = APInt::getBitsSet(W, Mantissa, W - 1);
  const APInt Magnitudes[] = {APInt(W, 0),
                              APInt(W, 1),
                              APInt::getLowBitsSet(W, Mantissa),
                              Infinity,
                              Infinity + 1,
                              Infinity | (APInt(W, 1) << (Mantissa - 1)),
                              Infinity - 1,
                              APInt::getBitsSet(W, Mantissa, W - 2),
                              APInt(W, Rng(), false, true).lshr(1)};
  APInt R = Rng() % 3 ? Magnitudes[Rng() % std::size(Magnitudes)] : APInt(W, Rng(), false, true);
  if (Rng() % 2)
    R.flipBit(W - 1);
  return R;
}

TEST(Float, ComparisonsAreThoseOfTheFormat) {
  std::mt19937_64 Rng(1); // NOLINT(bugprone-random-generator-seed): same inputs on every run
  for (unsigned W : {16u, 32u, 64u})
    for (unsigned I = 0; I != 3000; ++I) {
      TermGraph G;
      APInt A = sample(W, Rng), B = Rng() % 4 ? sample(W, Rng) : A;
      APFloat X(formatOf(W), A), Y(formatOf(W), B);
      Term P = G.constant(A), Q = G.constant(B);
      ASSERT_EQ(G.value(G.isNaN(P)).isOne(), X.isNaN());
      ASSERT_EQ(G.value(G.fless(P, Q)).isOne(), X < Y)
          << A.getZExtValue() << " " << B.getZExtValue();
      ASSERT_EQ(G.value(G.fequal(P, Q)).isOne(), X == Y)
          << A.getZExtValue() << " " << B.getZExtValue();
    }
}

template <class T, class U> T as(U Bits) { return std::bit_cast<T>(Bits); }

/// The host's arithmetic, which rounds to nearest and keeps denormals.
template <class T, class Bits> void compareWithHost() {
  constexpr unsigned W = 8 * sizeof(T);
  std::mt19937_64 Rng(2); // NOLINT(bugprone-random-generator-seed): same inputs on every run
  auto Check = [&](Opaque F, T Host, ArrayRef<APInt> Args) {
    APInt Got = evalOpaque(F, W, Args);
    if (std::isnan(Host))
      ASSERT_TRUE(APFloat(formatOf(W), Got).isNaN()) << opaqueName(F).str();
    else
      ASSERT_EQ(Got.getZExtValue(), as<Bits>(Host))
          << opaqueName(F).str() << " of " << Args[0].getZExtValue();
  };
  for (unsigned I = 0; I != 5000; ++I) {
    APInt A = sample(W, Rng), B = sample(W, Rng), C = sample(W, Rng);
    T X = as<T>(Bits(A.getZExtValue())), Y = as<T>(Bits(B.getZExtValue())),
      Z = as<T>(Bits(C.getZExtValue()));
    Check(Opaque::FAdd, X + Y, {A, B});
    Check(Opaque::FMul, X * Y, {A, B});
    Check(Opaque::FDiv, X / Y, {A, B});
    Check(Opaque::FSqrt, std::sqrt(X), {A});
    Check(Opaque::FMulAdd, std::fma(X, Y, Z), {A, B, C});
    Check(Opaque::FRoundEven, std::nearbyint(X), {A});
    Check(Opaque::FFloor, std::floor(X), {A});
    Check(Opaque::FCeil, std::ceil(X), {A});
    Check(Opaque::FTrunc, std::trunc(X), {A});
    Check(Opaque::SIntToF, T(int64_t(A.getSExtValue())), {A.sext(64)});
    Check(Opaque::UIntToF, T(uint64_t(A.getZExtValue())), {A.zext(64)});
  }
}

TEST(Float, SinglesAreTheHosts) { compareWithHost<float, uint32_t>(); }
TEST(Float, DoublesAreTheHosts) { compareWithHost<double, uint64_t>(); }

TEST(Float, WhatIsKnownOfFunctionsHoldsForAllNumbers) {
  std::mt19937_64 Rng(9); // NOLINT(bugprone-random-generator-seed): same inputs on every run
  const Opaque Roundings[] = {Opaque::FRoundEven, Opaque::FFloor, Opaque::FCeil, Opaque::FTrunc};
  for (unsigned W : {16u, 32u, 64u}) {
    TermGraph G;
    const Term X = G.var({VarKey::Leaf, 0, 0}, 0, W), I = G.var({VarKey::Leaf, 1, 0}, 0, 32);
    const Term Less = G.apply(Opaque::FAdd, W, {X, G.bitXor(X, G.constant(APInt::getSignMask(W)))});
    EXPECT_NE(G.op(Less), TermOp::Apply);
    // Of another number nothing is known, nor of a sum.
    EXPECT_EQ(G.op(G.apply(Opaque::FAdd, W, {X, X})), TermOp::Apply);
    EXPECT_EQ(G.op(G.apply(Opaque::FMul, W, {X, X})), TermOp::Apply);
    Cone Difference(G, Less, X);
    for (unsigned K = 0; K != 2000; ++K) {
      const APInt V = sample(W, Rng);
      std::vector<APInt> Atoms;
      for (const Atom &A : Difference.atoms())
        Atoms.push_back(V.extractBits(A.Width, A.Lo));
      EXPECT_EQ(Difference.evaluate(Atoms).first,
                evalOpaque(Opaque::FAdd, W, {V, V ^ APInt::getSignMask(W)}));
    }
    for (Opaque Outer : Roundings) {
      for (Opaque Inner : Roundings) {
        const Term Once = G.apply(Inner, W, {X});
        EXPECT_EQ(G.apply(Outer, W, {Once}), Once);
        for (unsigned K = 0; K != 200; ++K) {
          const APInt V = evalOpaque(Inner, W, {sample(W, Rng)});
          EXPECT_EQ(evalOpaque(Outer, W, {V}), V);
        }
      }
      for (Opaque Inner : {Opaque::SIntToF, Opaque::UIntToF}) {
        const Term Whole = G.apply(Inner, W, {I});
        EXPECT_EQ(G.apply(Outer, W, {Whole}), Whole);
        EXPECT_EQ(G.isNaN(Whole), G.bit(false));
        for (unsigned K = 0; K != 200; ++K) {
          const APInt V = evalOpaque(Inner, W, {APInt(32, Rng(), false, true)});
          EXPECT_EQ(evalOpaque(Outer, W, {V}), V);
          EXPECT_FALSE(APFloat(W == 16   ? APFloat::IEEEhalf()
                               : W == 32 ? APFloat::IEEEsingle()
                                         : APFloat::IEEEdouble(),
                               V)
                           .isNaN());
        }
      }
      // Not of what may be no whole number.
      const Term Y = G.var({VarKey::Leaf, 2, 0}, 0, W), Z = G.var({VarKey::Leaf, 3, 0}, 0, W);
      for (const Term Other :
           {G.apply(Opaque::FAdd, W, {X, Y}), G.apply(Opaque::FMul, W, {X, Y}),
            G.apply(Opaque::FDiv, W, {X, Y}), G.apply(Opaque::FSqrt, W, {X}),
            G.apply(Opaque::FMulAdd, W, {X, Y, Z}), G.apply(Opaque::FConvert, W, {I}),
            G.apply(Opaque::FToSInt, W, {X}), G.apply(Opaque::FToUInt, W, {X}),
            G.apply(Opaque::FApproxRcp, W, {X})}) {
        const Term Rounded = G.apply(Outer, W, {Other});
        EXPECT_NE(Rounded, Other);
        ASSERT_EQ(G.op(Rounded), TermOp::Apply);
        EXPECT_EQ(G.function(Rounded), Outer);
        EXPECT_FALSE(G.isConst(G.isNaN(Other))) << "may be no number";
      }
      EXPECT_EQ(G.op(G.apply(Outer, W, {X})), TermOp::Apply);
    }
  }
}

TEST(Float, IntegersSaturate) {
  auto To = [](Opaque F, double X) {
    return evalOpaque(F, 32, {APFloat(X).bitcastToAPInt()}).getZExtValue();
  };
  EXPECT_EQ(To(Opaque::FToSInt, -1.9), 0xffffffffu);
  EXPECT_EQ(To(Opaque::FToSInt, 1e20), 0x7fffffffu);
  EXPECT_EQ(To(Opaque::FToSInt, -1e20), 0x80000000u);
  EXPECT_EQ(To(Opaque::FToSInt, std::nan("")), 0u);
  EXPECT_EQ(To(Opaque::FToUInt, -1.5), 0u);
  EXPECT_EQ(To(Opaque::FToUInt, 3e9), 3000000000u);
  EXPECT_EQ(To(Opaque::FToUInt, 1e20), 0xffffffffu);
}

TEST(Float, ApproximationsOfConstantsAreNotFolded) {
  TermGraph G;
  const Term Two = G.constant(32, 0x40000000), Half = G.constant(32, 0x3f000000);
  EXPECT_EQ(G.apply(Opaque::FDiv, 32, {G.constant(32, 0x3f800000), Two}), Half);
  const Term Reciprocal = G.apply(Opaque::FApproxRcp, 32, {Two});
  EXPECT_EQ(G.op(Reciprocal), TermOp::Apply);
  EXPECT_EQ(G.apply(Opaque::FApproxRcp, 32, {Two}), Reciprocal);
  EXPECT_NE(G.apply(Opaque::FApproxRsq, 32, {Two}), Reciprocal);
}

TEST(Float, ALastCipherRoundUndoesItsInverse) {
  std::mt19937_64 Rng(3); // NOLINT(bugprone-random-generator-seed): same inputs on every run
  for (unsigned I = 0; I != 50; ++I) {
    APInt X(128, {Rng(), Rng()});
    EXPECT_EQ(evalOpaque(Opaque::AesDecLast, 128, {evalOpaque(Opaque::AesEncLast, 128, {X})}), X);
    EXPECT_EQ(evalOpaque(Opaque::AesEncLast, 128, {evalOpaque(Opaque::AesDecLast, 128, {X})}), X);
    EXPECT_EQ(evalOpaque(Opaque::AesImc, 128, {evalOpaque(Opaque::AesDecLast, 128, {X})}),
              evalOpaque(Opaque::AesDec, 128, {X}));
    // The inverse of MixColumns, of which three more are the identity.
    APInt Y = X;
    for (unsigned K = 0; K != 4; ++K)
      Y = evalOpaque(Opaque::AesImc, 128, {Y});
    EXPECT_EQ(Y, X);
  }
  // FIPS 197, appendix B: after the first round's ShiftRows and SubBytes, and
  // MixColumns of that. Bytes as the standard lists them, the first one lowest.
  auto State = [](StringRef Hex) {
    APInt R(128, 0);
    for (unsigned I = 0; I != 16; ++I)
      R.insertBits(APInt(8, Hex.substr(2 * I, 2), 16), 8 * I);
    return R;
  };
  APInt Start = State("193de3bea0f4e22b9ac68d2ae9f84808");
  EXPECT_EQ(evalOpaque(Opaque::AesEncLast, 128, {Start}),
            State("d4bf5d30e0b452aeb84111f11e2798e5"));
  EXPECT_EQ(evalOpaque(Opaque::AesEnc, 128, {Start}), State("046681e5e0cb199a48f8d37a2806264c"));
}

class Proofs : public testing::Test {
protected:
  TermGraph G;
  Term var(unsigned Leaf) { return G.var({VarKey::Leaf, Leaf, 0}, 0, 32); }
  SolverAnswer::Kind solve(Term A, Term B) {
    Expected<SolverAnswer> R = solveSmt(writeSmt(Cone(G, A, B)), 10'000'000, 60'000);
    EXPECT_TRUE(bool(R)) << toString(R.takeError());
    return R->K;
  }
};

TEST_F(Proofs, SumsCommuteAndQuotientsDoNot) {
  Term A = var(0), B = var(1);
  auto Of = [&](Opaque F, Term X, Term Y) { return G.apply(F, 32, {X, Y}); };
  for (Opaque F : {Opaque::FAdd, Opaque::FMul}) {
    EXPECT_EQ(solve(Of(F, A, B), Of(F, B, A)), SolverAnswer::Unsat);
    NormalForm N(G);
    EXPECT_EQ(N.run(Of(F, A, B)), N.run(Of(F, B, A)));
  }
  EXPECT_EQ(solve(Of(Opaque::FDiv, A, B), Of(Opaque::FDiv, B, A)), SolverAnswer::Sat);
  NormalForm N(G);
  EXPECT_NE(N.run(Of(Opaque::FDiv, A, B)), N.run(Of(Opaque::FDiv, B, A)));
}

TEST_F(Proofs, SumsDoNotAssociate) {
  Term A = var(0), B = var(1), C = var(2);
  auto Add = [&](Term X, Term Y) { return G.apply(Opaque::FAdd, 32, {X, Y}); };
  Term Left = Add(Add(A, B), C), Right = Add(A, Add(B, C));
  NormalForm N(G);
  EXPECT_NE(N.run(Left), N.run(Right));
  EXPECT_FALSE(Cone(G, Left, Right).findDifference(500).empty());
  EXPECT_EQ(solve(Left, Right), SolverAnswer::Sat);
}

TEST_F(Proofs, FunctionsOfDifferentNamesOrWidthsAreTold) {
  Term A = var(0);
  Term Down = G.apply(Opaque::FFloor, 32, {A}), Up = G.apply(Opaque::FCeil, 32, {A});
  EXPECT_NE(Cone(G, Down, Down).key(), Cone(G, Up, Up).key());
  EXPECT_EQ(solve(Down, Up), SolverAnswer::Sat);
  EXPECT_EQ(
      solve(G.trunc(G.apply(Opaque::FToSInt, 64, {A}), 32), G.apply(Opaque::FToSInt, 32, {A})),
      SolverAnswer::Sat);
}

} // namespace
