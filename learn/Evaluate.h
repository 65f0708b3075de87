//===- learn/Evaluate.h - Orders compared on held-out windows ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_EVALUATE_H
#define WHITTLE_LEARN_EVALUATE_H

#include "learn/Dataset.h"
#include <array>

namespace whittle {

/// How many candidates of an answer's own depth a search that takes its opcodes
/// in a given order meets before it can meet a known cheapest answer. (Programs
/// of fewer instructions are all met first, whatever the order: `whittle search`
/// goes depth by depth. They are the same for every order and not counted.) A
/// model, not a search: programs are counted by their operands' types and not
/// merged by value, so that a thousand windows cost a second.
///
/// Opcodes enter in rounds, the first 8 of the order, then 16, 32, .. all; only
/// programs with an opcode that is new in the round are counted there, and the
/// answer is met in proportion to its latest opcode's place among the new ones.
/// Inner immediates count InnerImmediates times, the last instruction's once
/// (it is solved). Answers of more than three instructions are never met.
class CandidateModel {
public:
  CandidateModel(const OpTable &Table, const LabelledWindow &L);

  /// \p Order is the whole pool. Infinite: not within three instructions.
  double candidates(llvm::ArrayRef<const OpClass *> Order) const;

  static constexpr unsigned FirstRound = 8, InnerImmediates = 8;

private:
  /// Programs of exactly 1, 2 and 3 instructions over these classes.
  std::array<double, 3> programs(llvm::ArrayRef<const OpClass *> Classes) const;

  const OpTable &Table;
  const LabelledWindow &L;
  std::vector<std::pair<ValueType, double>> Types; ///< with the number of leaves
};

/// Classes that read and make only types which the window has.
std::vector<const OpClass *> poolFor(const Window &W, const OpTable &Table);

struct CompareOptions {
  uint64_t Budget = 20'000'000;
  uint64_t Seed = 1;
  unsigned RandomOrders = 20;
  unsigned MaxWindows = 400, MinWindows = 30;
};

/// Policy, cost order, co-occurrence, random (mean over RandomOrders) and oracle
/// on windows of \p Test: those whose answer has three instructions if there
/// are at least MinWindows of them (below, the whole space is exhausted in about
/// a second and no order matters), else of two or more, else all. Skeletons
/// take turns until MaxWindows. \p Log says which, and gives the ratio of policy
/// to co-occurrence with a bootstrap interval over skeletons.
EvalReport compareOrders(const OpTable &Table, llvm::ArrayRef<const LabelledWindow *> Test,
                         CandidateRanker &Policy, CandidateRanker &CoOccurrence,
                         const CompareOptions &O, llvm::raw_ostream &Log);

} // namespace whittle

#endif // WHITTLE_LEARN_EVALUATE_H
