//===- verify/NormalForm.cpp - Equivalences before the solver
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/NormalForm.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace whittle {

static bool isArithmetic(TermOp O) {
  return O == TermOp::Add || O == TermOp::Sub || O == TermOp::Mul;
}
static bool isBitwise(TermOp O) { return O == TermOp::And || O == TermOp::Or || O == TermOp::Xor; }

//===----------------------------------------------------------------------===//
// Folding by intervals
//===----------------------------------------------------------------------===//

Term NormalForm::fold(Term T) {
  if (auto It = Folded.find(T.Id); It != Folded.end())
    return It->second;
  SmallVector<Term, 8> Ops;
  for (Term O : G.operands(T))
    Ops.push_back(fold(O));
  Term R = foldNode(G.rebuild(T, Ops));
  Folded[T.Id] = R;
  return R;
}

Term NormalForm::foldNode(Term T) {
  Folding = true;
  Term R = foldWithIntervals(T);
  Folding = false;
  return R;
}

Term NormalForm::foldWithIntervals(Term T) {
  const TermOp Op = G.op(T);
  auto Range = [&](Term X) {
    auto P = exact(X, false);
    return P ? P->interval(G) : std::nullopt;
  };
  switch (Op) {
  case TermOp::Extract: {
    // A slice above everything that the number can reach.
    if (G.lo(T) == 0 || G.width(G.operand(T, 0)) > 64)
      return T;
    auto I = Range(G.operand(T, 0));
    return I && I->Max < (Int(1) << G.lo(T)) ? G.zero(G.width(T)) : T;
  }
  case TermOp::Ult:
  case TermOp::Slt: {
    auto A = exact(G.operand(T, 0), Op == TermOp::Slt),
         B = exact(G.operand(T, 1), Op == TermOp::Slt);
    if (!A || !B || !A->addScaled(*B, -1))
      return T;
    auto I = A->interval(G);
    return I && I->Max < 0 ? G.bit(true) : I && I->Min >= 0 ? G.bit(false) : T;
  }
  case TermOp::Eq: {
    Term C = G.operand(T, 1);
    if (!Choices || !G.isConst(C) || G.width(C) > 64 || !isArithmetic(G.op(G.operand(T, 0))))
      return T;
    auto I = Range(G.operand(T, 0));
    const Int V = Int(G.value(C).getZExtValue());
    return I && (V < I->Min || V > I->Max) ? G.bit(false) : T;
  }
  case TermOp::Select: {
    if (!Choices)
      return T;
    // Elements that no index reaches are as good as the first that one does.
    auto I = Range(G.operand(T, 0));
    SmallVector<Term, 64> Ops(G.operands(T));
    const Int Last = Int(Ops.size()) - 2;
    if (!I || (I->Min <= 0 && I->Max >= Last))
      return T;
    for (Int E = 0; E <= Last; ++E)
      if (E < I->Min || E > I->Max)
        Ops[1 + E] = Ops[1 + std::max<Int>(I->Min, 0)];
    return G.rebuild(T, Ops);
  }
  default:
    return T;
  }
}

//===----------------------------------------------------------------------===//
// Terms to polynomials
//===----------------------------------------------------------------------===//

bool NormalForm::fits(const Polynomial &P, unsigned W, bool Signed) {
  auto I = P.interval(G);
  if (!I)
    return false;
  Int Min = Signed ? -(Int(1) << (W - 1)) : 0;
  Int Max = (Int(1) << (Signed ? W - 1 : W)) - 1;
  return I->Min >= Min && I->Max <= Max;
}

std::optional<Polynomial> NormalForm::arithmetic(TermOp Op, const std::optional<Polynomial> &A,
                                                 const std::optional<Polynomial> &B) {
  if (!A || !B)
    return std::nullopt;
  if (EffortLeft == 0)
    return std::nullopt;
  if (Op == TermOp::Mul)
    return charge(Polynomial::product(G, *A, *B));
  Polynomial R = *A;
  if (!R.addScaled(*B, Op == TermOp::Add ? 1 : -1))
    return std::nullopt;
  return charge(std::move(R));
}

std::optional<Polynomial> NormalForm::charge(std::optional<Polynomial> P) {
  if (!P || P->terms().size() > EffortLeft) {
    EffortLeft = P ? 0 : EffortLeft;
    return std::nullopt;
  }
  EffortLeft -= P->terms().size();
  return P;
}

std::optional<Polynomial> NormalForm::exact(Term T, bool Signed) {
  if (G.width(T) > 64)
    return std::nullopt;
  std::pair<bool, PolyKey> Key{Folding, {T.Id, Signed}};
  if (auto It = ExactMemo.find(Key); It != ExactMemo.end())
    return It->second;
  ExactMemo[Key] = std::nullopt; // while it is being worked out
  return ExactMemo[Key] = exactUncached(T, Signed);
}

std::optional<Polynomial> NormalForm::exactOpaque(Term T, bool Signed) {
  Term N = Folding ? T : normalize(T);
  if (N != T && G.op(N) != G.op(T))
    switch (G.op(N)) {
    case TermOp::Const:
    case TermOp::Concat:
    case TermOp::Sext:
      return exact(N, Signed);
    default:
      break;
    }
  if (G.width(N) == 1) {
    Polynomial P = Polynomial::indeterminate({N, false}), R;
    return R.addScaled(P, Signed ? -1 : 1) ? std::optional(R) : std::nullopt;
  }
  return Polynomial::indeterminate({N, Signed});
}

std::optional<Polynomial> NormalForm::parts(Term Var, bool Signed) {
  auto It = Cuts.find(G.key(Var));
  if (It == Cuts.end())
    return std::nullopt;
  const unsigned Lo = G.lo(Var), End = Lo + G.width(Var);
  Polynomial R;
  for (unsigned At = Lo; At < End;) {
    auto Next = It->second.upper_bound(At);
    const unsigned To = Next == It->second.end() ? End : std::min(*Next, End);
    if (At == Lo && To == End)
      return std::nullopt;
    auto X = exactOpaque(G.var(G.key(Var), At, To - At), Signed && To == End);
    if (!X || !R.addScaled(*X, Int(1) << (At - Lo)))
      return std::nullopt;
    At = To;
  }
  return R;
}

std::optional<Polynomial> NormalForm::exactUncached(Term T, bool Signed) {
  unsigned W = G.width(T);
  TermOp Op = G.op(T);
  if (Op == TermOp::Const) {
    const APInt &V = G.value(T);
    return Polynomial::constant(Signed ? Int(V.getSExtValue()) : Int(V.getZExtValue()));
  }
  if (Op == TermOp::Var)
    if (auto P = parts(T, Signed))
      return P;
  if (Op == TermOp::Concat) {
    Polynomial R;
    unsigned At = 0;
    for (Term P : G.operands(T)) {
      bool Top = P == G.operands(T).back() && At + G.width(P) == W;
      auto X = exact(P, Signed && Top);
      if (!X || !R.addScaled(*X, Int(1) << At))
        return std::nullopt;
      At += G.width(P);
    }
    return R;
  }
  if (Op == TermOp::Sext) {
    // Copies of the sign count 2^W - 2^n when read unsigned.
    Term X = G.operand(T, 0);
    auto R = exact(X, true);
    if (Signed || !R || fits(*R, W, false))
      return R;
    auto Sign = exact(G.extract(X, G.width(X) - 1, 1), false);
    if (!Sign || !R->addScaled(*Sign, Int(1) << W))
      return std::nullopt;
    return R;
  }
  if (isArithmetic(Op)) {
    // Either reading of the operands gives the value modulo 2^W; it is the
    // value if it cannot wrap.
    for (bool Reading : {true, false}) {
      auto P = arithmetic(Op, exact(G.operand(T, 0), Reading), exact(G.operand(T, 1), Reading));
      if (P && fits(*P, W, Signed))
        return P;
    }
  }
  if (Op == TermOp::Extract && G.lo(T) == 0)
    for (bool Reading : {true, false}) {
      auto P = exact(G.operand(T, 0), Reading);
      if (P && fits(*P, W, Signed))
        return P;
    }
  if (auto P = chosen(T, [&](Term X) { return exact(X, Signed); }))
    return P;
  return exactOpaque(T, Signed);
}

std::optional<Polynomial> NormalForm::modulo(Term T, unsigned W) {
  assert(W && W <= 64 && "modulus too large");
  if (W == 1 && !isArithmetic(G.op(T)))
    T = G.trunc(T, 1);
  if (G.width(T) < W)
    return exact(T, false);
  std::pair<bool, PolyKey> Key{Folding, {T.Id, W}};
  if (auto It = ModuloMemo.find(Key); It != ModuloMemo.end())
    return It->second;
  ModuloMemo[Key] = std::nullopt; // while it is being worked out
  auto P = moduloUncached(T, W);
  if (P)
    P->reduce(W);
  return ModuloMemo[Key] = P;
}

/// Bits: the ring is GF(2).
std::optional<Polynomial> NormalForm::moduloBits(Term T) {
  auto Op = [&](unsigned I) { return modulo(G.operand(T, I), 1); };
  switch (G.op(T)) {
  case TermOp::And:
    return arithmetic(TermOp::Mul, Op(0), Op(1));
  case TermOp::Xor:
    return arithmetic(TermOp::Add, Op(0), Op(1));
  case TermOp::Or: {
    auto A = Op(0), B = Op(1);
    return arithmetic(TermOp::Add, arithmetic(TermOp::Add, A, B), arithmetic(TermOp::Mul, A, B));
  }
  default: { // if c then a else b: b + c (a + b)
    auto C = Op(0), A = Op(1), B = Op(2);
    return arithmetic(TermOp::Add, B, arithmetic(TermOp::Mul, C, arithmetic(TermOp::Add, A, B)));
  }
  }
}

std::optional<Polynomial> NormalForm::moduloUncached(Term T, unsigned W) {
  TermOp Op = G.op(T);
  // Of bits only where it helps: polynomials in which ones cancel grow further.
  if (Op == TermOp::Const && (W > 1 || Inside || Choices))
    return Polynomial::constant(Int(G.value(T).extractBitsAsZExtValue(W, 0)));
  if (isArithmetic(Op)) {
    auto P = arithmetic(Op, modulo(G.operand(T, 0), W), modulo(G.operand(T, 1), W));
    if (P)
      return P;
  }
  if (W == 1 && G.width(T) == 1 && (isBitwise(Op) || Op == TermOp::Ite)) {
    auto P = moduloBits(T);
    // Without effort left no sum of it will do, and each part of a long chain would be
    // a normal form of its own.
    if (P || EffortLeft == 0)
      return P;
  }
  if (Op == TermOp::Concat) {
    Polynomial R;
    unsigned At = 0;
    for (Term P : G.operands(T)) {
      if (At >= W)
        break;
      auto X = At + G.width(P) < W ? exact(P, false) : modulo(P, W - At);
      if (!X || !R.addScaled(*X, Int(1) << At))
        return std::nullopt;
      At += G.width(P);
    }
    return R;
  }
  if (Op == TermOp::Sext)
    return G.width(G.operand(T, 0)) >= W ? modulo(G.operand(T, 0), W)
                                         : exact(G.operand(T, 0), true);
  if (Op == TermOp::Extract && G.lo(T) == 0 && isArithmetic(G.op(G.operand(T, 0))))
    if (auto P = modulo(G.operand(T, 0), W))
      return P;
  if (G.width(T) == W) {
    if (Op == TermOp::Var)
      if (auto P = parts(T, false))
        return P;
    if (auto P = chosen(T, [&](Term X) { return modulo(X, W); }))
      return P;
    // The bits of a sum may be a sum themselves.
    if (Term N = Inside && !Folding ? normalize(T) : T; N != T && isArithmetic(G.op(N)))
      return modulo(N, W);
    return exactOpaque(T, false);
  }
  Term Low = G.trunc(T, W);
  if (G.op(Low) != TermOp::Extract)
    return modulo(Low, W);
  return exactOpaque(Low, false);
}

//===----------------------------------------------------------------------===//
// Normal forms
//===----------------------------------------------------------------------===//

Term NormalForm::normalize(Term T) {
  if (auto It = Normal.find(T.Id); It != Normal.end())
    return It->second;
  Term R = normalizeNode(T);
  Normal[T.Id] = R;
  return R;
}

Term NormalForm::normalizeRing(Term T, unsigned W) {
  if (W > 64)
    return {};
  auto P = modulo(T, W);
  if (P)
    P = canonical(std::move(*P), W);
  return P ? build(*P, W) : Term();
}

Term NormalForm::normalizeSlice(Term Sum, unsigned Lo, unsigned W) {
  if (Lo + W > 64)
    return {};
  auto P = modulo(Sum, Lo + W);
  if (P)
    P = canonical(std::move(*P), Lo + W);
  if (!P)
    return {};
  Polynomial Low, High;
  for (const auto &[M, C] : P->terms()) {
    Low.addTerm(M, C & ((Int(1) << Lo) - 1));
    High.addTerm(M, C >> Lo);
  }
  if (Lo == 0 || High.terms().empty())
    return G.extract(build(*P, Lo + W), Lo, W);
  auto Above = canonical(std::move(High), W);
  if (!Above)
    return {};
  Term R = G.add(G.extract(build(Low, Lo + W), Lo, W), build(*Above, W));
  Term N = normalizeRing(R, W);
  return N ? N : R;
}

std::optional<std::pair<Term, Term>> NormalForm::saturatingSum(Term T) {
  const unsigned W = G.width(T);
  if (G.op(T) != TermOp::Ite || !G.isOnes(G.operand(T, 1)))
    return std::nullopt;
  Term Carry = G.operand(T, 0), Low = G.operand(T, 2);
  if (G.op(Carry) != TermOp::Extract || G.op(Low) != TermOp::Extract || G.lo(Carry) != W ||
      G.lo(Low) != 0)
    return std::nullopt;
  Term Sum = G.operand(Carry, 0);
  if (Sum != G.operand(Low, 0) || G.op(Sum) != TermOp::Add || G.width(Sum) != W + 1)
    return std::nullopt;
  Term A = G.operand(Sum, 0), B = G.operand(Sum, 1);
  if (!G.isZero(G.extract(A, W, 1)) || !G.isZero(G.extract(B, W, 1)))
    return std::nullopt;
  return std::pair(G.extract(A, 0, W), G.extract(B, 0, W));
}

/// min(a + b, ones) is associative and commutative.
Term NormalForm::normalizeSaturating(Term T) {
  SmallVector<Term, 8> Items, Work{T};
  while (!Work.empty()) {
    Term X = Work.pop_back_val();
    if (auto Sum = saturatingSum(X))
      Work.append({Sum->first, Sum->second});
    else if (Term N = normalize(X); saturatingSum(N))
      Work.push_back(N);
    else
      Items.push_back(N);
  }
  llvm::sort(Items);
  Term R = Items[0];
  for (Term X : drop_begin(Items))
    R = G.uaddSat(R, X);
  return R;
}

Term NormalForm::normalizeChildren(Term T) {
  SmallVector<Term, 8> Ops;
  for (Term O : G.operands(T))
    Ops.push_back(normalize(O));
  return G.rebuild(T, Ops);
}

Term NormalForm::normalizeNode(Term T) {
  unsigned W = G.width(T);
  switch (G.op(T)) {
  case TermOp::Const:
  case TermOp::Var:
    return T;
  case TermOp::Add:
  case TermOp::Sub:
  case TermOp::Mul:
  case TermOp::Concat:
  case TermOp::Sext:
    if (Term R = normalizeRing(T, W))
      return R;
    break;
  case TermOp::Extract:
    // The bits above the slice do not matter.
    if (isArithmetic(G.op(G.operand(T, 0))))
      if (Term R = normalizeSlice(G.operand(T, 0), G.lo(T), W))
        return R;
    break;
  case TermOp::And:
  case TermOp::Or:
  case TermOp::Xor:
    if (W == 1)
      if (Term R = normalizeRing(T, 1))
        return R;
    return normalizeBitwise(T);
  case TermOp::Ite:
    if (W == 1)
      if (Term R = normalizeRing(T, 1))
        return R;
    if (saturatingSum(T))
      return normalizeSaturating(T);
    break;
  case TermOp::Eq: {
    Term R = normalizeChildren(T);
    if (G.op(R) != TermOp::Eq)
      return R;
    Term A = G.operand(R, 0), B = G.operand(R, 1);
    return G.isConst(B) || A < B ? R : G.eq(B, A);
  }
  case TermOp::Apply: {
    Term R = normalizeChildren(T);
    if (G.op(R) != TermOp::Apply || !commutes(G.function(R)) || G.operand(R, 0) < G.operand(R, 1))
      return R;
    SmallVector<Term, 3> Ops(G.operands(R));
    std::swap(Ops[0], Ops[1]);
    return G.rebuild(R, Ops);
  }
  default:
    break;
  }
  return normalizeChildren(T);
}

/// Or becomes And of complements; chains are flattened, sorted, and lose what
/// is there twice.
Term NormalForm::normalizeBitwise(Term T) {
  unsigned W = G.width(T);
  if (G.op(T) == TermOp::Or)
    return G.bitNot(normalize(G.bitAnd(G.bitNot(G.operand(T, 0)), G.bitNot(G.operand(T, 1)))));
  TermOp Op = G.op(T);
  bool Inverted = false;
  SmallVector<Term, 8> Items, Work(G.operands(T));
  while (!Work.empty()) {
    Term X = Work.pop_back_val();
    if (G.op(X) != Op)
      X = normalize(X);
    if (Op == TermOp::Xor && G.isOnes(X)) {
      Inverted = !Inverted;
    } else if (G.op(X) == Op) {
      Work.append(G.operands(X).begin(), G.operands(X).end());
    } else {
      Items.push_back(X);
    }
  }
  llvm::sort(Items);
  Term R = Op == TermOp::And ? G.ones(W) : G.zero(W);
  if (Op == TermOp::And) {
    Items.erase(llvm::unique(Items), Items.end());
    for (Term X : Items)
      if (Term N = G.notOf(X); N && llvm::is_contained(Items, N))
        return G.zero(W);
    for (Term X : Items)
      R = G.bitAnd(R, X);
    return R;
  }
  for (unsigned I = 0; I < Items.size(); ++I) {
    if (I + 1 < Items.size() && Items[I] == Items[I + 1])
      ++I;
    else
      R = G.bitXor(R, Items[I]);
  }
  return Inverted ? G.bitNot(R) : R;
}

} // namespace whittle
