//===- enumerate/Levels.cpp - Programs of one and two instructions --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Solvers.h"
#include "enumerate/TaskSearch.h"

using namespace llvm;

namespace whittle {

/// Values probed in one piece: they stay in the second-level cache while all
/// other operands and immediates pass.
static constexpr size_t SliceValues = 8192;
/// A probe is compiled (some 10 ms) if it has this many candidates to see.
static constexpr uint64_t WorthCompiling = 1 << 20;
/// With more fingerprints than this to look again for, all are.
static constexpr size_t MaxTouched = 1 << 18;

static std::pair<unsigned, unsigned> key(ValueType T) { return {unsigned(T.Kind), T.Bits}; }

/// True if the row may be part of a candidate that is cheap enough.
bool TaskSearch::usefulRow(const PoolRow &R) const {
  if (R.R->Def == T.GoalTy && fits(R.weight(), 1) && mayComplete(R.arity(), 0))
    return true;
  Value V;
  V.Ty = R.R->Def;
  V.Weight = uint16_t(R.weight());
  V.Instructions = 1;
  if (keeps(V))
    return true;
  // Of constants only it is a constant itself, which costs less.
  bool Constants = false;
  for (uint32_t I = 0; I != Table.numFree(); ++I)
    Constants |= Table[I].Constant && is_contained(R.R->Ins, Table[I].Ty);
  V.Weight = 1;
  V.Instructions = 0;
  V.Constant = true;
  return Constants && keeps(V);
}

/// True if programs over the value may be cheap enough.
bool TaskSearch::keeps(const Value &V) const {
  if (S.O.MaxInstructions < 2)
    return false;
  unsigned Bytes = V.Constant ? V.Ty.bytes() : 0;
  auto One = OneStep.find(key(V.Ty)), Two = TwoSteps.find(key(V.Ty));
  if (One != OneStep.end() && fits(V.Weight + One->second, V.Instructions + 1, Bytes))
    return true;
  return S.O.MaxInstructions > 2 && Two != TwoSteps.end() &&
         fits(V.Weight + Two->second, V.Instructions + 2, Bytes);
}

bool TaskSearch::prepareRows(ArrayRef<unsigned> Ranks) {
  std::vector<std::optional<Error>> Errors(Ranks.size());
  S.parallel(Ranks.size(), [&](size_t I, unsigned) {
    if (!S.expired())
      Errors[I] = prepare(S.Pool[Ranks[I]], S.Eval, S.WindowImms);
  });
  for (auto &E : Errors)
    if (E && *E)
      S.fail(std::move(*E));
  for (unsigned Rank : Ranks) {
    const PoolRow &R = S.Pool[Rank];
    if (Assignments[Rank].empty())
      for (unsigned Mask = 0; Mask != 1u << R.arity(); ++Mask)
        for (bool Solved : {false, true})
          Assignments[Rank][Mask * 2 + Solved] = makeAssignments(R, Mask, std::nullopt, Solved);
    if (R.K == PoolRow::Ternary && !TernarySolver) {
      auto Fn = S.Eval.ternary(unsigned(Table.chunkBytes(T.GoalTy)));
      if (Fn)
        TernarySolver = *Fn;
      else
        S.fail(Fn.takeError());
    }
  }
  return !S.done();
}

bool TaskSearch::runItems(size_t Count, function_ref<uint64_t(size_t)> Estimate,
                          function_ref<void(size_t, ItemResult &, Scratch &)> Do) {
  // Batches grow, so that an early solution is noticed early; their limits
  // depend on counts only, so that they are the same in every run.
  uint64_t Batch = 1 << 20;
  for (size_t At = 0; At != Count;) {
    if (S.done())
      return false;
    size_t End = At;
    uint64_t Room = Batch, Sum = 0;
    if (S.O.CandidateBudget)
      Room = std::min<uint64_t>(Room, S.O.CandidateBudget - S.Result.Candidates);
    while (End != Count && (End == At || Sum < Room))
      Sum += Estimate(End++);
    std::vector<ItemResult> Results(End - At);
    S.parallel(End - At, [&](size_t I, unsigned Thread) {
      if (!S.expired())
        Do(At + I, Results[I], Rooms[Thread]);
    });
    std::vector<Hit> Hits;
    for (ItemResult &R : Results) {
      S.Result.Candidates += R.Candidates;
      Touched.insert(R.Touched.begin(), R.Touched.end());
      for (Hit &H : R.Hits) {
        H.At = S.Result.Candidates;
        Hits.push_back(std::move(H));
      }
    }
    if (Touched.size() > MaxTouched) {
      AllTouched = true;
      Touched.clear();
    }
    settle(std::move(Hits));
    At = End;
    Batch = std::min<uint64_t>(Batch * 2, 1 << 26);
  }
  return !S.done();
}

//===----------------------------------------------------------------------===//
// One instruction
//===----------------------------------------------------------------------===//

/// All candidates of one row over free values; with \p Search they are also
/// compared with the goal. What may be an operand later is handed out.
void TaskSearch::runRow(const PoolRow &R, bool Search, RowOutput &Out, Scratch &X) {
  bool MayBeLast = Search && R.R->Def == T.GoalTy;
  size_t Bytes = Table.numTests() * R.R->Def.bytes();
  X.Full[0].resize(Bytes);
  uint8_t *To = X.Full[0].data();
  DenseSet<uint64_t> Own;
  bool Solved = R.K == PoolRow::Ternary;
  for (const Operands &Ops : assignments(R, /*Mask=*/0, /*Solved=*/false)) {
    const bool Last = MayBeLast && completes(R, Ops, 0);
    ArrayRef<int64_t> Imms = Last && !Solved ? ArrayRef(R.LastImms) : ArrayRef(R.InnerImms);
    const uint8_t *Ptrs[4];
    bool Constant = R.arity() > 0 && R.K != PoolRow::Matrix, Pooled = false;
    for (unsigned K = 0; K != R.arity(); ++K) {
      Ptrs[K] = Table[Ops[K]].Full;
      Constant &= Table[Ops[K]].Constant;
      Pooled |= Table[Ops[K]].Pooled;
    }
    if (Pooled && Constant)
      continue;
    Value V;
    V.Ty = R.R->Def;
    V.Constant = Constant;
    V.Weight = uint16_t(Constant ? 1 : R.weight() + Pooled);
    V.Instructions = Constant ? 0 : 1;
    V.Hidden = !Library.empty() && !Pooled;
    V.Reads = readsOf(R, Ops);
    bool Keep = keeps(V);
    const uint8_t *CarePtr = CareAll ? nullptr : Care.data();
    Hit H;
    H.Root = {&R, 0, Ops};
    H.Weight = R.weight() + Pooled;
    H.Instructions = 1;
    if (Solved && Last && Ops[0] <= Ops[1] && Ops[1] <= Ops[2]) { // for any order
      ++Out.R.Candidates;
      if (auto Imm = solveTernary(Ptrs[0], Ptrs[1], Ptrs[2], Goal.data(), CarePtr, Bytes)) {
        H.Root.Imm = *Imm;
        H.Solved = true;
        add(Out.R, H);
      }
    }
    if (!Keep && (!Last || Solved))
      continue;
    for (int64_t Imm : Imms) {
      if (S.expired())
        return;
      R.Fn(Ptrs, To, R.immediates(Imm), Table.numTests());
      Out.R.Candidates += Search;
      if (Last && !Solved && matches(To)) {
        H.Root.Imm = Imm;
        add(Out.R, H);
      }
      if (!Keep || (Last && Imms.size() != R.InnerImms.size() && !is_contained(R.InnerImms, Imm)))
        continue;
      uint64_t F = ValueTable::fingerprint(To, Bytes, V.Ty, V.Reads);
      if (Table.has(F, V.Weight, V.Instructions) || !Own.insert(F * 2 + Constant).second)
        continue;
      V.E = {&R, Imm, Ops};
      Out.Values.push_back({V, F, Out.Bytes.size()});
      Out.Bytes.insert(Out.Bytes.end(), To, To + Bytes);
    }
  }
  if (!MayBeLast || (R.K != PoolRow::Affine && R.K != PoolRow::Permute))
    return;
  for (uint32_t I = 0; I != Table.numFree(); ++I) {
    if (!mayRead(R.R->Ins[0], Table[I].Ty))
      continue;
    InnerSet In;
    In.Ty = Table[I].Ty;
    In.Chunks = Table[I].Full;
    In.Count = 1;
    In.Reads = Table[I].Reads;
    In.Ids = &I;
    R.K == PoolRow::Affine ? solveMaps(R, In, Out.R, X) : solveSelectors(R, In, Out.R, X);
  }
}

bool TaskSearch::sizeOne(bool Search) {
  std::vector<unsigned> Useful;
  for (const PoolRow &R : S.Pool)
    if (usefulRow(R))
      Useful.push_back(R.Rank);
  // A small budget ends between two rows.
  const bool Small = S.O.CandidateBudget && S.O.CandidateBudget < (1 << 20);
  const size_t AtOnce = Small ? 1 : 32;
  for (size_t At = 0; At < Useful.size(); At += AtOnce) {
    ArrayRef<unsigned> Ranks = ArrayRef(Useful).slice(At, std::min(AtOnce, Useful.size() - At));
    if (!prepareRows(Ranks))
      return false;
    std::vector<RowOutput> Outs(Ranks.size());
    S.parallel(Ranks.size(), [&](size_t I, unsigned Thread) {
      if (!S.expired())
        runRow(S.Pool[Ranks[I]], Search, Outs[I], Rooms[Thread]);
    });
    std::vector<Hit> Hits;
    for (RowOutput &Out : Outs) {
      S.Result.Candidates += Out.R.Candidates;
      for (Hit &H : Out.R.Hits) {
        H.At = S.Result.Candidates;
        Hits.push_back(std::move(H));
      }
      for (NewValue &N : Out.Values)
        if (!Table.has(N.Fingerprint, N.V.Weight, N.V.Instructions))
          TableFull |= !Table.add(N.V, Out.Bytes.data() + N.At, N.Fingerprint);
    }
    settle(std::move(Hits));
    if (S.done())
      return false;
  }
  S.Incomplete |= TableFull;
  return true;
}

bool TaskSearch::refill() {
  const size_t Before = Table.size();
  const uint32_t Known = Needed;
  if (!fillFree() || !sizeOne(/*Search=*/false))
    return false;
  // Fingerprints are of what is read too: those that were touched are no chain's now.
  if (Needed != Known)
    Touched.clear();
  return Table.size() > Before || Needed != Known;
}

//===----------------------------------------------------------------------===//
// Two instructions
//===----------------------------------------------------------------------===//

/// How many of the bucket's values are made by rows ranked below \p Rank.
size_t TaskSearch::rankedBelow(const Bucket &B, unsigned Rank) const {
  return size_t(partition_point(B.Ids, [&](uint32_t Id) { return Table[Id].E.Row->Rank < Rank; }) -
                B.Ids.begin());
}

/// Compiles probes (rank, operand); without one a row goes tile by tile.
void TaskSearch::compileProbes(ArrayRef<std::pair<unsigned, unsigned>> Wanted) {
  S.parallel(Wanted.size(), [&](size_t I, unsigned) {
    auto [Rank, K] = Wanted[I];
    if (S.expired())
      return;
    if (auto Fn = S.Eval.probe(*S.Pool[Rank].R, K, C))
      S.Pool[Rank].Probes[K] = *Fn;
    else
      consumeError(Fn.takeError());
  });
}

/// Runs \p Round on ever more opcodes: with those ranked below Until, but for
/// what was done with those below Done. If new tests tell values apart that
/// were merged, the last round is done again over all of them, else \p Again.
bool TaskSearch::rounds(unsigned First, unsigned Factor,
                        function_ref<bool(unsigned Done, unsigned Until)> Round,
                        function_ref<bool(unsigned Until)> Again) {
  unsigned All = unsigned(S.Pool.size()), Done = 0, Until = std::min(First, All);
  while (true) {
    if (!Round(Done, Until))
      return false;
    bool Split = false;
    while (!Split && Table.numTests() != S.Tests.size()) {
      Split = refill();
      if (S.done() || (!Split && !Again(Until)))
        return false;
    }
    if (Split) {
      Done = 0;
      continue;
    }
    if (Until == All)
      return true;
    Done = Until;
    Until = std::min(Until * Factor, All);
  }
}

bool TaskSearch::sizeTwo() {
  return rounds(
      16, 4, [&](unsigned Done, unsigned Until) { return lastOverTable(Done, Until); },
      [](unsigned) { return true; });
}

/// Ranks below \p Until of rows that give the goal's type over some value.
std::vector<unsigned> TaskSearch::lastRows(unsigned Until, unsigned Extra) const {
  std::vector<unsigned> Ranks;
  for (unsigned I = 0; I != Until; ++I) {
    const PoolRow &R = S.Pool[I];
    if (R.R->Def == T.GoalTy && any_of(Table.buckets(), [&](const Bucket &B) {
          return fits(B.Weight + R.weight() + Extra, B.Instructions + 1, B.constantBytes()) &&
                 any_of(R.R->Ins, [&](ValueType In) { return mayRead(In, B.Ty); });
        }))
      Ranks.push_back(I);
  }
  return Ranks;
}

/// The goal as a row ranked below \p Until over a table value made by such a
/// row, but for what was done with \p Done.
bool TaskSearch::lastOverTable(unsigned Done, unsigned Until) {
  std::vector<unsigned> Ranks = lastRows(Until, 0);
  if (!prepareRows(Ranks))
    return false;
  std::vector<Slice> Slices;
  std::vector<std::pair<unsigned, unsigned>> ToCompile; // rank, operand
  for (unsigned Rank : Ranks) {
    const PoolRow &R = S.Pool[Rank];
    std::array<uint64_t, 4> PerOperand{};
    for (auto [BI, B] : enumerate(Table.buckets())) {
      if (!fits(B.Weight + R.weight(), B.Instructions + 1, B.constantBytes()))
        continue;
      size_t Begin = Rank < Done ? rankedBelow(B, Done) : 0, End = rankedBelow(B, Until);
      uint64_t Each = countOf(R, B.Ty, false, B.Reads);
      if (!Each || Begin == End)
        continue;
      for (size_t At = Begin; At < End; At += SliceValues) {
        size_t To = std::min(End, At + SliceValues);
        Slices.push_back({Rank, unsigned(BI), At, To, Each * (To - At)});
      }
      for (unsigned K = 0; K != R.arity(); ++K)
        if (mayRead(R.R->Ins[K], B.Ty))
          PerOperand[K] += Each * (End - Begin);
    }
    for (unsigned K = 0; K != R.arity(); ++K)
      if (R.K == PoolRow::Plain && !R.Probes[K] && PerOperand[K] > WorthCompiling)
        ToCompile.push_back({Rank, K});
  }
  compileProbes(ToCompile);
  double Start = S.seconds();
  uint64_t Before = S.Result.Candidates;
  bool More = runItems(
      Slices.size(), [&](size_t I) { return Slices[I].Candidates; },
      [&](size_t I, ItemResult &Out, Scratch &X) {
        const Slice &L = Slices[I];
        const Bucket &B = Table.buckets()[L.Bucket];
        InnerSet In;
        In.Ty = B.Ty;
        In.Chunks = B.Chunks.data() + L.Begin * Table.chunkBytes(B.Ty);
        In.Count = L.End - L.Begin;
        In.Weight = B.Weight;
        In.Instructions = B.Instructions;
        In.Reads = B.Reads;
        In.Ids = B.Ids.data() + L.Begin;
        probeRange(S.Pool[L.Row], In, std::nullopt, false, Out, X);
      });
  S.Result.Probed += S.Result.Candidates - Before;
  S.Result.ProbeSeconds += S.seconds() - Start;
  return More;
}

} // namespace whittle
