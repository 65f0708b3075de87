//===- verify/Term.cpp - Hash-consed bit-vector terms
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The graph, and the constructors that compute. Wiring is in TermWiring.cpp.
//
//===----------------------------------------------------------------------===//

#include "verify/Term.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace whittle {

StringRef termOpName(TermOp O) {
  static constexpr const char *Names[] = {
      "const", "var", "add", "sub", "mul", "and",    "or",      "xor",  "shl",    "lshr",
      "ashr",  "eq",  "ult", "slt", "ite", "concat", "extract", "sext", "select", "apply"};
  return Names[unsigned(O)];
}

APInt evalTermOp(TermOp Op, unsigned Width, unsigned Lo, ArrayRef<APInt> Ops) {
  auto Bit = [](bool B) { return APInt(1, B); };
  switch (Op) {
  case TermOp::Const:
  case TermOp::Var:
    break;
  case TermOp::Add:
    return Ops[0] + Ops[1];
  case TermOp::Sub:
    return Ops[0] - Ops[1];
  case TermOp::Mul:
    return Ops[0] * Ops[1];
  case TermOp::And:
    return Ops[0] & Ops[1];
  case TermOp::Or:
    return Ops[0] | Ops[1];
  case TermOp::Xor:
    return Ops[0] ^ Ops[1];
  case TermOp::Shl:
    return Ops[1].uge(Width) ? APInt::getZero(Width) : Ops[0].shl(Ops[1]);
  case TermOp::LShr:
    return Ops[1].uge(Width) ? APInt::getZero(Width) : Ops[0].lshr(Ops[1]);
  case TermOp::AShr:
    return Ops[0].ashr(unsigned(Ops[1].getLimitedValue(Width - 1)));
  case TermOp::Eq:
    return Bit(Ops[0] == Ops[1]);
  case TermOp::Ult:
    return Bit(Ops[0].ult(Ops[1]));
  case TermOp::Slt:
    return Bit(Ops[0].slt(Ops[1]));
  case TermOp::Ite:
    return Ops[0].isZero() ? Ops[2] : Ops[1];
  case TermOp::Concat: {
    APInt R = APInt::getZero(Width);
    unsigned At = 0;
    for (const APInt &P : Ops) {
      R.insertBits(P, At);
      At += P.getBitWidth();
    }
    return R;
  }
  case TermOp::Extract:
    return Ops[0].extractBits(Width, Lo);
  case TermOp::Sext:
    return Ops[0].sext(Width);
  case TermOp::Select:
    return Ops[1 + Ops[0].getZExtValue()];
  case TermOp::Apply:
    return evalOpaque(Opaque(Lo), Width, Ops);
  }
  llvm_unreachable("constants and variables are not evaluated here");
}

TermGraph::TermGraph() : Table(1024, ~0u) {}

bool TermGraph::sameNode(const Node &A, const Node &B) const {
  return A.Op == B.Op && A.Width == B.Width && A.Lo == B.Lo && A.Key == B.Key &&
         (A.Op != TermOp::Const || *A.Value == *B.Value) &&
         ArrayRef(A.Ops, A.NumOps) == ArrayRef(B.Ops, B.NumOps);
}

void TermGraph::grow() {
  Table.assign(Table.size() * 2, ~0u);
  for (uint32_t Id = 0; Id < Nodes.size(); ++Id) {
    size_t At = Nodes[Id].Hash & (Table.size() - 1);
    while (Table[At] != ~0u)
      At = (At + 1) & (Table.size() - 1);
    Table[At] = Id;
  }
}

Term TermGraph::lookup(Node N, ArrayRef<Term> Ops, const APInt *Value) {
  N.Ops = Ops.data();
  N.NumOps = Ops.size();
  N.Value = Value;
  hash_code H = hash_combine(N.Op, N.Width, N.Lo, N.Key.K, N.Key.Index, N.Key.Lane);
  for (Term O : Ops)
    H = hash_combine(H, O.Id);
  if (Value)
    H = hash_combine(H, *Value);
  N.Hash = H;
  size_t At = N.Hash & (Table.size() - 1);
  for (; Table[At] != ~0u; At = (At + 1) & (Table.size() - 1))
    if (Nodes[Table[At]].Hash == N.Hash && sameNode(Nodes[Table[At]], N))
      return {Table[At]};

  Term *Copy = Alloc.Allocate<Term>(Ops.size());
  std::uninitialized_copy(Ops.begin(), Ops.end(), Copy);
  N.Ops = Copy;
  if (Value)
    N.Value = &Values.emplace_back(*Value);
  for (Term O : Ops)
    N.ExecMask |= Nodes[O.Id].ExecMask;
  uint32_t Id = Nodes.size();
  Nodes.push_back(N);
  Table[At] = Id;
  if (Nodes.size() * 2 > Table.size())
    grow();
  return {Id};
}

Term TermGraph::constant(const APInt &Value) {
  return lookup(Node{TermOp::Const, Value.getBitWidth(), 0, 0, nullptr, nullptr, {}, 0, 0}, {},
                &Value);
}

Term TermGraph::var(const VarKey &Key, unsigned Lo, unsigned Width) {
  assert(Width && "variable of no bits");
  uint64_t Exec = Key.K == VarKey::Exec ? uint64_t(1) << Key.Lane : 0;
  return lookup(Node{TermOp::Var, Width, Lo, 0, nullptr, nullptr, Key, Exec, 0}, {}, nullptr);
}

/// Folds if every operand is constant and the result known, else makes the node.
Term TermGraph::intern(TermOp Op, unsigned Width, ArrayRef<Term> Ops, unsigned Lo) {
  const bool Known = Op != TermOp::Apply || !isApproximate(Opaque(Lo));
  if (Known && all_of(Ops, [&](Term T) { return isConst(T); })) {
    SmallVector<APInt, 4> Vals;
    for (Term T : Ops)
      Vals.push_back(value(T));
    return constant(evalTermOp(Op, Width, Lo, Vals));
  }
  return lookup(Node{Op, Width, Lo, 0, nullptr, nullptr, {}, 0, 0}, Ops, nullptr);
}

Term TermGraph::notOf(Term T) const {
  return op(T) == TermOp::Xor && isOnes(operand(T, 1)) ? operand(T, 0) : Term();
}

Term TermGraph::add(Term A, Term B) {
  assert(width(A) == width(B) && "widths differ");
  if (isConst(A))
    std::swap(A, B);
  if (isZero(B))
    return A;
  if (isConst(B) && op(A) == TermOp::Add && isConst(operand(A, 1)))
    return add(operand(A, 0), add(operand(A, 1), B));
  return intern(TermOp::Add, width(A), {A, B});
}

Term TermGraph::sub(Term A, Term B) {
  assert(width(A) == width(B) && "widths differ");
  if (A == B)
    return zero(width(A));
  if (isConst(B))
    return add(A, constant(-value(B)));
  return intern(TermOp::Sub, width(A), {A, B});
}

Term TermGraph::mul(Term A, Term B) {
  assert(width(A) == width(B) && "widths differ");
  if (isConst(A))
    std::swap(A, B);
  if (isConst(B)) {
    const APInt &C = value(B);
    if (C.isZero())
      return B;
    if (C.isPowerOf2())
      return shl(A, constant(width(A), C.logBase2()));
  }
  return intern(TermOp::Mul, width(A), {A, B});
}

Term TermGraph::shl(Term A, Term Count) {
  unsigned W = width(A);
  assert(W == width(Count) && "widths differ");
  if (isConst(Count)) {
    if (value(Count).uge(W))
      return zero(W);
    unsigned K = value(Count).getZExtValue();
    return K == 0 ? A : concat({zero(K), extract(A, 0, W - K)});
  }
  return isZero(A) ? A : intern(TermOp::Shl, W, {A, Count});
}

Term TermGraph::lshr(Term A, Term Count) {
  unsigned W = width(A);
  assert(W == width(Count) && "widths differ");
  if (isConst(Count)) {
    if (value(Count).uge(W))
      return zero(W);
    unsigned K = value(Count).getZExtValue();
    return K == 0 ? A : zext(extract(A, K, W - K), W);
  }
  return isZero(A) ? A : intern(TermOp::LShr, W, {A, Count});
}

Term TermGraph::ashr(Term A, Term Count) {
  unsigned W = width(A);
  assert(W == width(Count) && "widths differ");
  if (isConst(Count)) {
    unsigned K = value(Count).getLimitedValue(W - 1);
    return K == 0 ? A : sext(extract(A, K, W - K), W);
  }
  return isZero(A) || isOnes(A) ? A : intern(TermOp::AShr, W, {A, Count});
}

unsigned TermGraph::constantTop(Term A) const {
  if (isConst(A))
    return width(A);
  if (op(A) == TermOp::Concat && isConst(operands(A).back()))
    return width(operands(A).back());
  return 0;
}

Term TermGraph::eq(Term A, Term B) {
  unsigned W = width(A);
  assert(W == width(B) && "widths differ");
  if (A == B)
    return bit(true);
  if (isConst(A))
    std::swap(A, B);
  if (!isConst(B))
    return intern(TermOp::Eq, 1, {A, B});
  const APInt C = isConst(B) ? value(B) : APInt();
  if (W == 1)
    return C.isZero() ? bitNot(A) : A;
  if (op(A) == TermOp::Sext && width(operand(A, 0)) == 1 && (C.isZero() || C.isAllOnes()))
    return eq(operand(A, 0), extract(B, 0, 1));
  if (op(A) == TermOp::Concat) {
    // Constant pieces decide, or drop out.
    SmallVector<Term> RestA, RestB;
    unsigned At = 0;
    for (Term P : operands(A)) {
      Term CP = extract(B, At, width(P));
      At += width(P);
      if (!isConst(P)) {
        RestA.push_back(P);
        RestB.push_back(CP);
      } else if (P != CP) {
        return bit(false);
      }
    }
    if (RestA.size() < operands(A).size())
      return eq(concat(RestA), concat(RestB));
  }
  return intern(TermOp::Eq, 1, {A, B});
}

Term TermGraph::ult(Term A, Term B) {
  unsigned W = width(A);
  assert(W == width(B) && "widths differ");
  if (A == B || isZero(B) || isOnes(A))
    return bit(false);
  if (isConst(A) && isConst(B))
    return intern(TermOp::Ult, 1, {A, B});
  if (unsigned Top = std::min(constantTop(A), constantTop(B))) {
    // Equal constant bits at the top drop out, different ones decide.
    APInt X = value(extract(A, W - Top, Top)), Y = value(extract(B, W - Top, Top));
    if (X != Y)
      return bit(X.ult(Y));
    return ult(extract(A, 0, W - Top), extract(B, 0, W - Top));
  }
  if (isConst(B) && value(B).isPowerOf2()) {
    unsigned K = value(B).logBase2();
    return eq(extract(A, K, W - K), zero(W - K));
  }
  return intern(TermOp::Ult, 1, {A, B});
}

Term TermGraph::slt(Term A, Term B) {
  unsigned W = width(A);
  assert(W == width(B) && "widths differ");
  if (A == B)
    return bit(false);
  if (isZero(B))
    return msb(A);
  if (isConst(B) && value(B).isMinSignedValue())
    return bit(false);
  if (isConst(A) && value(A).isMaxSignedValue())
    return bit(false);
  if (constantTop(A) && constantTop(B)) {
    Term X = msb(A), Y = msb(B);
    return X == Y ? ult(A, B) : X;
  }
  return intern(TermOp::Slt, 1, {A, B});
}

Term TermGraph::ite(Term Cond, Term A, Term B) {
  assert(width(Cond) == 1 && width(A) == width(B) && "ill-formed ite");
  if (isConst(Cond))
    return isZero(Cond) ? B : A;
  if (Term N = notOf(Cond))
    return ite(N, B, A);
  // A branch that asks the same question again.
  if (op(A) == TermOp::Ite && operand(A, 0) == Cond)
    A = operand(A, 1);
  if (op(B) == TermOp::Ite && operand(B, 0) == Cond)
    B = operand(B, 2);
  if (A == B)
    return A;
  if (width(A) == 1) {
    if (isConst(A))
      return isZero(A) ? bitAnd(bitNot(Cond), B) : bitOr(Cond, B);
    if (isConst(B))
      return isZero(B) ? bitAnd(Cond, A) : bitOr(bitNot(Cond), A);
  }
  return intern(TermOp::Ite, width(A), {Cond, A, B});
}

Term TermGraph::select(Term Index, ArrayRef<Term> Elements) {
  assert(Elements.size() == size_t(1) << width(Index) && "index does not fit the list");
  if (isConst(Index))
    return Elements[value(Index).getZExtValue()];
  if (all_equal(Elements))
    return Elements[0];
  if (op(Index) == TermOp::Concat && any_of(operands(Index), [&](Term P) { return isConst(P); })) {
    // Constant bits of the index choose a part of the list.
    SmallVector<Term> Free;
    APInt Known = APInt::getZero(width(Index)), Value = Known;
    unsigned At = 0;
    for (Term P : operands(Index)) {
      if (isConst(P)) {
        Known.setBits(At, At + width(P));
        Value.insertBits(value(P), At);
      } else {
        Free.push_back(P);
      }
      At += width(P);
    }
    SmallVector<Term, 64> Left;
    for (size_t I = 0; I < Elements.size(); ++I)
      if ((APInt(width(Index), I) & Known) == Value)
        Left.push_back(Elements[I]);
    return select(concat(Free), Left);
  }
  SmallVector<Term, 65> Ops{Index};
  Ops.append(Elements.begin(), Elements.end());
  return intern(TermOp::Select, width(Elements[0]), Ops);
}

Term TermGraph::uaddSat(Term A, Term B) {
  unsigned W = width(A);
  Term Sum = add(zext(A, W + 1), zext(B, W + 1));
  return ite(extract(Sum, W, 1), ones(W), extract(Sum, 0, W));
}

Term TermGraph::usubSat(Term A, Term B) { return ite(ult(A, B), zero(width(A)), sub(A, B)); }

Term TermGraph::clampToWidth(Term A, unsigned W) {
  Term Lo = constant(APInt::getSignedMinValue(W).sext(width(A)));
  Term Hi = constant(APInt::getSignedMaxValue(W).sext(width(A)));
  return trunc(smin(smax(A, Lo), Hi), W);
}

Term TermGraph::saddSat(Term A, Term B) {
  unsigned W = width(A);
  return clampToWidth(add(sext(A, W + 1), sext(B, W + 1)), W);
}

Term TermGraph::ssubSat(Term A, Term B) {
  unsigned W = width(A);
  return clampToWidth(sub(sext(A, W + 1), sext(B, W + 1)), W);
}

Term TermGraph::ctpop(Term A) {
  unsigned W = width(A);
  Term Sum = zext(extract(A, 0, 1), W);
  for (unsigned I = 1; I < W; ++I)
    Sum = add(Sum, zext(extract(A, I, 1), W));
  return Sum;
}

Term TermGraph::ctlz(Term A) {
  unsigned W = width(A);
  Term R = constant(W, W);
  for (unsigned I = 0; I < W; ++I)
    R = ite(extract(A, I, 1), constant(W, W - 1 - I), R);
  return R;
}

Term TermGraph::cttz(Term A) {
  unsigned W = width(A);
  Term R = constant(W, W);
  for (unsigned I = W; I-- > 0;)
    R = ite(extract(A, I, 1), constant(W, I), R);
  return R;
}

/// Of the floating-point format of \p Width bits.
static unsigned exponentBits(unsigned Width) { return Width == 16 ? 5 : Width == 32 ? 8 : 11; }

Term TermGraph::isNaN(Term A) {
  // No integer converts to one.
  if (op(A) == TermOp::Apply && (function(A) == Opaque::SIntToF || function(A) == Opaque::UIntToF))
    return bit(false);
  unsigned W = width(A), Mantissa = W - 1 - exponentBits(W);
  APInt Infinity = APInt::getBitsSet(W - 1, Mantissa, W - 1);
  return ult(constant(Infinity), extract(A, 0, W - 1));
}

Term TermGraph::fequal(Term A, Term B) {
  unsigned W = width(A);
  Term Zeros = eq(bitOr(extract(A, 0, W - 1), extract(B, 0, W - 1)), zero(W - 1));
  return bitAnd(bitOr(eq(A, B), Zeros), bitNot(bitOr(isNaN(A), isNaN(B))));
}

// Magnitudes order positive numbers, and negative ones the other way round.
Term TermGraph::fless(Term A, Term B) {
  unsigned W = width(A);
  Term MagA = extract(A, 0, W - 1), MagB = extract(B, 0, W - 1);
  Term Zeros = eq(bitOr(MagA, MagB), zero(W - 1));
  Term Less =
      ite(msb(A), bitOr(bitNot(msb(B)), ult(MagB, MagA)), bitAnd(bitNot(msb(B)), ult(MagA, MagB)));
  return bitAnd(Less, bitNot(bitOr(Zeros, bitOr(isNaN(A), isNaN(B)))));
}

// With c the reduced count: a << c | b >> 1 >> (w-1-c), where w-1-c is ~c.
Term TermGraph::fshl(Term A, Term B, Term Count) {
  unsigned W = width(A);
  assert(isPowerOf2_32(W) && "funnel shift of an odd width");
  if (W == 1)
    return A;
  Term C = zext(trunc(Count, Log2_32(W)), W);
  Term Inverse = zext(bitNot(trunc(Count, Log2_32(W))), W);
  return bitOr(shl(A, C), lshr(lshr(B, constant(W, 1)), Inverse));
}

Term TermGraph::fshr(Term A, Term B, Term Count) {
  unsigned W = width(A);
  assert(isPowerOf2_32(W) && "funnel shift of an odd width");
  if (W == 1)
    return B;
  Term C = zext(trunc(Count, Log2_32(W)), W);
  Term Inverse = zext(bitNot(trunc(Count, Log2_32(W))), W);
  return bitOr(shl(shl(A, constant(W, 1)), Inverse), lshr(B, C));
}

Term TermGraph::rebuild(Term T, ArrayRef<Term> O) {
  if (O == operands(T))
    return T;
  switch (op(T)) {
  case TermOp::Const:
  case TermOp::Var:
    return T;
  case TermOp::Add:
    return add(O[0], O[1]);
  case TermOp::Sub:
    return sub(O[0], O[1]);
  case TermOp::Mul:
    return mul(O[0], O[1]);
  case TermOp::And:
  case TermOp::Or:
  case TermOp::Xor:
    return bitwise(op(T), O[0], O[1]);
  case TermOp::Shl:
    return shl(O[0], O[1]);
  case TermOp::LShr:
    return lshr(O[0], O[1]);
  case TermOp::AShr:
    return ashr(O[0], O[1]);
  case TermOp::Eq:
    return eq(O[0], O[1]);
  case TermOp::Ult:
    return ult(O[0], O[1]);
  case TermOp::Slt:
    return slt(O[0], O[1]);
  case TermOp::Ite:
    return ite(O[0], O[1], O[2]);
  case TermOp::Concat:
    return concat(O);
  case TermOp::Extract:
    return extract(O[0], lo(T), width(T));
  case TermOp::Sext:
    return sext(O[0], width(T));
  case TermOp::Select:
    return select(O[0], O.drop_front());
  case TermOp::Apply:
    return apply(function(T), width(T), O);
  }
  llvm_unreachable("all operations are listed");
}

} // namespace whittle
