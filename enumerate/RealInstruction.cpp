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
#include "llvm/IR/InlineAsm.h"
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
/// Instructions in parts, by what their names begin with.
struct Part {
  StringRef Stem;
  RealInstruction::How Way;
  StringRef PartStem;
  uint8_t ImmMask;    ///< the bits of the immediate that are read
  unsigned Selectors; ///< RealInstruction::Selectors
};
} // namespace

static const Part Parts[] = {
    {"VAESENC", RealInstruction::Lanes, "VAESENC", 0, 0},
    {"VAESENCLAST", RealInstruction::Lanes, "VAESENCLAST", 0, 0},
    {"VAESDEC", RealInstruction::Lanes, "VAESDEC", 0, 0},
    {"VAESDECLAST", RealInstruction::Lanes, "VAESDECLAST", 0, 0},
    {"PCLMULQDQ", RealInstruction::Itself, "PCLMULQDQ", 0x11, 0},
    {"VPCLMULQDQ", RealInstruction::Lanes, "VPCLMULQDQ", 0x11, 0},
    {"VPERMB", RealInstruction::Words, "VPERMW", 0, 0},
    {"VPERMI2B", RealInstruction::Words, "VPERMI2W", 0, 0},
    {"VPERMT2B", RealInstruction::Words, "VPERMT2W", 0, 1},
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

/// What is to be encoded for \p R, and how it is used; no code yet.
RealInstruction RealInstructions::Impl::wayOf(const Row &R) const {
  RealInstruction Real;
  Real.R = &R;
  for (const Part &P : Parts) {
    StringRef Form = R.opcodeName(), Width;
    if (!Form.consume_front(P.Stem))
      continue;
    for (StringRef W : {"Z256", "Z128", "Z", "Y"})
      if (Form.consume_front(W)) {
        Width = W;
        break;
      }
    const bool Lanes = P.Way == RealInstruction::Lanes;
    bool Masked =
        P.Way == RealInstruction::Words && (Form.consume_back("kz") || Form.consume_back("k"));
    if (Form != "rr" && Form != "rri")
      continue;
    Real.ImmMask = P.ImmMask;
    // The row itself is best.
    if (has(R.Features))
      break;
    if (const Row *Of = Isa.find((P.PartStem + (Lanes ? "" : Width) + Form).str())) {
      Real.R = Of;
      Real.Way = P.Way;
      Real.Selectors = P.Selectors;
      Real.Masked = Masked;
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
      (Masks && !has("+avx512bw")) || (R->NumImms && !New->ImmMask) ||
      !(Whole128(R->Def) || Mask(R->Def)) ||
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

/// One instruction on operands of its own types; by the immediate, if it has one.
static Value *emitOne(IRBuilderBase &B, const RealInstruction &Real, ArrayRef<Value *> Ops,
                      Value *Imm) {
  LLVMContext &C = B.getContext();
  SmallVector<Type *, 4> Types;
  for (Value *Op : Ops)
    Types.push_back(Op->getType());
  auto *FT = FunctionType::get(Real.R->Def.irType(C), Types, false);
  auto Call = [&](const std::string &Text) {
    return B.CreateCall(InlineAsm::get(FT, Text, Real.Constraints, /*hasSideEffects=*/false), Ops);
  };
  if (!Real.ImmMask)
    return Call(Real.Forms.front().second);
  // The last form stands for all that are not named.
  Function *F = B.GetInsertBlock()->getParent();
  auto *End = BasicBlock::Create(C, "", F), *Last = BasicBlock::Create(C, "", F);
  auto *Switch = B.CreateSwitch(B.CreateAnd(Imm, Real.ImmMask), Last);
  auto *Result = PHINode::Create(FT->getReturnType(), unsigned(Real.Forms.size()), "", End);
  for (const auto &[Value, Text] : Real.Forms) {
    BasicBlock *Here = Last;
    if (&Text != &Real.Forms.back().second) {
      Here = BasicBlock::Create(C, "", F);
      Switch->addCase(B.getInt64(Value), Here);
    }
    B.SetInsertPoint(Here);
    Result->addIncoming(Call(Text), Here);
    B.CreateBr(End);
  }
  B.SetInsertPoint(End);
  return Result;
}

/// In each 128 bits; vectors are of dwords.
static Value *emitLanes(IRBuilderBase &B, const RealInstruction &Real, unsigned Lanes,
                        ArrayRef<Value *> Ops, Value *Imm) {
  Value *Result = nullptr;
  for (unsigned Lane = 0; Lane != Lanes; ++Lane) {
    SmallVector<Value *, 4> Of;
    for (Value *Op : Ops) {
      int From = int(4 * Lane);
      Of.push_back(B.CreateShuffleVector(Op, {From, From + 1, From + 2, From + 3}));
    }
    Value *X = emitOne(B, Real, Of, Imm);
    SmallVector<int, 16> Wider, Merge;
    for (int K = 0, N = int(4 * Lanes); K != N; ++K) {
      Wider.push_back(K % 4);
      Merge.push_back(unsigned(K) / 4 == Lane ? N + K : K);
    }
    X = B.CreateShuffleVector(X, Wider);
    Result = Result ? B.CreateShuffleVector(Result, X, Merge) : X;
  }
  return Result;
}

/// The word that has the byte, shifted so that it is the low one.
static Value *emitBytes(IRBuilderBase &B, const RealInstruction &Real, ArrayRef<Value *> Ops) {
  Value *Bytes = Ops[Real.Selectors];
  auto *Words = FixedVectorType::get(B.getInt16Ty(), Real.R->Def.Bits / 16);
  auto Splat = [&](uint64_t X) { return ConstantInt::get(Words, X); };
  Value *Selectors = B.CreateBitCast(Bytes, Words);
  auto Half = [&](Value *Selector) {
    SmallVector<Value *, 4> Of(Ops);
    Of[Real.Selectors] = B.CreateBitCast(B.CreateLShr(Selector, Splat(1)), Bytes->getType());
    Value *X = B.CreateBitCast(emitOne(B, Real, Of, nullptr), Words);
    Value *Odd = B.CreateShl(B.CreateAnd(Selector, Splat(1)), Splat(3));
    return B.CreateAnd(B.CreateLShr(X, Odd), Splat(0xff));
  };
  Value *Even = Half(B.CreateAnd(Selectors, Splat(0xff)));
  Value *Odd = B.CreateShl(Half(B.CreateLShr(Selectors, Splat(8))), Splat(8));
  return B.CreateBitCast(B.CreateOr(Even, Odd), Bytes->getType());
}

/// The same under a mask, if there is one: else what a tied operand has, or 0.
static Value *emitWords(IRBuilderBase &B, const RealInstruction &Real, const Row &Whole,
                        ArrayRef<Value *> Ops) {
  if (!Real.Masked)
    return emitBytes(B, Real, Ops);
  SmallVector<Value *, 4> Of(Ops);
  auto IsMask = [](ValueType Ty) { return Ty.Kind == RegKind::Mask; };
  auto At = find_if(Whole.Ins, IsMask) - Whole.Ins.begin();
  Value *Mask = Ops[size_t(At)];
  Of.erase(Of.begin() + At);
  // Some overwrite one of their own operands.
  if (Of.size() != Real.R->Ins.size())
    Of.erase(Of.begin() + Whole.TiedUse);
  auto *Bytes = FixedVectorType::get(B.getInt8Ty(), Whole.Def.Bits / 8);
  Value *X = B.CreateBitCast(emitBytes(B, Real, Of), Bytes);
  Value *Else = Constant::getNullValue(Bytes);
  if (Whole.TiedUse >= 0 && !Whole.opcodeName().ends_with("kz"))
    Else = B.CreateBitCast(Ops[size_t(Whole.TiedUse)], Bytes);
  Mask = B.CreateTrunc(Mask, B.getIntNTy(Whole.Def.Bits / 8));
  Mask = B.CreateBitCast(Mask, FixedVectorType::get(B.getInt1Ty(), Whole.Def.Bits / 8));
  return B.CreateBitCast(B.CreateSelect(Mask, X, Else), Ops.back()->getType());
}

Value *RealInstruction::emit(IRBuilderBase &B, const Row &Whole, ArrayRef<Value *> Ops,
                             ArrayRef<Value *> Imms) const {
  Value *Imm = Imms.empty() ? nullptr : Imms.front();
  switch (Way) {
  case Itself:
    return emitOne(B, *this, Ops, Imm);
  case Lanes:
    return emitLanes(B, *this, Whole.Def.Bits / 128, Ops, Imm);
  case Words:
    return emitWords(B, *this, Whole, Ops);
  }
  llvm_unreachable("no such way");
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
  static constexpr size_t Long = 40;
  LLVMContext C;
  Module M("row", C);
  return lengthOf(*buildMeaning(M, R)) > Long;
}

} // namespace whittle
