//===- verify/Verify.cpp - Does the target refine the source?
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cheapest first, for each slice not seen before: the same term; the same normal
// form; a difference on a few concrete inputs; masks case by case; what HardSlice.h has.
//
//===----------------------------------------------------------------------===//

#include "verify/Verify.h"
#include "verify/CaseSplit.h"
#include "verify/Cone.h"
#include "verify/HardSlice.h"
#include "verify/NormalForm.h"
#include "verify/Obligations.h"
#include "verify/Z3Solver.h"
#include "llvm/ADT/StringExtras.h"
#include <chrono>
#include <unordered_set>

using namespace llvm;

namespace whittle {

/// Concrete inputs tried on each distinct slice before a solver is asked.
static constexpr unsigned ConcreteTries = 64;
/// Differing slices of one rule that a choice of the source may excuse: each may
/// cost a solver's whole budget, and a rule with one is not proved.
static constexpr unsigned MaxExcused = 4;
/// Bits of all symbols of a rule that is proved instance by instance, at most; what
/// that may cost: queries, and terms of the rule's graph.
static constexpr unsigned MaxInstanceBits = 16, MaxInstanceQueries = 2048;
static constexpr size_t MaxInstanceTerms = 3'000'000;

/// Monomials for the normal form of one case: what an open mask moves is a large polynomial
/// of its bits, and of no use before they are set.
static constexpr size_t CaseEffort = 200;

/// The solver of slices that are proved mask by mask, in evidence.
static constexpr StringLiteral CaseSplitName("case split");

StringRef verdictName(const Verdict &V) {
  static constexpr const char *Names[] = {"proved", "refuted", "unknown", "killed"};
  return Names[V.index()];
}

std::vector<std::string> solverVersions() { return {z3Version()}; }

namespace {

/// The bits of every variable: those of a model; elsewhere lanes are on and all
/// else is zero. Facts hold whatever the variables are.
class Assignment {
public:
  Assignment(ArrayRef<Atom> Atoms, ArrayRef<APInt> Values) {
    for (auto [A, V] : zip_equal(Atoms, Values))
      Parts[A.Key].push_back({A.Lo, V});
  }
  void setSymbol(unsigned I, const APInt &V) { Parts[{VarKey::Symbol, I, 0}] = {{0, V}}; }
  void setExec(unsigned Lane, bool On) { Parts[{VarKey::Exec, 0, Lane}] = {{0, APInt(1, On)}}; }

  APInt get(const VarKey &K, unsigned Lo, unsigned Width) const {
    APInt R = K.K == VarKey::Exec ? APInt::getAllOnes(Width) : APInt::getZero(Width);
    auto It = Parts.find(K);
    if (It == Parts.end())
      return R;
    for (const auto &[PartLo, V] : It->second) {
      unsigned Begin = std::max(Lo, PartLo), End = std::min(Lo + Width, PartLo + V.getBitWidth());
      if (Begin < End)
        R.insertBits(V.extractBits(End - Begin, Begin - PartLo), Begin - Lo);
    }
    return R;
  }

private:
  std::map<VarKey, std::vector<std::pair<unsigned, APInt>>> Parts;
};

/// What the symbols are.
std::vector<APInt> symbolValues(const Window &W, const Assignment &A) {
  std::vector<APInt> Values;
  for (auto [I, S] : enumerate(W.Symbols))
    Values.push_back(A.get({VarKey::Symbol, unsigned(I), 0}, 0, S.Bits));
  return Values;
}

/// What a leaf holds in one lane, as the proof sees it.
APInt leafValue(const Window &W, const Leaf &L, const VarKey &Key, const Assignment &A, bool On) {
  APInt V = A.get(Key, 0, L.Ty.Bits);
  if ((!On && !L.Ty.isLaneMask()) || L.Choice)
    return V;
  if (L.Const)
    return *L.Const;
  if (L.Symbolic)
    return APInt::getSplat(
        L.Ty.Bits, evaluate(*L.Symbolic, W.Symbols, symbolValues(W, A)).zextOrTrunc(L.ElementBits));
  if (!L.Zeros.isZero())
    V &= ~L.Zeros;
  if (!L.Ones.isZero())
    V |= L.Ones;
  return V;
}

class Verifier {
public:
  Verifier(const Rule &R, const VerifyOptions &O) : R(R), O(O) {}

  Expected<VerifyResult> run() {
    auto Start = std::chrono::steady_clock::now();
    if (Error E = checkRule(R))
      return E;
    VerifyResult Result;
    Expected<std::unique_ptr<RuleTerms>> T = RuleTerms::create(R);
    if (!T)
      Result.V = Unknown{toString(T.takeError())};
    else if (Error E = decide(**T, Result))
      return E;
    Result.E.Seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - Start).count();
    Result.Method = method(Result);
    return Result;
  }

private:
  Error decide(RuleTerms &T, VerifyResult &Result) {
    Evidence &E = Result.E;
    E.Assumptions = T.Assumptions;
    E.Slices = T.Obligations.size();
    // All slices without the solver first: a wrong rule mostly shows in one.
    std::unordered_set<std::string> Seen;
    NormalForm Forms(T.G);
    std::vector<std::pair<const Obligation *, Cone>> Hard;
    std::optional<Verdict> Undecided;
    unsigned Excused = 0;
    for (const Obligation &Ob : T.Obligations) {
      Cone C(T.G, Ob.Source, Ob.Target);
      if (!Seen.insert(C.key()).second)
        continue;
      if (O.Stop()) {
        Result.V = Killed{};
        return Error::success();
      }
      ++E.DistinctSlices;
      if (Ob.Source == Ob.Target ||
          (O.NormalForms && Forms.run(Ob.Source) == Forms.run(Ob.Target))) {
        ++E.BySyntax;
        continue;
      }
      std::vector<APInt> Values = C.findDifference(ConcreteTries);
      // Two constants have no atoms to give values to.
      if (!Values.empty() || C.atoms().empty()) {
        Verdict V = refute(T, C.atoms(), Ob, Values);
        if (std::holds_alternative<Counterexample>(V)) {
          Result.V = std::move(V);
          return Error::success();
        }
        Undecided = std::move(V);
        if (++Excused == MaxExcused)
          break;
        continue;
      }
      if (O.NormalForms && equalInParts(T.G, C)) {
        ++E.BySyntax;
        continue;
      }
      Hard.push_back({&Ob, std::move(C)});
    }
    if (Undecided) {
      Result.V = std::move(*Undecided);
      return Error::success();
    }
    Result.V = Proved{};
    NormalForm ByCase(T.G, CaseEffort);
    ByCase.decideChoices();
    for (const auto &[Ob, C] : Hard) {
      if (O.Stop()) {
        Result.V = Killed{};
        break;
      }
      Expected<Verdict> V = settle(T, ByCase, *Ob, C, E);
      if (!V)
        return V.takeError();
      if (std::holds_alternative<Proved>(*V))
        continue;
      Result.V = std::move(*V);
      break;
    }
    return Error::success();
  }

  /// A slice that normal forms do not settle.
  Expected<Verdict> settle(RuleTerms &T, NormalForm &ByCase, const Obligation &Ob, const Cone &C,
                           Evidence &E) const {
    auto ProvedBy = [&](ArrayRef<std::string> By) {
      ++E.BySolver;
      for (const std::string &Who : By)
        if (!is_contained(E.Solvers, Who))
          E.Solvers.push_back(Who);
      return Verdict(Proved{});
    };
    // What a mask moves where is settled by its values; a first one that does not
    // settle it costs little.
    if (std::vector<ControlBit> Masks = maskBits(C);
        O.NormalForms && !Masks.empty() &&
        equalInEveryCase(T.G, ByCase, Ob.Source, Ob.Target, Masks, {.Stop = O.Stop}))
      return ProvedBy(CaseSplitName.str());
    // Instances mostly cost less than what the variables do not give away soon.
    if (R.W.isGeneral() && symbolBits() <= MaxInstanceBits) {
      Expected<SolverAnswer> A = solveSmt(writeSmt(C), O.RLimit / 10, O.WatchdogMs);
      if (!A)
        return A.takeError();
      if (A->K == SolverAnswer::Unsat)
        return ProvedBy(A->Solver);
      if (A->K == SolverAnswer::Sat)
        return refute(T, C.atoms(), Ob, A->Model);
      if (A->K == SolverAnswer::Killed)
        return Killed{};
      Expected<Verdict> Each = eachInstance(T, Ob, E);
      if (!Each || !std::holds_alternative<Unknown>(*Each))
        return Each;
    }
    Expected<SliceAnswer> A = settleSlice(T.G, C, O);
    if (!A)
      return A.takeError();
    switch (A->K) {
    case SolverAnswer::Unsat:
      return ProvedBy(A->By);
    case SolverAnswer::Sat:
      return refute(T, A->Atoms, Ob, A->Model);
    case SolverAnswer::Unknown:
      return Unknown{A->Reason};
    case SolverAnswer::Killed:
      return Killed{};
    }
    llvm_unreachable("all kinds of answers are above");
  }

  /// Every bit of masks that the slice reads, lowest first.
  std::vector<ControlBit> maskBits(const Cone &C) const {
    std::vector<ControlBit> Bits;
    for (const Atom &A : C.atoms())
      if (A.Key.K == VarKey::Leaf && R.W.Leaves[A.Key.Index].Ty.Kind == RegKind::Mask)
        for (unsigned I = 0; I != A.Width; ++I)
          Bits.push_back({A.Key, A.Lo + I});
    llvm::sort(Bits);
    return Bits;
  }

  /// \p T with each symbol as \p Values has it.
  static Term withSymbols(TermGraph &G, Term Root, ArrayRef<APInt> Values) {
    return substitute(G, Root, [&](Term Var) -> std::optional<Term> {
      if (const VarKey K = G.key(Var); K.K == VarKey::Symbol)
        return G.constant(Values[K.Index].extractBits(G.width(Var), G.lo(Var)));
      return std::nullopt;
    });
  }

  /// Bits of all symbols together.
  unsigned symbolBits() const {
    unsigned Bits = 0;
    for (const SymbolSpec &S : R.W.Symbols)
      Bits += S.Bits;
    return Bits;
  }

  /// A slice of a general rule of MaxInstanceBits at most, for one instance after the other.
  /// Unknown if they cost too much, or one is not decided.
  Expected<Verdict> eachInstance(RuleTerms &T, const Obligation &Ob, Evidence &E) const {
    const Window &W = R.W;
    const unsigned Bits = symbolBits();
    unsigned Queries = 0, Count = 0;
    std::optional<NormalForm> Forms;
    for (uint64_t Tuple = 0; Tuple != uint64_t(1) << Bits; ++Tuple) {
      std::vector<APInt> Values;
      uint64_t Rest = Tuple;
      for (const SymbolSpec &S : W.Symbols) {
        Values.push_back(APInt(64, Rest).trunc(S.Bits));
        Rest >>= S.Bits;
      }
      if (!guardHolds(W, Values))
        continue;
      ++Count;
      if (T.G.size() > MaxInstanceTerms)
        return Unknown{"the instances take too many terms"};
      if (Tuple % 256 == 0 || !Forms)
        Forms.emplace(T.G);
      Obligation One = Ob;
      One.Source = withSymbols(T.G, Ob.Source, Values);
      One.Target = withSymbols(T.G, Ob.Target, Values);
      if (One.Source == One.Target ||
          (O.NormalForms && Forms->run(One.Source) == Forms->run(One.Target)))
        continue;
      Cone C(T.G, One.Source, One.Target);
      std::vector<APInt> Differ = C.findDifference(ConcreteTries);
      if (!Differ.empty() || C.atoms().empty())
        return refute(T, C.atoms(), One, Differ, Values);
      if (++Queries > MaxInstanceQueries)
        return Unknown{"the instances take too many queries"};
      Expected<SolverAnswer> A = solveSmt(writeSmt(C), O.RLimit, O.WatchdogMs);
      if (!A)
        return A.takeError();
      if (A->K == SolverAnswer::Sat)
        return refute(T, C.atoms(), One, A->Model, Values);
      if (A->K != SolverAnswer::Unsat)
        return Unknown{A->Reason};
      if (!is_contained(E.Solvers, A->Solver))
        E.Solvers.push_back(A->Solver);
    }
    E.Instances = std::max(E.Instances, Count);
    return Proved{};
  }

  /// True if \p Source is not \p Target, whatever is chosen for the bits that it
  /// leaves unspecified, with all else as \p A has it. A wrong rule differs so;
  /// otherwise only our fixed witness failed.
  bool differsWhatever(TermGraph &G, Term Source, const APInt &Target, const Assignment &A) const {
    Term Settled = substitute(G, Source, [&](Term Var) -> std::optional<Term> {
      const VarKey K = G.key(Var);
      if (K.K == VarKey::SourceChoice || (K.K == VarKey::Leaf && R.W.Leaves[K.Index].Choice))
        return std::nullopt;
      return G.constant(A.get(K, G.lo(Var), G.width(Var)));
    });
    Term Agree = G.eq(Settled, G.constant(Target));
    if (G.isConst(Agree))
      return G.isZero(Agree);
    Expected<SolverAnswer> Answer =
        solveSmt(writeSmt(Cone(G, Agree, G.bit(false))), O.RLimit, O.WatchdogMs);
    if (!Answer) {
      consumeError(Answer.takeError());
      return false;
    }
    return Answer->K == SolverAnswer::Unsat;
  }

  /// Lifts a slice's counterexample to the window and runs the rule on it. \p Symbols:
  /// what they are, if the slice is an instance's.
  Verdict refute(RuleTerms &T, ArrayRef<Atom> Atoms, const Obligation &Ob, ArrayRef<APInt> Values,
                 ArrayRef<APInt> Symbols = {}) const {
    const bool Wave = T.IsWave;
    Assignment A(Atoms, Values);
    for (auto [I, V] : enumerate(Symbols))
      A.setSymbol(unsigned(I), V);
    Counterexample X;
    X.Symbols = symbolValues(R.W, A);
    if (Ob.LaneOn) {
      A.setExec(Ob.Lane, *Ob.LaneOn);
      X.Exec = 0;
      for (unsigned Lane = 0; Lane < (Wave ? Ob.WaveLanes : 64); ++Lane) {
        VarKey Bit{VarKey::Exec, 0, Wave ? Lane : Ob.Lane};
        X.Exec |= A.get(Bit, 0, 1).getZExtValue() << Lane;
      }
    }
    unsigned Width = T.G.width(Ob.Source);
    auto Replayed = replay(
        R, Ob, Width, [&](const VarKey &K, unsigned Lo, unsigned N) { return A.get(K, Lo, N); });
    if (!Replayed)
      return Unknown{"internal error: " + toString(Replayed.takeError())};
    std::tie(X.SourceValue, X.TargetValue) = *Replayed;
    if (X.SourceValue == X.TargetValue)
      return Unknown{"internal error: a counterexample was not confirmed by its replay"};
    if (!differsWhatever(T.G, Ob.Source, X.TargetValue, A))
      return Unknown{"the source may agree if what it leaves unspecified is chosen otherwise"};
    X.Output = Ob.Output;
    X.ChunkBit = Ob.Bit;
    for (auto [I, L] : enumerate(R.W.Leaves)) {
      bool PerLane = L.Ty.Kind == RegKind::Lane;
      unsigned Lanes = PerLane && Wave ? Ob.WaveLanes : 1;
      APInt All = APInt::getZero(Lanes * L.Ty.Bits);
      for (unsigned Lane = 0; Lane < Lanes; ++Lane)
        All.insertBits(leafValue(R.W, L, {VarKey::Leaf, unsigned(I), Lane}, A,
                                 !PerLane || (X.Exec >> Lane & 1)),
                       Lane * L.Ty.Bits);
      X.Leaves.push_back(All);
    }
    return X;
  }

  static std::string method(const VerifyResult &Result) {
    const Evidence &E = Result.E;
    if (!std::holds_alternative<Proved>(Result.V))
      return std::holds_alternative<Unknown>(Result.V) ? std::get<Unknown>(Result.V).Reason
                                                       : verdictName(Result.V).str();
    std::string S = std::to_string(E.Slices) + " slices, " + std::to_string(E.DistinctSlices) +
                    " distinct: " + std::to_string(E.BySyntax) + " by normal form, " +
                    std::to_string(E.BySolver) + " by solver";
    if (!E.Solvers.empty())
      S += " (" + join(E.Solvers, ", ") + ")";
    if (E.Instances)
      S += ", " + std::to_string(E.Instances) + " instances one by one";
    return S;
  }

  const Rule &R;
  const VerifyOptions &O;
};

} // namespace

Expected<VerifyResult> verify(const Rule &R, const VerifyOptions &O) {
  return Verifier(R, O).run();
}

} // namespace whittle
