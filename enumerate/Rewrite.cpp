//===- enumerate/Rewrite.cpp - Rules on programs --------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Rewrite.h"
#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include <functional>

using namespace llvm;

namespace whittle {

namespace {

using Binding = DenseMap<unsigned, unsigned>;

/// Lays a rule's source over a program, both trees from one value down.
class Overlay {
public:
  Overlay(const Rule &R, const Window &W, const Program &P) : R(R), W(W), P(P) {}

  bool at(unsigned Root, Binding &Bound) const {
    return solve({{R.W.Source.Outputs[0], Root}}, std::move(Bound), Bound);
  }

private:
  using Pairs = SmallVector<std::pair<unsigned, unsigned>, 8>;

  bool solve(Pairs Pending, Binding Bound, Binding &Out) const {
    while (!Pending.empty()) {
      auto [A, B] = Pending.pop_back_val();
      auto [It, New] = Bound.try_emplace(A, B);
      if (!New) {
        if (It->second != B)
          return false;
        continue;
      }
      if (A < R.W.numLeaves()) {
        if (!admits(R.W.Leaves[A], B))
          return false;
        continue;
      }
      if (B < W.numLeaves())
        return false;
      const Node &X = R.W.Source.Nodes[A - R.W.numLeaves()], &Y = P.Nodes[B - W.numLeaves()];
      if (!sameOperation(X, Y))
        return false;
      // Each order of commutative operands, with all that is still pending.
      auto Try = [&](ArrayRef<unsigned> Order) {
        Pairs Next = Pending;
        for (auto [K, From] : enumerate(Order))
          Next.push_back({X.Ops[From], Y.Ops[K]});
        return solve(std::move(Next), Bound, Out);
      };
      if (X.R->isGeneric())
        return Try(to_vector<4>(seq<unsigned>(X.Ops.size())));
      return any_of(operandOrders(*X.R), Try);
    }
    Out = std::move(Bound);
    return true;
  }

  bool sameOperation(const Node &X, const Node &Y) const {
    if (X.Ty != Y.Ty || X.Imms != Y.Imms || X.Ops.size() != Y.Ops.size())
      return false;
    return X.R == Y.R || (!X.R->isGeneric() && !Y.R->isGeneric() &&
                          &W.Isa->classOf(*X.R) == &W.Isa->classOf(*Y.R));
  }

  bool admits(const Leaf &Wanted, unsigned Value) const {
    if (W.typeOf(P, Value) != Wanted.Ty)
      return false;
    const Leaf *Given = Value < W.numLeaves() ? &W.Leaves[Value] : nullptr;
    if (Wanted.Const)
      return Given && Given->Const && *Given->Const == *Wanted.Const;
    return !Wanted.hasFacts() || (Given && Wanted.factsHoldFor(*Given));
  }

  const Rule &R;
  const Window &W;
  const Program &P;
};

/// A constant that only the target has must be one of the program's leaves.
bool bindConstants(const Rule &R, const Window &W, Binding &Bound) {
  for (auto [Id, L] : enumerate(R.W.Leaves)) {
    if (Bound.count(Id))
      continue;
    auto It = find_if(W.Leaves, [&L = L](const Leaf &X) {
      return L.Const && X.Const && X.Ty == L.Ty && *X.Const == *L.Const;
    });
    if (It == W.Leaves.end())
      return false;
    Bound[Id] = unsigned(It - W.Leaves.begin());
  }
  return true;
}

/// \p P with what \p R, bound as told, makes of \p Root in the place of Root.
Program replaced(const Window &W, const Program &P, unsigned Root, const Rule &R,
                 const Binding &Bound) {
  Program Out;
  Binding Old, New;
  auto Emit = [&](Node N) {
    Out.Nodes.push_back(std::move(N));
    return unsigned(W.numLeaves() + Out.Nodes.size() - 1);
  };
  std::function<unsigned(unsigned)> Build, Target;
  Target = [&](unsigned Id) {
    if (Id < R.W.numLeaves())
      return Build(Bound.lookup(Id));
    if (auto It = New.find(Id); It != New.end())
      return It->second;
    Node N = R.Target.Nodes[Id - R.W.numLeaves()];
    for (unsigned &Op : N.Ops)
      Op = Target(Op);
    return New[Id] = Emit(std::move(N));
  };
  Build = [&](unsigned Id) {
    if (Id < W.numLeaves())
      return Id;
    if (auto It = Old.find(Id); It != Old.end())
      return It->second;
    if (Id == Root)
      return Old[Id] = Target(R.Target.Outputs[0]);
    Node N = P.Nodes[Id - W.numLeaves()];
    for (unsigned &Op : N.Ops)
      Op = Build(Op);
    return Old[Id] = Emit(std::move(N));
  };
  for (unsigned Id : P.Outputs)
    Out.Outputs.push_back(Build(Id));
  return Out;
}

} // namespace

size_t RewriteSet::add(const Rule &R) {
  Rules.push_back(R);
  enter(Rules.size() - 1);
  return Rules.size() - 1;
}

void RewriteSet::enter(size_t Number) {
  const Rule &R = Rules[Number];
  const unsigned L = R.W.numLeaves();
  if (R.W.isLoop() || R.W.isGeneral() || R.W.Source.Outputs.size() != 1 ||
      R.W.Source.Outputs[0] < L || !R.W.LowBits.empty() ||
      any_of(R.W.Leaves, [](const Leaf &X) { return X.Choice; }))
    return;
  const Row &Root = *R.W.Source.Nodes[R.W.Source.Outputs[0] - L].R;
  if (!Root.isGeneric())
    ByRoot[&R.W.Isa->classOf(Root)].push_back(Number);
}

void RewriteSet::remove(size_t Number) {
  for (auto &[Root, Numbers] : ByRoot)
    llvm::erase(Numbers, Number);
}

std::optional<Program> RewriteSet::applyAt(const Window &W, const Program &P, unsigned Root) const {
  if (Root < W.numLeaves() || P.Nodes[Root - W.numLeaves()].R->isGeneric())
    return std::nullopt;
  auto It = ByRoot.find(&W.Isa->classOf(*P.Nodes[Root - W.numLeaves()].R));
  if (It == ByRoot.end())
    return std::nullopt;
  for (size_t I : It->second) {
    Binding Bound;
    if (!Overlay(Rules[I], W, P).at(Root, Bound) || !bindConstants(Rules[I], W, Bound))
      continue;
    Program Next = replaced(W, P, Root, Rules[I], Bound);
    if (staticCost(W, Next) < staticCost(W, P))
      return Next;
  }
  return std::nullopt;
}

/// Adds a leaf to \p W; the ids of nodes of both programs move by one.
static void addLeaf(Window &W, const Leaf &L, Program &P) {
  const unsigned First = W.numLeaves();
  for (Program *Q : {&W.Source, &P}) {
    for (Node &N : Q->Nodes)
      for (unsigned &Op : N.Ops)
        Op += Op >= First;
    for (unsigned &Id : Q->Outputs)
      Id += Id >= First;
  }
  W.Leaves.push_back(L);
}

Program RewriteSet::reduce(Window &W, Program P) const {
  for (const Rule &R : Rules)
    for (auto [Id, L] : enumerate(R.W.Leaves)) {
      auto Reads = [Id = unsigned(Id)](const Node &N) { return is_contained(N.Ops, Id); };
      auto Same = [&L = L](const Leaf &X) {
        return X.Const && X.Ty == L.Ty && *X.Const == *L.Const;
      };
      if (L.Const && none_of(R.W.Source.Nodes, Reads) && none_of(W.Leaves, Same))
        addLeaf(W, L, P);
    }
  for (unsigned I = 0; I != P.Nodes.size();) {
    if (std::optional<Program> Next = applyAt(W, P, W.numLeaves() + I)) {
      P = std::move(*Next);
      I = 0;
    } else {
      ++I;
    }
  }
  return P;
}

} // namespace whittle
