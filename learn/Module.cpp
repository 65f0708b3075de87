//===- learn/Module.cpp - What the module does for whittle ------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The module has its own copy of isa/ and enumerate/: it works with the
// TargetIsa that it is handed and opens none, since rows are told apart by
// address.
//
//===----------------------------------------------------------------------===//

#include "learn/Baselines.h"
#include "learn/Dataset.h"
#include "learn/Evaluate.h"
#include "learn/Features.h"
#include "learn/Learn.h"
#include "learn/Policy.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

using namespace llvm;

namespace whittle {
namespace {

constexpr unsigned HiddenUnits = 256;
/// How often a window of a proved rule counts, next to one of the enumeration.
constexpr unsigned SolvedCopies = 4;

DatasetOptions datasetOptions(const TrainOptions &O) {
  DatasetOptions D;
  D.Seed = O.Seed;
  D.Threads = O.Threads;
  D.MaxClasses = O.MaxClasses;
  D.Seconds = O.Seconds * 0.5;
  return D;
}

class Module final : public LearnModule {
public:
  Error train(const TargetIsa &Isa, const std::vector<SolvedWindow> &Solved, const TrainOptions &O,
              const std::string &Path, raw_ostream &Log) override {
    auto Start = std::chrono::steady_clock::now();
    if (Error E = checkWritable(Path))
      return E;
    OpTable Table(Isa);
    Expected<Dataset> Data = buildDataset(Table, datasetOptions(O), Log);
    if (!Data)
      return Data.takeError();
    std::vector<LabelledWindow> Extra;
    unsigned HeldOut = 0;
    for (const SolvedWindow &S : Solved) {
      if (S.W.Isa != &Isa)
        continue;
      LabelledWindow L = labelSolved(S, Table);
      if (L.Side == Split::Test)
        ++HeldOut;
      else if (!L.Answers.front().empty())
        Extra.push_back(std::move(L));
    }
    std::vector<const LabelledWindow *> Train = Data->side(Split::Train),
                                        Validation = Data->side(Split::Validation);
    for (const LabelledWindow &L : Extra)
      for (unsigned K = 0; K != SolvedCopies; ++K)
        (L.Side == Split::Train ? Train : Validation).push_back(&L);
    if (Train.empty())
      return createStringError(inconvertibleErrorCode(),
                               "no windows to train on: the enumeration over " + Isa.arch() +
                                   " found none");
    Log << format("train: %zu windows, %zu for validation, %zu held out for eval; %zu of them from "
                  "proved rules, "
                  "%u of those held out\n",
                  Train.size(), Validation.size(), Data->side(Split::Test).size() + HeldOut,
                  Extra.size() + HeldOut, HeldOut);

    FitOptions F;
    F.Seed = O.Seed;
    F.Threads = O.Threads;
    std::chrono::duration<double> Spent = std::chrono::steady_clock::now() - Start;
    F.Seconds = std::max(0.0, (O.Seconds - Spent.count()) * 0.9);
    F.Progress = [&](unsigned Epoch, double TrainLoss, double ValidationLoss) {
      std::chrono::duration<double> Now = std::chrono::steady_clock::now() - Start;
      Log << format("train: epoch %u: loss %.4f, validation %.4f (%.0f s)\n", Epoch, TrainLoss,
                    ValidationLoss, Now.count());
      Log.flush();
    };
    NetShape Shape{FeatureLayout(Table.size()).size(), HiddenUnits, Table.size()};
    Expected<Net> N = fitNet(Shape, examplesOf(Train, Table), examplesOf(Validation, Table), F);
    if (!N)
      return N.takeError();
    PolicyData P;
    P.Target = Isa.arch().str();
    P.Seed = O.Seed;
    P.TrainingWindows = Train.size();
    P.TableHash = Table.hash();
    P.Meanings = Table.meanings().vec();
    P.N = std::move(*N);
    return writePolicy(P, Path);
  }

  Expected<std::unique_ptr<CandidateRanker>> loadPolicy(const TargetIsa &Isa,
                                                        const std::string &Path) override {
    Expected<PolicyData> P = readPolicy(Path);
    if (!P)
      return P.takeError();
    Expected<std::unique_ptr<Policy>> Ranker = Policy::create(Isa, std::move(*P), Path);
    if (!Ranker)
      return Ranker.takeError();
    return std::move(*Ranker);
  }

  Expected<EvalReport> evaluate(const TargetIsa &Isa, const std::string &Path,
                                const TrainOptions &O, uint64_t Budget, raw_ostream &Log) override {
    // Before the work: a bad file is told at once.
    Expected<std::unique_ptr<CandidateRanker>> Policy = loadPolicy(Isa, Path);
    if (!Policy)
      return Policy.takeError();
    OpTable Table(Isa);
    Expected<Dataset> Data = buildDataset(Table, datasetOptions(O), Log);
    if (!Data)
      return Data.takeError();
    std::vector<const LabelledWindow *> Train = Data->side(Split::Train),
                                        Validation = Data->side(Split::Validation);
    std::unique_ptr<CandidateRanker> Counts =
                                         makeCoOccurrenceRanker(Table, Train, Validation, false),
                                     PerCandidate =
                                         makeCoOccurrenceRanker(Table, Train, Validation, true);
    CompareOptions C;
    C.Budget = Budget;
    C.Seed = O.Seed;
    C.Threads = O.Threads;
    C.Seconds = O.Seconds * 0.5;
    Expected<Evaluator *> E = Evaluator::shared(Isa);
    if (!E)
      return E.takeError();
    return compareOrders(Table, Data->side(Split::Test), **Policy,
                         {Counts.get(), PerCandidate.get()}, **E, C, Log);
  }
};

} // namespace

// Found by dlsym: exported whatever the default visibility of the build.
extern "C" __attribute__((visibility("default"))) LearnModule *whittleLearnModule() {
  static Module TheModule;
  return &TheModule;
}

} // namespace whittle
