//===- passes/LoopRewrite.h - Starting accumulators with an addend -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// acc = phi(z, step(acc)); out = add(acc, c)  becomes  acc = phi(c, step(acc)); out = acc
//
// by rules with a loop leaf. The gain is the addition, and z, which need not be made
// any more; nothing is added elsewhere, so no CPU loses. An accumulator that starts
// as anything else than the rule's z would need an addition before the loop for the
// one behind it, and stays.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_LOOPREWRITE_H
#define WHITTLE_PASSES_LOOPREWRITE_H

#include "passes/Accumulator.h"
#include "passes/Legality.h"

namespace whittle {

class LoopRewriter {
public:
  LoopRewriter(RuleSet &Set, ValueView &View, ExecMask &Exec, Legality &Legal)
      : Set(Set), View(View), Exec(Exec), Legal(Legal), Finder(View) {}

  /// Looks for an accumulator that \p Add ends and rules for all its steps. \p
  /// Matched is true if only an obstacle may be in the way.
  Obstacle match(llvm::MachineInstr &Add, bool &Matched);
  /// The rules of the last match, each once.
  llvm::ArrayRef<const RuleSet::Loop *> rules() const { return Used; }
  /// Of the last match.
  const Row &addition() const { return *Found.Add; }
  void commit();
  /// To be called after other rewrites.
  void forget() { Finder.forget(); }

private:
  bool haveRules();
  Obstacle check();
  bool lanesAllow();
  llvm::Register makeConstant(llvm::MachineInstr &Before);
  void enter(const Accumulator::Use &U);

  RuleSet &Set;
  ValueView &View;
  ExecMask &Exec;
  Legality &Legal;
  AccumulatorFinder Finder;
  Accumulator Found;
  llvm::SmallVector<const RuleSet::Loop *, 2> Used;
};

} // namespace whittle

#endif // WHITTLE_PASSES_LOOPREWRITE_H
