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
//===----------------------------------------------------------------------===//

#include "enumerate/TaskSearch.h"

using namespace llvm;

namespace whittle {

/// Values in a block of chains, and in one piece of work over it.
static constexpr size_t BlockValues = 32768, SliceValues = 4096;
static constexpr size_t ParentsAtOnce = 16, OthersAtOnce = 64;
/// Rounds with more candidates than this are worth compiling probes for.
static constexpr size_t WorthCompiling = 20000;

/// A row over an instruction and free values.
struct TaskSearch::Chain {
  Expr E;
  ValueType Ty;
  unsigned Weight, Instructions;
  bool New; ///< a row in it ranks where the last round did not reach
};

struct TaskSearch::Extension {
  std::vector<Chain> Chains;
  Bytes64 Chunks; ///< in order, each Table.chunkBytes of its type
  struct Part {
    std::vector<FingerprintTable::Print> Prints;
    std::vector<uint32_t> Chains; ///< of the prints: ascending
    std::vector<uint8_t> Fresh;
  };
  std::array<Part, FingerprintTable::Shards> Parts;
  std::vector<uint8_t> Fresh; ///< by chain
};

/// Chains of one type and cost, those over one parent side by side.
struct TaskSearch::Block {
  struct Part {
    ValueType Ty;
    unsigned Weight, Instructions;
    bool New;
    Bytes64 Chunks;
    std::vector<Expr> Exprs;
    std::vector<std::pair<uint32_t, size_t>> Runs; ///< parent, where it begins
  };
  std::vector<Part> Parts;
  size_t Count = 0;

  void add(const Chain &Ch, uint32_t Parent, const uint8_t *Chunk, size_t Bytes) {
    auto P = find_if(Parts, [&](const Part &P) {
      return P.Ty == Ch.Ty && P.Weight == Ch.Weight && P.Instructions == Ch.Instructions &&
             P.New == Ch.New;
    });
    if (P == Parts.end()) {
      Parts.push_back({Ch.Ty, Ch.Weight, Ch.Instructions, Ch.New, {}, {}, {}});
      P = std::prev(Parts.end());
    }
    if (P->Runs.empty() || P->Runs.back().first != Parent)
      P->Runs.push_back({Parent, P->Exprs.size()});
    P->Exprs.push_back(Ch.E);
    memcpy(P->Chunks.append(Bytes), Chunk, Bytes);
    ++Count;
  }
};

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
        return lastOverPairs(Done, Until) && lastOverChains(Done, Until, /*Search=*/true);
      },
      [&](unsigned Until) {
        size_t Before = Chains;
        return lastOverChains(0, Until, /*Search=*/false) && Chains > Before;
      });
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
      uint64_t Each = Values * R.LastImms.size();
      for (size_t At = 0; At < Others.size(); At += OthersAtOnce) {
        size_t End = std::min(Others.size(), At + OthersAtOnce);
        Pieces.push_back({Rank, unsigned(BI), At, End, Each * (End - At)});
      }
      for (unsigned K = 0; K != R.arity(); ++K)
        if (R.K == PoolRow::Plain && !R.Probes[K] && mayRead(R.R->Ins[K], B.Ty) &&
            Each * Others.size() > WorthCompiling * 50)
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

/// All rows of \p Rows over \p Parent and free values. \p Search: with what is probed.
void TaskSearch::extend(uint32_t Parent, unsigned Done, ArrayRef<unsigned> Rows, bool Search,
                        Extension &Out, Scratch &X) const {
  const Value &P = Table[Parent];
  for (unsigned Rank : Rows) {
    const PoolRow &R = S.Pool[Rank];
    unsigned Weight = P.Weight + R.weight(), Instructions = P.Instructions + 1u;
    unsigned Rest = OneStep.find(key(R.R->Def))->second;
    if (!fits(Weight + Rest, Instructions + 1))
      continue;
    ValueType Ty = R.R->Def;
    size_t Bytes = Table.numTests() * Ty.bytes();
    X.Full[0].resize(Bytes);
    for (unsigned Mask = 1; Mask != 1u << R.arity(); ++Mask) {
      bool Reads = true;
      for (unsigned K = 0; K != R.arity(); ++K)
        Reads &= !(Mask >> K & 1) || mayRead(R.R->Ins[K], P.Ty);
      if (!Reads)
        continue;
      for (Operands Ops : assignments(R, Mask, /*Solved=*/false)) {
        const uint8_t *Ptrs[4];
        for (unsigned K = 0; K != R.arity(); ++K) {
          Ops[K] = Ops[K] == InnerOp ? Parent : Ops[K];
          Ptrs[K] = Table[Ops[K]].Full;
        }
        for (int64_t Imm : R.InnerImms) {
          if (S.expired())
            return;
          R.Fn(Ptrs, X.Full[0].data(), R.immediates(Imm), Table.numTests());
          uint64_t F = ValueTable::fingerprint(X.Full[0].data(), Bytes, Ty);
          Extension::Part &Part = Out.Parts[FingerprintTable::shardOf(F)];
          Part.Prints.push_back({F, Weight});
          Part.Chains.push_back(uint32_t(Out.Chains.size()));
          Out.Chains.push_back(
              {{&R, Imm, Ops}, Ty, Weight, Instructions, std::max(Rank, P.E.Row->Rank) >= Done});
          if (!Search)
            continue;
          size_t Chunk = Table.chunkBytes(Ty);
          memcpy(Out.Chunks.append(Chunk), X.Full[0].data(), Chunk);
        }
      }
    }
  }
}

bool TaskSearch::lastOverChains(unsigned Done, unsigned Until, bool Search) {
  Chains = 0;
  std::vector<unsigned> Middle, Last = lastRows(Until, 1);
  for (unsigned I = 0; I != Until; ++I)
    if (OneStep.count(key(S.Pool[I].R->Def)) && S.Pool[I].arity())
      Middle.push_back(I);
  std::vector<uint32_t> Parents;
  for (uint32_t Id = Table.numFree(); Id != Table.size(); ++Id) {
    const Value &V = Table[Id];
    auto Two = TwoSteps.find(key(V.Ty));
    if (V.E.Row->Rank < Until && !V.Constant && Two != TwoSteps.end() &&
        fits(V.Weight + Two->second, V.Instructions + 2))
      Parents.push_back(Id);
  }
  if (Parents.empty() || Last.empty() || Middle.empty())
    return !S.done();
  if (!prepareRows(Middle) || !prepareRows(Last))
    return false;
  if (Search && Parents.size() * Middle.size() > WorthCompiling) {
    std::vector<std::pair<unsigned, unsigned>> Wanted;
    for (unsigned Rank : Last)
      for (unsigned K = 0; K != S.Pool[Rank].arity(); ++K)
        if (S.Pool[Rank].K == PoolRow::Plain && !S.Pool[Rank].Probes[K])
          Wanted.push_back({Rank, K});
    compileProbes(Wanted);
  }
  // Of equal chains the first, unless a later one is cheaper; none that is equal to
  // a cheaper value of the table.
  FingerprintTable Seen(S.O.MaxTableBytes / 4);
  auto Insert = [&](std::vector<Extension> &Outs) {
    S.parallel(FingerprintTable::Shards, [&](size_t Shard, unsigned) {
      for (Extension &Out : Outs) {
        Extension::Part &P = Out.Parts[Shard];
        P.Fresh.resize(P.Prints.size());
        Seen.insert(unsigned(Shard), P.Prints, P.Fresh.data());
      }
    });
  };
  std::vector<Extension> Known(1);
  for (uint32_t Id = 0; Id != Table.size(); ++Id) {
    uint64_t F = Table[Id].Fingerprint;
    Known[0].Parts[FingerprintTable::shardOf(F)].Prints.push_back({F, Table[Id].Weight});
  }
  Insert(Known);
  Block B;
  for (size_t At = 0; At < Parents.size(); At += ParentsAtOnce) {
    size_t N = std::min(ParentsAtOnce, Parents.size() - At);
    std::vector<Extension> Outs(N);
    double Start = S.seconds();
    S.parallel(N, [&](size_t I, unsigned Thread) {
      if (!S.expired())
        extend(Parents[At + I], Done, Middle, Search, Outs[I], Rooms[Thread]);
    });
    if (S.done())
      return false;
    Insert(Outs);
    for (size_t I = 0; I != N; ++I) {
      Extension &Out = Outs[I];
      Out.Fresh.assign(Out.Chains.size(), 0);
      for (const Extension::Part &P : Out.Parts)
        for (auto [Chain, Fresh] : zip(P.Chains, P.Fresh)) {
          Out.Fresh[Chain] = Fresh;
          Chains += Fresh;
        }
      S.Result.Inserted += Out.Chains.size();
      const uint8_t *Chunk = Out.Chunks.data();
      for (size_t K = 0; Search && K != Out.Chains.size(); ++K) {
        size_t Bytes = Table.chunkBytes(Out.Chains[K].Ty);
        if (Out.Fresh[K])
          B.add(Out.Chains[K], Parents[At + I], Chunk, Bytes);
        Chunk += Bytes;
      }
    }
    S.Result.InsertSeconds += S.seconds() - Start;
    S.Result.InsertBytes = std::max(S.Result.InsertBytes, Seen.bytes());
    bool Full = B.Count >= BlockValues || At + ParentsAtOnce >= Parents.size();
    if (Search && Full) {
      if (!probeBlock(B, Done, Last))
        return false;
      B = Block();
    }
  }
  return !S.done();
}

bool TaskSearch::probeBlock(const Block &B, unsigned Done, ArrayRef<unsigned> Last) {
  struct Piece {
    unsigned Row;
    const Block::Part *Part;
    size_t Begin, End;
    uint64_t Candidates;
  };
  std::vector<Piece> Pieces;
  for (unsigned Rank : Last) {
    const PoolRow &R = S.Pool[Rank];
    for (const Block::Part &P : B.Parts) {
      uint64_t Each = countOf(R, P.Ty, true);
      if ((!P.New && Rank < Done) || !Each || !fits(P.Weight + R.weight(), P.Instructions + 1))
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
          In.Exprs = P.Exprs.data() + Begin;
          return In;
        };
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
