//===- isa/SymbolBinding.cpp - A general rule's symbols at a place ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/SymbolBinding.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace whittle {

bool SymbolBinding::bind(const SymExpr &E, const APInt &V) {
  std::optional<APInt> &S = Values[E.Value];
  if (!S)
    S = V;
  return *S == V;
}

bool SymbolBinding::isRepeated(const Leaf &L, const APInt &C) {
  return C.getBitWidth() % L.ElementBits == 0 && C.isSplat(L.ElementBits);
}

bool SymbolBinding::bindConstant(const Leaf &L, const APInt &C) {
  return isRepeated(L, C) && bind(*L.Symbolic, C.trunc(L.ElementBits));
}

bool SymbolBinding::bindImms(const Node &N, ArrayRef<int64_t> Imms) {
  if (N.R->isGeneric())
    return N.Imms == Imms;
  if (Imms.size() != N.Imms.size())
    return false;
  for (auto [K, Imm] : enumerate(Imms)) {
    const unsigned Bits = N.immBits(unsigned(K));
    const APInt Read = APInt(64, uint64_t(Imm)).trunc(Bits);
    if (const SymExpr *E = N.symbolic(unsigned(K))) {
      if (!bind(*E, Read))
        return false;
    } else if (Read != APInt(64, uint64_t(N.Imms[K])).trunc(Bits)) {
      return false;
    }
  }
  return true;
}

std::optional<Rule> SymbolBinding::instance(const Rule &R) const {
  std::vector<APInt> Bound;
  for (const std::optional<APInt> &V : Values) {
    if (!V)
      return std::nullopt;
    Bound.push_back(*V);
  }
  if (!guardHolds(R.W, Bound))
    return std::nullopt;
  return instantiate(R, Bound);
}

bool isInstanceOf(const Rule &R, const Rule &General) {
  const Window &A = R.W, &B = General.W;
  if (!B.isGeneral() || A.isGeneral() || A.Isa != B.Isa || A.numLeaves() != B.numLeaves() ||
      A.Source.Nodes.size() != B.Source.Nodes.size())
    return false;
  SymbolBinding Bound(B);
  std::vector<bool> InSource = readLeaves(B, B.Source);
  for (auto [I, L] : enumerate(B.Leaves))
    if (L.Symbolic && InSource[I] &&
        (!A.Leaves[I].Const || A.Leaves[I].Const->getBitWidth() != L.Ty.Bits ||
         !Bound.bindConstant(L, *A.Leaves[I].Const)))
      return false;
  for (auto [X, Y] : zip(A.Source.Nodes, B.Source.Nodes))
    if (!Y.Symbolic.empty() && !Bound.bindImms(Y, X.Imms))
      return false;
  std::optional<Rule> Instance = Bound.instance(General);
  if (!Instance)
    return false;
  canonicalize(*Instance);
  Rule Same = R;
  canonicalize(Same);
  return printRule(*Instance) == printRule(Same);
}

} // namespace whittle
