//===- isa/conformance/Conformance.h - What conformance runs take and give -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_CONFORMANCE_H
#define WHITTLE_ISA_CONFORMANCE_CONFORMANCE_H

#include "isa/TargetIsa.h"
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace whittle {

struct ConformOptions {
  unsigned Inputs = 1000; ///< for each row; immediates are spread over all values
  uint64_t Seed = 1;      ///< equal seeds, equal inputs
  std::string Only;       ///< a regular expression on whole opcode names; empty: all rows
  /// Called after each row with the number of rows done and of all.
  std::function<void(unsigned Done, unsigned Total)> Progress;
  /// Opcode to a meaning that is tested in place of the row's own.
  std::map<std::string, SemFn> Instead;
};

/// One row against something other than its own text.
struct ConformEntry {
  enum How : uint8_t {
    Silicon,      ///< the real instruction, executed
    SecondSource, ///< an independent description
    Unconfirmed,  ///< neither
  };

  std::string Opcode;
  How H = Unconfirmed; ///< what it was compared with, even with mismatches
  std::string Reason;  ///< Unconfirmed: why; SecondSource: which
  uint64_t Inputs = 0, Mismatches = 0;
  std::string FirstMismatch; ///< inputs and both results

  bool confirmed() const { return H != Unconfirmed && Mismatches == 0; }
};

struct ConformReport {
  std::vector<ConformEntry> Entries; ///< in the order of the rows

  /// Rows that were compared with something.
  unsigned executed() const {
    unsigned N = 0;
    for (const ConformEntry &E : Entries)
      N += E.H != ConformEntry::Unconfirmed;
    return N;
  }
  uint64_t inputs() const {
    uint64_t N = 0;
    for (const ConformEntry &E : Entries)
      N += E.Inputs;
    return N;
  }
  uint64_t mismatches() const {
    uint64_t N = 0;
    for (const ConformEntry &E : Entries)
      N += E.Mismatches;
    return N;
  }
};

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_CONFORMANCE_H
