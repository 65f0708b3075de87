//===- enumerate/DeepLevels.cpp - Programs of three instructions ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The last instruction takes a chain of two (and the chain's first instruction,
// if it likes), or two instructions that do not depend on each other. Chains
// are not stored: they are made in blocks, probed by all last rows, forgotten; a
// table of fingerprints says which were there before.
//
// Chains are merged twice. First by what they give on the first tests: the first of
// equal ones stands for its class, but over one parent, which the last instruction
// may take too, the first of those over it. Where a last instruction gives the goal's
// first tests, any of the class may be what is looked for: all of them are made again,
// told apart on all tests, and probed.
//
//===----------------------------------------------------------------------===//

#include "enumerate/Chains.h"

using namespace llvm;

namespace whittle {

/// Chains in a block, and values in one piece of work over it.
static constexpr size_t BlockChains = size_t(1) << 17, SliceValues = 4096;
static constexpr size_t OthersAtOnce = 64;
/// Rounds with more candidates than this are worth compiling probes for.
static constexpr size_t WorthCompiling = 20000;

static std::pair<unsigned, unsigned> key(ValueType T) { return {unsigned(T.Kind), T.Bits}; }

bool TaskSearch::sizeThree() {
  // Nothing that is cheap enough: no round at all.
  unsigned Least = ~0u;
  for (const PoolRow &R : S.Pool)
    Least = std::min(Least, R.weight());
  if (S.Pool.empty() || !fits(3 * Least, 2))
    return true;
  return rounds(
      8, 2,
      [&](unsigned Done, unsigned Until) {
        return lastOverPairs(Done, Until) && lastOverChains(Done, Until);
      },
      [&](unsigned Until) { return splitChains(Until); });
}

//===----------------------------------------------------------------------===//
// Two independent instructions
//===----------------------------------------------------------------------===//

bool TaskSearch::lastOverPairs(unsigned Done, unsigned Until) {
  std::vector<uint32_t> Others;
  for (uint32_t Id = Table.numFree(); Id != Table.size(); ++Id)
    if (Table[Id].E.Row->Rank < Until)
      Others.push_back(Id);
  std::vector<unsigned> Last = lastRows(Until, 1);
  erase_if(Last, [&](unsigned Rank) { return S.Pool[Rank].arity() < 2; });
  if (Others.empty() || Last.empty())
    return !S.done();
  if (!prepareRows(Last))
    return false;
  // Those that read the same leaves together, so that pieces are left out as a whole.
  llvm::sort(Others, [&](uint32_t A, uint32_t B) {
    return std::pair(Table[A].Reads, A) < std::pair(Table[B].Reads, B);
  });
  std::vector<ValueType> Types;
  for (uint32_t Id : Others)
    if (!is_contained(Types, Table[Id].Ty))
      Types.push_back(Table[Id].Ty);
  prepareOthers(Last, Types);
  struct Piece {
    unsigned Row, Bucket;
    size_t Begin, End; ///< in Others
    uint64_t Candidates;
  };
  std::vector<Piece> Pieces;
  std::set<std::pair<unsigned, unsigned>> Wanted;
  for (unsigned Rank : Last) {
    const PoolRow &R = S.Pool[Rank];
    for (auto [BI, B] : enumerate(Table.buckets())) {
      size_t Values = rankedBelow(B, Until);
      if (!Values || none_of(R.R->Ins, [&](ValueType In) { return mayRead(In, B.Ty); }) ||
          !fits(B.Weight + R.weight() + 1, B.Instructions + 1, B.constantBytes()))
        continue;
      uint64_t Each = Values * R.LastImms.size(), All = 0;
      for (size_t At = 0, End; At < Others.size(); At = End) {
        const uint32_t Reads = Table[Others[At]].Reads;
        for (End = At + 1; End < Others.size() && End - At < OthersAtOnce; ++End)
          if (Table[Others[End]].Reads != Reads)
            break;
        if (!mayComplete(R.arity() - 2, B.Reads | Reads))
          continue;
        Pieces.push_back({Rank, unsigned(BI), At, End, Each * (End - At)});
        All += Each * (End - At);
      }
      for (unsigned K = 0; K != R.arity(); ++K)
        if (R.K == PoolRow::Plain && !R.Probes[K] && mayRead(R.R->Ins[K], B.Ty) &&
            All > WorthCompiling * 50)
          Wanted.insert({Rank, K});
    }
  }
  compileProbes(std::vector(Wanted.begin(), Wanted.end()));
  double Start = S.seconds();
  uint64_t Before = S.Result.Candidates;
  bool More = runItems(
      Pieces.size(), [&](size_t I) { return Pieces[I].Candidates; },
      [&](size_t I, ItemResult &Out, Scratch &X) {
        const Piece &P = Pieces[I];
        const PoolRow &R = S.Pool[P.Row];
        const Bucket &B = Table.buckets()[P.Bucket];
        size_t End = rankedBelow(B, Until), Old = rankedBelow(B, Done);
        for (size_t O = P.Begin; O != P.End && !S.expired(); ++O) {
          const Value &V = Table[Others[O]];
          if (!fits(B.Weight + V.Weight + R.weight(), B.Instructions + V.Instructions + 1,
                    B.constantBytes() + V.constantBytes()))
            continue;
          size_t Begin = R.Rank < Done && V.E.Row->Rank < Done ? Old : 0;
          InnerSet In;
          In.Ty = B.Ty;
          In.Chunks = B.Chunks.data() + Begin * Table.chunkBytes(B.Ty);
          In.Count = End - Begin;
          In.Weight = B.Weight;
          In.Instructions = B.Instructions;
          In.Reads = B.Reads;
          In.Ids = B.Ids.data() + Begin;
          probeRange(R, In, Others[O], /*LoneInner=*/true, Out, X);
        }
      });
  S.Result.Probed += S.Result.Candidates - Before;
  S.Result.ProbeSeconds += S.seconds() - Start;
  return More;
}

//===----------------------------------------------------------------------===//
// Chains
//===----------------------------------------------------------------------===//

/// The goal as a row ranked below \p Until over a chain of such rows, but for what was
/// done with \p Done.
bool TaskSearch::lastOverChains(unsigned Done, unsigned Until) {
  return (AllTouched || chains(Done, Until, /*Whole=*/false)) && splitChains(Until);
}

/// The same for chains that were left out as equal to one that was touched.
bool TaskSearch::splitChains(unsigned Until) {
  bool Some = AllTouched || !Touched.empty();
  return Some ? chains(0, Until, /*Whole=*/true) : !S.done();
}

/// One pass over all chains. \p Whole: over those that were touched, merged on all tests.
bool TaskSearch::chains(unsigned Done, unsigned Until, bool Whole) {
  std::vector<unsigned> Middle, Last = lastRows(Until, 1);
  for (unsigned I = 0; I != Until; ++I)
    if (OneStep.count(key(S.Pool[I].R->Def)) && S.Pool[I].arity())
      Middle.push_back(I);
  if (Last.empty() || Middle.empty())
    return !S.done();
  if (!prepareRows(Middle) || !prepareRows(Last))
    return false;
  ChainLevel Level = chainLevel(Middle, Until);
  if (Level.Lots.empty())
    return !S.done();
  std::vector<ValueType> Types;
  Types.reserve(Level.Steps.size());
  for (const auto &[Ty, Steps] : Level.Steps)
    Types.push_back(Ty);
  prepareOthers(Last, Types);
  if (!Whole && Level.Chains > WorthCompiling) {
    std::vector<std::pair<unsigned, unsigned>> Wanted;
    for (unsigned Rank : Last)
      for (unsigned K = 0; K != S.Pool[Rank].arity(); ++K)
        if (S.Pool[Rank].K == PoolRow::Plain && !S.Pool[Rank].Probes[K])
          Wanted.push_back({Rank, K});
    compileProbes(Wanted);
  }
  // Few are touched, as a rule.
  const uint64_t Expected = Whole && !AllTouched
                                ? std::min<uint64_t>(Level.Chains, Touched.size() * 64 + 65536)
                                : Level.Chains;
  if (!Chained)
    Chained = std::make_unique<FingerprintTable>(
        S.O.MaxTableBytes - std::min(S.O.MaxTableBytes, Table.usedBytes()), unsigned(Rooms.size()));
  FingerprintTable &Seen = *Chained;
  Seen.start(Level.Strips * FingerprintTable::StripPlaces, Expected);
  const MutableArrayRef<Lot> Lots = Level.Lots;
  unsigned Least = ~0u;
  for (const auto &[Ty, Weight] : OneStep)
    Least = std::min(Least, Weight);
  // What was found meanwhile may be cheaper than all that follow.
  auto Useful = [&](const Lot &L) {
    return (Whole || !AllTouched) && fits(L.Weight + Least, L.B->Instructions + 2);
  };
  for (size_t At = 0, End; At < Lots.size() && Useful(Lots[At]); At = End) {
    const double Start = S.seconds();
    Seen.startBatch();
    std::vector<size_t> Stretches; // where they begin
    for (End = At; End != Lots.size(); ++End) {
      Lot &L = Lots[End];
      auto Strip =
          Seen.place(unsigned(divideCeil(L.Steps.size(), FingerprintTable::StripSteps)), L.Tile);
      if (!Strip)
        break;
      L.Strip = *Strip;
      if (Stretches.empty() || Seen.stretchOf(Lots[End - 1].Strip) != Seen.stretchOf(*Strip))
        Stretches.push_back(End);
    }
    Stretches.push_back(End);
    std::vector<uint64_t> Counts(Stretches.size());
    S.parallel(Stretches.size() - 1, [&](size_t I, unsigned Thread) {
      for (size_t L = Stretches[I]; L != Stretches[I + 1] && !S.expired(); ++L)
        Counts[I] += extend(Lots[L], Whole, Seen, Thread);
    });
    if (S.done())
      return false;
    const double Evaluated = S.seconds();
    Seen.insert([&](size_t N, function_ref<void(size_t, unsigned)> Do) { S.parallel(N, Do); });
    const double Inserted = S.seconds();
    for (uint64_t N : Counts)
      (Whole ? S.Result.Split : S.Result.Inserted) += N;
    if (!Whole) {
      S.Result.InsertSeconds += Inserted - Start;
      S.Result.EvaluateSeconds += Evaluated - Start;
      S.Result.InsertBytes = std::max(S.Result.InsertBytes, Seen.bytes());
    }
    for (size_t From = At, To; From != End && Useful(Lots[From]); From = To) {
      uint64_t Chains = 0;
      for (To = From; To != End && Chains < BlockChains; ++To)
        Chains += Lots[To].Count * Lots[To].Steps.size();
      const double Begin = S.seconds();
      std::vector<Block> Blocks(To - From);
      S.parallel(To - From, [&](size_t I, unsigned Thread) {
        const Lot &L = Lots[From + I];
        if (!S.expired())
          collect(L, Seen.marks(L.Strip), Done, Blocks[I], Rooms[Thread]);
      });
      S.Result.ProbeSeconds += S.seconds() - Begin;
      if (!probeBlocks(Blocks, Done, Last))
        return false;
    }
  }
  return !S.done();
}

bool TaskSearch::probeBlocks(ArrayRef<Block> Blocks, unsigned Done, ArrayRef<unsigned> Last) {
  struct Piece {
    unsigned Row;
    const Block::Part *Part;
    size_t Begin, End;
    uint64_t Candidates;
  };
  std::vector<Piece> Pieces;
  // Block by block, which the second-level cache holds.
  for (const Block &B : Blocks)
    for (unsigned Rank : Last) {
      const PoolRow &R = S.Pool[Rank];
      for (const Block::Part &P : B.Parts) {
        uint64_t Each = P.Fresh ? countOf(R, P.Ty, true, P.Reads) : R.arity();
        bool Useful = (P.New || Rank >= Done) && (P.Fresh || R.arity() > 1) && Each;
        if (!Useful || !fits(P.Weight + R.weight(), P.Instructions + 1))
          continue;
        for (size_t At = 0; At < P.Exprs.size(); At += SliceValues) {
          size_t End = std::min(P.Exprs.size(), At + SliceValues);
          Pieces.push_back({Rank, &P, At, End, Each * (End - At)});
        }
      }
    }
  double Start = S.seconds();
  uint64_t Before = S.Result.Candidates;
  bool More = runItems(
      Pieces.size(), [&](size_t I) { return Pieces[I].Candidates; },
      [&](size_t I, ItemResult &Out, Scratch &X) {
        const Piece &Pc = Pieces[I];
        const Block::Part &P = *Pc.Part;
        const PoolRow &R = S.Pool[Pc.Row];
        auto Range = [&](size_t Begin, size_t End) {
          InnerSet In;
          In.Ty = P.Ty;
          In.Chunks = P.Chunks.data() + Begin * Table.chunkBytes(P.Ty);
          In.Count = End - Begin;
          In.Weight = P.Weight;
          In.Instructions = P.Instructions;
          In.Reads = P.Reads;
          In.Exprs = P.Exprs.data() + Begin;
          return In;
        };
        if (P.Fresh)
          probeRange(R, Range(Pc.Begin, Pc.End), std::nullopt, false, Out, X);
        if (R.arity() < 2)
          return;
        for (size_t K = 0; K != P.Runs.size(); ++K) {
          size_t Begin = std::max(Pc.Begin, P.Runs[K].second);
          size_t End =
              std::min(Pc.End, K + 1 == P.Runs.size() ? P.Exprs.size() : P.Runs[K + 1].second);
          if (Begin < End)
            probeRange(R, Range(Begin, End), P.Runs[K].first, false, Out, X);
        }
      });
  S.Result.Probed += S.Result.Candidates - Before;
  S.Result.ProbeSeconds += S.seconds() - Start;
  return More;
}

} // namespace whittle
