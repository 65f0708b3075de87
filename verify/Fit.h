//===- verify/Fit.h - Expressions and guards that fit samples ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_FIT_H
#define WHITTLE_VERIFY_FIT_H

#include "isa/Symbols.h"

namespace whittle {

/// One number for each symbol.
using SymTuple = std::vector<llvm::APInt>;

/// Tuples that are worth a try: \p Witness first, then one number varied and the
/// others kept, boundary values, small and random ones; \p Count of them at most.
std::vector<SymTuple> sampleTuples(llvm::ArrayRef<SymbolSpec> Symbols, const SymTuple &Witness,
                                   unsigned Count, uint64_t Seed);

/// Expressions whose low bits are \p Want where the symbols are \p Witness; small
/// ones first, the number itself last.
std::vector<SymExpr> fitExpressions(llvm::ArrayRef<SymbolSpec> Symbols, const SymTuple &Witness,
                                    const llvm::APInt &Want);

/// For a truth table of 8 bits that is found bit by bit from others: what each bit
/// may be for one tuple. Bit I of Zero (One): it may be 0 (1).
struct TableSample {
  SymTuple Tuple;
  uint8_t Zero = 0, One = 0;
};
/// Expressions of tables of 8 bits, composed of one or two symbols, for all samples.
std::vector<SymExpr> fitTables(llvm::ArrayRef<SymbolSpec> Symbols,
                               llvm::ArrayRef<TableSample> Samples);

/// A conjunction that all of \p Bad violates; Good.front() satisfies it, and of the
/// rest as many as possible, with as few conditions as that takes. None if no such
/// conjunction is known, or it leaves a symbol only one number.
std::optional<std::vector<SymCondition>> fitGuard(llvm::ArrayRef<SymbolSpec> Symbols,
                                                  llvm::ArrayRef<SymTuple> Good,
                                                  llvm::ArrayRef<SymTuple> Bad);

} // namespace whittle

#endif // WHITTLE_VERIFY_FIT_H
