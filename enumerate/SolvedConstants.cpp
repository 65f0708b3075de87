//===- enumerate/SolvedConstants.cpp - New constants, solved on the tests --===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The last instruction with one operand that is a constant which the window has not
// got. Which rows and operands, constantOperands() says.
//
//===----------------------------------------------------------------------===//

#include "enumerate/TaskSearch.h"

using namespace llvm;

namespace whittle {

/// Values in one piece of work.
static constexpr size_t SliceValues = 256;

/// Every way to fill the operands but \p Index, which is ConstOp: those in \p Mask
/// with the inner value, the others with free values, of which (or of the inner one)
/// one at least varies.
std::vector<Operands> TaskSearch::constantAssignments(const PoolRow &R, unsigned Index,
                                                      unsigned Mask) const {
  std::vector<Operands> All;
  Operands Ops{};
  auto Key = [](uint32_t Op) -> uint64_t { return Op == InnerOp ? 0 : uint64_t(Op) + 1; };
  auto Choose = [&](auto &Self, unsigned K, bool Varies) -> void {
    if (K == R.arity()) {
      if (Varies && all_of(R.Commutes, [&](auto P) {
            return P.first == Index || P.second == Index || Key(Ops[P.first]) <= Key(Ops[P.second]);
          }))
        All.push_back(Ops);
      return;
    }
    if (K == Index || (Mask >> K & 1)) {
      Ops[K] = K == Index ? ConstOp : InnerOp;
      return Self(Self, K + 1, Varies || K != Index);
    }
    for (uint32_t I = 0; I != Table.numFree(); ++I)
      if (mayRead(R.R->Ins[K], Table[I].Ty)) {
        Ops[K] = I;
        Self(Self, K + 1, Varies || !Table[I].Constant);
      }
  };
  Choose(Choose, 0, false);
  return All;
}

/// One problem: first on a few tests, which refute nearly all.
void TaskSearch::solveConstant(Hit H, ConstantSolver::Problem &P, ItemResult &Out, Scratch &X) {
  const ConstantOperand &C = *P.C;
  ++Out.Candidates;
  size_t Few = this->C * C.fewTests();
  if (Few < Table.numTests()) {
    P.Tests = Few;
    if (!X.Solver.solve(P))
      return;
  }
  P.Tests = Table.numTests();
  auto Constant = X.Solver.solve(P);
  if (!Constant)
    return;
  H.Solved = true;
  H.Weight += 1;
  H.Const = constantOf(*Constant, P.R->R->Ins[C.Index]);
  add(Out, std::move(H));
}

/// For each value of the table and each unit of 8, 16, 32 and 64 bits (a bit each): is
/// the goal a function of the value's units?
void TaskSearch::findFunctions() {
  Functions.assign(Table.size(), 0);
  constexpr size_t AtOnce = 64;
  S.parallel((Table.size() + AtOnce - 1) / AtOnce, [&](size_t Piece, unsigned Thread) {
    for (size_t Id = Piece * AtOnce; Id != std::min(Table.size(), (Piece + 1) * AtOnce); ++Id) {
      const Value &V = Table[uint32_t(Id)];
      bool Mask = T.GoalTy.Kind == RegKind::Mask;
      if (!loadable(V.Ty) || (!Mask && V.Ty.bytes() != T.GoalTy.bytes()))
        continue;
      for (unsigned K = 0; K != 4; ++K) {
        unsigned Unit = 8u << K;
        if (Unit > V.Ty.Bits || (Mask && V.Ty.Bits / Unit > 64))
          continue;
        bool Is =
            Rooms[Thread].Filter.isFunction({V.Full}, Goal.data(), CareAll ? nullptr : Care.data(),
                                            Unit, Mask, V.Ty.bytes(), Table.numTests());
        Functions[Id] |= uint8_t(Is << K);
      }
    }
  });
}

/// Is it worth an evaluation for each of many values?
bool TaskSearch::worthTrying(const ConstantSolver::Problem &P, const Operands &Ops, uint32_t Inner,
                             Scratch &X) const {
  if (!P.C->tries())
    return true;
  if (P.C->Selects && !X.Solver.mayBeSelected(P))
    return false;
  if (!P.C->LaneWise)
    return P.C->K == ConstantOperand::Choices && P.C->Values.size() <= 128 &&
           none_of(P.R->R->Ins, [](ValueType In) { return In.Kind == RegKind::Mask; });
  for (unsigned K = 0; K != P.R->arity(); ++K)
    if (Ops[K] != ConstOp && Ops[K] != InnerOp)
      return X.Solver.mayBeFunction(P);
  return Functions[Inner] >> countr_zero(P.C->Unit / 8) & 1;
}

APInt TaskSearch::constantOf(ArrayRef<uint8_t> Bytes, ValueType Ty) {
  APInt Bits(Ty.Bits, 0);
  for (unsigned K = 0; K != Ty.bytes(); ++K)
    Bits.insertBits(Bytes[K], K * 8, 8);
  return Bits;
}

/// The constant again, on all tests and with \p In as operands.
bool TaskSearch::resolveOperand(Hit &H, ArrayRef<std::vector<uint8_t>> In) const {
  const PoolRow &R = *H.Root.Row;
  for (const ConstantOperand &C : constantOperands(R)) {
    if (H.Root.Ops[C.Index] != ConstOp)
      continue;
    ConstantSolver Solver;
    ConstantSolver::Problem P;
    P.R = &R;
    P.Imm = H.Root.Imm;
    P.C = &C;
    for (unsigned K = 0; K != R.arity(); ++K)
      P.In[K] = In[K].data();
    P.Goal = Goal.data();
    P.Care = CareAll ? nullptr : Care.data();
    P.Tests = GoalTests;
    auto Constant = Solver.solve(P);
    if (!Constant)
      return false;
    APInt Bits = constantOf(*Constant, R.R->Ins[C.Index]);
    bool New = Bits != *H.Const;
    H.Const = Bits;
    return New;
  }
  return false;
}

/// \p R over the values \p In and free ones, or (\p In empty) over free ones alone.
void TaskSearch::solveConstants(const PoolRow &R, const InnerSet &In, ItemResult &Out, Scratch &X) {
  if (R.K == PoolRow::Ternary)
    return solveMasks(R, In, Out, X);
  for (const ConstantOperand &C : constantOperands(R)) {
    ConstantSolver::Problem P;
    P.R = &R;
    P.C = &C;
    P.Goal = Goal.data();
    P.Care = CareAll ? nullptr : Care.data();
    for (unsigned Mask = In.Count ? 1 : 0; Mask != (In.Count ? 1u << R.arity() : 1u); ++Mask) {
      if (Mask >> C.Index & 1)
        continue;
      bool Reads = true;
      for (unsigned K = 0; K != R.arity(); ++K)
        Reads &= !(Mask >> K & 1) || mayRead(R.R->Ins[K], In.Ty);
      if (!Reads)
        continue;
      for (const Operands &Ops : constantAssignments(R, C.Index, Mask))
        for (size_t I = 0; I != std::max<size_t>(In.Count, 1); ++I) {
          if (S.expired())
            return;
          for (unsigned K = 0; K != R.arity(); ++K)
            if (Ops[K] != ConstOp)
              P.In[K] = Table[Ops[K] == InnerOp ? In.Ids[I] : Ops[K]].Full;
          P.Tests = Table.numTests();
          if (In.Count && !worthTrying(P, Ops, In.Ids[I], X)) {
            Out.Candidates += R.LastImms.size();
            continue;
          }
          for (int64_t Imm : R.LastImms) {
            P.Imm = Imm;
            solveConstant(hitOf(R, In, I, Ops, Imm), P, Out, X);
          }
        }
    }
  }
}

/// A truth table and the mask that is its third operand.
void TaskSearch::solveMasks(const PoolRow &R, const InnerSet &In, ItemResult &Out, Scratch &X) {
  if (!loadable(T.GoalTy))
    return;
  size_t Width = T.GoalTy.bytes(), Few = std::min(Table.numTests(), size_t(C) * 4);
  const uint8_t *CarePtr = CareAll ? nullptr : Care.data();
  auto Try = [&](size_t I, uint32_t A, uint32_t B) {
    const uint8_t *First = Table[A == InnerOp ? In.Ids[I] : A].Full;
    const uint8_t *Second = Table[B == InnerOp ? In.Ids[I] : B].Full;
    ++Out.Candidates;
    if (!solveMaskedTable(First, Second, Goal.data(), CarePtr, Width, Few))
      return;
    auto M = solveMaskedTable(First, Second, Goal.data(), CarePtr, Width, Table.numTests());
    if (!M)
      return;
    Hit H = hitOf(R, In, I, {A, B, ConstOp}, M->Table);
    H.Solved = true;
    H.Weight += 1;
    H.Const = constantOf(M->Mask, T.GoalTy);
    add(Out, std::move(H));
  };
  auto Varies = [&](uint32_t Id) { return mayRead(T.GoalTy, Table[Id].Ty) && !Table[Id].Constant; };
  for (uint32_t A = 0; A != (In.Count ? 0 : Table.numFree()); ++A)
    for (uint32_t B = A; B != Table.numFree(); ++B)
      if (Varies(A) && Varies(B))
        Try(0, A, B);
  for (size_t I = 0; I != In.Count && !S.expired(); ++I) {
    Try(I, InnerOp, InnerOp);
    for (uint32_t B = 0; B != Table.numFree(); ++B)
      if (Varies(B))
        Try(I, InnerOp, B);
  }
}

/// Solves for one operand of the last instruction: over free values, or over all
/// values of one instruction too.
bool TaskSearch::constantLast(bool OverTable) {
  if (!S.O.SolveConstants)
    return !S.done();
  do {
    std::vector<unsigned> Ranks;
    std::vector<Slice> Slices;
    for (const PoolRow &R : S.Pool)
      if (R.R->Def == T.GoalTy && (R.K == PoolRow::Plain || R.K == PoolRow::Ternary) &&
          R.arity() >= 2 && fits(R.weight() + 1 + (OverTable ? 1 : 0), OverTable ? 2 : 1) &&
          any_of(R.R->Ins, loadable))
        Ranks.push_back(R.Rank);
    if (!prepareRows(Ranks))
      return false;
    S.parallel(Ranks.size(), [&](size_t I, unsigned) {
      if (!S.expired())
        constantOperands(S.Pool[Ranks[I]]);
    });
    for (unsigned Rank : Ranks) {
      const PoolRow &R = S.Pool[Rank];
      if (R.K == PoolRow::Plain && constantOperands(R).empty())
        continue;
      if (!OverTable) {
        Slices.push_back({Rank, 0, 0, 0, 1});
        continue;
      }
      for (auto [BI, B] : enumerate(Table.buckets()))
        if (B.Instructions && any_of(R.R->Ins, [&](ValueType In) { return mayRead(In, B.Ty); }) &&
            fits(B.Weight + R.weight() + 1, B.Instructions + 1, B.constantBytes()))
          for (size_t At = 0; At < B.Ids.size(); At += SliceValues)
            Slices.push_back(
                {Rank, unsigned(BI), At, std::min(B.Ids.size(), At + SliceValues), SliceValues});
    }
    if (OverTable)
      findFunctions();
    bool More = runItems(
        Slices.size(), [&](size_t I) { return Slices[I].Candidates; },
        [&](size_t I, ItemResult &Out, Scratch &X) {
          const Slice &L = Slices[I];
          InnerSet In;
          if (OverTable) {
            const Bucket &B = Table.buckets()[L.Bucket];
            In.Ty = B.Ty;
            In.Count = L.End - L.Begin;
            In.Weight = B.Weight;
            In.Instructions = B.Instructions;
            In.Ids = B.Ids.data() + L.Begin;
          }
          solveConstants(S.Pool[L.Row], In, Out, X);
        });
    if (!More)
      return false;
    // New tests tell values apart that were merged.
  } while (Table.numTests() != S.Tests.size() && refill());
  return !S.done();
}

} // namespace whittle
