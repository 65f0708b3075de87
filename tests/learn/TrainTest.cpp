//===- tests/learn/TrainTest.cpp - From enumeration to an order ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

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

const OrderScore &scoreOf(const EvalReport &R, StringRef Name) {
  for (const OrderScore &S : R.Orders)
    if (S.Name == Name)
      return S;
  ADD_FAILURE() << "no order " << Name.str();
  return R.Orders.front();
}

double recallAt(const OrderScore &S, unsigned K) {
  for (auto [At, Share] : S.Recall)
    if (At == K)
      return Share;
  return -1;
}

TEST(Train, TinyPolicyBeatsRandomOnHeldOutWindows) {
  LearnModule *M = whittleLearnModule();
  TemporaryFile F;
  std::string Log;
  raw_string_ostream OS(Log);
  ASSERT_EQ(messageOf(M->train(x86(), {}, tiny(), F.path(), OS)), "no error");
  EvalReport R = cantFail(M->evaluate(x86(), F.path(), tiny(), 20'000'000, OS));
  ASSERT_GT(R.Windows, 5u) << Log;
  EXPECT_GT(recallAt(scoreOf(R, "policy"), 32), recallAt(scoreOf(R, "random"), 32) + 0.2) << Log;
  EXPECT_LT(scoreOf(R, "policy").CandidatesGeomean, scoreOf(R, "random").CandidatesGeomean) << Log;
  EXPECT_LE(scoreOf(R, "oracle").CandidatesGeomean, scoreOf(R, "policy").CandidatesGeomean) << Log;
  auto Ranker = cantFail(M->loadPolicy(x86(), F.path()));
  EXPECT_EQ(Ranker->name(), "policy");
}

TEST(Train, SameSeedSameFile) {
  LearnModule *M = whittleLearnModule();
  TrainOptions O = tiny();
  O.MaxClasses = 60;
  TemporaryFile A, B;
  ASSERT_EQ(messageOf(M->train(x86(), {}, O, A.path(), nulls())), "no error");
  ASSERT_EQ(messageOf(M->train(x86(), {}, O, B.path(), nulls())), "no error");
  EXPECT_EQ((*MemoryBuffer::getFile(A.path()))->getBuffer(), (*MemoryBuffer::getFile(B.path()))->getBuffer());
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
  EXPECT_THAT(messageOf(M->evaluate(x86(), F.path(), O, 1000, nulls())), HasSubstr("policy for target"));
}

/// And told before the work.
TEST(Train, UnwritablePathIsAnError) {
  LearnModule *M = whittleLearnModule();
  EXPECT_THAT(messageOf(M->train(x86(), {}, tiny(), "/nonexistent/p.policy", nulls())),
              HasSubstr("/nonexistent/p.policy: cannot write the policy"));
}

} // namespace
} // namespace whittle
