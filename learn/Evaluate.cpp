//===- learn/Evaluate.cpp - Orders compared on held-out windows -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Evaluate.h"
#include "learn/Baselines.h"
#include "learn/TestCheck.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <random>

using namespace llvm;

namespace whittle {

namespace {
/// Hands an order on and keeps a copy.
class Recorder final : public CandidateRanker {
public:
  explicit Recorder(CandidateRanker &Inner) : Inner(Inner) {}
  StringRef name() const override { return Inner.name(); }
  std::vector<const OpClass *> order(const Window &W, ArrayRef<const OpClass *> Pool) override {
    return Last = Inner.order(W, Pool);
  }
  std::vector<const OpClass *> Last;

private:
  CandidateRanker &Inner;
};

/// The oracle as a ranker for its one window.
class OracleRanker final : public CandidateRanker {
public:
  OracleRanker(const LabelledWindow &L, const OpTable &Table)
      : L(L), Table(Table), Cost(makeCostRanker()) {}
  StringRef name() const override { return "oracle"; }
  std::vector<const OpClass *> order(const Window &W, ArrayRef<const OpClass *> Pool) override {
    return oracleOrder(L, Table, Cost->order(W, Pool));
  }

private:
  const LabelledWindow &L;
  const OpTable &Table;
  std::unique_ptr<CandidateRanker> Cost;
};
} // namespace

static SearchOptions searchOptions(const CompareOptions &O, unsigned MaxInstructions) {
  SearchOptions S;
  S.MaxInstructions = MaxInstructions;
  S.Seconds = 120; // the budget ends it, so that no clock is in the figures
  S.Threads = O.Threads;
  S.Seed = O.Seed;
  S.FirstSolution = true;
  S.MaxUnknown = ~0u;
  return S;
}

static unsigned knownWeight(const LabelledWindow &L) {
  return staticCost(L.Known.W, L.Known.Target).Weight;
}

Expected<Trial> tryOrder(const LabelledWindow &L, const OpTable &Table, CandidateRanker &Order,
                         Evaluator &E, const CompareOptions &O) {
  Recorder R(Order);
  SearchOptions S = searchOptions(O, L.AnswerInstructions - 1);
  Expected<SearchResult> Smaller =
      search(L.W, S, R, [](const Rule &) { return CandidateVerdict(); });
  if (!Smaller)
    return Smaller.takeError();
  S.MaxInstructions = L.AnswerInstructions;
  S.CandidateBudget = Smaller->Candidates + O.Budget;
  Expected<SearchResult> Full = search(L.W, S, R, acceptByTests(E, knownWeight(L), O.Seed));
  if (!Full)
    return Full.takeError();
  Trial T;
  T.Rank = answerRank(L, ranksOf(R.Last, Table));
  double Own = double(Full->CandidatesToFirst) - double(Smaller->Candidates);
  T.Candidates = Full->Proved.empty() || Own > double(O.Budget) ? INFINITY : std::max(1.0, Own);
  return T;
}

Expected<Smaller> trySmaller(const LabelledWindow &L, Evaluator &E, const CompareOptions &O) {
  std::unique_ptr<CandidateRanker> Cost = makeCostRanker();
  SearchOptions S = searchOptions(O, L.AnswerInstructions - 1);
  S.CandidateBudget = O.Budget * O.SmallerBudgets;
  Expected<SearchResult> R = search(L.W, S, *Cost, acceptByTests(E, knownWeight(L), O.Seed));
  if (!R)
    return R.takeError();
  if (!R->Proved.empty())
    return Smaller::Solved;
  return R->Candidates < S.CandidateBudget ? Smaller::Open : Smaller::Endless;
}

namespace {
constexpr unsigned RecallAt[] = {8, 16, 32, 64};

/// What one order did, one entry a window (and random order).
struct Outcome {
  std::vector<double> Candidates;
  std::vector<unsigned> Ranks;

  double recall(unsigned K) const {
    return double(count_if(Ranks, [&](unsigned R) { return R < K; })) /
           double(std::max<size_t>(1, Ranks.size()));
  }
  OrderScore score(StringRef Name, double Budget) const {
    OrderScore S;
    S.Name = Name.str();
    double N = double(Candidates.size());
    for (uint64_t At : {uint64_t(Budget / 100), uint64_t(Budget / 10), uint64_t(Budget)})
      S.SolvedAt.push_back(
          {At, double(count_if(Candidates, [&](double C) { return C <= double(At); })) / N});
    std::vector<double> Capped;
    double LogSum = 0;
    for (double C : Candidates) {
      Capped.push_back(std::min(C, Budget));
      LogSum += std::log(Capped.back());
    }
    llvm::sort(Capped);
    S.CandidatesP90 = Capped[size_t(std::ceil(0.9 * N)) - 1];
    S.CandidatesGeomean = std::exp(LogSum / N);
    for (unsigned K : RecallAt)
      S.Recall.push_back({K, recall(K)});
    return S;
  }
};

/// The five orders on the windows that are added.
class Comparison {
public:
  Comparison(const OpTable &Table, CandidateRanker &Policy, ArrayRef<CandidateRanker *> Baselines,
             const CompareOptions &O)
      : Table(Table), O(O), Cost(makeCostRanker()) {
    Orders = {{"policy", &Policy}, {"cost", Cost.get()}};
    for (CandidateRanker *B : Baselines)
      Orders.push_back({B->name().str(), B});
    for (unsigned K = 0; K != O.RandomOrders; ++K) {
      Random.push_back(makeRandomRanker(O.Seed + K));
      Orders.push_back({"random", Random.back().get()});
    }
  }

  Error add(const LabelledWindow &L, Evaluator &E) {
    return forEach(L, [&](const std::string &Name, CandidateRanker &Order) -> Error {
      Expected<Trial> T = tryOrder(L, Table, Order, E, O);
      if (!T)
        return T.takeError();
      ByName[Name].Candidates.push_back(T->Candidates);
      ByName[Name].Ranks.push_back(T->Rank);
      if (Name == "policy")
        Skeletons[L.Skeleton].push_back(ByName[Name].Candidates.size() - 1);
      return Error::success();
    });
  }

  /// Ranks only, in a pool of all classes whose types the window has.
  void addRanks(const LabelledWindow &L) {
    std::vector<const OpClass *> Pool = poolFor(L.W, Table);
    cantFail(forEach(L, [&](const std::string &Name, CandidateRanker &Order) {
      ByName[Name].Ranks.push_back(answerRank(L, ranksOf(Order.order(L.W, Pool), Table)));
      return Error::success();
    }));
  }

  std::vector<OrderScore> scores() {
    std::vector<OrderScore> Out;
    for (const std::string &Name : names())
      Out.push_back(ByName[Name].score(Name, double(O.Budget)));
    return Out;
  }
  /// Each order once, as reported.
  std::vector<std::string> names() const {
    std::vector<std::string> Out;
    for (auto &[Name, Order] : Orders)
      if (!is_contained(Out, Name))
        Out.push_back(Name);
    Out.push_back("oracle");
    return Out;
  }
  double recall(const std::string &Name, unsigned K) { return ByName[Name].recall(K); }

  /// Geometric mean ratio of candidates, policy to \p Baseline, and the 2.5 and
  /// 97.5 percentiles of it over resampled skeletons.
  std::array<double, 3> ratio(const std::string &Baseline) {
    auto LogOf = [&](const std::string &Name, size_t I) {
      return std::log(std::min(ByName[Name].Candidates[I], double(O.Budget)));
    };
    std::vector<std::pair<double, double>> Sums; // of each skeleton: log ratio, windows
    double Log = 0, Windows = 0;
    for (auto &[Name, Members] : Skeletons) {
      double Sum = 0;
      for (size_t I : Members)
        Sum += LogOf("policy", I) - LogOf(Baseline, I);
      Sums.push_back({Sum, double(Members.size())});
      Log += Sum, Windows += double(Members.size());
    }
    std::mt19937_64 Draw(O.Seed);
    std::vector<double> Resampled;
    for (unsigned K = 0; K != 1000; ++K) {
      double A = 0, N = 0;
      for (size_t I = 0; I != Sums.size(); ++I) {
        auto [Sum, Count] = Sums[Draw() % Sums.size()];
        A += Sum, N += Count;
      }
      Resampled.push_back(A / N);
    }
    llvm::sort(Resampled);
    return {std::exp(Log / Windows), std::exp(Resampled[25]), std::exp(Resampled[974])};
  }
  size_t numSkeletons() const { return Skeletons.size(); }

private:
  template <typename Fn> Error forEach(const LabelledWindow &L, Fn Do) {
    for (auto &[Name, Order] : Orders)
      if (Error E = Do(Name, *Order))
        return E;
    OracleRanker Oracle(L, Table);
    return Do("oracle", Oracle);
  }

  const OpTable &Table;
  const CompareOptions &O;
  std::unique_ptr<CandidateRanker> Cost;
  std::vector<std::unique_ptr<CandidateRanker>> Random;
  std::vector<std::pair<std::string, CandidateRanker *>> Orders;
  std::map<std::string, Outcome> ByName;
  std::map<std::string, std::vector<size_t>> Skeletons;
};
} // namespace

/// All windows, skeletons taking turns, so that no common one decides the result.
static std::vector<const LabelledWindow *> takeTurns(ArrayRef<const LabelledWindow *> Windows,
                                                     uint64_t Seed) {
  std::map<std::pair<uint64_t, std::string>, std::vector<const LabelledWindow *>> BySkeleton;
  for (const LabelledWindow *L : Windows)
    BySkeleton[{xxh3_64bits(L->Skeleton + " " + std::to_string(Seed)), L->Skeleton}].push_back(L);
  std::vector<const LabelledWindow *> Out;
  for (size_t Turn = 0; Out.size() < Windows.size(); ++Turn)
    for (auto &[Key, Some] : BySkeleton)
      if (Turn < Some.size())
        Out.push_back(Some[Turn]);
  return Out;
}

static std::vector<const LabelledWindow *> withAnswersOf(ArrayRef<const LabelledWindow *> Windows,
                                                         unsigned AtLeast, unsigned AtMost) {
  std::vector<const LabelledWindow *> Out;
  copy_if(Windows, std::back_inserter(Out), [&](const LabelledWindow *L) {
    return L->AnswerInstructions >= AtLeast && L->AnswerInstructions <= AtMost;
  });
  return Out;
}

Expected<EvalReport> compareOrders(const OpTable &Table, ArrayRef<const LabelledWindow *> Test,
                                   CandidateRanker &Policy, ArrayRef<CandidateRanker *> Baselines,
                                   Evaluator &E, const CompareOptions &O, raw_ostream &Log) {
  auto Start = std::chrono::steady_clock::now();
  for (unsigned Length : {1u, 2u, 3u})
    for (bool New : {false, true}) {
      Comparison C(Table, Policy, Baselines, O);
      std::vector<const LabelledWindow *> Some = withAnswersOf(Test, Length, Length);
      if (New)
        erase_if(Some, [&](const LabelledWindow *L) { return !L->needsNewOpcode(Table); });
      Some = takeTurns(Some, O.Seed);
      Some.resize(std::min<size_t>(Some.size(), 400));
      for (const LabelledWindow *L : Some)
        C.addRanks(*L);
      if (Some.empty())
        continue;
      Log << format("eval: answers of %u instruction%s%s: %zu held-out windows, recall@16:", Length,
                    Length == 1 ? "" : "s", New ? " that need an opcode the source has not" : "",
                    Some.size());
      for (const std::string &Name : C.names())
        Log << format(" %s %.0f%%", Name.c_str(), 100 * C.recall(Name, 16));
      Log << "\n";
    }

  unsigned Shortest = 3;
  while (Shortest > 1 && withAnswersOf(Test, Shortest, 3).size() < O.MinWindows)
    --Shortest;
  EvalReport Report;
  Report.Budget = O.Budget;
  Comparison C(Table, Policy, Baselines, O);
  unsigned Solved = 0, Endless = 0;
  for (const LabelledWindow *L : takeTurns(withAnswersOf(Test, Shortest, 3), O.Seed)) {
    std::chrono::duration<double> Spent = std::chrono::steady_clock::now() - Start;
    if (Spent.count() > O.Seconds)
      Log << format("eval: out of time after %u windows\n", Report.Windows);
    if (Report.Windows == O.MaxWindows || Spent.count() > O.Seconds)
      break;
    Expected<Smaller> Without = trySmaller(*L, E, O);
    if (!Without)
      return Without.takeError();
    Solved += *Without == Smaller::Solved;
    Endless += *Without == Smaller::Endless;
    if (*Without != Smaller::Open)
      continue;
    if (Error Err = C.add(*L, E))
      return std::move(Err);
    ++Report.Windows;
    if (Report.Windows % 10 == 0)
      Log << format("eval: %u windows (%.0f s)\n", Report.Windows, Spent.count());
  }
  if (Report.Windows == 0)
    return Report;
  Report.Orders = C.scores();
  Log << format("eval: searched %u windows of %zu skeletons, answers of %u or more instructions; "
                "left out, since no "
                "order matters: %u solved with fewer, %u whose smaller programs are too many\n",
                Report.Windows, C.numSkeletons(), Shortest, Solved, Endless);
  for (CandidateRanker *B : Baselines) {
    auto [Ratio, Low, High] = C.ratio(B->name().str());
    Log << format("eval: policy takes %.2f times the candidates of %s (95%% of resampled "
                  "skeletons: %.2f to %.2f)\n",
                  Ratio, B->name().str().c_str(), Low, High);
  }
  return Report;
}

} // namespace whittle
