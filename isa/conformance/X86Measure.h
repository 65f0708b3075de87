//===- isa/conformance/X86Measure.h - Latency and throughput of x86 rows -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Times dependent chains and independent copies of each row's instruction on this
// CPU, in time-stamp ticks, next to a chain of 64-bit adds, which take one core
// cycle each: no performance counters are needed. docs/COST.md says the rest.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_X86MEASURE_H
#define WHITTLE_ISA_CONFORMANCE_X86MEASURE_H

#include "isa/Measured.h"
#include "isa/TargetIsa.h"
#include <functional>

namespace whittle {

struct MeasureOptions {
  std::string Only; ///< a regular expression on whole opcode names; empty: all rows
  /// Over all rows, so that what disturbs one moment meets few samples of a row.
  unsigned Passes = 25;
  /// Called after each row of each pass with the number done and of all.
  std::function<void(unsigned Done, unsigned Total)> Progress;
};

struct MeasureEntry {
  std::string Opcode;
  std::optional<MeasuredCost> Cost;
  std::string Reason; ///< without a cost: why
};

struct MeasureReport {
  std::string CPU;    ///< LLVM's name of this CPU
  std::string Origin; ///< its vendor string and LLVM's version
  std::vector<MeasureEntry> Entries;

  /// The list of this CPU after the run: rows that were not measured keep what
  /// the shipped list says, as long as they exist.
  MeasuredTable table(const TargetIsa &Isa) const;
};

/// Fails for a bad regular expression, a target other than x86_64, or if this
/// system refuses executable memory. Pins the thread that calls it to a CPU while
/// it runs. Not reentrant: installs signal handlers.
llvm::Expected<MeasureReport> measureX86(const TargetIsa &Isa, const MeasureOptions &Options = {});

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_X86MEASURE_H
