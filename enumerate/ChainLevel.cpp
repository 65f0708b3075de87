//===- enumerate/ChainLevel.cpp - The level of chains before the last ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chains are merged by what they give on the first tests alone, so that a row's
// function takes many parents in one call. Those of a class over which no last
// instruction gives the goal's first tests need not be told apart.
//
//===----------------------------------------------------------------------===//

#include "enumerate/Chains.h"
#include "enumerate/Hash.h"

using namespace llvm;

namespace whittle {

static std::pair<unsigned, unsigned> key(ValueType T) { return {unsigned(T.Kind), T.Bits}; }

/// How many tests the fingerprints of a type are of: a line at least, more of masks,
/// most of whose bits are always 0. A row over a wave reads all of its lanes.
size_t TaskSearch::mergeTests(ValueType Ty) const {
  bool Mask = Ty.Kind == RegKind::Mask || Ty.isLaneMask();
  bool Waves = any_of(S.Pool, [](const PoolRow &R) { return R.K == PoolRow::Matrix; });
  size_t N = divideCeil(Mask ? 256 : 64, Ty.bytes());
  return std::min<size_t>(alignTo(N, Waves ? 64 : C), FirstTests);
}

void TaskSearch::addSteps(ChainLevel &L, ValueType Ty, ArrayRef<unsigned> Rows) const {
  std::vector<Step> &Steps = L.Steps.emplace_back(Ty, std::vector<Step>()).second;
  auto Free = [&](uint32_t Id, size_t Tests) {
    Bytes64 &B = L.Free[{Id, Tests}];
    size_t Bytes = Tests * Table[Id].Ty.bytes();
    while (B.size() < TileParents * Bytes)
      memcpy(B.append(Bytes), Table[Id].Full, Bytes);
    return B.data();
  };
  for (unsigned Rank : Rows) {
    const PoolRow &R = S.Pool[Rank];
    for (unsigned Mask = 1; Mask != 1u << R.arity(); ++Mask) {
      bool Reads = true;
      for (unsigned K = 0; K != R.arity(); ++K)
        Reads &= !(Mask >> K & 1) || mayRead(R.R->Ins[K], Ty);
      if (!Reads)
        continue;
      for (const Operands &Ops : assignments(R, Mask, /*Solved=*/false)) {
        Step St{{&R, 0, Ops}, mergeTests(R.R->Def), readsOf(R, Ops), {}};
        for (unsigned K = 0; K != R.arity(); ++K)
          if (Ops[K] != InnerOp)
            St.Free[K] = Free(Ops[K], St.Tests);
        for (int64_t Imm : R.InnerImms) {
          St.E.Imm = Imm;
          Steps.push_back(St);
        }
      }
    }
  }
}

/// Chains of \p Rows over values of rows ranked below \p Until.
TaskSearch::ChainLevel TaskSearch::chainLevel(std::vector<unsigned> Rows, unsigned Until) const {
  ChainLevel L;
  // Over one parent the cheapest come first, so that the first of equal ones is as
  // cheap as any.
  llvm::sort(Rows, [&](unsigned A, unsigned B) {
    return std::pair(S.Pool[A].weight(), A) < std::pair(S.Pool[B].weight(), B);
  });
  auto Parents = [&](const Bucket &B) -> size_t {
    auto Two = TwoSteps.find(key(B.Ty));
    bool Useful =
        B.Instructions && Two != TwoSteps.end() && fits(B.Weight + Two->second, B.Instructions + 2);
    return Useful ? rankedBelow(B, Until) : 0;
  };
  auto StepsOf = [&](ValueType Ty) {
    return find_if(L.Steps, [&](const auto &P) { return P.first == Ty; });
  };
  for (const Bucket &B : Table.buckets())
    if (Parents(B) && StepsOf(B.Ty) == L.Steps.end())
      addSteps(L, B.Ty, Rows);
  unsigned Owner = 0;
  for (const Bucket &B : Table.buckets()) {
    size_t N = Parents(B);
    if (!N)
      continue;
    ArrayRef<Step> Steps = StepsOf(B.Ty)->second;
    for (size_t At = 0; At < N; At += TileParents) {
      size_t Count = std::min(TileParents, N - At);
      for (size_t From = 0; From < Steps.size(); From += LotSteps)
        L.Lots.push_back(
            {&B, At, Count, Steps.slice(From, std::min(LotSteps, Steps.size() - From)), Owner});
      L.Chains += Count * Steps.size();
      Owner += unsigned(Count);
    }
  }
  return L;
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

/// A chain on the first \p Tests.
const uint8_t *TaskSearch::evaluate(const Expr &E, size_t Tests, std::vector<uint8_t> &Room) const {
  const uint8_t *Ptrs[4];
  for (unsigned K = 0; K != E.Row->arity(); ++K)
    Ptrs[K] = Table[E.Ops[K]].Full;
  if (E.Row->K == PoolRow::Matrix)
    Tests = alignTo(Tests, 64);
  Room.resize(Tests * E.Row->R->Def.bytes());
  E.Row->Fn(Ptrs, Room.data(), E.Row->immediates(E.Imm), Tests);
  return Room.data();
}

static Expr over(Expr E, uint32_t Parent) {
  for (uint32_t &Op : E.Ops)
    Op = Op == InnerOp ? Parent : Op;
  return E;
}

/// The step over each parent of the lot, on the step's tests, side by side.
const uint8_t *TaskSearch::evaluate(const Step &St, const Lot &L, Scratch &X) const {
  const PoolRow &R = *St.E.Row;
  size_t Bytes = St.Tests * R.R->Def.bytes();
  if (X.Tile.size() < TileParents * Bytes)
    X.Tile.append(TileParents * Bytes - X.Tile.size());
  // Waves, and lanes that know their number, are not moved.
  if (R.K == PoolRow::Matrix || (R.R->ReadsLaneId && St.Tests % 4)) {
    for (size_t I = 0; I != L.Count; ++I)
      memcpy(X.Tile.data() + I * Bytes,
             evaluate(over(St.E, L.B->Ids[L.Begin + I]), St.Tests, X.Full[0]), Bytes);
    return X.Tile.data();
  }
  const uint8_t *Parents = L.B->Chunks.data() + L.Begin * Table.chunkBytes(L.B->Ty);
  if (St.Tests != C) {
    Bytes64 &B = X.Parents[St.Tests];
    size_t Each = St.Tests * L.B->Ty.bytes();
    for (size_t I = B.size() / Each; I < L.Count; ++I)
      memcpy(B.append(Each), Table[L.B->Ids[L.Begin + I]].Full, Each);
    Parents = B.data();
  }
  const uint8_t *Ptrs[4];
  for (unsigned K = 0; K != R.arity(); ++K)
    Ptrs[K] = St.E.Ops[K] == InnerOp ? Parents : St.Free[K];
  R.Fn(Ptrs, X.Tile.data(), R.immediates(St.E.Imm), L.Count * St.Tests);
  return X.Tile.data();
}

uint64_t TaskSearch::mergePrint(const Expr &E, Scratch &X) const {
  ValueType Ty = E.Row->R->Def;
  size_t Tests = mergeTests(Ty);
  uint64_t F;
  uint64_t Seed = ValueTable::seedOf(Ty, readsOf(*E.Row, E.Ops));
  hashChunks(evaluate(E, Tests, X.Full[2]), 1, Tests * Ty.bytes(), Seed, &F);
  return F;
}

//===----------------------------------------------------------------------===//
// Fingerprints
//===----------------------------------------------------------------------===//

/// Fingerprints of the lot's chains: on the first tests, or (\p Whole) on all tests of
/// those that were touched.
void TaskSearch::extend(const Lot &L, bool Whole, LotPrints &Out, Scratch &X) const {
  using Print = FingerprintTable::Print;
  constexpr unsigned Shards = FingerprintTable::Shards;
  // Operands of a last instruction but for the chain.
  unsigned MostFree = 0;
  for (const PoolRow &R : S.Pool)
    if (R.R->Def == T.GoalTy && R.arity())
      MostFree = std::max(MostFree, R.arity() - 1);
  X.Parents.clear();
  X.Prints.resize(TileParents);
  if (X.Unsorted.empty())
    X.Unsorted.resize(LotSteps * TileParents);
  if (Out.All.empty())
    Out.All.resize(LotSteps * TileParents);
  Out.Marks.assign(L.Steps.size() * TileParents, FingerprintTable::Seen);
  std::array<uint32_t, Shards> Counts{};
  Print *End = X.Unsorted.data();
  for (size_t I = 0; I != L.Steps.size() && !S.expired(); ++I) {
    const Step &St = L.Steps[I];
    ValueType Ty = St.E.Row->R->Def;
    unsigned Weight = L.B->Weight + St.E.Row->weight();
    const uint32_t Reads = L.B->Reads | St.Reads;
    if (!fits(Weight + OneStep.find(key(Ty))->second, L.B->Instructions + 2) ||
        !mayComplete(MostFree, Reads))
      continue;
    hashChunks(evaluate(St, L, X), L.Count, St.Tests * Ty.bytes(), ValueTable::seedOf(Ty, Reads),
               X.Prints.data());
    for (size_t K = 0; K != L.Count; ++K) {
      uint64_t F = X.Prints[K];
      if (Whole) {
        if (!AllTouched && !Touched.contains(F >> 1))
          continue;
        size_t Tests = Table.numTests();
        const uint8_t *All = evaluate(over(St.E, L.B->Ids[L.Begin + K]), Tests, X.Full[0]);
        F = ValueTable::fingerprint(All, Tests * Ty.bytes(), Ty, Reads);
      }
      *End++ = Print(F, Weight, L.Owner + unsigned(K), uint32_t(I * TileParents + K));
      ++Counts[FingerprintTable::shardOf(F)];
    }
  }
  for (unsigned I = 0; I != Shards; ++I)
    Out.Begin[I + 1] = Out.Begin[I] + Counts[I];
  std::array<Print *, Shards> To;
  for (unsigned I = 0; I != Shards; ++I)
    To[I] = Out.All.data() + Out.Begin[I];
  for (Print *P = X.Unsorted.data(); P != End; ++P)
    *To[FingerprintTable::shardOf(P->Fingerprint)]++ = *P;
}

/// The marked chains of a lot, evaluated again.
void TaskSearch::collect(const Lot &L, const LotPrints &P, unsigned Done, Block &Out,
                         Scratch &X) const {
  struct Place {
    size_t Part;
    uint32_t Chain;
  };
  std::vector<Place> Places;
  std::vector<std::array<uint32_t, TileParents>> Counts; // by part, parent
  auto PartOf = [&](const Step &St, bool New, bool Fresh) {
    const PoolRow &R = *St.E.Row;
    const uint32_t Reads = L.B->Reads | St.Reads;
    unsigned Weight = L.B->Weight + R.weight();
    auto Part = find_if(Out.Parts, [&](const Block::Part &B) {
      return B.Ty == R.R->Def && B.Weight == Weight && B.Reads == Reads && B.New == New &&
             B.Fresh == Fresh;
    });
    size_t Index = size_t(Part - Out.Parts.begin());
    if (Part == Out.Parts.end()) {
      Out.Parts.push_back({R.R->Def, Weight, L.B->Instructions + 1, Reads, New, Fresh, {}, {}, {}});
      Counts.push_back({});
    }
    return Index;
  };
  for (size_t I = 0; I != L.Steps.size(); ++I) {
    const PoolRow &R = *L.Steps[I].E.Row;
    std::optional<size_t> Parts[2][2];
    for (size_t K = 0; K != L.Count; ++K) {
      uint32_t Chain = uint32_t(I * TileParents + K);
      if (P.Marks[Chain] == FingerprintTable::Seen)
        continue;
      const Value &Parent = Table[L.B->Ids[L.Begin + K]];
      bool New = std::max(R.Rank, Parent.E.Row->Rank) >= Done;
      bool Fresh = P.Marks[Chain] == FingerprintTable::Fresh;
      std::optional<size_t> &Part = Parts[New][Fresh];
      if (!Part)
        Part = PartOf(L.Steps[I], New, Fresh);
      ++Counts[*Part][K];
      Places.push_back({*Part, Chain});
    }
  }
  for (auto [B, N] : zip(Out.Parts, Counts)) {
    uint32_t Sum = 0;
    for (size_t K = 0; K != TileParents; ++K) {
      if (N[K])
        B.Runs.push_back({L.B->Ids[L.Begin + K], Sum});
      Sum += std::exchange(N[K], Sum); // where it begins
    }
    B.Exprs.resize(Sum);
    B.Chunks.append(Sum * Table.chunkBytes(B.Ty));
  }
  X.Parents.clear();
  const uint8_t *Tile = nullptr;
  size_t Evaluated = ~size_t(0);
  for (const Place &Pl : Places) {
    const size_t I = Pl.Chain / TileParents, K = Pl.Chain % TileParents;
    const Step &St = L.Steps[I];
    Block::Part &B = Out.Parts[Pl.Part];
    if (std::exchange(Evaluated, I) != I)
      Tile = evaluate(St, L, X);
    size_t At = Counts[Pl.Part][K]++, Chunk = Table.chunkBytes(B.Ty);
    B.Exprs[At] = over(St.E, L.B->Ids[L.Begin + K]);
    memcpy(B.Chunks.data() + At * Chunk, Tile + K * St.Tests * B.Ty.bytes(), Chunk);
  }
}

} // namespace whittle
