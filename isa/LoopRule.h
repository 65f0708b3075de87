//===- isa/LoopRule.h - Rules about what a loop accumulates -----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An accumulator starts as z, steps change it, and c is added at the end. The
// addition may as well come first, and of z nothing is left, if
//
//     add(step(a, x..), c) = step(add(a, c), x..)   and   add(z, c) = c
//
// whatever a, x and c are. That lemma is an ordinary rule with two outputs (more
// for a tuple whose registers are added one by one), of which the leaf a is marked
// `loop`. It is proved, stored and named as all rules are; it is never matched as a
// piece of straight code, but wherever an accumulator changes by such steps alone.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_LOOPRULE_H
#define WHITTLE_ISA_LOOPRULE_H

#include "isa/Program.h"

namespace whittle {

struct LoopLemma {
  const Row *Step = nullptr;
  unsigned AccOperand = 0; ///< index in Step->Ins
  llvm::SmallVector<int64_t, 2> Imms;
  const Row *Add = nullptr; ///< commutative; of the step's type, or of its registers'
  llvm::APInt Start = llvm::APInt::getZeroWidth(); ///< z, as wide as Add's result
};

/// True if lemmas may be about \p R as the addition at the end: two operands that
/// can be exchanged, of the result's type, nothing rounded or left unspecified.
bool mayBeLoopAdd(const Row &R);
/// True if lemmas may be about \p Step changing what it reads as \p Operand and
/// about adding with \p Add.
bool mayBeLoopStep(const Row &Step, unsigned Operand, const Row &Add);

/// The lemma's left side, canonical, and the whole of it. Both rows must be such as
/// the two questions above want.
Window loopWindow(const TargetIsa &Isa, const LoopLemma &L);
Rule loopRule(const TargetIsa &Isa, const LoopLemma &L);

/// Reads a lemma back from a window with a loop leaf. Fails, saying why, if the
/// window is anything else than loopWindow of some lemma.
llvm::Expected<LoopLemma> loopLemma(const Window &W);

} // namespace whittle

#endif // WHITTLE_ISA_LOOPRULE_H
