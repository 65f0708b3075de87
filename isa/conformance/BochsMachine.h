//===- isa/conformance/BochsMachine.h - Instructions in the Bochs emulator -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bochs executes x86 by interpretation, AVX-512 of Tiger Lake included, on any
// CPU: an independent description of each instruction, which is executed.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_BOCHSMACHINE_H
#define WHITTLE_ISA_CONFORMANCE_BOCHSMACHINE_H

#include "isa/conformance/X86Executor.h"

namespace whittle {

/// Each run() is one emulation: the code and states go in as an image of memory,
/// results come back as one of a disk. Files are in a temporary directory of its own.
class BochsMachine final : public X86Encoder, public X86Executor {
public:
  /// Fails, naming Debian's package, if Bochs is not installed.
  static llvm::Expected<std::unique_ptr<BochsMachine>> create(const TargetIsa &Isa);
  ~BochsMachine() override;

  /// What this release of Bochs is known to get wrong, as silicon says; "" for
  /// nothing. Such rows are not accepted, unless acceptFaulty() was called.
  static llvm::StringRef knownFault(llvm::StringRef Opcode);
  void acceptFaulty() { Faulty = true; }

  ConformEntry::How evidence() const override { return ConformEntry::SecondSource; }
  std::string name() const override { return "Bochs"; }
  llvm::StringRef label() const override { return "bochs"; }
  unsigned registerBits(const Row &) const override { return vectorBits(); }
  bool accepts(const Row &R, std::string &Why) override;
  size_t capacity() const override { return 1 << 17; }
  llvm::Error run(llvm::MutableArrayRef<X86Job> Jobs) override;

private:
  BochsMachine() = default;
  std::string path(llvm::StringRef File) const { return Directory + "/" + File.str(); }
  llvm::Error emulate(size_t ResultBytes) const;

  std::string Program, Directory;
  bool Faulty = false;
};

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_BOCHSMACHINE_H
