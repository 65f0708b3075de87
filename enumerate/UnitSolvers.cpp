//===- enumerate/UnitSolvers.cpp - Constants from inputs and goals --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/UnitSolvers.h"
#include "llvm/ADT/STLExtras.h"
#include <bit>

using namespace llvm;

namespace whittle {

void fillUnits(uint8_t *P, size_t Bytes, unsigned Bits, uint64_t X) {
  for (; Bits < 64; Bits *= 2) {
    X &= (1ull << Bits) - 1;
    X |= X << Bits;
  }
  size_t At = 0;
  for (; At + 8 <= Bytes; At += 8)
    memcpy(P + At, &X, 8);
  memcpy(P + At, &X, Bytes - At);
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

/// \p Must1, if no bit is in \p Must0 too; repeated after as few bytes as fit.
static std::optional<ConstantBytes> repeat(ConstantBytes Must1, const ConstantBytes &Must0) {
  const size_t Width = Must1.size();
  for (size_t I = 0; I != Width; ++I)
    if (Must1[I] & Must0[I])
      return std::nullopt;
  for (size_t Period = 1; Period < Width; Period *= 2) {
    ConstantBytes Ones(Period), Zeros(Period);
    bool Fits = Width % Period == 0;
    for (size_t I = 0; I != Width; ++I) {
      Ones[I % Period] |= Must1[I];
      Zeros[I % Period] |= Must0[I];
    }
    for (size_t I = 0; I != Period; ++I)
      Fits &= !(Ones[I] & Zeros[I]);
    if (!Fits)
      continue;
    for (size_t I = 0; I != Width; ++I)
      Must1[I] = Ones[I % Period];
    break;
  }
  return Must1;
}

std::optional<ConstantBytes> solveBits(const uint8_t *With0, const uint8_t *With1,
                                       const uint8_t *Goal, const uint8_t *Care, size_t Width,
                                       size_t Tests) {
  ConstantBytes Must1(Width), Must0(Width);
  for (size_t T = 0, At = 0; T != Tests; ++T)
    for (size_t I = 0; I != Width; ++I, ++At) {
      uint8_t Cared = Care ? Care[At] : 0xff;
      Must1[I] |= (With0[At] ^ Goal[At]) & Cared;
      Must0[I] |= (With1[At] ^ Goal[At]) & Cared;
    }
  return repeat(std::move(Must1), Must0);
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

BitSources::BitSources(size_t OperandBytes, size_t ResultBytes)
    : Operand(OperandBytes), Results(ResultBytes),
      Planes(1 + unsigned(bit_width(OperandBytes * 8 - 1)), std::vector<uint8_t>(ResultBytes)) {}

void BitSources::pattern(unsigned P, uint8_t *To) const {
  static constexpr uint8_t InByte[3] = {0xaa, 0xcc, 0xf0};
  for (size_t I = 0; I != Operand; ++I)
    To[I] = P == 0 ? 0xff : P <= 3 ? InByte[P - 1] : I >> (P - 4) & 1 ? 0xff : 0;
}

void BitSources::add(unsigned P, const uint8_t *Base, const uint8_t *With) {
  for (size_t I = 0; I != Results; ++I)
    Planes[P][I] = Base[I] ^ With[I];
}

bool BitSources::mayGive(const uint8_t *Base, const uint8_t *Ones, const uint8_t *Goal,
                         const uint8_t *Care, size_t Bytes) {
  for (size_t I = 0; I != Bytes; ++I)
    if ((Base[I] ^ Goal[I]) & (Ones[I] ^ Goal[I]) & (Care ? Care[I] : 0xff))
      return false;
  return true;
}

std::optional<ConstantBytes> BitSources::solve(const uint8_t *Base, const uint8_t *Goal,
                                               const uint8_t *Care) const {
  ConstantBytes Must1(Operand), Must0(Operand);
  for (size_t I = 0; I != Results; ++I)
    for (unsigned Bits = Planes[0][I] & (Care ? Care[I] : 0xff); Bits; Bits &= Bits - 1) {
      const unsigned K = unsigned(countr_zero(Bits));
      const std::optional<unsigned> From = of(I * 8 + K);
      if (!From)
        return std::nullopt;
      ConstantBytes &Must = (Base[I] ^ Goal[I]) >> K & 1 ? Must1 : Must0;
      const ConstantBytes &Other = &Must == &Must1 ? Must0 : Must1;
      Must[*From / 8] |= uint8_t(1u << (*From % 8));
      if (Other[*From / 8] >> (*From % 8) & 1)
        return std::nullopt;
    }
  return repeat(std::move(Must1), Must0);
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

uint64_t inverse(uint64_t X) {
  uint64_t Y = X; // right in 3 bits
  for (unsigned I = 0; I != 5; ++I)
    Y *= 2 - X * Y;
  return Y;
}

bool LinearSystem::add(ArrayRef<uint64_t> Coefficients, uint64_t Right) {
  Row New;
  New.Left.assign(Coefficients.begin(), Coefficients.end());
  for (uint64_t &X : New.Left)
    X &= Mask;
  New.Right = Right & Mask;
  for (size_t J = 0; J != Rows.size(); ++J) {
    if (!New.Left[J])
      continue;
    if (Rows[J].Left.empty()) {
      Rows[J] = std::move(New);
      return true;
    }
    // The row with fewer factors 2 stays: it divides the other.
    if (std::countr_zero(New.Left[J]) < std::countr_zero(Rows[J].Left[J]))
      std::swap(New, Rows[J]);
    const Row &Pivot = Rows[J];
    unsigned Shift = unsigned(std::countr_zero(Pivot.Left[J]));
    uint64_t Times = (New.Left[J] >> Shift) * inverse(Pivot.Left[J] >> Shift);
    for (size_t K = J; K != Rows.size(); ++K)
      New.Left[K] = (New.Left[K] - Times * Pivot.Left[K]) & Mask;
    New.Right = (New.Right - Times * Pivot.Right) & Mask;
  }
  return New.Right == 0;
}

bool LinearSystem::determined() const {
  for (const Row &R : Rows)
    if (R.Left.empty())
      return false;
  return true;
}

std::optional<SmallVector<uint64_t, 8>> LinearSystem::solve() const {
  SmallVector<uint64_t, 8> X(Rows.size(), 0);
  for (size_t J = Rows.size(); J-- != 0;) {
    if (Rows[J].Left.empty())
      continue;
    uint64_t Right = Rows[J].Right;
    for (size_t K = J + 1; K != Rows.size(); ++K)
      Right -= Rows[J].Left[K] * X[K];
    Right &= Mask;
    unsigned Shift = unsigned(std::countr_zero(Rows[J].Left[J]));
    if (Right & ((1ull << Shift) - 1))
      return std::nullopt;
    X[J] = (Right >> Shift) * inverse(Rows[J].Left[J] >> Shift) & (Mask >> Shift);
    // Of -1 modulo 2^k and 2^k - 1 the number that has the same sign in all bits.
    if (Shift && X[J] >> (Bits - Shift - 1) & 1)
      X[J] |= Mask & ~(Mask >> Shift);
  }
  return X;
}

static bool wholeUnit(const uint8_t *Care, size_t I, unsigned Unit) {
  return !Care || unitAt(Care, I, Unit) == unitMask(Unit);
}

std::optional<ConstantBytes> solveWeights(const uint8_t *Base, ArrayRef<const uint8_t *> With,
                                          const uint8_t *Goal, const uint8_t *Care, unsigned Unit,
                                          size_t Width, size_t Tests) {
  size_t Units = Width * 8 / Unit, Fields = With.size();
  unsigned FieldBits = Unit / unsigned(Fields);
  SmallVector<uint64_t, 8> Left(Fields);
  auto AddUnit = [&](LinearSystem &S, size_t At) {
    if (!wholeUnit(Care, At, Unit))
      return true;
    uint64_t B = unitAt(Base, At, Unit);
    for (size_t J = 0; J != Fields; ++J)
      Left[J] = unitAt(With[J], At, Unit) - B;
    return S.add(Left, unitAt(Goal, At, Unit) - B);
  };
  auto Write = [&](ConstantBytes &To, size_t I, ArrayRef<uint64_t> X) {
    uint64_t Word = 0;
    for (size_t J = 0; J != Fields; ++J)
      Word |= (FieldBits == 64 ? X[J] : X[J] & ((1ull << FieldBits) - 1)) << (FieldBits * J);
    setUnit(To.data(), I, Unit, Word);
  };
  ConstantBytes Constant(Width);
  LinearSystem All(unsigned(Fields), Unit);
  bool Same = true;
  for (size_t At = 0; Same && At != Units * Tests; ++At)
    Same = AddUnit(All, At);
  if (auto X = Same ? All.solve() : std::nullopt) {
    for (size_t I = 0; I != Units; ++I)
      Write(Constant, I, *X);
    return Constant;
  }
  // Each unit its own; what no test decides is as in a unit before.
  std::optional<size_t> Like;
  std::vector<bool> Known(Units);
  for (size_t I = 0; I != Units; ++I) {
    LinearSystem S(unsigned(Fields), Unit);
    for (size_t T = 0; T != Tests; ++T)
      if (!AddUnit(S, T * Units + I))
        return std::nullopt;
    auto X = S.solve();
    if (!X)
      return std::nullopt;
    Write(Constant, I, *X);
    Known[I] = S.determined();
    if (Known[I] && !Like)
      Like = I;
  }
  for (size_t I = 0; Like && I != Units; ++I)
    if (!Known[I])
      setUnit(Constant.data(), I, Unit, unitAt(Constant.data(), *Like, Unit));
  return Constant;
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

std::optional<std::vector<unsigned>> ChoiceTable::pick() const {
  for (size_t Period = 1;; Period = Period * 2 < Units ? Period * 2 : Units) {
    std::vector<unsigned> Picked(Units);
    bool Fits = Units % Period == 0;
    for (size_t R = 0; Fits && R != Period; ++R) {
      size_t C = 0;
      for (; C != Choices; ++C) {
        bool All = true;
        for (size_t U = R; All && U < Units; U += Period)
          All = Allowed[U * Choices + C];
        if (All)
          break;
      }
      Fits = C != Choices;
      for (size_t U = R; U < Units; U += Period)
        Picked[U] = unsigned(C);
    }
    if (Fits)
      return Picked;
    if (Period == Units)
      return std::nullopt;
  }
}

//===----------------------------------------------------------------------===//
// A mask and a truth table
//===----------------------------------------------------------------------===//

namespace {
/// What each bit position asks of a table of two inputs: bit m of Ones if the tests
/// want a 1 for combination m = 2a+b.
struct Wants {
  uint8_t Ones = 0, Zeros = 0;

  bool possible() const { return !(Ones & Zeros); }
  bool whole() const { return (Ones | Zeros) == 15; }
  Wants with(Wants O) const { return {uint8_t(Ones | O.Ones), uint8_t(Zeros | O.Zeros)}; }
};
} // namespace

/// Two tables such that each position takes one of them.
static std::optional<MaskedTable> splitInTwo(ArrayRef<Wants> Of, size_t Width) {
  Wants Tables[2];
  std::vector<uint8_t> Takes(Of.size());
  for (bool Whole : {true, false})
    for (size_t P = 0; P != Of.size(); ++P) {
      if (Of[P].whole() != Whole)
        continue;
      unsigned G = Tables[0].with(Of[P]).possible() ? 0 : 1;
      Wants Both = Tables[G].with(Of[P]);
      if (!Both.possible())
        return std::nullopt;
      Tables[G] = Both;
      Takes[P] = uint8_t(G);
    }
  if (!(Tables[1].Ones | Tables[1].Zeros))
    return std::nullopt;
  // Ones where the rarer table is taken.
  if (size_t(llvm::count(Takes, 1)) * 2 > Takes.size()) {
    std::swap(Tables[0], Tables[1]);
    for (uint8_t &G : Takes)
      G ^= 1;
  }
  MaskedTable M;
  for (unsigned C = 0; C != 8; ++C)
    M.Table |= uint8_t((Tables[C & 1].Ones >> (C >> 1) & 1) << C);
  M.Mask.resize(Width);
  for (size_t P = 0; P != Width * 8; ++P)
    M.Mask[P / 8] |= uint8_t(Takes[P % Takes.size()] << (P % 8));
  return M;
}

std::optional<MaskedTable> solveMaskedTable(const uint8_t *A, const uint8_t *B, const uint8_t *Goal,
                                            const uint8_t *Care, size_t Width, size_t Tests) {
  std::vector<Wants> Of(Width * 8);
  for (size_t I = 0; I != Width; ++I) {
    uint8_t Ones[4] = {}, Zeros[4] = {}, Conflict = 0;
    for (size_t At = I; At < Width * Tests; At += Width) {
      uint8_t Cared = Care ? Care[At] : 0xff;
      for (unsigned M = 0; M != 4; ++M) {
        uint8_t Here = uint8_t((M & 2 ? A[At] : ~A[At]) & (M & 1 ? B[At] : ~B[At])) & Cared;
        Ones[M] |= Here & Goal[At];
        Zeros[M] |= Here & uint8_t(~Goal[At]);
      }
    }
    for (unsigned M = 0; M != 4; ++M)
      Conflict |= Ones[M] & Zeros[M];
    if (Conflict)
      return std::nullopt;
    for (unsigned K = 0; K != 8; ++K)
      for (unsigned M = 0; M != 4; ++M) {
        Of[I * 8 + K].Ones |= uint8_t((Ones[M] >> K & 1) << M);
        Of[I * 8 + K].Zeros |= uint8_t((Zeros[M] >> K & 1) << M);
      }
  }
  for (size_t Period = 8; Period < Of.size(); Period *= 2) {
    std::vector<Wants> Short(Period);
    for (size_t P = 0; P != Of.size(); ++P)
      Short[P % Period] = Short[P % Period].with(Of[P]);
    bool Fits = Of.size() % Period == 0;
    for (const Wants &W : Short)
      Fits &= W.possible();
    if (Fits)
      return splitInTwo(Short, Width);
  }
  return splitInTwo(Of, Width);
}

//===----------------------------------------------------------------------===//
// Functions of a unit
//===----------------------------------------------------------------------===//

bool FunctionFilter::isFunction(ArrayRef<const uint8_t *> In, const uint8_t *Goal,
                                const uint8_t *Care, unsigned Unit, bool BitGoal, size_t Width,
                                size_t Tests) {
  if (In.empty() || In.size() > 2)
    return true;
  size_t Units = Width * 8 / Unit, Size = 1024, Repeats = 0;
  while (Size < 2 * Units * Tests)
    Size *= 2;
  if (Slots.size() < Size)
    Slots.assign(Size, Slot());
  ++Round;
  for (size_t At = 0; At != Units * Tests; ++At) {
    uint64_t Want;
    if (BitGoal) {
      size_t T = At / Units, I = At % Units;
      if (Care && !(unitAt(Care, T, 64) >> I & 1))
        continue;
      Want = unitAt(Goal, T, 64) >> I & 1;
    } else {
      if (!wholeUnit(Care, At, Unit))
        continue;
      Want = unitAt(Goal, At, Unit);
    }
    uint64_t X = unitAt(In[0], At, Unit), Y = In.size() > 1 ? unitAt(In[1], At, Unit) : 0;
    uint64_t H = (X + Y * 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull;
    for (size_t S = H >> 40 & (Size - 1);; S = (S + 1) & (Size - 1)) {
      Slot &Here = Slots[S];
      if (Here.Round != Round) {
        Here = {{X, Y}, Want, Round};
        break;
      }
      if (Here.Key[0] == X && Here.Key[1] == Y) {
        if (Here.Goal != Want)
          return false;
        ++Repeats;
        break;
      }
    }
  }
  return Repeats >= 4;
}

} // namespace whittle
