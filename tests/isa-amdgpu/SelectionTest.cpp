//===- tests/isa-amdgpu/SelectionTest.cpp - Rows against LLVM's selection -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A source that nobody here wrote: LLVM's patterns say which opcode, with its
// operands in which order, computes an operation of generic IR. Each function
// of selection.ll runs natively, and as the machine instructions that llc
// selects for it, whose opcodes are evaluated by their rows.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/Module.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "gtest/gtest.h"
#include <map>
#include <random>
#include <set>

using namespace llvm;
using namespace whittle;

namespace {

constexpr const char *File = WHITTLE_SOURCE_DIR "/tests/isa-amdgpu/Inputs/selection.ll";

using Native = uint32_t (*)(uint32_t, uint32_t, uint32_t, uint32_t);
/// Register tuple of one lane.
using Value = std::vector<uint32_t>;

/// Instruction lines of each function of a .mir file.
std::map<std::string, std::vector<std::string>> bodies(StringRef Mir) {
  std::map<std::string, std::vector<std::string>> Bodies;
  SmallVector<StringRef, 0> Lines;
  Mir.split(Lines, '\n');
  std::string Name;
  bool InBody = false;
  for (StringRef Line : Lines) {
    if (Line.consume_front("name:")) {
      Name = Line.trim().str();
      InBody = false;
    } else if (Line.starts_with("body:")) {
      InBody = true;
    } else if (InBody && Line.contains(" = ")) {
      Bodies[Name].push_back(Line.trim().str());
    }
  }
  return Bodies;
}

/// Straight-line code after instruction selection, on one lane.
class Machine {
public:
  explicit Machine(ArrayRef<uint32_t> Args) {
    for (auto [I, Word] : enumerate(Args))
      Regs[("$vgpr" + Twine(I)).str()] = {Word};
  }

  /// False, with a message, for an instruction that this does not know.
  bool run(StringRef Line, std::set<std::string> &Opcodes, std::string &Why) {
    auto [Left, Right] = Line.split(" = ");
    const std::string To = Left.split(':').first.str();
    auto [Opcode, Rest] = Right.split(' ');
    SmallVector<StringRef, 12> Ops;
    Rest.split(Ops, ", ");
    if (Opcode == "COPY" || Opcode == "S_MOV_B32" || Opcode == "V_MOV_B32_e32") {
      Regs[To] = read(Ops[0]);
      return true;
    }
    if (Opcode == "REG_SEQUENCE") {
      Value Tuple;
      for (size_t I = 0; I < Ops.size(); I += 2)
        append_range(Tuple, read(Ops[I]));
      Regs[To] = Tuple;
      return true;
    }
    const Row *R = openIsa("amdgcn").find(Opcode);
    auto F = R ? RowFunction::cached(*R) : createStringError(inconvertibleErrorCode(), "no row");
    if (!F) {
      Why = toString(F.takeError()) + ": " + Line.str();
      return false;
    }
    std::vector<std::vector<uint8_t>> In;
    for (auto [Use, Op] : zip(R->Uses, Ops)) {
      if (Use.K != OperandSpec::Reg)
        continue;
      auto &Wave = In.emplace_back(64 * 4);
      support::endian::write32le(Wave.data(), read(Op)[0]);
    }
    const EvalReply Reply = (*F)->run(In, {}, /*Exec=*/1, 64);
    Regs[To] = {support::endian::read32le(Reply.Out[0].data())};
    Opcodes.insert(Opcode.str());
    return true;
  }

  uint32_t result() const { return Regs.at("$vgpr0")[0]; }

private:
  Value read(StringRef Op) const {
    Op.consume_front("killed ");
    int64_t Imm;
    if (!Op.getAsInteger(10, Imm))
      return {uint32_t(Imm)};
    auto [Name, Sub] = Op.split('.');
    const Value &V = Regs.at(Name.str());
    unsigned Index;
    if (Sub.consume_front("sub") && !Sub.getAsInteger(10, Index))
      return {V.at(Index)};
    return V;
  }

  std::map<std::string, Value> Regs;
};

std::unique_ptr<orc::LLJIT> jitFile(std::vector<std::string> &Names) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  auto Jit = cantFail(orc::LLJITBuilder().create());
  auto Ctx = std::make_unique<LLVMContext>();
  SMDiagnostic Diag;
  auto M = parseIRFile(File, Diag, *Ctx);
  if (!M)
    report_fatal_error(Diag.getMessage());
  for (Function &F : *M)
    if (!F.isDeclaration())
      Names.push_back(F.getName().str());
  M->setTargetTriple(Jit->getTargetTriple());
  M->setDataLayout(Jit->getDataLayout());
  cantFail(Jit->addIRModule(orc::ThreadSafeModule(std::move(M), std::move(Ctx))));
  return Jit;
}

TEST(AMDGPUSelection, RowsComputeWhatTheSelectedIRComputes) {
  ToolOutput Mir = runTool("llc", {"-mcpu=gfx942", "-stop-after=finalize-isel", "-o", "-", File});
  ASSERT_EQ(Mir.Code, 0) << Mir.Err;
  const auto Bodies = bodies(Mir.Out);
  std::vector<std::string> Names;
  auto Jit = jitFile(Names);
  ASSERT_GE(Names.size(), 50u);

  static const uint32_t Corners[] = {0,          1,         31,         32,         33,
                                     0x7f,       0x80,      0x7fffffff, 0x80000000, 0xffffffff,
                                     0x7fffff,   0x800000,  0x80808080, 0x7f7f7f7f, 0x80008000,
                                     0x01000000, 0x00ffffff};
  std::mt19937_64 Random(7); // NOLINT(bugprone-random-generator-seed): same inputs on every run
  std::set<std::string> Opcodes;
  for (const std::string &Name : Names) {
    auto Entry = Jit->lookup(Name);
    ASSERT_TRUE(bool(Entry)) << toString(Entry.takeError());
    const auto Run = Entry->toPtr<Native>();
    const auto &Body = Bodies.at(Name);
    for (unsigned Round = 0; Round != 400; ++Round) {
      uint32_t A[4];
      for (uint32_t &Word : A)
        Word = Random() % 3 ? uint32_t(Random()) : Corners[Random() % std::size(Corners)];
      Machine M(A);
      std::string Why;
      for (const std::string &Line : Body)
        if (Line.find("$vgpr0 = ") == 0 || Line[0] == '%')
          ASSERT_TRUE(M.run(Line, Opcodes, Why)) << Name << ": " << Why;
      ASSERT_EQ(M.result(), Run(A[0], A[1], A[2], A[3]))
          << Name << " of " << utohexstr(A[0]) << " " << utohexstr(A[1]) << " " << utohexstr(A[2]);
    }
  }
  EXPECT_GE(Opcodes.size(), 44u);
}

} // namespace
