//===- tools/SearchLoop.cpp - Search, prove, store, window by window -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/SearchLoop.h"
#include "enumerate/Rewrite.h"
#include "isa/LoopRule.h"
#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include "tools/LearnModule.h"
#include "verify/Generalize.h"
#include "verify/Lift.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <csignal>
#include <limits>
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

CandidateVerdict candidateVerdict(const VerifyResult &V) {
  CandidateVerdict C;
  if (std::holds_alternative<Proved>(V.V)) {
    C.K = CandidateVerdict::Proved;
  } else if (auto *X = std::get_if<Counterexample>(&V.V)) {
    C.K = CandidateVerdict::Refuted;
    C.Counterexample = X->Leaves;
  } else if (std::holds_alternative<Killed>(V.V)) {
    C.K = CandidateVerdict::Killed;
  }
  return C;
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

/// Seconds after the end that proofs of what is found may take.
constexpr double OverTime = 10;

class Loop {
public:
  Loop(RuleDb &Db, const LoopOptions &O) : Db(Db), O(O), Start(Clock::now()) {}

  Expected<LoopSummary> run() {
    Expected<std::vector<QueuedWindow>> Queue = Db.windows(std::nullopt);
    if (!Queue)
      return Queue.takeError();
    std::erase_if(*Queue, [&](const QueuedWindow &Q) {
      return Q.State == WindowState::Solved || shardOf(Q.Id) != O.Shard;
    });
    Sum.Windows = unsigned(Queue->size());
    // What may be saved most comes first: an instruction of each sighting, say.
    llvm::sort(*Queue, [](const QueuedWindow &A, const QueuedWindow &B) {
      return std::pair(gain(B), A.Id) < std::pair(gain(A), B.Id);
    });
    if (O.Resume) {
      Expected<std::map<Hash128, std::set<std::string>>> Before = Db.searches();
      if (!Before)
        return Before.takeError();
      Searched = std::move(*Before);
    }
    std::vector<Round> Rounds = rounds();
    std::set<Hash128> Done;
    for (const Round &R : Rounds) {
      bool Last = &R == &Rounds.back();
      for (size_t I = 0; I != Queue->size(); ++I) {
        const QueuedWindow &Q = (*Queue)[I];
        if (Done.count(Q.Id))
          continue;
        double Left = left();
        if (Left <= 0 || interruptFlag())
          break;
        // Windows of the last round share what time is left.
        double Share = Last ? std::max(0.5, Left / double(Queue->size() - I)) : Left;
        double Limit = O.WindowSeconds > 0 ? std::min(Share, O.WindowSeconds) : Share;
        Expected<bool> Finished = one(Q, R, std::min(Limit, Left), Last);
        if (!Finished)
          return Finished.takeError();
        if (*Finished)
          Done.insert(Q.Id);
        if (O.Progress)
          progress(I + 1, Queue->size(), R);
      }
    }
    if (O.Progress)
      errs() << "\n";
    Sum.Seconds = since(Start);
    Sum.Interrupted = interruptFlag();
    return Sum;
  }

private:
  /// One pass over all windows that are not solved yet.
  struct Round {
    unsigned Depth;      ///< instructions in an answer
    uint64_t Candidates; ///< for one window; 0: all
  };

  /// Budgets grow: short answers are cheap to look for everywhere, and a window that
  /// a small part of the space solves need not wait for the whole of another's.
  std::vector<Round> rounds() const {
    static constexpr Round Plan[] = {{1, 0}, {2, 1'000'000},     {2, 50'000'000},
                                     {2, 0}, {3, 1'000'000'000}, {3, 0}};
    std::vector<Round> Rounds;
    for (Round R : Plan) {
      if (O.Candidates && (!R.Candidates || R.Candidates > O.Candidates))
        R.Candidates = O.Candidates;
      bool Same = !Rounds.empty() && Rounds.back().Depth == R.Depth &&
                  Rounds.back().Candidates == R.Candidates;
      if (R.Depth <= O.MaxInstructions && !Same)
        Rounds.push_back(R);
    }
    return Rounds;
  }

  unsigned shardOf(const Hash128 &Id) const {
    return unsigned(support::endian::read64be(Id.Bytes.data()) % O.Shards);
  }

  static uint64_t gain(const QueuedWindow &Q) {
    return Q.Sightings * staticCost(Q.W, Q.W.Source).Weight;
  }

  double left() const {
    return O.Seconds > 0 ? O.Seconds - since(Start) : std::numeric_limits<double>::infinity();
  }

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

  /// What the known rules make of a window, if they make it cheaper.
  std::optional<StaticCost> knownCost(const QueuedWindow &Q, const MCSubtargetInfo &STI) {
    if (!O.Known)
      return std::nullopt;
    auto [It, New] = KnownCosts.try_emplace(Q.Id);
    if (!New)
      return It->second;
    auto Runs = [&](const Node &N) {
      auto Legal = [&](const Row *R) {
        return R->Features.empty() || STI.checkFeatures(R->Features);
      };
      return N.R->isGeneric() || any_of(Q.W.Isa->classOf(*N.R).Members, Legal);
    };
    Window Wider = Q.W;
    Program Least = O.Known->reduce(Wider, Q.W.Source, [&](const Rule &R) {
      return R.W.Isa == Q.W.Isa && all_of(R.Target.Nodes, Runs);
    });
    if (StaticCost Cost = staticCost(Wider, Least); Cost < staticCost(Q.W, Q.W.Source)) {
      It->second = Cost;
      ++Sum.Known;
    }
    return It->second;
  }

  /// True if the window needs no further round.
  Expected<bool> one(const QueuedWindow &Q, const Round &Now, double Seconds, bool LastRound) {
    if (Q.W.isLoop())
      return lemma(Q);
    Expected<const MCSubtargetInfo *> STI = subtarget(*Q.W.Isa, Q.CPU);
    if (!STI)
      return STI.takeError();
    Expected<CandidateRanker *> Ranker = ranker(*Q.W.Isa);
    if (!Ranker)
      return Ranker.takeError();
    SearchRecord Rec;
    Rec.Settings = "max-instructions=" + std::to_string(Now.Depth) +
                   " candidates=" + (Now.Candidates ? std::to_string(Now.Candidates) : "all") +
                   " seed=" + std::to_string(O.Seed) + " order=" + (*Ranker)->name().str();
    SearchOptions S;
    S.Below = knownCost(Q, **STI);
    if (S.Below)
      Rec.Settings += " below=" + std::to_string(S.Below->Weight);
    if (auto It = Searched.find(Q.Id); It != Searched.end() && It->second.count(Rec.Settings))
      return false; // by an earlier run, without success
    S.MaxInstructions = Now.Depth;
    S.CandidateBudget = Now.Candidates;
    S.Seconds = Seconds;
    S.Threads = O.Jobs;
    S.Seed = O.Seed;
    S.MaxTableBytes = O.MaxTableBytes;
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
      // The cheapest, without context and facts that its proof does not need.
      Expected<Rule> Core = dropContext(Result->Proved.front(), proofs());
      if (!Core)
        return Core.takeError();
      Expected<Rule> Weak = weakenFacts(*Core, proofs());
      if (!Weak)
        return Weak.takeError();
      canonicalize(*Weak);
      Expected<VerifyResult> V = verify(*Weak);
      if (!V)
        return V.takeError();
      if (std::holds_alternative<Proved>(V->V))
        Rules.emplace_back(*Weak, evidenceOf(*Weak, *V, "search"));
    }
    bool Solved = !Rules.empty();
    // Two instructions may be cheaper than one that weighs more than a move and an
    // instruction that is none; what is found among those of two is taken.
    bool Final =
        LastRound || (Solved && (Now.Depth > 1 ||
                                 staticCost(Rules[0].first.W, Rules[0].first.Target).Weight <= 3));
    if (!Solved && (interruptFlag() || left() <= 0))
      return false; // cut short: stays as it was
    Sum.Solved += Solved && Final;
    Sum.Proved += Solved && Final;
    bool First = Solved && Generalized.insert(ruleId(Rules[0].first)).second;
    if (First && O.Lift)
      if (Error E = otherOpcodes(Rules[0].first))
        return std::move(E);
    if (First && O.Generalize) {
      Expected<std::optional<Generalization>> G = generalize(Rules[0].first, generalForms());
      if (!G)
        return G.takeError();
      if (*G && staticCost((*G)->R.W, (*G)->R.Target) < staticCost((*G)->R.W, (*G)->R.W.Source)) {
        Rules.emplace_back((*G)->R, evidenceOf((*G)->R, (*G)->V, "generalisation"));
        ++Sum.General;
      }
    }
    Rec.Candidates = Result->Candidates;
    Rec.Refuted = Result->Refuted;
    Rec.Unknown = Result->Unknown;
    unsigned New = 0;
    WindowState State = Solved && Final   ? WindowState::Solved
                        : !LastRound      ? WindowState::Pending
                        : Result->Unknown ? WindowState::Unknown
                                          : WindowState::Searched;
    if (Error E = Db.finishWindow(Q.Id, State, Rec, Rules, &New))
      return std::move(E);
    Sum.RulesAdded += New;
    return Final;
  }

  /// Stores what \p R is with other opcodes, and general forms of that: rules that this
  /// window is no place for. An interrupt or the end of the time cuts it short.
  Error otherOpcodes(const Rule &R) {
    auto Ends = [&] { return interruptFlag() || left() <= 0; };
    LiftOptions LO;
    LO.Stop = Ends;
    Expected<std::vector<Lifted>> Found = lift(R, LO);
    if (!Found)
      return Found.takeError();
    auto Store = [&](const Rule &New, const RuleEvidence &E) -> Error {
      Expected<bool> Added = Db.addRule(New, E);
      if (!Added)
        return Added.takeError();
      Sum.RulesAdded += *Added;
      Sum.Lifted += *Added;
      return Error::success();
    };
    for (const Lifted &L : *Found) {
      if (Error E = Store(L.R, evidenceOf(L.R, L.V, "lifting")))
        return E;
      if (!O.Generalize || Ends())
        continue;
      Expected<std::optional<Generalization>> G = generalize(L.R, generalForms());
      if (!G)
        return G.takeError();
      if (*G && staticCost((*G)->R.W, (*G)->R.Target) < staticCost((*G)->R.W, (*G)->R.W.Source))
        if (Error E = Store((*G)->R, evidenceOf((*G)->R, (*G)->V, "generalisation")))
          return E;
    }
    return Error::success();
  }

  /// A loop's window has one answer, if that holds.
  Expected<bool> lemma(const QueuedWindow &Q) {
    Expected<LoopLemma> L = loopLemma(Q.W);
    if (!L)
      return L.takeError();
    const Rule R = loopRule(*Q.W.Isa, *L);
    Expected<VerifyResult> V = verify(R);
    if (!V)
      return V.takeError();
    ++Sum.Candidates;
    SearchRecord Rec;
    Rec.Candidates = 1;
    Rec.Settings = "loop";
    WindowState State = WindowState::Searched;
    std::vector<std::pair<Rule, RuleEvidence>> Rules;
    if (std::holds_alternative<Proved>(V->V)) {
      Rules.emplace_back(R, evidenceOf(R, *V, "search"));
      State = WindowState::Solved;
      ++Sum.Proved;
      ++Sum.Solved;
    } else if (std::holds_alternative<Counterexample>(V->V)) {
      ++Rec.Refuted;
    } else {
      ++Rec.Unknown;
      State = WindowState::Unknown;
    }
    Sum.Refuted += Rec.Refuted;
    Sum.Unknown += Rec.Unknown;
    unsigned New = 0;
    if (Error E = Db.finishWindow(Q.Id, State, Rec, Rules, &New))
      return std::move(E);
    Sum.RulesAdded += New;
    return true;
  }

  /// The end of the time, or an interrupt, cuts general forms short, and proofs of what
  /// is found already a little later.
  VerifyOptions proofs() const {
    VerifyOptions VO;
    VO.Stop = [this] { return interruptFlag() || left() <= -OverTime; };
    VO.WatchdogMs = unsigned(std::clamp((left() + OverTime) * 1000, 1000.0, 60'000.0));
    return VO;
  }
  GeneralizeOptions generalForms() const {
    GeneralizeOptions GO;
    GO.Verify.Stop = [this] { return interruptFlag() || left() <= 0; };
    GO.Verify.WatchdogMs = unsigned(std::clamp(left() * 1000, 1000.0, 20'000.0));
    return GO;
  }

  CandidateVerdict prove(const Rule &R) {
    Expected<VerifyResult> V = verify(R, proofs());
    if (V)
      return candidateVerdict(*V);
    errs() << "whittle: " << toString(V.takeError()) << "\n";
    return {};
  }

  void progress(size_t I, size_t N, const Round &R) {
    double T = since(Start);
    errs() << format("\r%zu/%zu windows (to %u instructions)  %.3g candidates/s  %u rules  %u "
                     "refuted  %u unknown  ",
                     I, N, R.Depth, double(Sum.Candidates) / std::max(T, 1e-3), Sum.Proved,
                     Sum.Refuted, Sum.Unknown);
    if (O.Seconds > 0)
      errs() << format("%.0f s left ", std::max(0.0, left()));
  }

  RuleDb &Db;
  const LoopOptions &O;
  Clock::time_point Start;
  LoopSummary Sum;
  std::set<Hash128> Generalized; ///< rules of this run, which later rounds may give again
  std::map<Hash128, std::optional<StaticCost>> KnownCosts; ///< by window
  std::map<Hash128, std::set<std::string>> Searched;       ///< --resume: settings used before
  std::map<std::pair<std::string, std::string>, std::unique_ptr<MCSubtargetInfo>> Subtargets;
  std::map<std::string, std::unique_ptr<CandidateRanker>> Rankers;
};
} // namespace

Expected<LoopSummary> searchWindows(RuleDb &Db, const LoopOptions &O) {
  catchInterrupts();
  return Loop(Db, O).run();
}

} // namespace whittle
