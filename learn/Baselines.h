//===- learn/Baselines.h - Orders to hold a policy against ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cost order (makeCostRanker) is close to table order, since nearly all rows
// cost the same: no policy that beats only that has learned anything. The
// baseline that counts is co-occurrence.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_BASELINES_H
#define WHITTLE_LEARN_BASELINES_H

#include "enumerate/Search.h"
#include "learn/Dataset.h"

namespace whittle {

/// Counts over training windows of which answer classes come with which source
/// classes, root class, output type and number of nodes. A class's score is its log
/// frequency plus Mix times the sum of log p(class | token) / p(class); Mix is
/// the one of a few that ranks \p Validation best. With \p PerCandidate
/// workPenalty is taken off, as the policy does. Ties by class id.
std::unique_ptr<CandidateRanker>
makeCoOccurrenceRanker(const OpTable &Table, llvm::ArrayRef<const LabelledWindow *> Train,
                       llvm::ArrayRef<const LabelledWindow *> Validation, bool PerCandidate);

/// A permutation that depends on \p Seed and the window only.
std::unique_ptr<CandidateRanker> makeRandomRanker(uint64_t Seed);

/// The bound: the classes of one answer of fewest classes first (those that
/// \p Order, any other order, likes best), then the rest in that order.
std::vector<const OpClass *> oracleOrder(const LabelledWindow &L, const OpTable &Table,
                                         std::vector<const OpClass *> Order);

/// Classes that read and make only types which the window has.
std::vector<const OpClass *> poolFor(const Window &W, const OpTable &Table);

/// The position of each class of the table in \p Order; absent ones stand last.
std::vector<unsigned> ranksOf(llvm::ArrayRef<const OpClass *> Order, const OpTable &Table);

/// The position at which some answer's last class comes: how many opcodes an
/// order has to take before the window can be solved.
unsigned answerRank(const LabelledWindow &L, llvm::ArrayRef<unsigned> Ranks);

} // namespace whittle

#endif // WHITTLE_LEARN_BASELINES_H
