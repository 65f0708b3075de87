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

/// Values in one piece of work, and bytes of goal that a problem sees first.
static constexpr size_t SliceValues = 256, FewBytes = 32;

/// Every way to fill the operands but \p Index, which is ConstOp: those in \p Mask
/// with the inner value, the others with free values, of which (or of the inner one)
/// one at least varies if \p MustVary.
std::vector<Operands> TaskSearch::constantAssignments(const PoolRow &R, unsigned Index,
                                                      unsigned Mask, bool MustVary) const {
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
      if (mayRead(R.R->Ins[K], Table[I].Ty) && !Table[I].Pooled) {
        Ops[K] = I;
        Self(Self, K + 1, Varies || !Table[I].Constant);
      }
  };
  Choose(Choose, 0, !MustVary);
  return All;
}

/// One problem: first on a few tests, which refute nearly all.
void TaskSearch::solveConstant(Hit H, ConstantSolver::Problem &P, const Aim &A, ItemResult &Out,
                               Scratch &X) {
  const ConstantOperand &C = *P.C;
  ++Out.Candidates;
  size_t All = A.Tests ? A.Tests : Table.numTests();
  P.Tests = std::max<size_t>(C.fewTests(), FewBytes / P.R->R->Def.bytes());
  if (P.Tests < All && !X.Solver.solve(P))
    return;
  P.Tests = All;
  auto Constant = X.Solver.solve(P);
  if (!Constant)
    return;
  H.Const = constantOf(*Constant, P.R->R->Ins[C.Index]);
  addSolved(std::move(H), A, Out);
}

Aim TaskSearch::goalAim() const { return {T.GoalTy, Goal.data(), CareAll ? nullptr : Care.data()}; }

/// A hit whose root is what was aimed at, with the constant not yet paid for.
void TaskSearch::addSolved(Hit H, const Aim &A, ItemResult &Out) const {
  H.Solved = true;
  H.Weight += 1 + A.Weight;
  H.Instructions += A.Instructions;
  if (A.Outer) {
    H.Inner = H.Root;
    H.Root = *A.Outer;
  }
  add(Out, std::move(H));
}

/// For each value of the table and each unit of 8, 16, 32 and 64 bits (a bit each): is
/// the goal a function of the value's units?
void TaskSearch::findFunctions() {
  Functions.assign(Table.size(), 0);
  constexpr size_t AtOnce = 64;
  S.parallel((Table.size() + AtOnce - 1) / AtOnce, [&](size_t Piece, unsigned Thread) {
    size_t End = std::min(Table.size(), (Piece + 1) * AtOnce);
    for (size_t Id = Piece * AtOnce; Id != End && !S.expired(); ++Id) {
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

/// ConstantSolver::mayBeFunction, remembered: all rows ask it of the same values.
bool TaskSearch::mayBeFunction(const ConstantSolver::Problem &P, const Operands &Ops,
                               uint32_t Inner, Scratch &X) const {
  SmallVector<uint32_t, 4> Ids;
  for (unsigned K = 0; K != P.R->arity(); ++K)
    if (Ops[K] != ConstOp && !is_contained(Ids, Ops[K] == InnerOp ? Inner : Ops[K]))
      Ids.push_back(Ops[K] == InnerOp ? Inner : Ops[K]);
  if (P.Goal != Goal.data() || Ids.size() != 2)
    return X.Solver.mayBeFunction(P);
  // The values, how a unit is read, and the bytes that have units.
  uint64_t Values = uint64_t(std::min(Ids[0], Ids[1])) << 32 | std::max(Ids[0], Ids[1]);
  unsigned Units = P.C->Unit | unsigned(P.C->BitResult) << 8 | P.R->R->Ins[P.C->Index].bytes() << 9;
  auto [It, New] = X.Functions.try_emplace({Values, Units});
  if (New)
    It->second = X.Solver.mayBeFunction(P);
  return It->second;
}

/// Is it worth an evaluation for each of many values? \p Inner: what InnerOp is; InnerOp
/// itself: there is none, or the aim is not the goal.
bool TaskSearch::worthTrying(const ConstantSolver::Problem &P, const Operands &Ops, uint32_t Inner,
                             Scratch &X) const {
  if (!P.C->tries())
    return true;
  if (P.C->Whole)
    return P.C->Values.size() <= 128;
  if (P.C->Selects && !X.Solver.mayBeSelected(P))
    return false;
  if (!P.C->LaneWise)
    return P.C->K == ConstantOperand::Choices && P.C->Values.size() <= 128 &&
           none_of(P.R->R->Ins, [](ValueType In) { return In.Kind == RegKind::Mask; });
  for (unsigned K = 0; K != P.R->arity(); ++K)
    if (Inner == InnerOp || (Ops[K] != ConstOp && Ops[K] != InnerOp))
      return mayBeFunction(P, Ops, Inner, X);
  return Functions[Inner] >> countr_zero(P.C->Unit / 8) & 1;
}

APInt TaskSearch::constantOf(ArrayRef<uint8_t> Bytes, ValueType Ty) {
  APInt Bits(Ty.Bits, 0);
  for (unsigned K = 0; K != Ty.bytes(); ++K)
    Bits.insertBits(Bytes[K], K * 8, 8);
  return Bits;
}

/// The constant of \p E, the root or the inner instruction of \p H, again: on all
/// tests and with \p In as operands. False if there is none, or the same.
bool TaskSearch::resolveOperand(Hit &H, Expr &E, ArrayRef<const uint8_t *> In, const Aim &A) const {
  const PoolRow &R = *E.Row;
  std::optional<ConstantBytes> Constant;
  ValueType Ty = R.R->Def;
  int64_t Imm = E.Imm;
  if (R.K == PoolRow::Ternary) {
    if (auto M = solveMaskedTable(In[0], In[1], A.Goal, A.Care, Ty.bytes(), GoalTests)) {
      Imm = M->Table;
      Constant = std::move(M->Mask);
    }
  } else {
    for (const ConstantOperand &C : constantOperands(R)) {
      if (E.Ops[C.Index] != ConstOp)
        continue;
      ConstantSolver::Problem P;
      P.R = &R;
      P.Imm = E.Imm;
      P.C = &C;
      std::copy(In.begin(), In.end(), P.In.begin());
      P.Goal = A.Goal;
      P.Care = A.Care;
      P.Tests = GoalTests;
      Ty = R.R->Ins[C.Index];
      Constant = ConstantSolver().solve(P);
    }
  }
  if (!Constant)
    return false;
  APInt Bits = constantOf(*Constant, Ty);
  bool New = Bits != *H.Const || Imm != E.Imm;
  H.Const = Bits;
  E.Imm = Imm;
  return New;
}

/// \p R over the values \p In and free ones, or (\p In empty) over free ones alone.
void TaskSearch::solveConstants(const PoolRow &R, const InnerSet &In, const Aim &A, ItemResult &Out,
                                Scratch &X) {
  if (R.K == PoolRow::Ternary)
    return solveMasks(R, In, A, Out, X);
  const uint32_t Reads = In.Reads | (A.Outer ? readsOf(*A.Outer->Row, A.Outer->Ops) : 0);
  for (const ConstantOperand &C : constantOperands(R)) {
    if (A.Quick && (C.tries() || C.K == ConstantOperand::Table || R.arity() > 2))
      continue;
    ConstantSolver::Problem P;
    P.R = &R;
    P.C = &C;
    P.Goal = A.Goal;
    P.Care = A.Care;
    for (unsigned Mask = In.Count ? 1 : 0; Mask != (In.Count ? 1u << R.arity() : 1u); ++Mask) {
      if (Mask >> C.Index & 1)
        continue;
      bool Fits = true;
      for (unsigned K = 0; K != R.arity(); ++K)
        Fits &= !(Mask >> K & 1) || mayRead(R.R->Ins[K], In.Ty);
      if (!Fits)
        continue;
      for (const Operands &Ops : constantAssignments(R, C.Index, Mask, /*MustVary=*/true)) {
        if (!completes(R, Ops, Reads))
          continue;
        for (size_t I = 0; I != std::max<size_t>(In.Count, 1); ++I) {
          if (S.expired())
            return;
          for (unsigned K = 0; K != R.arity(); ++K)
            if (Ops[K] != ConstOp)
              P.In[K] = Table[Ops[K] == InnerOp ? In.Ids[I] : Ops[K]].Full;
          P.Tests = Table.numTests();
          if ((In.Count || A.Outer) && !worthTrying(P, Ops, In.Count ? In.Ids[I] : InnerOp, X)) {
            Out.Candidates += R.LastImms.size();
            continue;
          }
          for (int64_t Imm : R.LastImms) {
            P.Imm = Imm;
            solveConstant(hitOf(R, In, I, Ops, Imm), P, A, Out, X);
          }
        }
      }
    }
  }
}

/// A truth table and the mask that is its third operand.
void TaskSearch::solveMasks(const PoolRow &R, const InnerSet &In, const Aim &A, ItemResult &Out,
                            Scratch &X) {
  if (!loadable(A.Ty))
    return;
  size_t Width = A.Ty.bytes(), All = A.Tests ? A.Tests : Table.numTests();
  size_t Few = std::min(All, std::max<size_t>(4, FewBytes / Width));
  const uint32_t Reads = In.Reads | (A.Outer ? readsOf(*A.Outer->Row, A.Outer->Ops) : 0);
  auto Try = [&](size_t I, uint32_t Y, uint32_t Z) {
    if (!completes(R, {Y, Z, ConstOp}, Reads))
      return;
    const uint8_t *First = Table[Y == InnerOp ? In.Ids[I] : Y].Full;
    const uint8_t *Second = Table[Z == InnerOp ? In.Ids[I] : Z].Full;
    ++Out.Candidates;
    if (!solveMaskedTable(First, Second, A.Goal, A.Care, Width, Few))
      return;
    auto M = solveMaskedTable(First, Second, A.Goal, A.Care, Width, All);
    if (!M)
      return;
    Hit H = hitOf(R, In, I, {Y, Z, ConstOp}, M->Table);
    H.Const = constantOf(M->Mask, A.Ty);
    addSolved(std::move(H), A, Out);
  };
  auto Varies = [&](uint32_t Id) { return mayRead(A.Ty, Table[Id].Ty) && !Table[Id].Constant; };
  for (uint32_t Y = 0; Y != (In.Count ? 0 : Table.numFree()); ++Y)
    for (uint32_t Z = Y; Z != Table.numFree(); ++Z)
      if (Varies(Y) && Varies(Z))
        Try(0, Y, Z);
  for (size_t I = 0; I != In.Count && !S.expired(); ++I) {
    Try(I, InnerOp, InnerOp);
    for (uint32_t Z = 0; Z != Table.numFree(); ++Z)
      if (Varies(Z))
        Try(I, InnerOp, Z);
  }
}

/// Rows that give \p Ty and have an operand to solve for, prepared, if \p Weight and
/// \p Instructions besides are cheap enough.
std::vector<unsigned> TaskSearch::constantRows(ValueType Ty, unsigned Weight,
                                               unsigned Instructions) {
  std::vector<unsigned> Ranks;
  for (const PoolRow &R : S.Pool)
    if (R.R->Def == Ty && (R.K == PoolRow::Plain || R.K == PoolRow::Ternary) && R.arity() >= 2 &&
        fits(R.weight() + 1 + Weight, 1 + Instructions) && any_of(R.R->Ins, loadable) &&
        (Instructions || mayComplete(R.arity() - 1, 0)))
      Ranks.push_back(R.Rank);
  if (!prepareRows(Ranks))
    return {};
  S.parallel(Ranks.size(), [&](size_t I, unsigned) {
    if (!S.expired())
      constantOperands(S.Pool[Ranks[I]]);
  });
  if (S.expired())
    return {};
  erase_if(Ranks, [&](unsigned Rank) {
    return S.Pool[Rank].K == PoolRow::Plain && constantOperands(S.Pool[Rank]).empty();
  });
  return Ranks;
}

/// Solves for one operand of the last instruction: over free values, or over all
/// values of one instruction too.
bool TaskSearch::constantLast(bool OverTable) {
  if (!S.O.SolveConstants)
    return !S.done();
  do {
    std::vector<unsigned> Ranks = constantRows(T.GoalTy, OverTable, OverTable);
    std::vector<Slice> Slices;
    for (unsigned Rank : Ranks) {
      const PoolRow &R = S.Pool[Rank];
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
            In.Reads = B.Reads;
            In.Ids = B.Ids.data() + L.Begin;
          }
          solveConstants(S.Pool[L.Row], In, goalAim(), Out, X);
        });
    if (!More)
      return false;
    // New tests tell values apart that were merged.
  } while (Table.numTests() != S.Tests.size() && refill());
  return !S.done();
}

} // namespace whittle
