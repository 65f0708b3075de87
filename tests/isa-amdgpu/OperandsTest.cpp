//===- tests/isa-amdgpu/OperandsTest.cpp - Rows against LLVM's own tools --===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What LLVM's tables do not say of an AMDGPU opcode is in the rows: the neutral
// values of modifiers, and the features. Both are compared with what llc and
// llvm-mc do.
//
//===----------------------------------------------------------------------===//

#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "gtest/gtest.h"
#include <map>
#include <set>

using namespace llvm;
using namespace whittle;

namespace {

const TargetIsa &isa() { return openIsa("amdgcn"); }

//===----------------------------------------------------------------------===//
// Modifiers, against instruction selection
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Features, against the assembler
//===----------------------------------------------------------------------===//

/// v0, a[0:3], .. of the class of operand \p I.
std::string registerText(const Row &R, unsigned I) {
  const MCInstrInfo &MII = isa().instrInfo();
  const MCRegisterInfo &MRI = isa().registerInfo();
  const int Class = MII.getOpRegClassID(MII.get(R.Opcode).operands()[I], 0);
  const MCRegisterClass &RC = MRI.getRegClass(unsigned(Class));
  const std::string File = StringRef(MRI.getRegClassName(&RC)).starts_with("A") &&
                                   !StringRef(MRI.getRegClassName(&RC)).starts_with("AV")
                               ? "a"
                               : "v";
  const unsigned Regs = RC.getSizeInBits() / 32;
  return Regs == 1 ? File + "0" : File + "[0:" + utostr(Regs - 1) + "]";
}

std::string assemblyOf(const Row &R) {
  StringRef Name = R.Name;
  Name.consume_back("_e64") &&
      (Name.consume_back("_opsel"), Name.consume_back("_vgprcd"), Name.consume_back("_mac"));
  std::string Text = Name.lower();
  const bool HasBoth = isa().find((Name + "_e32").str()) && StringRef(R.Name).ends_with("_e64");
  if (HasBoth)
    Text += "_e64";
  Text += " " + registerText(R, 0);
  // The accumulator that is the result is not written, but for MFMA.
  for (auto [I, Use] : enumerate(R.Uses))
    if (Use.K == OperandSpec::Reg &&
        (!Name.contains("DOT") || R.TiedUse < 0 || I + 1 != R.Uses.size()))
      Text += ", " + registerText(R, unsigned(I) + 1);
  return Text;
}

TEST(AMDGPUFeatures, AgreeWithTheAssembler) {
  std::string Source;
  for (const Row &R : isa().rows())
    Source += assemblyOf(R) + "\n";
  for (StringRef Cpu : {"gfx900", "gfx906", "gfx908", "gfx90a", "gfx942", "gfx950"}) {
    auto Sub = isa().subtarget(Cpu);
    ASSERT_TRUE(bool(Sub)) << toString(Sub.takeError());
    ToolOutput Asm = runTool(
        "llvm-mc", {"-triple=amdgcn-amd-amdhsa", ("-mcpu=" + Cpu).str(), "-o", "-"}, Source);
    std::map<unsigned, std::string> Refused;
    SmallVector<StringRef, 0> Lines;
    StringRef(Asm.Err).split(Lines, '\n');
    for (StringRef Line : Lines)
      if (size_t At = Line.find(": error: "); At != StringRef::npos) {
        unsigned Number = 0;
        Line.split(':').second.split(':').first.getAsInteger(10, Number);
        Refused[Number] = Line.substr(At + 9).str();
      }
    unsigned Number = 0, Accepted = 0;
    for (const Row &R : isa().rows()) {
      const bool Has = R.Features.empty() || (*Sub)->checkFeatures(R.Features);
      auto It = Refused.find(++Number);
      EXPECT_EQ(Has, It == Refused.end())
          << Cpu.str() << ": " << R.Name << " (" << R.Features << "), '" << assemblyOf(R)
          << "': " << (It == Refused.end() ? "accepted" : It->second);
      Accepted += It == Refused.end();
    }
    if (Cpu == "gfx942")
      EXPECT_EQ(Accepted, isa().rows().size()) << "every row is for gfx942";
  }
}

} // namespace
