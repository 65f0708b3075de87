//===- isa/conformance/X86Encoder.cpp - A row's instruction in a frame --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Encoder.h"
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
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace whittle {

// The result's register; input I is one further for each I.
static constexpr unsigned ResultNumber = 0;

/// Pseudo opcodes run as the instruction that LLVM expands them to. Operands: d
/// is the result's register, i the first input's, # the immediate.
static const struct {
  const char *Pseudo, *Real, *Operands;
  int64_t Imm;
} Expansions[] = {
    {"V_SET0", "XORPSrr", "ddd", 0},
    {"AVX_SET0", "VXORPSrr", "ddd", 0},
    {"AVX512_128_SET0", "VXORPSrr", "ddd", 0},
    {"AVX512_256_SET0", "VXORPSrr", "ddd", 0},
    {"AVX512_512_SET0", "VXORPSrr", "ddd", 0},
    {"V_SETALLONES", "PCMPEQDrr", "ddd", 0},
    {"AVX1_SETALLONES", "VCMPPSYrri", "ddd#", 0xf},
    {"AVX2_SETALLONES", "VPCMPEQDYrr", "ddd", 0},
    {"AVX512_128_SETALLONES", "VPCMPEQDrr", "ddd", 0},
    {"AVX512_256_SETALLONES", "VPCMPEQDYrr", "ddd", 0},
    {"AVX512_512_SETALLONES", "VPTERNLOGDZrri", "dddd#", 0xff},
    {"AVX512_512_SEXT_MASK_32", "VPTERNLOGDZrrikz", "ddidd#", 0xff},
    {"AVX512_512_SEXT_MASK_64", "VPTERNLOGQZrrikz", "ddidd#", 0xff},
    {"KSET0B", "KXORBkk", "ddd", 0},
    {"KSET0W", "KXORWkk", "ddd", 0},
    {"KSET0D", "KXORDkk", "ddd", 0},
    {"KSET0Q", "KXORQkk", "ddd", 0},
    {"KSET1B", "KXNORBkk", "ddd", 0},
    {"KSET1W", "KXNORWkk", "ddd", 0},
    {"KSET1D", "KXNORDkk", "ddd", 0},
    {"KSET1Q", "KXNORQkk", "ddd", 0},
    {"FsFLD0SH", "XORPSrr", "ddd", 0},
    {"FsFLD0SS", "XORPSrr", "ddd", 0},
    {"FsFLD0SD", "XORPSrr", "ddd", 0},
    {"FsFLD0F128", "XORPSrr", "ddd", 0},
    {"AVX512_FsFLD0SH", "VXORPSrr", "ddd", 0},
    {"AVX512_FsFLD0SS", "VXORPSrr", "ddd", 0},
    {"AVX512_FsFLD0SD", "VXORPSrr", "ddd", 0},
    {"AVX512_FsFLD0F128", "VXORPSrr", "ddd", 0},
    {"MOV32r0", "XOR32rr", "ddd", 0},
    {"MOV32r1", "MOV32ri", "d#", 1},
    {"MOV32r_1", "MOV32ri", "d#", -1},
};

X86Encoder::X86Encoder() = default;
X86Encoder::~X86Encoder() = default;

void X86Encoder::open(const TargetIsa &I, std::unique_ptr<MCSubtargetInfo> TheCpu, uint64_t End) {
  Isa = &I;
  Cpu = std::move(TheCpu);
  GuardEnd = End;
  VectorBits = Cpu->checkFeatures("+avx512f") ? 512 : Cpu->checkFeatures("+avx") ? 256 : 128;
  WideMasks = Cpu->checkFeatures("+avx512bw");

  const MCInstrInfo &MII = Isa->instrInfo();
  for (unsigned Op = 0; Op != MII.getNumOpcodes(); ++Op)
    Opcodes[MII.getName(Op)] = Op;
  const MCRegisterInfo &MRI = Isa->registerInfo();
  for (unsigned R = 1; R != MRI.getNumRegs(); ++R)
    Registers[MRI.getName(R)] = R;

  Triple T(Isa->defaultTriple());
  MCTargetOptions Options;
  AsmInfo.reset(Isa->llvmTarget().createMCAsmInfo(MRI, T, Options));
  Context = std::make_unique<MCContext>(T, AsmInfo.get(), &MRI, Cpu.get());
  Emitter.reset(Isa->llvmTarget().createMCCodeEmitter(MII, *Context));
}

std::string X86Encoder::missing(const Row &R) const {
  SmallVector<StringRef, 4> Needed;
  StringRef(R.Features).split(Needed, ',', -1, false);
  std::string Lacks;
  for (StringRef F : Needed)
    if (!Cpu->checkFeatures(F.str()))
      Lacks += (Lacks.empty() ? "" : ",") + F.str();
  return Lacks;
}

unsigned X86Encoder::regNamed(const Twine &Name) const { return Registers.lookup(Name.str()); }
unsigned X86Encoder::opcodeNamed(StringRef Name) const { return Opcodes.lookup(Name); }

/// Register \p Number of its kind. RDI holds the state, R10 the address of a
/// memory operand, RSP the stack; K0 cannot be a write mask.
unsigned X86Encoder::physReg(ValueType Ty, int Number) const {
  static const char *const Gprs[][6] = {{"AL", "CL", "DL", "SIL", "R8B", "R9B"},
                                        {"AX", "CX", "DX", "SI", "R8W", "R9W"},
                                        {"EAX", "ECX", "EDX", "ESI", "R8D", "R9D"},
                                        {"RAX", "RCX", "RDX", "RSI", "R8", "R9"}};
  switch (Ty.Kind) {
  case RegKind::Vec:
    return regNamed((Ty.Bits == 512 ? "ZMM" : Ty.Bits == 256 ? "YMM" : "XMM") + Twine(Number));
  case RegKind::Mask:
    return regNamed("K" + Twine(Number + 1));
  case RegKind::Gpr:
    return regNamed(Gprs[Log2_32(Ty.Bits) - 3][Number]);
  default:
    return 0;
  }
}

void X86Encoder::emit(const MCInst &I, SmallVectorImpl<char> &Code) const {
  SmallVector<MCFixup, 1> Fixups;
  Emitter->encodeInstruction(I, Code, Fixups, *Cpu);
  assert(Fixups.empty() && "an instruction on registers needs no fixup");
}

static void addAddress(MCInst &I, unsigned Base, unsigned Offset) {
  I.addOperand(MCOperand::createReg(Base));
  I.addOperand(MCOperand::createImm(1));
  I.addOperand(MCOperand::createReg(0));
  I.addOperand(MCOperand::createImm(Offset));
  I.addOperand(MCOperand::createReg(0));
}

/// An instruction on Offset(Base) and, unless \p Reg is 0, a register.
void X86Encoder::emitAddressed(StringRef Opcode, unsigned Reg, bool RegFirst, StringRef Base,
                               unsigned Offset, SmallVectorImpl<char> &Code) const {
  MCInst I;
  I.setOpcode(opcodeNamed(Opcode));
  if (Reg && RegFirst)
    I.addOperand(MCOperand::createReg(Reg));
  addAddress(I, regNamed(Base), Offset);
  if (Reg && !RegFirst)
    I.addOperand(MCOperand::createReg(Reg));
  emit(I, Code);
}

/// The whole register to or from the state.
void X86Encoder::emitTransfer(ValueType Ty, unsigned Number, bool Load, unsigned Offset,
                              SmallVectorImpl<char> &Code) const {
  std::string Name;
  ValueType Whole = Ty;
  switch (Ty.Kind) {
  case RegKind::Vec:
    Whole.Bits = uint16_t(VectorBits);
    Name = VectorBits == 512 ? "VMOVDQU64Z" : VectorBits == 256 ? "VMOVDQUY" : "MOVDQU";
    Name += Load ? "rm" : "mr";
    break;
  case RegKind::Mask:
    Name = WideMasks ? "KMOVQ" : "KMOVW";
    Name += Load ? "km" : "mk";
    break;
  default:
    Whole.Bits = 64;
    Name = Load ? "MOV64rm" : "MOV64mr";
    break;
  }
  emitAddressed(Name, physReg(Whole, int(Number)), Load, "RDI", Offset, Code);
}

void X86Encoder::emitRegisters(StringRef Opcode, ArrayRef<MCOperand> Operands,
                               SmallVectorImpl<char> &Code) const {
  MCInst I;
  I.setOpcode(opcodeNamed(Opcode));
  for (const MCOperand &Op : Operands)
    I.addOperand(Op);
  emit(I, Code);
}

/// Sets the flags of FlagsMask, and no other: a trap flag would stop us. Destroys RAX.
void X86Encoder::emitFlagsBefore(SmallVectorImpl<char> &Code) const {
  MCOperand Eax = MCOperand::createReg(regNamed("EAX"));
  emitAddressed("MOV32rm", Eax.getReg(), true, "RDI", offsetof(MachineState, FlagsBefore), Code);
  emitRegisters("AND32ri", {Eax, Eax, MCOperand::createImm(MachineState::FlagsMask)}, Code);
  emitRegisters("PUSH64r", {MCOperand::createReg(regNamed("RAX"))}, Code);
  emitRegisters("POPF64", {}, Code);
}

/// Puts a memory operand of the state where it ends at the guard page, and its
/// address into R10. Destroys RAX.
void X86Encoder::emitGuardedCopy(unsigned Bytes, unsigned Offset,
                                 SmallVectorImpl<char> &Code) const {
  emitRegisters(
      "MOV64ri",
      {MCOperand::createReg(regNamed("R10")), MCOperand::createImm(int64_t(GuardEnd - Bytes))},
      Code);
  unsigned Step = std::min(Bytes, 8u);
  for (unsigned At = 0; At != Bytes; At += Step) {
    unsigned Reg = physReg({RegKind::Gpr, uint16_t(8 * Step)}, 0);
    std::string Move = "MOV" + std::to_string(8 * Step);
    emitAddressed(Move + "rm", Reg, true, "RDI", Offset + At, Code);
    emitAddressed(Move + "mr", Reg, false, "R10", At, Code);
  }
}

bool X86Encoder::encode(const Row &R, RegisterChoice Choose, uint8_t Imm,
                        SmallVectorImpl<char> &Code, std::string &Why) const {
  MCOperand Result = MCOperand::createReg(Choose(R.Def, -1));
  auto Input = [&](unsigned K) {
    if (int(K) == R.TiedUse)
      return Result;
    return MCOperand::createReg(Choose(R.Ins[K], int(K)));
  };
  MCInst I;
  bool Whole = true;
  if (Isa->instrInfo().get(R.Opcode).isPseudo()) {
    const auto *X = find_if(Expansions, [&](const auto &E) { return R.Name == E.Pseudo; });
    if (X == std::end(Expansions)) {
      Why = "a pseudo opcode without an encoding";
      return false;
    }
    I.setOpcode(opcodeNamed(X->Real));
    // The expansion may name the register by another width.
    const MCInstrDesc &D = Isa->instrInfo().get(I.getOpcode());
    auto Type = Isa->typeOfRegClass(unsigned(Isa->instrInfo().getOpRegClassID(D.operands()[0], 0)));
    Result = MCOperand::createReg(Choose(*Type, -1));
    for (char Kind : StringRef(X->Operands))
      I.addOperand(Kind == 'd' ? Result : Kind == 'i' ? Input(0) : MCOperand::createImm(X->Imm));
    Whole = all_of(I, [](const MCOperand &Op) { return !Op.isReg() || Op.getReg(); });
  } else {
    I.setOpcode(R.Opcode);
    unsigned K = 0;
    auto Add = [&](MCOperand Op) {
      Whole &= !Op.isReg() || Op.getReg();
      I.addOperand(Op);
    };
    if (!R.GivesFlags)
      Add(Result);
    for (const OperandSpec &U : R.Uses)
      switch (U.K) {
      case OperandSpec::Reg:
        Add(Input(K++));
        break;
      case OperandSpec::Mem:
        addAddress(I, regNamed("R10"), 0);
        ++K;
        break;
      case OperandSpec::Imm:
        Add(MCOperand::createImm(Imm));
        break;
      case OperandSpec::Fixed:
        Add(MCOperand::createImm(U.Value));
        break;
      }
  }
  if (!Whole) {
    Why = "an operand has no register to stand in";
    return false;
  }
  emit(I, Code);
  return true;
}

static unsigned inOffset(unsigned K) { return unsigned(offsetof(MachineState, In)) + K * 64; }

bool X86Encoder::load(const Row &R, std::string &Why) {
  Current = &R;
  if (R.Ins.size() > MachineState::MaxIns || R.NumImms > 1) {
    Why = "more operands than the frame around the instruction has";
    return false;
  }
  SmallVector<bool, 8> InMemory;
  for (const OperandSpec &U : R.Uses)
    if (U.K == OperandSpec::Reg || U.K == OperandSpec::Mem)
      InMemory.push_back(U.K == OperandSpec::Mem);
  Prologue.clear();
  emitFlagsBefore(Prologue);
  // Loads and stores leave flags alone.
  for (auto [K, Ty] : enumerate(R.Ins))
    if (InMemory[K])
      emitGuardedCopy(Ty.bytes(), inOffset(unsigned(K)), Prologue);
  for (auto [K, Ty] : enumerate(R.Ins))
    if (int(K) != R.TiedUse && !InMemory[K])
      emitTransfer(Ty, unsigned(K + 1), true, inOffset(unsigned(K)), Prologue);
  if (!R.GivesFlags)
    emitTransfer(R.Def, ResultNumber, true,
                 R.TiedUse >= 0 ? inOffset(unsigned(R.TiedUse))
                                : unsigned(offsetof(MachineState, Before)),
                 Prologue);
  Epilogue.clear();
  emitRegisters("PUSHF64", {}, Epilogue);
  emitAddressed("POP64rmm", 0, false, "RDI", offsetof(MachineState, FlagsAfter), Epilogue);
  if (!R.GivesFlags)
    emitTransfer(R.Def, ResultNumber, false, offsetof(MachineState, After), Epilogue);
  if (VectorBits > 128)
    emitRegisters("VZEROUPPER", {}, Epilogue);
  emitRegisters("RET64", {}, Epilogue);
  SmallVector<char, 16> Probe;
  return encode(R, [&](ValueType Ty, int Input) { return physReg(Ty, Input + 1); }, 0, Probe, Why);
}

void X86Encoder::code(uint8_t Imm, SmallVectorImpl<char> &Code) const {
  assert(Current && "load() comes first");
  Code.append(Prologue.begin(), Prologue.end());
  std::string Why;
  [[maybe_unused]] bool Encoded = encode(
      *Current, [&](ValueType Ty, int Input) { return physReg(Ty, Input + 1); }, Imm, Code, Why);
  assert(Encoded && "load() has encoded it");
  Code.append(Epilogue.begin(), Epilogue.end());
}

} // namespace whittle
