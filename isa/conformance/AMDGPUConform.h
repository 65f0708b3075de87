//===- isa/conformance/AMDGPUConform.h - AMDGPU rows, confirmed -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compares each row's compiled meaning with the reference of
// AMDGPUReference.h, over whole waves with random and corner values under
// several EXEC masks; and the rows of instructions that LLVM's optimiser can
// fold with that folding. No GPU is needed, and none is used.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_AMDGPUCONFORM_H
#define WHITTLE_ISA_CONFORMANCE_AMDGPUCONFORM_H

#include "isa/TargetIsa.h"
#include "isa/conformance/Conformance.h"
#include <functional>
#include <map>

namespace whittle {

struct AMDGPUConformOptions {
  unsigned Inputs = 1000; ///< for each row, at least
  uint64_t Seed = 1;      ///< equal seeds, equal inputs
  std::string Only;       ///< a regular expression on whole opcode names; empty: all rows
  /// Called after each row with the number of rows done and of all.
  std::function<void(unsigned Done, unsigned Total)> Progress;
  /// Opcode to a meaning that is tested in place of the row's own.
  std::map<std::string, SemFn> Instead;
};

/// One row, which may be a copy with another meaning; of \p Options, Inputs and
/// Seed count. Inputs are sets of operands: of a lane, or of a whole wave for a
/// matrix row (which takes a sixteenth of them). An error is a failure of the
/// tools; a wrong row is counted in Mismatches.
llvm::Expected<ConformEntry> conformAMDGPURow(const Row &R,
                                              const AMDGPUConformOptions &Options = {});

/// All rows of \p Isa ("amdgcn") in their order. Fails for another target, a
/// bad regular expression or an unknown opcode in Instead.
llvm::Expected<ConformReport> conformAMDGPU(const TargetIsa &Isa,
                                            const AMDGPUConformOptions &Options = {});

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_AMDGPUCONFORM_H
