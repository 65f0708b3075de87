//===- tests/enumerate/UnitSolversTest.cpp - Constants from few tests ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/UnitSolvers.h"
#include "enumerate/TestSet.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace whittle;

static std::vector<uint8_t> randomBytes(size_t N, uint64_t Seed) {
  Random R(Seed);
  std::vector<uint8_t> B(N);
  for (uint8_t &X : B)
    X = uint8_t(R.next());
  return B;
}

/// F of each byte of X and the constant's byte below it.
template <typename Fn>
static std::vector<uint8_t> apply(const std::vector<uint8_t> &X, const ConstantBytes &K, Fn F) {
  std::vector<uint8_t> Y(X.size());
  for (size_t I = 0; I != X.size(); ++I)
    Y[I] = uint8_t(F(X[I], K[I % K.size()]));
  return Y;
}

static constexpr size_t Width = 32, Tests = 12;
static const ConstantBytes None(Width, 0), Ones(Width, 0xff);

TEST(UnitSolvers, BitsAreForced) {
  auto X = randomBytes(Width * Tests, 1);
  ConstantBytes K = randomBytes(Width, 2);
  auto And = [](uint8_t A, uint8_t C) { return A & C; };
  auto Goal = apply(X, K, And);
  auto With0 = apply(X, None, And), With1 = apply(X, Ones, And);
  auto Solve = [&](const uint8_t *Care) {
    return solveBits(With0.data(), With1.data(), Goal.data(), Care, Width, Tests);
  };
  EXPECT_EQ(Solve(nullptr), K);
  // A bit that is 0 once and 1 once.
  Goal[Width * 3 + 5] ^= 4;
  EXPECT_EQ(Solve(nullptr), std::nullopt);
  std::vector<uint8_t> Care(Goal.size(), 0xff);
  Care[Width * 3 + 5] = uint8_t(~4);
  EXPECT_EQ(Solve(Care.data()), K);
}

TEST(UnitSolvers, UndecidedBitsFollowThePeriod) {
  // Of the constant 0x5a only the upper half is seen, but in the first byte.
  std::vector<uint8_t> X(Width * Tests, 0xf0);
  for (size_t T = 0; T != Tests; ++T)
    X[T * Width] = 0xff;
  auto And = [](uint8_t A, uint8_t C) { return A & C; };
  ConstantBytes K(Width, 0x5a);
  auto Goal = apply(X, K, And), With0 = apply(X, None, And), With1 = apply(X, Ones, And);
  EXPECT_EQ(solveBits(With0.data(), With1.data(), Goal.data(), nullptr, Width, Tests), K);
}

TEST(UnitSolvers, LinearEquationsModuloPowersOfTwo) {
  Random R(3);
  for (unsigned Bits : {8, 16, 32, 64})
    for (unsigned Round = 0; Round != 50; ++Round) {
      uint64_t Mask = Bits == 64 ? ~0ull : (1ull << Bits) - 1;
      uint64_t X[4];
      for (uint64_t &V : X)
        V = R.next() & Mask;
      LinearSystem S(4, Bits);
      bool Fits = true;
      for (unsigned E = 0; E != 40; ++E) {
        uint64_t Left[4], Right = 0;
        for (unsigned J = 0; J != 4; ++J) {
          Left[J] = R.next() & (E % 3 ? Mask : 0xfe); // even ones too
          Right += Left[J] * X[J];
        }
        Fits &= S.add(Left, Right);
      }
      ASSERT_TRUE(Fits && S.determined());
      auto Found = S.solve();
      ASSERT_TRUE(Found);
      EXPECT_EQ(ArrayRef<uint64_t>(*Found), ArrayRef<uint64_t>(X));
      // Twice anything is even.
      LinearSystem Odd(1, Bits);
      EXPECT_TRUE(Odd.add({2}, 1)); // no contradiction yet
      EXPECT_FALSE(Odd.solve());
      EXPECT_TRUE(Odd.add({4}, 2));
      EXPECT_FALSE(Odd.add({2}, 3));
    }
}

TEST(UnitSolvers, EvenCoefficientsGiveTheNumberNearZero) {
  LinearSystem S(1, 16);
  EXPECT_TRUE(S.add({4}, uint64_t(-12)));
  auto X = S.solve();
  ASSERT_TRUE(X);
  EXPECT_EQ((*X)[0], 0xfffd);
}

TEST(UnitSolvers, WeightsOfFieldsAreFoundAndMustFit) {
  auto X = randomBytes(Width * Tests, 4);
  auto Sums = [&](int A, int B) {
    std::vector<uint8_t> Y(X.size());
    for (size_t I = 0; I != X.size() / 2; ++I)
      setUnit(Y.data(), I, 16, uint64_t(X[2 * I] * A + X[2 * I + 1] * B));
    return Y;
  };
  auto Base = Sums(0, 0), First = Sums(1, 0), Second = Sums(0, 1);
  auto Solve = [&](const std::vector<uint8_t> &Goal, const uint8_t *Care = nullptr) {
    return solveWeights(Base.data(), {First.data(), Second.data()}, Goal.data(), Care, 16, Width,
                        Tests);
  };
  auto Goal = Sums(-3, 100);
  auto Found = Solve(Goal);
  ASSERT_TRUE(Found);
  for (size_t I = 0; I != Width; I += 2) {
    EXPECT_EQ(int8_t((*Found)[I]), -3);
    EXPECT_EQ((*Found)[I + 1], 100);
  }
  Goal[7] ^= 1;
  EXPECT_FALSE(Solve(Goal));
  std::vector<uint8_t> Care(Goal.size(), 0xff);
  Care[7] = 0xfe;
  EXPECT_TRUE(Solve(Goal, Care.data()));
}

TEST(UnitSolvers, OneChoiceForAllUnitsBeforeOneForEach) {
  ChoiceTable T(8, 10);
  for (size_t U = 0; U != 8; ++U) {
    T.allow(U, U);
    T.allow(U, 9);
  }
  EXPECT_EQ(*T.pick(), std::vector<unsigned>(8, 9));
  ChoiceTable Pairs(8, 10);
  for (size_t U = 0; U != 8; ++U) {
    Pairs.allow(U, U % 2);
    Pairs.allow(U, 2 + U);
  }
  EXPECT_EQ(*Pairs.pick(), (std::vector<unsigned>{0, 1, 0, 1, 0, 1, 0, 1}));
  ChoiceTable Hole(4, 3);
  for (size_t U = 0; U != 3; ++U)
    Hole.allow(U, 0);
  EXPECT_FALSE(Hole.pick());
}

TEST(UnitSolvers, MaskAndTableAreFoundTogether) {
  auto A = randomBytes(Width * Tests, 5), B = randomBytes(Width * Tests, 6);
  ConstantBytes M(Width, 0);
  for (size_t I = 0; I != Width; ++I)
    M[I] = I % 4 == 3 ? 0x7f : 0xff;
  auto Table = [](unsigned T, uint8_t X, uint8_t Y, uint8_t Z) {
    uint8_t R = 0;
    for (unsigned K = 0; K != 8; ++K)
      R |= uint8_t((T >> ((X >> K & 1) * 4 + (Y >> K & 1) * 2 + (Z >> K & 1)) & 1) << K);
    return R;
  };
  for (unsigned T : {0xd8, 0x6a, 0xb1, 0x28}) {
    std::vector<uint8_t> Goal(A.size());
    for (size_t I = 0; I != A.size(); ++I)
      Goal[I] = Table(T, A[I], B[I], M[I % Width]);
    auto Found = solveMaskedTable(A.data(), B.data(), Goal.data(), nullptr, Width, Tests);
    ASSERT_TRUE(Found) << T;
    for (size_t I = 0; I != A.size(); ++I)
      ASSERT_EQ(Table(Found->Table, A[I], B[I], Found->Mask[I % Width]), Goal[I]) << T;
    Goal[Width + 1] ^= 1;
    EXPECT_FALSE(solveMaskedTable(A.data(), B.data(), Goal.data(), nullptr, Width, Tests));
  }
  // Three tables are one too many, one needs no mask.
  std::vector<uint8_t> Goal(A.size());
  for (size_t I = 0; I != A.size(); ++I)
    Goal[I] = I % 4 == 0 ? A[I] & B[I] : I % 4 == 1 ? A[I] ^ B[I] : B[I];
  EXPECT_FALSE(solveMaskedTable(A.data(), B.data(), Goal.data(), nullptr, Width, Tests));
  for (size_t I = 0; I != A.size(); ++I)
    Goal[I] = A[I] & B[I];
  EXPECT_FALSE(solveMaskedTable(A.data(), B.data(), Goal.data(), nullptr, Width, Tests));
}

TEST(UnitSolvers, FunctionsOfAUnitAreTold) {
  auto X = randomBytes(Width * Tests, 7);
  for (uint8_t &V : X)
    V &= 0x3f; // repeats
  auto Goal = apply(X, None, [](uint8_t A, uint8_t) { return A * 3 + 1; });
  FunctionFilter F;
  auto Is = [&](const uint8_t *Care = nullptr) {
    return F.isFunction({X.data()}, Goal.data(), Care, 8, false, Width, Tests);
  };
  EXPECT_TRUE(Is());
  // One of two equal inputs with another result.
  size_t Twin = 1;
  while (X[Twin] != X[0])
    ++Twin;
  Goal[Twin] ^= 1;
  EXPECT_FALSE(Is());
  std::vector<uint8_t> Care(X.size(), 0xff);
  Care[Twin] = 0;
  EXPECT_TRUE(Is(Care.data()));
  // Wider units of the same are all different: nothing is known of them.
  EXPECT_FALSE(F.isFunction({X.data()}, Goal.data(), nullptr, 64, false, Width, Tests));
}
