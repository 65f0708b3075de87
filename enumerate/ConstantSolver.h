//===- enumerate/ConstantSolver.h - A constant for one operand --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_CONSTANTSOLVER_H
#define WHITTLE_ENUMERATE_CONSTANTSOLVER_H

#include "enumerate/ConstantOperand.h"
#include "enumerate/UnitSolvers.h"

namespace whittle {

/// Finds constants for one operand; holds what it works in.
class ConstantSolver {
public:
  /// \p In: the operands on \p Tests tests; what stands for the constant is not read.
  struct Problem {
    const PoolRow *R = nullptr;
    int64_t Imm = 0;
    const ConstantOperand *C = nullptr;
    std::array<const uint8_t *, 4> In{};
    const uint8_t *Goal = nullptr, *Care = nullptr; ///< Care: null is all bits
    size_t Tests = 0;
  };
  /// A constant with which the row gives the goal on all tests.
  std::optional<ConstantBytes> solve(const Problem &P);
  /// What the operand has to be in each test for the row to give the goal, if the goal
  /// decides that without a choice.
  struct Subgoal {
    std::vector<uint8_t> Goal, Care;
  };
  std::optional<Subgoal> invert(const Problem &P);
  /// False if one constant in all units cannot do, because the goal is no function of
  /// the other operands' units.
  bool mayBeFunction(const Problem &P);
  /// False if the first test's goal has a unit that no other operand has.
  bool mayBeSelected(const Problem &P);

private:
  uint8_t *repeated(const Problem &P);
  const uint8_t *runRepeated(const Problem &P, std::vector<uint8_t> &Out);
  const uint8_t *run(const Problem &P, const uint8_t *Constant, std::vector<uint8_t> &Out);
  const uint8_t *runUnit(const Problem &P, uint64_t Unit, std::vector<uint8_t> &Out);
  bool gives(const Problem &P, const uint8_t *Constant);
  std::optional<ConstantBytes> checked(const Problem &P, std::optional<ConstantBytes> C);
  std::optional<ConstantBytes> choose(const Problem &P, llvm::ArrayRef<uint64_t> Values);
  std::optional<ConstantBytes> propose(const Problem &P);
  std::optional<ConstantBytes> lookUp(const Problem &P);

  std::vector<uint8_t> Repeated, Results[9], Differ;
  FunctionFilter Filter;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_CONSTANTSOLVER_H
