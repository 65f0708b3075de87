//===- verify/SymbolTerms.h - Expressions over symbols as terms -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The counterpart of evaluate() in isa/Symbols.h, which tests hold it against.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_SYMBOLTERMS_H
#define WHITTLE_VERIFY_SYMBOLTERMS_H

#include "isa/Program.h"
#include "verify/Term.h"
#include <functional>

namespace whittle {

/// Gives a variable's bits: itself, or a constant to replay a counterexample.
using VarSource = std::function<Term(const VarKey &Key, unsigned Lo, unsigned Width)>;

/// \p Vars with the high bits 0 of symbols that the guard holds below a power of two,
/// so that proofs need not look at it for that.
VarSource withBounds(TermGraph &G, const Window &W, VarSource Vars);

/// Of valueBits(Symbols) bits.
Term symbolTerm(TermGraph &G, const SymExpr &E, llvm::ArrayRef<SymbolSpec> Symbols,
                const VarSource &Vars);
/// One bit: all conditions hold.
Term guardTerm(TermGraph &G, llvm::ArrayRef<SymCondition> Where, llvm::ArrayRef<SymbolSpec> Symbols,
               const VarSource &Vars);

} // namespace whittle

#endif // WHITTLE_VERIFY_SYMBOLTERMS_H
