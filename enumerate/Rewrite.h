//===- enumerate/Rewrite.h - Rules on programs ------------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules applied to programs as values, not to machine code: to know which rules
// others make superfluous.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_REWRITE_H
#define WHITTLE_ENUMERATE_REWRITE_H

#include "isa/Program.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace whittle {

struct OpClass;

/// Rules with one output, by the class of their last instruction. Rules with
/// choices or whose readers look at low bits only never match here.
class RewriteSet {
public:
  /// Gives a number for remove().
  size_t add(const Rule &R);
  void remove(size_t Number);
  void restore(size_t Number) { enter(Number); }

  /// The program that a rule makes of \p P at value \p Root, if some rule's source is
  /// computed there (instructions of the same classes and immediates, commutative
  /// operands in either order, leaves bound to any values that meet their facts) and
  /// the whole becomes cheaper, with what is read elsewhere too still computed.
  std::optional<Program> applyAt(const Window &W, const Program &P, unsigned Root) const;

  /// Applies rules anywhere until none does any more. \p W gains the constants that
  /// targets of rules have, as leaves after its own.
  Program reduce(Window &W, Program P) const;

private:
  void enter(size_t Number);
  std::vector<Rule> Rules;
  llvm::DenseMap<const OpClass *, llvm::SmallVector<size_t, 4>> ByRoot;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_REWRITE_H
