//===- enumerate/Kernels.h - Meanings as machine code -----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops that the evaluator compiles around a meaning.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_KERNELS_H
#define WHITTLE_ENUMERATE_KERNELS_H

#include "enumerate/RealInstruction.h"
#include "isa/Program.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>

namespace llvm {
class TargetMachine;
}

namespace whittle {

/// One function to compile.
struct Kernel {
  enum Kind : uint8_t {
    Rows,    ///< Evaluator::RowFn of N
    Probe,   ///< Evaluator::ProbeFn of N.R: Inner, Tests
    Ternary, ///< Evaluator::TernaryFn for chunks of Tests bytes
  } K = Rows;
  Node N;
  llvm::SmallVector<ValueType, 4> OpTypes;
  unsigned Inner = 0, Tests = 0;
  const RealInstruction *Real = nullptr; ///< in the place of the meaning

  /// Names the function.
  std::string name() const;
  /// What its code depends on, but for the host: row hash and signature, or the instruction.
  std::string key() const;
};

/// Tests that fill 64 bytes of the widest type of \p R, at least one.
unsigned naturalTests(const Row &R);

/// Compiles \p K for \p TM: an object that defines name().
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> compile(const Kernel &K,
                                                            llvm::TargetMachine &TM);

} // namespace whittle

#endif // WHITTLE_ENUMERATE_KERNELS_H
