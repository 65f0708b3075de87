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
// Features, against code generation and the assembler
//===----------------------------------------------------------------------===//

constexpr StringRef Cpus[] = {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"};

bool has(StringRef Cpu, StringRef Features) {
  auto Sub = isa().subtarget(Cpu);
  if (!Sub)
    report_fatal_error(Sub.takeError());
  return Features.empty() || (*Sub)->checkFeatures(Features);
}

/// $vgpr0, $agpr0_agpr1, .. : a register that operand \p I may be. Lane masks are in VCC.
std::string registerText(const Row &R, unsigned I, bool IsMask, StringRef Cpu) {
  if (IsMask)
    return Cpu.starts_with("gfx1") ? "$vcc_lo" : "$vcc";
  const MCInstrInfo &MII = isa().instrInfo();
  const MCRegisterInfo &MRI = isa().registerInfo();
  const int Class = MII.getOpRegClassID(MII.get(R.Opcode).operands()[I], 0);
  for (StringRef File : {"VGPR", "AGPR", "SGPR"})
    for (MCPhysReg Reg : MRI.getRegClass(unsigned(Class)))
      if (StringRef(MRI.getName(Reg)).starts_with(File))
        return "$" + StringRef(MRI.getName(Reg)).lower();
  return "$noreg";
}

/// The row's instruction as MIR: registers in physical places, immediates 0 or the
/// last that search tries.
std::string machineText(const Row &R, StringRef Cpu) {
  const MCInstrDesc &D = isa().instrInfo().get(R.Opcode);
  const MCRegisterInfo &MRI = isa().registerInfo();
  SmallVector<std::string, 2> Defs;
  for (unsigned I = 0; I != D.getNumDefs(); ++I) {
    std::string Def = registerText(R, I, R.Def.isLaneMask() && I == R.DefIndex, Cpu);
    // The vector unit's second result is a mask where it is scalar.
    if (I != 0 && StringRef(Def).starts_with("$sgpr"))
      Def = registerText(R, I, true, Cpu);
    Defs.push_back(std::move(Def));
  }
  SmallVector<std::string, 12> Uses;
  unsigned Imm = 0;
  for (auto [K, Use] : enumerate(R.Uses)) {
    const unsigned I = unsigned(K) + D.getNumDefs();
    const int Tied = D.getOperandConstraint(I, MCOI::TIED_TO);
    if (Use.K == OperandSpec::Reg)
      Uses.push_back(Tied >= 0 ? Defs[unsigned(Tied)] + "(tied-def " + itostr(Tied) + ")"
                               : registerText(R, I, Use.Ty.isLaneMask(), Cpu));
    else if (Use.K == OperandSpec::Fixed)
      Uses.push_back(itostr(Use.Value));
    else
      Uses.push_back(itostr(R.Presets.empty() ? 0 : R.Presets.back()[Imm++]));
  }
  for (MCPhysReg Reg : D.implicit_defs())
    Uses.push_back("implicit-def $" + StringRef(MRI.getName(Reg)).lower());
  for (MCPhysReg Reg : D.implicit_uses())
    Uses.push_back("implicit $" + StringRef(MRI.getName(Reg)).lower());
  return join(Defs, ", ") + (Defs.empty() ? "" : " = ") +
         isa().instrInfo().getName(R.Opcode).str() + " " + join(Uses, ", ");
}

/// What code generation prints for \p Rows on \p Cpu, a line each.
std::vector<std::string> assemblyOf(ArrayRef<const Row *> Rows, StringRef Cpu) {
  std::string Mir = "---\nname: f\nbody: |\n  bb.0:\n";
  for (const Row *R : Rows)
    Mir += "    " + machineText(*R, Cpu) + "\n";
  Mir += "    S_ENDPGM 0\n...\n";
  ToolOutput Asm = runTool("llc",
                           {"-mtriple=amdgcn-amd-amdhsa", ("-mcpu=" + Cpu).str(), "-x", "mir",
                            "-start-after=branch-relaxation", "-o", "-", "-"},
                           Mir);
  EXPECT_EQ(Asm.Code, 0) << Asm.Err;
  std::vector<std::string> Lines;
  SmallVector<StringRef, 0> All;
  StringRef(Asm.Out).split(All, '\n');
  for (StringRef Line : All)
    if (Line.starts_with("\tv_") || (Line.starts_with("\ts_") && !Line.starts_with("\ts_endpgm")))
      Lines.push_back(Line.split(';').first.trim().str());
  return Lines;
}

/// Without what says which generation's encoding it is.
StringRef stem(StringRef Encoded) {
  Encoded.consume_back("_acd") || Encoded.consume_back("_vcd");
  for (StringRef Generation : {"_vi", "_gfx9", "_gfx90a", "_gfx940", "_gfx10", "_gfx11", "_gfx12"})
    if (Encoded.consume_back(Generation))
      break;
  return Encoded;
}

/// The stem of what the assembler takes each line for on \p Cpu; "" if it refuses it.
std::vector<std::string> assembled(ArrayRef<std::string> Lines, StringRef Cpu) {
  ToolOutput Asm = runTool(
      "llvm-mc", {"-triple=amdgcn-amd-amdhsa", ("-mcpu=" + Cpu).str(), "-show-inst", "-o", "-"},
      join(Lines, "\n") + "\n");
  std::set<unsigned> Refused;
  SmallVector<StringRef, 0> Messages;
  StringRef(Asm.Err).split(Messages, '\n');
  for (StringRef M : Messages)
    if (unsigned Number = 0;
        M.contains(": error: ") && !M.split(':').second.split(':').first.getAsInteger(10, Number))
      Refused.insert(Number - 1);
  std::vector<std::string> Stems(Lines.size());
  StringRef Rest = Asm.Out;
  for (unsigned I = 0; I != Lines.size(); ++I) {
    if (Refused.count(I))
      continue;
    Rest = Rest.split("<MCInst #").second;
    unsigned Opcode = 0;
    Rest.consumeInteger(10, Opcode);
    Stems[I] = stem(isa().instrInfo().getName(Opcode)).str();
  }
  return Stems;
}

TEST(AMDGPUFeatures, TheAssemblerTellsOpcodesOfOneTextApart) {
  const std::string Lines[] = {"v_mul_lo_u16_e64 v0, v1, v2", "v_bitop3_b16 v0, v1, v2, v3"};
  EXPECT_EQ(assembled(Lines, "gfx942"), std::vector<std::string>({"V_MUL_LO_U16_e64", ""}));
  EXPECT_EQ(assembled(Lines, "gfx950"),
            std::vector<std::string>({"V_MUL_LO_U16_e64", "V_BITOP3_B16"}));
  EXPECT_EQ(assembled(Lines, "gfx1200"), std::vector<std::string>({"V_MUL_LO_U16_fake16_e64", ""}));
}

/// An opcode has a row's features where LLVM can encode it and its assembler takes
/// the text for it. Elsewhere the text is refused, or is another instruction's.
TEST(AMDGPUFeatures, AgreeWithTheAssembler) {
  std::map<const Row *, std::pair<std::string, std::string>> Known; // text and stem
  for (StringRef Cpu : Cpus) {
    SmallVector<const Row *, 0> Here;
    for (const Row &R : isa().rows())
      if (has(Cpu, R.Features))
        Here.push_back(&R);
    const std::vector<std::string> Lines = assemblyOf(Here, Cpu);
    ASSERT_EQ(Lines.size(), Here.size()) << Cpu.str();
    const std::vector<std::string> Stems = assembled(Lines, Cpu);
    for (auto [R, Line, Stem] : zip_equal(Here, Lines, Stems)) {
      EXPECT_NE(Stem, "") << Cpu.str() << ": " << R->Name << ": '" << Line << "' is refused";
      if (!Stem.empty())
        Known[R] = {Line, Stem};
    }
  }
  for (const Row &R : isa().rows())
    EXPECT_TRUE(Known.count(&R)) << R.Name << " is for no GPU";
  for (StringRef Cpu : Cpus) {
    std::vector<const Row *> Others;
    std::vector<std::string> Lines;
    for (const auto &[R, TextAndStem] : Known)
      // Where LLVM works with half registers, their other form can be written too.
      if (!has(Cpu, R->Features) &&
          !(StringRef(R->Features).contains("-real-true16") && has(Cpu, "+real-true16"))) {
        Others.push_back(R);
        Lines.push_back(TextAndStem.first);
      }
    for (auto [R, Line, Stem] : zip_equal(Others, Lines, assembled(Lines, Cpu)))
      EXPECT_NE(Stem, Known[R].second) << Cpu.str() << ": " << R->Name << " (" << R->Features
                                       << "): '" << Line << "' is accepted";
  }
}

} // namespace
