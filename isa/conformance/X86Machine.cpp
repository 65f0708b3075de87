//===- isa/conformance/X86Machine.cpp - Real instructions on chosen registers -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Machine.h"
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
#include <csetjmp>
#include <csignal>
#include <cstring>
#include <sys/mman.h>

using namespace llvm;

namespace whittle {

static constexpr size_t MemorySize = 256 << 10;
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
    {"MOV32r0", "XOR32rr", "ddd", 0},
    {"MOV32r1", "MOV32ri", "d#", 1},
    {"MOV32r_1", "MOV32ri", "d#", -1},
};

//===----------------------------------------------------------------------===//
// Faults
//===----------------------------------------------------------------------===//

// A signal handler can reach nothing but static storage.
static thread_local sigjmp_buf *Escape = nullptr;

static void onFault(int Signal) {
  if (Escape)
    siglongjmp(*Escape, Signal);
  std::signal(Signal, SIG_DFL);
  std::raise(Signal);
}

/// Turns faults of the thread that made it into a return from runGuarded.
class X86Machine::FaultGuard {
public:
  FaultGuard() {
    stack_t Alternate{};
    Alternate.ss_sp = Stack;
    Alternate.ss_size = sizeof(Stack);
    sigaltstack(&Alternate, &OldStack);
    struct sigaction Action = {};
    Action.sa_handler = onFault;
    Action.sa_flags = SA_ONSTACK | SA_NODEFER;
    for (unsigned I = 0; I != NumSignals; ++I)
      sigaction(Signals[I], &Action, &Old[I]);
  }
  ~FaultGuard() {
    for (unsigned I = 0; I != NumSignals; ++I)
      sigaction(Signals[I], &Old[I], nullptr);
    sigaltstack(&OldStack, nullptr);
  }

private:
  static constexpr int Signals[] = {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP};
  static constexpr unsigned NumSignals = std::size(Signals);
  struct sigaction Old[NumSignals];
  stack_t OldStack{};
  alignas(16) char Stack[64 << 10];
};

using Code = void (*)(MachineState *);

/// Holds nothing that would need destruction when a fault leaves it.
static int runGuarded(Code Fn, MachineState *States, size_t N) {
  sigjmp_buf Here;
  // The handlers block nothing, so there is no signal mask to save.
  if (int Signal = sigsetjmp(Here, 0)) {
    Escape = nullptr;
    return Signal;
  }
  Escape = &Here;
  for (size_t I = 0; I != N; ++I)
    Fn(States + I);
  Escape = nullptr;
  return 0;
}

//===----------------------------------------------------------------------===//
// Encoding
//===----------------------------------------------------------------------===//

static Error makeError(const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

X86Machine::X86Machine() = default;

Expected<std::unique_ptr<X86Machine>> X86Machine::create(const TargetIsa &Isa) {
  std::unique_ptr<X86Machine> M(new X86Machine());
  if (Error E = M->open(Isa))
    return std::move(E);
  return M;
}

Error X86Machine::open(const TargetIsa &I) {
  Isa = &I;
  if (Isa->arch() != "x86_64" || Triple(sys::getProcessTriple()).getArch() != Triple::x86_64)
    return makeError("only rows of x86_64 can run, and only on such a CPU");
  std::string Features;
  for (const auto &F : sys::getHostCPUFeatures())
    if (F.second)
      Features += (Features.empty() ? "+" : ",+") + F.first().str();
  auto STI = Isa->subtarget("", Features);
  if (!STI)
    return STI.takeError();
  Host = std::move(*STI);
  VectorBits = Host->checkFeatures("+avx512f") ? 512 : Host->checkFeatures("+avx") ? 256 : 128;
  WideMasks = Host->checkFeatures("+avx512bw");

  const MCInstrInfo &MII = Isa->instrInfo();
  for (unsigned Op = 0; Op != MII.getNumOpcodes(); ++Op)
    Opcodes[MII.getName(Op)] = Op;
  const MCRegisterInfo &MRI = Isa->registerInfo();
  for (unsigned R = 1; R != MRI.getNumRegs(); ++R)
    Registers[MRI.getName(R)] = R;

  Triple T(Isa->defaultTriple());
  MCTargetOptions Options;
  AsmInfo.reset(Isa->llvmTarget().createMCAsmInfo(MRI, T, Options));
  Context = std::make_unique<MCContext>(T, AsmInfo.get(), &MRI, Host.get());
  Emitter.reset(Isa->llvmTarget().createMCCodeEmitter(MII, *Context));

  void *At = mmap(nullptr, MemorySize, PROT_READ | PROT_WRITE | PROT_EXEC,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (At == MAP_FAILED)
    return makeError("this system refuses memory that is writable and executable");
  Memory = static_cast<uint8_t *>(At);
  Guard = std::make_unique<FaultGuard>();
  return Error::success();
}

X86Machine::~X86Machine() {
  if (Memory)
    munmap(Memory, MemorySize);
}

std::string X86Machine::missing(const Row &R) const {
  SmallVector<StringRef, 4> Needed;
  StringRef(R.Features).split(Needed, ',', -1, false);
  std::string Lacks;
  for (StringRef F : Needed)
    if (!Host->checkFeatures(F.str()))
      Lacks += (Lacks.empty() ? "" : ",") + F.str();
  return Lacks;
}

unsigned X86Machine::regNamed(const Twine &Name) const { return Registers.lookup(Name.str()); }
unsigned X86Machine::opcodeNamed(StringRef Name) const { return Opcodes.lookup(Name); }

/// Register \p Number of its kind. RDI holds the state, RSP the stack; K0 cannot
/// be a write mask.
unsigned X86Machine::physReg(ValueType Ty, int Number) const {
  static const char *const Narrow[] = {"EAX", "ECX", "EDX", "ESI", "R8D", "R9D"};
  static const char *const Wide[] = {"RAX", "RCX", "RDX", "RSI", "R8", "R9"};
  switch (Ty.Kind) {
  case RegKind::Vec:
    return regNamed((Ty.Bits == 512 ? "ZMM" : Ty.Bits == 256 ? "YMM" : "XMM") + Twine(Number));
  case RegKind::Mask:
    return regNamed("K" + Twine(Number + 1));
  case RegKind::Gpr:
    return regNamed(Ty.Bits == 64 ? Wide[Number] : Narrow[Number]);
  default:
    return 0;
  }
}

void X86Machine::emit(const MCInst &I, SmallVectorImpl<char> &Code) const {
  SmallVector<MCFixup, 1> Fixups;
  Emitter->encodeInstruction(I, Code, Fixups, *Host);
  assert(Fixups.empty() && "an instruction on registers needs no fixup");
}

/// The whole register to or from the state.
void X86Machine::emitMemory(ValueType Ty, unsigned Number, bool Load, unsigned Offset,
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
  MCInst I;
  I.setOpcode(opcodeNamed(Name));
  MCOperand Reg = MCOperand::createReg(physReg(Whole, int(Number)));
  if (Load)
    I.addOperand(Reg);
  I.addOperand(MCOperand::createReg(regNamed("RDI")));
  I.addOperand(MCOperand::createImm(1));
  I.addOperand(MCOperand::createReg(0));
  I.addOperand(MCOperand::createImm(Offset));
  I.addOperand(MCOperand::createReg(0));
  if (!Load)
    I.addOperand(Reg);
  emit(I, Code);
}

bool X86Machine::emitRow(uint8_t Imm, SmallVectorImpl<char> &Code, std::string &Why) const {
  const Row &R = *Current;
  MCOperand Result = MCOperand::createReg(physReg(R.Def, ResultNumber));
  auto Input = [&](unsigned K) {
    if (int(K) == R.TiedUse)
      return Result;
    return MCOperand::createReg(physReg(R.Ins[K], int(K + 1)));
  };
  MCInst I;
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
    Result = MCOperand::createReg(physReg(*Type, ResultNumber));
    for (char Kind : StringRef(X->Operands))
      I.addOperand(Kind == 'd' ? Result : Kind == 'i' ? Input(0) : MCOperand::createImm(X->Imm));
  } else {
    I.setOpcode(R.Opcode);
    I.addOperand(Result);
    unsigned K = 0;
    for (const OperandSpec &U : R.Uses)
      I.addOperand(U.K == OperandSpec::Reg   ? Input(K++)
                   : U.K == OperandSpec::Imm ? MCOperand::createImm(Imm)
                                             : MCOperand::createImm(U.Value));
  }
  for (const MCOperand &Op : I)
    if (Op.isReg() && !Op.getReg()) {
      Why = "an operand has no register to stand in";
      return false;
    }
  emit(I, Code);
  return true;
}

bool X86Machine::load(const Row &R, std::string &Why) {
  Current = &R;
  Place.fill(~0u);
  Used = 0;
  if (R.readsMemory()) {
    Why = "an operand in memory";
    return false;
  }
  if (R.Ins.size() > MachineState::MaxIns || R.NumImms > 1) {
    Why = "more operands than the frame around the instruction has";
    return false;
  }
  Prologue.clear();
  for (auto [K, Ty] : enumerate(R.Ins))
    if (int(K) != R.TiedUse)
      emitMemory(Ty, unsigned(K + 1), true, unsigned(offsetof(MachineState, In) + K * 64),
                 Prologue);
  unsigned From = R.TiedUse >= 0 ? unsigned(offsetof(MachineState, In)) + unsigned(R.TiedUse) * 64
                                 : unsigned(offsetof(MachineState, Before));
  emitMemory(R.Def, ResultNumber, true, From, Prologue);
  Epilogue.clear();
  emitMemory(R.Def, ResultNumber, false, unsigned(offsetof(MachineState, After)), Epilogue);
  MCInst I;
  if (VectorBits > 128) {
    I.setOpcode(opcodeNamed("VZEROUPPER"));
    emit(I, Epilogue);
  }
  I.setOpcode(opcodeNamed("RET64"));
  emit(I, Epilogue);
  SmallVector<char, 16> Probe;
  return emitRow(0, Probe, Why);
}

int X86Machine::run(MutableArrayRef<MachineState> States, uint8_t Imm) {
  assert(Current && "load() comes first");
  if (!Current->NumImms)
    Imm = 0;
  if (Place[Imm] == ~0u) {
    SmallVector<char, 256> Bytes(Prologue.begin(), Prologue.end());
    std::string Why;
    [[maybe_unused]] bool Encoded = emitRow(Imm, Bytes, Why);
    assert(Encoded && "load() has encoded it");
    Bytes.append(Epilogue);
    if (Used + Bytes.size() > MemorySize) {
      Place.fill(~0u);
      Used = 0;
    }
    std::memcpy(Memory + Used, Bytes.data(), Bytes.size());
    Place[Imm] = uint32_t(Used);
    Used += alignTo(Bytes.size(), 16);
  }
  return runGuarded(reinterpret_cast<Code>(Memory + Place[Imm]), States.data(), States.size());
}

} // namespace whittle
