//===- learn/Space.h - What the small enumeration ranges over ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_SPACE_H
#define WHITTLE_LEARN_SPACE_H

#include "enumerate/Evaluator.h"
#include "isa/Program.h"
#include "isa/TargetIsa.h"
#include <random>
#include <string>
#include <vector>

namespace whittle {

/// An opcode class with fixed immediates.
struct OpInstance {
  const Row *R = nullptr; ///< the class leader
  llvm::SmallVector<int64_t, 2> Imms;
  std::string Family; ///< opcodeFamily of R
  char Element = 0;   ///< B, W, D or Q if the name says so
  /// One of the truth tables of a ternary logic instruction: applied to operands
  /// in one order, the other tables stand for the others; to values that are
  /// not leaves only if it is two two-operand operations in one.
  enum Truth : uint8_t { None, AnyTable, TwoInOne } Table = None;
  Evaluator::RowFn Fn = nullptr;
};

/// Leaves, their values on the tests, and the instructions whose types they fit.
struct Space {
  std::string Name;
  std::vector<Leaf> Leaves; ///< variables, then BaseConstants, then the others
  unsigned NumVariables = 0;
  unsigned BaseConstants = 0; ///< constants that every pool has
  double Share = 1;           ///< of the whole enumeration
  std::vector<OpInstance> Ops;
  size_t NumTests = 0;
  std::vector<std::vector<uint8_t>> Tests; ///< per leaf

  ValueType typeOf(unsigned Leaf) const { return Leaves[Leaf].Ty; }
  bool isVariable(unsigned Leaf) const { return Leaf < NumVariables; }
};

/// The spaces of a target, without Ops and Tests. x86: 512-, 256- and 128-bit
/// vectors, 512 bits with a mask, 512 bits with bytes known to be nibbles.
/// AMDGPU: 32-bit lanes.
std::vector<Space> makeSpaces(const TargetIsa &Isa);

/// Fills in Ops (classes with a member in \p OnlyRows, all if it is empty),
/// compiled, and Tests.
llvm::Error openSpace(Space &S, const TargetIsa &Isa, Evaluator &E,
                      llvm::ArrayRef<std::string> OnlyRows, uint64_t Seed);

/// \p NumTests values of \p L: uniform, sparse and dense bits, corner and small
/// elements of all widths, and elements equal or close to those of \p Like
/// (another leaf's values, or empty). Constants and facts are respected.
std::vector<uint8_t> testValues(const Leaf &L, size_t NumTests, const std::vector<uint8_t> &Like,
                                std::mt19937_64 &Random);

} // namespace whittle

#endif // WHITTLE_LEARN_SPACE_H
