//===- enumerate/Task.h - What is searched for in a window ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_TASK_H
#define WHITTLE_ENUMERATE_TASK_H

#include "isa/Program.h"
#include <vector>

namespace whittle {

/// One value to find another program for. A window with one output is one task;
/// several equal lane values are one task on their tuple; other outputs are a
/// task each, with the others' instructions kept.
struct Task {
  /// Kept and free nodes over the window's leaves that a target starts with:
  /// instructions of other outputs, sub-register reads, tuples. No outputs.
  Program Base;
  /// Values that cost nothing: leaves and nodes of Base, by id.
  std::vector<unsigned> Free;
  /// The source with one output: the goal.
  Program Goal;
  ValueType GoalTy;
  /// What the target always pays: the kept instructions.
  StaticCost Kept;

  /// Sets the outputs of a target whose value \p Root is the goal. New leaves
  /// shift ids: \p Shift is how many were added after the window's.
  void finish(Program &Target, unsigned Root, unsigned NumLeaves, unsigned Shift) const;

  // How finish() sets them.
  bool Tuple = false;                     ///< outputs are parts of the goal
  std::vector<ValueType> Parts;           ///< Tuple: their types in order
  llvm::SmallVector<unsigned, 2> Outputs; ///< not Tuple: ids in Base ..
  unsigned Replaced = 0;                  ///< .. but for this one
  const Row *ExtractRow = nullptr;
};

/// The tasks of a canonical window, the most promising first.
std::vector<Task> tasksOf(const Window &W);

/// For a window of two outputs that share inner values, a task for each as if nothing
/// of the other stayed: what is shared is neither free nor paid for by the other. Else none.
/// An answer is a part of a target, since another has to be found for the other output.
std::vector<Task> tasksApart(const Window &W);

} // namespace whittle

#endif // WHITTLE_ENUMERATE_TASK_H
