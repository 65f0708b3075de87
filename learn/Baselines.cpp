//===- learn/Baselines.cpp - Orders to hold a policy against ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Baselines.h"
#include "learn/Work.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace llvm;

namespace whittle {

std::vector<const OpClass *> poolFor(const Window &W, const OpTable &Table) {
  SmallVector<ValueType, 8> Types;
  for (const Leaf &L : W.Leaves)
    Types.push_back(L.Ty);
  for (const Node &N : W.Source.Nodes)
    Types.push_back(N.Ty);
  auto Has = [&](ValueType T) { return is_contained(Types, T); };
  std::vector<const OpClass *> Pool;
  for (const OpClass &C : Table.isa().classes())
    if (!C.leader().readsMemory() && Has(C.leader().Def) && all_of(C.leader().Ins, Has))
      Pool.push_back(&C);
  return Pool;
}

std::vector<unsigned> ranksOf(ArrayRef<const OpClass *> Order, const OpTable &Table) {
  std::vector<unsigned> Ranks(Table.size(), unsigned(Order.size()));
  for (unsigned I = 0; I != Order.size(); ++I)
    if (std::optional<unsigned> Index = Table.indexOf(*Order[I]))
      Ranks[*Index] = I;
  return Ranks;
}

unsigned answerRank(const LabelledWindow &L, ArrayRef<unsigned> Ranks) {
  unsigned Best = ~0u;
  for (const auto &Answer : L.Answers) {
    unsigned Last = 0;
    for (unsigned C : Answer)
      Last = std::max(Last, Ranks[C]);
    Best = std::min(Best, Last);
  }
  return Best;
}

namespace {
class CoOccurrence final : public CandidateRanker {
public:
  CoOccurrence(const OpTable &Table, ArrayRef<const LabelledWindow *> Train, bool PerCandidate)
      : Table(Table), PerCandidate(PerCandidate) {
    Frequency.resize(Table.size());
    for (const LabelledWindow *L : Train) {
      ++NumWindows;
      for (Example::Label C : L->labels()) {
        Frequency[C.Output] += C.Share;
        for (const std::string &T : tokens(L->W))
          Counts[T].OfClass[C.Output] += C.Share;
      }
      for (const std::string &T : tokens(L->W))
        ++Counts[T].Windows;
    }
  }

  StringRef name() const override { return PerCandidate ? "co-occurrence/work" : "co-occurrence"; }

  std::vector<const OpClass *> order(const Window &W, ArrayRef<const OpClass *> Pool) override {
    std::vector<double> Scores = score(W);
    std::vector<std::pair<double, const OpClass *>> All;
    for (const OpClass *C : Pool) {
      std::optional<unsigned> Index = Table.indexOf(*C);
      double Work = PerCandidate ? workPenalty(C->leader()) : 0;
      All.push_back({Index ? Scores[*Index] - Work : -INFINITY, C});
    }
    std::sort(All.begin(), All.end(), [](const auto &A, const auto &B) {
      return A.first != B.first ? A.first > B.first : A.second->Id < B.second->Id;
    });
    std::vector<const OpClass *> Order;
    for (auto &[Score, C] : All)
      Order.push_back(C);
    return Order;
  }

  void tune(ArrayRef<const LabelledWindow *> Validation) {
    std::vector<const OpClass *> Pool;
    for (const OpClass &C : Table.isa().classes())
      Pool.push_back(&C);
    double Best = INFINITY, BestMix = Mix;
    for (double Try : {0.0, 0.1, 0.25, 0.5, 0.75, 1.0}) {
      Mix = Try;
      double Sum = 0;
      for (size_t I = 0; I < Validation.size(); I += std::max<size_t>(1, Validation.size() / 300))
        Sum +=
            std::log1p(answerRank(*Validation[I], ranksOf(order(Validation[I]->W, Pool), Table)));
      if (Sum < Best)
        Best = Sum, BestMix = Try;
    }
    Mix = BestMix;
  }

private:
  struct Count {
    unsigned Windows = 0;
    std::map<uint32_t, double> OfClass;
  };

  std::vector<std::string> tokens(const Window &W) const {
    std::vector<std::string> Out;
    const Program &P = W.Source;
    for (const Node &N : P.Nodes)
      Out.push_back(N.R->isGeneric() ? N.R->Name : std::to_string(Table.indexOf(*N.R)));
    for (unsigned Id : P.Outputs) {
      Out.push_back("out " + W.typeOf(P, Id).str());
      if (Id >= W.numLeaves())
        Out.push_back("root " + Out[Id - W.numLeaves()]);
    }
    Out.push_back("nodes " + std::to_string(P.Nodes.size()));
    llvm::sort(Out);
    Out.erase(std::unique(Out.begin(), Out.end()), Out.end());
    return Out;
  }

  std::vector<double> score(const Window &W) const {
    std::vector<double> Prior(Table.size()), Scores(Table.size());
    for (unsigned C = 0; C != Table.size(); ++C) {
      Prior[C] = (Frequency[C] + 0.1) / (NumWindows + 0.2);
      Scores[C] = std::log(Prior[C]);
    }
    const double Smooth = 2;
    for (const std::string &T : tokens(W)) {
      auto It = Counts.find(T);
      if (It == Counts.end())
        continue;
      const Count &N = It->second;
      for (unsigned C = 0; C != Table.size(); ++C) {
        auto Both = N.OfClass.find(C);
        double Given = ((Both == N.OfClass.end() ? 0 : Both->second) + Smooth * Prior[C]) /
                       (N.Windows + Smooth);
        Scores[C] += Mix * std::log(Given / Prior[C]);
      }
    }
    return Scores;
  }

  const OpTable Table;
  const bool PerCandidate;
  double Mix = 0.5;
  unsigned NumWindows = 0;
  std::vector<double> Frequency;
  std::map<std::string, Count> Counts;
};

class RandomOrder final : public CandidateRanker {
public:
  explicit RandomOrder(uint64_t Seed) : Seed(Seed) {}
  StringRef name() const override { return "random"; }
  std::vector<const OpClass *> order(const Window &W, ArrayRef<const OpClass *> Pool) override {
    std::mt19937_64 Random(Seed ^ xxh3_64bits(printWindow(W)));
    std::vector<const OpClass *> Order(Pool.begin(), Pool.end());
    for (size_t I = Order.size(); I > 1; --I)
      std::swap(Order[I - 1], Order[Random() % I]);
    return Order;
  }

private:
  uint64_t Seed;
};
} // namespace

std::unique_ptr<CandidateRanker> makeCoOccurrenceRanker(const OpTable &Table,
                                                        ArrayRef<const LabelledWindow *> Train,
                                                        ArrayRef<const LabelledWindow *> Validation,
                                                        bool PerCandidate) {
  auto Ranker = std::make_unique<CoOccurrence>(Table, Train, PerCandidate);
  Ranker->tune(Validation);
  return Ranker;
}

std::unique_ptr<CandidateRanker> makeRandomRanker(uint64_t Seed) {
  return std::make_unique<RandomOrder>(Seed);
}

std::vector<const OpClass *> oracleOrder(const LabelledWindow &L, const OpTable &Table,
                                         std::vector<const OpClass *> Order) {
  std::vector<unsigned> Ranks = ranksOf(Order, Table);
  auto Badness = [&](const std::vector<unsigned> &Answer) {
    unsigned Last = 0;
    for (unsigned C : Answer)
      Last = std::max(Last, Ranks[C]);
    return std::pair(Answer.size(), Last);
  };
  const auto &Answer = *std::min_element(L.Answers.begin(), L.Answers.end(),
                                         [&](auto &A, auto &B) { return Badness(A) < Badness(B); });
  auto Needed = [&](const OpClass *C) {
    std::optional<unsigned> Index = Table.indexOf(*C);
    return Index && is_contained(Answer, *Index);
  };
  std::vector<const OpClass *> Out;
  copy_if(Order, std::back_inserter(Out), Needed);
  copy_if(Order, std::back_inserter(Out), [&](const OpClass *C) { return !Needed(C); });
  return Out;
}

} // namespace whittle
