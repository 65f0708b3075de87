//===- tests/learn/EvaluateTest.cpp -----------------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Evaluate.h"
#include "learn/Baselines.h"
#include "tests/learn/Support.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cmath>

using namespace llvm;

namespace whittle {
namespace {

/// A window whose answer needs exactly these rows.
LabelledWindow needing(ArrayRef<const char *> Names, unsigned Instructions) {
  LabelledWindow L;
  L.W = window("  %0:v512\n  %1:v512\n  %2:v512\n"
               "  %3:v512 = VPMADDWDZrr %0, %1\n  %4:v512 = VPADDDZrr %2, %3\n  yield %4\n");
  std::vector<unsigned> Answer;
  for (const char *N : Names)
    Answer.push_back(x86Table().indexOf(*x86().find(N)));
  llvm::sort(Answer);
  L.Answers = {Answer};
  L.AnswerInstructions = Instructions;
  L.Skeleton = skeleton(L.W);
  return L;
}

std::vector<const OpClass *> withAt(std::vector<const OpClass *> Pool, const char *Name, size_t At) {
  const OpClass *C = &x86().classOf(*x86().find(Name));
  Pool.erase(find(Pool, C));
  Pool.insert(Pool.begin() + long(At), C);
  return Pool;
}

TEST(CandidateModel, EarlierIsNeverDearer) {
  for (unsigned Depth : {1u, 2u, 3u}) {
    LabelledWindow L = needing({"VPDPWSSDZrr"}, Depth);
    std::vector<const OpClass *> Pool = poolFor(L.W, x86Table());
    ASSERT_GT(Pool.size(), 80u);
    CandidateModel Model(x86Table(), L);
    double Last = 0;
    for (size_t At = 0; At < Pool.size(); At += 5) {
      double N = Model.candidates(withAt(Pool, "VPDPWSSDZrr", At));
      EXPECT_GT(N, 0);
      EXPECT_GE(N, Last) << At;
      Last = N;
    }
  }
}

TEST(CandidateModel, CountsOneInstructionExactly) {
  // Eight binary instructions over three leaves: 72 programs in the first round.
  LabelledWindow L = needing({"VPXORDZrr"}, 1);
  std::vector<const OpClass *> Pool;
  for (const char *N : {"VPADDDZrr", "VPADDWZrr", "VPADDBZrr", "VPADDQZrr", "VPSUBDZrr", "VPSUBWZrr", "VPSUBBZrr",
                        "VPXORDZrr", "VPANDDZrr"})
    Pool.push_back(&x86().classOf(*x86().find(N)));
  CandidateModel Model(x86Table(), L);
  EXPECT_DOUBLE_EQ(Model.candidates(Pool), 72);
  EXPECT_DOUBLE_EQ(Model.candidates(withAt(Pool, "VPXORDZrr", 8)), 81);
  EXPECT_DOUBLE_EQ(Model.candidates(withAt(Pool, "VPXORDZrr", 0)), 9);
}

TEST(CandidateModel, OutsideThePoolIsNeverMet) {
  LabelledWindow L = needing({"VPXORDZrr"}, 1);
  std::vector<const OpClass *> Pool = {&x86().classOf(*x86().find("VPADDDZrr"))};
  EXPECT_TRUE(std::isinf(CandidateModel(x86Table(), L).candidates(Pool)));
  EXPECT_TRUE(std::isinf(CandidateModel(x86Table(), needing({"VPADDDZrr"}, 4)).candidates(Pool)));
}

TEST(Baselines, OracleIsTheBound) {
  LabelledWindow L = needing({"VPDPWSSDZrr", "VPADDDZrr"}, 2);
  L.Answers.push_back({x86Table().indexOf(*x86().find("VPXORDZrr"))});
  std::vector<const OpClass *> Pool = poolFor(L.W, x86Table());
  CandidateModel Model(x86Table(), L);
  std::vector<const OpClass *> Oracle = oracleOrder(L, x86Table(), Pool);
  EXPECT_EQ(Oracle.size(), Pool.size());
  // The answer of fewest classes is the one it takes.
  EXPECT_EQ(Oracle[0], &x86().classOf(*x86().find("VPXORDZrr")));
  EXPECT_EQ(answerRank(L, ranksOf(Oracle, x86Table())), 0u);
  for (uint64_t Seed = 0; Seed != 20; ++Seed)
    EXPECT_LE(Model.candidates(Oracle), Model.candidates(makeRandomRanker(Seed)->order(L.W, Pool)));
}

TEST(Baselines, AnyAnswerCounts) {
  LabelledWindow L = needing({"VPADDDZrr", "VPSUBDZrr"}, 2);
  std::vector<unsigned> Ranks(x86Table().size(), 500);
  Ranks[x86Table().indexOf(*x86().find("VPADDDZrr"))] = 3;
  EXPECT_EQ(answerRank(L, Ranks), 500u);
  L.Answers.push_back({x86Table().indexOf(*x86().find("VPADDDZrr"))});
  EXPECT_EQ(answerRank(L, Ranks), 3u);
}

TEST(Baselines, RandomOrdersDifferBySeedOnly) {
  LabelledWindow L = needing({"VPADDDZrr"}, 1);
  std::vector<const OpClass *> Pool = poolFor(L.W, x86Table());
  EXPECT_EQ(makeRandomRanker(1)->order(L.W, Pool), makeRandomRanker(1)->order(L.W, Pool));
  EXPECT_NE(makeRandomRanker(1)->order(L.W, Pool), makeRandomRanker(2)->order(L.W, Pool));
}

TEST(Baselines, CoOccurrenceLearnsCounts) {
  std::vector<LabelledWindow> Data(20, needing({"VPDPWSSDZrr"}, 1));
  std::vector<const LabelledWindow *> Train;
  for (const LabelledWindow &L : Data)
    Train.push_back(&L);
  auto Ranker = makeCoOccurrenceRanker(x86Table(), Train, Train);
  std::vector<const OpClass *> Pool = poolFor(Data[0].W, x86Table());
  std::vector<const OpClass *> Order = Ranker->order(Data[0].W, Pool);
  EXPECT_EQ(Order.front(), &x86().classOf(*x86().find("VPDPWSSDZrr")));
  std::sort(Order.begin(), Order.end());
  std::sort(Pool.begin(), Pool.end());
  EXPECT_EQ(Order, Pool);
}

TEST(CompareOrders, ReportsEveryOrderAndCountsUnsolvedAtTheBudget) {
  std::vector<LabelledWindow> Data(3, needing({"VPDPWSSDZrr", "VPADDDZrr", "VPXORDZrr"}, 3));
  std::vector<const LabelledWindow *> Test;
  for (const LabelledWindow &L : Data)
    Test.push_back(&L);
  auto Cost = makeCostRanker(), Random = makeRandomRanker(3);
  CompareOptions O;
  O.Budget = 100;
  EvalReport R = compareOrders(x86Table(), Test, *Cost, *Random, O, nulls());
  EXPECT_EQ(R.Windows, 3u);
  EXPECT_EQ(R.Budget, 100u);
  ASSERT_EQ(R.Orders.size(), 5u);
  for (const OrderScore &S : R.Orders) {
    EXPECT_EQ(S.SolvedAt.back().first, 100u) << S.Name;
    EXPECT_LE(S.CandidatesGeomean, 100.001) << S.Name;
    EXPECT_LE(S.CandidatesP90, 100) << S.Name;
    if (S.Name == "cost" || S.Name == "policy") {
      EXPECT_NEAR(S.CandidatesGeomean, 100, 1e-6); // unsolved
      EXPECT_EQ(S.SolvedAt.back().second, 0);
    }
    if (S.Name == "oracle")
      for (auto [K, Share] : S.Recall)
        EXPECT_EQ(Share, 1) << K;
  }
  EXPECT_EQ(compareOrders(x86Table(), {}, *Cost, *Random, O, nulls()).Windows, 0u);
}

} // namespace
} // namespace whittle
