//===- isa/conformance/MeaningJit.h - Many meanings compiled together -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_MEANINGJIT_H
#define WHITTLE_ISA_CONFORMANCE_MEANINGJIT_H

#include "isa/HostJit.h"
#include "isa/TargetIsa.h"

namespace whittle {

/// Lane-wise rows as functions of this machine. Rows whose IR is the same are
/// compiled once; objects are kept on disk (isa/HostJit.h).
class MeaningJit {
public:
  /// One value: operand K at In + 64 * K, each immediate, the result.
  using Fn = void (*)(const uint8_t *In, const int64_t *Imms, uint8_t *Out);

  static llvm::Expected<std::unique_ptr<MeaningJit>> create();
  ~MeaningJit();

  /// The functions of \p Rows, in their order. \p Keys: rows with equal keys
  /// have the same IR. Rows that come together are one object.
  llvm::Expected<std::vector<Fn>> compile(llvm::ArrayRef<const Row *> Rows,
                                          llvm::ArrayRef<std::string> Keys);

  /// Objects compiled (not taken from disk) so far.
  unsigned compiled() const { return Jit->compiled(); }

private:
  MeaningJit();
  std::unique_ptr<HostJit> Jit;
  llvm::StringMap<Fn> Compiled;
};

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_MEANINGJIT_H
