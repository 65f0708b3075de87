//===- enumerate/Discover.h - Rules of a set of opcodes ---------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_DISCOVER_H
#define WHITTLE_ENUMERATE_DISCOVER_H

#include "enumerate/Search.h"

namespace whittle {

struct DiscoverOptions {
  std::vector<const Row *> Rows;   ///< none over whole waves, none that reads memory
  std::vector<int64_t> Immediates; ///< tried for each immediate
  /// Variables and constants that programs start from; see leavesFor().
  std::vector<Leaf> Leaves;
  unsigned Length = 2; ///< instructions of the longest source, shared ones once
  uint64_t Seed = 1;   ///< of the tests
  /// Programs are made of cheapest ones only: what holds another is no source. Off,
  /// every program takes part: to see that nothing is lost.
  bool Pruned = true;
  /// For values. With too little, what they are on the tests is computed again; if it is
  /// not enough for how they are made either, not all programs are seen.
  size_t MaxBytes = size_t(4) << 30;
  double Seconds = 0;                      ///< wall clock; 0: no limit
  const std::atomic<bool> *Stop = nullptr; ///< set by an interrupt
  /// Each rule of the result, once all programs of its source's weight were seen, so
  /// that a run which is killed has lost little. May be null.
  std::function<void(const Rule &)> Found;
};

struct DiscoverResult {
  /// No rule's source is improved by the others, each target is the cheapest program
  /// known. In the order of their sources' costs.
  std::vector<Rule> Rules;
  uint64_t Programs = 0; ///< evaluated
  uint64_t Values = 0;   ///< different ones among them
  /// Equal on all tests and cheaper, but for an earlier rule.
  uint64_t Derived = 0;
  unsigned Refuted = 0, Unknown = 0;
  bool Exhausted = false; ///< all programs of that length were seen
};

/// \p Variables of each register type that \p Rows read, and the constants 0 and -1 of
/// each.
std::vector<Leaf> leavesFor(llvm::ArrayRef<const Row *> Rows, unsigned Variables);

/// Builds all programs of the options' rows over their leaves, cheapest first, and
/// asks the prover of each that gives on all tests what a cheaper one gives. The
/// result depends on the options but for Seconds and Stop only.
llvm::Expected<DiscoverResult> discover(const TargetIsa &Isa, const DiscoverOptions &O,
                                        const VerifyFn &Verify);

} // namespace whittle

#endif // WHITTLE_ENUMERATE_DISCOVER_H
