//===- isa/amdgpu/FloatConditions.h - What compares ask -----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_AMDGPU_FLOATCONDITIONS_H
#define WHITTLE_ISA_AMDGPU_FLOATCONDITIONS_H

#include "isa/Sem.h"

namespace whittle::amdgpu {

struct Condition {
  const char *Name;
  V (*Holds)(V, V); ///< null: never for the first of a table, always for the last
};

/// The sixteen conditions of floating point, in the order of their opcodes.
llvm::ArrayRef<Condition> floatConditions();

} // namespace whittle::amdgpu

#endif // WHITTLE_ISA_AMDGPU_FLOATCONDITIONS_H
