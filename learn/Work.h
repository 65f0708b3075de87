//===- learn/Work.h - How many candidates an opcode stands for --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_WORK_H
#define WHITTLE_LEARN_WORK_H

#include "isa/Row.h"

namespace whittle {

/// Roughly how many candidates come with a row, next to a two-operand row
/// without immediate (1): its inner immediates as search chooses them, and a
/// few values for each operand. What is tried first should be likeliest per
/// candidate, not likeliest: a shuffle with 26 immediates in the first round
/// makes the round many times longer.
double workOf(const Row &R);

/// What to take off a class's log odds: 1.5 times the log of workOf. More than
/// once, since an opcode may stand at several places of a candidate; of 0.3 to 2
/// this was as good as any on the validation side.
double workPenalty(const Row &R);

} // namespace whittle

#endif // WHITTLE_LEARN_WORK_H
