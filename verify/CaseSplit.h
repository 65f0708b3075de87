//===- verify/CaseSplit.h - Equal for each value of a mask ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which elements a mask moves where (compress, expand, permutes by them) is hard on
// solvers and plain wiring once the mask is known.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_CASESPLIT_H
#define WHITTLE_VERIFY_CASESPLIT_H

#include "verify/NormalForm.h"
#include <functional>

namespace whittle {

/// One bit of a variable.
struct ControlBit {
  VarKey Key;
  unsigned Bit = 0;
  auto operator<=>(const ControlBit &) const = default;
};

struct CaseLimits {
  unsigned Cases = 1 << 18;       ///< assignments of some bits looked at
  size_t Terms = size_t(4) << 20; ///< added to the graph
  std::function<bool()> Stop = [] { return false; };
};

/// \p T with each variable that \p With gives a term for replaced.
Term substitute(TermGraph &G, Term T, llvm::function_ref<std::optional<Term>(Term)> With);

/// True if \p Source and \p Target have one normal form for every value of \p Bits,
/// which are tried in their order, with equal parts left out. False says nothing: the
/// first case that is not settled ends it.
bool equalInEveryCase(TermGraph &G, NormalForm &Forms, Term Source, Term Target,
                      llvm::ArrayRef<ControlBit> Bits, const CaseLimits &L = {});

} // namespace whittle

#endif // WHITTLE_VERIFY_CASESPLIT_H
