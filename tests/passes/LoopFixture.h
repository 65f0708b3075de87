//===- tests/passes/LoopFixture.h - Rules about loops -----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_PASSES_LOOPFIXTURE_H
#define WHITTLE_TESTS_PASSES_LOOPFIXTURE_H

#include "LaneFixture.h"
#include "isa/LoopRule.h"

namespace whittle {

inline LoopLemma zeroLemma(StringRef Arch, StringRef Step, unsigned Operand, StringRef Add) {
  const TargetIsa &Isa = *cantFail(TargetIsa::get(Arch));
  LoopLemma L;
  L.Step = Isa.find(Step);
  L.Add = Isa.find(Add);
  EXPECT_TRUE(L.Step && L.Add) << Step.str() << " " << Add.str();
  L.AccOperand = Operand;
  L.Imms.resize(L.Step->NumImms);
  L.Start = APInt(L.Add->Def.Bits, 0);
  return L;
}
/// The rule that an accumulator of \p Step starts with what \p Add adds, not as 0.
inline std::string loopRuleText(StringRef Arch, StringRef Step, unsigned Operand, StringRef Add) {
  return printRule(loopRule(*cantFail(TargetIsa::get(Arch)), zeroLemma(Arch, Step, Operand, Add)));
}
inline std::string loopWindowText(StringRef Arch, StringRef Step, unsigned Operand, StringRef Add) {
  return printWindow(
      loopWindow(*cantFail(TargetIsa::get(Arch)), zeroLemma(Arch, Step, Operand, Add)));
}

} // namespace whittle

#endif // WHITTLE_TESTS_PASSES_LOOPFIXTURE_H
