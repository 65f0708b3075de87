//===- isa/conformance/X86Machine.cpp - Real instructions on chosen registers -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Machine.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include <csetjmp>
#include <csignal>
#include <cstring>
#include <sys/mman.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

using namespace llvm;

namespace whittle {

static constexpr size_t CodeSize = 256 << 10;
/// Covers the pages of every CPU: what can be written and what cannot be read.
static constexpr size_t GuardSize = 64 << 10;
static constexpr size_t MemorySize = CodeSize + 2 * GuardSize;

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

/// MXCSR as conformance runs want it, and as it was afterwards.
class DefaultRounding {
#if defined(__x86_64__)
public:
  DefaultRounding() { _mm_setcsr(DefaultMxcsr); }
  ~DefaultRounding() { _mm_setcsr(Saved); }

private:
  unsigned Saved = _mm_getcsr();
#endif
};

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
  if (I.arch() != "x86_64" || Triple(sys::getProcessTriple()).getArch() != Triple::x86_64)
    return makeError("only rows of x86_64 can run, and only on such a CPU");
  std::string Features;
  for (const auto &F : sys::getHostCPUFeatures())
    if (F.second)
      Features += (Features.empty() ? "+" : ",+") + F.first().str();
  auto STI = I.subtarget("", Features);
  if (!STI)
    return STI.takeError();
  void *At = mmap(nullptr, MemorySize, PROT_READ | PROT_WRITE | PROT_EXEC,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (At == MAP_FAILED)
    return makeError("this system refuses memory that is writable and executable");
  Memory = static_cast<uint8_t *>(At);
  uint8_t *GuardEnd = Memory + CodeSize + GuardSize;
  if (mprotect(GuardEnd, GuardSize, PROT_NONE))
    return makeError("this system refuses to protect memory");
  X86Encoder::open(I, std::move(*STI), reinterpret_cast<uint64_t>(GuardEnd));
  Guard = std::make_unique<FaultGuard>();
  return Error::success();
}

X86Machine::~X86Machine() {
  if (Memory)
    munmap(Memory, MemorySize);
}

bool X86Machine::load(const Row &R, std::string &Why) {
  Place.fill(~0u);
  Used = 0;
  return X86Encoder::load(R, Why);
}

int X86Machine::run(MutableArrayRef<MachineState> States, uint8_t Imm) {
  assert(Current && "load() comes first");
  if (!Current->NumImms)
    Imm = 0;
  if (Place[Imm] == ~0u) {
    SmallVector<char, 256> Bytes;
    code(Imm, Bytes);
    if (Used + Bytes.size() > CodeSize) {
      Place.fill(~0u);
      Used = 0;
    }
    std::memcpy(Memory + Used, Bytes.data(), Bytes.size());
    Place[Imm] = uint32_t(Used);
    Used += alignTo(Bytes.size(), 16);
  }
  DefaultRounding Rounding;
  return runGuarded(reinterpret_cast<Code>(Memory + Place[Imm]), States.data(), States.size());
}

int X86Machine::call(const void *At, void *Argument) {
  return runGuarded(reinterpret_cast<Code>(const_cast<void *>(At)),
                    static_cast<MachineState *>(Argument), 1);
}

bool X86Machine::accepts(const Row &R, std::string &Why) {
  if (std::string Lacks = missing(R); !Lacks.empty()) {
    Why = name() + " lacks " + Lacks;
    return false;
  }
  return load(R, Why);
}

Error X86Machine::run(MutableArrayRef<X86Job> Jobs) {
  const Row *Loaded = nullptr;
  for (X86Job &J : Jobs) {
    std::string Why;
    if (J.R != Loaded && !load(*J.R, Why))
      return makeError(J.R->Name + ": " + Why);
    Loaded = J.R;
    if (int Signal = run(J.States, J.Imm))
      J.Fault = "signal " + std::to_string(Signal);
  }
  return Error::success();
}

} // namespace whittle
