//===- passes/Profit.h - Does a rewrite pay on this CPU? --------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The static cost, the same for every CPU, orients rules; what the CPU that code
// is tuned for takes may only veto: cycles as measured on it where there is a list
// with the opcode, else LLVM's scheduling model.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_PROFIT_H
#define WHITTLE_PASSES_PROFIT_H

#include "isa/Measured.h"
#include "passes/Rewriter.h"
#include "llvm/CodeGen/TargetSchedule.h"
#include <memory>

namespace whittle {

class Profit {
public:
  /// \p Own comes before the list that Whittle ships with for the same CPU; it may
  /// be null.
  Profit(llvm::MachineFunction &MF, OpcodeTable &Table, const MeasuredTable *Own)
      : MF(MF), Table(Table), Own(Own) {}

  /// False if the target, as emitted by \p R, is worse than the source in both
  /// its longest chain and the time that its units are busy; if it gives a loop more to
  /// do that the source has prepared in front of; or if more values live on from other
  /// blocks.
  bool pays(ValueView &View, const Match &M, const RewritePlan &Plan, const Rewriter &R);

private:
  struct Time {
    double Latency = 0;    ///< of the longest chain
    double Throughput = 0; ///< sum of reciprocal throughputs
  };
  struct Cycles {
    double Latency, Throughput;
  };
  bool open();
  bool movesConstantsAgain(ValueView &View, const Match &M);
  bool paysAcross(ValueView &View, const Match &M, const RewritePlan &Plan, const Rewriter &R);
  Cycles cycles(const llvm::MachineInstr &MI, const Row &R);
  void add(Time &T, llvm::SmallVectorImpl<double> &Ready, const Node &N, unsigned NumLeaves,
           llvm::ArrayRef<double> LeafReady, const llvm::MachineInstr *MI, double Extra);

  llvm::MachineFunction &MF;
  OpcodeTable &Table;
  const MeasuredTable *Own;
  const MeasuredTable *Measured = nullptr;       ///< of the CPU that code is tuned for
  std::unique_ptr<llvm::TargetSchedModel> Model; ///< built on the first question
};

} // namespace whittle

#endif // WHITTLE_PASSES_PROFIT_H
