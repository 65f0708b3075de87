//===- isa/conformance/AMDGPUFolds.h - LLVM's constant folding --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM folds many AMDGPU intrinsics, and all of the generic instructions that
// selection makes one opcode of, where their operands are constants. What it folds
// them to is a further source for the rows of these opcodes. Not here are those
// whose results are approximate (v_rcp, v_sin, v_cos).
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_AMDGPUFOLDS_H
#define WHITTLE_ISA_CONFORMANCE_AMDGPUFOLDS_H

#include "isa/conformance/Conformance.h"
#include "isa/conformance/IsaEval.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/IR/IRBuilder.h"
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace whittle {

/// How an operand's or a result's bits are a value of LLVM's IR.
enum class FoldType : uint8_t { I1, I16, I32, I64, F16, F32, F64, V2I16, V2F16, V2F32 };

struct Fold {
  std::string Row;
  std::string Cpu; ///< whose attributes the folded function has
  FoldType Result;
  std::vector<FoldType> Operands; ///< in the order of the row's inputs
  std::function<llvm::Value *(llvm::IRBuilderBase &B, llvm::ArrayRef<llvm::Value *> Operands)>
      Build;
};

/// Everything that LLVM is asked, whether there is such a row or not.
const std::vector<Fold> &amdgpuFolds();
const Fold *amdgpuFoldOf(llvm::StringRef Row);

/// What LLVM makes of each set of operands; nothing where it folds no constant.
llvm::Expected<std::vector<std::optional<uint64_t>>>
foldConstants(const Fold &F, llvm::ArrayRef<std::vector<uint64_t>> Sets);

/// Counts what differs in \p Entry. \p Word gives 32 bits of an operand, which are
/// a floating-point number or not. Fails if LLVM folds less than half.
llvm::Error compareFolds(const RowFunction &RF, const Fold &F,
                         llvm::function_ref<uint32_t(bool Float)> Word, ConformEntry &Entry);

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_AMDGPUFOLDS_H
