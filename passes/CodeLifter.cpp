//===- passes/CodeLifter.cpp - Machine code as MachineIR text --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What each instruction reads and writes. How values reach it from other blocks is
// in CodeValues.cpp.
//
//===----------------------------------------------------------------------===//

#include "passes/CodeLifter.h"
#include "passes/CodeValues.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace whittle {

static bool beginsWith(StringRef Name, ArrayRef<StringRef> Beginnings) {
  return any_of(Beginnings, [&](StringRef B) { return Name.starts_with(B); });
}

/// Without the width that an encoding has in its name: VPXORQZ128 is VPXORQ.
static StringRef withoutWidth(StringRef Name) {
  for (StringRef Width : {"Z128", "Z256", "Z", "Y"})
    if (Name.consume_back(Width))
      break;
  return Name;
}

/// A copy of a whole register into one of the same width.
static bool isMove(StringRef Name) {
  if (is_contained({"MOV32rr", "MOV64rr", "KMOVQkk"}, Name))
    return true;
  if (!Name.consume_back("rr"))
    return false;
  Name = withoutWidth(Name);
  Name.consume_front("V");
  return is_contained({"MOVDQA", "MOVDQU", "MOVDQA32", "MOVDQA64", "MOVDQU8", "MOVDQU16",
                       "MOVDQU32", "MOVDQU64", "MOVAPS", "MOVAPD", "MOVUPS", "MOVUPD"},
                      Name);
}

/// What leaves no flag as it was. Of others it is not certain (shifts by 0, INC).
static bool writesAllFlags(StringRef Name) {
  return beginsWith(Name,
                    {"ADD", "SUB", "AND", "OR", "XOR", "CMP", "TEST", "NEG", "ADC", "SBB", "COMI",
                     "UCOMI", "VCOMI", "VUCOMI", "KORTEST", "KTEST", "PTEST", "VPTEST", "VTEST"}) &&
         !Name.starts_with("CMPXCHG");
}

/// Has no effect on registers beyond what its operands say, though LLVM marks it as
/// one that may do anything.
static bool isHarmless(StringRef Name) {
  return beginsWith(Name,
                    {"NOOP", "ENDBR", "MFENCE", "LFENCE", "SFENCE", "PAUSE", "PREFETCH", "LDMXCSR",
                     "VLDMXCSR", "STMXCSR", "VSTMXCSR", "EMMS", "CLFLUSH", "CLWB", "MMX_EMMS"});
}

/// Control never comes back.
static bool isTrap(StringRef Name) { return is_contained({"TRAP", "HLT", "INT3"}, Name); }

static bool setsFloatMode(StringRef Name) {
  return beginsWith(Name, {"LDMXCSR", "VLDMXCSR", "FXRSTOR", "XRSTOR", "FLDENV", "FLDCW"});
}

namespace {
class Lifter {
public:
  Lifter(const TargetIsa &Isa, const LiftOptions &Options) : Isa(Isa), Options(Options), Regs(Isa) {
    const MCInstrInfo &II = Isa.instrInfo();
    for (unsigned Op = 0; Op != II.getNumOpcodes(); ++Op)
      Opcodes[II.getName(Op)] = Op;
    for (unsigned R = 1; R != Isa.registerInfo().getNumRegs(); ++R)
      if (StringRef(Isa.registerInfo().getName(R)) == "EFLAGS")
        Flags = R;
  }

  Error readLiveOut() {
    LiveOut = Options.LiveOut.empty() ? Regs.Returned : BitVector(RegisterSet::Count);
    for (StringRef Name : Options.LiveOut)
      if (std::optional<CodeVariable> V = Regs.named(Name))
        LiveOut.set(*V);
      else if (Name == "all")
        LiveOut.set();
      else if (Name != "none")
        return createStringError(inconvertibleErrorCode(),
                                 "unknown register '" + Name + "' among what is live at the end");
    LiveOut |= Regs.Kept;
    return Error::success();
  }

  Expected<std::string> run(const MachineCode &Code) {
    if (Error E = readLiveOut())
      return std::move(E);
    std::string Stubs, Bodies;
    raw_string_ostream StubStream(Stubs), BodyStream(Bodies);
    StubStream << "--- |\n  target triple = \"" << Isa.defaultTriple() << "\"\n";
    StringSet<> Taken;
    for (const CodeFunction &F : Code.Functions) {
      std::string Clean = F.Name;
      for (char &C : Clean)
        if (!isAlnum(C) && !StringRef("_.$@?<>~:+-()").contains(C))
          C = '_';
      std::string Name = Clean;
      for (unsigned N = 1; !Taken.insert(Name).second; ++N)
        Name = Clean + "." + std::to_string(N);
      StubStream << "  define void @\"" << Name << "\"() ";
      if (Options.CPU.empty())
        StubStream << "\"target-cpu\"=\"" << cpuOf(F) << "\" ";
      if (any_of(F.Blocks, [&](const CodeBlock &B) {
            return any_of(B.Instrs, [&](const CodeInstr &I) { return setsFloatMode(nameOf(I)); });
          }))
        StubStream << "strictfp ";
      StubStream << "{ ret void }\n";
      CodeValues V(Regs, F);
      lift(F, V);
      V.print(Name, BodyStream);
    }
    StubStream << "...\n";
    return Stubs + Bodies;
  }

private:
  const MCInstrDesc &desc(const CodeInstr &I) const { return Isa.instrInfo().get(I.I.getOpcode()); }
  StringRef nameOf(const CodeInstr &I) const { return Isa.instrInfo().getName(I.I.getOpcode()); }
  std::optional<RegisterPart> part(const MCOperand &O) const {
    return O.isReg() ? Regs.part(O.getReg()) : std::nullopt;
  }

  /// The least CPU that has every row of \p F.
  StringRef cpuOf(const CodeFunction &F) {
    static constexpr StringRef Levels[] = {"x86-64",    "x86-64-v2",      "x86-64-v3",
                                           "x86-64-v4", "icelake-server", "sapphirerapids"};
    if (Subtargets.empty())
      for (StringRef L : Levels)
        Subtargets.push_back(cantFail(Isa.subtarget(L)));
    unsigned At = 0;
    for (const CodeBlock &B : F.Blocks)
      for (const CodeInstr &I : B.Instrs) {
        const Row *R = Isa.find(encodedOnce(nameOf(I)));
        if (!R && desc(I).mayLoad()) {
          // A memory form has what its register form has.
          std::string Name = nameOf(I).str();
          for (StringRef Form : {"rmb", "rm", "mb"})
            if (size_t From = Name.rfind(Form.str()); From != std::string::npos && !R)
              R = Isa.find(Name.substr(0, From) + "rr" + Name.substr(From + Form.size()));
        }
        while (R && !R->Features.empty() && At + 1 < std::size(Levels) &&
               !Subtargets[At]->checkFeatures(R->Features))
          ++At;
      }
    return Levels[At];
  }

  /// Of two encodings of one instruction, the name that selection knows.
  StringRef encodedOnce(StringRef Name) const {
    StringRef Other = Name;
    return Other.consume_back("_REV") && Opcodes.count(Other) ? Other : Name;
  }

  void lift(const CodeFunction &F, CodeValues &V) {
    V.start([&](const CodeInstr &I, function_ref<void(RegisterPart, bool)> Seen) {
      for (unsigned Op = 0; Op != I.I.getNumOperands(); ++Op)
        if (std::optional<RegisterPart> P = part(I.I.getOperand(Op)))
          Seen(*P, Op < desc(I).getNumDefs());
      // What VZEROUPPER writes is of interest only where other instructions are.
      if (nameOf(I) == "VZEROUPPER")
        return;
      for (MCPhysReg R : desc(I).implicit_defs())
        if (std::optional<RegisterPart> P = Regs.part(R))
          Seen(*P, true);
    });
    std::vector<std::vector<bool>> Dead = deadFlags(F);
    for (unsigned B = 0; B != F.Blocks.size(); ++B) {
      V.enter(B);
      for (unsigned I = 0; I != F.Blocks[B].Instrs.size(); ++I)
        instruction(F.Blocks[B].Instrs[I], Dead[B][I], V);
      leave(F, F.Blocks[B], V);
    }
    V.join();
  }

  /// For each instruction, whether no one reads the flags as it leaves them.
  std::vector<std::vector<bool>> deadFlags(const CodeFunction &F) const {
    std::vector<std::vector<bool>> Dead(F.Blocks.size());
    std::vector<bool> LiveIn(F.Blocks.size());
    for (bool Changed = true; Changed;) {
      Changed = false;
      for (unsigned B = unsigned(F.Blocks.size()); B-- != 0;) {
        const CodeBlock &Block = F.Blocks[B];
        bool Live = Block.Exit == CodeExit::Unknown;
        for (unsigned S : Block.Successors)
          Live |= LiveIn[S] || F.Blocks[S].Entered;
        Dead[B].assign(Block.Instrs.size(), false);
        for (unsigned I = unsigned(Block.Instrs.size()); I-- != 0;) {
          Dead[B][I] = !Live;
          const MCInstrDesc &D = desc(Block.Instrs[I]);
          if (D.isCall() ||
              (D.hasImplicitDefOfPhysReg(Flags) && writesAllFlags(nameOf(Block.Instrs[I]))))
            Live = false;
          if (D.hasImplicitUseOfPhysReg(Flags))
            Live = true;
        }
        Changed |= Live != LiveIn[B];
        LiveIn[B] = Live;
      }
    }
    return Dead;
  }

  /// Writes \p New to a register, as an instruction with the encoding of \p I does.
  static void write(const CodeInstr &I, RegisterPart P, ValueUse New, CodeValues &V) {
    const RegKind K = RegisterSet::kindOf(P.Var);
    V.write(P.Var, New, K == RegKind::Vec ? I.Vex : K == RegKind::Mask || P.Bits == 32);
  }

  void instruction(const CodeInstr &I, bool FlagsDead, CodeValues &V) {
    const MCInstrDesc &D = desc(I);
    StringRef Name = encodedOnce(nameOf(I));
    if (D.isCall()) {
      std::vector<ValueUse> Read = V.readAll(Regs.Arguments);
      for (const MCOperand &O : I.I)
        if (std::optional<RegisterPart> P = part(O))
          Read.push_back(V.read(P->Var, P->Bits));
      V.keep(Read);
      V.forget(BitVector(Regs.Kept).flip());
      return;
    }
    if (Name == "VZEROUPPER") {
      V.zeroUpper();
      return;
    }
    if (isTrap(Name)) {
      V.forget(BitVector(RegisterSet::Count, true));
      return;
    }
    const bool Unknown = D.hasUnmodeledSideEffects() && !isHarmless(Name) && !D.getNumDefs() &&
                         D.implicit_defs().empty() && !D.isTerminator();
    if (Unknown) {
      V.keep(V.readAll(BitVector(RegisterSet::Count, true)));
      V.forget(BitVector(RegisterSet::Count, true));
      return;
    }
    if (idiom(I, Name, FlagsDead, V))
      return;
    if (isMove(Name) && I.I.getNumOperands() == 2) {
      const RegisterPart To = *part(I.I.getOperand(0)), From = *part(I.I.getOperand(1));
      write(I, To, V.read(From.Var, From.Bits), V);
      return;
    }
    if (isPlain(I, D))
      plain(I, D, Name, FlagsDead, V);
    else
      opaque(I, D, V);
  }

  /// Zeros and ones, which do not depend on what the register held.
  bool idiom(const CodeInstr &I, StringRef Name, bool FlagsDead, CodeValues &V) const {
    if (I.I.getNumOperands() < 3 || !part(I.I.getOperand(0)) || !I.I.getOperand(1).isReg() ||
        !I.I.getOperand(2).isReg() || I.I.getOperand(1).getReg() != I.I.getOperand(2).getReg())
      return false;
    RegisterPart P = *part(I.I.getOperand(0));
    if (Name == "XOR32rr" || Name == "XOR64rr") {
      P.Bits = 32;
      ValueUse Zero = V.define(RegKind::Gpr, 32, "", "MOV32r0", {},
                               FlagsDead ? "implicit-def dead $eflags" : "implicit-def $eflags");
      V.write(P.Var, Zero, true);
      return true;
    }
    const bool Evex = Name.contains("Z128") || Name.contains("Z256") || Name.contains("Zr");
    std::string Pseudo;
    if (StringRef Mask = Name;
        Mask.consume_back("kk") && Mask.consume_front("KX") && I.I.getNumOperands() == 3)
      Pseudo = Mask.consume_front("OR")    ? "KSET0" + Mask.str()
               : Mask.consume_front("NOR") ? "KSET1" + Mask.str()
                                           : "";
    StringRef Base = Name;
    const bool Ternary = Base.consume_back("rri");
    if (Pseudo.empty() && (Ternary || Base.consume_back("rr"))) {
      Base = withoutWidth(Base);
      Base.consume_front("V");
      const std::string Wide = "AVX512_" + std::to_string(P.Bits);
      if (is_contained({"PXOR", "PXORD", "PXORQ", "XORPS", "XORPD"}, Base))
        Pseudo = Evex ? Wide + "_SET0" : P.Bits == 256 ? "AVX_SET0" : "V_SET0";
      else if (is_contained({"PCMPEQB", "PCMPEQW", "PCMPEQD"}, Base) && !Evex)
        Pseudo = P.Bits == 256 ? "AVX2_SETALLONES" : "V_SETALLONES";
    }
    // The first two operands of a ternary are the result's old value and the next.
    if (StringRef(Name).starts_with("VPTERNLOG") && Ternary && I.I.getNumOperands() == 5 &&
        (I.I.getOperand(4).getImm() & 0xff) == 0xff)
      Pseudo = "AVX512_" + std::to_string(P.Bits) + "_SETALLONES";
    if (Pseudo.empty() || !Isa.find(Pseudo))
      return false;
    const std::string Class = classOf(Isa.instrInfo().get(Opcodes.lookup(Pseudo)), 0);
    write(I, P, V.define(RegisterSet::kindOf(P.Var), P.Bits, Class, Pseudo, {}, ""), V);
    return true;
  }

  static bool isNamed(const MCRegisterInfo &RI, MCRegister R, ArrayRef<StringRef> Names) {
    return is_contained(Names, StringRef(RI.getName(R)));
  }

  /// Whether MIR can have it with virtual registers for its explicit operands.
  bool isPlain(const CodeInstr &I, const MCInstrDesc &D) const {
    const MCRegisterInfo &RI = Isa.registerInfo();
    auto Known = [&](MCPhysReg R) { return isNamed(RI, R, {"EFLAGS", "MXCSR"}); };
    if (D.getNumDefs() > 1 || D.isTerminator() || D.hasUnmodeledSideEffects() ||
        D.getNumOperands() != I.I.getNumOperands() || !all_of(D.implicit_uses(), Known) ||
        !all_of(D.implicit_defs(), [&](MCPhysReg R) { return R == Flags; }))
      return false;
    for (unsigned Op = 0; Op != D.getNumOperands(); ++Op) {
      const MCOperand &O = I.I.getOperand(Op);
      if (O.isImm())
        continue;
      if (!O.isReg())
        return false;
      std::optional<RegisterPart> P = part(O);
      if (!P) {
        // Parts of an address.
        if (O.getReg() && !isNamed(RI, O.getReg(), {"RIP", "FS", "GS", "DS", "ES", "SS", "CS"}))
          return false;
        if (O.getReg() && D.operands()[Op].OperandType != MCOI::OPERAND_MEMORY)
          return false;
        continue;
      }
      // LLVM wants addresses of 64 bits and, in gathers, other classes.
      if (D.operands()[Op].OperandType == MCOI::OPERAND_MEMORY && P->Bits != 64)
        return false;
      // Of an FR result it is another operand that lies above.
      std::optional<ValueType> T = typeOf(D, Op);
      if (P->High || (Op < D.getNumDefs() && (!T || (T->Kind == RegKind::Vec && T->Bits < 128))))
        return false;
    }
    return true;
  }

  std::optional<ValueType> typeOf(const MCInstrDesc &D, unsigned Op) const {
    const int Class = Isa.instrInfo().getOpRegClassID(D.operands()[Op], 0);
    return Class < 0 ? std::nullopt : Isa.typeOfRegClass(unsigned(Class));
  }

  /// The register class of an operand, as MIR writes it.
  std::string classOf(const MCInstrDesc &D, unsigned Op) const {
    const int Class = Isa.instrInfo().getOpRegClassID(D.operands()[Op], 0);
    const MCRegisterInfo &RI = Isa.registerInfo();
    return Class < 0 ? "" : StringRef(RI.getRegClassName(&RI.getRegClass(unsigned(Class)))).lower();
  }

  void plain(const CodeInstr &I, const MCInstrDesc &D, StringRef Name, bool FlagsDead,
             CodeValues &V) const {
    std::vector<CodeOperand> Operands;
    int Address = -1;
    for (unsigned Op = D.getNumDefs(); Op != D.getNumOperands(); ++Op) {
      const MCOperand &O = I.I.getOperand(Op);
      if (D.operands()[Op].OperandType == MCOI::OPERAND_MEMORY && Address < 0) {
        Address = int(Op);
        if (I.Constant) {
          Operands.push_back({V.constant(*I.Constant), {}});
          Op += 4; // all five operands of the address
          continue;
        }
      }
      std::optional<RegisterPart> P = part(O);
      std::optional<ValueType> T = typeOf(D, Op);
      if (O.isImm())
        Operands.push_back({std::to_string(O.getImm()), {}});
      else if (!O.getReg())
        Operands.push_back({"$noreg", {}});
      else if (!P)
        Operands.push_back({"$" + StringRef(Isa.registerInfo().getName(O.getReg())).lower(), {}});
      else if (T && T->Kind == RegKind::Vec && T->Bits < 128)
        Operands.push_back({"", V.element(V.read(P->Var, 128), T->Bits, classOf(D, Op))});
      else if (D.operands()[Op].OperandType == MCOI::OPERAND_MEMORY)
        // Base and, two behind it, index.
        Operands.push_back(
            {"", V.read(P->Var, P->Bits), int(Op) == Address + 2 ? "gr64_nosp" : "gr64"});
      else
        Operands.push_back({"", V.read(P->Var, P->Bits), classOf(D, Op)});
    }
    std::string Tail;
    for (MCPhysReg R : D.implicit_defs()) {
      (void)R;
      Tail += FlagsDead ? ", implicit-def dead $eflags" : ", implicit-def $eflags";
    }
    // Who wrote the flags is not followed.
    for (MCPhysReg R : D.implicit_uses())
      Tail += R == Flags ? ", implicit undef $eflags"
                         : ", implicit $" + StringRef(Isa.registerInfo().getName(R)).lower();
    StringRef Rest = Tail;
    Rest.consume_front(", ");
    Tail = Rest.str();
    if (D.mayLoad() && !D.mayStore() && I.MemBits)
      Tail += " :: (load (s" + std::to_string(I.MemBits) + ")" +
              (I.Constant ? " from constant-pool" : "") + ", align 1)";
    if (!D.getNumDefs()) {
      V.append(Name, Operands, Tail);
      return;
    }
    const RegisterPart P = *part(I.I.getOperand(0));
    write(I, P, V.define(RegisterSet::kindOf(P.Var), P.Bits, classOf(D, 0), Name, Operands, Tail),
          V);
  }

  void opaque(const CodeInstr &I, const MCInstrDesc &D, CodeValues &V) const {
    std::vector<ValueUse> Read;
    std::vector<RegisterPart> Written;
    auto See = [&](std::optional<RegisterPart> P, bool Def) {
      if (!P)
        return;
      // Of a high byte, the rest of the register goes on.
      if (P->High)
        P->Bits = 64;
      if (!Def || P->High)
        Read.push_back(V.read(P->Var, P->Bits));
      if (Def)
        Written.push_back(*P);
    };
    for (unsigned Op = 0; Op != I.I.getNumOperands(); ++Op)
      See(part(I.I.getOperand(Op)), Op < D.getNumDefs());
    for (MCPhysReg R : D.implicit_uses())
      See(Regs.part(R), false);
    for (MCPhysReg R : D.implicit_defs())
      See(Regs.part(R), true);
    V.keep(Read);
    for (const RegisterPart &P : Written)
      write(I, P, V.fresh(P.Var, P.Bits), V);
  }

  /// What is read after the end of \p B outside of the function, or at places that
  /// are not known.
  void leave(const CodeFunction &F, const CodeBlock &B, CodeValues &V) const {
    BitVector Live(RegisterSet::Count);
    if (B.Exit == CodeExit::Return)
      Live |= LiveOut;
    if (B.Exit == CodeExit::TailCall)
      (Live |= Regs.Arguments) |= Regs.Kept;
    if (B.Exit == CodeExit::Unknown ||
        any_of(B.Successors, [&](unsigned S) { return F.Blocks[S].Entered; }))
      Live.set();
    V.leave(Live);
  }

  const TargetIsa &Isa;
  const LiftOptions &Options;
  RegisterSet Regs;
  BitVector LiveOut;
  StringMap<unsigned> Opcodes;
  MCPhysReg Flags = 0;
  std::vector<std::unique_ptr<MCSubtargetInfo>> Subtargets;
};
} // namespace

Expected<std::string> liftToMir(const TargetIsa &Isa, const MachineCode &Code,
                                const LiftOptions &Options) {
  return Lifter(Isa, Options).run(Code);
}

} // namespace whittle
