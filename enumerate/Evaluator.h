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

struct RealInstruction;

/// The lane's number that a row which asks for it sees in a test: one of four that
/// are far apart, so that a chunk of any size has them.
constexpr unsigned laneOfTest(size_t Test) { return unsigned(Test & 3) * 21; }

/// JIT-compiled meanings (ORC), compiled on first use, shared by threads;
/// objects are cached on disk (isa/ObjectStore.h) by row hash, host CPU and LLVM
/// version. In the place of a slow meaning stands the instruction itself, where the
/// host has it and agrees().
///
/// Buffers hold NumTests values of ValueType::bytes() each, one after the
/// other. For Lane values a test is one lane; a Matrix row takes each 64
/// consecutive tests (or 32, as the row says) as one wave.
/// EXEC is all ones here.
class Evaluator {
public:
  static llvm::Expected<std::unique_ptr<Evaluator>> create(const TargetIsa &Isa);
  /// The process's evaluator for a target, made on first use and kept, so that
  /// a row is compiled once however many windows need it.
  static llvm::Expected<Evaluator *> shared(const TargetIsa &Isa);
  ~Evaluator();

  using RowFn = void (*)(const uint8_t *const *In, uint8_t *Out, const int64_t *Imms,
                         size_t NumTests);
  /// Evaluates a node's row for its operand types.
  llvm::Expected<RowFn> function(const Node &N, llvm::ArrayRef<ValueType> OpTypes);

  /// Finds, among Count values of the inner operand, those for which the row's
  /// result equals Goal under Care on one 64-byte chunk (Care may be null: all
  /// bits). Writes their indices to Hits (room for Count), returns how many.
  /// In[InnerOperand] is the first of Count chunks, one after the other; every
  /// other In[] is one chunk. A chunk is \p Tests tests; 0: as many as fill 64
  /// bytes of the widest of the row's types. Not for Matrix rows.
  using ProbeFn = size_t (*)(const uint8_t *const *In, size_t Count, const uint8_t *Goal,
                             const uint8_t *Care, const int64_t *Imms, uint32_t *Hits);
  llvm::Expected<ProbeFn> probe(const Row &R, unsigned InnerOperand, unsigned Tests = 0);

  /// Solves bitwise truth tables. In[0] is the first of Count chunks X of
  /// \p Bytes, In[1] and In[2] one chunk each: writes the indices for which some
  /// table T has T(X, In[1], In[2]) = Goal under Care, and those tables (bit
  /// 4x+2y+z; combinations that do not occur give 0), and returns how many.
  using TernaryFn = size_t (*)(const uint8_t *const *In, size_t Count, const uint8_t *Goal,
                               const uint8_t *Care, uint8_t *Tables, uint32_t *Hits);
  llvm::Expected<TernaryFn> ternary(unsigned Bytes);

  /// Runs a program: Leaves[i] is leaf i's buffer; Out[j] output j's.
  llvm::Error run(const Window &W, const Program &P, llvm::ArrayRef<const uint8_t *> Leaves,
                  llvm::ArrayRef<uint8_t *> Out, size_t NumTests);

  /// Whether \p Real gives what the meaning of \p R gives: on a thousand values of each
  /// operand, for each of its immediates.
  bool agrees(const Row &R, const RealInstruction &Real);

  /// Where the compiled row is kept on disk; empty without a cache.
  std::string cachePath(const Row &R) const;
  /// Functions compiled (not taken from disk) so far.
  unsigned compiled() const;

private:
  Evaluator();
  struct Impl;
  std::unique_ptr<Impl> I;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_EVALUATOR_H
