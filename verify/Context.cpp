//===- verify/Context.cpp - The part of a rule that changes ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Alike.h"
#include "isa/Meaning.h"
#include "verify/Verify.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace whittle {

/// Changes to one rule that are tried, at most: each is a proof.
static constexpr unsigned MaxTries = 12;

namespace {

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
    std::vector<unsigned> Frontier = Same.frontier();
    if (Frontier.empty() && !Same.hasSameOutput())
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
        for (unsigned Op : Best.W.Source.Nodes[Id - L].Ops)
          if (Op >= L && !is_contained(Frontier, Op))
            Frontier.push_back(Op);
    } while (!Frontier.empty() && Tries < MaxTries);
    return false;
  }

  Expected<bool> takeAsLeaves(const Alike &Same, ArrayRef<unsigned> Values) {
    return take(Same.withLeaves(Values));
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
