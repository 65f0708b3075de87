//===- verify/Polynomial.cpp - Integer polynomials over terms
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Polynomial.h"
#include <algorithm>

namespace whittle {

/// Coefficients and intervals stay below this, so that one product of a bound
/// with a bound can be checked before it overflows.
static constexpr Int Limit = Int(1) << 100;

static std::optional<Int> times(Int A, Int B) {
  Int R;
  if (__builtin_mul_overflow(A, B, &R) || R > Limit || R < -Limit)
    return std::nullopt;
  return R;
}

Polynomial Polynomial::constant(Int C) {
  Polynomial P;
  P.addTerm({}, C);
  return P;
}

Polynomial Polynomial::indeterminate(Indeterminate X) {
  Polynomial P;
  P.addTerm({X}, 1);
  return P;
}

void Polynomial::addTerm(const Monomial &M, Int C) {
  if (C == 0)
    return;
  auto [It, New] = Terms.try_emplace(M, C);
  if (!New && (It->second += C) == 0)
    Terms.erase(It);
}

std::optional<Interval> Polynomial::interval(const TermGraph &G) const {
  Interval Sum;
  for (const auto &[M, C] : Terms) {
    Interval I{1, 1};
    for (const Indeterminate &X : M) {
      unsigned N = G.width(X.T);
      Int Lo = X.Signed ? -(Int(1) << (N - 1)) : 0;
      Int Hi = X.Signed ? (Int(1) << (N - 1)) - 1 : (Int(1) << N) - 1;
      auto A = times(I.Min, Lo), B = times(I.Min, Hi), D = times(I.Max, Lo), E = times(I.Max, Hi);
      if (!A || !B || !D || !E)
        return std::nullopt;
      I = {std::min({*A, *B, *D, *E}), std::max({*A, *B, *D, *E})};
    }
    auto A = times(I.Min, C), B = times(I.Max, C);
    if (!A || !B)
      return std::nullopt;
    Sum.Min += std::min(*A, *B);
    Sum.Max += std::max(*A, *B);
    if (Sum.Min < -Limit || Sum.Max > Limit)
      return std::nullopt;
  }
  return Sum;
}

bool Polynomial::addScaled(const Polynomial &P, Int Factor) {
  for (const auto &[M, C] : P.Terms) {
    auto F = times(C, Factor);
    if (!F)
      return false;
    addTerm(M, *F);
    if (Terms.size() > MaxMonomials)
      return false;
  }
  for (const auto &[M, C] : Terms)
    if (C > Limit || C < -Limit)
      return false;
  return true;
}

std::optional<Polynomial> Polynomial::product(const TermGraph &G, const Polynomial &A,
                                              const Polynomial &B) {
  Polynomial R;
  if (A.Terms.size() * B.Terms.size() > MaxMonomials)
    return std::nullopt;
  for (const auto &[MA, CA] : A.Terms)
    for (const auto &[MB, CB] : B.Terms) {
      auto C = times(CA, CB);
      if (!C)
        return std::nullopt;
      Monomial M;
      std::merge(MA.begin(), MA.end(), MB.begin(), MB.end(), std::back_inserter(M));
      // A bit is its own square.
      M.erase(std::unique(M.begin(), M.end(),
                          [&](const Indeterminate &X, const Indeterminate &Y) {
                            return X == Y && !X.Signed && G.width(X.T) == 1;
                          }),
              M.end());
      R.addTerm(M, *C);
    }
  for (const auto &[M, C] : R.Terms)
    if (C > Limit || C < -Limit)
      return std::nullopt;
  return R;
}

void Polynomial::reduce(unsigned W) {
  Int Modulus = Int(1) << W;
  for (auto It = Terms.begin(); It != Terms.end();) {
    Int C = It->second % Modulus;
    It->second = C < 0 ? C + Modulus : C;
    It = It->second == 0 ? Terms.erase(It) : std::next(It);
  }
}

} // namespace whittle
