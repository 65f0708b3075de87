//===- verify/CutPoints.h - Equal inner values, proved first -----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two sides that compute the same inner values in different ways are hard as a whole
// and easy from the leaves up: inner terms that agree on tests are proved equal, small
// ones first, each with what was proved before as one term. Only what is proved is
// merged, so the two terms that are left are equal to the slice's for every input: a
// difference between them is one of the slice.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_CUTPOINTS_H
#define WHITTLE_VERIFY_CUTPOINTS_H

#include "verify/Cone.h"

namespace whittle {

struct CutLimits {
  unsigned Tests = 64;   ///< inputs on which inner values are compared
  unsigned Pairs = 64;   ///< that are to be proved, not counting pairs of the same form
  unsigned Failures = 6; ///< pairs that are not proved, before no more are tried
  size_t Terms = 4096;   ///< of the slice; of more none are tried
};

struct Merged {
  Term Source, Target; ///< equal to the slice's, for every input
  unsigned Proved = 0; ///< pairs, each form counted once
};

/// \p Prove says whether two terms are equal for all inputs; false says nothing.
Merged mergeEqualTerms(TermGraph &G, const Cone &C, llvm::function_ref<bool(Term, Term)> Prove,
                       const CutLimits &L = {});

} // namespace whittle

#endif // WHITTLE_VERIFY_CUTPOINTS_H
