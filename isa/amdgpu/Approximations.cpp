//===- isa/amdgpu/Approximations.cpp - Approximations of singles, doubles -===//
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

/// What is invalid is the negative NaN, as the documents' examples have it.
V invalid(V A) {
  const unsigned Bits = A.eltBits();
  return A.sem().constantLike(A, signBit(Bits) | infinityBits(Bits) | quietBit(Bits));
}

void add(RowSet &R, const char *Name, unsigned Bits, Opaque F) {
  FloatOperation Op = {Name, Bits, {WholeSource::Float}, [F](ArrayRef<V> S, Generation) {
                         return propagate({S[0]}, fapproximate(F, S[0], invalid(S[0])));
                       }};
  Op.Weight = QuarterRate;
  addFloatOperation(R, Op);
}

} // namespace

void addApproximationRows(RowSet &R) {
  add(R, "V_RCP_F32", 32, Opaque::FApproxRcp);
  // Raises other exceptions.
  add(R, "V_RCP_IFLAG_F32", 32, Opaque::FApproxRcp);
  add(R, "V_RSQ_F32", 32, Opaque::FApproxRsq);
  add(R, "V_SQRT_F32", 32, Opaque::FApproxSqrt);
  add(R, "V_EXP_F32", 32, Opaque::FApproxExp2);
  add(R, "V_LOG_F32", 32, Opaque::FApproxLog2);
  add(R, "V_SIN_F32", 32, Opaque::FApproxSin);
  add(R, "V_COS_F32", 32, Opaque::FApproxCos);
  add(R, "V_RCP_F64", 64, Opaque::FApproxRcp);
  add(R, "V_RSQ_F64", 64, Opaque::FApproxRsq);
  add(R, "V_SQRT_F64", 64, Opaque::FApproxSqrt);
}

} // namespace whittle::amdgpu
