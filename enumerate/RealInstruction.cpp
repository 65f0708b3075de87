//===- enumerate/RealInstruction.cpp - The host's own instructions ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Instructions are encoded by LLVM's MC layer on registers of our choice and written as
// bytes, so that any row does without a list of intrinsics. Masks come and go in general
// registers.
//
//===----------------------------------------------------------------------===//

#include "enumerate/RealInstruction.h"
#include "isa/Meaning.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCFixup.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace whittle {

namespace {
/// How instructions are done by others, by what their names begin with.
struct Part {
  StringRef Stem; ///< without the V of VEX and EVEX
  RealInstruction::How Way;
  StringRef PartStem;     ///< the other's, or none: the row's own
  uint8_t ImmMask = 0;    ///< the bits of the immediate that are read
  unsigned Selectors = 0; ///< RealInstruction::Selectors
};
} // namespace

using enum RealInstruction::How;
static const Part Parts[] = {
    {"AESENC", Lanes, "VAESENC"},
    {"AESENCLAST", Lanes, "VAESENCLAST"},
    {"AESDEC", Lanes, "VAESDEC"},
    {"AESDECLAST", Lanes, "VAESDECLAST"},
    {"PCLMULQDQ", Lanes, "VPCLMULQDQ", 0x11},
    {"GF2P8AFFINEQB", Sum, ""},
    {"GF2P8AFFINEINVQB", Inverse, "VAESENCLAST"},
    {"PERMB", Words, "VPERMW"},
    {"PERMI2B", Words, "VPERMI2W"},
    {"PERMT2B", Words, "VPERMT2W", 0, 1},
    {"SHUFPS", Moves, "VPERMT2D", 0, 1},
    {"SHUFPD", Moves, "VPERMT2D", 0, 1},
    {"SHUFF32X4", Moves, "VPERMT2D", 0, 1},
    {"SHUFI32X4", Moves, "VPERMT2D", 0, 1},
    {"SHUFF64X2", Moves, "VPERMT2D", 0, 1},
    {"SHUFI64X2", Moves, "VPERMT2D", 0, 1},
    {"PSHUFD", Moves, "VPERMT2D", 0, 1},
    {"PSHUFLW", Moves, "VPERMT2W", 0, 1},
    {"PSHUFHW", Moves, "VPERMT2W", 0, 1},
    {"PERMILPS", Moves, "VPERMT2D", 0, 1},
    {"PERMILPD", Moves, "VPERMT2D", 0, 1},
    {"PERMQ", Moves, "VPERMT2D", 0, 1},
    {"PERMPD", Moves, "VPERMT2D", 0, 1},
};

struct RealInstructions::Impl {
  const TargetIsa &Isa;
  std::unique_ptr<MCSubtargetInfo> Cpu; ///< none: nothing of this target runs here
  std::unique_ptr<MCAsmInfo> AsmInfo;
  std::unique_ptr<MCContext> Context;
  std::unique_ptr<MCCodeEmitter> Emitter;
  StringMap<unsigned> Registers;
  unsigned ToMask = 0, FromMask = 0; ///< KMOVQ
  std::mutex Lock;
  std::map<const Row *, std::unique_ptr<RealInstruction>> Known;

  explicit Impl(const TargetIsa &Isa) : Isa(Isa) {}
  void open();
  std::unique_ptr<RealInstruction> make(const Row &R) const;
  bool has(StringRef Features) const {
    return Features.empty() || Cpu->checkFeatures(Features.str());
  }
  RealInstruction wayOf(const Row &R) const;
  std::optional<std::string> code(const Row &R, uint8_t Imm) const;
  unsigned registerOf(ValueType Ty, unsigned Number) const;
  void append(const MCInst &I, std::string &Text) const;
  void move(unsigned Opcode, StringRef To, StringRef From, std::string &Text) const;
};

// A general register for each mask: the result's, then the inputs'.
static constexpr StringRef MaskHomes[] = {"RAX", "RCX", "RDX", "RSI", "R8"};

RealInstructions::RealInstructions(const TargetIsa &Isa) : I(std::make_unique<Impl>(Isa)) {
  I->open();
}
RealInstructions::~RealInstructions() = default;

void RealInstructions::Impl::open() {
  Triple Host(sys::getProcessTriple());
  if (Isa.arch() != "x86_64" || Host.getArch() != Triple::x86_64)
    return;
  std::string Features;
  for (const auto &F : sys::getHostCPUFeatures())
    Features += (Features.empty() ? "" : ",") + std::string(F.second ? "+" : "-") + F.first().str();
  auto STI = Isa.subtarget("", Features);
  if (!STI) {
    consumeError(STI.takeError());
    return;
  }
  const MCInstrInfo &MII = Isa.instrInfo();
  for (unsigned Op = 0; Op != MII.getNumOpcodes(); ++Op)
    if (StringRef Name = MII.getName(Op); Name == "KMOVQkr")
      ToMask = Op;
    else if (Name == "KMOVQrk")
      FromMask = Op;
  const MCRegisterInfo &MRI = Isa.registerInfo();
  for (unsigned R = 1; R != MRI.getNumRegs(); ++R)
    Registers[MRI.getName(R)] = R;
  MCTargetOptions Options;
  AsmInfo.reset(Isa.llvmTarget().createMCAsmInfo(MRI, Host, Options));
  Context = std::make_unique<MCContext>(Host, AsmInfo.get(), &MRI, STI->get());
  Emitter.reset(Isa.llvmTarget().createMCCodeEmitter(MII, *Context));
  Cpu = std::move(*STI);
}

static StringRef evexName(unsigned Bits) {
  return Bits == 512 ? "Z" : Bits == 256 ? "Z256" : "Z128";
}

/// What is to be encoded for \p R, and how it is used; no code yet.
RealInstruction RealInstructions::Impl::wayOf(const Row &R) const {
  RealInstruction Real;
  Real.R = &R;
  for (const Part &P : Parts) {
    StringRef Form = R.opcodeName();
    Form.consume_front("V");
    if (!Form.consume_front(P.Stem))
      continue;
    StringRef Operands = Form.take_back(Form.size() - std::min(Form.find('r'), Form.size()));
    StringRef Width = Form.drop_back(Operands.size());
    bool Masked = Operands.consume_back("kz") || Operands.consume_back("k");
    const bool HasImm = Operands == "ri" || Operands == "rri";
    if (!is_contained({"", "Y", "Z", "Z128", "Z256"}, Width) || !(Operands == "rr" || HasImm))
      continue;
    Real.ImmMask = P.ImmMask;
    auto Use = [&](const Twine &Name) {
      const Row *Of = Isa.find(Name.str());
      if (!Of)
        return;
      Real.R = Of;
      Real.Way = P.Way;
      Real.Selectors = P.Selectors;
      Real.Masked = Masked;
    };
    switch (P.Way) {
    case Itself:
      break;
    case Lanes:
      if (!has(R.Features)) // else the row itself is best
        Use(P.PartStem + Operands);
      break;
    case Words:
      if (!has(R.Features))
        Use(P.PartStem + Width + Operands);
      break;
    case Inverse:
      if (!has(R.Features)) {
        Use(P.PartStem + Twine("rr"));
        Real.Then = Isa.find(("VGF2P8AFFINEQB" + Form).str());
        break;
      }
      [[fallthrough]];
    case Sum:
      Use(R.opcodeName().drop_back(Form.size() - Width.size() - Operands.size()));
      Real.Way = Sum;
      break;
    case Moves:
      if (HasImm) // else selectors are values
        Use(P.PartStem + evexName(R.Def.Bits) + "rr");
      break;
    }
    break;
  }
  return Real;
}

/// Register \p Number of its kind; 0: the result's.
unsigned RealInstructions::Impl::registerOf(ValueType Ty, unsigned Number) const {
  const char *Kind = Ty.Kind == RegKind::Mask ? "K"
                     : Ty.Bits == 512         ? "ZMM"
                     : Ty.Bits == 256         ? "YMM"
                                              : "XMM";
  // K0 cannot be a write mask.
  return Registers.lookup((Kind + Twine(Ty.Kind == RegKind::Mask ? Number + 1 : Number)).str());
}

void RealInstructions::Impl::append(const MCInst &I, std::string &Text) const {
  SmallVector<char, 16> Code;
  SmallVector<MCFixup, 1> Fixups;
  Emitter->encodeInstruction(I, Code, Fixups, *Cpu);
  assert(Fixups.empty() && "an instruction on registers needs no fixup");
  for (char C : Code)
    Text += (Text.empty() ? ".byte " : ",") + std::to_string(uint8_t(C));
}

void RealInstructions::Impl::move(unsigned Opcode, StringRef To, StringRef From,
                                  std::string &Text) const {
  MCInst I;
  I.setOpcode(Opcode);
  I.addOperand(MCOperand::createReg(Registers.lookup(To)));
  I.addOperand(MCOperand::createReg(Registers.lookup(From)));
  append(I, Text);
}

static std::string maskName(unsigned Number) { return "K" + std::to_string(Number + 1); }

std::optional<std::string> RealInstructions::Impl::code(const Row &R, uint8_t Imm) const {
  std::string Text;
  for (auto [K, Ty] : enumerate(R.Ins))
    if (Ty.Kind == RegKind::Mask) {
      unsigned Number = int(K) == R.TiedUse ? 0 : unsigned(K) + 1;
      move(ToMask, maskName(Number), MaskHomes[Number], Text);
    }
  MCInst I;
  I.setOpcode(R.Opcode);
  I.addOperand(MCOperand::createReg(registerOf(R.Def, 0)));
  unsigned K = 0;
  for (const OperandSpec &U : R.Uses) {
    switch (U.K) {
    case OperandSpec::Reg:
      I.addOperand(MCOperand::createReg(registerOf(R.Ins[K], int(K) == R.TiedUse ? 0 : K + 1)));
      ++K;
      break;
    case OperandSpec::Imm:
      I.addOperand(MCOperand::createImm(Imm));
      break;
    case OperandSpec::Fixed:
      I.addOperand(MCOperand::createImm(U.Value));
      break;
    case OperandSpec::Mem:
      return std::nullopt;
    }
  }
  append(I, Text);
  if (R.Def.Kind == RegKind::Mask)
    move(FromMask, MaskHomes[0], maskName(0), Text);
  return Text;
}

std::unique_ptr<RealInstruction> RealInstructions::Impl::make(const Row &Whole) const {
  if (!Cpu)
    return nullptr;
  auto New = std::make_unique<RealInstruction>(wayOf(Whole));
  const Row *R = New->R;
  auto Whole128 = [](ValueType Ty) { return Ty.Kind == RegKind::Vec && Ty.Bits >= 128; };
  auto Mask = [](ValueType Ty) { return Ty.Kind == RegKind::Mask; };
  bool Masks = Mask(R->Def) || any_of(R->Ins, Mask);
  if (R->isGeneric() || R->isWave() || !R->inWindows() || R->readsMemory() || R->ReadsMXCSR ||
      R->DefinedBits || R->NumDefs != 1 || R->Ins.size() >= std::size(MaskHomes) ||
      Isa.instrInfo().get(R->Opcode).isPseudo() || !has(R->Features) ||
      (Masks && !has("+avx512bw")) || (R->NumImms && !New->ImmMask && New->Way != Sum) ||
      (New->Way == Inverse && !New->Then) || !(Whole128(R->Def) || Mask(R->Def)) ||
      !all_of(R->Ins, [&](ValueType Ty) { return Whole128(Ty) || Mask(Ty); }))
    return nullptr;
  // All values of the bits that matter.
  for (unsigned Imm = 0; Imm != 256; ++Imm)
    if ((Imm & ~unsigned(New->ImmMask)) == 0) {
      auto Text = code(*R, uint8_t(Imm));
      if (!Text)
        return nullptr;
      New->Forms.push_back({uint8_t(Imm), std::move(*Text)});
    }
  auto Home = [&](ValueType Ty, unsigned Number) {
    std::string Name =
        Mask(Ty) ? MaskHomes[Number].str() : Isa.registerInfo().getName(registerOf(Ty, Number));
    return "{" + StringRef(Name).lower() + "}";
  };
  New->Constraints = "=" + Home(R->Def, 0);
  for (auto [K, Ty] : enumerate(R->Ins))
    New->Constraints += "," + (int(K) == R->TiedUse ? "0" : Home(Ty, unsigned(K) + 1));
  for (unsigned Number = 0; Masks && Number <= R->Ins.size(); ++Number)
    New->Constraints += ",~{" + StringRef(maskName(Number)).lower() + "}";
  New->Constraints += ",~{flags}";
  return New;
}

const RealInstruction *RealInstructions::find(const Row &R) {
  std::lock_guard<std::mutex> Guard(I->Lock);
  auto [It, New] = I->Known.try_emplace(&R);
  if (New)
    It->second = I->make(R);
  return It->second.get();
}

/// Instructions of a function and of those that it calls, each as often as it does.
static size_t lengthOf(const Function &F) {
  size_t Length = 0;
  for (const Instruction &I : instructions(F)) {
    auto *Call = dyn_cast<CallInst>(&I);
    const Function *Callee = Call ? Call->getCalledFunction() : nullptr;
    Length += Callee && !Callee->isDeclaration() ? lengthOf(*Callee) : 1;
  }
  return Length;
}

bool isSlow(const Row &R) {
  // Most of LLVM's are one of the host's for a whole register.
  static constexpr size_t Long = 30;
  LLVMContext C;
  Module M("row", C);
  return lengthOf(*buildMeaning(M, R)) > Long;
}

} // namespace whittle
