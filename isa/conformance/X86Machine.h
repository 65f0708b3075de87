//===- isa/conformance/X86Machine.h - Real instructions on chosen registers -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Encodes an instruction with LLVM's MC layer between loads of its inputs and a
// store of its result, and calls that in this process.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_X86MACHINE_H
#define WHITTLE_ISA_CONFORMANCE_X86MACHINE_H

#include "isa/TargetIsa.h"
#include <array>
#include <optional>

namespace llvm {
class MCAsmInfo;
class MCCodeEmitter;
class MCContext;
class MCInst;
class MCSubtargetInfo;
} // namespace llvm

namespace whittle {

/// One execution: register inputs in operand order, and what the result's
/// register holds before (unless it is tied) and after. Masks and general
/// registers use the first 8 bytes.
struct alignas(64) MachineState {
  static constexpr unsigned MaxIns = 5;
  uint8_t In[MaxIns][64];
  uint8_t Before[64];
  uint8_t After[64];
};

/// The instruction of one row, ready to run on this CPU. While it lives, signal
/// handlers are installed; it stays on the thread that made it.
class X86Machine {
public:
  /// Fails if this is not an x86-64 CPU or executable memory is refused.
  static llvm::Expected<std::unique_ptr<X86Machine>> create(const TargetIsa &Isa);
  ~X86Machine();

  /// Bits of a vector register that are seen: 128, 256 or 512.
  unsigned vectorBits() const { return VectorBits; }
  /// Which of the row's features this CPU lacks: "+avx512f,+gfni", or "".
  std::string missing(const Row &R) const;

  /// Makes \p R the instruction that run() executes. False, with \p Why, if it
  /// cannot be encoded.
  bool load(const Row &R, std::string &Why);
  /// Executes it on all of \p States with immediate \p Imm (ignored if it has
  /// none). Returns 0, or the signal that one raised.
  int run(llvm::MutableArrayRef<MachineState> States, uint8_t Imm);

private:
  class FaultGuard;

  X86Machine();
  llvm::Error open(const TargetIsa &Isa);
  void emit(const llvm::MCInst &I, llvm::SmallVectorImpl<char> &Code) const;
  unsigned regNamed(const llvm::Twine &Name) const;
  unsigned opcodeNamed(llvm::StringRef Name) const;
  unsigned physReg(ValueType Ty, int Number) const;
  void emitMemory(ValueType Ty, unsigned Number, bool Load, unsigned Offset,
                  llvm::SmallVectorImpl<char> &Code) const;
  bool emitRow(uint8_t Imm, llvm::SmallVectorImpl<char> &Code, std::string &Why) const;

  const TargetIsa *Isa = nullptr;
  unsigned VectorBits = 128;
  bool WideMasks = false;
  std::unique_ptr<llvm::MCSubtargetInfo> Host;
  std::unique_ptr<llvm::MCAsmInfo> AsmInfo;
  std::unique_ptr<llvm::MCContext> Context;
  std::unique_ptr<llvm::MCCodeEmitter> Emitter;
  llvm::StringMap<unsigned> Opcodes, Registers;

  const Row *Current = nullptr;
  llvm::SmallVector<char, 128> Prologue, Epilogue;
  std::array<uint32_t, 256> Place; ///< of each immediate's code; ~0: none yet
  uint8_t *Memory = nullptr;
  size_t Used = 0;
  std::unique_ptr<FaultGuard> Guard;
};

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_X86MACHINE_H
