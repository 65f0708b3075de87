//===- tests/learn/EvaluateTest.cpp -----------------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Evaluate.h"
#include "learn/Baselines.h"
#include "learn/TestCheck.h"
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

/// Puts one opcode first or last, the rest in cost order.
class OneAt final : public CandidateRanker {
public:
  OneAt(const char *Name, bool First) : C(&x86().classOf(*x86().find(Name))), First(First) {}
  StringRef name() const override { return "one"; }
  std::vector<const OpClass *> order(const Window &W, ArrayRef<const OpClass *> Pool) override {
    std::vector<const OpClass *> Order = makeCostRanker()->order(W, Pool);
    Order.erase(find(Order, C));
    Order.insert(First ? Order.begin() : Order.end(), C);
    return Order;
  }

private:
  const OpClass *C;
  bool First;
};

/// A window that one instruction does.
LabelledWindow dot() {
  LabelledWindow L = needing({"VPDPWSSDZrr"}, 1);
  Rule R = cantFail(
      parseRule("rule x86_64\n  %0:v512\n  %1:v512\n  %2:v512\n"
                "  %3:v512 = VPMADDWDZrr %0, %1\n  %4:v512 = VPADDDZrr %2, %3\n  yield %4\n=>\n"
                "  %3:v512 = VPDPWSSDZrr %2, %0, %1\n  yield %3\nend\n"));
  L.W = R.W;
  L.Known = R;
  return L;
}

TEST(TryOrder, EarlierTakesFewerCandidates) {
  LabelledWindow L = dot();
  Evaluator &E = *cantFail(Evaluator::shared(x86()));
  CompareOptions O;
  O.Threads = 1;
  OneAt First("VPDPWSSDZrr", true), Last("VPDPWSSDZrr", false);
  Trial A = cantFail(tryOrder(L, x86Table(), First, E, O)),
        B = cantFail(tryOrder(L, x86Table(), Last, E, O));
  EXPECT_EQ(A.Rank, 0u);
  EXPECT_GT(B.Rank, 80u);
  EXPECT_LT(A.Candidates, B.Candidates);
  EXPECT_LT(B.Candidates, double(O.Budget));
  EXPECT_EQ(cantFail(tryOrder(L, x86Table(), Last, E, O)).Candidates, B.Candidates);
  O.Budget = 1;
  EXPECT_TRUE(std::isinf(cantFail(tryOrder(L, x86Table(), Last, E, O)).Candidates));
}

TEST(TryOrder, SmallerSearchesAreToldApart) {
  LabelledWindow L = dot();
  Evaluator &E = *cantFail(Evaluator::shared(x86()));
  CompareOptions O;
  O.Threads = 1;
  EXPECT_EQ(cantFail(trySmaller(L, E, O)), Smaller::Open);
  L.AnswerInstructions = 2; // with one instruction there is an answer as cheap
  EXPECT_EQ(cantFail(trySmaller(L, E, O)), Smaller::Solved);
  L = dot();
  L.AnswerInstructions = 3;
  L.Known.Target = L.Known.W.Source; // dearer than anything: nothing is accepted
  L.Known.Target.Outputs = {0};
  O.Budget = 1000;
  EXPECT_EQ(cantFail(trySmaller(L, E, O)), Smaller::Endless);
}

/// What agrees on search's tests and not on others is refuted, with values that
/// show it.
TEST(TestCheck, RefutesWithACounterexample) {
  Rule R = cantFail(
      parseRule("rule x86_64\n  %0:v512\n  %1:v512\n"
                "  %2:v512 = VPADDDZrr %0, %1\n  %3:v512 = VPADDDZrr %2, %1\n  yield %3\n=>\n"
                "  %2:v512 = VPADDDZrr %0, %1\n  yield %2\nend\n"));
  Evaluator &E = *cantFail(Evaluator::shared(x86()));
  CandidateVerdict V = acceptByTests(E, 2, 1)(R);
  EXPECT_EQ(V.K, CandidateVerdict::Refuted);
  ASSERT_EQ(V.Counterexample.size(), 2u);
  EXPECT_EQ(V.Counterexample[0].getBitWidth(), 512u);
  EXPECT_FALSE(V.Counterexample[1].isZero());
  EXPECT_EQ(acceptByTests(E, 1, 1)(R).K, CandidateVerdict::Unknown); // too dear
  EXPECT_EQ(acceptByTests(E, 100, 1)(dot().Known).K, CandidateVerdict::Proved);
}

TEST(Baselines, OracleIsTheBound) {
  LabelledWindow L = needing({"VPDPWSSDZrr", "VPADDDZrr"}, 2);
  L.Answers.push_back({x86Table().indexOf(*x86().find("VPXORDZrr"))});
  std::vector<const OpClass *> Pool = poolFor(L.W, x86Table());
  std::vector<const OpClass *> Oracle = oracleOrder(L, x86Table(), Pool);
  EXPECT_EQ(Oracle.size(), Pool.size());
  // The answer of fewest classes is the one it takes.
  EXPECT_EQ(Oracle[0], &x86().classOf(*x86().find("VPXORDZrr")));
  EXPECT_EQ(answerRank(L, ranksOf(Oracle, x86Table())), 0u);
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
  for (bool PerCandidate : {false, true}) {
    auto Ranker = makeCoOccurrenceRanker(x86Table(), Train, Train, PerCandidate);
    std::vector<const OpClass *> Pool = poolFor(Data[0].W, x86Table());
    std::vector<const OpClass *> Order = Ranker->order(Data[0].W, Pool);
    EXPECT_EQ(Order.front(), &x86().classOf(*x86().find("VPDPWSSDZrr")));
    std::sort(Order.begin(), Order.end());
    std::sort(Pool.begin(), Pool.end());
    EXPECT_EQ(Order, Pool);
  }
}

TEST(CompareOrders, ReportsEveryOrderAndCountsUnsolvedAtTheBudget) {
  std::vector<LabelledWindow> Data(3, dot());
  std::vector<const LabelledWindow *> Test;
  for (const LabelledWindow &L : Data)
    Test.push_back(&L);
  Evaluator &E = *cantFail(Evaluator::shared(x86()));
  OneAt First("VPDPWSSDZrr", true), Last("VPDPWSSDZrr", false);
  CompareOptions O;
  O.Threads = 1;
  O.Budget = 100;
  EvalReport R = cantFail(compareOrders(x86Table(), Test, First, {&Last}, E, O, nulls()));
  EXPECT_EQ(R.Windows, 3u);
  EXPECT_EQ(R.Budget, 100u);
  ASSERT_EQ(R.Orders.size(), 5u);
  const char *Names[] = {"policy", "cost", "one", "random", "oracle"};
  for (unsigned I = 0; I != 5; ++I) {
    const OrderScore &S = R.Orders[I];
    EXPECT_EQ(S.Name, Names[I]);
    EXPECT_EQ(S.SolvedAt.back().first, 100u);
    if (S.Name == "policy" || S.Name == "oracle") {
      EXPECT_EQ(S.SolvedAt.back().second, 1) << S.Name;
      EXPECT_LT(S.CandidatesGeomean, 100) << S.Name;
      EXPECT_EQ(S.Recall.front().second, 1) << S.Name;
    }
    if (S.Name == "one") {
      EXPECT_EQ(S.SolvedAt.back().second, 0);
      EXPECT_NEAR(S.CandidatesGeomean, 100, 1e-6);
      EXPECT_EQ(S.CandidatesP90, 100);
    }
  }
  EXPECT_EQ(cantFail(compareOrders(x86Table(), {}, First, {&Last}, E, O, nulls())).Windows, 0u);
}

} // namespace
} // namespace whittle
