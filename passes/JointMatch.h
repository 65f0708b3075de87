//===- passes/JointMatch.h - Matches that share instructions ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A rule gains nothing where an instruction that it does without has another reader.
// It does where that reader is the root of a match that does without it as well.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_JOINTMATCH_H
#define WHITTLE_PASSES_JOINTMATCH_H

#include "passes/Legality.h"
#include "passes/Matcher.h"

namespace whittle {

/// A match, and the rule's number in the set.
struct JointPart {
  Match M;
  unsigned Rule;
};

/// Matches, \p First among them, whose inner instructions nothing but they read, and
/// whose targets together are cheaper than all that goes. Each is legal, what it shares
/// staying. Empty if there are none.
std::vector<JointPart> jointMatches(RuleSet &Set, ValueView &View, Legality &Legal,
                                    const Match &First, unsigned Rule);

/// True if \p M's target is cheaper than what goes although Plan.Stay stays.
bool gainsBesides(const Match &M, const RewritePlan &Plan);

/// Puts inner instructions of \p M that have other readers, and what those need, into
/// Plan.Stay: a rewrite may leave them where they are. False where it may not: readers
/// agree on a value, and a proof that is about one reader chooses what is unspecified.
bool leaveInPlace(ValueView &View, const Match &M, RewritePlan &Plan);

} // namespace whittle

#endif // WHITTLE_PASSES_JOINTMATCH_H
