//===- isa/Alike.cpp - What both sides of a rule compute -------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Alike.h"
#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace llvm;

namespace whittle {

Alike::Alike(const Rule &R) : R(R), L(R.W.numLeaves()) {
  for (unsigned I = 0; I != L; ++I)
    OfTarget.push_back(I);
  for (const Node &T : R.Target.Nodes) {
    std::optional<unsigned> Found;
    for (unsigned S = 0; S != R.W.Source.Nodes.size() && !Found; ++S)
      if (differing(R.W.Source.Nodes[S], T, /*Allowed=*/0))
        Found = L + S;
    OfTarget.push_back(Found);
  }
}

bool Alike::isSource(unsigned S) const { return is_contained(OfTarget, S); }

std::optional<SmallVector<std::pair<unsigned, unsigned>, 2>>
Alike::differing(const Node &S, const Node &T, unsigned Allowed) const {
  if (S.Ty != T.Ty || S.Imms != T.Imms || S.Ops.size() != T.Ops.size() || !sameSymbol(*S.R, *T.R))
    return std::nullopt;
  const SmallVector<unsigned, 4> Given = to_vector<4>(seq<unsigned>(S.Ops.size()));
  for (ArrayRef<unsigned> Order :
       S.R->isGeneric() ? ArrayRef(&Given, 1) : ArrayRef(operandOrders(*S.R))) {
    SmallVector<std::pair<unsigned, unsigned>, 2> Pairs;
    for (auto [K, From] : enumerate(Order))
      if (OfTarget[T.Ops[From]] != S.Ops[K])
        Pairs.push_back({S.Ops[K], T.Ops[From]});
    if (Pairs.size() == Allowed)
      return Pairs;
  }
  return std::nullopt;
}

std::vector<unsigned> Alike::frontier() const {
  std::vector<unsigned> Found;
  auto Read = [&](std::optional<unsigned> S) {
    if (S && *S >= L && isSource(*S) && !is_contained(Found, *S))
      Found.push_back(*S);
  };
  for (auto [K, N] : enumerate(R.W.Source.Nodes))
    if (!isSource(L + unsigned(K)))
      for_each(N.Ops, Read);
  for (auto [K, N] : enumerate(R.Target.Nodes))
    if (!OfTarget[L + K])
      for (unsigned Op : N.Ops)
        Read(OfTarget[Op]);
  for (auto [S, T] : zip(R.W.Source.Outputs, R.Target.Outputs))
    if (OfTarget[T] != S) {
      Read(S);
      Read(OfTarget[T]);
    }
  return Found;
}

bool Alike::hasSameOutput() const {
  return any_of(zip(R.W.Source.Outputs, R.Target.Outputs),
                [&](auto P) { return OfTarget[std::get<1>(P)] == std::get<0>(P); });
}

Rule Alike::withLeaves(ArrayRef<unsigned> Values) const {
  Rule Next = R;
  auto Moved = [&](unsigned Id, bool InTarget) -> unsigned {
    std::optional<unsigned> S = InTarget ? OfTarget[Id] : std::optional(Id);
    if (S && is_contained(Values, *S))
      return L + unsigned(find(Values, *S) - Values.begin());
    return Id < L ? Id : Id + unsigned(Values.size());
  };
  for (unsigned Id : Values) {
    Leaf X;
    X.Ty = R.W.typeOf(R.W.Source, Id);
    Next.W.Leaves.push_back(std::move(X));
  }
  Next.W.LowBits.clear();
  for (Program *P : {&Next.W.Source, &Next.Target}) {
    const bool InTarget = P == &Next.Target;
    for (Node &N : P->Nodes)
      for (unsigned &Op : N.Ops)
        Op = Moved(Op, InTarget);
    P->Outputs.clear();
  }
  bool AnyLow = false;
  SmallVector<uint16_t, 2> Low;
  for (auto [I, S, T] : enumerate(R.W.Source.Outputs, R.Target.Outputs)) {
    if (OfTarget[T] == S)
      continue;
    Next.W.Source.Outputs.push_back(Moved(S, false));
    Next.Target.Outputs.push_back(Moved(T, true));
    Low.push_back(uint16_t(R.W.lowBits(unsigned(I))));
    AnyLow |= Low.back() != 0;
  }
  if (AnyLow)
    Next.W.LowBits = Low;
  return Next;
}

} // namespace whittle
