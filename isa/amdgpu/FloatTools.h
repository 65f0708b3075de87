//===- isa/amdgpu/FloatTools.h - What float rows share ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For elements of 16, 32 or 64 bits, scalars or vectors. The rows hold for the
// mode that programs start with: nearest even, denormals kept, IEEE, DX10_CLAMP.
// The documents are open about the payload of a NaN result. Our choice: the first
// operand that is a NaN, quieted; of an invalid operation the positive quiet NaN.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_AMDGPU_FLOATTOOLS_H
#define WHITTLE_ISA_AMDGPU_FLOATTOOLS_H

#include "isa/Float.h"

namespace whittle::amdgpu {

/// \p Bit of the scalar \p Flags, an i1.
inline V flag(V Flags, unsigned Bit) {
  return cmp(llvm::CmpInst::ICMP_NE, Flags & (int64_t(1) << Bit),
             Flags.sem().constantLike(Flags, 0));
}

/// X under its source modifiers: the sign is cleared first (2), then flipped (1).
inline V modified(V X, V Modifiers) {
  V Magnitude = select(flag(Modifiers, 1), fabs(X), X);
  return select(flag(Modifiers, 0), fneg(Magnitude), Magnitude);
}

/// To 0..1. NaNs and, as our reading of a maximum with +0, -0 give +0.
inline V clamped(V X) {
  const unsigned Bits = X.eltBits();
  V Zero = X.sem().constantLike(X, 0), One = X.sem().constantLike(X, powerOfTwo(Bits, 0));
  return select(fless(One, X), One, select(fless(Zero, X), X, Zero));
}
inline V clampedIf(V X, V Clamp) { return select(flag(Clamp, 0), clamped(X), X); }

/// The NaN of an invalid operation, of X's type.
inline V invalidLike(V X) {
  const unsigned Bits = X.eltBits();
  return X.sem().constantLike(X, infinityBits(Bits) | quietBit(Bits));
}

/// Minimum and maximum in IEEE mode: a signalling NaN comes out quieted, the first
/// one if both are; a quiet NaN loses to a number; -0 is less than +0.
inline V ieeeExtremum(V A, V B, bool Max) {
  V Less = select(Max ? fless(B, A) : fless(A, B), A, B);
  // Equal operands differ in nothing but the sign of a zero.
  V Ordered = select(fequal(A, B), Max ? A & B : A | B, Less);
  V Number = select(isNaN(A), B, select(isNaN(B), A, Ordered));
  return select(isSignalling(A), quieted(A), select(isSignalling(B), quieted(B), Number));
}
inline V ieeeMin(V A, V B) { return ieeeExtremum(A, B, false); }
inline V ieeeMax(V A, V B) { return ieeeExtremum(A, B, true); }

} // namespace whittle::amdgpu

#endif // WHITTLE_ISA_AMDGPU_FLOATTOOLS_H
