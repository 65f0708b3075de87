//===- rulesdb/Lint.h - Is the rule set as a whole in order? ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Proofs are of one rule; this looks at what rules do to each other. A clean
// result says that every rule can fire and that rewriting ends.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_RULESDB_LINT_H
#define WHITTLE_RULESDB_LINT_H

#include "isa/Program.h"

namespace whittle {

struct LintFinding {
  enum Kind : uint8_t {
    Malformed,  ///< an unbound operand, or types that do not agree
    NotCheaper, ///< the target is not below the source in the static order
    Duplicate,  ///< the same source, preconditions and target as Other
    Shadowed,   ///< Other matches wherever this does and is at least as good
    Cycle,      ///< Other turns this rule's target into its source again
  } K;
  Hash128 Rule;
  Hash128 Other; ///< Duplicate, Shadowed, Cycle
  std::string Message;
};

/// Findings in the order of the rules' ids, whatever the order of \p Rules.
/// Opcodes of one class count as equal, commutative operands in either order.
std::vector<LintFinding> lint(llvm::ArrayRef<Rule> Rules);

} // namespace whittle

#endif // WHITTLE_RULESDB_LINT_H
