//===- tests/learn/TrainTest.cpp - From enumeration to an order ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Baselines.h"
#include "learn/Dataset.h"
#include "learn/Learn.h"
#include "learn/PolicyFile.h"
#include "tests/learn/Support.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"

using namespace llvm;
using testing::HasSubstr;

namespace whittle {
namespace {

TrainOptions tiny() {
  TrainOptions O;
  O.MaxClasses = 300;
  O.Seconds = 120;
  O.Threads = 1; // tests run side by side
  return O;
}

/// Share of \p Windows with an answer within the first \p K opcodes.
double recall(CandidateRanker &Order, ArrayRef<const LabelledWindow *> Windows, unsigned K) {
  unsigned Within = 0;
  for (const LabelledWindow *L : Windows)
    Within += answerRank(*L, ranksOf(Order.order(L->W, poolFor(L->W, x86Table())), x86Table())) < K;
  return double(Within) / double(Windows.size());
}

TEST(Train, TinyPolicyBeatsOtherOrdersOnHeldOutWindows) {
  LearnModule *M = whittleLearnModule();
  TemporaryFile F;
  std::string Log;
  raw_string_ostream OS(Log);
  TrainOptions T = tiny();
  ASSERT_EQ(messageOf(M->train(x86(), {}, T, F.path(), OS)), "no error");
  auto Policy = cantFail(M->loadPolicy(x86(), F.path()));
  EXPECT_EQ(Policy->name(), "policy");

  DatasetOptions D;
  D.Seed = T.Seed;
  D.Threads = T.Threads;
  D.MaxClasses = T.MaxClasses;
  Dataset Data = cantFail(buildDataset(x86Table(), D, nulls()));
  std::vector<const LabelledWindow *> Test = Data.side(Split::Test);
  ASSERT_GT(Test.size(), 20u) << Log;
  double Learned = recall(*Policy, Test, 32);
  EXPECT_GT(Learned, recall(*makeRandomRanker(1), Test, 32) + 0.2) << Log;
  EXPECT_GT(Learned, recall(*makeCostRanker(), Test, 32) + 0.2) << Log;
}

TEST(Train, SameSeedSameFile) {
  LearnModule *M = whittleLearnModule();
  TrainOptions O = tiny();
  O.MaxClasses = 60;
  TemporaryFile A, B;
  ASSERT_EQ(messageOf(M->train(x86(), {}, O, A.path(), nulls())), "no error");
  ASSERT_EQ(messageOf(M->train(x86(), {}, O, B.path(), nulls())), "no error");
  EXPECT_EQ((*MemoryBuffer::getFile(A.path()))->getBuffer(),
            (*MemoryBuffer::getFile(B.path()))->getBuffer());
}

TEST(Train, AMDGPUHasItsOwnPolicy) {
  const TargetIsa &Gpu = *cantFail(TargetIsa::get("amdgcn"));
  LearnModule *M = whittleLearnModule();
  TrainOptions O = tiny();
  O.MaxClasses = 60;
  TemporaryFile F;
  ASSERT_EQ(messageOf(M->train(Gpu, {}, O, F.path(), nulls())), "no error");
  EXPECT_EQ(messageOf(M->loadPolicy(Gpu, F.path())), "no error");
  EXPECT_EQ(messageOf(M->loadPolicy(x86(), F.path())),
            F.path() + ": policy for target 'amdgcn', not 'x86_64'");
  EXPECT_THAT(messageOf(M->evaluate(x86(), F.path(), O, 1000, nulls())),
              HasSubstr("policy for target"));
}

/// And told before the work.
TEST(Train, UnwritablePathIsAnError) {
  LearnModule *M = whittleLearnModule();
  EXPECT_THAT(messageOf(M->train(x86(), {}, tiny(), "/nonexistent/p.policy", nulls())),
              HasSubstr("/nonexistent/p.policy: cannot write the policy"));
}

} // namespace
} // namespace whittle
