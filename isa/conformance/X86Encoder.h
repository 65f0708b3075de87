//===- isa/conformance/X86Encoder.h - A row's instruction in a frame -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Encodes an instruction with LLVM's MC layer between loads of its inputs and
// stores of what it leaves, as a function of the address of a MachineState.
// Real CPUs and emulators run the same bytes.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_X86ENCODER_H
#define WHITTLE_ISA_CONFORMANCE_X86ENCODER_H

#include "isa/TargetIsa.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace llvm {
class MCAsmInfo;
class MCCodeEmitter;
class MCContext;
class MCInst;
class MCOperand;
class MCSubtargetInfo;
} // namespace llvm

namespace whittle {

/// One execution: inputs in operand order, and what the result's register
/// (unless it is tied) and the flags hold before and after. Masks and general
/// registers use the first 8 bytes, a memory operand the bytes that it reads.
struct alignas(64) MachineState {
  static constexpr unsigned MaxIns = 5;
  /// CF, PF, AF, ZF, SF and OF: the flags that are set before and compared.
  static constexpr uint64_t FlagsMask = 0x8d5;
  uint8_t In[MaxIns][64];
  uint8_t Before[64];
  uint8_t After[64];
  uint64_t FlagsBefore; ///< of which only those are set
  uint64_t FlagsAfter;  ///< all of RFLAGS
};
static_assert(sizeof(MachineState) == 512);

/// MXCSR before each run: exceptions masked, round to nearest, no flushing.
constexpr uint32_t DefaultMxcsr = 0x1f80;

class X86Encoder {
public:
  ~X86Encoder();
  X86Encoder(const X86Encoder &) = delete;

  /// Bits of a vector register that are seen: 128, 256 or 512.
  unsigned vectorBits() const { return VectorBits; }
  /// Which of the row's features the CPU lacks: "+avx512f,+gfni", or "".
  std::string missing(const Row &R) const;

  /// Makes \p R the row that code() encodes. False, with \p Why, if it cannot be.
  bool load(const Row &R, std::string &Why);
  /// Appends a function of RDI, the state, that keeps RBX, RBP, RSP and R12-R15.
  void code(uint8_t Imm, llvm::SmallVectorImpl<char> &Code) const;

  /// The physical register for the result (-1) or an input, of the given type.
  using RegisterChoice = llvm::function_ref<unsigned(ValueType Ty, int Input)>;
  /// Appends the code of \p R on registers of the caller's choice; a tied input
  /// stands in the result's. False, with \p Why, if it cannot be encoded.
  bool encode(const Row &R, RegisterChoice Choose, uint8_t Imm, llvm::SmallVectorImpl<char> &Code,
              std::string &Why) const;
  void emit(const llvm::MCInst &I, llvm::SmallVectorImpl<char> &Code) const;
  /// LLVM's number of a register or an opcode by its name; 0 if there is none.
  unsigned regNamed(const llvm::Twine &Name) const;
  unsigned opcodeNamed(llvm::StringRef Name) const;

protected:
  X86Encoder();
  /// \p GuardEnd: the address, for the code, of a page that cannot be read,
  /// behind one that can be written: memory operands end there, so that a read
  /// of more than the operand's bytes faults.
  void open(const TargetIsa &Isa, std::unique_ptr<llvm::MCSubtargetInfo> Cpu, uint64_t GuardEnd);

  const TargetIsa *Isa = nullptr;
  const Row *Current = nullptr;
  std::unique_ptr<llvm::MCSubtargetInfo> Cpu;

private:
  unsigned physReg(ValueType Ty, int Number) const;
  void emitAddressed(llvm::StringRef Opcode, unsigned Reg, bool RegFirst, llvm::StringRef Base,
                     unsigned Offset, llvm::SmallVectorImpl<char> &Code) const;
  void emitTransfer(ValueType Ty, unsigned Number, bool Load, unsigned Offset,
                    llvm::SmallVectorImpl<char> &Code) const;
  void emitRegisters(llvm::StringRef Opcode, llvm::ArrayRef<llvm::MCOperand> Operands,
                     llvm::SmallVectorImpl<char> &Code) const;
  void emitFlagsBefore(llvm::SmallVectorImpl<char> &Code) const;
  void emitGuardedCopy(unsigned Bytes, unsigned Offset, llvm::SmallVectorImpl<char> &Code) const;

  unsigned VectorBits = 128;
  bool WideMasks = false;
  uint64_t GuardEnd = 0;
  std::unique_ptr<llvm::MCAsmInfo> AsmInfo;
  std::unique_ptr<llvm::MCContext> Context;
  std::unique_ptr<llvm::MCCodeEmitter> Emitter;
  llvm::StringMap<unsigned> Opcodes, Registers;
  llvm::SmallVector<char, 128> Prologue, Epilogue;
};

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_X86ENCODER_H
