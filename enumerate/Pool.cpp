//===- enumerate/Pool.cpp - The opcodes a search may use ------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Pool.h"
#include "enumerate/TestSet.h"
#include "isa/Meaning.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;

namespace whittle {

bool mayRead(ValueType Want, ValueType Have) {
  return Want == Have ||
         (Want.Kind == RegKind::Lane && Have.Kind == RegKind::Sgpr && Want.Bits == Have.Bits);
}

static SmallVector<ValueType, 8> typesOf(const Window &W) {
  SmallVector<ValueType, 8> Types;
  auto Add = [&](ValueType T) {
    if (!is_contained(Types, T))
      Types.push_back(T);
  };
  for (const Leaf &L : W.Leaves)
    Add(L.Ty);
  for (const Node &N : W.Source.Nodes)
    Add(N.Ty);
  // Equal lane outputs are searched for as their tuple.
  unsigned Bits = 0;
  for (unsigned Id : W.Source.Outputs)
    Bits += W.typeOf(W.Source, Id).Bits;
  ValueType First = W.typeOf(W.Source, W.Source.Outputs[0]);
  if (W.Source.Outputs.size() > 1 && First.Kind == RegKind::Lane && Bits <= 1024)
    Add({RegKind::Lane, uint16_t(Bits)});
  return Types;
}

static PoolRow::Kind kindOf(const Row &R) {
  if (R.isWave())
    return PoolRow::Matrix;
  bool OneImm = R.NumImms == 1;
  auto Same = [&](unsigned N) {
    return R.Ins.size() == N && all_of(R.Ins, [&](ValueType T) { return T == R.Def; });
  };
  if (OneImm && R.ImmKind == Row::ImmUse::Ternary && Same(3))
    return PoolRow::Ternary;
  if (OneImm && Same(2) && StringRef(R.Name).contains("GF2P8AFFINE"))
    return PoolRow::Affine;
  if (R.opcodeName() == "V_PERM_B32_e64" && Same(3))
    return PoolRow::Permute;
  return PoolRow::Plain;
}

/// Immediates for a row with several: its presets, those that the window has, and
/// each preset's change to the neutral one (the first), made to those as well: where
/// an operand is negated already, a half of it may be read besides.
static std::vector<SmallVector<int64_t, 6>> immediateTuples(const Row &R, const Window &W) {
  std::vector<SmallVector<int64_t, 6>> Tuples = R.Presets;
  auto Add = [&](SmallVector<int64_t, 6> T) {
    if (!is_contained(Tuples, T))
      Tuples.push_back(std::move(T));
  };
  for (const Node &N : W.Source.Nodes) {
    if (N.R->isGeneric() || N.R->Def != R.Def || N.R->Ins != R.Ins || N.Imms.size() != R.NumImms ||
        !(meaningHash(*N.R) == meaningHash(R)))
      continue;
    const SmallVector<int64_t, 6> Own(N.Imms.begin(), N.Imms.end());
    Add(Own);
    if (R.Form == Shape::CrossLane)
      continue; // controls are numbers, not bits, and not all of them exist
    for (const SmallVector<int64_t, 6> &Preset : R.Presets) {
      SmallVector<int64_t, 6> Both = Own;
      for (unsigned I = 0; I != R.NumImms; ++I)
        Both[I] ^= Preset[I] ^ R.Presets[0][I];
      Add(std::move(Both));
    }
  }
  return Tuples;
}

std::vector<PoolRow> makePool(const Window &W, const SearchOptions &O, CandidateRanker &Ranker,
                              bool Masks) {
  SmallVector<ValueType, 8> Types = typesOf(W);
  if (ValueType Mask{RegKind::Mask, 64}; Masks && !is_contained(Types, Mask))
    Types.push_back(Mask);
  auto Occurs = [&](ValueType T) {
    return any_of(Types, [&](ValueType Have) { return mayRead(T, Have); });
  };
  // Nothing that rounds helps a window that does not, nor what crosses lanes one
  // that does not. Tests for classes of numbers read the mode, but are about bits.
  bool Rounds = readsMXCSR(W.Source);
  auto IsClassTest = [](const Row &R) {
    return R.Def.Kind == RegKind::Mask &&
           count_if(R.Ins, [](ValueType In) { return In.Kind == RegKind::Vec; }) == 1;
  };
  auto Crosses = [](const Row &R) { return R.Form == Shape::CrossLane; };
  bool CrossLane = any_of(W.Source.Nodes, [&](const Node &N) { return Crosses(*N.R); });
  std::vector<const OpClass *> Classes;
  DenseMap<const OpClass *, const Row *> Member;
  for (const OpClass &C : W.Isa->classes()) {
    const Row &Leader = C.leader();
    // A load stands where it stood: search adds none.
    if (Leader.readsMemory() || !Leader.inWindows() || Leader.Ins.size() > 4 ||
        (Leader.NumImms > 1 && immediateTuples(Leader, W).empty()) ||
        (Leader.ReadsMXCSR && !Rounds && !IsClassTest(Leader)) || (Crosses(Leader) && !CrossLane) ||
        !is_contained(Types, Leader.Def) || !all_of(Leader.Ins, Occurs))
      continue;
    auto Legal = find_if(C.Members, [&](const Row *R) {
      return !O.STI || R->Features.empty() || O.STI->checkFeatures(R->Features);
    });
    if (Legal == C.Members.end())
      continue;
    Classes.push_back(&C);
    Member[&C] = *Legal;
  }
  // A ranker orders; what it leaves out or repeats is put right here, so that
  // no ranker can make a rule unfindable.
  std::vector<const OpClass *> Order;
  DenseSet<const OpClass *> Placed;
  for (const OpClass *C : Ranker.order(W, Classes))
    if (Member.count(C) && Placed.insert(C).second)
      Order.push_back(C);
  for (const OpClass *C : Classes)
    if (Placed.insert(C).second)
      Order.push_back(C);
  if (O.MaxOpcodes && O.MaxOpcodes < Order.size())
    Order.resize(O.MaxOpcodes);
  std::vector<PoolRow> Pool;
  for (const OpClass *C : Order) {
    PoolRow P;
    P.R = Member[C];
    P.Rank = unsigned(Pool.size());
    P.K = kindOf(*P.R);
    P.Commutes = commutativeInputs(*P.R);
    if (P.R->NumImms > 1)
      P.Tuples = immediateTuples(*P.R, W);
    Pool.push_back(P);
  }
  return Pool;
}

/// Immediates 0..255 that give a result which no smaller one gives, on inputs
/// with corners and equal values in them.
static SmallVector<int64_t, 0> distinctImmediates(const PoolRow &P) {
  std::vector<Leaf> Leaves;
  unsigned Widest = P.R->Def.bytes();
  for (ValueType T : P.R->Ins) {
    Leaf L;
    L.Ty = T;
    Leaves.push_back(L);
    Widest = std::max(Widest, T.bytes());
  }
  // Special numbers are rare: more tests where they count.
  unsigned Sets = P.R->ReadsMXCSR ? 8 : 1;
  std::vector<uint64_t> Hashes(256);
  for (unsigned Set = 0; Set != Sets; ++Set) {
    TestSet Tests(Leaves, Widest, /*Seed=*/0x1d15 + Set, /*Floats=*/P.R->ReadsMXCSR);
    std::vector<uint8_t> Out(Tests.size() * P.R->Def.bytes());
    SmallVector<const uint8_t *, 8> In = Tests.leaves();
    for (int64_t I = 0; I != 256; ++I) {
      P.Fn(In.data(), Out.data(), &I, Tests.size());
      Hashes[size_t(I)] = (Hashes[size_t(I)] * 0x9e3779b97f4a7c15ull + xxh3_64bits(Out)) >> 1;
    }
  }
  DenseSet<uint64_t> Seen;
  SmallVector<int64_t, 0> Imms;
  for (int64_t I = 0; I != 256; ++I)
    if (Seen.insert(Hashes[size_t(I)]).second)
      Imms.push_back(I);
  return Imms;
}

/// What GF2P8AFFINE* does to a byte before the affine map: with the identity
/// matrix the map does nothing.
static std::array<uint8_t, 256> byteMap(const PoolRow &P) {
  std::array<uint8_t, 256> Map;
  unsigned Bytes = P.R->Def.bytes();
  std::vector<uint8_t> X(Bytes), Out(Bytes), Identity(Bytes);
  for (unsigned I = 0; I != Bytes; ++I)
    Identity[I] = uint8_t(1u << (7 - I % 8));
  const uint8_t *In[2] = {X.data(), Identity.data()};
  int64_t Imm = 0;
  for (unsigned I = 0; I != 256; I += Bytes) {
    for (unsigned K = 0; K != Bytes; ++K)
      X[K] = uint8_t(I + K);
    P.Fn(In, Out.data(), &Imm, 1);
    std::copy(Out.begin(), Out.end(), Map.begin() + I);
  }
  return Map;
}

Error prepare(PoolRow &P, Evaluator &E, ArrayRef<int64_t> WindowImms) {
  if (P.Fn)
    return Error::success();
  Node N;
  N.R = P.R;
  Expected<Evaluator::RowFn> Fn = E.function(N, P.R->Ins);
  if (!Fn)
    return Fn.takeError();
  P.Fn = *Fn;
  if (P.R->NumImms == 0) {
    P.LastImms = P.InnerImms = {0};
    return Error::success();
  }
  if (!P.Tuples.empty()) {
    for (size_t I = 0; I != P.Tuples.size(); ++I)
      P.LastImms.push_back(int64_t(I));
    P.InnerImms = P.LastImms;
    return Error::success();
  }
  SmallVector<int64_t, 0> All = distinctImmediates(P);
  // Splats, swaps, rotations, halves: what compilers and people write.
  static constexpr int64_t Common[] = {0x00, 0x01, 0x02, 0x04, 0x08, 0x0e, 0x1b, 0x39, 0x44,
                                       0x4e, 0x50, 0x55, 0x88, 0x93, 0x99, 0xa0, 0xaa, 0xb1,
                                       0xcc, 0xd8, 0xdd, 0xe4, 0xee, 0xf5, 0xfa, 0xff};
  static constexpr int64_t CommonTernary[] = {0x80, 0x96, 0xca, 0xd8, 0xe8, 0xf8, 0xfe};
  auto Among = [&](ArrayRef<int64_t> Some) {
    SmallVector<int64_t, 0> Kept;
    for (int64_t I : All)
      if (is_contained(Some, I) || is_contained(WindowImms, I))
        Kept.push_back(I);
    return Kept;
  };
  P.LastImms = P.InnerImms = All;
  switch (P.R->ImmKind) {
  case Row::ImmUse::Shuffle:
  case Row::ImmUse::Any:
  case Row::ImmUse::None:
    P.InnerImms = Among(Common);
    break;
  case Row::ImmUse::Ternary:
    P.InnerImms = Among(CommonTernary);
    if (P.K != PoolRow::Ternary)
      P.LastImms = P.InnerImms; // masked forms: tables are not solved
    break;
  case Row::ImmUse::Shift:
  case Row::ImmUse::Predicate:
    break;
  }
  if (P.K == PoolRow::Affine)
    P.Before = byteMap(P);
  return Error::success();
}

namespace {
class CostRanker final : public CandidateRanker {
public:
  StringRef name() const override { return "cost"; }
  std::vector<const OpClass *> order(const Window &, ArrayRef<const OpClass *> Pool) override {
    std::vector<const OpClass *> Order(Pool);
    llvm::sort(Order, [](const OpClass *A, const OpClass *B) {
      return std::make_pair(A->leader().Weight, A->Id) < std::make_pair(B->leader().Weight, B->Id);
    });
    return Order;
  }
};
} // namespace

std::unique_ptr<CandidateRanker> makeCostRanker() { return std::make_unique<CostRanker>(); }

} // namespace whittle
