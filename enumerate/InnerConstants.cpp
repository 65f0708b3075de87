//===- enumerate/InnerConstants.cpp - New constants before the end ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A last instruction that can be undone in one operand (sums, exclusive or; and, or
// where the other operand lets bits through) leaves a goal for that operand, and one
// instruction with a solved constant may give it.
//
//===----------------------------------------------------------------------===//

#include "enumerate/TaskSearch.h"

using namespace llvm;

namespace whittle {

/// Constants made of the window's own that are tried too.
static constexpr size_t MaxDerived = 12;

/// Two instructions again, the first with a constant of the library, or one made of
/// the window's.
bool TaskSearch::withLibrary() {
  if (!S.O.SolveConstants || !fits(5, 2)) // two instructions and a constant
    return !S.done();
  std::vector<ValueType> Types;
  for (const PoolRow &R : S.Pool)
    for (ValueType In : R.R->Ins)
      if (loadable(In) && !is_contained(Types, In) &&
          any_of(seq(Table.numFree()), [&](uint32_t I) { return Table[I].Ty == In; }))
        Types.push_back(In);
  auto Add = [&](ValueType Ty, APInt Bits) {
    auto Same = [&](const auto &L) { return L.first == Ty && L.second == Bits; };
    bool Has = any_of(S.W.Leaves,
                      [&](const Leaf &L) { return L.Const && L.Ty == Ty && *L.Const == Bits; });
    if (!Has && none_of(Library, Same))
      Library.push_back({Ty, std::move(Bits)});
  };
  for (ValueType Ty : Types)
    for (APInt &Bits : libraryConstants(Ty))
      Add(Ty, std::move(Bits));
  size_t Derived = 0;
  for (uint32_t I = Table.numFree(); I < Table.size() && Derived != MaxDerived; ++I)
    if (const Value &V = Table[I]; V.Constant && is_contained(Types, V.Ty)) {
      Add(V.Ty, constantOf({V.Full, V.Ty.bytes()}, V.Ty));
      ++Derived;
    }
  auto Switch = [&] {
    Assignments.assign(S.Pool.size(), {});
    return fillFree() && sizeOne(/*Search=*/false);
  };
  bool More = Switch() && sizeTwo();
  Library.clear();
  return More && !S.done() && Switch();
}

static bool undone(const ConstantOperand &C) {
  return C.K == ConstantOperand::Bits || (C.K == ConstantOperand::Weights && C.Fields == 1);
}

bool TaskSearch::constantInner() {
  if (!S.O.SolveConstants)
    return !S.done();
  struct Outer {
    Expr E;
    const ConstantOperand *C;
    unsigned Weight;
  };
  std::vector<Outer> Outers;
  for (unsigned Rank : constantRows(T.GoalTy, 1, 1)) {
    const PoolRow &R = S.Pool[Rank];
    if (R.K != PoolRow::Plain || R.R->NumImms ||
        any_of(R.R->Ins, [](ValueType In) { return In.Kind == RegKind::Mask; }))
      continue;
    for (const ConstantOperand &C : constantOperands(R))
      if (undone(C))
        for (Operands Ops : constantAssignments(R, C.Index, 0, /*MustVary=*/false)) {
          Ops[C.Index] = InnerOp;
          Outers.push_back({{&R, 0, Ops}, &C, R.weight()});
        }
  }
  // Rows before it, for each type that they may give.
  std::map<std::pair<unsigned, unsigned>, std::vector<unsigned>> Inner;
  for (const Outer &O : Outers) {
    ValueType Ty = O.E.Row->R->Ins[O.C->Index];
    auto [It, New] = Inner.try_emplace({unsigned(Ty.Kind), Ty.Bits});
    if (New)
      It->second = constantRows(Ty, 1, 1);
  }
  if (S.done())
    return false;
  return runItems(
      Outers.size(), [](size_t) { return uint64_t(1) << 14; },
      [&](size_t I, ItemResult &Out, Scratch &X) {
        const Outer &O = Outers[I];
        ValueType Ty = O.E.Row->R->Ins[O.C->Index];
        ConstantSolver::Problem P;
        P.R = O.E.Row;
        P.C = O.C;
        P.Goal = Goal.data();
        P.Care = CareAll ? nullptr : Care.data();
        P.Tests = Table.numTests();
        for (unsigned K = 0; K != O.E.Row->arity(); ++K)
          if (O.E.Ops[K] != InnerOp)
            P.In[K] = Table[O.E.Ops[K]].Full;
        auto Sub = X.Solver.invert(P);
        if (!Sub)
          return;
        Aim A{Ty, Sub->Goal.data(), Sub->Care.data(), &O.E, O.Weight, 1};
        for (unsigned Rank : Inner.find({unsigned(Ty.Kind), Ty.Bits})->second)
          if (fits(S.Pool[Rank].weight() + 1 + O.Weight, 2))
            solveConstants(S.Pool[Rank], InnerSet(), A, Out, X);
      });
}

bool TaskSearch::resolveInner(Hit &H, const Built &B) const {
  const PoolRow &R = *H.Root.Row;
  const ConstantOperand *C = nullptr;
  for (const ConstantOperand &Each : constantOperands(R))
    if (H.Root.Ops[Each.Index] == InnerOp && undone(Each))
      C = &Each;
  if (!C)
    return false;
  Program P = B.Value;
  const Node Root = P.Nodes.back();
  const Node &Inner = P.Nodes[Root.Ops[C->Index] - B.R.W.numLeaves()];
  P.Outputs.assign(Root.Ops.begin(), Root.Ops.end());
  P.Outputs.append(Inner.Ops.begin(), Inner.Ops.end());
  auto In = runOnTests(B.R.W, P);
  ConstantSolver::Problem Q;
  Q.R = &R;
  Q.C = C;
  for (unsigned K = 0; K != R.arity(); ++K)
    Q.In[K] = In[K].data();
  Q.Goal = Goal.data();
  Q.Care = CareAll ? nullptr : Care.data();
  Q.Tests = GoalTests;
  auto Sub = ConstantSolver().invert(Q);
  if (!Sub)
    return false;
  SmallVector<const uint8_t *, 4> Ptrs;
  for (unsigned K = 0; K != H.Inner->Row->arity(); ++K)
    Ptrs.push_back(In[R.arity() + K].data());
  return resolveOperand(H, *H.Inner, Ptrs,
                        {R.R->Ins[C->Index], Sub->Goal.data(), Sub->Care.data()});
}

} // namespace whittle
