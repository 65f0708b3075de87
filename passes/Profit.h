//===- passes/Profit.h - Does a rewrite pay on this CPU? --------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The static cost, the same for every CPU, orients rules; the scheduling model
// of the CPU at hand may only veto.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_PROFIT_H
#define WHITTLE_PASSES_PROFIT_H

#include "passes/Rewriter.h"
#include "llvm/CodeGen/TargetSchedule.h"
#include <memory>

namespace whittle {

class Profit {
public:
  explicit Profit(llvm::MachineFunction &MF) : MF(MF) {}

  /// False if the target, as emitted by \p R, is worse than the source in both
  /// its longest chain and the time that its units are busy.
  bool pays(ValueView &View, const Match &M, const RewritePlan &Plan, const Rewriter &R);

private:
  struct Time {
    double Latency = 0;    ///< of the longest chain
    double Throughput = 0; ///< sum of reciprocal throughputs
  };
  void add(Time &T, llvm::SmallVectorImpl<double> &Ready, const Node &N, unsigned NumLeaves,
           llvm::ArrayRef<double> LeafReady, const llvm::MachineInstr *MI, double Extra);

  llvm::MachineFunction &MF;
  std::unique_ptr<llvm::TargetSchedModel> Model; ///< built on the first question
};

} // namespace whittle

#endif // WHITTLE_PASSES_PROFIT_H
