//===- learn/Evaluate.cpp - Orders compared on held-out windows -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Evaluate.h"
#include "learn/Baselines.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace llvm;

namespace whittle {

static void addType(std::vector<std::pair<ValueType, double>> &Types, ValueType T, double N) {
  auto It = find_if(Types, [&](const auto &P) { return P.first == T; });
  if (It == Types.end())
    Types.push_back({T, N});
  else
    It->second += N;
}

static std::vector<std::pair<ValueType, double>> typesOf(const Window &W) {
  std::vector<std::pair<ValueType, double>> Types;
  for (const Leaf &L : W.Leaves)
    addType(Types, L.Ty, 1);
  for (const Node &N : W.Source.Nodes)
    addType(Types, N.Ty, 0);
  return Types;
}

std::vector<const OpClass *> poolFor(const Window &W, const OpTable &Table) {
  auto Types = typesOf(W);
  auto Has = [&](ValueType T) { return any_of(Types, [&](const auto &P) { return P.first == T; }); };
  std::vector<const OpClass *> Pool;
  for (const OpClass &C : Table.isa().classes())
    if (Has(C.leader().Def) && all_of(C.leader().Ins, Has))
      Pool.push_back(&C);
  return Pool;
}

CandidateModel::CandidateModel(const OpTable &Table, const LabelledWindow &L)
    : Table(Table), L(L), Types(typesOf(L.W)) {}

std::array<double, 3> CandidateModel::programs(ArrayRef<const OpClass *> Classes) const {
  auto Leaves = [&](ValueType T) {
    auto It = find_if(Types, [&](const auto &P) { return P.first == T; });
    return It == Types.end() ? 0.0 : It->second;
  };
  // Ways to choose operands, Extra more values of type T at hand.
  auto Choices = [&](const Row &R, ValueType T, double Extra) {
    double N = 1;
    for (ValueType In : R.Ins)
      N *= Leaves(In) + (In == T ? Extra : 0);
    return N;
  };
  auto Uses = [&](const Row &R, ValueType T, double Inner) {
    return Choices(R, T, Inner + 1) - Choices(R, T, Inner);
  };
  auto Immediates = [](const Row &R) { return std::pow(double(InnerImmediates), R.NumImms); };
  // Ways to use two values, of types T and U, and leaves.
  auto UsesBoth = [&](const Row &R, ValueType T, ValueType U) {
    double N = 0;
    for (size_t I = 0; I != R.Ins.size(); ++I)
      for (size_t J = 0; J != R.Ins.size(); ++J) {
        if (I == J || !(R.Ins[I] == T) || !(R.Ins[J] == U))
          continue;
        double Others = 1;
        for (size_t K = 0; K != R.Ins.size(); ++K)
          Others *= K == I || K == J ? 1 : Leaves(R.Ins[K]);
        N += Others;
      }
    return N;
  };

  std::array<double, 3> Last{};
  std::vector<double> One(Types.size()), Two(Types.size());
  for (const OpClass *C : Classes) {
    const Row &R = C->leader();
    double N = Choices(R, R.Def, 0);
    Last[0] += N;
    for (size_t T = 0; T != Types.size(); ++T)
      if (Types[T].first == R.Def)
        One[T] += N * Immediates(R);
  }
  for (const OpClass *C : Classes) {
    const Row &R = C->leader();
    for (size_t T = 0; T != Types.size(); ++T) {
      double N = One[T] * Uses(R, Types[T].first, 0);
      Last[1] += N;
      for (size_t U = 0; U != Types.size(); ++U) {
        if (Types[U].first == R.Def)
          Two[U] += N * Immediates(R);
        Last[2] += One[T] * One[U] / 2 * UsesBoth(R, Types[T].first, Types[U].first);
      }
    }
  }
  for (const OpClass *C : Classes)
    for (size_t T = 0; T != Types.size(); ++T)
      Last[2] += Two[T] * Uses(C->leader(), Types[T].first, 1);
  return Last;
}

double CandidateModel::candidates(ArrayRef<const OpClass *> Order) const {
  unsigned Depth = L.AnswerInstructions;
  unsigned Rank = answerRank(L, ranksOf(Order, Table));
  if (Depth < 1 || Depth > 3 || Rank >= Order.size())
    return INFINITY;
  size_t Begin = 0, End = std::min<size_t>(FirstRound, Order.size());
  while (Rank >= End) {
    Begin = End;
    End = std::min(2 * End, Order.size());
  }
  double Old = Begin ? programs(Order.take_front(Begin))[Depth - 1] : 0;
  double New = programs(Order.take_front(End))[Depth - 1] - Old;
  return Old + New * double(Rank + 1 - Begin) / double(End - Begin);
}

namespace {
/// What one order did on the windows, one entry a window (and random order).
struct Outcome {
  std::vector<double> Candidates;
  std::vector<unsigned> Ranks;

  OrderScore score(StringRef Name, double Budget) const {
    OrderScore S;
    S.Name = Name.str();
    double N = double(Candidates.size());
    for (uint64_t At : {uint64_t(Budget / 100), uint64_t(Budget / 10), uint64_t(Budget)})
      S.SolvedAt.push_back({At, double(count_if(Candidates, [&](double C) { return C <= double(At); })) / N});
    std::vector<double> Capped;
    for (double C : Candidates)
      Capped.push_back(std::min(C, Budget));
    llvm::sort(Capped);
    S.CandidatesP90 = Capped[size_t(std::ceil(0.9 * N)) - 1];
    S.CandidatesGeomean = std::exp(logMean(Budget));
    for (unsigned K : {8u, 16u, 32u, 64u})
      S.Recall.push_back({K, double(count_if(Ranks, [&](unsigned R) { return R < K; })) / N});
    return S;
  }
  double logMean(double Budget) const {
    double Sum = 0;
    for (double C : Candidates)
      Sum += std::log(std::max(1.0, std::min(C, Budget)));
    return Sum / double(Candidates.size());
  }
};

class Comparison {
public:
  Comparison(const OpTable &Table, const CompareOptions &O) : Table(Table), O(O), Cost(makeCostRanker()) {}

  void add(const LabelledWindow &L, CandidateRanker &Policy, CandidateRanker &CoOccurrence) {
    CandidateModel Model(Table, L);
    std::vector<const OpClass *> Pool = poolFor(L.W, Table);
    auto Note = [&](const char *Name, ArrayRef<const OpClass *> Order) {
      ByName[Name].Candidates.push_back(Model.candidates(Order));
      ByName[Name].Ranks.push_back(answerRank(L, ranksOf(Order, Table)));
    };
    std::vector<const OpClass *> CostOrder = Cost->order(L.W, Pool);
    Note("policy", Policy.order(L.W, Pool));
    Note("cost", CostOrder);
    Note("co-occurrence", CoOccurrence.order(L.W, Pool));
    for (unsigned K = 0; K != O.RandomOrders; ++K)
      Note("random", makeRandomRanker(O.Seed + K)->order(L.W, Pool));
    Note("oracle", oracleOrder(L, Table, CostOrder));
    Skeletons[L.Skeleton].push_back(ByName["policy"].Candidates.size() - 1);
  }

  std::vector<OrderScore> scores() {
    std::vector<OrderScore> Out;
    for (const char *Name : {"policy", "cost", "co-occurrence", "random", "oracle"})
      Out.push_back(ByName[Name].score(Name, double(O.Budget)));
    return Out;
  }

  /// Geometric mean ratio of candidates, policy to co-occurrence, and the 2.5
  /// and 97.5 percentiles of it over resampled skeletons.
  std::array<double, 3> ratio() {
    auto LogOf = [&](const char *Name, size_t I) {
      return std::log(std::max(1.0, std::min(ByName[Name].Candidates[I], double(O.Budget))));
    };
    std::vector<std::pair<double, double>> Sums; // of each skeleton: log ratio, windows
    double Log = 0, Windows = 0;
    for (auto &[Name, Members] : Skeletons) {
      double Sum = 0;
      for (size_t I : Members)
        Sum += LogOf("policy", I) - LogOf("co-occurrence", I);
      Sums.push_back({Sum, double(Members.size())});
      Log += Sum, Windows += double(Members.size());
    }
    std::mt19937_64 Random(O.Seed);
    std::vector<double> Resampled;
    for (unsigned K = 0; K != 1000; ++K) {
      double A = 0, N = 0;
      for (size_t I = 0; I != Sums.size(); ++I) {
        auto [Sum, Count] = Sums[Random() % Sums.size()];
        A += Sum, N += Count;
      }
      Resampled.push_back(A / N);
    }
    llvm::sort(Resampled);
    return {std::exp(Log / Windows), std::exp(Resampled[25]), std::exp(Resampled[974])};
  }
  size_t numSkeletons() const { return Skeletons.size(); }

private:
  const OpTable &Table;
  const CompareOptions &O;
  std::unique_ptr<CandidateRanker> Cost;
  std::map<std::string, Outcome> ByName;
  std::map<std::string, std::vector<size_t>> Skeletons;
};
} // namespace

/// Skeletons take turns, so that no common one decides the result.
static std::vector<const LabelledWindow *> takeTurns(ArrayRef<const LabelledWindow *> Windows, size_t Most) {
  std::map<std::string, std::vector<const LabelledWindow *>> BySkeleton;
  for (const LabelledWindow *L : Windows)
    BySkeleton[L->Skeleton].push_back(L);
  std::vector<const LabelledWindow *> Out;
  for (size_t Turn = 0; Out.size() < std::min(Most, Windows.size()); ++Turn)
    for (auto &[Name, Some] : BySkeleton)
      if (Turn < Some.size() && Out.size() < Most)
        Out.push_back(Some[Turn]);
  return Out;
}

EvalReport compareOrders(const OpTable &Table, ArrayRef<const LabelledWindow *> Test, CandidateRanker &Policy,
                         CandidateRanker &CoOccurrence, const CompareOptions &O, raw_ostream &Log) {
  EvalReport Report;
  Report.Budget = O.Budget;
  std::vector<const LabelledWindow *> Chosen;
  unsigned Shortest = 4;
  while (Chosen.size() < O.MinWindows && Shortest > 1) {
    --Shortest;
    Chosen.clear();
    copy_if(Test, std::back_inserter(Chosen),
            [&](const LabelledWindow *L) { return L->AnswerInstructions >= Shortest; });
  }
  auto Describe = [&](StringRef What, auto Wanted) {
    std::vector<const LabelledWindow *> Some;
    copy_if(Test, std::back_inserter(Some), Wanted);
    Some = takeTurns(Some, O.MaxWindows);
    if (Some.empty())
      return;
    Comparison C(Table, O);
    for (const LabelledWindow *L : Some)
      C.add(*L, Policy, CoOccurrence);
    Log << "eval: " << Some.size() << " held-out windows " << What << ":";
    for (const OrderScore &S : C.scores())
      Log << format(" %s %.0f (recall@16 %.0f%%)", S.Name.c_str(), S.CandidatesGeomean, 100 * S.Recall[1].second);
    Log << "\n";
  };
  for (unsigned Length = 1; Length <= 3; ++Length) {
    std::string Of = "with answers of " + std::to_string(Length) + " instruction(s)";
    Describe(Of, [&](const LabelledWindow *L) { return L->AnswerInstructions == Length; });
    Describe(Of + " that need an opcode the source has not",
             [&](const LabelledWindow *L) { return L->AnswerInstructions == Length && L->needsNewOpcode(Table); });
  }
  Chosen = takeTurns(Chosen, O.MaxWindows);
  Report.Windows = unsigned(Chosen.size());
  if (Chosen.empty())
    return Report;
  Comparison C(Table, O);
  for (const LabelledWindow *L : Chosen)
    C.add(*L, Policy, CoOccurrence);
  Report.Orders = C.scores();
  auto [Ratio, Low, High] = C.ratio();
  Log << format("eval: reported: %u windows of %zu skeletons with answers of %u or more instructions; policy takes "
                "%.2f times the candidates of co-occurrence (95%% of resampled skeletons: %.2f to %.2f)\n",
                Report.Windows, C.numSkeletons(), Shortest, Ratio, Low, High);
  return Report;
}

} // namespace whittle
