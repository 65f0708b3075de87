//===- verify/Z3Solver.h - Z3 behind a process boundary ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Z3 runs only in forked children, one per query: a query that hangs is ended
// for certain, one that crashes takes nothing with it, every query starts from
// the same state (so that its resource count repeats), and threads may ask at
// the same time. z3::exception does not leave Z3Solver.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_Z3SOLVER_H
#define WHITTLE_VERIFY_Z3SOLVER_H

#include "verify/Smt.h"
#include "llvm/ADT/APInt.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace whittle {

struct SolverAnswer {
  enum Kind : uint8_t {
    Unsat,
    Sat,
    Unknown, ///< budgets spent, or not supported: repeats
    Killed,  ///< ended by the watchdog or a signal: need not repeat
  } K = Unknown;
  std::string Solver;             ///< which member decided, with its version
  std::string Reason;             ///< of Unknown and Killed
  std::vector<llvm::APInt> Model; ///< Sat: a value per atom
  uint64_t Resources = 0;         ///< Z3 resource units of the deciding member
};

enum class SolverPlan : uint8_t {
  Portfolio,
  SmtCore, ///< the `smt` core alone, with all of the budget
};

/// Asks the portfolio: the `smt` core with a quarter of the budget, then the
/// `qfbv` tactic (`qfaufbv` with arrays), then the `smt` core with all of it;
/// each with a fresh context and solver. \p RLimit is Z3's resource units.
/// \returns an error if no process can be started.
llvm::Expected<SolverAnswer> solveSmt(const SmtQuery &Q, uint64_t RLimit, unsigned WatchdogMs,
                                      SolverPlan Plan = SolverPlan::Portfolio);

/// "z3 4.8.12".
std::string z3Version();

} // namespace whittle

#endif // WHITTLE_VERIFY_Z3SOLVER_H
