//===- isa/conformance/X86Executor.h - What runs an x86 row -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CPU at hand, an emulator or a description in plain C++: whatever gives the
// state after an instruction for a state before it.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_X86EXECUTOR_H
#define WHITTLE_ISA_CONFORMANCE_X86EXECUTOR_H

#include "isa/conformance/Conformance.h"
#include "isa/conformance/X86Encoder.h"

namespace whittle {

/// One instruction with one immediate, to run on many states.
struct X86Job {
  const Row *R = nullptr;
  uint8_t Imm = 0; ///< ignored if the row has none
  llvm::MutableArrayRef<MachineState> States;
  std::string Fault; ///< what a state raised, "signal 4"; empty: all ran
};

class X86Executor {
public:
  virtual ~X86Executor() = default;

  /// What agreement with it is worth, and its name in messages.
  virtual ConformEntry::How evidence() const = 0;
  virtual std::string name() const = 0;
  /// A word for its results: "silicon".
  virtual llvm::StringRef label() const = 0;

  /// Bits of a vector register that After holds for a result of \p R.
  virtual unsigned registerBits(const Row &R) const = 0;
  /// False, with \p Why, if it cannot run the row.
  virtual bool accepts(const Row &R, std::string &Why) = 0;
  /// States that one call of run() takes well.
  virtual size_t capacity() const = 0;
  /// Fills After and FlagsAfter of all states, or the job's Fault. An error is a
  /// failure of the executor itself.
  virtual llvm::Error run(llvm::MutableArrayRef<X86Job> Jobs) = 0;
};

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_X86EXECUTOR_H
