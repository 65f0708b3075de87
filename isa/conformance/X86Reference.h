//===- isa/conformance/X86Reference.h - x86 instructions in plain C++ -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Written from the manuals, lane by lane, apart from the rows: for instructions
// that neither a CPU nor an emulator at hand executes.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_X86REFERENCE_H
#define WHITTLE_ISA_CONFORMANCE_X86REFERENCE_H

#include "isa/conformance/X86Executor.h"
#include <optional>

namespace whittle {

/// Computes the result of a state's inputs into After: the Def.bytes() of the
/// row. Inputs are in operand order, a tied one first.
using ScalarReference = std::function<void(const Row &R, uint8_t Imm, MachineState &S)>;

/// The reference for an opcode, by its name; none if nobody has written it. One
/// line in X86Reference.cpp for a family.
std::optional<ScalarReference> scalarReference(llvm::StringRef Opcode);

/// Of AVX512-FP16 and of roundings and conversions of the other formats.
std::optional<ScalarReference> floatReference(llvm::StringRef Opcode);

/// Runs rows by their scalar references. What stands above the result is not
/// described, so it is not compared; flags are kept.
class X86ReferenceMachine final : public X86Executor {
public:
  ConformEntry::How evidence() const override { return ConformEntry::SecondSource; }
  std::string name() const override { return "scalar reference"; }
  llvm::StringRef label() const override { return "reference"; }
  unsigned registerBits(const Row &R) const override { return R.Def.Bits; }
  bool accepts(const Row &R, std::string &Why) override;
  size_t capacity() const override { return 512; }
  llvm::Error run(llvm::MutableArrayRef<X86Job> Jobs) override;
};

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_X86REFERENCE_H
