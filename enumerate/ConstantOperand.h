//===- enumerate/ConstantOperand.h - Operands worth solving for -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a row's result depends on one of its operands, found by running the row on
// samples: no list of opcodes. It may be wrong about rare inputs, since what a solver
// proposes is compared on all tests and then proved.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_CONSTANTOPERAND_H
#define WHITTLE_ENUMERATE_CONSTANTOPERAND_H

#include "enumerate/Pool.h"

namespace whittle {

struct ConstantOperand {
  enum Kind : uint8_t {
    Bits,    ///< a bit of it decides the same bit of the result
    Weights, ///< its fields are multiplied and added, unit by unit
    Choices, ///< a unit of it decides the same unit of the result; Values give all results
    Samples, ///< the same, but Values are only those worth trying first
    Table,   ///< a bit of the result is one of its, or not: the other operands say which
  } K = Bits;
  unsigned Index = 0;  ///< in Row::Ins
  unsigned Unit = 8;   ///< bits
  unsigned Fields = 1; ///< Weights: in a unit
  /// The result is a mask: one bit for each unit.
  bool BitResult = false;
  /// It is one number for all of the result, which is wider or narrower (a shift
  /// amount for a pair of registers, what a mask of lanes is compared from): the
  /// unit is the operand.
  bool Whole = false;
  /// A unit of the result depends on the same unit of the other operands alone.
  bool LaneWise = false;
  /// A unit of the result is zero or a unit of another operand.
  bool Selects = false;
  std::vector<uint64_t> Values;

  /// Takes an evaluation for each of many values.
  bool tries() const { return K == Choices || K == Samples; }
  /// How many tests refute nearly all that is wrong.
  size_t fewTests() const { return K == Weights ? Fields + 2 : K == Bits || K == Table ? 2 : 1; }
};

/// The operands of \p R, which is prepared, that a solver knows what to do with.
/// Found once in a process for each row.
const std::vector<ConstantOperand> &constantOperands(const PoolRow &R);

} // namespace whittle

#endif // WHITTLE_ENUMERATE_CONSTANTOPERAND_H
