//===- verify/NormalFormRing.cpp - Polynomials to terms -------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One polynomial modulo 2^W for all that are equal by the rules here, and its term.
//
//===----------------------------------------------------------------------===//

#include "verify/NormalForm.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace whittle {

/// Monomials of a function of bits over the integers, at most: one of n bits may need 2^n.
static constexpr size_t MaxBitMonomials = 32;

static bool isArithmetic(TermOp O) {
  return O == TermOp::Add || O == TermOp::Sub || O == TermOp::Mul;
}

//===----------------------------------------------------------------------===//
// What sums look into
//===----------------------------------------------------------------------===//

/// Where bits choose: b x for x under a mask of copies of b, y + b (x - y) for x if b
/// else y. \p Number gives the polynomial of what is chosen.
std::optional<Polynomial> NormalForm::chosen(Term T,
                                             function_ref<std::optional<Polynomial>(Term)> Number) {
  const unsigned W = G.width(T);
  if (!Inside || Folding || W == 1)
    return std::nullopt;
  if (G.op(T) == TermOp::Ite) {
    if (saturatingSum(T))
      return std::nullopt;
    auto A = Number(G.operand(T, 1)), B = Number(G.operand(T, 2));
    auto Difference = arithmetic(TermOp::Sub, A, B);
    return arithmetic(TermOp::Add, B,
                      arithmetic(TermOp::Mul, exact(G.operand(T, 0), false), Difference));
  }
  if (G.op(T) != TermOp::And)
    return std::nullopt;
  SmallVector<Term, 4> Bits, Work(G.operands(T));
  Term Rest = G.ones(W);
  while (!Work.empty()) {
    Term X = Work.pop_back_val();
    Term Inverted = G.notOf(X), Mask = Inverted ? Inverted : X;
    if (G.op(Mask) == TermOp::Sext && G.width(G.operand(Mask, 0)) == 1)
      Bits.push_back(Inverted ? G.bitNot(G.operand(Mask, 0)) : G.operand(Mask, 0));
    else if (G.op(X) == TermOp::And)
      Work.append(G.operands(X).begin(), G.operands(X).end());
    else
      Rest = G.bitAnd(Rest, X);
  }
  if (Bits.empty())
    return std::nullopt;
  auto R = Number(Rest);
  for (Term Bit : Bits)
    R = arithmetic(TermOp::Mul, R, exact(Bit, false));
  return R;
}

/// A function of bits, 0 or 1, over the integers: a xor b is a + b - 2 a b.
std::optional<Polynomial> NormalForm::ofBits(Term T) {
  if (auto It = BitMemo.find(T.Id); It != BitMemo.end())
    return It->second;
  std::optional<Polynomial> R;
  auto Op = [&](unsigned I) { return ofBits(G.operand(T, I)); };
  auto Sum = [&](const std::optional<Polynomial> &A, const std::optional<Polynomial> &B, Int Both) {
    auto R = arithmetic(TermOp::Add, A, B), Product = arithmetic(TermOp::Mul, A, B);
    return R && Product && R->addScaled(*Product, Both) ? R : std::nullopt;
  };
  switch (G.op(T)) {
  case TermOp::Const:
    R = Polynomial::constant(G.isZero(T) ? 0 : 1);
    break;
  case TermOp::And:
    R = arithmetic(TermOp::Mul, Op(0), Op(1));
    break;
  case TermOp::Or:
    R = Sum(Op(0), Op(1), -1);
    break;
  case TermOp::Xor:
    R = Sum(Op(0), Op(1), -2);
    break;
  default:
    R = Polynomial::indeterminate({T, false});
  }
  if (R && R->terms().size() > MaxBitMonomials)
    R = std::nullopt;
  BitMemo[T.Id] = R;
  return R;
}

/// \p C times \p X modulo 2^W is \p C / 2^Shift times P.
std::optional<NormalForm::Opened> NormalForm::open(const Indeterminate &X, Int C, unsigned W) {
  if (!Inside || W == 1)
    return std::nullopt;
  const unsigned N = G.width(X.T);
  if (N == 1 && (G.op(X.T) == TermOp::And || G.op(X.T) == TermOp::Or || G.op(X.T) == TermOp::Xor)) {
    auto P = ofBits(X.T);
    return P ? std::optional(Opened{std::move(*P), 0}) : std::nullopt;
  }
  if (G.op(X.T) != TermOp::Extract || !isArithmetic(G.op(G.operand(X.T, 0))))
    return std::nullopt;
  // The upper bits of a number A, from Lo on: 2^Lo times them is A less its low bits.
  // Normal forms of slices end A where they end, but where the effort is spent.
  Term A = G.operand(X.T, 0);
  const unsigned Lo = G.lo(X.T), Zeros = countr_zero(uint64_t(C));
  if (Lo == 0 || Zeros < Lo || Lo + N < G.width(A))
    return std::nullopt;
  auto Whole = modulo(A, W - (Zeros - Lo)), Low = exact(G.trunc(A, Lo), false);
  if (!Whole || !Low || !Whole->addScaled(*Low, -1))
    return std::nullopt;
  return Opened{std::move(*Whole), Lo};
}

//===----------------------------------------------------------------------===//
// Polynomials to terms
//===----------------------------------------------------------------------===//

/// Only unsigned indeterminates, no more of each than its coefficient lets
/// through modulo 2^W.
std::optional<Polynomial> NormalForm::canonical(Polynomial P, unsigned W) {
  for (unsigned Round = 0; Round < 64; ++Round) {
    P.reduce(W);
    bool Changed = false;
    Polynomial R;
    for (const auto &[M, C] : P.terms()) {
      unsigned Left = W - unsigned(countr_zero(uint64_t(C)));
      auto Needs = [&](const Indeterminate &X) { return X.Signed || G.width(X.T) > Left; };
      auto At = llvm::find_if(M, Needs);
      std::optional<Polynomial> X;
      unsigned Shift = 0;
      if (At != M.end()) {
        const unsigned N = G.width(At->T);
        if (N > Left) { // only its low bits matter, however it is read
          X = modulo(G.trunc(At->T, Left), Left);
        } else { // sext(x) = x - 2^n msb(x)
          X = Polynomial::indeterminate({At->T, false});
          auto Sign = exact(G.extract(At->T, N - 1, 1), false);
          if (!Sign || !X->addScaled(*Sign, -(Int(1) << N)))
            return std::nullopt;
        }
      } else {
        for (At = M.begin(); At != M.end(); ++At)
          if (auto Inner = open(*At, C, W)) {
            X = std::move(Inner->P);
            Shift = Inner->Shift;
            break;
          }
        if (At == M.end()) {
          R.addTerm(M, C);
          continue;
        }
      }
      Changed = true;
      Monomial Rest(M);
      Rest.erase(Rest.begin() + (At - M.begin()));
      Polynomial Others;
      Others.addTerm(Rest, C >> Shift);
      auto Product = X ? charge(Polynomial::product(G, Others, *X)) : std::nullopt;
      if (!Product || !R.addScaled(*Product, 1))
        return std::nullopt;
    }
    P = std::move(R);
    if (!Changed) {
      P.reduce(W);
      return P;
    }
  }
  return std::nullopt;
}

Term NormalForm::build(const Polynomial &P, unsigned W) {
  // Parts that do not overlap are wiring.
  APInt Used = APInt::getZero(W);
  SmallVector<std::pair<unsigned, Term>, 8> Parts;
  bool Wiring = true;
  for (const auto &[M, C] : P.terms()) {
    uint64_t Bits = uint64_t(C);
    if (M.empty()) {
      APInt V(W, Bits);
      Wiring &= (Used & V).isZero();
      Used |= V;
      for (unsigned I = 0; I < W; ++I)
        if (V[I])
          Parts.push_back({I, G.bit(true)});
      continue;
    }
    unsigned At = countr_zero(Bits);
    if (M.size() != 1 || !isPowerOf2_64(Bits) || At + G.width(M[0].T) > W) {
      Wiring = false;
      break;
    }
    APInt V = APInt::getBitsSet(W, At, At + G.width(M[0].T));
    Wiring &= (Used & V).isZero();
    Used |= V;
    Parts.push_back({At, M[0].T});
  }
  if (Wiring) {
    llvm::sort(Parts);
    SmallVector<Term, 16> Pieces;
    unsigned At = 0;
    for (auto [Lo, T] : Parts) {
      if (Lo > At)
        Pieces.push_back(G.zero(Lo - At));
      Pieces.push_back(T);
      At = Lo + G.width(T);
    }
    if (At < W)
      Pieces.push_back(G.zero(W - At));
    return G.concat(Pieces);
  }

  Term Sum = G.zero(W);
  Term Constant = Sum;
  for (const auto &[M, C] : P.terms()) {
    Term Product = G.constant(W, uint64_t(C));
    if (M.empty()) {
      Constant = Product;
      continue;
    }
    for (const Indeterminate &X : M)
      Product = W == 1 ? G.bitAnd(Product, X.T) : G.mul(Product, G.zext(X.T, W));
    Sum = W == 1 ? G.bitXor(Sum, Product) : G.add(Sum, Product);
  }
  return W == 1 ? G.bitXor(Sum, Constant) : G.add(Sum, Constant);
}

} // namespace whittle
