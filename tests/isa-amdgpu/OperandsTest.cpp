//===- tests/isa-amdgpu/OperandsTest.cpp - Rows against LLVM's own tools --===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's tables do not say which values of an AMDGPU opcode's modifiers are the
// neutral ones. The rows do, and are compared with what selection writes.
//
//===----------------------------------------------------------------------===//

#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"
#include <set>

using namespace llvm;
using namespace whittle;

namespace {

const TargetIsa &isa() { return openIsa("amdgcn"); }

TEST(AMDGPUOperands, AreThoseThatInstructionSelectionWrites) {
  const std::string File = WHITTLE_SOURCE_DIR "/tests/isa-amdgpu/Inputs/every-instruction.ll";
  ToolOutput Mir = runTool("llc", {"-mcpu=gfx942", "-stop-after=finalize-isel", "-o", "-", File});
  ASSERT_EQ(Mir.Code, 0) << Mir.Err;
  std::set<std::string> Seen;
  SmallVector<StringRef, 0> Lines;
  StringRef(Mir.Out).split(Lines, '\n');
  for (StringRef Line : Lines) {
    auto [Left, Right] = Line.split(" = ");
    if (!Right.starts_with("V_"))
      continue;
    auto [Name, Rest] = Right.split(' ');
    const Row *R = isa().find(Name);
    ASSERT_TRUE(R) << "no row: " << Line.str();
    Seen.insert(Name.str());
    SmallVector<StringRef, 12> Operands;
    Rest.split(Operands, ", ");
    size_t At = 0;
    for (const OperandSpec &Use : R->Uses) {
      ASSERT_LT(At, Operands.size()) << Line.str();
      StringRef Operand = Operands[At++];
      if (Use.K == OperandSpec::Fixed) {
        EXPECT_EQ(Operand, itostr(Use.Value)) << Line.str();
      } else {
        Operand.consume_front("killed ");
        EXPECT_TRUE(Operand.starts_with("%") || isDigit(Operand[0]) || Operand[0] == '-')
            << Line.str();
      }
    }
    EXPECT_TRUE(Operands[At].starts_with("implicit ")) << Line.str();
  }
  EXPECT_GE(Seen.size(), 55u);
}

} // namespace
