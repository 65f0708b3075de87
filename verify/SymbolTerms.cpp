//===- verify/SymbolTerms.cpp - Expressions over symbols as terms
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/SymbolTerms.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace whittle {

static Term table(TermGraph &G, ArrayRef<Term> A) {
  SmallVector<Term, 8> Entries, Bits;
  for (unsigned I = 0; I != 8; ++I)
    Entries.push_back(G.extract(A[0], I, 1));
  for (unsigned I = 0; I != 8; ++I)
    Bits.push_back(G.select(
        G.concat({G.extract(A[3], I, 1), G.extract(A[2], I, 1), G.extract(A[1], I, 1)}), Entries));
  return G.zext(G.concat(Bits), G.width(A[0]));
}

static Term shuffle(TermGraph &G, ArrayRef<Term> A) {
  SmallVector<Term, 4> Entries, Fields;
  for (unsigned I = 0; I != 4; ++I)
    Entries.push_back(G.extract(A[0], 2 * I, 2));
  for (unsigned I = 0; I != 4; ++I)
    Fields.push_back(G.select(G.extract(A[1], 2 * I, 2), Entries));
  return G.zext(G.concat(Fields), G.width(A[0]));
}

VarSource withBounds(TermGraph &G, const Window &W, VarSource Vars) {
  std::vector<unsigned> Bits;
  Bits.reserve(W.Symbols.size());
  for (const SymbolSpec &S : W.Symbols)
    Bits.push_back(S.Bits);
  for (const SymCondition &C : W.Where)
    if (C.P == SymCondition::LT && C.L.isSymbol() && C.R.isNumber() && isPowerOf2_64(C.R.Value))
      Bits[C.L.Value] = std::min(Bits[C.L.Value], std::max(1u, Log2_64(C.R.Value)));
  return [&G, Bits, Vars = std::move(Vars)](const VarKey &K, unsigned Lo, unsigned Width) {
    if (K.K != VarKey::Symbol || Lo + Width <= Bits[K.Index])
      return Vars(K, Lo, Width);
    if (Lo >= Bits[K.Index])
      return G.zero(Width);
    return G.zext(Vars(K, Lo, Bits[K.Index] - Lo), Width);
  };
}

Term symbolTerm(TermGraph &G, const SymExpr &E, ArrayRef<SymbolSpec> Symbols,
                const VarSource &Vars) {
  const unsigned Bits = valueBits(Symbols);
  SmallVector<Term, 4> A;
  for (const SymExpr &Arg : E.Args)
    A.push_back(symbolTerm(G, Arg, Symbols, Vars));
  switch (E.K) {
  case SymExpr::Number:
    return G.constant(Bits, E.Value);
  case SymExpr::Symbol:
    return G.zext(Vars({VarKey::Symbol, uint32_t(E.Value), 0}, 0, Symbols[E.Value].Bits), Bits);
  case SymExpr::Not:
    return G.bitNot(A[0]);
  case SymExpr::Add:
    return G.add(A[0], A[1]);
  case SymExpr::Sub:
    return G.sub(A[0], A[1]);
  case SymExpr::And:
    return G.bitAnd(A[0], A[1]);
  case SymExpr::Or:
    return G.bitOr(A[0], A[1]);
  case SymExpr::Xor:
    return G.bitXor(A[0], A[1]);
  case SymExpr::Shl:
    return G.shl(A[0], A[1]);
  case SymExpr::Shr:
    return G.lshr(A[0], A[1]);
  case SymExpr::Mod:
    return G.bitAnd(A[0], G.sub(A[1], G.constant(Bits, 1)));
  case SymExpr::Min:
    return G.smin(A[0], A[1]);
  case SymExpr::Max:
    return G.smax(A[0], A[1]);
  case SymExpr::Count:
    return G.ctpop(A[0]);
  case SymExpr::Table:
    return table(G, A);
  case SymExpr::Shuffle:
    return shuffle(G, A);
  }
  llvm_unreachable("all operations are listed");
}

Term guardTerm(TermGraph &G, ArrayRef<SymCondition> Where, ArrayRef<SymbolSpec> Symbols,
               const VarSource &Vars) {
  Term All = G.bit(true);
  for (const SymCondition &C : Where) {
    Term L = symbolTerm(G, C.L, Symbols, Vars), R = symbolTerm(G, C.R, Symbols, Vars), One;
    switch (C.P) {
    case SymCondition::LT:
      One = G.slt(L, R);
      break;
    case SymCondition::LE:
      One = G.bitNot(G.slt(R, L));
      break;
    case SymCondition::EQ:
      One = G.eq(L, R);
      break;
    case SymCondition::NE:
      One = G.bitNot(G.eq(L, R));
      break;
    }
    All = G.bitAnd(All, One);
  }
  return All;
}

} // namespace whittle
