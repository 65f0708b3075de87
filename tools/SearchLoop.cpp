//===- tools/SearchLoop.cpp - Search, prove, store, window by window -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/SearchLoop.h"
#include "enumerate/Search.h"
#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include "tools/LearnModule.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <csignal>
#include <map>
#include <set>

using namespace llvm;

namespace whittle {

std::atomic<bool> &interruptFlag() {
  static std::atomic<bool> Flag{false};
  return Flag;
}

void catchInterrupts() {
  interruptFlag(); // made before a handler can run
  auto Handler = [](int) { interruptFlag() = true; };
  std::signal(SIGINT, Handler);
  std::signal(SIGTERM, Handler);
}

RuleEvidence evidenceOf(const Rule &R, const VerifyResult &V, StringRef FoundBy) {
  RuleEvidence E;
  E.Method = V.Method;
  E.Solvers = join(V.E.Solvers, ",");
  E.Assumptions = V.E.Assumptions;
  E.Slices = V.E.Slices;
  E.DistinctSlices = V.E.DistinctSlices;
  E.BySyntax = V.E.BySyntax;
  E.BySolver = V.E.BySolver;
  E.LLVMVersion = LLVM_VERSION_STRING;
  E.ProverVersion = join(solverVersions(), ", ");
  E.FoundBy = FoundBy.str();
  E.Seconds = V.E.Seconds;
  std::set<const Row *> Rows;
  for (const Program *P : {&R.W.Source, &R.Target})
    for (const Node &N : P->Nodes)
      if (!N.R->isGeneric())
        Rows.insert(N.R);
  std::map<std::string, Hash128> Hashes;
  for (const Row *Row : Rows) {
    Hashes[Row->Name] = rowHash(*Row);
    E.Confirmed &= isConfirmed(*R.W.Isa, *Row);
  }
  E.RowHashes.assign(Hashes.begin(), Hashes.end());
  return E;
}

namespace {
using Clock = std::chrono::steady_clock;
double since(Clock::time_point T) {
  return std::chrono::duration<double>(Clock::now() - T).count();
}

class Loop {
public:
  Loop(RuleDb &Db, const LoopOptions &O) : Db(Db), O(O), Start(Clock::now()) {}

  Expected<LoopSummary> run() {
    Expected<std::vector<QueuedWindow>> Queue =
        Db.windows(O.Resume ? std::optional(WindowState::Pending) : std::nullopt);
    if (!Queue)
      return Queue.takeError();
    std::erase_if(*Queue, [&](const QueuedWindow &Q) {
      return Q.State == WindowState::Solved ||
             (Q.Id.Bytes[0] * 256u + Q.Id.Bytes[1]) % O.Shards != O.Shard;
    });
    Sum.Windows = unsigned(Queue->size());
    // Answers of at most two instructions are cheap to look for everywhere;
    // what time is left goes to longer ones.
    std::set<Hash128> Done;
    for (unsigned Depth : {std::min(2u, O.MaxInstructions), O.MaxInstructions}) {
      for (size_t I = 0; I != Queue->size(); ++I) {
        const QueuedWindow &Q = (*Queue)[I];
        if (Done.count(Q.Id))
          continue;
        double Left = O.Seconds - since(Start);
        if (Left <= 0 || interruptFlag())
          break;
        double Share =
            Depth <= 2 ? O.WindowSeconds : std::max(0.5, Left / double(Queue->size() - I));
        bool Last = Depth == O.MaxInstructions;
        Expected<bool> Finished = one(Q, Depth, std::min({Share, O.WindowSeconds, Left}), Last);
        if (!Finished)
          return Finished.takeError();
        if (*Finished)
          Done.insert(Q.Id);
        if (O.Progress)
          progress(I + 1, Queue->size(), Depth);
      }
      if (Depth == O.MaxInstructions)
        break;
    }
    if (O.Progress)
      errs() << "\n";
    Sum.Seconds = since(Start);
    Sum.Interrupted = interruptFlag();
    return Sum;
  }

private:
  Expected<const MCSubtargetInfo *> subtarget(const TargetIsa &Isa, const std::string &CPU) {
    std::unique_ptr<MCSubtargetInfo> &S = Subtargets[{Isa.arch().str(), CPU}];
    if (!S) {
      Expected<std::unique_ptr<MCSubtargetInfo>> New = Isa.subtarget(CPU);
      if (!New)
        return New.takeError();
      S = std::move(*New);
    }
    return S.get();
  }

  Expected<CandidateRanker *> ranker(const TargetIsa &Isa) {
    std::unique_ptr<CandidateRanker> &R = Rankers[Isa.arch().str()];
    if (!R) {
      if (O.Policy.empty()) {
        R = makeCostRanker();
      } else {
        Expected<LearnModule *> Module = learnModule();
        if (!Module)
          return Module.takeError();
        Expected<std::unique_ptr<CandidateRanker>> P = (*Module)->loadPolicy(Isa, O.Policy);
        if (!P)
          return P.takeError();
        R = std::move(*P);
      }
    }
    return R.get();
  }

  /// True if the window needs no further round.
  Expected<bool> one(const QueuedWindow &Q, unsigned Depth, double Seconds, bool LastRound) {
    Expected<const MCSubtargetInfo *> STI = subtarget(*Q.W.Isa, Q.CPU);
    if (!STI)
      return STI.takeError();
    Expected<CandidateRanker *> Ranker = ranker(*Q.W.Isa);
    if (!Ranker)
      return Ranker.takeError();
    SearchOptions S;
    S.MaxInstructions = Depth;
    S.Seconds = Seconds;
    S.Threads = O.Jobs;
    S.Seed = O.Seed;
    S.STI = *STI;
    S.Stop = &interruptFlag();
    Expected<SearchResult> Result =
        search(Q.W, S, **Ranker, [&](const Rule &R) { return prove(R); });
    if (!Result)
      return Result.takeError();
    Sum.Candidates += Result->Candidates;
    Sum.Refuted += Result->Refuted;
    Sum.Unknown += Result->Unknown;

    std::vector<std::pair<Rule, RuleEvidence>> Rules;
    if (!Result->Proved.empty()) {
      // The cheapest, with no fact that its proof does not need.
      Expected<Rule> Weak = weakenFacts(Result->Proved.front());
      if (!Weak)
        return Weak.takeError();
      canonicalize(*Weak);
      Expected<VerifyResult> V = verify(*Weak);
      if (!V)
        return V.takeError();
      if (std::holds_alternative<Proved>(V->V)) {
        Rules.emplace_back(*Weak, evidenceOf(*Weak, *V, "search"));
        ++Sum.Proved;
      }
    }
    bool Solved = !Rules.empty();
    Sum.Solved += Solved;
    if (!Solved && (!LastRound || interruptFlag()))
      return false; // stays pending
    SearchRecord Rec;
    Rec.Candidates = Result->Candidates;
    Rec.Refuted = Result->Refuted;
    Rec.Unknown = Result->Unknown;
    Rec.Settings = "max-instructions=" + std::to_string(Depth) + " seed=" + std::to_string(O.Seed) +
                   " order=" + (*Ranker)->name().str();
    unsigned New = 0;
    WindowState State = Solved            ? WindowState::Solved
                        : Result->Unknown ? WindowState::Unknown
                                          : WindowState::Searched;
    if (Error E = Db.finishWindow(Q.Id, State, Rec, Rules, &New))
      return std::move(E);
    Sum.RulesAdded += New;
    return true;
  }

  CandidateVerdict prove(const Rule &R) {
    CandidateVerdict C;
    Expected<VerifyResult> V = verify(R);
    if (!V) {
      errs() << "whittle: " << toString(V.takeError()) << "\n";
      return C;
    }
    if (std::holds_alternative<Proved>(V->V)) {
      C.K = CandidateVerdict::Proved;
    } else if (auto *X = std::get_if<Counterexample>(&V->V)) {
      C.K = CandidateVerdict::Refuted;
      C.Counterexample = X->Leaves;
    } else if (std::holds_alternative<Killed>(V->V)) {
      C.K = CandidateVerdict::Killed;
    }
    return C;
  }

  void progress(size_t I, size_t N, unsigned Depth) {
    double T = since(Start);
    errs() << format("\r%zu/%zu windows (to %u instructions)  %.3g candidates/s  %u rules  %u "
                     "refuted  %u unknown  %.0f s left ",
                     I, N, Depth, double(Sum.Candidates) / std::max(T, 1e-3), Sum.Proved,
                     Sum.Refuted, Sum.Unknown, std::max(0.0, O.Seconds - T));
  }

  RuleDb &Db;
  const LoopOptions &O;
  Clock::time_point Start;
  LoopSummary Sum;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<MCSubtargetInfo>> Subtargets;
  std::map<std::string, std::unique_ptr<CandidateRanker>> Rankers;
};
} // namespace

Expected<LoopSummary> searchWindows(RuleDb &Db, const LoopOptions &O) {
  catchInterrupts();
  return Loop(Db, O).run();
}

} // namespace whittle
