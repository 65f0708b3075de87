//===- enumerate/Reads.cpp - Leaves that a program has to read -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// If the goal changes while one leaf alone does, a program that does not read that
// leaf is not the goal. So candidates that miss such a leaf are not evaluated. What is
// merged has to read the same leaves: of two values that the tests do not tell apart,
// only one may be able to complete a candidate.
//
//===----------------------------------------------------------------------===//

#include "enumerate/TaskSearch.h"

using namespace llvm;

namespace whittle {

/// Adds to Needed, by leaf, from what the goal does when the values of one leaf move on by
/// a test: these are inputs like the others, facts hold for each value. A leaf that is
/// not seen to matter may be read or not.
void TaskSearch::findNeeded() {
  const size_t Shift = S.Tests.together();
  if (GoalTests <= Shift || any_of(S.W.Leaves, [](const Leaf &L) { return L.Choice; }))
    return;
  for (unsigned I = 0; I != std::min(S.W.numLeaves(), 32u); ++I) {
    const Leaf &L = S.W.Leaves[I];
    if (L.isConstant() || Needed >> I & 1)
      continue;
    SmallVector<const uint8_t *, 8> Leaves = S.Tests.leaves();
    std::vector<uint8_t> Moved(Leaves[I], Leaves[I] + GoalTests * L.Ty.bytes());
    std::rotate(Moved.begin(), Moved.begin() + ptrdiff_t(Shift * L.Ty.bytes()), Moved.end());
    Leaves[I] = Moved.data();
    std::vector<uint8_t> Other(Goal.size());
    uint8_t *To[] = {Other.data()};
    if (Error E = S.Eval.run(S.W, T.Goal, Leaves, To, GoalTests))
      return S.fail(std::move(E));
    bool Matters = false;
    for (size_t K = 0; K != Goal.size() && !Matters; ++K)
      Matters = (Other[K] ^ Goal[K]) & Care[K];
    Needed |= uint32_t(Matters) << I;
  }
}

/// Needed leaves below \p Id, a leaf or a node of the base.
uint32_t TaskSearch::readsBelow(unsigned Id) const {
  if (Id < S.W.numLeaves())
    return Id < 32 ? Needed & 1u << Id : 0;
  uint32_t Reads = 0;
  for (unsigned Op : T.Base.Nodes[Id - S.W.numLeaves()].Ops)
    Reads |= readsBelow(Op);
  return Reads;
}

uint32_t TaskSearch::readsOf(const PoolRow &R, const Operands &Ops) const {
  uint32_t Reads = 0;
  for (unsigned K = 0; K != R.arity(); ++K)
    if (Ops[K] < ConstOp)
      Reads |= Table[Ops[K]].Reads;
  return Reads;
}

/// Is all that is needed read by the free operands among \p Ops, or in \p Reads?
bool TaskSearch::completes(const PoolRow &R, const Operands &Ops, uint32_t Reads) const {
  return !(Needed & ~(Reads | readsOf(R, Ops)));
}

/// Could \p Operands free values read what \p Reads leaves out?
bool TaskSearch::mayComplete(unsigned Operands, uint32_t Reads) const {
  unsigned Most = 0;
  for (uint32_t I = 0; I != Table.numFree(); ++I)
    Most = std::max(Most, unsigned(popcount(Table[I].Reads)));
  return unsigned(popcount(Needed & ~Reads)) <= Operands * Most;
}

} // namespace whittle
