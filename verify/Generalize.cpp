//===- verify/Generalize.cpp - From one proved rule to a family
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Generalize.h"
#include "verify/Cone.h"
#include "verify/Fit.h"
#include "verify/Obligations.h"
#include <map>
#include <unordered_set>

using namespace llvm;

namespace whittle {

/// Inputs on which an instance has to hold to count as one that does.
static constexpr unsigned Tests = 16;
/// Slices of one rule beyond which sampling takes too long.
static constexpr size_t MaxCones = 64;
/// Combinations of expressions for a rule's target that are tried.
static constexpr size_t MaxCombinations = 400;
/// Proofs for one rule that come out neither way, at most: each takes a whole budget.
static constexpr unsigned MaxUndecided = 3;

namespace {

/// An immediate or a constant that may become a symbol.
struct Place {
  bool IsLeaf = false;
  bool InTarget = false;
  unsigned Index = 0; ///< of the leaf or the node
  unsigned Imm = 0;
  unsigned Bits = 0; ///< of the symbol
  APInt Value;       ///< in the witness
  bool IsTable = false;
};

/// A number is written as the constant that it is.
void setNumber(Rule &R, const Place &P, const APInt &X) {
  if (P.IsLeaf)
    R.W.Leaves[P.Index].Const = APInt::getSplat(R.W.Leaves[P.Index].Ty.Bits, X.zextOrTrunc(P.Bits));
  else
    (P.InTarget ? R.Target : R.W.Source).Nodes[P.Index].Imms[P.Imm] =
        int64_t(X.zextOrTrunc(P.Bits).getZExtValue());
}

void setSymbolic(Rule &R, const Place &P, SymExpr X) {
  bool Open = false;
  X.forEachSymbol([&](unsigned) { Open = true; });
  if (!Open)
    return setNumber(R, P, evaluate(X, {}, {}));
  if (P.IsLeaf) {
    Leaf &L = R.W.Leaves[P.Index];
    L.Const = std::nullopt;
    L.Symbolic = std::move(X);
    L.ElementBits = uint16_t(P.Bits);
    return;
  }
  Node &N = (P.InTarget ? R.Target : R.W.Source).Nodes[P.Index];
  N.Imms[P.Imm] = 0;
  N.Symbolic.resize(N.Imms.size());
  N.Symbolic[P.Imm] = std::move(X);
}

/// What is left of one rule's proofs.
struct Budget {
  unsigned Proofs, Undecided;
  const std::function<bool()> &Stop;
  bool spent() const { return !Proofs || !Undecided || Stop(); }
};

/// One choice of which places of the source are symbols.
class Attempt {
public:
  Attempt(const Rule &R, const GeneralizeOptions &O, std::vector<Place> Source,
          std::vector<Place> Target, Budget &Left)
      : R(R), O(O), Source(std::move(Source)), Target(std::move(Target)), Left(Left) {}

  Expected<std::optional<Generalization>> run() {
    for (const Place &P : Source) {
      Symbols.push_back({uint16_t(P.Bits)});
      Witness.push_back(P.Value);
    }
    if (!open())
      return std::nullopt;
    Samples = sampleTuples(Symbols, Witness, O.Samples, O.Seed);
    for (const Place &P : Target) {
      std::vector<SymExpr> Fitting = fitExpressions(Symbols, Witness, P.Value);
      if (P.IsTable && Target.size() == 1)
        for (SymExpr &X : fitTables(Symbols, tableSamples(P)))
          if (evaluate(X, Symbols, Witness).trunc(8) == P.Value && !is_contained(Fitting, X))
            Fitting.insert(Fitting.begin(), std::move(X));
      Candidates.push_back(std::move(Fitting));
    }
    return best();
  }

private:
  /// The rule with the target's places as further symbols, for sampling.
  bool open() {
    Rule Open = R;
    Open.W.Symbols = Symbols;
    unsigned Next = 0;
    for (const Place &P : Source)
      setSymbolic(Open, P, SymExpr::symbol(Next++));
    for (const Place &P : Target) {
      Open.W.Symbols.push_back({uint16_t(P.Bits)});
      setSymbolic(Open, P, SymExpr::symbol(Next++));
    }
    Expected<std::unique_ptr<RuleTerms>> T = RuleTerms::create(Open);
    if (!T) {
      consumeError(T.takeError());
      return false;
    }
    Terms = std::move(*T);
    std::unordered_set<std::string> Seen;
    for (const Obligation &Ob : Terms->Obligations) {
      Cone C(Terms->G, Ob.Source, Ob.Target);
      if (Ob.Source == Ob.Target || !Seen.insert(C.key()).second)
        continue;
      Cones.push_back(std::move(C));
      if (Cones.size() > MaxCones)
        return false;
    }
    return true;
  }

  /// No test tells source and target apart for these numbers.
  bool agrees(const SymTuple &Tuple, ArrayRef<APInt> TargetValues) {
    std::string Key;
    for (ArrayRef<APInt> Part : {ArrayRef<APInt>(Tuple), TargetValues})
      for (const APInt &V : Part)
        Key += toString(V, 36, false) + ",";
    auto [It, New] = Known.try_emplace(Key, true);
    if (!New)
      return It->second;
    bool Agree = true;
    for (const Cone &C : Cones) {
      C.forEachTest(Tests, [&](ArrayRef<APInt> Given) {
        std::vector<APInt> Values(Given.begin(), Given.end());
        for (auto [A, V] : zip(C.atoms(), Values))
          if (A.Key.K == VarKey::Symbol) {
            unsigned I = A.Key.Index;
            const APInt &Number = I < Tuple.size() ? Tuple[I] : TargetValues[I - Tuple.size()];
            V = Number.extractBits(A.Width, A.Lo);
          }
        auto [S, T] = C.evaluate(Values);
        Agree = S == T;
        return !Agree;
      });
      if (!Agree)
        break;
    }
    return Known[Key] = Agree;
  }

  /// What each bit of the only table in the target may be, for some samples.
  std::vector<TableSample> tableSamples(const Place &P) {
    std::vector<TableSample> Out;
    // Random tables tell entries apart; boundary ones hardly.
    for (const SymTuple &T : sampleTuples(Symbols, Witness, 4 * O.Samples, O.Seed + 1)) {
      if (none_of(T, [](const APInt &V) { return V.popcount() >= 3 && V.popcount() <= 5; }))
        continue;
      TableSample S{T, 0, 0};
      bool Any = false;
      for (unsigned Value = 0; Value != 256; ++Value)
        if (agrees(T, APInt(8, Value))) {
          Any = true;
          S.One |= uint8_t(Value);
          S.Zero |= uint8_t(~Value);
        }
      if (Any)
        Out.push_back(std::move(S));
      if (Out.size() == 24)
        break;
    }
    return Out;
  }

  struct Combination {
    std::vector<unsigned> Which; ///< a candidate for each place of the target
    std::vector<SymTuple> Good, Bad;
    unsigned Size = 0;
  };

  Combination tried(std::vector<unsigned> Which) {
    Combination C;
    for (auto [K, I] : enumerate(Which))
      C.Size += Candidates[K][I].size();
    C.Which = std::move(Which);
    for (const SymTuple &T : Samples) {
      std::vector<APInt> Values;
      for (auto [K, I] : enumerate(C.Which))
        Values.push_back(evaluate(Candidates[K][I], Symbols, T).zextOrTrunc(Target[K].Bits));
      (agrees(T, Values) ? C.Good : C.Bad).push_back(T);
    }
    return C;
  }

  Expected<std::optional<Generalization>> best() {
    std::vector<Combination> All;
    std::vector<unsigned> Which(Target.size(), 0);
    if (any_of(Candidates, [](const auto &C) { return C.empty(); }))
      return std::nullopt;
    for (size_t N = 0; N != MaxCombinations && !Left.spent(); ++N) {
      Combination C = tried(Which);
      // The witness is proved: a sample that says otherwise is no sample.
      if (C.Good.size() > 1 && C.Good.front() == Witness)
        All.push_back(std::move(C));
      unsigned K = 0;
      while (K != Which.size() && ++Which[K] == Candidates[K].size())
        Which[K++] = 0;
      if (K == Which.size())
        break;
    }
    std::vector<std::pair<std::pair<size_t, unsigned>, unsigned>> Order;
    for (auto [I, C] : enumerate(All))
      Order.push_back({{Samples.size() - C.Good.size(), C.Size}, unsigned(I)});
    llvm::sort(Order);
    for (auto [Rank, I] : Order) {
      Expected<std::optional<Generalization>> G = prove(All[I]);
      if (!G || *G || Left.spent())
        return G;
    }
    return std::nullopt;
  }

  /// Guards from the weakest on, each counterexample being one more bad sample.
  Expected<std::optional<Generalization>> prove(Combination &C) {
    Rule G = R;
    G.W.Symbols = Symbols;
    for (auto [I, P] : enumerate(Source))
      setSymbolic(G, P, SymExpr::symbol(unsigned(I)));
    for (auto [K, I] : enumerate(C.Which))
      setSymbolic(G, Target[K], Candidates[K][I]);
    while (!Left.spent()) {
      std::optional<std::vector<SymCondition>> Guard = fitGuard(Symbols, C.Good, C.Bad);
      if (!Guard)
        return std::nullopt;
      G.W.Where = *Guard;
      --Left.Proofs;
      Expected<VerifyResult> V = verify(G, O.Verify);
      if (!V)
        return V.takeError();
      if (std::holds_alternative<Proved>(V->V)) {
        Generalization Out{G, std::move(*V)};
        canonicalize(Out.R);
        return Out;
      }
      auto *X = std::get_if<Counterexample>(&V->V);
      if (!X) {
        --Left.Undecided;
        return std::nullopt;
      }
      C.Bad.push_back(X->Symbols);
      std::erase(C.Good, X->Symbols);
      if (C.Good.empty() || C.Good.front() != Witness)
        return std::nullopt;
    }
    return std::nullopt;
  }

  const Rule &R;
  const GeneralizeOptions &O;
  std::vector<Place> Source, Target;
  Budget &Left;
  std::vector<SymbolSpec> Symbols;
  SymTuple Witness;
  std::vector<SymTuple> Samples;
  std::unique_ptr<RuleTerms> Terms;
  std::vector<Cone> Cones;
  std::map<std::string, bool> Known;
  std::vector<std::vector<SymExpr>> Candidates; ///< for each place of the target
};

/// Places of immediates: of rows whose only immediate is a number that a compiler
/// writer would vary, not a modifier.
void addImmediates(const Program &P, bool InTarget, std::vector<Place> &Out) {
  for (auto [I, N] : enumerate(P.Nodes)) {
    if (N.R->isGeneric() || N.R->NumImms != 1 || N.R->ImmKind == Row::ImmUse::None)
      continue;
    unsigned Bits = N.immBits(0);
    Out.push_back({false, InTarget, unsigned(I), 0, Bits,
                   APInt(64, uint64_t(N.Imms[0])).trunc(Bits),
                   N.R->ImmKind == Row::ImmUse::Ternary && Bits == 8});
  }
}

/// Constants as elements of \p Element bits, 0 for whole registers; in registers of
/// at most 64 bits, and per register of AMDGPU's tuples, the value is one number.
bool addConstants(const Window &W, const Program &Source, unsigned Element,
                  std::vector<Place> &FromSource, std::vector<Place> &FromTarget) {
  std::vector<bool> InSource = readLeaves(W, Source);
  for (auto [I, L] : enumerate(W.Leaves)) {
    if (!L.Const || L.Ty.Bits < 8)
      continue;
    // 0 and -1 mostly mean themselves.
    if (InSource[I] && (L.Const->isZero() || L.Const->isAllOnes()))
      continue;
    unsigned Bits = L.Ty.Bits <= 64             ? L.Ty.Bits
                    : L.Ty.Kind != RegKind::Vec ? 32
                    : Element                   ? Element
                                                : L.Ty.Bits;
    if (L.Ty.Bits % Bits || !L.Const->isSplat(Bits)) {
      if (InSource[I])
        continue;
      return false;
    }
    (InSource[I] ? FromSource : FromTarget)
        .push_back({true, !InSource[I], unsigned(I), 0, Bits, L.Const->trunc(Bits), false});
  }
  return true;
}

} // namespace

Expected<std::optional<Generalization>> generalize(const Rule &R, const GeneralizeOptions &O) {
  if (R.W.isGeneral())
    return createStringError(inconvertibleErrorCode(), "the rule is general already");
  // The terms of a whole wave take long to evaluate.
  for (const Program *P : {&R.W.Source, &R.Target})
    for (const Node &N : P->Nodes)
      if (N.R->isWave())
        return std::nullopt;
  Budget Left{O.MaxProofs, MaxUndecided, O.Verify.Stop};
  bool AnyWide = any_of(R.W.Leaves, [](const Leaf &L) {
    return L.Const && L.Ty.Kind == RegKind::Vec && L.Ty.Bits > 64;
  });
  for (unsigned Element : {0u, 8u, 16u, 32u, 64u}) {
    if (Element && !AnyWide)
      break;
    std::vector<Place> Source, Target;
    addImmediates(R.W.Source, false, Source);
    addImmediates(R.Target, true, Target);
    if (!addConstants(R.W, R.W.Source, Element, Source, Target))
      continue;
    if (Source.size() > MaxSymbols)
      continue;
    // All together, then without one of them, then one alone.
    std::vector<std::vector<Place>> Sets;
    auto AddSet = [&](std::vector<Place> S) {
      if (!S.empty() && none_of(Sets, [&](const auto &T) {
            return T.size() == S.size() && all_of(zip(T, S), [](const auto &X) {
                     return std::get<0>(X).Index == std::get<1>(X).Index &&
                            std::get<0>(X).IsLeaf == std::get<1>(X).IsLeaf;
                   });
          }))
        Sets.push_back(std::move(S));
    };
    AddSet(Source);
    for (size_t I = 0; I != Source.size(); ++I) {
      std::vector<Place> S = Source;
      S.erase(S.begin() + long(I));
      AddSet(std::move(S));
    }
    for (const Place &P : Source)
      AddSet({P});
    for (const std::vector<Place> &S : Sets) {
      if (Left.spent())
        return std::nullopt;
      Expected<std::optional<Generalization>> G = Attempt(R, O, S, Target, Left).run();
      if (!G || *G)
        return G;
    }
  }
  return std::nullopt;
}

} // namespace whittle
