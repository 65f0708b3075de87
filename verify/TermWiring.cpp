//===- verify/TermWiring.cpp - Slices, concatenations and bitwise operations
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One form for wiring: a Concat of pieces, cut wherever an operand of a bitwise
// operation is cut, joined wherever two neighbours are slices of one thing. So
// the bytes of a dword, put together again, are the dword.
//
//===----------------------------------------------------------------------===//

#include "verify/Term.h"

using namespace llvm;

namespace whittle {

static bool isBitwise(TermOp O) { return O == TermOp::And || O == TermOp::Or || O == TermOp::Xor; }

/// \p C is a constant that is neither 0 nor ones for And/Or, nor 0 for Xor:
/// one piece for each run of equal bits.
Term TermGraph::bitwiseConst(TermOp Op, Term A, Term C) {
  const APInt Mask = value(C);
  unsigned W = width(A);
  SmallVector<Term> Pieces;
  for (unsigned At = 0; At < W;) {
    bool Set = Mask[At];
    unsigned End = At + 1;
    while (End < W && Mask[End] == Set)
      ++End;
    unsigned N = End - At;
    Term Part = extract(A, At, N);
    if (Op == TermOp::And)
      Pieces.push_back(Set ? Part : zero(N));
    else if (Op == TermOp::Or)
      Pieces.push_back(Set ? ones(N) : Part);
    else
      Pieces.push_back(Set ? bitNot(Part) : Part);
    At = End;
  }
  return concat(Pieces);
}

Term TermGraph::bitwise(TermOp Op, Term A, Term B) {
  unsigned W = width(A);
  assert(W == width(B) && "widths differ");
  if (isConst(A))
    std::swap(A, B);
  if (A == B)
    return Op == TermOp::Xor ? zero(W) : A;
  if (isConst(A))
    return intern(Op, W, {A, B});
  if (isZero(B))
    return Op == TermOp::And ? B : A;
  if (isOnes(B) && Op == TermOp::And)
    return A;
  if (isOnes(B) && Op == TermOp::Or)
    return B;
  if (isConst(B) && !isOnes(B))
    return bitwiseConst(Op, A, B);
  if (isOnes(B)) // a complement
    if (Term N = notOf(A))
      return N;

  if (op(A) == TermOp::Concat || op(B) == TermOp::Concat) {
    SmallVector<unsigned> Cuts;
    for (Term T : {A, B}) {
      unsigned At = 0;
      if (op(T) == TermOp::Concat)
        for (Term P : operands(T).drop_back())
          Cuts.push_back(At += width(P));
    }
    Cuts.push_back(W);
    llvm::sort(Cuts);
    SmallVector<Term> Pieces;
    unsigned At = 0;
    for (unsigned Cut : Cuts) {
      if (Cut == At)
        continue;
      Pieces.push_back(bitwise(Op, extract(A, At, Cut - At), extract(B, At, Cut - At)));
      At = Cut;
    }
    return concat(Pieces);
  }
  return intern(Op, W, {A, B});
}

/// Operands that several terms share are asked once, or a deep function of few bits
/// (an inverse in GF(2^8)) would take time exponential in its depth.
Term TermGraph::tryJoin(Term Lo, Term Hi) {
  const TermOp L = op(Lo);
  if (L != op(Hi) || (!isBitwise(L) && L != TermOp::Ite))
    return joinOnce(Lo, Hi);
  const std::pair Key(Lo.Id, Hi.Id);
  if (auto It = Joins.find(Key); It != Joins.end())
    return It->second;
  return Joins[Key] = joinOnce(Lo, Hi);
}

Term TermGraph::joinOnce(Term Lo, Term Hi) {
  unsigned W = width(Lo) + width(Hi);
  TermOp L = op(Lo), H = op(Hi);
  if (L == TermOp::Const && H == TermOp::Const)
    return intern(TermOp::Concat, W, {Lo, Hi});
  if (L == TermOp::Var && H == TermOp::Var && key(Lo) == key(Hi) && lo(Hi) == lo(Lo) + width(Lo))
    return var(key(Lo), lo(Lo), W);
  if (L == TermOp::Extract && H == TermOp::Extract && operand(Lo, 0) == operand(Hi, 0) &&
      lo(Hi) == lo(Lo) + width(Lo))
    return extract(operand(Lo, 0), lo(Lo), W);

  // Copies of the sign above the value.
  if (L != TermOp::Const) {
    if (H == TermOp::Sext) {
      Term Base = operand(Hi, 0);
      if (width(Base) == 1 && Base == msb(Lo))
        return sext(Lo, W);
      if (Term J = tryJoin(Lo, Base))
        return sext(J, W);
    } else if (width(Hi) == 1 && H != TermOp::Const && Hi == msb(Lo)) {
      return sext(Lo, W);
    }
  }

  if (L != H)
    return {};
  if (isBitwise(L)) {
    for (unsigned Swap : {0u, 1u}) {
      Term J0 = tryJoin(operand(Lo, 0), operand(Hi, Swap));
      Term J1 = J0 ? tryJoin(operand(Lo, 1), operand(Hi, 1 - Swap)) : Term();
      if (J1)
        return bitwise(L, J0, J1);
    }
  }
  if (L == TermOp::Ite && operand(Lo, 0) == operand(Hi, 0)) {
    Term J0 = tryJoin(operand(Lo, 1), operand(Hi, 1));
    Term J1 = J0 ? tryJoin(operand(Lo, 2), operand(Hi, 2)) : Term();
    if (J1)
      return ite(operand(Lo, 0), J0, J1);
  }
  return {};
}

Term TermGraph::concat(ArrayRef<Term> LowFirst) {
  SmallVector<Term, 16> Out;
  unsigned W = 0;
  auto Push = [&](Term P) {
    W += width(P);
    if (!Out.empty())
      if (Term J = tryJoin(Out.back(), P)) {
        Out.back() = J;
        return;
      }
    Out.push_back(P);
  };
  for (Term T : LowFirst) {
    if (op(T) == TermOp::Concat)
      for (Term P : operands(T))
        Push(P);
    else
      Push(T);
  }
  assert(!Out.empty() && "concat of nothing");
  return Out.size() == 1 ? Out[0] : intern(TermOp::Concat, W, Out);
}

Term TermGraph::extract(Term A, unsigned Lo, unsigned W) {
  assert(W && Lo + W <= width(A) && "slice outside of the term");
  if (W == width(A))
    return A;
  switch (op(A)) {
  case TermOp::Var:
    return var(key(A), lo(A) + Lo, W);
  case TermOp::Extract:
    return extract(operand(A, 0), lo(A) + Lo, W);
  case TermOp::Concat: {
    SmallVector<Term, 16> Pieces;
    unsigned At = 0;
    for (Term P : operands(A)) {
      unsigned Begin = std::max(At, Lo), End = std::min(At + width(P), Lo + W);
      if (Begin < End)
        Pieces.push_back(extract(P, Begin - At, End - Begin));
      At += width(P);
    }
    return concat(Pieces);
  }
  case TermOp::Sext: {
    Term X = operand(A, 0);
    unsigned N = width(X);
    if (Lo + W <= N)
      return extract(X, Lo, W);
    return Lo >= N ? sext(msb(X), W) : sext(extract(X, Lo, N - Lo), W);
  }
  case TermOp::And:
  case TermOp::Or:
  case TermOp::Xor:
  case TermOp::Ite: {
    const std::pair Key(A.Id, uint64_t(Lo) << 32 | W);
    if (auto It = Slices.find(Key); It != Slices.end())
      return It->second;
    const unsigned First = op(A) == TermOp::Ite;
    const Term X = extract(operand(A, First), Lo, W), Y = extract(operand(A, First + 1), Lo, W);
    return Slices[Key] = First ? ite(operand(A, 0), X, Y) : bitwise(op(A), X, Y);
  }
  default:
    return intern(TermOp::Extract, W, {A}, Lo);
  }
}

Term TermGraph::zext(Term A, unsigned W) {
  assert(W >= width(A) && "zero extension to fewer bits");
  return W == width(A) ? A : concat({A, zero(W - width(A))});
}

Term TermGraph::sext(Term A, unsigned W) {
  unsigned N = width(A);
  assert(W >= N && "sign extension to fewer bits");
  if (W == N)
    return A;
  if (op(A) == TermOp::Sext)
    return sext(operand(A, 0), W);
  if (op(A) == TermOp::Concat) {
    SmallVector<Term, 16> Pieces(operands(A));
    Pieces.back() = sext(Pieces.back(), width(Pieces.back()) + W - N);
    return concat(Pieces);
  }
  return intern(TermOp::Sext, W, {A});
}

} // namespace whittle
