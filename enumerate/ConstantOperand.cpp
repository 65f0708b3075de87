//===- enumerate/ConstantOperand.cpp - Operands worth solving for ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/ConstantOperand.h"
#include "enumerate/ConstantLibrary.h"
#include "enumerate/TestSet.h"
#include "enumerate/UnitSolvers.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/xxhash.h"
#include <mutex>
#include <numeric>
#include <set>

using namespace llvm;

namespace whittle {

namespace {
/// Runs a row on samples and looks at what changes.
class OperandStudy {
public:
  explicit OperandStudy(const PoolRow &R)
      : R(R), Tests(leavesOf(R), widest(R), /*Seed=*/0x5a3e), N(Tests.size()),
        Out(N * R.R->Def.bytes()), Changed(Out.size()) {
    for (unsigned I = 0; I != R.arity(); ++I)
      In.push_back(Tests.leaf(I));
    // A predicate's number 0 may ignore its operands' order, and others all of them.
    Imm = R.R->ImmKind == Row::ImmUse::Predicate && R.R->NumImms == 1 ? 1 : 0;
  }

  std::optional<ConstantOperand> study(unsigned Index) {
    ConstantOperand C;
    C.Index = Index;
    ValueType Ty = R.R->Ins[Index], Def = R.R->Def;
    C.BitResult = Def.Kind == RegKind::Mask;
    if (!loadable(Ty))
      return std::nullopt;
    if (!C.BitResult && Def.bytes() != Ty.bytes())
      return Ty.Kind == RegKind::Lane ? studyWhole(C, Ty) : std::nullopt;
    unsigned Unit = spread(Index, C.BitResult);
    if (Unit == 0) {
      if (C.BitResult || !isTable(Index))
        return std::nullopt;
      C.K = ConstantOperand::Table;
      return C;
    }
    C.Unit = std::max(Unit, 8u);
    C.K = ConstantOperand::Bits;
    if (Unit == 1)
      return C;
    C.LaneWise = true;
    for (unsigned I = 0; I != R.arity(); ++I)
      if (I != Index)
        C.LaneWise &= R.R->Ins[I].bytes() == Ty.bytes() && spread(I, C.BitResult) != 0 &&
                      spread(I, C.BitResult) <= C.Unit;
    if (!C.BitResult)
      for (unsigned Fields : {1, 2, 4})
        if (C.Unit / Fields >= 8 && isLinear(C, Fields)) {
          C.K = ConstantOperand::Weights;
          C.Fields = Fields;
          return C;
        }
    tellApart(C);
    if (C.K == ConstantOperand::Samples && !C.BitResult && isTable(Index))
      C.K = ConstantOperand::Table;
    return C;
  }

private:
  std::optional<ConstantOperand> studyWhole(ConstantOperand C, ValueType Ty) {
    C.Whole = true;
    C.Unit = Ty.Bits;
    tellApart(C);
    if (C.Values.size() < 2)
      return std::nullopt;
    return C;
  }

  static std::vector<Leaf> leavesOf(const PoolRow &R) {
    std::vector<Leaf> Leaves(R.arity());
    for (auto [L, T] : zip(Leaves, R.R->Ins))
      L.Ty = T;
    return Leaves;
  }
  static unsigned widest(const PoolRow &R) {
    unsigned Bytes = R.R->Def.bytes();
    for (ValueType T : R.R->Ins)
      Bytes = std::max(Bytes, T.bytes());
    return Bytes;
  }

  void run(ArrayRef<const uint8_t *> Ops, std::vector<uint8_t> &To) {
    R.Fn(Ops.data(), To.data(), R.immediates(Imm), N);
  }

  /// The least unit such that a bit of operand \p Index changes the result in its
  /// own unit only: 1, 8, 16, 32 or 64; 0: none, or it changes nothing.
  unsigned spread(unsigned Index, bool BitResult) {
    size_t Bytes = R.R->Ins[Index].bytes(), OutBytes = R.R->Def.bytes();
    std::vector<uint8_t> Flipped(N * Bytes);
    SmallVector<const uint8_t *, 4> Ops(In);
    Ops[Index] = Flipped.data();
    run(In, Out);
    Random Rand(Index + 1);
    unsigned Unit = BitResult ? 8 : 1;
    bool Any = false;
    std::vector<unsigned> Bit(N);
    for (unsigned Round = 0; Round != 64; ++Round) {
      memcpy(Flipped.data(), In[Index], Flipped.size());
      for (size_t T = 0; T != N; ++T) {
        Bit[T] = Rand.below(unsigned(Bytes * 8));
        Flipped[T * Bytes + Bit[T] / 8] ^= uint8_t(1u << (Bit[T] % 8));
      }
      run(Ops, Changed);
      for (size_t T = 0; T != N; ++T) {
        const uint8_t *A = Out.data() + T * OutBytes, *B = Changed.data() + T * OutBytes;
        if (memcmp(A, B, OutBytes) == 0)
          continue;
        Any = true;
        for (unsigned K = 0; K != OutBytes; ++K)
          for (unsigned X = A[K] ^ B[K]; X; X &= X - 1) {
            unsigned To = K * 8 + unsigned(countr_zero(X));
            while (BitResult ? Bit[T] / Unit != To : Bit[T] / Unit != To / Unit) {
              Unit = Unit == 1 ? 8 : Unit * 2;
              if (Unit > 64 || Unit > Bytes * 8)
                return 0;
            }
          }
      }
    }
    return Any ? Unit : 0;
  }

  /// Numbered bits say of each bit of the result where it is from; random ones then have
  /// to come from there.
  bool isTable(unsigned Index) {
    const size_t Bytes = R.R->Ins[Index].bytes(), OutBytes = R.R->Def.bytes();
    std::vector<uint8_t> Constant(N * Bytes), Base(Out.size());
    SmallVector<const uint8_t *, 4> Ops(In);
    Ops[Index] = Constant.data();
    run(Ops, Base); // all zeros
    BitSources From(Bytes, OutBytes * N);
    for (unsigned P = 0; P != From.patterns(); ++P) {
      for (size_t T = 0; T != N; ++T)
        From.pattern(P, Constant.data() + T * Bytes);
      run(Ops, Changed);
      From.add(P, Base.data(), Changed.data());
    }
    Random Rand(Index + 3);
    bool Any = false;
    for (unsigned Round = 0; Round != 4; ++Round) {
      for (uint8_t &X : Constant)
        X = uint8_t(Rand.next() >> 32);
      run(Ops, Changed);
      for (size_t T = 0; T != N; ++T)
        for (size_t B = 0; B != OutBytes * 8; ++B) {
          const size_t At = T * OutBytes * 8 + B;
          std::optional<unsigned> Source = From.of(At);
          const bool Moved = (Base[At / 8] ^ Changed[At / 8]) >> (At % 8) & 1;
          if (Moved != (Source && (Constant[T * Bytes + *Source / 8] >> (*Source % 8) & 1)))
            return false;
          Any |= Moved;
        }
    }
    return Any;
  }

  /// With one field the units themselves add up; with more, small weights over
  /// small numbers, which saturate nowhere, and each field counts (of upper halves of
  /// products the low ones do not).
  bool isLinear(const ConstantOperand &C, unsigned Fields) {
    size_t Bytes = R.R->Ins[C.Index].bytes(), Units = N * Bytes * 8 / C.Unit;
    std::vector<uint8_t> Some[4], Result[4]; // 0, A, B, A + B
    for (auto &V : Some)
      V.resize(N * Bytes);
    for (auto &V : Result)
      V.resize(Out.size());
    Random Rand(C.Index + 77);
    unsigned FieldBits = C.Unit / Fields;
    for (size_t I = 0; I != Units; ++I) {
      uint64_t A = Rand.next(), B = Rand.next(), Small = 0;
      for (unsigned F = 0; F != Fields; ++F)
        Small |= ((4ull << (FieldBits - 8)) - 1) << (F * FieldBits);
      if (Fields > 1)
        A &= Small, B &= Small;
      setUnit(Some[1].data(), I, C.Unit, A);
      setUnit(Some[2].data(), I, C.Unit, B);
      setUnit(Some[3].data(), I, C.Unit, A + B);
    }
    std::vector<std::vector<uint8_t>> Less;
    SmallVector<const uint8_t *, 4> Ops(In);
    for (unsigned I = 0; I != R.arity(); ++I) {
      std::vector<uint8_t> &V = Less.emplace_back(In[I], In[I] + N * R.R->Ins[I].bytes());
      if (Fields > 1 && R.R->Ins[I].Kind != RegKind::Mask)
        for (uint8_t &X : V)
          X &= 7;
    }
    for (unsigned I = 0; I != R.arity(); ++I)
      Ops[I] = Less[I].data();
    for (unsigned K = 0; K != 4; ++K) {
      Ops[C.Index] = Some[K].data();
      run(Ops, Result[K]);
    }
    bool Any = false;
    uint64_t Mask = unitMask(C.Unit);
    for (size_t I = 0; I != Units; ++I) {
      uint64_t Y[4];
      for (unsigned K = 0; K != 4; ++K)
        Y[K] = unitAt(Result[K].data(), I, C.Unit);
      if ((Y[1] + Y[2] - Y[3] - Y[0]) & Mask)
        return false;
      Any |= Y[1] != Y[0];
    }
    for (unsigned F = 0; Any && Fields > 1 && F != Fields; ++F) {
      fillUnits(Some[1].data(), Some[1].size(), C.Unit, 1ull << (F * FieldBits));
      Ops[C.Index] = Some[1].data();
      run(Ops, Result[1]);
      Any = Result[1] != Result[0];
    }
    return Any;
  }

  /// Whatever the constant, are result units zero or units of other operands?
  bool selects(const ConstantOperand &C) {
    run(In, Out);
    size_t Units = R.R->Def.bytes() * 8 / C.Unit;
    for (size_t T = 0; T != N; ++T) {
      std::set<uint64_t> Have{0};
      for (unsigned I = 0; I != R.arity(); ++I)
        for (size_t U = 0; I != C.Index && U != R.R->Ins[I].bytes() * 8 / C.Unit; ++U)
          Have.insert(unitAt(In[I] + T * R.R->Ins[I].bytes(), U, C.Unit));
      for (size_t U = 0; U != Units; ++U)
        if (!Have.count(unitAt(Out.data() + T * Units * C.Unit / 8, U, C.Unit)))
          return false;
    }
    return true;
  }

  /// Values of a unit with different results.
  void tellApart(ConstantOperand &C) {
    std::vector<uint64_t> Likely = libraryUnits(C.Unit), All(256);
    std::iota(All.begin(), All.end(), 0);
    All.insert(All.end(), Likely.begin(), Likely.end());
    C.Selects = !C.BitResult && !C.Whole && selects(C);
    C.Values = distinct(C, All);
    // Few results, and no others for any values: all there are. Else values that are
    // worth a trial.
    auto NoOthers = [&] {
      Random Rand(C.Index + 5);
      for (unsigned K = 0; K != 64; ++K)
        All.push_back(Rand.next() & unitMask(C.Unit));
      return distinct(C, All).size() == C.Values.size();
    };
    bool Few = C.Unit == 8 || (!C.BitResult && C.Values.size() <= 128 && NoOthers());
    C.K = Few ? ConstantOperand::Choices : ConstantOperand::Samples;
    if (!Few)
      C.Values = distinct(C, Likely);
  }

  /// Of values with equal results the first.
  std::vector<uint64_t> distinct(const ConstantOperand &C, ArrayRef<uint64_t> All) {
    std::vector<uint8_t> Constant(N * R.R->Ins[C.Index].bytes());
    SmallVector<const uint8_t *, 4> Ops(In);
    Ops[C.Index] = Constant.data();
    std::vector<uint64_t> Kept;
    DenseSet<uint64_t> Seen;
    for (uint64_t X : All) {
      fillUnits(Constant.data(), Constant.size(), C.Unit, X);
      run(Ops, Out);
      if (Seen.insert(xxh3_64bits(Out) >> 1).second)
        Kept.push_back(X);
    }
    return Kept;
  }

  const PoolRow &R;
  TestSet Tests;
  size_t N;
  int64_t Imm = 0;
  SmallVector<const uint8_t *, 4> In;
  std::vector<uint8_t> Out, Changed;
};
} // namespace

static std::vector<ConstantOperand> studyAll(const PoolRow &R) {
  std::vector<ConstantOperand> All;
  bool Predicate = R.R->ImmKind == Row::ImmUse::Predicate && R.R->NumImms == 1;
  if (R.K != PoolRow::Plain || R.arity() < 2 || (R.R->NumImms == 1 && !Predicate) ||
      R.R->readsMemory() || R.R->ReadsMXCSR || R.R->ReadsLaneId)
    return All;
  OperandStudy Study(R);
  for (unsigned I = 0; I != R.arity(); ++I) {
    // Of operands that commute the last.
    if (any_of(R.Commutes, [&](auto P) { return std::min(P.first, P.second) == I; }))
      continue;
    if (auto C = Study.study(I))
      All.push_back(std::move(*C));
  }
  return All;
}

const std::vector<ConstantOperand> &constantOperands(const PoolRow &R) {
  struct Entry {
    std::once_flag Once;
    std::vector<ConstantOperand> All;
  };
  static std::mutex Lock;
  static DenseMap<const Row *, std::unique_ptr<Entry>> Known;
  Entry *E;
  {
    std::lock_guard<std::mutex> Guard(Lock);
    auto &Slot = Known[R.R];
    if (!Slot)
      Slot = std::make_unique<Entry>();
    E = Slot.get();
  }
  std::call_once(E->Once, [&] { E->All = studyAll(R); });
  return E->All;
}

} // namespace whittle
