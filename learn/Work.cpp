//===- learn/Work.cpp - How many candidates an opcode stands for ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Work.h"
#include <cmath>

namespace whittle {

static double immediatesOf(const Row &R) {
  if (R.NumImms == 0)
    return 1;
  switch (R.ImmKind) {
  case Row::ImmUse::Shift:
    return 32;
  case Row::ImmUse::Predicate:
    return 8;
  case Row::ImmUse::Ternary:
    return 7;
  case Row::ImmUse::Shuffle:
  case Row::ImmUse::Any:
  case Row::ImmUse::None:
    break;
  }
  return 26;
}

double workOf(const Row &R) {
  constexpr double ValuesPerOperand = 3;
  return immediatesOf(R) * std::pow(ValuesPerOperand, double(R.Ins.size()) - 2);
}

double workPenalty(const Row &R) { return 1.5 * std::log(workOf(R)); }

} // namespace whittle
