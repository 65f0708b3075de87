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
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace whittle {

struct OpClass;

/// Rules with one output, by the class of their last instruction; general ones are
/// applied as the instance that a program asks for. Rules about loops, with choices or
/// whose readers look at low bits only never match here.
class RewriteSet {
public:
  /// Gives a number for remove().
  size_t add(const Rule &R);
  void remove(size_t Number);
  void restore(size_t Number) { enter(Number); }

  /// The program that a rule makes of \p P at value \p Root, if some rule's source is
  /// computed there (instructions of the same classes and immediates, commutative
  /// operands in either order, leaves bound to any values that meet their facts), its
  /// target needs no constant that \p W has not got, and the whole becomes cheaper, with
  /// what is read elsewhere too still computed.
  std::optional<Program> applyAt(const Window &W, const Program &P, unsigned Root) const;

  /// Applies rules that are \p Usable anywhere until none does any more. \p W gains the
  /// constants that their targets have, as leaves after its own.
  Program reduce(
      Window &W, Program P,
      llvm::function_ref<bool(const Rule &)> Usable = [](const Rule &) { return true; }) const;

private:
  void enter(size_t Number);
  llvm::ArrayRef<size_t> rulesAt(const Window &W, const Program &P, unsigned Root) const;
  bool improve(Window &W, Program &P, unsigned Node,
               llvm::function_ref<bool(const Rule &)> Usable) const;

  std::vector<Rule> Rules;
  llvm::DenseMap<const OpClass *, llvm::SmallVector<size_t, 4>> ByRoot;
};

/// For each rule whether those that are left make it superfluous: they turn its source
/// into something as cheap as its target, on every CPU that has its instructions. Most
/// special ones go first. A general rule is judged by some of its instances. Rules about
/// loops stay.
std::vector<bool> superfluous(llvm::ArrayRef<Rule> Rules);

} // namespace whittle

#endif // WHITTLE_ENUMERATE_REWRITE_H
