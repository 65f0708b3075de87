//===- passes/Legality.h - May a matched rule be applied here? --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is asked before any instruction is made. What only LLVM's own checks
// can tell (register classes, operand limits, flags) the rewriter asks.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_LEGALITY_H
#define WHITTLE_PASSES_LEGALITY_H

#include "passes/ExecMask.h"
#include "passes/Matcher.h"

namespace whittle {

/// What stands between a match and its rewrite.
enum class Obstacle : uint8_t { None, NoFacts, OtherUse, Illegal, Flags, Exec, Unprofitable };

/// Where and with which opcodes a match is to be rewritten.
struct RewritePlan {
  llvm::MachineInstr *Before = nullptr;   ///< the target goes in front of it
  llvm::SmallVector<const Row *, 4> Rows; ///< of the target's nodes; generic ones too
  std::vector<bool> Live;                 ///< target nodes that an output needs
  llvm::SmallPtrSet<llvm::MachineInstr *, 16> Matched;
  /// Inner instructions that have other readers and stay, said before the check.
  llvm::SmallPtrSet<llvm::MachineInstr *, 4> Stay;
  /// Instructions behind Before that make leaves, and may go in front of it; in
  /// their order.
  llvm::SmallVector<llvm::MachineInstr *, 4> Hoist;
};

class Legality {
public:
  Legality(ValueView &View, ExecMask &Exec) : View(View), Exec(Exec) {}

  Obstacle check(const Match &M, RewritePlan &Plan);

  /// True if a subtarget of \p View's function has \p R.
  bool isAvailable(const Row &R);
  /// True if a reader of \p R relies on its definition having zeroed the bits above.
  bool demandsZerosAbove(llvm::Register R);

private:
  using BlockOrder = llvm::DenseMap<const llvm::MachineInstr *, unsigned>;

  bool readersAllow(const Match &M);
  bool factsHold(const Match &M);
  bool holdsMatched(llvm::Register R, const RewritePlan &Plan) const;
  bool usesAllow(const Match &M, const RewritePlan &Plan);
  bool place(const Match &M, RewritePlan &Plan);
  bool collectHoist(llvm::MachineInstr &MI, const BlockOrder &Order, RewritePlan &Plan);
  bool mayHoist(const BlockOrder &Order, const RewritePlan &Plan);
  const Row *member(unsigned Index, const Match &M);
  unsigned bankCopies(const Row &R, unsigned Index, const Match &M);
  bool lanesAllow(const Match &M, const RewritePlan &Plan);
  bool zeroesAbove(const Match &M, const RewritePlan &Plan, unsigned Id);

  ValueView &View;
  ExecMask &Exec;
  llvm::DenseMap<const Row *, bool> Available;
};

} // namespace whittle

#endif // WHITTLE_PASSES_LEGALITY_H
