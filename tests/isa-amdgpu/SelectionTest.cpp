//===- tests/isa-amdgpu/SelectionTest.cpp - Rows against LLVM's selection -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A source that nobody here wrote: LLVM's patterns say which opcode, with its
// operands in which order, computes an operation of generic IR. Each function
// of selection.ll and halves.ll runs natively, and as the machine instructions that
// llc selects for it, whose opcodes are evaluated by their rows. What a row leaves
// unspecified is filled with rubbish, which must not show in the result.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/Module.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "gtest/gtest.h"
#include <map>
#include <random>
#include <set>

using namespace llvm;
using namespace whittle;

namespace {

const std::string Inputs = WHITTLE_SOURCE_DIR "/tests/isa-amdgpu/Inputs/";

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
    SmallVector<StringRef, 2> Defs;
    Left.split(Defs, ", ");
    while (isLower(Right[0])) // flags
      Right = Right.split(' ').second;
    auto [Opcode, Rest] = Right.split(' ');
    SmallVector<StringRef, 12> Ops;
    Rest.split(Ops, ", ");
    auto Define = [&](StringRef Def, Value V) {
      const auto [To, Class] = Def.substr(Def.rfind(' ') + 1).split(':'); // after "dead " and such
      if (Class == "vgpr_16")
        V[0] &= 0xffff;
      Regs[To.str()] = std::move(V);
      return true;
    };
    if (Opcode == "IMPLICIT_DEF")
      return Define(Left, {Rubbish});
    if (Opcode == "COPY")
      return Define(Left, read(Ops[0]));
    if (Opcode == "S_MOV_B32" || Opcode == "V_MOV_B32_e32")
      return Define(Left, {read(Ops[0])[0]});
    if (Opcode == "REG_SEQUENCE") {
      Value Tuple;
      for (size_t I = 0; I < Ops.size(); I += 2)
        if (Ops[I + 1] == "%subreg.hi16")
          Tuple.back() = (Tuple.back() & 0xffff) | read(Ops[I])[0] << 16;
        else
          append_range(Tuple, read(Ops[I]));
      return Define(Left, std::move(Tuple));
    }
    std::vector<Value> Results;
    for (unsigned I = 0; I != Defs.size(); ++I) {
      const Row *R = rowOf(Opcode, Ops, I);
      auto F = R ? RowFunction::cached(*R) : createStringError(inconvertibleErrorCode(), "no row");
      if (!F) {
        Why = toString(F.takeError()) + ": " + Line.str();
        return false;
      }
      Results.push_back(evaluate(**F, Ops));
      Opcodes.insert(R->Name);
    }
    for (auto [Def, Result] : zip_equal(Defs, Results))
      Define(Def, std::move(Result));
    return true;
  }

  uint32_t result() const { return Regs.at("$vgpr0")[0]; }

private:
  static constexpr uint32_t Rubbish = 0xdeadbeef;

  /// The row of one result whose fixed operands are as written.
  static const Row *rowOf(StringRef Opcode, ArrayRef<StringRef> Ops, unsigned DefIndex) {
    const TargetIsa &Isa = openIsa("amdgcn");
    const Row *Plain = Isa.find(Opcode);
    if (Plain)
      for (const Row *R : Isa.rowsOf(Plain->Opcode))
        if (R->DefIndex == DefIndex && R->Gives == ImplicitReg::None &&
            all_of(zip(R->Uses, Ops), [](auto UseAndOp) {
              const OperandSpec &Use = std::get<0>(UseAndOp);
              return Use.K != OperandSpec::Fixed || std::get<1>(UseAndOp) == itostr(Use.Value);
            }))
          return R;
    return nullptr;
  }

  Value evaluate(const RowFunction &F, ArrayRef<StringRef> Ops) const {
    std::vector<std::vector<uint8_t>> In;
    std::vector<int64_t> Imm;
    for (auto [Use, Op] : zip(F.row().Uses, Ops)) {
      if (Use.K == OperandSpec::Imm)
        Imm.push_back(int64_t(read(Op)[0]));
      if (Use.K != OperandSpec::Reg)
        continue;
      Value Words = read(Op);
      Words.resize(divideCeil(Use.Ty.bytes(), 4));
      auto &Wave = In.emplace_back(wholeRegisterBytes(Use.Ty, 64));
      for (unsigned I = 0; I != Use.Ty.bytes(); ++I)
        Wave[I] = uint8_t(Words[I / 4] >> (8 * (I % 4)));
    }
    const EvalReply Reply = F.run(In, Imm, /*Exec=*/1, 64);
    const unsigned Bytes = F.row().Def.bytes();
    Value Result(divideCeil(Bytes, 4)), Defined(Result.size());
    for (unsigned I = 0; I != Bytes; ++I) {
      Result[I / 4] |= uint32_t(Reply.Out[0][I]) << (8 * (I % 4));
      Defined[I / 4] |= uint32_t(Reply.Defined[0][I]) << (8 * (I % 4));
    }
    for (auto [Word, Mask] : zip_equal(Result, Defined))
      Word |= Rubbish & ~Mask;
    return Result;
  }

  /// An immediate is sign-extended to 64 bits.
  Value read(StringRef Op) const {
    Op.consume_front("killed ");
    Op = Op.split('(').first; // (tied-def 0)
    int64_t Imm;
    if (!Op.getAsInteger(10, Imm))
      return {uint32_t(Imm), uint32_t(uint64_t(Imm) >> 32)};
    auto [Name, Sub] = Op.split('.');
    const Value &V = Regs.at(Name.str());
    if (Sub == "lo16" || Sub == "hi16")
      return {Sub == "lo16" ? V[0] & 0xffff : V[0] >> 16};
    unsigned Index;
    if (Sub.consume_front("sub") && !Sub.getAsInteger(10, Index))
      return {V.at(Index)};
    return V;
  }

  std::map<std::string, Value> Regs;
};

std::unique_ptr<orc::LLJIT> jitFile(const std::string &File, std::vector<std::string> &Names) {
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

/// Two halves that are finite, often near each other; as a single they are finite too.
uint32_t finite(std::mt19937_64 &Random) {
  static const uint32_t Corners[] = {0, 0x8000, 1, 0x83ff, 0x0400, 0x3c00, 0xbc00, 0x7bff, 0x3800};
  uint32_t Word = 0;
  for (unsigned Half = 0; Half != 2; ++Half)
    Word = Word << 16 | (Random() % 6 == 0
                             ? Corners[Random() % std::size(Corners)]
                             : uint32_t(Random() % 2) << 15 | uint32_t(0x3200 + Random() % 0x1600));
  return Word;
}

/// Compares each function of \p Input on \p Rounds inputs, any words or finite numbers;
/// the rows met go to \p Opcodes.
void compare(StringRef Cpu, const std::string &Input, unsigned Rounds,
             std::set<std::string> &Opcodes, bool Finite = false) {
  const std::string File = Inputs + Input;
  ToolOutput Mir =
      runTool("llc", {("-mcpu=" + Cpu).str(), "-stop-after=finalize-isel", "-o", "-", File});
  ASSERT_EQ(Mir.Code, 0) << Mir.Err;
  const auto Bodies = bodies(Mir.Out);
  std::vector<std::string> Names;
  auto Jit = jitFile(File, Names);
  ASSERT_GE(Names.size(), 30u);

  static const uint32_t Corners[] = {0,          1,         31,         32,         33,
                                     0x7f,       0x80,      0x7fffffff, 0x80000000, 0xffffffff,
                                     0x7fffff,   0x800000,  0x80808080, 0x7f7f7f7f, 0x80008000,
                                     0x01000000, 0x00ffffff};
  std::mt19937_64 Random(7); // NOLINT(bugprone-random-generator-seed): same inputs on every run
  for (const std::string &Name : Names) {
    auto Entry = Jit->lookup(Name);
    ASSERT_TRUE(bool(Entry)) << toString(Entry.takeError());
    const auto Run = Entry->toPtr<Native>();
    const auto &Body = Bodies.at(Name);
    for (unsigned Round = 0; Round != Rounds; ++Round) {
      uint32_t A[4];
      for (uint32_t &Word : A)
        Word = Finite         ? finite(Random)
               : Random() % 3 ? uint32_t(Random())
                              : Corners[Random() % std::size(Corners)];
      Machine M(A);
      std::string Why;
      for (const std::string &Line : Body)
        if (!StringRef(Line).starts_with("liveins"))
          ASSERT_TRUE(M.run(Line, Opcodes, Why)) << Name << ": " << Why;
      ASSERT_EQ(M.result(), Run(A[0], A[1], A[2], A[3]))
          << Cpu.str() << ": " << Name << " of " << utohexstr(A[0]) << " " << utohexstr(A[1]) << " "
          << utohexstr(A[2]);
    }
  }
}

TEST(AMDGPUSelection, RowsComputeWhatTheSelectedIRComputes) {
  std::set<std::string> Opcodes;
  compare("gfx942", "selection.ll", 400, Opcodes);
  EXPECT_GE(Opcodes.size(), 44u);
}

TEST(AMDGPUSelection, SoDoCarriesClampsAnd64BitsOnEachGpu) {
  const std::pair<StringRef, const char *> Own[] = {{"gfx90a", "V_ADDC_U32_e64"},
                                                    {"gfx942", "V_LSHL_ADD_U64_e64"},
                                                    {"gfx950", "V_BITOP3_B32_e64"},
                                                    {"gfx1100", "V_MAD_U64_U32_gfx11_e64"},
                                                    {"gfx1200", "V_LSHLREV_B64_pseudo_e64"}};
  for (auto [Cpu, Opcode] : Own) {
    std::set<std::string> Opcodes;
    compare(Cpu, "integers.ll", 400, Opcodes);
    EXPECT_GE(Opcodes.size(), 20u) << Cpu.str();
    for (const char *Met : {Opcode, "V_ADD_U32_e64:clamp", "V_SUB_I32_e64:clamp",
                            "V_SUB_CO_U32_e64:carry", "V_SUBB_U32_e64", "V_ASHRREV_I64_e64"})
      EXPECT_TRUE(Opcodes.count(Met)) << Cpu.str() << ": " << Met;
  }
}

TEST(AMDGPUSelection, SoDoHalvesPairsAndDotProductsOnEachGpu) {
  for (StringRef Cpu : {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"}) {
    std::set<std::string> Opcodes;
    compare(Cpu, "halves.ll", 150, Opcodes);
    EXPECT_GE(Opcodes.size(), 45u) << Cpu.str();
    for (const char *Met : {"V_PK_SUB_I16:mods", "V_PK_ADD_I16:clamp", "V_DOT4_U32_U8"})
      EXPECT_TRUE(Opcodes.count(Met)) << Cpu.str() << ": " << Met;
  }
}

TEST(AMDGPUSelection, SoDoFloatsOf16BitsOnEachGpu) {
  for (StringRef Cpu : {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"}) {
    std::set<std::string> Opcodes;
    compare(Cpu, "floats16.ll", 150, Opcodes, /*Finite=*/true);
    EXPECT_GE(Opcodes.size(), 30u) << Cpu.str();
    for (const char *Met : {"V_PK_FMA_F16", "V_PK_ADD_F16:mods", "V_FMA_MIX_F32:mods"})
      EXPECT_TRUE(Opcodes.count(Met)) << Cpu.str() << ": " << Met;
  }
}

TEST(AMDGPUSelection, SoDoSinglesAndDoublesOnEachGpu) {
  for (StringRef Cpu : {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"}) {
    std::set<std::string> Opcodes;
    compare(Cpu, "floats32.ll", 150, Opcodes, /*Finite=*/true);
    EXPECT_GE(Opcodes.size(), 30u) << Cpu.str();
    for (const char *Met : {"V_ADD_F32_e64:mods", "V_MUL_F32_e64", "V_LDEXP_F64_e64"})
      EXPECT_TRUE(Opcodes.count(Met)) << Cpu.str() << ": " << Met;
  }
}

} // namespace
