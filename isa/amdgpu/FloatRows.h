//===- isa/amdgpu/FloatRows.h - Float rows in both encodings ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_AMDGPU_FLOATROWS_H
#define WHITTLE_ISA_AMDGPU_FLOATROWS_H

#include "isa/amdgpu/Families.h"
#include "isa/amdgpu/FloatTools.h"

namespace whittle::amdgpu {

struct FloatOperation {
  std::string Name, Features;
  std::vector<unsigned> Widths; ///< of the sources
  std::function<V(llvm::ArrayRef<V>)> Fn;
  unsigned Weight = 2;
  bool HasE32 = true, HasE64 = true;
  bool FloatSources = true; ///< e64 has source modifiers
  bool FloatResult = true;  ///< clamp acts on the result
  std::string Variant = ""; ///< another meaning on another generation
};

/// NAME_e64, NAME_e64:mods (:clamp without source modifiers) and NAME_e32.
void addFloatOperation(RowSet &R, const FloatOperation &Op);

} // namespace whittle::amdgpu

#endif // WHITTLE_ISA_AMDGPU_FLOATROWS_H
