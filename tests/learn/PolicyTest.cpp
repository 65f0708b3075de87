//===- tests/learn/PolicyTest.cpp -------------------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Policy.h"
#include "learn/Baselines.h"
#include "learn/Work.h"
#include "tests/learn/Support.h"
#include <algorithm>
#include <cmath>

using namespace llvm;

namespace whittle {
namespace {

Window dotWindow() {
  return window("  %0:v512\n  %1:v512\n  %2:v512\n"
                "  %3:v512 = VPMADDWDZrr %0, %1\n"
                "  %4:v512 = VPADDDZrr %2, %3\n"
                "  yield %4\n");
}

std::vector<const OpClass *> everyNth(unsigned N) {
  std::vector<const OpClass *> Pool;
  for (size_t I = 0; I < x86().classes().size(); I += N)
    Pool.push_back(&x86().classes()[I]);
  return Pool;
}

void expectPermutation(std::vector<const OpClass *> Order, std::vector<const OpClass *> Pool) {
  std::sort(Order.begin(), Order.end());
  std::sort(Pool.begin(), Pool.end());
  EXPECT_EQ(Order, Pool);
}

TEST(Policy, OrderIsAPermutationOfAnyPool) {
  Window W = dotWindow();
  for (uint64_t Seed : {1, 2, 3}) {
    auto P = cantFail(Policy::create(x86(), randomPolicy(x86Table(), Seed), "p"));
    auto Random = makeRandomRanker(Seed);
    for (unsigned N : {1u, 2u, 7u, 100u, 1000000u}) {
      std::vector<const OpClass *> Pool = everyNth(N);
      expectPermutation(P->order(W, Pool), Pool);
      expectPermutation(Random->order(W, Pool), Pool);
      std::reverse(Pool.begin(), Pool.end());
      expectPermutation(P->order(W, Pool), Pool);
    }
    EXPECT_TRUE(P->order(W, {}).empty());
  }
}

TEST(Policy, OrderDoesNotDependOnThePoolsOrder) {
  Window W = dotWindow();
  auto P = cantFail(Policy::create(x86(), randomPolicy(x86Table(), 5), "p"));
  std::vector<const OpClass *> Pool = everyNth(3);
  std::vector<const OpClass *> Order = P->order(W, Pool);
  std::reverse(Pool.begin(), Pool.end());
  EXPECT_EQ(P->order(W, Pool), Order);
}

TEST(Policy, SortsByLogitPerWork) {
  PolicyData D = randomPolicy(x86Table(), 1);
  std::fill(D.N.Weights.begin(), D.N.Weights.end(), 0.f);
  // Only the output bias: its index is the logit.
  float *Bias = &D.N.Weights[D.N.Weights.size() - NetShape::Direct - x86Table().size()];
  for (unsigned C = 0; C != x86Table().size(); ++C)
    Bias[C] = float(C) / 100;
  auto P = cantFail(Policy::create(x86(), D, "p"));
  std::vector<const OpClass *> Pool = everyNth(11);
  double Last = INFINITY;
  for (const OpClass *C : P->order(dotWindow(), Pool)) {
    double Score = double(*x86Table().indexOf(*C)) / 100 - workPenalty(C->leader());
    EXPECT_LE(Score, Last + 1e-4);
    Last = Score;
  }
}

TEST(Work, GrowsWithImmediatesAndOperands) {
  EXPECT_EQ(workOf(*x86().find("VPADDDZrr")), 1);
  EXPECT_GT(workOf(*x86().find("VSHUFPSZrri")), 10);
  EXPECT_GT(workOf(*x86().find("VPDPWSSDZrr")), workOf(*x86().find("VPMADDWDZrr")));
  EXPECT_LT(workOf(*x86().find("VPABSDZrr")), 1);
}

TEST(Policy, UnknownClassesGoLastCheapestFirst) {
  std::deque<Row> Rows(3);
  std::deque<OpClass> Foreign(3);
  for (unsigned I = 0; I != 3; ++I) {
    Rows[I].Weight = 9 - I;
    Foreign[I].Id = I; // ids of classes of the table, with other meanings
    Foreign[I].Meaning = Hash128::of("foreign " + std::to_string(I));
    Foreign[I].Members.push_back(&Rows[I]);
  }
  std::vector<const OpClass *> Pool = {&Foreign[0]};
  for (const OpClass *C : everyNth(50))
    Pool.push_back(C);
  Pool.push_back(&Foreign[1]);
  Pool.insert(Pool.begin(), &Foreign[2]);
  auto P = cantFail(Policy::create(x86(), randomPolicy(x86Table(), 1), "p"));
  std::vector<const OpClass *> Order = P->order(dotWindow(), Pool);
  expectPermutation(Order, Pool);
  size_t N = Order.size();
  EXPECT_EQ(Order[N - 3], &Foreign[2]);
  EXPECT_EQ(Order[N - 2], &Foreign[1]);
  EXPECT_EQ(Order[N - 1], &Foreign[0]);
}

TEST(Features, DoNotDependOnNumberingOrOperandOrder) {
  Window A = dotWindow();
  Window B = window("  %0:v512\n  %1:v512\n  %2:v512\n"
                    "  %3:v512 = VPMADDWDZrr %2, %0\n"
                    "  %4:v512 = VPADDDZrr %3, %1\n"
                    "  yield %4\n");
  FeatureVector X = featuresOf(A, x86Table()), Y = featuresOf(B, x86Table());
  EXPECT_EQ(X.Index, Y.Index);
  EXPECT_EQ(X.Value, Y.Value);
}

TEST(Features, TellApartWhatMatters) {
  auto Of = [](const char *Leaf, const char *Op) {
    return featuresOf(window(std::string("  %0:v512\n  %1:v512") + Leaf + "\n  %2:v512 = " + Op +
                             "\n  yield %2\n"),
                      x86Table())
        .Index;
  };
  auto Base = Of("", "VPSUBDZrr %0, %1");
  EXPECT_EQ(Base, Of("", "VPSUBDZrr %0, %1"));
  EXPECT_NE(Base, Of("", "VPSUBWZrr %0, %1"));
  EXPECT_NE(Base, Of(" = const splat(i16 1)", "VPSUBDZrr %0, %1"));
  EXPECT_NE(Of(" = const splat(i16 1)", "VPSUBDZrr %0, %1"),
            Of(" = const splat(i16 2)", "VPSUBDZrr %0, %1"));
  EXPECT_NE(Of(" = const splat(i16 1)", "VPSUBDZrr %0, %1"),
            Of(" = const splat(i16 1)", "VPSUBDZrr %1, %0"));
  EXPECT_NE(Base, Of(" zeros=splat(i8 0xf0)", "VPSUBDZrr %0, %1"));
  EXPECT_NE(Of("", "VPSRLDZri %0, 4"), Of("", "VPSRLDZri %0, 5"));
}

TEST(Features, AreInRangeAscendingAndUnique) {
  FeatureVector X = featuresOf(dotWindow(), x86Table());
  FeatureLayout Layout(x86Table().size());
  ASSERT_EQ(X.Index.size(), X.Value.size());
  ASSERT_FALSE(X.Index.empty());
  for (size_t I = 1; I != X.Index.size(); ++I)
    EXPECT_LT(X.Index[I - 1], X.Index[I]);
  EXPECT_LT(X.Index.back(), Layout.size());
}

TEST(Features, ConstantKinds) {
  EXPECT_EQ(constantKind(APInt::getZero(512)), "zero");
  EXPECT_EQ(constantKind(APInt::getAllOnes(32)), "ones");
  EXPECT_EQ(constantKind(APInt::getSplat(512, APInt(8, 15))), "splat8 0xF");
  EXPECT_EQ(constantKind(APInt::getSplat(512, APInt(16, 1))), "splat16 0x1");
  EXPECT_EQ(constantKind(APInt::getSplat(128, APInt(64, 1))), "splat64 0x1");
  EXPECT_EQ(constantKind(APInt(512, 1)), "other");
}

} // namespace
} // namespace whittle
