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
    const unsigned Rest = OneStep.find(key(R.R->Def))->second;
    for (unsigned Mask = 1; Mask != 1u << R.arity(); ++Mask) {
      bool Reads = true;
      for (unsigned K = 0; K != R.arity(); ++K)
        Reads &= !(Mask >> K & 1) || mayRead(R.R->Ins[K], Ty);
      if (!Reads)
        continue;
      for (const Operands &Ops : assignments(R, Mask, /*Solved=*/false)) {
        Step St{};
        St.E = {&R, 0, Ops};
        St.Fn = R.Fn;
        St.Arity = uint8_t(R.arity());
        St.Ty = R.R->Def;
        St.Tests = mergeTests(St.Ty);
        St.Bytes = St.Tests * St.Ty.bytes();
        St.Apart = R.K == PoolRow::Matrix || (R.R->ReadsLaneId && St.Tests % 4);
        St.Reads = readsOf(R, Ops);
        St.Rest = Rest;
        for (unsigned K = 0; K != R.arity(); ++K)
          if (Ops[K] != InnerOp)
            St.Free[K] = Free(Ops[K], St.Tests);
        for (int64_t Imm : R.InnerImms) {
          St.E.Imm = Imm;
          St.Imms = R.Tuples.empty() ? nullptr : R.immediates(Imm);
          Steps.push_back(St);
        }
      }
    }
  }
}

/// Operands of a last instruction but for the chain, at most.
unsigned TaskSearch::mostOthers() const {
  unsigned Most = 0;
  for (const PoolRow &R : S.Pool)
    if (R.R->Def == T.GoalTy && R.arity())
      Most = std::max(Most, R.arity() - 1);
  return Most;
}

/// Chains of \p Rows over values of rows ranked below \p Until.
TaskSearch::ChainLevel TaskSearch::chainLevel(std::vector<unsigned> Rows, unsigned Until) const {
  ChainLevel L;
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
  const unsigned Others = mostOthers();
  unsigned Tile = 0;
  for (const Bucket &B : Table.buckets()) {
    const size_t N = Parents(B);
    if (!N)
      continue;
    std::vector<const Step *> &Steps = L.Useful.emplace_back();
    for (const Step &St : StepsOf(B.Ty)->second)
      if (fits(B.Weight + St.E.Row->weight() + St.Rest, B.Instructions + 2) &&
          mayComplete(Others, B.Reads | St.Reads))
        Steps.push_back(&St);
    for (size_t At = 0; At < N; At += TileParents) {
      const size_t Count = std::min(TileParents, N - At);
      for (size_t From = 0, To; From < Steps.size(); From = To) {
        const unsigned Weight = Steps[From]->E.Row->weight();
        for (To = From + 1; To < Steps.size() && To - From < LotSteps; ++To)
          if (Steps[To]->E.Row->weight() != Weight)
            break;
        L.Lots.push_back(
            {&B, At, Count, ArrayRef(Steps).slice(From, To - From), B.Weight + Weight, Tile});
        L.Strips += divideCeil(To - From, FingerprintTable::StripSteps);
      }
      L.Chains += Count * Steps.size();
      ++Tile;
    }
  }
  // The cheapest come first, so that the first of equal ones is as cheap as any.
  llvm::sort(L.Lots, [](const Lot &A, const Lot &B) {
    return std::tuple(A.Weight, A.Tile, A.Steps.data()) <
           std::tuple(B.Weight, B.Tile, B.Steps.data());
  });
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
  if (X.Tile.size() < TileParents * St.Bytes)
    X.Tile.append(TileParents * St.Bytes - X.Tile.size());
  if (St.Apart) {
    for (size_t I = 0; I != L.Count; ++I)
      memcpy(X.Tile.data() + I * St.Bytes,
             evaluate(over(St.E, L.B->Ids[L.Begin + I]), St.Tests, X.Full[0]), St.Bytes);
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
  for (unsigned K = 0; K != St.Arity; ++K)
    Ptrs[K] = St.E.Ops[K] == InnerOp ? Parents : St.Free[K];
  St.Fn(Ptrs, X.Tile.data(), St.Imms ? St.Imms : &St.E.Imm, L.Count * St.Tests);
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
/// those that were touched. How many.
size_t TaskSearch::extend(const Lot &L, bool Whole, FingerprintTable &Out, unsigned Thread) {
  Scratch &X = Rooms[Thread];
  X.Parents.clear();
  std::array<uint64_t, TileParents> Prints{};
  size_t N = 0;
  for (size_t I = 0; I != L.Steps.size(); ++I) {
    const Step &St = *L.Steps[I];
    const uint32_t Reads = L.B->Reads | St.Reads;
    const uint32_t Place = uint32_t(I * TileParents);
    hashChunks(evaluate(St, L, X), L.Count, St.Bytes, ValueTable::seedOf(St.Ty, Reads),
               Prints.data());
    if (!Whole) {
      Out.add(Thread, L.Strip, Place, Prints.data(), L.Count);
      N += L.Count;
      continue;
    }
    for (size_t K = 0; K != L.Count; ++K) {
      if (!AllTouched && !Touched.contains(Prints[K] >> 1))
        continue;
      const size_t Tests = Table.numTests();
      const uint8_t *All = evaluate(over(St.E, L.B->Ids[L.Begin + K]), Tests, X.Full[0]);
      const uint64_t F = ValueTable::fingerprint(All, Tests * St.Ty.bytes(), St.Ty, Reads);
      Out.add(Thread, L.Strip, Place + uint32_t(K), &F, 1);
      ++N;
    }
  }
  return N;
}

/// The marked chains of a lot, evaluated again.
void TaskSearch::collect(const Lot &L, const uint8_t *Marks, unsigned Done, Block &Out,
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
    const PoolRow &R = *L.Steps[I]->E.Row;
    std::optional<size_t> Parts[2][2];
    for (size_t K = 0; K != L.Count; ++K) {
      uint32_t Chain = uint32_t(I * TileParents + K);
      if (Marks[Chain] == FingerprintTable::Seen)
        continue;
      const Value &Parent = Table[L.B->Ids[L.Begin + K]];
      bool New = std::max(R.Rank, Parent.E.Row->Rank) >= Done;
      bool Fresh = Marks[Chain] == FingerprintTable::Fresh;
      std::optional<size_t> &Part = Parts[New][Fresh];
      if (!Part)
        Part = PartOf(*L.Steps[I], New, Fresh);
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
    const Step &St = *L.Steps[I];
    Block::Part &B = Out.Parts[Pl.Part];
    if (std::exchange(Evaluated, I) != I)
      Tile = evaluate(St, L, X);
    size_t At = Counts[Pl.Part][K]++, Chunk = Table.chunkBytes(B.Ty);
    B.Exprs[At] = over(St.E, L.B->Ids[L.Begin + K]);
    memcpy(B.Chunks.data() + At * Chunk, Tile + K * St.Bytes, Chunk);
  }
}

} // namespace whittle
