//===- isa/amdgpu/Approximations.cpp - Reciprocals and roots --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The documents bound the error of these and leave the bits open. To a proof they are
// functions of which nothing is known but that equal operands give equal results; to
// an evaluation they are the number rounded to nearest.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/FloatRows.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr unsigned QuarterRate = 8;

V notANumber(V A) {
  return A.sem().constantLike(A, infinityBits(A.eltBits()) | quietBit(A.eltBits()));
}
V one(V A) { return A.sem().constantLike(A, powerOfTwo(A.eltBits(), 0)); }
V reciprocal(V A) { return fdiv(one(A), A, notANumber(A)); }
V root(V A) { return fsqrt(A, notANumber(A)); }
V reciprocalRoot(V A) { return reciprocal(root(A)); }

void add(RowSet &R, const char *Name, unsigned Bits, Opaque F, V (*Near)(V)) {
  FloatOperation Op = {Name, Bits, {WholeSource::Float}, [F, Near](ArrayRef<V> S, Generation) {
                         return propagate({S[0]}, callOpaque(F, S[0], Near));
                       }};
  Op.Weight = QuarterRate;
  addFloatOperation(R, Op);
}

} // namespace

void addApproximationRows(RowSet &R) {
  add(R, "V_RCP_F32", 32, Opaque::Rcp32, reciprocal);
  // Raises other exceptions.
  add(R, "V_RCP_IFLAG_F32", 32, Opaque::Rcp32, reciprocal);
  add(R, "V_RSQ_F32", 32, Opaque::Rsq32, reciprocalRoot);
  add(R, "V_SQRT_F32", 32, Opaque::Sqrt32, root);
  add(R, "V_RCP_F64", 64, Opaque::Rcp64, reciprocal);
  add(R, "V_RSQ_F64", 64, Opaque::Rsq64, reciprocalRoot);
  add(R, "V_SQRT_F64", 64, Opaque::Sqrt64, root);
}

} // namespace whittle::amdgpu
