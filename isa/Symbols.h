//===- isa/Symbols.h - Numbers that a general rule leaves open --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A general rule has symbols where its witness has immediates and constants. A
// symbol is an unsigned number of so many bits, which a match binds; conditions
// say for which numbers the rule holds, and the target's immediates and constants
// are expressions.
//
// Expressions are computed in two's complement with valueBits() bits, at least 8
// more than the widest symbol has: sums and differences do not wrap. What is
// written into an immediate or an element is the low part of the value.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_SYMBOLS_H
#define WHITTLE_ISA_SYMBOLS_H

#include "llvm/ADT/APInt.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace whittle {

struct Rule;
struct Window;

/// Symbols of one rule, at most; they are printed as letters.
inline constexpr unsigned MaxSymbols = 8;

struct SymExpr {
  enum Op : uint8_t {
    Number,
    Symbol,
    Not,
    Add,
    Sub,
    And,
    Or,
    Xor,
    Shl, ///< counts of valueBits() or more give 0
    Shr, ///< logical; likewise
    Mod, ///< by a number that is a power of two: the low bits
    Min, ///< signed
    Max,
    Count, ///< bits that are 1
    /// Truth table 0 of tables 1, 2, 3, 8 bits each: bit i of the result is bit
    /// (4 * a + 2 * b + c) of operand 0, with a, b, c bit i of the others.
    Table,
    /// Four fields of 2 bits: field i of the result is the field of operand 0 that
    /// field i of operand 1 names.
    Shuffle,
  } K = Number;
  uint64_t Value = 0; ///< Number: itself; Symbol: its index
  std::vector<SymExpr> Args;

  static SymExpr number(uint64_t N) { return {Number, N, {}}; }
  static SymExpr symbol(unsigned I) { return {Symbol, I, {}}; }
  static SymExpr make(Op K, std::vector<SymExpr> Args) { return {K, 0, std::move(Args)}; }
  bool isNumber() const { return K == Number; }
  bool isSymbol() const { return K == Symbol; }
  bool operator==(const SymExpr &) const = default;

  /// Calls \p F for each symbol in it.
  void forEachSymbol(llvm::function_ref<void(unsigned)> F) const;
  /// Operations and operands.
  unsigned size() const;
  /// The same with symbol I as \p NewIndex[I], operands of commutative operations in
  /// one order.
  SymExpr renumbered(llvm::ArrayRef<unsigned> NewIndex) const;
};

/// Signed comparison of two values.
struct SymCondition {
  enum Pred : uint8_t { LT, LE, EQ, NE } P = LT;
  SymExpr L, R;
  bool operator==(const SymCondition &) const = default;
};

/// "i8", with the name "$a" by position.
struct SymbolSpec {
  uint16_t Bits = 8;
  bool operator==(const SymbolSpec &) const = default;
};

/// Bits that expressions over such symbols are computed with.
unsigned valueBits(llvm::ArrayRef<SymbolSpec> Symbols);

/// \p Values: one a symbol, as wide as its spec says. The result has valueBits().
llvm::APInt evaluate(const SymExpr &E, llvm::ArrayRef<SymbolSpec> Symbols,
                     llvm::ArrayRef<llvm::APInt> Values);
bool holds(const SymCondition &C, llvm::ArrayRef<SymbolSpec> Symbols,
           llvm::ArrayRef<llvm::APInt> Values);
/// All conditions of \p W.
bool guardHolds(const Window &W, llvm::ArrayRef<llvm::APInt> Values);

/// \p R for these values: a rule without symbols. Does not look at the guard.
Rule instantiate(const Rule &R, llvm::ArrayRef<llvm::APInt> Values);

/// "$a + 3", "min($a + $b, 255)"; operands of an operator that are one themselves
/// stand in parentheses.
std::string printExpr(const SymExpr &E);
std::string printCondition(const SymCondition &C);
/// Takes an expression or a condition from the front of \p Text. \p SymbolNamed
/// gives a symbol's index by its name. Errors say what was expected.
using SymbolFinder = llvm::function_ref<std::optional<unsigned>(llvm::StringRef)>;
llvm::Expected<SymExpr> takeExpr(llvm::StringRef &Text, SymbolFinder SymbolNamed);
llvm::Expected<SymCondition> takeCondition(llvm::StringRef &Text, SymbolFinder SymbolNamed);

/// Checks what a general rule has to satisfy beside what any rule has: symbols of
/// one width wherever they are bound, each bound by the source, where only bare
/// symbols may stand. Names the item.
llvm::Error checkSymbols(const Rule &R);
/// Numbers the symbols in the order in which the source first has them, drops those
/// that it has not, and sorts the conditions.
void canonicalizeSymbols(Rule &R);

} // namespace whittle

#endif // WHITTLE_ISA_SYMBOLS_H
