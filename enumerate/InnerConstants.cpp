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
#include "enumerate/UnitSolvers.h"
#include "isa/Meaning.h"

using namespace llvm;

namespace whittle {

/// Constants made of the window's own that are tried too.
static constexpr size_t MaxDerived = 12;
/// The same, where the last instruction's constant is solved for.
static constexpr size_t MaxShifted = 24;

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

/// One instruction over a tuple of registers with a constant in all of them: 0, one that
/// the window has for a register, or what an instruction of the window makes of those and
/// of a tuple it has: what is added to the result of a matrix instruction goes to its addend.
bool TaskSearch::withTuples() {
  if (!S.O.SolveConstants || !T.Tuple)
    return !S.done();
  auto AddConstant = [&](APInt Bits) {
    std::pair<ValueType, APInt> New{T.GoalTy, std::move(Bits)};
    if (Library.size() != MaxShifted && !is_contained(Library, New) &&
        none_of(S.W.Leaves,
                [&](const Leaf &L) { return L.Ty == New.first && L.Const == New.second; }))
      Library.push_back(std::move(New));
  };
  constexpr unsigned Word = 32;
  std::vector<unsigned> Ranks;
  for (const PoolRow &R : S.Pool)
    if (R.K == PoolRow::Plain && R.R->Def.Bits == Word && R.arity() == 2 && !R.R->NumImms &&
        !R.R->ReadsLaneId && any_of(S.W.Source.Nodes, [&](const Node &N) {
          return !N.R->isGeneric() && N.R->Def == R.R->Def && N.R->Ins == R.R->Ins &&
                 !N.R->isWave() && N.Imms.empty() && meaningHash(*N.R) == meaningHash(*R.R);
        }))
      Ranks.push_back(R.Rank);
  if (!prepareRows(Ranks))
    return false;
  for (const Leaf &One : S.W.Leaves) {
    if (!One.Const || One.Ty != ValueType{RegKind::Lane, Word})
      continue;
    AddConstant(APInt::getSplat(T.GoalTy.Bits, *One.Const));
    for (const Leaf &All : S.W.Leaves) {
      if (!All.Const || All.Ty != T.GoalTy)
        continue;
      for (unsigned Rank : Ranks) {
        const PoolRow &R = S.Pool[Rank];
        APInt Bits(T.GoalTy.Bits, 0);
        for (unsigned At = 0; At != Bits.getBitWidth(); At += Word) {
          const size_t Bytes = Table.numTests() * Word / 8;
          std::vector<uint8_t> A(Bytes), B(Bytes), Out(Bytes);
          fillUnits(A.data(), Bytes, Word, All.Const->extractBitsAsZExtValue(Word, At));
          fillUnits(B.data(), Bytes, Word, One.Const->getZExtValue());
          const uint8_t *In[] = {A.data(), B.data()};
          R.Fn(In, Out.data(), R.immediates(0), Table.numTests());
          Bits.insertBits(unitAt(Out.data(), 0, Word), At, Word);
        }
        AddConstant(std::move(Bits));
      }
    }
  }
  AddConstant(APInt(T.GoalTy.Bits, 0));
  if (Library.empty())
    return !S.done();
  auto Switch = [&](bool Search) {
    Assignments.assign(S.Pool.size(), {});
    return fillFree() && sizeOne(Search);
  };
  bool More = Switch(/*Search=*/true);
  Library.clear();
  return More && !S.done() && Switch(/*Search=*/false);
}

/// Two instructions with a new constant each: a range is moved to an end of the numbers,
/// where one comparison sees both its bounds. The first constant is made from the
/// window's, and the second solved for.
bool TaskSearch::withShifted() {
  if (!S.O.SolveConstants || !fits(6, 2)) // two instructions and two constants
    return !S.done();
  // Only comparisons give the goal then: in vectors all or nothing.
  readGoal();
  if (T.GoalTy.Kind != RegKind::Mask && any_of(Goal, [](uint8_t X) { return X != 0 && X != 0xff; }))
    return !S.done();
  for (const Leaf &L : S.W.Leaves) {
    if (!L.Const || !loadable(L.Ty))
      continue;
    for (APInt &Bits : shiftedConstants(*L.Const)) {
      std::pair<ValueType, APInt> New{L.Ty, std::move(Bits)};
      if (Library.size() != MaxShifted &&
          none_of(
              S.W.Leaves,
              [&](const Leaf &Other) { return Other.Ty == L.Ty && Other.Const == New.second; }) &&
          !is_contained(Library, New))
        Library.push_back(std::move(New));
    }
  }
  if (Library.empty())
    return !S.done();
  auto Switch = [&] {
    Assignments.assign(S.Pool.size(), {});
    return fillFree() && sizeOne(/*Search=*/false);
  };
  bool More = Switch() && constantLast(/*OverTable=*/true);
  Library.clear();
  return More && !S.done() && Switch();
}

static bool undone(const ConstantOperand &C) {
  return C.K == ConstantOperand::Bits || (C.K == ConstantOperand::Weights && C.Fields == 1);
}

/// Instructions that can be undone in an operand, InnerOp; the others are free values or,
/// with \p OverTable, one is OtherOp. \p Weight and \p Instructions: of what is inside.
std::vector<TaskSearch::Outer> TaskSearch::outers(unsigned Weight, unsigned Instructions,
                                                  bool OverTable) {
  std::vector<Outer> All;
  for (unsigned Rank : constantRows(T.GoalTy, Weight, Instructions)) {
    const PoolRow &R = S.Pool[Rank];
    if (R.K != PoolRow::Plain || R.R->NumImms || (OverTable && R.arity() != 2) ||
        any_of(R.R->Ins, [](ValueType In) { return In.Kind == RegKind::Mask; }))
      continue;
    for (const ConstantOperand &C : constantOperands(R)) {
      if (!undone(C))
        continue;
      std::vector<Operands> Each{{OtherOp, OtherOp}};
      if (!OverTable)
        Each = constantAssignments(R, C.Index, 0, /*MustVary=*/false);
      for (Operands Ops : Each) {
        Ops[C.Index] = InnerOp;
        All.push_back({{&R, 0, Ops}, &C});
      }
    }
  }
  return All;
}

std::optional<ConstantSolver::Subgoal> TaskSearch::subgoal(const Outer &O, uint32_t Other,
                                                           size_t Tests, Scratch &X) const {
  ConstantSolver::Problem P;
  P.R = O.E.Row;
  P.C = O.C;
  P.Goal = Goal.data();
  P.Care = CareAll ? nullptr : Care.data();
  P.Tests = Tests;
  for (unsigned K = 0; K != O.E.Row->arity(); ++K)
    if (O.E.Ops[K] != InnerOp)
      P.In[K] = Table[O.E.Ops[K] == OtherOp ? Other : O.E.Ops[K]].Full;
  return X.Solver.invert(P);
}

/// Two instructions, the first with a constant.
bool TaskSearch::constantInner() {
  if (!S.O.SolveConstants)
    return !S.done();
  std::vector<Outer> Outers = outers(1, 1, /*OverTable=*/false);
  std::vector<unsigned> Inner = constantRows(T.GoalTy, 1, 1);
  if (S.done())
    return false;
  return runItems(
      Outers.size(), [](size_t) { return uint64_t(1) << 14; },
      [&](size_t I, ItemResult &Out, Scratch &X) {
        const Outer &O = Outers[I];
        unsigned Weight = O.E.Row->weight();
        auto Sub = subgoal(O, 0, Table.numTests(), X);
        if (!Sub)
          return;
        Aim A{T.GoalTy, Sub->Goal.data(), Sub->Care.data(), &O.E, Weight, 1};
        for (unsigned Rank : Inner)
          if (fits(S.Pool[Rank].weight() + 1 + Weight, 2))
            solveConstants(S.Pool[Rank], InnerSet(), A, Out, X);
      });
}

/// Three instructions: the last one over any of the table and one with a constant.
bool TaskSearch::constantInPair() {
  if (!S.O.SolveConstants)
    return !S.done();
  std::vector<Outer> Outers = outers(2, 2, /*OverTable=*/true);
  std::vector<unsigned> Inner = constantRows(T.GoalTy, 2, 2);
  std::vector<uint32_t> Others;
  for (uint32_t Id = Table.numFree(); Id != Table.size(); ++Id)
    if (Table[Id].Ty == T.GoalTy && !Table[Id].Constant && fits(Table[Id].Weight + 3, 3))
      Others.push_back(Id);
  if (S.done())
    return false;
  constexpr size_t AtOnce = 64;
  size_t Pieces = (Others.size() + AtOnce - 1) / AtOnce;
  size_t Few = std::min(Table.numTests(), std::max<size_t>(6, 64 / T.GoalTy.bytes()));
  return runItems(
      Outers.size() * Pieces, [](size_t) { return uint64_t(1) << 14; },
      [&](size_t I, ItemResult &Out, Scratch &X) {
        const Outer &O = Outers[I / Pieces];
        if (O.E.Row->R->Ins[1 - O.C->Index] != T.GoalTy)
          return;
        size_t Begin = I % Pieces * AtOnce, End = std::min(Others.size(), Begin + AtOnce);
        for (size_t K = Begin; K != End && !S.expired(); ++K) {
          Expr E = O.E;
          E.Ops[1 - O.C->Index] = Others[K];
          Aim A{T.GoalTy};
          A.Outer = &E;
          A.Weight = Table[Others[K]].Weight + O.E.Row->weight();
          A.Instructions = Table[Others[K]].Instructions + 1;
          A.Tests = Few;
          A.Quick = true;
          // On a few tests, and where that gives something on all.
          for (bool Whole : {false, true}) {
            auto Sub = subgoal(O, Others[K], Whole ? Table.numTests() : Few, X);
            if (!Sub)
              break;
            A.Goal = Sub->Goal.data();
            A.Care = Sub->Care.data();
            ItemResult Found;
            for (unsigned Rank : Inner)
              if (fits(S.Pool[Rank].weight() + 1 + A.Weight, 1 + A.Instructions))
                solveConstants(S.Pool[Rank], InnerSet(), A, Found, X);
            Out.Candidates += Whole ? 0 : Found.Candidates;
            if (Whole)
              append_range(Out.Hits, Found.Hits);
            if (Found.Hits.empty())
              break;
            A.Tests = 0;
          }
        }
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
