//===- isa/amdgpu/ScalarTools.h - What scalar rows share --------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An opcode of the scalar unit that has a result and SCC has a row for each: the
// one of the result clobbers SCC, the one named ":scc" gives it.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_AMDGPU_SCALARTOOLS_H
#define WHITTLE_ISA_AMDGPU_SCALARTOOLS_H

#include "isa/amdgpu/Families.h"

namespace whittle::amdgpu {

/// A row's result that is SCC: the i1 \p Bit in bit 0.
inline void giveFlag(Sem &S, V Bit) { S.out(zext(Bit, 8)); }

/// SCC as an i1. It is the last input, \p K.
inline V readFlag(Sem &S, unsigned K) { return trunc(S.in(K, 8), 1); }

inline V isNonzero(V A) { return cmp(llvm::CmpInst::ICMP_NE, A, A.sem().constantLike(A, 0)); }

} // namespace whittle::amdgpu

#endif // WHITTLE_ISA_AMDGPU_SCALARTOOLS_H
