//===- verify/Polynomial.h - Integer polynomials over terms ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Polynomials with integer coefficients whose indeterminates are terms read as
// unsigned or as signed numbers. They carry an interval, so that one can see
// that a sum does not wrap.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_POLYNOMIAL_H
#define WHITTLE_VERIFY_POLYNOMIAL_H

#include "verify/Term.h"
#include <map>
#include <optional>
#include <vector>

namespace whittle {

using Int = __int128;

/// A term as a number; of at most 64 bits.
struct Indeterminate {
  Term T;
  bool Signed = false;
  auto operator<=>(const Indeterminate &) const = default;
};

struct Interval {
  Int Min = 0, Max = 0;
};

/// Sorted indeterminates, repeated for powers; empty: the constant 1.
using Monomial = std::vector<Indeterminate>;

/// Operations give nothing when the polynomial becomes too large or its
/// interval leaves what Int holds: callers then leave the term as it is.
class Polynomial {
public:
  static constexpr size_t MaxMonomials = 1024;

  static Polynomial constant(Int C);
  static Polynomial indeterminate(Indeterminate X);

  bool isConstant() const {
    return Terms.empty() || (Terms.size() == 1 && Terms.begin()->first.empty());
  }
  const std::map<Monomial, Int> &terms() const { return Terms; }

  /// Contains every value that the polynomial can have.
  std::optional<Interval> interval(const TermGraph &G) const;

  [[nodiscard]] bool addScaled(const Polynomial &P, Int Factor);
  static std::optional<Polynomial> product(const TermGraph &G, const Polynomial &A,
                                           const Polynomial &B);

  /// Coefficients modulo 2^W, as 0..2^W-1; W is at most 64.
  void reduce(unsigned W);
  void addTerm(const Monomial &M, Int C);

private:
  std::map<Monomial, Int> Terms;
};

} // namespace whittle

#endif // WHITTLE_VERIFY_POLYNOMIAL_H
