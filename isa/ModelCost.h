//===- isa/ModelCost.h - What LLVM's scheduling model says ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_MODELCOST_H
#define WHITTLE_ISA_MODELCOST_H

#include "isa/TargetIsa.h"
#include <optional>

namespace whittle {

/// In cycles.
struct ModelCost {
  double Latency = 0, RThroughput = 0;
};

/// LLVM's scheduling model of \p STI for the row's opcode, on registers that all
/// differ (no zero idiom). None if the CPU lacks the row's features, or has no
/// model or none of this opcode.
std::optional<ModelCost> modelCost(const TargetIsa &Isa, const Row &R,
                                   const llvm::MCSubtargetInfo &STI);

} // namespace whittle

#endif // WHITTLE_ISA_MODELCOST_H
