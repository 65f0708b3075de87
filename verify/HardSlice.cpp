//===- verify/HardSlice.cpp - What normal forms do not settle -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/HardSlice.h"
#include "verify/CutPoints.h"
#include "verify/Exhaust.h"
#include "verify/NormalForm.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace llvm;

namespace whittle {

/// Parts of the budget: of the first try at the whole slice, and of one pair of inner
/// values.
static constexpr unsigned FirstShare = 10, PairShare = 50;
/// Bits of all inputs that are run at once, before inner values are compared.
static constexpr unsigned FewBits = 24;
/// Terms times inputs that are run for one of the solver's units: some seconds for the
/// default budget.
static constexpr uint64_t RunPerUnit = uint64_t(1) << 14;
/// Inputs on which a pair that looks equal is compared once more.
static constexpr unsigned PairTries = 256;

/// Monomials that looking inside may make: where it helps it needs few.
static constexpr size_t InsideEffort = 10'000;

bool equalInParts(TermGraph &G, const Cone &C) {
  auto Same = [&](NormalForm &Forms) {
    Forms.cutAt(C.atoms());
    auto SameBit = [&](unsigned I) {
      return Forms.run(G.extract(C.source(), I, 1)) == Forms.run(G.extract(C.target(), I, 1));
    };
    return Forms.run(C.source()) == Forms.run(C.target()) ||
           all_of(seq(G.width(C.source())), SameBit);
  };
  NormalForm Forms(G);
  if (Same(Forms))
    return true;
  auto IsSum = [&](Term T) {
    return G.op(T) == TermOp::Add || G.op(T) == TermOp::Sub || G.op(T) == TermOp::Mul;
  };
  NormalForm Inside(G, InsideEffort);
  Inside.lookInside();
  return any_of(C.order(), IsSum) && Same(Inside);
}

namespace {
class Settler {
public:
  Settler(TermGraph &G, const Cone &C, const VerifyOptions &O) : G(G), C(C), O(O) {}

  Expected<SliceAnswer> run() {
    if (!O.NormalForms)
      return solver(C, O.RLimit);
    Expected<SliceAnswer> A = solver(C, O.RLimit / FirstShare, SolverPlan::SmtCore);
    if (!A || A->K != SolverAnswer::Unknown)
      return A;
    A = allInputs(C, FewBits);
    if (!A || A->K != SolverAnswer::Unknown)
      return A;

    const Merged M = mergeEqualTerms(G, C, [this](Term X, Term Y) { return equal(X, Y); });
    if (Failure)
      return std::move(*Failure);
    if (M.Proved)
      By.insert(By.begin(), "cut points");
    const Cone Left(G, M.Source, M.Target);
    if (M.Source == M.Target || (M.Proved && equalInParts(G, Left)))
      return proved();
    A = allInputs(Left, ExhaustLimits().Bits);
    if (!A || A->K != SolverAnswer::Unknown)
      return A;
    A = solver(Left, O.RLimit);
    // What the clock has kept from being merged might have settled it.
    if (A && A->K == SolverAnswer::Unknown && PairKilled)
      A->K = SolverAnswer::Killed;
    return A;
  }

private:
  SliceAnswer proved() const {
    SliceAnswer A;
    A.K = SolverAnswer::Unsat;
    A.By = By;
    return A;
  }
  void credit(const std::string &Who) {
    if (!is_contained(By, Who))
      By.push_back(Who);
  }

  Expected<SliceAnswer> solver(const Cone &Slice, uint64_t RLimit,
                               SolverPlan Plan = SolverPlan::Portfolio) {
    Expected<SolverAnswer> S = solveSmt(writeSmt(Slice), RLimit, O.WatchdogMs, Plan);
    if (!S)
      return S.takeError();
    if (S->K == SolverAnswer::Unsat) {
      credit(S->Solver);
      return proved();
    }
    SliceAnswer A;
    A.K = S->K;
    A.Reason = S->Reason;
    A.Atoms = Slice.atoms().vec();
    A.Model = S->Model;
    return A;
  }

  Expected<SliceAnswer> allInputs(const Cone &Slice, unsigned Bits) {
    const uint64_t Operations = std::min(O.RLimit, ~uint64_t(0) / RunPerUnit) * RunPerUnit;
    Expected<ExhaustAnswer> E =
        exhaust(Slice, {.Bits = Bits, .Operations = Operations, .WatchdogMs = O.WatchdogMs});
    if (!E)
      return E.takeError();
    SliceAnswer A;
    switch (E->K) {
    case ExhaustAnswer::Equal:
      credit("exhaustion of 2^" + std::to_string(E->Bits) + " inputs");
      return proved();
    case ExhaustAnswer::Differ:
      A.K = SolverAnswer::Sat;
      A.Atoms = Slice.atoms().vec();
      A.Model = E->Values;
      break;
    case ExhaustAnswer::Refused:
      break;
    case ExhaustAnswer::Killed:
      A.K = SolverAnswer::Killed;
      A.Reason = "the watchdog ended the run of all inputs";
      break;
    }
    return A;
  }

  /// Of a pair of inner values.
  bool equal(Term X, Term Y) {
    if (Failure)
      return false;
    NormalForm Forms(G);
    if (Forms.run(X) == Forms.run(Y))
      return true;
    const Cone Pair(G, X, Y);
    if (Pair.atoms().empty() || !Pair.findDifference(PairTries).empty())
      return false;
    Expected<SolverAnswer> S = solveSmt(writeSmt(Pair), O.RLimit / PairShare, O.WatchdogMs);
    if (!S) {
      Failure = S.takeError();
      return false;
    }
    PairKilled |= S->K == SolverAnswer::Killed;
    if (S->K != SolverAnswer::Unsat)
      return false;
    credit(S->Solver);
    return true;
  }

  TermGraph &G;
  const Cone &C;
  const VerifyOptions &O;
  std::vector<std::string> By;
  bool PairKilled = false;
  std::optional<Error> Failure; ///< of a solver asked for a pair
};
} // namespace

Expected<SliceAnswer> settleSlice(TermGraph &G, const Cone &C, const VerifyOptions &O) {
  return Settler(G, C, O).run();
}

} // namespace whittle
