//===- verify/TermFunctions.cpp - What is known of opaque functions --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each of these is an equation between evalOpaque()'s results for all arguments, NaNs
// among them; a test holds every one against it.
//
//===----------------------------------------------------------------------===//

#include "verify/Term.h"

using namespace llvm;

namespace whittle {

static bool isRounding(Opaque F) {
  return F == Opaque::FRoundEven || F == Opaque::FFloor || F == Opaque::FCeil ||
         F == Opaque::FTrunc;
}

/// Whole numbers, infinities and settled NaNs: rounding leaves them as they are.
bool TermGraph::isWholeNumber(Term T) const {
  if (op(T) != TermOp::Apply)
    return false;
  const Opaque F = function(T);
  return isRounding(F) || F == Opaque::SIntToF || F == Opaque::UIntToF;
}

/// \p T rounded by \p F, if choices in it (mostly of which NaN it is) come to whole
/// numbers somewhere; else no term.
Term TermGraph::roundedWhole(Opaque F, Term T, unsigned Depth) {
  if (isWholeNumber(T))
    return T;
  // A double may be two halves, each with its choice.
  SmallVector<Term, 4> Pieces(1, T), Then, Else;
  if (op(T) == TermOp::Concat)
    Pieces.assign(operands(T).begin(), operands(T).end());
  const auto *First = find_if(Pieces, [&](Term P) { return op(P) == TermOp::Ite; });
  if (First == Pieces.end() || !Depth)
    return {};
  const Term Cond = operand(*First, 0);
  for (Term P : Pieces) {
    const bool Chooses = op(P) == TermOp::Ite && operand(P, 0) == Cond;
    Then.push_back(Chooses ? operand(P, 1) : P);
    Else.push_back(Chooses ? operand(P, 2) : P);
  }
  const Term X = concat(Then), Y = concat(Else);
  const Term A = roundedWhole(F, X, Depth - 1), B = roundedWhole(F, Y, Depth - 1);
  if (!A && !B)
    return {};
  auto Of = [&](Term Known, Term Branch) {
    return Known ? Known : intern(TermOp::Apply, width(T), {Branch}, unsigned(F));
  };
  return ite(Cond, Of(A, X), Of(B, Y));
}

Term TermGraph::apply(Opaque F, unsigned Width, ArrayRef<Term> Args) {
  if (isRounding(F))
    if (Term T = roundedWhole(F, Args[0], /*Depth=*/4))
      return T;
  // x - x is 0, of infinities and NaNs none.
  if (F == Opaque::FAdd && !isConst(Args[0]) &&
      Args[1] == bitXor(Args[0], constant(APInt::getSignMask(Width)))) {
    const unsigned Low = Width == 16 ? 10 : Width == 32 ? 23 : 52;
    const Term Exponent = extract(Args[0], Low, Width - 1 - Low);
    const APInt Infinity = APInt::getBitsSet(Width, Low, Width - 1);
    return ite(eq(Exponent, ones(width(Exponent))),
               constant(evalOpaque(F, Width, {Infinity, Infinity | APInt::getSignMask(Width)})),
               zero(Width));
  }
  // Rounds of the cipher: the inverse one mixes columns last, and a last round is undone
  // by the other.
  if (F == Opaque::AesDec)
    return apply(Opaque::AesImc, Width, apply(Opaque::AesDecLast, Width, Args));
  if (F == Opaque::AesDecLast || F == Opaque::AesEncLast) {
    const Opaque Inverse = F == Opaque::AesDecLast ? Opaque::AesEncLast : Opaque::AesDecLast;
    if (op(Args[0]) == TermOp::Apply && function(Args[0]) == Inverse)
      return operand(Args[0], 0);
  }
  return intern(TermOp::Apply, Width, Args, unsigned(F));
}

} // namespace whittle
