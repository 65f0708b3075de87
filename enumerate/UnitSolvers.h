//===- enumerate/UnitSolvers.h - Constants from inputs and goals -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A constant operand, bit by bit or unit by unit, from what an instruction gives
// for a few trial constants and what it should give. Buffers hold Tests values of
// Width bytes, one after the other; Care (null: all bits) says which bits of the
// goal count. A unit is 8, 16, 32 or 64 bits; a solution is Width bytes, the same
// in every unit (or in a longer period) where the tests allow it.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_UNITSOLVERS_H
#define WHITTLE_ENUMERATE_UNITSOLVERS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace whittle {

using ConstantBytes = std::vector<uint8_t>;

/// Unit \p I of \p Bits bits at \p P.
inline uint64_t unitAt(const uint8_t *P, size_t I, unsigned Bits) {
  auto As = [&](auto X) -> uint64_t {
    memcpy(&X, P + I * sizeof X, sizeof X);
    return X;
  };
  switch (Bits) {
  case 8:
    return P[I];
  case 16:
    return As(uint16_t());
  case 32:
    return As(uint32_t());
  default:
    return As(uint64_t());
  }
}
inline void setUnit(uint8_t *P, size_t I, unsigned Bits, uint64_t X) {
  memcpy(P + I * (Bits / 8), &X, Bits / 8);
}
/// All bits of a unit.
inline uint64_t unitMask(unsigned Bits) { return Bits == 64 ? ~0ull : (1ull << Bits) - 1; }
/// The inverse of an odd number modulo 2^64.
uint64_t inverse(uint64_t X);
/// \p X in each unit of \p Bytes bytes.
void fillUnits(uint8_t *P, size_t Bytes, unsigned Bits, uint64_t X);

/// For an operand of which each bit decides the same bit of the result: \p With0
/// and \p With1 are the results for all zeros and for all ones. Bits that no test
/// decides are 0.
std::optional<ConstantBytes> solveBits(const uint8_t *With0, const uint8_t *With1,
                                       const uint8_t *Goal, const uint8_t *Care, size_t Width,
                                       size_t Tests);

/// Where the bits of results come from, if they are bits of an operand (or their
/// complements) or do not depend on it. The operand is \p OperandBytes wide; pattern 0 is
/// all ones, and pattern P + 1 has bit P of each bit's number there.
class BitSources {
public:
  BitSources(size_t OperandBytes, size_t ResultBytes);

  unsigned patterns() const { return unsigned(Planes.size()); }
  void pattern(unsigned P, uint8_t *Operand) const;
  /// The results for an operand of zeros, and for pattern \p P.
  void add(unsigned P, const uint8_t *Base, const uint8_t *With);
  /// True if the results so far already are \p Goal where they do not move.
  static bool mayGive(const uint8_t *Base, const uint8_t *Ones, const uint8_t *Goal,
                      const uint8_t *Care, size_t Bytes);
  /// The operand's bit that bit \p At of the results is; none: it does not depend on it.
  std::optional<unsigned> of(size_t At) const {
    if (!(Planes[0][At / 8] >> (At % 8) & 1))
      return std::nullopt;
    unsigned Bit = 0;
    for (unsigned P = 1; P != patterns(); ++P)
      Bit |= unsigned(Planes[P][At / 8] >> (At % 8) & 1) << (P - 1);
    return Bit < Operand * 8 ? std::optional(Bit) : std::nullopt;
  }
  /// The operand for which the results are \p Goal. Bits that no test decides are as they
  /// are a power of two of bytes away, or 0.
  std::optional<ConstantBytes> solve(const uint8_t *Base, const uint8_t *Goal,
                                     const uint8_t *Care) const;

private:
  size_t Operand, Results;
  std::vector<std::vector<uint8_t>> Planes; ///< what moved with each pattern
};

/// For an operand whose unit, cut into \p With.size() equal fields, is multiplied
/// and added: result = Base + sum of field j * (With[j] - Base) modulo 2^Unit, where
/// Base is the result for zero and With[j] that for 1 in every field j. Units of the
/// goal that are not wholly cared for say nothing.
std::optional<ConstantBytes> solveWeights(const uint8_t *Base, llvm::ArrayRef<const uint8_t *> With,
                                          const uint8_t *Goal, const uint8_t *Care, unsigned Unit,
                                          size_t Width, size_t Tests);

/// Linear equations modulo 2^Bits, one at a time.
class LinearSystem {
public:
  LinearSystem(unsigned Unknowns, unsigned Bits)
      : Bits(Bits), Rows(Unknowns), Mask(unitMask(Bits)) {}

  /// sum of Coefficients[j] * x[j] = Right. False if that contradicts the others.
  bool add(llvm::ArrayRef<uint64_t> Coefficients, uint64_t Right);
  /// A solution, if there is one; unknowns that are not determined are 0.
  std::optional<llvm::SmallVector<uint64_t, 8>> solve() const;
  bool determined() const;

private:
  struct Row {
    llvm::SmallVector<uint64_t, 8> Left;
    uint64_t Right = 0;
  };
  unsigned Bits;
  std::vector<Row> Rows; ///< by first unknown; empty: none
  uint64_t Mask;
};

/// For an operand whose units decide the same units of the result and take few
/// values: which of the values give the goal in which unit.
class ChoiceTable {
public:
  ChoiceTable(size_t Units, size_t Choices)
      : Units(Units), Choices(Choices), Allowed(Units * Choices) {}

  void allow(size_t Unit, size_t Choice) { Allowed[Unit * Choices + Choice] = 1; }
  /// A choice for each unit: the lowest that all units of the shortest period allow.
  std::optional<std::vector<unsigned>> pick() const;

private:
  size_t Units, Choices;
  std::vector<uint8_t> Allowed;
};

/// A mask and a truth table (bit 4a+2b+m) with T(A, B, Mask) = Goal; none if no mask is
/// needed.
struct MaskedTable {
  uint8_t Table = 0;
  ConstantBytes Mask;
};
std::optional<MaskedTable> solveMaskedTable(const uint8_t *A, const uint8_t *B, const uint8_t *Goal,
                                            const uint8_t *Care, size_t Width, size_t Tests);

/// Is a unit of the goal a function of the same units of the inputs? If not, no
/// operation on units with one constant for all of them gives it. Inputs that hardly
/// repeat show nothing and count as none.
class FunctionFilter {
public:
  /// \p Goal has \p Width bytes a test; with \p BitGoal a bit for each unit of 8
  /// bytes a test.
  bool isFunction(llvm::ArrayRef<const uint8_t *> In, const uint8_t *Goal, const uint8_t *Care,
                  unsigned Unit, bool BitGoal, size_t Width, size_t Tests);

private:
  struct Slot {
    uint64_t Key[2], Goal, Round = 0;
  };
  std::vector<Slot> Slots;
  uint64_t Round = 0;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_UNITSOLVERS_H
