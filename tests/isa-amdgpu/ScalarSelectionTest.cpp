//===- tests/isa-amdgpu/ScalarSelectionTest.cpp - Scalars and masks selected -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Like SelectionTest.cpp, of the scalar unit and of compares: functions of generic
// IR run natively, and as what llc selects for them on three generations, whose
// opcodes are evaluated by their rows. SCC goes from one instruction to the next.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/Module.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "gtest/gtest.h"
#include <map>
#include <random>
#include <set>

using namespace llvm;
using namespace whittle;

namespace {

const TargetIsa &isa() { return openIsa("amdgcn"); }

using Native = uint64_t (*)(uint64_t, uint64_t);

/// A function of %a and %b, both i64, and how its result is to be compared.
struct Case {
  std::string Body;       ///< sets %r, an i64
  bool Uniform;           ///< operands and result are scalars
  unsigned FloatBits = 0; ///< the result is such a number: any NaN is as good as another
};

/// \p Operation computes %r0 of type \p Type from %x and %y.
std::string typed(StringRef Type, StringRef Operation, StringRef ResultType) {
  auto Bits = [](StringRef T) {
    return T == "half" ? "i16" : T == "float" ? "i32" : T == "double" ? "i64" : T.data();
  };
  std::string Text;
  auto Convert = [&](const char *To, const char *From) {
    const std::string Int = Bits(Type);
    std::string Source = From;
    if (Int != "i64") {
      Text += formatv("  %{0}.int = trunc i64 {1} to {2}\n", To, From, Int);
      Source = std::string("%") + To + ".int";
    }
    Text += formatv("  %{0} = bitcast {1} {2} to {3}\n", To, Int, Source, Type);
  };
  Convert("x", "%a");
  Convert("y", "%b");
  Text += ("  " + Operation + "\n").str();
  const std::string Int = Bits(ResultType);
  Text += formatv("  %r1 = bitcast {0} %r0 to {1}\n", ResultType, Int);
  Text += Int == "i64" ? "  %r = bitcast i64 %r1 to i64\n"
                       : formatv("  %r = zext {0} %r1 to i64\n", Int).str();
  return Text;
}

void addCompares(std::vector<Case> &Cases) {
  for (const char *Type : {"half", "float", "double"}) {
    for (const char *P : {"oeq", "olt", "ole", "ogt", "oge", "one", "ord", "ueq", "ult", "ule",
                          "ugt", "uge", "une", "uno"}) {
      Cases.push_back(
          {typed(Type, formatv("%r0 = fcmp {0} {1} %x, %y", P, Type).str(), "i1"), false});
      Cases.push_back({typed(Type,
                             formatv("%u = call {1} @llvm.fabs({1} %x)\n  %v = fneg {1} %y\n  "
                                     "%r0 = fcmp {0} {1} %u, %v",
                                     P, Type)
                                 .str(),
                             "i1"),
                       false});
    }
    for (unsigned Class = 0; Class != 10; ++Class)
      for (unsigned Mask : {1u << Class, 1023u ^ 1u << Class, 0x155u ^ 1u << Class})
        Cases.push_back(
            {typed(Type,
                   formatv("%r0 = call i1 @llvm.is.fpclass({0} %x, i32 {1})", Type, Mask).str(),
                   "i1"),
             false});
  }
  for (const char *Type : {"i16", "i32", "i64"})
    for (const char *P : {"eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"})
      for (bool Uniform : {false, true})
        Cases.push_back(
            {typed(Type, formatv("%r0 = icmp {0} {1} %x, %y", P, Type).str(), "i1"), Uniform});
}

void addIntegers(std::vector<Case> &Cases) {
  const std::string Products = "T %y to i128\n  %p = mul i128 %n, %m\n  %q = lshr i128 %p, V\n  "
                               "%r0 = trunc i128 %q to T";
  const std::string Operations[] = {
      "%r0 = add T %x, %y",
      "%r0 = sub T %x, %y",
      "%r0 = mul T %x, %y",
      "%r0 = and T %x, %y",
      "%r0 = or T %x, %y",
      "%r0 = xor T %x, %y",
      "%n = xor T %y, -1\n  %r0 = and T %x, %n",
      "%n = xor T %y, -1\n  %r0 = or T %x, %n",
      "%n = and T %x, %y\n  %r0 = xor T %n, -1",
      "%n = or T %x, %y\n  %r0 = xor T %n, -1",
      "%n = xor T %x, %y\n  %r0 = xor T %n, -1",
      "%r0 = xor T %x, -1",
      "%n = and T %y, W\n  %r0 = shl T %x, %n",
      "%n = and T %y, W\n  %r0 = lshr T %x, %n",
      "%n = and T %y, W\n  %r0 = ashr T %x, %n",
      "%n = lshr T %x, 7\n  %r0 = and T %n, 2047",
      "%n = shl T %x, 9\n  %r0 = ashr T %n, 14",
      "%r0 = call T @llvm.smin(T %x, T %y)",
      "%r0 = call T @llvm.smax(T %x, T %y)",
      "%r0 = call T @llvm.umin(T %x, T %y)",
      "%r0 = call T @llvm.umax(T %x, T %y)",
      "%r0 = call T @llvm.abs(T %x, i1 false)",
      "%r0 = call T @llvm.ctpop(T %x)",
      "%n = xor T %x, -1\n  %r0 = call T @llvm.ctpop(T %n)",
      "%r0 = call T @llvm.cttz(T %x, i1 false)",
      "%r0 = call T @llvm.ctlz(T %x, i1 false)",
      "%r0 = call T @llvm.bitreverse(T %x)",
      "%n = trunc T %x to i8\n  %r0 = sext i8 %n to T",
      "%n = trunc T %x to i16\n  %r0 = sext i16 %n to T",
      "%n = shl T %x, 1\n  %r0 = add T %n, %y",
      "%n = shl T %x, 3\n  %r0 = add T %n, %y",
      "%n = shl T %x, 4\n  %r0 = add T %n, %y",
      "%n = shl T %y, 16\n  %m = and T %x, 65535\n  %r0 = or T %n, %m",
      "%n = and T %x, %y\n  %f = icmp eq T %n, 0\n  %r0 = select i1 %f, T %x, T %n",
      "%n = and T %x, 16\n  %f = icmp ne T %n, 0\n  %r0 = select i1 %f, T %x, T %y",
      "%f = icmp slt T %x, %y\n  %r0 = select i1 %f, T %x, T 1000",
      "%n = sext T %x to i128\n  %m = sext " + Products,
      "%n = zext T %x to i128\n  %m = zext " + Products,
  };
  for (unsigned Width : {32, 64})
    for (std::string Operation : Operations) {
      const std::string Type = "i" + std::to_string(Width);
      for (const auto &[Letter, Text] :
           {std::pair('T', Type), std::pair('W', std::to_string(Width - 1)),
            std::pair('V', std::to_string(Width))})
        for (size_t At; (At = Operation.find(Letter)) != std::string::npos;)
          Operation.replace(At, 1, Text);
      Cases.push_back({typed(Type, Operation, Type), true});
    }
}

void addFloats(std::vector<Case> &Cases) {
  for (StringRef Type : {"half", "float"}) {
    const unsigned Bits = Type == "half" ? 16 : 32;
    auto Add = [&](const std::string &Operation) {
      Cases.push_back({typed(Type, Operation, Type), true, Bits});
    };
    for (const char *Op : {"fadd", "fsub", "fmul"})
      Add(formatv("%r0 = {0} {1} %x, %y", Op, Type));
    // Of results of arithmetic, which are no signalling NaNs, as LLVM knows.
    for (const char *Op : {"minimumnum", "maximumnum", "minimum", "maximum"})
      Add(formatv("%u = fmul {1} %x, %y\n  %v = fmul {1} %x, %x\n  "
                  "%r0 = call {1} @llvm.{0}({1} %u, {1} %v)",
                  Op, Type));
    for (const char *Op : {"ceil", "floor", "trunc", "roundeven"})
      Add(formatv("%r0 = call {1} @llvm.{0}({1} %x)", Op, Type));
    Add(formatv("%r0 = call {0} @llvm.fma({0} %x, {0} %x, {0} %y)", Type));
    for (const char *P : {"oeq", "olt", "ole", "ogt", "oge", "one", "ord", "ueq", "ult", "ule",
                          "ugt", "uge", "une", "uno"})
      Add(formatv("%f = fcmp {0} {1} %x, %y\n  %r0 = select i1 %f, {1} %x, {1} 1.0", P, Type));
  }
  auto Convert = [&](const char *From, const char *To, const char *Operation, unsigned Bits) {
    Cases.push_back({typed(From, Operation, To), true, Bits});
  };
  Convert("float", "half", "%r0 = fptrunc float %x to half", 16);
  Convert("half", "float", "%r0 = fpext half %x to float", 32);
  Convert("i32", "float", "%r0 = sitofp i32 %x to float", 32);
  Convert("i32", "float", "%r0 = uitofp i32 %x to float", 32);
  Convert("float", "i32", "%r0 = call i32 @llvm.fptosi.sat.i32.f32(float %x)", 0);
  Convert("float", "i32", "%r0 = call i32 @llvm.fptoui.sat.i32.f32(float %x)", 0);
}

std::string moduleOf(ArrayRef<Case> Cases, bool ForGpu) {
  std::string Text;
  for (auto [I, C] : enumerate(Cases)) {
    const bool Gfx = ForGpu && C.Uniform;
    Text += formatv("define {0} i64 @f{1}(i64 {2} %a, i64 {2} %b) {{\n{3}  ret i64 %r\n}\n",
                    Gfx ? "amdgpu_gfx" : "", I, Gfx ? "inreg" : "", C.Body);
  }
  return Text;
}

/// The instructions of each function of a .mir file.
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
    } else if (InBody && Line.starts_with("    ") && !Line.trim().starts_with("liveins:")) {
      Bodies[Name].push_back(Line.trim().str());
    }
  }
  return Bodies;
}

/// Straight-line code after instruction selection, on scalars and on one lane.
class Machine {
public:
  Machine(uint64_t A, uint64_t B) {
    // Masks are of this one lane.
    Regs["$exec"] = Regs["$exec_lo"] = {1, 0};
    for (unsigned Half : {0, 1}) {
      Regs["$sgpr" + std::to_string(4 + Half)] =
          Regs["$vgpr" + std::to_string(Half)] = {uint32_t(A >> (32 * Half))};
      Regs["$sgpr" + std::to_string(6 + Half)] =
          Regs["$vgpr" + std::to_string(2 + Half)] = {uint32_t(B >> (32 * Half))};
    }
  }

  /// Empty, or what this does not know.
  std::string run(StringRef Line, std::set<std::string> &Opcodes) {
    std::string To;
    StringRef Right = Line;
    if (auto [Left, Rest] = Line.split(" = "); Left != Line) {
      To = Left.split(':').first.str();
      Right = Rest;
    }
    while (!Right.empty() && isLower(Right[0])) // flags
      Right = Right.split(' ').second;
    auto [Opcode, Rest] = Right.split(' ');
    SmallVector<StringRef, 12> Ops;
    Rest.split(Ops, ", ");
    if (Opcode == "SI_RETURN")
      return "";
    if (Opcode == "COPY") {
      Regs[To] = read(Ops[0]);
      return "";
    }
    if (Opcode == "IMPLICIT_DEF") {
      Regs[To] = {0, 0};
      return "";
    }
    if (Opcode == "REG_SEQUENCE") {
      std::vector<uint32_t> Tuple;
      for (size_t I = 0; I < Ops.size(); I += 2)
        append_range(Tuple, read(Ops[I]));
      Regs[To] = Tuple;
      return "";
    }
    // Not of the families that this is about.
    if (Opcode == "V_CNDMASK_B32_e64") {
      Regs[To] = read(Ops[4])[0] & 1 ? read(Ops[3]) : read(Ops[1]);
      return "";
    }
    if (Opcode.starts_with("V_MOV_B32_e32") || Opcode == "V_READFIRSTLANE_B32") {
      Regs[To] = read(Ops[0]);
      return "";
    }
    return runRows(Opcode, To, Ops, Opcodes) ? "" : "no row: " + Line.str();
  }

  uint64_t result() const { return Regs.at("$vgpr0")[0] | uint64_t(Regs.at("$vgpr1")[0]) << 32; }

private:
  bool runRows(StringRef Opcode, const std::string &To, ArrayRef<StringRef> Ops,
               std::set<std::string> &Opcodes) {
    const Row *Any = isa().find(Opcode);
    if (!Any)
      return false;
    const uint32_t OldFlag = Flag;
    bool Written = false;
    for (const Row *R : isa().rowsOf(Any->Opcode)) {
      if (StringRef(R->Name).ends_with(":mask") || (Written && R->Gives == ImplicitReg::None))
        continue;
      std::vector<std::vector<uint8_t>> In;
      std::vector<int64_t> Imm;
      if (!operands(*R, Ops, OldFlag, In, Imm))
        continue;
      auto F = RowFunction::cached(*R);
      if (!F)
        report_fatal_error(F.takeError());
      const EvalReply Reply = (*F)->run(In, Imm, /*Exec=*/1, 1);
      std::vector<uint32_t> Words((R->Def.bytes() + 3) / 4);
      memcpy(Words.data(), Reply.Out[0].data(), R->Def.bytes());
      Opcodes.insert(R->Name);
      if (R->Gives == ImplicitReg::SCC)
        Flag = Words[0];
      else
        Regs[To] = Words;
      Written |= R->Gives == ImplicitReg::None;
    }
    return Written || To.empty();
  }

  /// False if a modifier is not what the row fixes it at.
  bool operands(const Row &R, ArrayRef<StringRef> Ops, uint32_t OldFlag,
                std::vector<std::vector<uint8_t>> &In, std::vector<int64_t> &Imm) const {
    for (auto [Use, Op] : zip(R.Uses, Ops)) {
      const std::vector<uint32_t> Words = read(Op);
      int64_t Number = Words[0];
      Op.getAsInteger(10, Number);
      if (Use.K == OperandSpec::Imm)
        Imm.push_back(Number);
      if (Use.K == OperandSpec::Fixed && Number != Use.Value)
        return false;
      if (Use.K == OperandSpec::Reg) {
        std::vector<uint32_t> Whole = Words;
        // An immediate is extended by its sign.
        if (Op[0] == '-' || isDigit(Op[0]))
          Whole = {uint32_t(Number), uint32_t(Number >> 32)};
        In.emplace_back(Use.Ty.bytes());
        memcpy(In.back().data(), Whole.data(), std::min<size_t>(Use.Ty.bytes(), 4 * Whole.size()));
      }
    }
    if (R.Reads == ImplicitReg::SCC)
      In.push_back({uint8_t(OldFlag)});
    return true;
  }

  std::vector<uint32_t> read(StringRef Op) const {
    Op.consume_front("killed ");
    Op = Op.split('(').first;
    int64_t Imm;
    if (!Op.getAsInteger(10, Imm))
      return {uint32_t(Imm)};
    auto [Name, Sub] = Op.split('.');
    auto It = Regs.find(Name.str());
    if (It == Regs.end())
      report_fatal_error("no value of " + Op);
    const auto &Words = It->second;
    unsigned Index;
    if (Sub.consume_front("sub") && !Sub.getAsInteger(10, Index))
      return {Words.at(Index)};
    if (Sub == "hi16")
      return {Words[0] >> 16};
    return Words;
  }

  std::map<std::string, std::vector<uint32_t>> Regs;
  uint32_t Flag = 0;
};

bool isNaN(uint64_t X, unsigned Bits) {
  return Bits == 16 ? (X & 0x7fff) > 0x7c00 : Bits == 32 && (X & 0x7fffffff) > 0x7f800000;
}

/// Numbers of all formats at once: the low bits are a half or a single as well.
uint64_t operand(std::mt19937_64 &Random) {
  static const uint64_t Corners[] = {
      0,          1,          0x8000,     0x3c00,     0xbc00,     0x7c00,     0xfc00,
      0x7e00,     0xfe01,     0x7bff,     0x83ff,     0x80000000, 0x3f800000, 0xbf800000,
      0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7fffffff, 0xffffffff, 0x007fffff,
      0x3f000000, 0xc0200000, 0x4f000000, 31,         32,         63,         0xffff8000};
  static const uint64_t Doubles[] = {0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000,
                                     0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
                                     0xfff8000000000001, 0x000fffffffffffff, 0xffffffffffffffff,
                                     0x7fffffffffffffff, 0xffffffff00000000, 0x0000000100000000};
  switch (Random() % 4) {
  case 0:
    return Corners[Random() % std::size(Corners)];
  case 1:
    return Doubles[Random() % std::size(Doubles)];
  case 2:
    return Corners[Random() % std::size(Corners)] | Random() << 32;
  default:
    return Random();
  }
}

/// Runs all cases natively and on each GPU.
std::set<std::string> compare(ArrayRef<Case> Cases, ArrayRef<StringRef> Cpus) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  auto Jit = cantFail(orc::LLJITBuilder().create());
  auto Ctx = std::make_unique<LLVMContext>();
  SMDiagnostic Diag;
  auto M = parseIR(MemoryBufferRef(moduleOf(Cases, false), "cases"), Diag, *Ctx);
  if (!M)
    report_fatal_error(Diag.getMessage() + ": " + Diag.getLineContents());
  M->setTargetTriple(Jit->getTargetTriple());
  M->setDataLayout(Jit->getDataLayout());
  cantFail(Jit->addIRModule(orc::ThreadSafeModule(std::move(M), std::move(Ctx))));

  std::set<std::string> Opcodes;
  for (StringRef Cpu : Cpus) {
    ToolOutput Mir = runTool(
        "llc",
        {"-mtriple=amdgcn", ("-mcpu=" + Cpu).str(), "-stop-after=finalize-isel", "-o", "-", "-"},
        moduleOf(Cases, true));
    EXPECT_EQ(Mir.Code, 0) << Mir.Err;
    const auto Bodies = bodies(Mir.Out);
    std::mt19937_64 Random(7); // NOLINT(bugprone-random-generator-seed): same inputs on every run
    for (auto [I, C] : enumerate(Cases)) {
      const std::string Name = "f" + std::to_string(I);
      const auto Run = cantFail(Jit->lookup(Name)).toPtr<Native>();
      for (unsigned Round = 0; Round != 100; ++Round) {
        const uint64_t A = operand(Random), B = Round % 5 ? operand(Random) : A;
        Machine Gpu(A, B);
        std::string Why;
        for (const std::string &Line : Bodies.at(Name))
          if (Why = Gpu.run(Line, Opcodes); !Why.empty())
            break;
        const uint64_t Want = Run(A, B), Got = Why.empty() ? Gpu.result() : ~Want;
        if (Want == Got || (isNaN(Want, C.FloatBits) && isNaN(Got, C.FloatBits)))
          continue;
        ADD_FAILURE() << Cpu.str() << " of " << utohexstr(A) << " " << utohexstr(B) << ": "
                      << utohexstr(Got) << ", natively " << utohexstr(Want) << " " << Why << "\n"
                      << C.Body;
        break;
      }
    }
  }
  return Opcodes;
}

TEST(AMDGPUScalarSelection, ComparesComputeWhatTheSelectedIRComputes) {
  std::vector<Case> Cases;
  addCompares(Cases);
  const auto Opcodes = compare(Cases, {"gfx942", "gfx1100", "gfx1200"});
  EXPECT_GE(Opcodes.size(), 200u);
}

TEST(AMDGPUScalarSelection, IntegersComputeWhatTheSelectedIRComputes) {
  std::vector<Case> Cases;
  addIntegers(Cases);
  const auto Opcodes = compare(Cases, {"gfx942", "gfx1100", "gfx1200"});
  EXPECT_GE(Opcodes.size(), 100u);
}

TEST(AMDGPUScalarSelection, FloatsComputeWhatTheSelectedIRComputes) {
  std::vector<Case> Cases;
  addFloats(Cases);
  const auto Opcodes = compare(Cases, {"gfx1200"});
  EXPECT_GE(Opcodes.size(), 60u);
}

} // namespace
