//===- tests/learn/NetTest.cpp ----------------------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Net.h"
#include "tests/learn/Support.h"
#include <algorithm>

using namespace llvm;

namespace whittle {
namespace {

/// Output c is right where feature 40 + c is set; feature 60 is noise.
std::vector<Example> separable(unsigned N, uint64_t Seed) {
  std::mt19937_64 Random(Seed);
  std::vector<Example> Out;
  for (unsigned I = 0; I != N; ++I) {
    Example E;
    uint32_t C = uint32_t(Random() % 20);
    E.X.Index = {uint32_t(Random() % 20), 40 + C};
    E.X.Value = {1, 1};
    if (Random() % 2) {
      E.X.Index.push_back(60);
      E.X.Value.push_back(1.5);
    }
    E.Labels = {{C, 1}};
    Out.push_back(E);
  }
  return Out;
}

const NetShape Shape{61, 16, 20};

FitOptions options(uint64_t Seed) {
  FitOptions O;
  O.Seed = Seed;
  O.Threads = 1; // tests run side by side
  O.MaxEpochs = 30;
  O.BatchSize = 32;
  O.LearningRate = 0.02f;
  return O;
}

TEST(Net, LearnsWhatSeparates) {
  Net N = cantFail(fitNet(Shape, separable(600, 1), separable(100, 2), options(1)));
  unsigned Right = 0;
  for (const Example &E : separable(200, 3)) {
    std::vector<float> L = N.forward(E.X);
    Right += size_t(std::max_element(L.begin(), L.end()) - L.begin()) == E.Labels[0].Output;
  }
  EXPECT_GE(Right, 195u);
}

/// What LibTorch fitted and what we compute are one function.
TEST(Net, ForwardAgreesWithTorch) {
  Net N = cantFail(fitNet(Shape, separable(200, 1), {}, options(2)));
  for (const Example &E : separable(20, 4)) {
    std::vector<float> Ours = N.forward(E.X), Theirs = cantFail(torchForward(N, E.X));
    ASSERT_EQ(Ours.size(), Theirs.size());
    for (size_t I = 0; I != Ours.size(); ++I)
      EXPECT_NEAR(Ours[I], Theirs[I], 1e-3);
  }
}

TEST(Net, SameSeedSameWeights) {
  auto Fit = [&](uint64_t Seed) {
    return cantFail(fitNet(Shape, separable(200, 1), separable(50, 2), options(Seed))).Weights;
  };
  std::vector<float> A = Fit(7);
  EXPECT_EQ(A, Fit(7));
  EXPECT_NE(A, Fit(8));
}

TEST(Net, TorchFailuresAreErrors) {
  EXPECT_EQ(messageOf(fitNet(Shape, {}, {}, options(1))), "nothing to train on");
  std::vector<Example> Bad = separable(4, 1);
  Bad[0].X.Index.back() = 1000; // past the embedding
  EXPECT_EQ(StringRef(messageOf(fitNet(Shape, Bad, {}, options(1)))).substr(0, 10), "LibTorch: ");
}

} // namespace
} // namespace whittle
