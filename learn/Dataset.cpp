//===- learn/Dataset.cpp - Windows with known cheapest answers --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Dataset.h"
#include "learn/Features.h"
#include "learn/Groups.h"
#include "learn/TestCheck.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <set>

using namespace llvm;

namespace whittle {

std::vector<Example::Label> LabelledWindow::labels() const {
  std::map<uint32_t, unsigned> Count;
  for (const auto &A : Answers)
    for (unsigned C : A)
      ++Count[C];
  std::vector<Example::Label> Out;
  for (auto [C, N] : Count)
    Out.push_back({C, float(N) / float(Answers.size())});
  return Out;
}

bool LabelledWindow::needsNewOpcode(const OpTable &Table) const {
  std::set<unsigned> Has;
  for (const Node &N : W.Source.Nodes)
    if (!N.R->isGeneric())
      Has.insert(Table.indexOf(*N.R));
  return none_of(Answers, [&](const std::vector<unsigned> &A) {
    return std::includes(Has.begin(), Has.end(), A.begin(), A.end());
  });
}

std::vector<const LabelledWindow *> Dataset::side(Split S) const {
  std::vector<const LabelledWindow *> Out;
  for (const LabelledWindow &L : Windows)
    if (L.Side == S)
      Out.push_back(&L);
  return Out;
}

LabelledWindow labelSolved(const SolvedWindow &S, const OpTable &Table) {
  LabelledWindow L;
  L.W = S.W;
  L.Known = {S.W, S.Answer};
  std::set<unsigned> Classes;
  for (const Node &N : S.Answer.Nodes)
    if (!N.R->isGeneric()) {
      Classes.insert(Table.indexOf(*N.R));
      ++L.AnswerInstructions;
    }
  L.Answers.push_back({Classes.begin(), Classes.end()});
  L.Skeleton = skeleton(L.W);
  L.Side = splitOf(L.Skeleton);
  return L;
}

std::vector<Example> examplesOf(ArrayRef<const LabelledWindow *> Windows, const OpTable &Table) {
  std::vector<Example> Out;
  for (const LabelledWindow *L : Windows)
    Out.push_back({featuresOf(L->W, Table), L->labels()});
  return Out;
}

namespace {
/// Which opcode families met in one class of equal programs: what small pools
/// are drawn from.
class Related {
public:
  void meet(StringRef A, StringRef B) {
    if (A != B) {
      ++Met[A.str()][B.str()];
      ++Met[B.str()][A.str()];
    }
  }
  void learn(const Closure &C, ArrayRef<Groups::Range> All) {
    const Space &S = C.space();
    for (Groups::Range G : All) {
      // Of large classes the ends: what is cheapest and what is dearest.
      StringRef Cheapest = S.Ops[G.front().R.Op].Family;
      for (const Member &M : G.take_back(8)) {
        meet(Cheapest, S.Ops[M.R.Op].Family);
        for (unsigned K = 0; K != S.Ops[M.R.Op].R->Ins.size(); ++K)
          if (M.R.Args[K] >= S.Leaves.size())
            meet(Cheapest, S.Ops[C.values()[M.R.Args[K]].R.Op].Family);
      }
    }
  }
  /// \p N families: a random one of \p All and those that a random walk from it
  /// meets, or random ones where the walk ends.
  std::set<std::string> draw(const std::vector<std::string> &All, unsigned N,
                             std::mt19937_64 &Random) const {
    std::set<std::string> Drawn;
    std::string At = All[Random() % All.size()];
    for (unsigned Tries = 0; Drawn.size() < N && Tries != 8 * N; ++Tries) {
      Drawn.insert(At);
      auto It = Met.find(At);
      if (It == Met.end() || Random() % 4 == 0) {
        At = All[Random() % All.size()];
        continue;
      }
      auto Next = It->second.begin();
      std::advance(Next, long(Random() % It->second.size()));
      At = Next->first;
    }
    return Drawn;
  }

private:
  std::map<std::string, std::map<std::string, unsigned>> Met;
};

class Builder {
public:
  Builder(const OpTable &Table, const DatasetOptions &O, raw_ostream &Log)
      : Table(Table), O(O), Log(Log), Start(std::chrono::steady_clock::now()) {}

  Error build() {
    auto E = Evaluator::shared(Table.isa());
    if (!E)
      return E.takeError();
    for (Space &S : makeSpaces(Table.isa())) {
      if (Error Err = openSpace(S, Table.isa(), **E, O.OnlyRows, O.Seed))
        return Err;
      if (S.Ops.empty())
        continue;
      if (Error Err = enumerateSpace(S, **E))
        return Err;
    }
    Data.Seconds = seconds();
    return Error::success();
  }
  Dataset take() { return std::move(Data); }

private:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - Start).count();
  }
  bool late() {
    if (seconds() < O.Seconds)
      return false;
    if (Data.Complete)
      Log << "dataset: out of time; what follows depends on this machine's speed\n";
    Data.Complete = false;
    return true;
  }

  Error enumerateSpace(const Space &S, Evaluator &E) {
    std::mt19937_64 Random(O.Seed ^ xxh3_64bits(S.Name));
    Closure C(S, O.Threads);
    size_t Limit = size_t(S.Share * double(O.MaxClasses) * ProgramsPerClass);
    std::vector<std::string> Families = familiesOf(S);

    std::vector<unsigned> Base(S.NumVariables + S.BaseConstants);
    std::iota(Base.begin(), Base.end(), 0);
    // Broad: pairs of all instructions, or of as many as fit.
    std::vector<uint32_t> Pool = broadPool(C, Base, Families, double(Limit) * BroadShare, Random);
    C.run(Pool, Base, 2, Limit, 0, 0);
    size_t Broad = C.members().size();
    Related Rel;
    {
      Groups G(C, Table);
      Rel.learn(C, G.reducible());
    }
    // Deep: three instructions, and some of four, over few related ones.
    unsigned Pools = 0;
    while (C.members().size() < Limit && Pools < Limit / 1000 + 2 && !late()) {
      std::vector<uint32_t> Few =
          deepPool(S, Rel.draw(Families, 2 + unsigned(Random() % 4), Random), Random);
      std::vector<unsigned> Leaves = Base;
      for (unsigned K = 0; K != 2 && Base.size() != S.Leaves.size(); ++K) {
        unsigned Extra = unsigned(Base.size() + Random() % (S.Leaves.size() - Base.size()));
        if (!is_contained(Leaves, Extra))
          Leaves.push_back(Extra);
      }
      size_t Most = std::min(DeepLimit, Limit - C.members().size());
      C.run(Few, Leaves, 3, Most, Most / 4, Random());
      ++Pools;
    }
    Data.Programs += C.members().size();
    size_t Windows = Data.Windows.size(), Classes = Data.Classes;
    if (Error Err = takeWindows(C, size_t(S.Share * double(O.MaxClasses)), E, Random))
      return Err;
    Log << format("dataset: %s: %zu of %zu instruction instances in pairs, %zu programs; %u pools "
                  "of triples, "
                  "%zu programs; %zu classes, %zu windows (%.0f s)\n",
                  S.Name.c_str(), Pool.size(), S.Ops.size(), Broad, Pools,
                  C.members().size() - Broad, Data.Classes - Classes, Data.Windows.size() - Windows,
                  seconds());
    return Error::success();
  }

  static std::vector<std::string> familiesOf(const Space &S) {
    std::set<std::string> All;
    for (const OpInstance &Op : S.Ops)
      All.insert(Op.Family);
    return {All.begin(), All.end()};
  }

  static void shuffle(MutableArrayRef<uint32_t> Items, std::mt19937_64 &Random) {
    for (size_t I = Items.size(); I > 1; --I)
      std::swap(Items[I - 1], Items[Random() % I]);
  }

  /// Whole families, drawn until about \p Limit pairs.
  std::vector<uint32_t> broadPool(const Closure &C, ArrayRef<unsigned> Leaves,
                                  std::vector<std::string> Families, double Limit,
                                  std::mt19937_64 &Random) const {
    const Space &S = C.space();
    std::vector<uint32_t> Pool;
    for (size_t I = Families.size(); I > 1; --I)
      std::swap(Families[I - 1], Families[Random() % I]);
    for (const std::string &F : Families) {
      size_t Before = Pool.size();
      for (uint32_t Op = 0; Op != S.Ops.size(); ++Op)
        if (S.Ops[Op].Family == F)
          Pool.push_back(Op);
      if (C.estimate(Pool, Leaves) > Limit && Before)
        Pool.resize(Before);
    }
    shuffle(Pool, Random);
    return Pool;
  }

  /// Of each family a few instances, mostly of one element width.
  static std::vector<uint32_t> deepPool(const Space &S, const std::set<std::string> &Families,
                                        std::mt19937_64 &Random) {
    std::vector<uint32_t> Pool;
    char Element = "BWDQ"[Random() % 4];
    for (const std::string &F : Families) {
      std::vector<uint32_t> Fit, Other;
      for (uint32_t Op = 0; Op != S.Ops.size(); ++Op)
        if (S.Ops[Op].Family == F)
          (S.Ops[Op].Element == Element || !S.Ops[Op].Element ? Fit : Other).push_back(Op);
      shuffle(Fit, Random);
      shuffle(Other, Random);
      if (Random() % 4 == 0 || Fit.empty())
        Fit.insert(Fit.end(), Other.begin(), Other.end());
      Fit.resize(std::min<size_t>(Fit.size(), 3));
      Pool.insert(Pool.end(), Fit.begin(), Fit.end());
    }
    shuffle(Pool, Random);
    return Pool;
  }

  Error takeWindows(Closure &C, size_t MaxClasses, Evaluator &E, std::mt19937_64 &Random) {
    Groups G(C, Table);
    std::vector<Groups::Range> All = G.reducible();
    // A third each to answers of three instructions, of two, of one; what one
    // cannot fill the next takes.
    std::vector<Groups::Range> ByLength[3];
    for (Groups::Range R : All)
      ByLength[std::clamp<int>(R.front().Instructions, 1, 3) - 1].push_back(R);
    for (int Length = 3; Length >= 1; --Length) {
      std::vector<Groups::Range> &Some = ByLength[Length - 1];
      for (size_t I = Some.size(); I > 1; --I)
        std::swap(Some[I - 1], Some[Random() % I]);
      size_t Quota = MaxClasses / size_t(Length), Taken = 0;
      for (size_t I = 0; I != Some.size() && Taken < Quota; ++I) {
        Expected<bool> Any = takeClass(G, Some[I], E, Random);
        if (!Any)
          return Any.takeError();
        Taken += *Any;
      }
      MaxClasses -= Taken;
      Data.Classes += Taken;
    }
    return Error::success();
  }

  /// True if a window was taken.
  Expected<bool> takeClass(const Groups &G, Groups::Range R, Evaluator &E,
                           std::mt19937_64 &Random) {
    std::vector<const Member *> Dear;
    for (const Member &M : R)
      if (M.Weight > R.front().Weight)
        Dear.push_back(&M);
    for (size_t I = Dear.size(); I > 1; --I)
      std::swap(Dear[I - 1], Dear[Random() % I]);
    // Copying the source's opcodes is learnt soon: one such window a class.
    unsigned Taken = 0, Copies = 0;
    for (size_t I = 0; I != std::min<size_t>(Dear.size(), 8) && Taken < WindowsPerClass; ++I) {
      std::optional<LabelledWindow> L = G.window(*Dear[I], R);
      if (!L || (!L->needsNewOpcode(Table) && ++Copies > 1) ||
          ++PerSkeleton[L->Skeleton] > WindowsPerSkeleton)
        continue;
      // Equal on tests that made no fingerprint, too.
      auto Difference = findDifference(L->Known, E, 256, Random);
      if (!Difference)
        return Difference.takeError();
      if (*Difference)
        continue;
      Data.Windows.push_back(std::move(*L));
      ++Taken;
    }
    return Taken != 0;
  }

  static constexpr double ProgramsPerClass = 1000, BroadShare = 0.5;
  static constexpr size_t DeepLimit = 50000;
  static constexpr unsigned WindowsPerClass = 4, WindowsPerSkeleton = 12;

  const OpTable &Table;
  const DatasetOptions &O;
  raw_ostream &Log;
  std::chrono::steady_clock::time_point Start;
  std::map<std::string, unsigned> PerSkeleton;
  Dataset Data;
};
} // namespace

Expected<Dataset> buildDataset(const OpTable &Table, const DatasetOptions &O, raw_ostream &Log) {
  Builder B(Table, O, Log);
  if (Error E = B.build())
    return std::move(E);
  return B.take();
}

} // namespace whittle
