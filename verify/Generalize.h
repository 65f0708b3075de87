//===- verify/Generalize.h - From one proved rule to a family ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Immediates and constants of a proved rule become symbols: sample what they may
// be, find expressions for the target's that agree with the witness and hold for
// most samples, put the weakest guard between samples that hold and those that do
// not, and prove the result with the symbols as variables. A counterexample is one
// more sample that does not hold.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_GENERALIZE_H
#define WHITTLE_VERIFY_GENERALIZE_H

#include "verify/Verify.h"
#include <optional>

namespace whittle {

struct GeneralizeOptions {
  uint64_t Seed = 1;
  unsigned Samples = 200;  ///< tuples of numbers for the symbols
  unsigned MaxProofs = 20; ///< proofs tried for one rule
  /// Its Stop ends the whole: what is not proved then has no general form.
  VerifyOptions Verify{.RLimit = 2'000'000, .WatchdogMs = 20'000};
};

struct Generalization {
  Rule R; ///< canonical, Proved
  VerifyResult V;
};

/// \p R must be Proved and without symbols. None: no symbols were found for which
/// more than the witness could be proved. The result is a function of \p R and \p O
/// unless a watchdog strikes or \p O stops it. Errors are tool failures.
llvm::Expected<std::optional<Generalization>> generalize(const Rule &R,
                                                         const GeneralizeOptions &O = {});

} // namespace whittle

#endif // WHITTLE_VERIFY_GENERALIZE_H
