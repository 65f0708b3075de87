//===- isa/conformance/X86Conform.h - x86 rows held against silicon -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs each row twice on the same inputs: as the instruction, on an executor,
// and as its meaning, compiled for this CPU; whole registers are compared bit
// for bit, with what stands above the result, and the flags that a row leaves.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_X86CONFORM_H
#define WHITTLE_ISA_CONFORMANCE_X86CONFORM_H

#include "isa/conformance/Conformance.h"
#include "isa/conformance/X86Executor.h"

namespace whittle {

/// On the CPU at hand. Fails for a bad regular expression, a target other than
/// x86_64, an unknown opcode in Instead, or if this system refuses executable
/// memory. A row that this CPU lacks is skipped with the reason; one that faults
/// is a mismatch. Not reentrant: installs signal handlers while instructions run.
llvm::Expected<ConformReport> conformX86(const TargetIsa &Isa, const ConformOptions &Options = {});

/// The same inputs and comparison on \p On, whose failures are errors.
llvm::Expected<ConformReport> conformX86(const TargetIsa &Isa, X86Executor &On,
                                         const ConformOptions &Options = {});

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_X86CONFORM_H
