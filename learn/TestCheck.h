//===- learn/TestCheck.h - Two programs on fresh tests ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_TESTCHECK_H
#define WHITTLE_LEARN_TESTCHECK_H

#include "enumerate/Evaluator.h"
#include "enumerate/Search.h"
#include <random>

namespace whittle {

/// A value for each leaf on which source and target of \p R (lane-wise, one
/// output) differ, or nothing if they agree on \p NumTests tests. Agreement is
/// no proof; it is what training and evaluation go by.
llvm::Expected<std::optional<std::vector<llvm::APInt>>>
findDifference(const Rule &R, Evaluator &E, size_t NumTests, std::mt19937_64 &Random);

/// A stand-in for the prover when searches are compared: candidates that weigh
/// at most \p MaxWeight are accepted if findDifference finds nothing, and
/// dearer ones are left undecided, so that the search goes on as it would.
VerifyFn acceptByTests(Evaluator &E, unsigned MaxWeight, uint64_t Seed);

} // namespace whittle

#endif // WHITTLE_LEARN_TESTCHECK_H
