//===- isa/conformance/X86Machine.h - Real instructions on chosen registers -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls the code of X86Encoder in this process.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_X86MACHINE_H
#define WHITTLE_ISA_CONFORMANCE_X86MACHINE_H

#include "isa/conformance/X86Executor.h"
#include <array>

namespace whittle {

/// The instruction of one row, ready to run on this CPU. While it lives, signal
/// handlers are installed; it stays on the thread that made it.
class X86Machine final : public X86Encoder, public X86Executor {
public:
  /// Fails if this is not an x86-64 CPU or executable memory is refused.
  static llvm::Expected<std::unique_ptr<X86Machine>> create(const TargetIsa &Isa);
  ~X86Machine() override;

  /// Makes \p R the instruction that run() executes. False, with \p Why, if it
  /// cannot be encoded.
  bool load(const Row &R, std::string &Why);
  /// Executes it on all of \p States with immediate \p Imm (ignored if it has
  /// none). Returns 0, or the signal that one raised.
  int run(llvm::MutableArrayRef<MachineState> States, uint8_t Imm);
  /// Calls code made with X86Encoder. Returns 0, or the signal that it raised.
  int call(const void *Code, void *Argument);

  ConformEntry::How evidence() const override { return ConformEntry::Silicon; }
  std::string name() const override { return "this CPU"; }
  llvm::StringRef label() const override { return "silicon"; }
  unsigned registerBits(const Row &) const override { return vectorBits(); }
  bool accepts(const Row &R, std::string &Why) override;
  size_t capacity() const override { return 512; }
  llvm::Error run(llvm::MutableArrayRef<X86Job> Jobs) override;

private:
  class FaultGuard;

  X86Machine();
  llvm::Error open(const TargetIsa &Isa);

  std::array<uint32_t, 256> Place; ///< of each immediate's code; ~0: none yet
  uint8_t *Memory = nullptr;
  size_t Used = 0;
  std::unique_ptr<FaultGuard> Guard;
};

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_X86MACHINE_H
