//===- verify/Exhaust.h - A slice run on every input -------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A slice of few free bits is settled by all its inputs: its terms, compiled for this
// machine (ORC; LLVM's code generator alone, no pass of its optimizer), 64 bytes of
// results at a time. What is run are the terms, not the instructions: the proof is about
// them, on whatever machine. Each compiled slice is first held against the evaluator of
// terms. Part of the trusted base: tests/verify/ExhaustTest.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_EXHAUST_H
#define WHITTLE_VERIFY_EXHAUST_H

#include "verify/Cone.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace whittle {

/// Budgets are counted, so that verdicts repeat; the clock only ends what hangs.
struct ExhaustLimits {
  unsigned Bits = 32;                      ///< of all atoms together
  uint64_t Operations = uint64_t(1) << 38; ///< terms times inputs
  unsigned WatchdogMs = 60'000;
};

struct ExhaustAnswer {
  enum Kind : uint8_t {
    Equal,   ///< on every input
    Differ,  ///< on Values
    Refused, ///< too large, or has something that is not compiled: says nothing
    Killed,  ///< by the watchdog: says nothing
  } K = Refused;
  unsigned Bits = 0;               ///< of Equal: it was run on 2^Bits inputs
  std::vector<llvm::APInt> Values; ///< of Differ: one per atom, confirmed by evaluation
};

/// Source and target of \p C on all inputs, in the order of the atoms' bits taken as one
/// number, first atom lowest. Errors: this machine cannot compile, or the compiled slice
/// and the evaluator disagree.
llvm::Expected<ExhaustAnswer> exhaust(const Cone &C, const ExhaustLimits &L = {});

/// A slice compiled; for exhaust() and its tests.
class CompiledSlice {
public:
  /// Null if a term is wider than 64 bits, or applies a function.
  static llvm::Expected<std::unique_ptr<CompiledSlice>> create(const Cone &C);
  ~CompiledSlice();

  /// Inputs of one block.
  unsigned lanes() const { return Lanes; }
  /// Bits of an input: of all atoms together.
  unsigned bits() const { return Bits; }
  /// The first input of the first block in [\p Begin, \p End) with a difference, or
  /// \p End. Both are multiples of lanes(); bits above bits() are not looked at.
  uint64_t firstDifference(uint64_t Begin, uint64_t End) const { return Run(Begin, End); }
  /// Source and target for the block of inputs that starts at \p Begin, zero-extended.
  std::vector<std::pair<uint64_t, uint64_t>> values(uint64_t Begin) const;
  /// The values of the atoms for one input.
  std::vector<llvm::APInt> atoms(uint64_t Input) const;

private:
  CompiledSlice();
  struct Jit;
  std::unique_ptr<Jit> J;
  const Cone *C = nullptr;
  unsigned Lanes = 0, Bits = 0, Element = 0;
  uint64_t (*Run)(uint64_t, uint64_t) = nullptr;
  void (*Values)(uint64_t, void *, void *) = nullptr;
};

} // namespace whittle

#endif // WHITTLE_VERIFY_EXHAUST_H
