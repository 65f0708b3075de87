//===- enumerate/Evaluator.h - Programs on concrete values ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_EVALUATOR_H
#define WHITTLE_ENUMERATE_EVALUATOR_H

#include "isa/Program.h"
#include "isa/TargetIsa.h"
#include <memory>

namespace whittle {

/// JIT-compiled meanings (ORC), compiled on first use, shared by threads;
/// objects are cached on disk under $XDG_CACHE_HOME/whittle (best effort) by
/// row hash, host CPU and LLVM version.
///
/// Buffers hold NumTests values of ValueType::bytes() each, one after the
/// other. For Lane values a test is one lane; a Matrix row takes each 64
/// consecutive tests as one wave (NumTests is then a multiple of 64).
/// EXEC is all ones here.
class Evaluator {
public:
  static llvm::Expected<std::unique_ptr<Evaluator>> create(const TargetIsa &Isa);
  ~Evaluator();

  using RowFn = void (*)(const uint8_t *const *In, uint8_t *Out,
                         const int64_t *Imms, size_t NumTests);
  /// Evaluates a node's row for its operand types.
  llvm::Expected<RowFn> function(const Node &N, llvm::ArrayRef<ValueType> OpTypes);

  /// Finds, among Count values of the inner operand, those for which the row's
  /// result equals Goal under Care on one 64-byte chunk (Care may be null: all
  /// bits). Writes their indices to Hits (room for Count), returns how many.
  /// In[InnerOperand] is the first of Count chunks, one after the other; every
  /// other In[] is one chunk. A chunk is as many tests as fill 64 bytes of the
  /// widest of the row's types.
  using ProbeFn = size_t (*)(const uint8_t *const *In, size_t Count,
                             const uint8_t *Goal, const uint8_t *Care,
                             const int64_t *Imms, uint32_t *Hits);
  llvm::Expected<ProbeFn> probe(const Row &R, unsigned InnerOperand);

  /// Runs a program: Leaves[i] is leaf i's buffer; Out[j] output j's.
  llvm::Error run(const Window &W, const Program &P,
                  llvm::ArrayRef<const uint8_t *> Leaves,
                  llvm::ArrayRef<uint8_t *> Out, size_t NumTests);

private:
  Evaluator();
  struct Impl;
  std::unique_ptr<Impl> I;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_EVALUATOR_H
