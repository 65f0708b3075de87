//===- isa/conformance/X86Timer.h - Core cycles of a piece of code -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_X86TIMER_H
#define WHITTLE_ISA_CONFORMANCE_X86TIMER_H

#include "isa/conformance/X86Machine.h"

namespace whittle {

/// Runs a body in a loop between two readings of the time-stamp counter. The
/// body may use every vector and mask register and the general ones of gpr();
/// all hold what the data says when the loop starts.
class X86Timer {
public:
  enum class Data : uint8_t { Integer, Half, Single, Double };
  struct Setup {
    bool Vex = true; ///< registers are loaded by VEX instructions, whole; else 128 bits by legacy
    Data Contents = Data::Integer;
  };

  static llvm::Expected<std::unique_ptr<X86Timer>> create(X86Machine &M);
  ~X86Timer();

  /// General registers that bodies may use: the 64-bit names.
  static llvm::ArrayRef<const char *> gprs();
  /// How many mask registers, K1 and up, there are to use; 0 without AVX-512.
  unsigned masks() const { return HasMasks ? 7 : 0; }

  /// Core cycles that one execution of \p Body takes in a loop. None if it faults
  /// or this machine was too busy all the time.
  std::optional<double> cycles(llvm::ArrayRef<char> Body, const Setup &S, int *Signal = nullptr);

private:
  struct Frame;
  struct Placed {
    const void *At = nullptr;
    int Signal = 0;
  };

  explicit X86Timer(X86Machine &M);
  llvm::Error open();
  llvm::SmallVector<char, 0> wrap(llvm::ArrayRef<char> Body, const Setup &S) const;
  void emitLoads(const Setup &S, llvm::SmallVectorImpl<char> &Code) const;
  void fill(Data D);
  Placed place(llvm::ArrayRef<char> Body, const Setup &S, size_t Offset);
  uint64_t ticks(Placed &P, uint64_t Iterations);

  X86Machine &M;
  bool HasMasks = false, WideMasks = false;
  uint8_t *Memory = nullptr;
  std::unique_ptr<Frame> State;
  Placed Reference, Empty;
};

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_X86TIMER_H
