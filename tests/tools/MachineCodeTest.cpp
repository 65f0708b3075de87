//===- tests/tools/MachineCodeTest.cpp - Assembly as MachineIR -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/IsaEval.h"
#include "passes/CodeLifter.h"
#include "passes/CodeRegisters.h"
#include "llvm/CodeGen/MIRParser/MIRParser.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <map>
#include <random>
#include <sys/mman.h>

using namespace llvm;
using namespace whittle;
using testing::HasSubstr;
using testing::Not;

namespace {

const TargetIsa &isa() {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  LLVMInitializeX86AsmParser();
  LLVMInitializeX86Disassembler();
  return *cantFail(TargetIsa::get("x86_64"));
}

SmallVector<char, 0> objectOf(const std::string &Assembly) {
  return cantFail(assemble(isa(), MemoryBufferRef(Assembly, "test.s"), "", ""));
}

/// \p Body as function f in MIR.
std::string lift(const std::string &Body, std::vector<std::string> LiveOut = {}) {
  SmallVector<char, 0> Object =
      objectOf("  .globl f\n  .type f,@function\nf:\n" + Body + "\n  retq\n  .size f, .-f\n");
  MachineCode Code = cantFail(
      readMachineCode(isa(), MemoryBufferRef(StringRef(Object.data(), Object.size()), "test.o")));
  EXPECT_TRUE(Code.Skipped.empty());
  return cantFail(liftToMir(isa(), Code, {"", std::move(LiveOut)}));
}

TEST(MachineCode, WhatIsReadWiderThanItWasWritten) {
  std::string Kept = lift("vpaddd %ymm1,%ymm2,%ymm0\npaddd %xmm3,%xmm0\nvpaddd %ymm0,%ymm4,%ymm0");
  EXPECT_THAT(Kept, HasSubstr("INSERT_SUBREG"));
  EXPECT_THAT(Kept, HasSubstr("subreg.sub_xmm"));
  std::string Zeroed =
      lift("vpaddd %ymm1,%ymm2,%ymm0\nvpaddd %xmm3,%xmm0,%xmm0\nvpaddd %ymm0,%ymm4,%ymm0");
  EXPECT_THAT(Zeroed, Not(HasSubstr("INSERT_SUBREG")));
  EXPECT_THAT(Zeroed, HasSubstr("SUBREG_TO_REG"));
  EXPECT_THAT(lift("addl %esi,%edi\naddq %rdi,%rax"), HasSubstr("%subreg.sub_32bit"));
  EXPECT_THAT(lift("addl %esi,%edi\naddq %rdi,%rax"), Not(HasSubstr("INSERT_SUBREG")));
  std::string Low = lift("addw %si,%di\naddq %rdi,%rax");
  EXPECT_THAT(Low, HasSubstr("INSERT_SUBREG"));
  EXPECT_THAT(Low, HasSubstr("%subreg.sub_16bit"));
  // Of AH nothing is known, but AX and what is above go on into it.
  EXPECT_THAT(lift("addb %cl,%ah\naddq %rax,%rdx"), Not(HasSubstr("ADD8")));
}

TEST(MachineCode, RegistersThatLiveOnAreCopiedOut) {
  const char *Body = "vpaddd %xmm1,%xmm2,%xmm5\nvpaddd %xmm5,%xmm2,%xmm0";
  EXPECT_THAT(lift(Body), HasSubstr("$xmm0 = COPY"));
  EXPECT_THAT(lift(Body), Not(HasSubstr("$xmm5 = COPY")));
  EXPECT_THAT(lift(Body, {"xmm5"}), HasSubstr("$xmm5 = COPY"));
  EXPECT_THAT(lift(Body, {"none"}), Not(HasSubstr("$xmm0 = COPY")));
  // Nobody knows what is read behind an indirect jump.
  EXPECT_THAT(lift("vpaddd %xmm1,%xmm2,%xmm5\njmpq *%rax"), HasSubstr("$xmm5 = COPY"));
  Expected<std::string> Bad = liftToMir(isa(), {}, {"", {"xmm99"}});
  ASSERT_FALSE(bool(Bad));
  EXPECT_EQ(toString(Bad.takeError()), "unknown register 'xmm99' among what is live at the end");
}

TEST(MachineCode, FlagsThatAreReadAreNotDead) {
  EXPECT_THAT(lift("addl %esi,%edi\njb 1f\naddl %edi,%edx\n1:"),
              HasSubstr("implicit-def $eflags\n"));
  EXPECT_THAT(lift("addl %esi,%edi\naddl %edi,%edx"), Not(HasSubstr("implicit-def $eflags\n")));
  // INC leaves the carry as it was.
  EXPECT_THAT(lift("addl %esi,%edi\nincl %edx\njb 1f\nnop\n1:"),
              HasSubstr("implicit-def $eflags\n"));
}

TEST(MachineCode, ACallReadsArgumentsAndClobbersTheRest) {
  std::string M = lift("vpaddd %xmm1,%xmm2,%xmm0\ncallq g\nvpaddd %xmm0,%xmm0,%xmm0");
  size_t Add = M.find("VPADDDrr"), Kill = M.find("KILL implicit", Add),
         Fresh = M.find("vr128x = KILL", Add);
  ASSERT_NE(Kill, std::string::npos);
  ASSERT_NE(Fresh, std::string::npos);
  EXPECT_LT(Kill, Fresh);
  // A register that the callee keeps is the same behind it.
  std::string Kept = lift("addl %esi,%ebx\ncallq g\naddl %ebx,%eax");
  EXPECT_EQ(Kept.find("gr32 = KILL"), Kept.rfind("gr32 = KILL")); // EAX alone
}

TEST(MachineCode, PathsMeetInPhis) {
  std::string M = lift("vpaddd %xmm1,%xmm2,%xmm0\n1: vpaddd %xmm0,%xmm1,%xmm0\n"
                       "decl %edi\njne 1b");
  EXPECT_THAT(M, HasSubstr("= PHI"));
  // A place that code elsewhere may know begins with values of its own.
  std::string Known = lift("vpaddd %xmm1,%xmm2,%xmm0\nlabel: vpaddd %xmm0,%xmm1,%xmm0");
  EXPECT_THAT(Known, Not(HasSubstr("= PHI")));
  EXPECT_THAT(Known, HasSubstr("vr128x = KILL"));
}

TEST(MachineCode, TiedOperandsConstantsAndLoads) {
  EXPECT_THAT(lift("paddd (%rdi),%xmm0"), HasSubstr("PADDDrm"));
  EXPECT_THAT(lift("paddd (%rdi),%xmm0"), HasSubstr(":: (load (s128), align 1)"));
  std::string C = lift("vpand c(%rip),%xmm0,%xmm0\n.pushsection .rodata\n"
                       "c: .fill 16,1,15\n.popsection");
  EXPECT_THAT(C, HasSubstr("%const.0"));
  EXPECT_THAT(C, HasSubstr("i8 15, i8 15"));
  // What may be written later is no constant.
  EXPECT_THAT(lift("vpand c(%rip),%xmm0,%xmm0\n.pushsection .data\nc: .fill 16,1,15\n"
                   ".popsection"),
              Not(HasSubstr("%const")));
  EXPECT_THAT(lift("vpxor %xmm0,%xmm0,%xmm0"), HasSubstr("V_SET0"));
}

// ---- Against the processor ----

using Bytes = std::vector<uint8_t>;
using Values = std::map<CodeVariable, Bytes>;

/// What the lifted function leaves in registers; parts whose opcode has no row are
/// missing.
Values interpret(const std::string &Mir, const Values &Start) {
  std::string Message;
  const Target *T = TargetRegistry::lookupTarget(Triple(isa().defaultTriple()), Message);
  std::unique_ptr<TargetMachine> TM(
      T->createTargetMachine(Triple(isa().defaultTriple()), "", "", TargetOptions(), std::nullopt));
  LLVMContext Ctx;
  std::unique_ptr<MIRParser> Parser =
      createMIRParser(MemoryBuffer::getMemBufferCopy(Mir, "test.mir"), Ctx);
  std::unique_ptr<Module> M = Parser->parseIRModule();
  M->setDataLayout(TM->createDataLayout());
  MachineModuleInfo MMI(TM.get());
  EXPECT_FALSE(Parser->parseMachineFunctions(*M, MMI));
  MachineFunction &MF = *MMI.getMachineFunction(*M->getFunction("f"));
  const TargetRegisterInfo &TRI = *MF.getSubtarget().getRegisterInfo();
  const MachineRegisterInfo &MRI = MF.getRegInfo();
  RegisterSet Regs(isa());
  std::map<unsigned, Bytes> Of;
  auto Read = [&](const MachineOperand &MO, size_t Size) -> std::optional<Bytes> {
    Bytes B;
    if (MO.getReg().isPhysical()) {
      B = Start.at(Regs.part(MO.getReg().asMCReg())->Var);
    } else {
      auto It = Of.find(MO.getReg().id());
      if (It == Of.end())
        return std::nullopt;
      B = It->second;
    }
    if (B.size() < Size)
      return std::nullopt;
    B.resize(Size);
    return B;
  };
  Values End;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : MBB) {
      if (!MI.getNumOperands() || !MI.getOperand(0).isReg() || !MI.getOperand(0).isDef())
        continue;
      const Register To = MI.getOperand(0).getReg();
      if (To.isPhysical()) {
        const MachineOperand &From = MI.getOperand(1);
        if (auto B = Read(From, TRI.getRegSizeInBits(To, MRI) / 8))
          End[Regs.part(To.asMCReg())->Var] = *B;
        continue;
      }
      const size_t Size = TRI.getRegSizeInBits(*MRI.getRegClass(To)) / 8;
      auto LowSize = [&](unsigned Op) {
        return TRI.getSubRegIdxSize(unsigned(MI.getOperand(Op).getImm())) / 8;
      };
      if (MI.isCopy()) {
        if (auto B = Read(MI.getOperand(1), Size))
          Of[To.id()] = *B;
      } else if (MI.isSubregToReg()) {
        if (auto B = Read(MI.getOperand(2), LowSize(3))) {
          B->resize(Size);
          Of[To.id()] = *B;
        }
      } else if (MI.isInsertSubreg()) {
        auto Base = Read(MI.getOperand(1), Size), Low = Read(MI.getOperand(2), LowSize(3));
        if (Base && Low) {
          std::copy(Low->begin(), Low->end(), Base->begin());
          Of[To.id()] = *Base;
        }
      } else if (isa().instrInfo().getName(MI.getOpcode()) == "MOV32r0") {
        Of[To.id()] = Bytes(4);
      } else if (const Row *R = isa().find(MI.getOpcode()); R && R->inWindows()) {
        std::vector<Bytes> In;
        std::vector<int64_t> Imm;
        for (unsigned Op = 1; Op != MI.getNumExplicitOperands(); ++Op) {
          const MachineOperand &MO = MI.getOperand(Op);
          if (MO.isImm())
            Imm.push_back(MO.getImm());
          else if (auto B = Read(MO, wholeRegisterBytes(R->Ins[In.size()], 64)))
            In.push_back(*B);
        }
        if (In.size() == R->Ins.size() && Imm.size() == R->NumImms)
          Of[To.id()] = cantFail(RowFunction::cached(*R))->run(In, Imm, 0, 64).Out[0];
      }
    }
  return End;
}

const char *const Old[] = {"rax", "rcx", "rdx", "rsi"};

/// Runs \p Body natively on \p V (YMM0 to YMM5, and Old).
void execute(const std::string &Body, Values &V, const RegisterSet &Regs) {
  std::string Text = "  .type f,@function\nf:\n";
  alignas(64) uint8_t State[512] = {};
  for (bool Load : {true, false}) {
    if (!Load)
      Text += Body + "\n";
    for (unsigned I = 0; I != 6; ++I) {
      const std::string Mem = std::to_string(32 * I) + "(%rdi)", Y = "%ymm" + std::to_string(I);
      Text += "vmovdqu " + (Load ? Mem + "," + Y : Y + "," + Mem) + "\n";
      std::copy_n(V[*Regs.named("ymm" + std::to_string(I))].begin(), 32, State + 32 * I);
    }
    for (unsigned I = 0; I != std::size(Old); ++I) {
      const std::string Mem = std::to_string(256 + 8 * I) + "(%rdi)", R = std::string("%") + Old[I];
      Text += "movq " + (Load ? Mem + "," + R : R + "," + Mem) + "\n";
      std::copy_n(V[*Regs.named(Old[I])].begin(), 8, State + 256 + 8 * I);
    }
  }
  Text += "vzeroupper\nretq\n";
  SmallVector<char, 0> Object = objectOf(Text);
  auto Obj = cantFail(object::ObjectFile::createObjectFile(
      MemoryBufferRef(StringRef(Object.data(), Object.size()), "native.o")));
  for (const object::SectionRef &S : Obj->sections()) {
    if (!S.isText())
      continue;
    StringRef Code = cantFail(S.getContents());
    void *Page = mmap(nullptr, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(Page, MAP_FAILED);
    std::copy(Code.begin(), Code.end(), static_cast<char *>(Page));
    ASSERT_EQ(mprotect(Page, 1 << 16, PROT_READ | PROT_EXEC), 0);
    reinterpret_cast<void (*)(uint8_t *)>(Page)(State);
    munmap(Page, 1 << 16);
  }
  for (unsigned I = 0; I != 6; ++I)
    std::copy_n(State + 32 * I, 32, V[*Regs.named("ymm" + std::to_string(I))].begin());
  for (unsigned I = 0; I != std::size(Old); ++I)
    std::copy_n(State + 256 + 8 * I, 8, V[*Regs.named(Old[I])].begin());
}

TEST(MachineCode, RandomCodeComputesWhatTheProcessorDoes) {
  if (!__builtin_cpu_supports("avx2"))
    GTEST_SKIP() << "this CPU has no AVX2";
  RegisterSet Regs(isa());
  std::mt19937 Random(7);
  auto Pick = [&](unsigned N) { return unsigned(Random() % N); };
  auto X = [&] { return "%xmm" + std::to_string(Pick(6)); };
  auto Y = [&] { return "%ymm" + std::to_string(Pick(6)); };
  static const char *const Names64[] = {"%rax", "%rcx", "%rdx", "%rsi"},
                           *const Names32[] = {"%eax", "%ecx", "%edx", "%esi"},
                           *const Names16[] = {"%ax", "%cx", "%dx", "%si"},
                           *const Names8[] = {"%al", "%cl", "%dl", "%sil"};
  static const char *const Binary[] = {"paddd", "psubw",  "pxor",    "pand",      "pmulhuw",
                                       "pavgb", "pmaxub", "pmaddwd", "punpcklbw", "pshufb"};
  unsigned Compared = 0, Missing = 0;
  for (unsigned Round = 0; Round != 60; ++Round) {
    std::string Body;
    for (unsigned N = 0; N != 12; ++N) {
      const std::string B = Binary[Pick(10)], G = std::to_string(Pick(4));
      const unsigned G1 = Pick(4), G2 = Pick(4);
      switch (Pick(11)) {
      case 0:
        Body += B + " " + X() + "," + X();
        break;
      case 1:
        Body += "v" + B + " " + X() + "," + X() + "," + X();
        break;
      case 2:
      case 3:
        Body += "v" + B + " " + Y() + "," + Y() + "," + Y();
        break;
      case 4:
        Body += "movdqa " + X() + "," + X();
        break;
      case 5:
        Body += "vmovdqa " + X() + "," + X();
        break;
      case 6:
        Body += Pick(4) ? "vmovdqa " + Y() + "," + Y() : "vzeroupper";
        break;
      case 7:
        Body += "psrlw $" + G + "," + X();
        break;
      case 8:
        Body += std::string("addq ") + Names64[G1] + "," + Names64[G2];
        break;
      case 9:
        Body += Pick(2) ? std::string("xorl ") + Names32[G1] + "," + Names32[G2]
                        : std::string("movl ") + Names32[G1] + "," + Names32[G2];
        break;
      case 10:
        Body += Pick(2) ? std::string("addw ") + Names16[G1] + "," + Names16[G2]
                        : std::string("addb ") + Names8[G1] + "," + Names8[G2];
        break;
      }
      Body += "\n";
    }
    Values Start;
    for (CodeVariable V = 0; V != RegisterSet::Count; ++V) {
      Bytes B(64);
      for (unsigned I = 0; I != (V < RegisterSet::Vectors ? 32 : 8); ++I)
        B[I] = uint8_t(Random());
      Start[V] = B;
    }
    Values Native = Start;
    execute(Body, Native, Regs);
    const Values Ours = interpret(lift(Body, {"all"}), Start);
    for (const auto &[Var, B] : Ours) {
      // VZEROUPPER writes registers, too, that the frame does not load.
      if (Var >= 6 && Var < RegisterSet::Vectors)
        continue;
      const Bytes Seen(Native[Var].begin(),
                       Native[Var].begin() + long(std::min<size_t>(B.size(), 32)));
      const Bytes Mine(B.begin(), B.begin() + long(Seen.size()));
      EXPECT_EQ(Mine, Seen) << Regs.name(Var, RegisterSet::wholeBits(Var)) << " after\n" << Body;
      Compared += Mine == Seen;
    }
    Missing += Ours.empty();
  }
  EXPECT_GT(Compared, 300u);
  EXPECT_EQ(Missing, 0u);
}

} // namespace
