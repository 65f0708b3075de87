//===- verify/Context.cpp - The part of a rule that changes ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include "verify/Verify.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace llvm;

namespace whittle {

/// Changes to one rule that are tried, at most: each is a proof.
static constexpr unsigned MaxTries = 12;

namespace {

/// Which values both programs of a rule compute alike.
class Alike {
public:
  explicit Alike(const Rule &R) : R(R), L(R.W.numLeaves()) {
    for (unsigned I = 0; I != L; ++I)
      OfTarget.push_back(I);
    for (const Node &T : R.Target.Nodes) {
      std::optional<unsigned> Found;
      for (unsigned S = 0; S != R.W.Source.Nodes.size() && !Found; ++S)
        if (differing(R.W.Source.Nodes[S], T, /*Allowed=*/0))
          Found = L + S;
      OfTarget.push_back(Found);
    }
  }

  /// The value of the source that value \p T of the target is.
  std::optional<unsigned> operator[](unsigned T) const { return OfTarget[T]; }
  bool isSource(unsigned S) const { return is_contained(OfTarget, S); }

  /// The operands of two instructions in which they differ, if they are one operation
  /// and there are as many as \p Allowed.
  std::optional<SmallVector<std::pair<unsigned, unsigned>, 2>>
  differing(const Node &S, const Node &T, unsigned Allowed) const {
    if (S.Ty != T.Ty || S.Imms != T.Imms || S.Ops.size() != T.Ops.size() ||
        S.R->isGeneric() != T.R->isGeneric() ||
        (S.R->isGeneric() ? S.R != T.R : &R.W.Isa->classOf(*S.R) != &R.W.Isa->classOf(*T.R)))
      return std::nullopt;
    const SmallVector<unsigned, 4> Given = to_vector<4>(seq<unsigned>(S.Ops.size()));
    for (ArrayRef<unsigned> Order :
         S.R->isGeneric() ? ArrayRef(&Given, 1) : ArrayRef(operandOrders(*S.R))) {
      SmallVector<std::pair<unsigned, unsigned>, 2> Pairs;
      for (auto [K, From] : enumerate(Order))
        if (OfTarget[T.Ops[From]] != S.Ops[K])
          Pairs.push_back({S.Ops[K], T.Ops[From]});
      if (Pairs.size() == Allowed)
        return Pairs;
    }
    return std::nullopt;
  }

private:
  const Rule &R;
  unsigned L;
  std::vector<std::optional<unsigned>> OfTarget; ///< by value
};

class ContextDropper {
public:
  ContextDropper(Rule R, const VerifyOptions &O) : Best(std::move(R)), O(O) {}

  Expected<Rule> run() {
    if (Best.W.isLoop() || Best.W.isGeneral() ||
        any_of(Best.W.Leaves, [](const Leaf &L) { return L.Choice; }))
      return Best;
    for (bool Changed = true; Changed && Tries < MaxTries;) {
      Expected<bool> Roots = dropRoots();
      if (!Roots)
        return Roots.takeError();
      Expected<bool> Operands = dropOperands();
      if (!Operands)
        return Operands.takeError();
      Changed = *Roots || *Operands;
    }
    return Best;
  }

private:
  /// Where both outputs are the same instruction over one operand that differs, that
  /// operand is the output.
  Expected<bool> dropRoots() {
    const unsigned L = Best.W.numLeaves();
    for (unsigned I = 0; I != Best.Target.Outputs.size(); ++I) {
      const unsigned S = Best.W.Source.Outputs[I], T = Best.Target.Outputs[I];
      if (S < L || T < L)
        continue;
      auto Pairs = Alike(Best).differing(Best.W.Source.Nodes[S - L], Best.Target.Nodes[T - L], 1);
      if (!Pairs || (*Pairs)[0].first < L)
        continue;
      Rule Next = Best;
      Next.W.Source.Outputs[I] = (*Pairs)[0].first;
      Next.Target.Outputs[I] = (*Pairs)[0].second;
      if (!Next.W.LowBits.empty())
        Next.W.LowBits[I] = 0;
      Expected<bool> Taken = take(std::move(Next));
      if (!Taken || *Taken)
        return Taken;
    }
    return false;
  }

  /// What both compute alike and something else reads becomes a leaf: all of it, or
  /// else one value. Where it has to be what it is, the same of its operands, and so on.
  Expected<bool> dropOperands() {
    const unsigned L = Best.W.numLeaves();
    const Alike Same(Best);
    std::vector<unsigned> Frontier;
    auto Read = [&](std::optional<unsigned> S) {
      if (S && *S >= L && Same.isSource(*S) && !is_contained(Frontier, *S))
        Frontier.push_back(*S);
    };
    for (auto [K, N] : enumerate(Best.W.Source.Nodes))
      if (!Same.isSource(L + unsigned(K)))
        for_each(N.Ops, Read);
    for (auto [K, N] : enumerate(Best.Target.Nodes))
      if (!Same[L + unsigned(K)])
        for (unsigned Op : N.Ops)
          Read(Same[Op]);
    for (auto [S, T] : zip(Best.W.Source.Outputs, Best.Target.Outputs))
      if (Same[T] != S) {
        Read(S);
        Read(Same[T]);
      }
    bool Outputs = any_of(zip(Best.W.Source.Outputs, Best.Target.Outputs),
                          [&](auto P) { return Same[std::get<1>(P)] == std::get<0>(P); });
    if (Frontier.empty() && !Outputs)
      return false;
    do {
      llvm::sort(Frontier, std::greater<>());
      Expected<bool> All = takeAsLeaves(Same, Frontier);
      if (!All || *All)
        return All;
      for (unsigned One : Frontier) {
        Expected<bool> Taken = Frontier.size() < 2 ? false : takeAsLeaves(Same, One);
        if (!Taken || *Taken)
          return Taken;
      }
      for (unsigned Id : std::exchange(Frontier, {}))
        for_each(Best.W.Source.Nodes[Id - L].Ops, Read);
    } while (!Frontier.empty() && Tries < MaxTries);
    return false;
  }

  Expected<bool> takeAsLeaves(const Alike &Same, ArrayRef<unsigned> Values) {
    const unsigned L = Best.W.numLeaves();
    Rule Next = Best;
    auto Moved = [&](unsigned Id, bool InTarget) -> unsigned {
      std::optional<unsigned> S = InTarget ? Same[Id] : std::optional(Id);
      if (S && is_contained(Values, *S))
        return L + unsigned(find(Values, *S) - Values.begin());
      return Id < L ? Id : Id + unsigned(Values.size());
    };
    for (unsigned Id : Values) {
      Leaf X;
      X.Ty = Best.W.typeOf(Best.W.Source, Id);
      Next.W.Leaves.push_back(std::move(X));
    }
    Next.W.LowBits.clear();
    for (Program *P : {&Next.W.Source, &Next.Target}) {
      const bool InTarget = P == &Next.Target;
      for (Node &N : P->Nodes)
        for (unsigned &Op : N.Ops)
          Op = Moved(Op, InTarget);
      P->Outputs.clear();
    }
    bool AnyLow = false;
    SmallVector<uint16_t, 2> Low;
    for (auto [I, S, T] : enumerate(Best.W.Source.Outputs, Best.Target.Outputs)) {
      if (Same[T] == S)
        continue;
      Next.W.Source.Outputs.push_back(Moved(S, false));
      Next.Target.Outputs.push_back(Moved(T, true));
      Low.push_back(uint16_t(Best.W.lowBits(unsigned(I))));
      AnyLow |= Low.back() != 0;
    }
    if (AnyLow)
      Next.W.LowBits = Low;
    return take(std::move(Next));
  }

  /// \p Next instead of the best so far, if it is a rule, and proved.
  Expected<bool> take(Rule Next) {
    if (Tries == MaxTries || Next.W.Source.Outputs.empty())
      return false;
    removeDeadNodes(Next.W, Next.W.Source);
    removeDeadNodes(Next.W, Next.Target);
    canonicalize(Next);
    if (Error E = checkRule(Next)) {
      consumeError(std::move(E));
      return false;
    }
    if (!(staticCost(Next.W, Next.Target) < staticCost(Next.W, Next.W.Source)))
      return false;
    ++Tries;
    Expected<VerifyResult> V = verify(Next, O);
    if (!V)
      return V.takeError();
    if (!std::holds_alternative<Proved>(V->V))
      return false;
    Best = std::move(Next);
    return true;
  }

  Rule Best;
  const VerifyOptions &O;
  unsigned Tries = 0;
};

} // namespace

Expected<Rule> dropContext(const Rule &R, const VerifyOptions &O) {
  return ContextDropper(R, O).run();
}

} // namespace whittle
