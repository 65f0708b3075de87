//===- verify/Fit.cpp - Expressions and guards that fit samples
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Fit.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <set>

using namespace llvm;

namespace whittle {

using E = SymExpr;

static E num(uint64_t N) { return E::number(N); }
static E op(E::Op K, E A, E B) { return E::make(K, {std::move(A), std::move(B)}); }

//===----------------------------------------------------------------------===//
// Samples
//===----------------------------------------------------------------------===//

namespace {
/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random {
  uint64_t State;
  uint64_t next() {
    uint64_t Z = (State += 0x9e3779b97f4a7c15);
    Z = (Z ^ (Z >> 30)) * 0xbf58476d1ce4e5b9;
    Z = (Z ^ (Z >> 27)) * 0x94d049bb133111eb;
    return Z ^ (Z >> 31);
  }
  APInt bits(unsigned Width) {
    SmallVector<uint64_t, 8> Words;
    for (unsigned I = 0; I < Width; I += 64)
      Words.push_back(next());
    return APInt(unsigned(Words.size()) * 64, Words).trunc(Width);
  }
};
} // namespace

std::vector<SymTuple> sampleTuples(ArrayRef<SymbolSpec> Symbols, const SymTuple &Witness,
                                   unsigned Count, uint64_t Seed) {
  static constexpr uint8_t Small[] = {0,  1,  2,  3,  4,  5,  7,  8,  9,   12,  15,  16, 17,
                                      24, 31, 32, 33, 48, 63, 64, 65, 127, 128, 240, 255};
  Random R{Seed};
  std::vector<SymTuple> Tuples;
  std::set<std::string> Seen;
  auto Add = [&](const SymTuple &T) {
    std::string Key;
    for (const APInt &V : T)
      Key += toString(V, 16, false) + ",";
    if (Tuples.size() < Count && Seen.insert(Key).second)
      Tuples.push_back(T);
  };
  auto Boundary = [&](unsigned I, size_t Which) {
    unsigned Bits = Symbols[I].Bits;
    if (Which < std::size(Small))
      return APInt(64, Small[Which]).zextOrTrunc(Bits);
    switch (Which - std::size(Small)) {
    case 0:
      return APInt::getAllOnes(Bits);
    case 1:
      return APInt::getSignMask(Bits);
    case 2:
      return APInt::getLowBitsSet(Bits, Bits / 2);
    case 3:
      return APInt::getHighBitsSet(Bits, Bits / 2);
    default:
      return R.bits(Bits);
    }
  };
  constexpr size_t Boundaries = std::size(Small) + 5;
  Add(Witness);
  for (unsigned I = 0; I != Symbols.size(); ++I)
    for (size_t B = 0; B != Boundaries; ++B) {
      SymTuple T = Witness;
      T[I] = Boundary(I, B);
      Add(T);
    }
  for (unsigned Try = 0; Try != 4 * Count && Tuples.size() < Count; ++Try) {
    SymTuple T;
    for (unsigned I = 0; I != Symbols.size(); ++I)
      switch (Try % 4) {
      case 0:
        T.push_back(R.bits(Symbols[I].Bits));
        break;
      case 1:
        T.push_back(APInt(64, R.next() % 40).zextOrTrunc(Symbols[I].Bits));
        break;
      default:
        T.push_back(Boundary(I, R.next() % Boundaries));
      }
    Add(T);
  }
  return Tuples;
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

static constexpr uint64_t Widths[] = {8, 16, 32, 64};

std::vector<SymExpr> fitExpressions(ArrayRef<SymbolSpec> Symbols, const SymTuple &Witness,
                                    const APInt &Want) {
  const unsigned Bits = Want.getBitWidth();
  std::vector<SymExpr> All;
  auto Add = [&](SymExpr X) {
    if (evaluate(X, Symbols, Witness).zextOrTrunc(Bits) == Want && !is_contained(All, X))
      All.push_back(std::move(X));
  };
  // With a number that makes it fit.
  auto AddWithNumber = [&](const SymExpr &X) {
    if (Bits > 64)
      return;
    Add(X);
    APInt Have = evaluate(X, Symbols, Witness);
    APInt Goal = Want.zextOrTrunc(Have.getBitWidth());
    auto Fits = [](const APInt &N) { return !N.isNegative() && N.getActiveBits() <= 12; };
    if (APInt N = Goal - Have; Fits(N) && !N.isZero())
      Add(op(E::Add, X, num(N.getZExtValue())));
    if (APInt N = Have - Goal; Fits(N) && !N.isZero())
      Add(op(E::Sub, X, num(N.getZExtValue())));
    if (APInt N = Have + Goal; Fits(N))
      Add(op(E::Sub, num(N.getZExtValue()), X));
  };
  auto AddClamped = [&](const SymExpr &X) {
    for (uint64_t W : Widths) {
      Add(op(E::Mod, X, num(W)));
      Add(op(E::Min, X, num(W - 1)));
      Add(op(E::Max, op(E::Sub, X, num(W)), num(0)));
    }
    Add(op(E::Min, X, num(255)));
  };
  for (unsigned I = 0; I != Symbols.size(); ++I) {
    SymExpr S = E::symbol(I);
    Add(S);
    Add(E::make(E::Not, {S}));
    AddWithNumber(S);
    AddClamped(S);
    Add(E::make(E::Count, {S}));
    for (uint64_t K = 1; K <= 8; ++K) {
      Add(op(E::Shl, S, num(K)));
      Add(op(E::Shr, S, num(K)));
    }
    // Masks of what shifts leave.
    for (uint64_t W : Widths) {
      SymExpr Ones = num(W == 64 ? ~0ull : (1ull << W) - 1);
      Add(op(E::Shr, Ones, S));
      Add(op(E::And, op(E::Shl, Ones, S), Ones));
    }
    Add(op(E::Shl, num(1), S));
    Add(op(E::Sub, op(E::Shl, num(1), S), num(1)));
  }
  for (unsigned I = 0; I != Symbols.size(); ++I)
    for (unsigned J = 0; J != Symbols.size(); ++J) {
      if (I == J)
        continue;
      SymExpr A = E::symbol(I), B = E::symbol(J);
      Add(op(E::Sub, A, B));
      AddWithNumber(op(E::Sub, A, B));
      AddClamped(op(E::Sub, A, B));
      Add(op(E::And, A, E::make(E::Not, {B})));
      Add(op(E::Or, A, E::make(E::Not, {B})));
      Add(op(E::Shl, A, B));
      Add(op(E::Shr, A, B));
      if (Bits == 8)
        Add(op(E::Shuffle, A, B));
      for (uint64_t W : Widths) {
        SymExpr Ones = num(W == 64 ? ~0ull : (1ull << W) - 1);
        Add(op(E::Shl, op(E::Shr, Ones, A), B));
        Add(op(E::Shr, op(E::And, op(E::Shl, Ones, A), Ones), B));
        Add(op(E::And, op(E::Shl, op(E::Shr, Ones, A), B), Ones));
      }
      if (J < I)
        continue;
      Add(op(E::Add, A, B));
      AddWithNumber(op(E::Add, A, B));
      AddClamped(op(E::Add, A, B));
      for (E::Op K : {E::And, E::Or, E::Xor, E::Min, E::Max})
        Add(op(K, A, B));
    }
  // Stable, so that the order is a function of what was asked.
  std::vector<std::pair<unsigned, unsigned>> Order;
  for (auto [I, X] : enumerate(All))
    Order.push_back({X.size(), unsigned(I)});
  llvm::sort(Order);
  std::vector<SymExpr> Sorted;
  Sorted.reserve(Order.size());
  for (auto [Size, I] : Order)
    Sorted.push_back(std::move(All[I]));
  All = std::move(Sorted);
  if (Bits <= 64)
    Add(num(Want.getZExtValue()));
  return All;
}

//===----------------------------------------------------------------------===//
// Truth tables
//===----------------------------------------------------------------------===//

namespace {
/// Chooses, for each bit of a table, the first of \p Options that all samples allow.
class TableFit {
public:
  explicit TableFit(ArrayRef<TableSample> Samples) : Samples(Samples) {}

  /// \p Value(sample, option): the bit. \returns one option a bit, or nothing.
  std::optional<std::array<unsigned, 8>>
  choose(unsigned Options, function_ref<bool(const TableSample &, unsigned Option)> Value,
         function_ref<unsigned(unsigned Bit)> Preferred) const {
    std::array<unsigned, 8> Chosen;
    for (unsigned Bit = 0; Bit != 8; ++Bit) {
      auto Works = [&](unsigned Option) {
        return all_of(Samples, [&](const TableSample &S) {
          return ((Value(S, Option) ? S.One : S.Zero) >> Bit & 1) != 0;
        });
      };
      unsigned Option = Preferred(Bit);
      if (!Works(Option)) {
        Option = 0;
        while (Option != Options && !Works(Option))
          ++Option;
      }
      if (Option == Options)
        return std::nullopt;
      Chosen[Bit] = Option;
    }
    return Chosen;
  }

private:
  ArrayRef<TableSample> Samples;
};

/// The numbers whose bits are bit \p Shift of what was chosen for each bit.
uint64_t column(const std::array<unsigned, 8> &Chosen, unsigned Shift) {
  uint64_t N = 0;
  for (unsigned Bit = 0; Bit != 8; ++Bit)
    N |= uint64_t(Chosen[Bit] >> Shift & 1) << Bit;
  return N;
}

/// Entry Index[i] of \p S as bit i.
SymExpr lookUp(const SymExpr &S, const std::array<unsigned, 8> &Index) {
  bool Identity = true;
  for (unsigned Bit = 0; Bit != 8; ++Bit)
    Identity &= (Index[Bit] & 7) == Bit;
  return Identity ? S
                  : E::make(E::Table, {S, num(column(Index, 2)), num(column(Index, 1)),
                                       num(column(Index, 0))});
}
} // namespace

std::vector<SymExpr> fitTables(ArrayRef<SymbolSpec> Symbols, ArrayRef<TableSample> Samples) {
  std::vector<SymExpr> Found;
  TableFit Fit(Samples);
  auto BitOf = [](const TableSample &S, unsigned Symbol, unsigned Bit) {
    return bool(S.Tuple[Symbol][Bit]);
  };
  for (unsigned J = 0; J != Symbols.size(); ++J) {
    if (Symbols[J].Bits != 8)
      continue;
    // An entry of one table, inverted or not, or a constant bit.
    auto One = Fit.choose(
        18,
        [&](const TableSample &S, unsigned Option) {
          return Option >= 16 ? Option == 17 : BitOf(S, J, Option & 7) != (Option >= 8);
        },
        [](unsigned Bit) { return Bit; });
    if (One) {
      SymExpr X = lookUp(E::symbol(J), *One);
      uint64_t Invert = 0, Constant = 0, Ones = 0;
      for (unsigned Bit = 0; Bit != 8; ++Bit) {
        Invert |= uint64_t((*One)[Bit] >= 8 && (*One)[Bit] < 16) << Bit;
        Constant |= uint64_t((*One)[Bit] >= 16) << Bit;
        Ones |= uint64_t((*One)[Bit] == 17) << Bit;
      }
      if (Invert)
        X = op(E::Xor, X, num(Invert));
      if (Constant)
        X = op(E::And, X, num(~Constant & 255));
      if (Ones)
        X = op(E::Or, X, num(Ones));
      Found.push_back(std::move(X));
    }
    // One table looked up with another's result in one place.
    for (unsigned I = 0; I != Symbols.size(); ++I)
      for (unsigned Place = 0; Place != 3 && I != J; ++Place) {
        if (Symbols[I].Bits != 8)
          continue;
        // Bits 0-2: the entry of the inner table; 3 and 4: the other operands.
        auto Index = [&](unsigned Option, bool Inner) {
          unsigned Low = Option >> 3 & 1, High = Option >> 4 & 1;
          return Place == 2   ? unsigned(Inner) << 2 | High << 1 | Low
                 : Place == 1 ? High << 2 | unsigned(Inner) << 1 | Low
                              : High << 2 | Low << 1 | unsigned(Inner);
        };
        auto Two = Fit.choose(
            32,
            [&](const TableSample &S, unsigned Option) {
              return BitOf(S, J, Index(Option, BitOf(S, I, Option & 7)));
            },
            [&](unsigned Bit) {
              // Other operands as the outer table has them.
              unsigned Others = Place == 2   ? Bit & 3
                                : Place == 1 ? (Bit >> 1 & 2) | (Bit & 1)
                                             : Bit >> 1;
              return Bit | Others << 3;
            });
        if (!Two)
          continue;
        SymExpr Inner = lookUp(E::symbol(I), *Two);
        SymExpr Low = num(column(*Two, 3)), High = num(column(*Two, 4));
        std::vector<SymExpr> Args{E::symbol(J)};
        if (Place == 2)
          Args.insert(Args.end(), {Inner, High, Low});
        else if (Place == 1)
          Args.insert(Args.end(), {High, Inner, Low});
        else
          Args.insert(Args.end(), {High, Low, Inner});
        Found.push_back(E::make(E::Table, std::move(Args)));
      }
  }
  return Found;
}

//===----------------------------------------------------------------------===//
// Guards
//===----------------------------------------------------------------------===//

static std::vector<SymCondition> knownConditions(ArrayRef<SymbolSpec> Symbols) {
  std::vector<SymCondition> All;
  auto Add = [&](SymCondition::Pred P, SymExpr L, SymExpr R) {
    All.push_back({P, std::move(L), std::move(R)});
  };
  for (unsigned I = 0; I != Symbols.size(); ++I) {
    SymExpr A = E::symbol(I);
    unsigned Bits = Symbols[I].Bits;
    for (uint64_t W : Widths)
      Add(SymCondition::LT, A, num(W));
    for (unsigned B : {7u, 15u, 31u})
      if (B < Bits)
        Add(SymCondition::LT, A, num(1ull << B));
    Add(SymCondition::LT, num(0), A);
    for (uint64_t W : Widths)
      Add(SymCondition::LE, num(W), A);
    Add(SymCondition::EQ, op(E::Mod, A, num(8)), num(0));
    Add(SymCondition::EQ, op(E::And, A, op(E::Add, A, num(1))), num(0));
    Add(SymCondition::EQ, op(E::And, A, op(E::Sub, A, num(1))), num(0));
    for (unsigned J = 0; J != Symbols.size(); ++J) {
      if (I == J)
        continue;
      SymExpr B = E::symbol(J);
      Add(SymCondition::LE, A, B);
      Add(SymCondition::LT, A, B);
      if (J < I)
        continue;
      Add(SymCondition::EQ, A, B);
      Add(SymCondition::EQ, op(E::And, A, B), num(0));
      for (uint64_t W : Widths) {
        Add(SymCondition::LT, op(E::Add, A, B), num(W));
        Add(SymCondition::LE, op(E::Add, A, B), num(W));
        Add(SymCondition::EQ, op(E::Add, A, B), num(W));
        Add(SymCondition::LE, num(W), op(E::Add, A, B));
      }
    }
  }
  return All;
}

std::optional<std::vector<SymCondition>> fitGuard(ArrayRef<SymbolSpec> Symbols,
                                                  ArrayRef<SymTuple> Good, ArrayRef<SymTuple> Bad) {
  struct Choice {
    SymCondition C;
    BitVector Keeps, Excludes;
  };
  std::vector<Choice> Choices;
  for (SymCondition &C : knownConditions(Symbols)) {
    if (!holds(C, Symbols, Good.front()))
      continue;
    Choice X{C, BitVector(unsigned(Good.size())), BitVector(unsigned(Bad.size()))};
    for (auto [I, T] : enumerate(Good))
      X.Keeps[unsigned(I)] = holds(C, Symbols, T);
    for (auto [I, T] : enumerate(Bad))
      X.Excludes[unsigned(I)] = !holds(C, Symbols, T);
    if (X.Excludes.any())
      Choices.push_back(std::move(X));
  }
  BitVector Best(unsigned(Good.size()));
  std::optional<std::vector<SymCondition>> Guard;
  // Of equally many kept, the first found has the fewest conditions.
  auto Offer = [&](ArrayRef<unsigned> Chosen) {
    BitVector Keeps(unsigned(Good.size()), true), Excludes(unsigned(Bad.size()));
    for (unsigned I : Chosen) {
      Keeps &= Choices[I].Keeps;
      Excludes |= Choices[I].Excludes;
    }
    if (!Excludes.all() || (Guard && Keeps.count() <= Best.count()))
      return;
    Best = Keeps;
    Guard.emplace();
    for (unsigned I : Chosen)
      Guard->push_back(Choices[I].C);
  };
  if (Bad.empty())
    Offer({});
  const unsigned N = unsigned(Choices.size());
  for (unsigned A = 0; A < N && !Bad.empty(); ++A)
    Offer({A});
  for (unsigned A = 0; A < N && !Bad.empty(); ++A)
    for (unsigned B = A + 1; B < N; ++B)
      Offer({A, B});
  for (unsigned A = 0; A < N && !Guard; ++A)
    for (unsigned B = A + 1; B < N; ++B)
      for (unsigned C = B + 1; C < N; ++C)
        Offer({A, B, C});
  if (!Guard)
    return std::nullopt;
  // A symbol that has one number left is none.
  for (unsigned S = 0; S != Symbols.size(); ++S)
    if (none_of(Best.set_bits(), [&](unsigned I) { return Good[I][S] != Good.front()[S]; }))
      return std::nullopt;
  return Guard;
}

} // namespace whittle
