//===- isa/SymbolBinding.h - A general rule's symbols at a place -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_SYMBOLBINDING_H
#define WHITTLE_ISA_SYMBOLBINDING_H

#include "isa/Program.h"

namespace whittle {

/// What the symbols of a rule are, while its source is laid over a program. Copies
/// are what a search goes back to.
class SymbolBinding {
public:
  SymbolBinding() = default;
  explicit SymbolBinding(const Window &W) : Values(W.Symbols.size()) {}

  /// True if \p C, a whole value or a part of one, repeats one element, and the
  /// element is what \p L's symbol is: as it was before, or from now on.
  bool bindConstant(const Leaf &L, const llvm::APInt &C);
  /// True if these may be the immediates of \p N: equal in the bits that its row
  /// reads, or what its symbols are.
  bool bindImms(const Node &N, llvm::ArrayRef<int64_t> Imms);
  /// \p R without symbols. Nothing if one is not bound, or the guard does not hold.
  std::optional<Rule> instance(const Rule &R) const;

  /// True if \p C repeats one element that the leaf's symbol may be.
  static bool isRepeated(const Leaf &L, const llvm::APInt &C);

private:
  bool bind(const SymExpr &E, const llvm::APInt &V);

  llvm::SmallVector<std::optional<llvm::APInt>, 2> Values;
};

/// True if \p General, for some numbers within its guard, is \p R but for the
/// numbering of values. Both canonical; \p R without symbols.
bool isInstanceOf(const Rule &R, const Rule &General);

} // namespace whittle

#endif // WHITTLE_ISA_SYMBOLBINDING_H
