//===- isa/Measured.h - Latency and throughput as measured ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's scheduling models are off by 2 to 4 times for some instructions.
// `whittle isa measure` writes what a CPU really takes into a list; where an
// opcode stands in the list of the CPU that code is tuned for, the list counts,
// else the model. docs/COST.md says how it is measured.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_MEASURED_H
#define WHITTLE_ISA_MEASURED_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <map>
#include <optional>
#include <string>

namespace whittle {

/// Of one instruction on registers, in core cycles.
struct MeasuredCost {
  /// From the slowest input to the result; none if no chain can be closed through it.
  std::optional<double> Latency;
  double RThroughput = 0; ///< cycles an instruction among independent ones
};

/// The list of one CPU.
class MeasuredTable {
public:
  MeasuredTable(llvm::StringRef CPU, llvm::StringRef Origin) : Cpu(CPU), Origin(Origin) {}

  /// The list that Whittle ships with for a CPU (LLVM's name), or nullptr.
  static const MeasuredTable *shipped(llvm::StringRef CPU);
  /// Reads what text() wrote. Errors name \p Name and the line.
  static llvm::Expected<MeasuredTable> parse(llvm::StringRef Text, llvm::StringRef Name);
  static llvm::Expected<MeasuredTable> read(llvm::StringRef Path);

  llvm::StringRef cpu() const { return Cpu; }
  /// Vendor string and LLVM version.
  llvm::StringRef origin() const { return Origin; }
  size_t size() const { return Costs.size(); }
  std::optional<MeasuredCost> find(llvm::StringRef Opcode) const;

  void set(llvm::StringRef Opcode, MeasuredCost C) { Costs[Opcode.str()] = C; }
  void erase(llvm::StringRef Opcode) { Costs.erase(Opcode.str()); }
  const std::map<std::string, MeasuredCost, std::less<>> &costs() const { return Costs; }

  /// The file, an X-macro list sorted by opcode.
  std::string text() const;
  llvm::Error write(llvm::StringRef Path) const;

private:
  std::string Cpu, Origin;
  std::map<std::string, MeasuredCost, std::less<>> Costs;
};

} // namespace whittle

#endif // WHITTLE_ISA_MEASURED_H
