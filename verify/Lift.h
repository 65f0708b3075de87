//===- verify/Lift.h - A proved rule for other opcodes of its families ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What holds for dwords of 512 bits mostly holds for words of 128: a rule is written
// again with relatives of its opcodes (isa/Families.h) on registers and elements of
// other widths, with the other sign, and so on, and each instance is proved by itself.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_LIFT_H
#define WHITTLE_VERIFY_LIFT_H

#include "verify/Verify.h"
#include <functional>

namespace whittle {

struct LiftOptions {
  unsigned MaxProofs = 300; ///< tried for one rule and all that comes of it
  unsigned MaxRules = 16;   ///< that come of one rule
  VerifyOptions Verify{.RLimit = 1'000'000, .WatchdogMs = 10'000};
  /// Asked before each proof: true ends it with what was found so far.
  std::function<bool()> Stop = [] { return false; };
};

struct Lifted {
  Rule R; ///< canonical, Proved
  VerifyResult V;
};
/// What \p R becomes by one change of all its opcodes, what that becomes by another, and so
/// on: cheaper than their sources, each one proved, without \p R. Registers' widths change in
/// every way that gives all values one type; a general rule keeps its symbols and changes
/// these alone. Nothing comes of rules about loops, or whose readers look at low bits only.
/// A function of \p R and \p O unless a watchdog strikes. \p R must be Proved. Errors are
/// tool failures.
llvm::Expected<std::vector<Lifted>> lift(const Rule &R, const LiftOptions &O = {});

} // namespace whittle

#endif // WHITTLE_VERIFY_LIFT_H
