//===- verify/IRToTerms.h - LLVM IR as terms ---------------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Executes a straight-line function on terms. A vector is a list of element
// terms, lowest first, a scalar a list of one; floating-point operations apply
// functions to bit patterns. What the rows do not use (memory,
// control flow, flags that make poison) is refused by name.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_IRTOTERMS_H
#define WHITTLE_VERIFY_IRTOTERMS_H

#include "verify/Term.h"
#include "llvm/Support/Error.h"
#include <functional>

namespace llvm {
class Function;
}

namespace whittle {

using TermList = llvm::SmallVector<Term, 16>;

/// Answers a call of \p Callee with constant or symbolic arguments; for the
/// element reads of Matrix rows.
using CallFn =
    std::function<llvm::Expected<Term>(llvm::StringRef Callee, llvm::ArrayRef<Term> Args)>;

/// The value returned for \p Args, one list per parameter.
/// \returns an error that names the instruction if it is not supported.
llvm::Expected<TermList> executeFunction(TermGraph &G, const llvm::Function &F,
                                         llvm::ArrayRef<TermList> Args,
                                         const CallFn &Call = nullptr);

/// All bits of \p Elements, regrouped as elements of \p Width bits.
TermList regroup(TermGraph &G, llvm::ArrayRef<Term> Elements, unsigned Width);

} // namespace whittle

#endif // WHITTLE_VERIFY_IRTOTERMS_H
