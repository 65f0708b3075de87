//===- learn/Evaluate.h - Orders compared on held-out windows ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An order is measured by the search that whittle uses, run once for each
// window and order, single answers taken on tests instead of proofs. Search goes
// by number of instructions, and what is smaller than the known answer is gone
// through in full whatever the order: those candidates are counted by a search
// of their own and not held against the order.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_EVALUATE_H
#define WHITTLE_LEARN_EVALUATE_H

#include "enumerate/Evaluator.h"
#include "learn/Dataset.h"
#include <functional>

namespace whittle {

struct CompareOptions {
  uint64_t Budget = 20'000'000; ///< candidates of the answer's own size
  uint64_t Seed = 1;
  unsigned Threads = 2;
  unsigned RandomOrders = 2;
  unsigned MaxWindows = 40, MinWindows = 8;
  unsigned SmallerBudgets = 10;
  double Seconds = 240; ///< no further window is begun later than this
};

/// Search for an answer of \p L with its opcodes in \p Order's order.
struct Trial {
  double Candidates = 0; ///< of the answer's own size until it; infinite: not within the budget
  unsigned Rank = 0;     ///< position of the answer's last opcode class in the order
};
llvm::Expected<Trial> tryOrder(const LabelledWindow &L, const OpTable &Table,
                               CandidateRanker &Order, Evaluator &E, const CompareOptions &O);

/// What search with fewer instructions than the known answer has comes to.
enum class Smaller : uint8_t {
  Open,   ///< goes through all and finds nothing as cheap: now the order matters
  Solved, ///< finds an answer as cheap
  Endless ///< takes more than SmallerBudgets budgets: no order is ever reached
};
llvm::Expected<Smaller> trySmaller(const LabelledWindow &L, Evaluator &E, const CompareOptions &O);

/// "policy", "cost" order, the \p Baselines (by their names), "random" (all
/// RandomOrders together) and "oracle" on windows of \p Test: those whose answer has three
/// instructions if there are MinWindows of them, else of two or more, else all; of those the ones
/// that the smaller search leaves Open. Skeletons take turns in an order drawn by the
/// seed until MaxWindows or time ends it. Geometric mean and 90th percentile
/// count unsolved windows at the budget. \p Log also gets the ratio of policy to
/// each baseline with a bootstrap interval over skeletons, and recall alone on more
/// windows.
llvm::Expected<EvalReport> compareOrders(const OpTable &Table,
                                         llvm::ArrayRef<const LabelledWindow *> Test,
                                         CandidateRanker &Policy,
                                         llvm::ArrayRef<CandidateRanker *> Baselines, Evaluator &E,
                                         const CompareOptions &O, llvm::raw_ostream &Log);

} // namespace whittle

#endif // WHITTLE_LEARN_EVALUATE_H
