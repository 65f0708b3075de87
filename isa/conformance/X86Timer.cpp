//===- isa/conformance/X86Timer.cpp - Core cycles of a piece of code -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Timer.h"
#include "isa/conformance/X86Inputs.h"
#include "llvm/MC/MCInst.h"
#include "llvm/TargetParser/Host.h"
#include <algorithm>
#include <cstring>
#include <sys/mman.h>

using namespace llvm;

namespace whittle {

/// What the code loads and stores; RDI holds its address throughout.
struct alignas(64) X86Timer::Frame {
  uint8_t Vec[32][64];
  uint64_t Gpr[16];
  uint64_t Mask[8];
  uint64_t Address; ///< of memory operands
  uint64_t Iterations, Start, End;
};

// The reference: this many dependent adds, in this many turns.
static constexpr unsigned ReferenceAdds = 64, ReferenceTurns = 40;
// The second half of the memory is the body under test.
static constexpr size_t EmptyAt = 16 << 10, BodyAt = 32 << 10, MemorySize = 256 << 10;

// RAX, RCX and RDX are left to implicit operands, R10 is the address of memory
// operands, R15 counts.
ArrayRef<const char *> X86Timer::gprs() {
  static const char *const Names[] = {"RBX", "RSI", "RBP", "R8", "R9", "R11", "R12", "R13", "R14"};
  return Names;
}

X86Timer::X86Timer(X86Machine &M) : M(M), State(std::make_unique<Frame>()) {}

X86Timer::~X86Timer() {
  if (Memory)
    munmap(Memory, MemorySize);
}

Expected<std::unique_ptr<X86Timer>> X86Timer::create(X86Machine &M) {
  std::unique_ptr<X86Timer> T(new X86Timer(M));
  if (Error E = T->open())
    return std::move(E);
  return T;
}

Error X86Timer::open() {
  StringMap<bool> Features = sys::getHostCPUFeatures();
  HasMasks = Features.lookup("avx512f");
  WideMasks = Features.lookup("avx512bw");
  void *At = mmap(nullptr, MemorySize, PROT_READ | PROT_WRITE | PROT_EXEC,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (At == MAP_FAILED)
    return createStringError(inconvertibleErrorCode(),
                             "this system refuses memory that is writable and executable");
  Memory = static_cast<uint8_t *>(At);
  SmallVector<char, 256> Adds;
  for (unsigned I = 0; I != ReferenceAdds; ++I) {
    MCInst Add;
    Add.setOpcode(M.opcodeNamed("ADD64rr"));
    for (const char *Name : {"RBX", "RBX", "RSI"})
      Add.addOperand(MCOperand::createReg(M.regNamed(Name)));
    M.emit(Add, Adds);
  }
  Setup Plain{M.vectorBits() > 128, Data::Integer};
  Reference = place(Adds, Plain, 0);
  Empty = place({}, Plain, EmptyAt);
  return Error::success();
}

static void append(SmallVectorImpl<char> &Code, std::initializer_list<int> Bytes) {
  for (int B : Bytes)
    Code.push_back(char(B));
}
static void append32(SmallVectorImpl<char> &Code, int32_t Value) {
  char Bytes[4];
  std::memcpy(Bytes, &Value, 4);
  Code.append(Bytes, Bytes + 4);
}

void X86Timer::emitLoads(const Setup &S, SmallVectorImpl<char> &Code) const {
  auto Load = [&](StringRef Opcode, const Twine &Reg, size_t Offset) {
    MCInst I;
    I.setOpcode(M.opcodeNamed(Opcode));
    I.addOperand(MCOperand::createReg(M.regNamed(Reg)));
    I.addOperand(MCOperand::createReg(M.regNamed("RDI")));
    I.addOperand(MCOperand::createImm(1));
    I.addOperand(MCOperand::createReg(0));
    I.addOperand(MCOperand::createImm(int64_t(Offset)));
    I.addOperand(MCOperand::createReg(0));
    M.emit(I, Code);
  };
  unsigned Bits = S.Vex ? M.vectorBits() : 128;
  for (unsigned I = 0, E = Bits == 512 ? 32 : 16; I != E; ++I)
    Load(!S.Vex        ? "MOVDQUrm"
         : Bits == 512 ? "VMOVDQU64Zrm"
                       : "VMOVDQUYrm",
         (Bits == 512   ? "ZMM"
          : Bits == 256 ? "YMM"
                        : "XMM") +
             Twine(I),
         offsetof(Frame, Vec) + I * 64);
  for (auto [I, Name] : enumerate(gprs()))
    Load("MOV64rm", Name, offsetof(Frame, Gpr) + I * 8);
  Load("MOV64rm", "R10", offsetof(Frame, Address));
  for (unsigned I = 0; I != masks(); ++I)
    Load(WideMasks ? "KMOVQkm" : "KMOVWkm", "K" + Twine(I + 1), offsetof(Frame, Mask) + I * 8);
}

/// Loads of the registers, the clock, the loop, the clock.
SmallVector<char, 0> X86Timer::wrap(ArrayRef<char> Body, const Setup &S) const {
  SmallVector<char, 0> Code;
  auto ReadClock = [&](size_t Offset) {
    append(Code, {0x0f, 0xae, 0xe8});       // lfence
    append(Code, {0x0f, 0x31});             // rdtsc
    append(Code, {0x48, 0xc1, 0xe2, 0x20}); // shl rdx, 32
    append(Code, {0x48, 0x09, 0xd0});       // or rax, rdx
    append(Code, {0x48, 0x89, 0x87});       // mov [rdi + Offset], rax
    append32(Code, int32_t(Offset));
  };
  bool Vectors = M.vectorBits() > 128;
  // push rbx, rbp, r12 to r15
  append(Code, {0x53, 0x55, 0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57});
  if (Vectors)
    append(Code, {0xc5, 0xf8, 0x77}); // vzeroupper
  emitLoads(S, Code);
  append(Code, {0x4c, 0x8b, 0xbf}); // mov r15, [rdi + Iterations]
  append32(Code, int32_t(offsetof(Frame, Iterations)));
  ReadClock(offsetof(Frame, Start));
  append(Code, {0x31, 0xc0, 0x31, 0xd2});                // xor eax, eax; xor edx, edx
  append(Code, {0xb9, 0x03, 0, 0, 0, 0x0f, 0xae, 0xe8}); // mov ecx, 3; lfence
  while (Code.size() % 64)
    Code.push_back(char(0x90));
  size_t Loop = Code.size();
  Code.append(Body.begin(), Body.end());
  append(Code, {0x49, 0xff, 0xcf, 0x0f, 0x85}); // dec r15; jnz Loop
  append32(Code, int32_t(Loop) - int32_t(Code.size() + 4));
  ReadClock(offsetof(Frame, End));
  if (Vectors)
    append(Code, {0xc5, 0xf8, 0x77});
  // pop r15 to r12, rbp, rbx; ret
  append(Code, {0x41, 0x5f, 0x41, 0x5e, 0x41, 0x5d, 0x41, 0x5c, 0x5d, 0x5b, 0xc3});
  return Code;
}

/// Values that no unit is slow on: nothing subnormal, and no quotient that ends
/// early.
void X86Timer::fill(Data D) {
  Random Rng(1);
  for (auto &Reg : State->Vec)
    for (unsigned At = 0; At != 64; At += 8) {
      uint64_t Noise = Rng.next(), Bits = Noise;
      if (D == Data::Half)
        Bits = 0x3c003c003c003c00 | (Noise & 0x00ff00ff00ff00ff);
      else if (D == Data::Single)
        Bits = 0x3f8000003f800000 | (Noise & 0x00000fff00000fff);
      else if (D == Data::Double)
        Bits = 0x3ff0000000000000 | (Noise & 0x000001ffffffffff);
      std::memcpy(Reg + At, &Bits, 8);
    }
  for (uint64_t &Reg : State->Gpr)
    Reg = Rng.next();
  State->Address = reinterpret_cast<uint64_t>(State->Vec);
  for (uint64_t &Reg : State->Mask)
    Reg = ~uint64_t(0);
}

X86Timer::Placed X86Timer::place(ArrayRef<char> Body, const Setup &S, size_t Offset) {
  SmallVector<char, 0> Code = wrap(Body, S);
  assert(Offset + Code.size() <= MemorySize && "bodies are a few hundred instructions");
  std::memcpy(Memory + Offset, Code.data(), Code.size());
  return {Memory + Offset, 0};
}

uint64_t X86Timer::ticks(Placed &P, uint64_t Iterations) {
  State->Iterations = Iterations;
  if (int Signal = M.call(P.At, State.get())) {
    P.Signal = Signal;
    return 0;
  }
  return State->End - State->Start;
}

std::optional<double> X86Timer::cycles(ArrayRef<char> Body, const Setup &S, int *Signal) {
  constexpr unsigned Samples = 7, Rounds = 7, MostRounds = 200;
  fill(S.Contents);
  Placed Code = place(Body, S, BodyAt);
  // As many turns as take about as long as the reference.
  uint64_t Turns = 1, Probe = ~uint64_t(0), Overhead = ~uint64_t(0);
  for (unsigned I = 0; I != Samples; ++I) {
    Probe = std::min(Probe, ticks(Code, 2));
    Overhead = std::min(Overhead, ticks(Empty, 1));
    if (Code.Signal) {
      if (Signal)
        *Signal = Code.Signal;
      return std::nullopt;
    }
  }
  double Once = double(Probe - std::min(Overhead, Probe)) / 2;
  Turns = uint64_t(std::clamp(2500 / std::max(Once, 1.0), 2.0, 256.0));

  // A round alternates between reference and body. Its reference is the fastest
  // sample and must be a steady one: the core's clock against the counter's, which
  // may change between rounds. Its result is the median, so that no single lucky
  // or disturbed sample counts, and so is the result of the rounds.
  SmallVector<double, Rounds> Found;
  for (unsigned Round = 0; Round != MostRounds && Found.size() != Rounds; ++Round) {
    std::array<uint64_t, Samples> Ours, Theirs;
    for (unsigned I = 0; I != Samples; ++I) {
      Theirs[I] = ticks(Reference, ReferenceTurns);
      Ours[I] = ticks(Code, Turns);
      Overhead = std::min(Overhead, ticks(Empty, 1));
    }
    std::sort(Ours.begin(), Ours.end());
    std::sort(Theirs.begin(), Theirs.end());
    if (double(Theirs[Samples / 2]) > 1.005 * double(Theirs[0]))
      continue;
    double TicksPerCycle = double(Theirs[0] - Overhead) / double(ReferenceAdds * ReferenceTurns);
    Found.push_back(double(Ours[Samples / 2] - std::min(Overhead, Ours[Samples / 2])) /
                    TicksPerCycle / double(Turns));
  }
  if (Found.empty())
    return std::nullopt;
  std::sort(Found.begin(), Found.end());
  return Found[Found.size() / 2];
}

} // namespace whittle
