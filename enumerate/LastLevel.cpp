//===- enumerate/LastLevel.cpp - One instruction over a range of values ---===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Solvers.h"
#include "enumerate/TaskSearch.h"

using namespace llvm;

namespace whittle {

/// Values that a row's function evaluates at a time: inputs and outputs stay in
/// the first-level cache.
static constexpr size_t TileValues = 128;

//===----------------------------------------------------------------------===//
// Operand assignments
//===----------------------------------------------------------------------===//

/// May operand \p K, after \p Ops, be a constant of the library? One is enough, in
/// instructions of which there are not too many.
bool TaskSearch::mayPool(const PoolRow &R, unsigned Mask, const Operands &Ops, unsigned K) const {
  unsigned Most = R.R->Ins[K].Kind == RegKind::Lane ? 3 : 2;
  if (Mask || R.arity() > Most || R.arity() < 2)
    return false;
  return none_of(ArrayRef(Ops).take_front(K), [&](uint32_t Op) { return Table[Op].Pooled; });
}

/// Every way to give the operands outside \p Mask free values (or, if \p Other
/// is a type, at least one of them OtherOp). Of assignments that commuting
/// operands make equal, the one in ascending order; \p Solved: a truth table is
/// solved for any order.
std::vector<Operands> TaskSearch::makeAssignments(const PoolRow &R, unsigned Mask,
                                                  std::optional<ValueType> Other,
                                                  bool Solved) const {
  std::vector<Operands> All;
  Operands Ops{};
  auto Key = [](uint32_t Op) -> uint64_t {
    return Op == InnerOp ? 0 : Op == OtherOp ? ~0ull : uint64_t(Op) + 1;
  };
  auto Ordered = [&] {
    if (Solved && R.K == PoolRow::Ternary && Key(Ops[1]) > Key(Ops[2]))
      return false;
    return all_of(R.Commutes, [&](auto P) { return Key(Ops[P.first]) <= Key(Ops[P.second]); });
  };
  auto Choose = [&](auto &Self, unsigned K, bool HasOther) -> void {
    if (K == R.arity()) {
      if ((HasOther || !Other) && Ordered())
        All.push_back(Ops);
      return;
    }
    if (Mask >> K & 1) {
      Ops[K] = InnerOp;
      return Self(Self, K + 1, HasOther);
    }
    for (uint32_t I = 0; I != Table.numFree(); ++I)
      if (mayRead(R.R->Ins[K], Table[I].Ty) && (!Table[I].Pooled || mayPool(R, Mask, Ops, K))) {
        Ops[K] = I;
        Self(Self, K + 1, HasOther);
      }
    if (Other && mayRead(R.R->Ins[K], *Other)) {
      Ops[K] = OtherOp;
      Self(Self, K + 1, true);
    }
  };
  Choose(Choose, 0, false);
  return All;
}

/// The same without another value, made by prepareRows.
const std::vector<Operands> &TaskSearch::assignments(const PoolRow &R, unsigned Mask,
                                                     bool Solved) const {
  return Assignments[R.Rank].find(Mask * 2 + Solved)->second;
}

/// Those with a value of type \p Other too, made by prepareOthers.
const std::vector<Operands> &TaskSearch::assignments(const PoolRow &R, unsigned Mask,
                                                     ValueType Other) const {
  size_t I = size_t(find(OtherTypes, Other) - OtherTypes.begin());
  return Assignments[R.Rank].find(unsigned(I + 1) << 8 | Mask)->second;
}

void TaskSearch::prepareOthers(ArrayRef<unsigned> Ranks, ArrayRef<ValueType> Types) {
  for (ValueType Ty : Types) {
    size_t I = size_t(find(OtherTypes, Ty) - OtherTypes.begin());
    if (I == OtherTypes.size())
      OtherTypes.push_back(Ty);
    for (unsigned Rank : Ranks)
      for (unsigned Mask = 1; Mask != 1u << S.Pool[Rank].arity(); ++Mask) {
        auto [It, New] = Assignments[Rank].try_emplace(unsigned(I + 1) << 8 | Mask);
        if (New)
          It->second = makeAssignments(S.Pool[Rank], Mask, Ty, /*Solved=*/true);
      }
  }
}

static bool fitsMask(const PoolRow &R, unsigned Mask, ValueType Ty) {
  for (unsigned K = 0; K != R.arity(); ++K)
    if ((Mask >> K & 1) && !mayRead(R.R->Ins[K], Ty))
      return false;
  return true;
}

/// Which masks of operands the inner value takes: for a solved truth table the
/// first one is enough.
static bool usesMask(const PoolRow &R, unsigned Mask) {
  return R.K != PoolRow::Ternary || Mask == 1;
}

uint64_t TaskSearch::countOf(const PoolRow &R, ValueType Inner, bool WithOther,
                             uint32_t Reads) const {
  uint64_t N = 0;
  for (unsigned Mask = 1; Mask != 1u << R.arity(); ++Mask)
    if (fitsMask(R, Mask, Inner) && usesMask(R, Mask))
      N += uint64_t(count_if(assignments(R, Mask, true),
                             [&](const Operands &Ops) { return completes(R, Ops, Reads); })) +
           (WithOther ? 1 : 0);
  bool Solved = R.K == PoolRow::Ternary || R.K == PoolRow::Affine;
  return N * (Solved ? 1 : lastImms(R).size());
}

//===----------------------------------------------------------------------===//
// Probing
//===----------------------------------------------------------------------===//

void TaskSearch::probeRange(const PoolRow &R, const InnerSet &In, std::optional<uint32_t> Other,
                            bool LoneInner, ItemResult &Out, Scratch &X) {
  if (!In.Count)
    return;
  for (unsigned Mask = 1; Mask != 1u << R.arity(); ++Mask) {
    if (!fitsMask(R, Mask, In.Ty) || !usesMask(R, Mask) || (LoneInner && !isPowerOf2_32(Mask)))
      continue;
    if (!Other) {
      for (const Operands &Ops : assignments(R, Mask, true)) {
        if (S.expired())
          return;
        if (completes(R, Ops, In.Reads))
          probeOne(R, Mask, In, Ops, Out, X);
      }
      continue;
    }
    for (Operands Ops : assignments(R, Mask, Table[*Other].Ty)) {
      if (S.expired())
        return;
      if (!completes(R, Ops, In.Reads | Table[*Other].Reads))
        continue;
      unsigned Others = 0;
      for (unsigned K = 0; K != R.arity(); ++K)
        Others |= unsigned(Ops[K] == OtherOp) << K;
      // With both values in one place each, the exchange is another pair.
      if (LoneInner && isPowerOf2_32(Others) && Others < Mask)
        continue;
      InnerSet Part = In;
      bool Symmetric = any_of(
          R.Commutes, [&](auto P) { return (1u << P.first | 1u << P.second) == (Mask | Others); });
      if (LoneInner && (Symmetric || R.K == PoolRow::Ternary) && isPowerOf2_32(Others) && In.Ids)
        Part.Count = size_t(std::lower_bound(In.Ids, In.Ids + In.Count, *Other) - In.Ids);
      for (unsigned K = 0; K != R.arity(); ++K)
        if (Ops[K] == OtherOp)
          Ops[K] = *Other;
      if (Part.Count)
        probeOne(R, Mask, Part, Ops, Out, X);
    }
  }
  if (R.K == PoolRow::Affine && !Other)
    solveMaps(R, In, Out, X);
  if (R.K == PoolRow::Permute && !Other)
    solveSelectors(R, In, Out, X);
}

void TaskSearch::probeOne(const PoolRow &R, unsigned Mask, const InnerSet &In, const Operands &Ops,
                          ItemResult &Out, Scratch &X) {
  if (R.K == PoolRow::Ternary)
    return solveTables(R, In, Ops, Out, X);
  if (R.K == PoolRow::Matrix)
    return scanWhole(R, In, Ops, Out, X);
  unsigned K = unsigned(countr_zero(Mask));
  bool One = isPowerOf2_32(Mask);
  if (R.K == PoolRow::Affine || !One || !R.Probes[K])
    return scan(R, Mask, In, Ops, Out, X);
  const uint8_t *Ptrs[4];
  for (unsigned P = 0; P != R.arity(); ++P)
    Ptrs[P] = P == K ? In.Chunks : Table[Ops[P]].Full;
  X.Hits.resize(In.Count);
  for (int64_t Imm : lastImms(R)) {
    size_t N = R.Probes[K](Ptrs, In.Count, Goal.data(), CareAll ? nullptr : Care.data(),
                           R.immediates(Imm), X.Hits.data());
    Out.Candidates += In.Count;
    for (size_t I = 0; I != N; ++I)
      found(R, In, X.Hits[I], Ops, Imm, Out, X);
  }
}

/// Without a probe: tiles through the row's function. For an affine map the
/// immediate is what result and goal differ by in every byte.
void TaskSearch::scan(const PoolRow &R, unsigned Mask, const InnerSet &In, const Operands &Ops,
                      ItemResult &Out, Scratch &X) {
  size_t OutBytes = Table.chunkBytes(T.GoalTy);
  size_t Tile = std::min(TileValues, In.Count);
  X.Out.resize(TileValues * OutBytes);
  const uint8_t *Ptrs[4];
  for (unsigned P = 0; P != R.arity(); ++P) {
    if (Mask >> P & 1)
      continue;
    size_t Bytes = Table.chunkBytes(Table[Ops[P]].Ty);
    std::vector<uint8_t> &Room = X.Repeated[P];
    Room.resize(TileValues * Bytes);
    for (size_t I = 0; I != Tile; ++I)
      memcpy(Room.data() + I * Bytes, Table[Ops[P]].Full, Bytes);
    Ptrs[P] = Room.data();
  }
  bool SolveImm = R.K == PoolRow::Affine;
  if (SolveImm && !CareAll)
    return;
  static constexpr int64_t Zero[] = {0};
  ArrayRef<int64_t> Imms = SolveImm ? ArrayRef<int64_t>(Zero) : lastImms(R);
  size_t InBytes = Table.chunkBytes(In.Ty);
  // The first bytes tell nearly all that do not match.
  const bool HasHead = OutBytes >= 8;
  auto HeadOf = [](const uint8_t *Bytes) {
    uint64_t Word;
    memcpy(&Word, Bytes, 8);
    return Word;
  };
  const uint64_t GoalHead = HasHead ? HeadOf(Goal.data()) : 0,
                 CareHead = HasHead ? HeadOf(Care.data()) : 0;
  for (size_t At = 0; At < In.Count; At += TileValues) {
    size_t N = std::min(TileValues, In.Count - At);
    for (unsigned P = 0; P != R.arity(); ++P)
      if (Mask >> P & 1)
        Ptrs[P] = In.Chunks + At * InBytes;
    for (int64_t Imm : Imms) {
      R.Fn(Ptrs, X.Out.data(), R.immediates(Imm), N * C);
      Out.Candidates += N;
      const uint8_t *Chunk = X.Out.data();
      if (!SolveImm) {
        for (size_t I = 0; I != N; ++I, Chunk += OutBytes)
          if (!(HasHead && (HeadOf(Chunk) ^ GoalHead) & CareHead) && matchesChunk(Chunk))
            found(R, In, At + I, Ops, Imm, Out, X);
        continue;
      }
      for (size_t I = 0; I != N; ++I, Chunk += OutBytes) {
        uint8_t Constant = Chunk[0] ^ Goal[0];
        bool Same = true;
        for (size_t K = 1; Same && K != OutBytes; ++K)
          Same = (Chunk[K] ^ Goal[K]) == Constant;
        if (Same)
          found(R, In, At + I, Ops, Constant, Out, X);
      }
    }
    if (S.expired())
      return;
  }
}

/// A row over whole waves, one candidate at a time on all tests.
void TaskSearch::scanWhole(const PoolRow &R, const InnerSet &In, const Operands &Ops,
                           ItemResult &Out, Scratch &X) {
  for (size_t I = 0; I != In.Count && !S.expired(); ++I)
    for (int64_t Imm : lastImms(R)) {
      ++Out.Candidates;
      found(R, In, I, Ops, Imm, Out, X);
    }
}

void TaskSearch::solveTables(const PoolRow &R, const InnerSet &In, const Operands &Ops,
                             ItemResult &Out, Scratch &X) {
  const uint8_t *Ptrs[3] = {In.Chunks, Table[Ops[1]].Full, Table[Ops[2]].Full};
  const uint8_t *CarePtr = CareAll ? nullptr : Care.data();
  X.Hits.resize(In.Count);
  X.Tables.resize(In.Count);
  size_t N = TernarySolver(Ptrs, In.Count, Goal.data(), CarePtr, X.Tables.data(), X.Hits.data());
  Out.Candidates += In.Count;
  size_t Bytes = Table.numTests() * T.GoalTy.bytes();
  for (size_t I = 0; I != N; ++I) {
    Hit H = hitOf(R, In, X.Hits[I], Ops, 0);
    H.Solved = true;
    if (!fits(H.Weight, H.Instructions))
      continue;
    touch(In, X.Hits[I], Out, X);
    const uint8_t *A = fullOf(H, H.Root.Ops[0], In.Ty, X.Full[0]);
    auto Imm = solveTernary(A, Table[Ops[1]].Full, Table[Ops[2]].Full, Goal.data(), CarePtr, Bytes);
    if (!Imm)
      continue;
    H.Root.Imm = *Imm;
    add(Out, std::move(H));
  }
}

/// A new matrix for each value: most are refuted by the first dozen bytes.
void TaskSearch::solveMaps(const PoolRow &R, const InnerSet &In, ItemResult &Out, Scratch &X) {
  if (!mayRead(R.R->Ins[0], In.Ty) || !fits(In.Weight + R.weight() + 1, In.Instructions + 1) ||
      !mayComplete(0, In.Reads))
    return;
  size_t Chunk = Table.chunkBytes(In.Ty), Bytes = Table.numTests() * T.GoalTy.bytes();
  const uint8_t *CarePtr = CareAll ? nullptr : Care.data();
  for (size_t I = 0; I != In.Count && !S.expired(); ++I) {
    ++Out.Candidates;
    if (!solveAffine(In.Chunks + I * Chunk, Goal.data(), CarePtr, Chunk, R.Before))
      continue;
    touch(In, I, Out, X);
    Hit H = hitOf(R, In, I, {InnerOp, ConstOp}, 0);
    const uint8_t *A = fullOf(H, H.Root.Ops[0], In.Ty, X.Full[0]);
    auto Map = solveAffine(A, Goal.data(), CarePtr, Bytes, R.Before);
    if (!Map)
      continue;
    H.Solved = true;
    H.Weight += 1;
    H.Const = APInt::getSplat(T.GoalTy.Bits, APInt(64, Map->Matrix));
    H.Root.Imm = Map->Constant;
    add(Out, std::move(H));
  }
}

/// A constant selector for each value, with itself and with each free value: which
/// of the two comes first is the selector's to say.
void TaskSearch::solveSelectors(const PoolRow &R, const InnerSet &In, ItemResult &Out, Scratch &X) {
  if (!mayRead(R.R->Ins[0], In.Ty) || !fits(In.Weight + R.weight() + 1, In.Instructions + 1, 4))
    return;
  const size_t Chunk = Table.chunkBytes(In.Ty), Bytes = Table.numTests() * T.GoalTy.bytes();
  const uint8_t *CarePtr = CareAll ? nullptr : Care.data();
  SmallVector<uint32_t, 8> Lows{InnerOp};
  for (uint32_t I = 0; I != Table.numFree(); ++I)
    if (mayRead(R.R->Ins[1], Table[I].Ty) && !Table[I].Constant)
      Lows.push_back(I);
  erase_if(Lows, [&](uint32_t Low) { return !completes(R, {InnerOp, Low, ConstOp}, In.Reads); });
  for (size_t I = 0; I != In.Count && !S.expired(); ++I)
    for (uint32_t Low : Lows) {
      ++Out.Candidates;
      const uint8_t *Inner = In.Chunks + I * Chunk;
      const uint8_t *First = Low == InnerOp ? Inner : Table[Low].Full;
      if (!solveSelector(Inner, First, Goal.data(), CarePtr, Chunk))
        continue;
      touch(In, I, Out, X);
      Hit H = hitOf(R, In, I, {InnerOp, Low, ConstOp}, 0);
      const uint8_t *A = fullOf(H, H.Root.Ops[0], In.Ty, X.Full[0]);
      auto Selector =
          solveSelector(A, Low == InnerOp ? A : Table[Low].Full, Goal.data(), CarePtr, Bytes);
      if (!Selector)
        continue;
      H.Solved = true;
      H.Weight += 1;
      H.Const = APInt(32, *Selector);
      add(Out, std::move(H));
    }
}

//===----------------------------------------------------------------------===//
// Hits
//===----------------------------------------------------------------------===//

Hit TaskSearch::hitOf(const PoolRow &R, const InnerSet &In, size_t Index, Operands Ops,
                      int64_t Imm) const {
  Hit H;
  if (In.Exprs)
    H.Inner = In.Exprs[Index];
  else
    for (unsigned K = 0; K != R.arity(); ++K)
      if (Ops[K] == InnerOp)
        Ops[K] = In.Ids[Index];
  H.Root.Row = &R;
  H.Root.Ops = Ops;
  H.Root.Imm = Imm;
  H.Weight = In.Weight + R.weight();
  H.Instructions = In.Instructions + 1;
  // A second inner value is paid for too, unless the inner one contains it.
  SmallVector<uint32_t, 4> Paid;
  for (unsigned K = 0; K != R.arity(); ++K) {
    uint32_t Op = Ops[K];
    if (Op >= ConstOp || (!Table[Op].E.Row && !Table[Op].Pooled) || is_contained(Paid, Op))
      continue;
    if (In.Ids && Op == In.Ids[Index])
      continue;
    if (H.Inner && is_contained(ArrayRef(H.Inner->Ops).take_front(H.Inner->Row->arity()), Op))
      continue;
    Paid.push_back(Op);
    H.Weight += Table[Op].Weight;
    H.Instructions += Table[Op].Instructions;
  }
  return H;
}

/// An operand on all tests of the table.
const uint8_t *TaskSearch::fullOf(const Hit &H, uint32_t Op, ValueType Ty,
                                  std::vector<uint8_t> &Room) const {
  if (Op != InnerOp)
    return Table[Op].Full;
  const Expr &E = *H.Inner;
  const uint8_t *Ptrs[4];
  for (unsigned K = 0; K != E.Row->arity(); ++K)
    Ptrs[K] = Table[E.Ops[K]].Full;
  Room.resize(Table.numTests() * Ty.bytes());
  E.Row->Fn(Ptrs, Room.data(), E.Row->immediates(E.Imm), Table.numTests());
  return Room.data();
}

bool TaskSearch::agrees(const Hit &H, Scratch &X) const {
  const Expr &E = H.Root;
  const uint8_t *Ptrs[4];
  for (unsigned K = 0; K != E.Row->arity(); ++K)
    Ptrs[K] = fullOf(H, E.Ops[K], E.Row->R->Ins[K], X.Full[0]);
  X.Full[1].resize(Table.numTests() * T.GoalTy.bytes());
  E.Row->Fn(Ptrs, X.Full[1].data(), E.Row->immediates(E.Imm), Table.numTests());
  return matches(X.Full[1].data());
}

void TaskSearch::found(const PoolRow &R, const InnerSet &In, size_t Index, Operands Ops,
                       int64_t Imm, ItemResult &Out, Scratch &X) {
  Hit H = hitOf(R, In, Index, Ops, Imm);
  if (!fits(H.Weight, H.Instructions))
    return;
  bool Agrees = agrees(H, X);
  // Whole waves come here whatever their first tests are.
  if (matchesChunk(X.Full[1].data()))
    touch(In, Index, Out, X);
  if (Agrees)
    add(Out, std::move(H));
}

/// A chain gave the goal on the first tests: those that are merged with it may too.
void TaskSearch::touch(const InnerSet &In, size_t Index, ItemResult &Out, Scratch &X) const {
  if (In.Exprs && !AllTouched)
    Out.Touched.insert(mergePrint(In.Exprs[Index], X) >> 1);
}

} // namespace whittle
