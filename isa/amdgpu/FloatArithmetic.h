//===- isa/amdgpu/FloatArithmetic.h - The vector unit's floats --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Halves, singles and doubles alike, told by their width.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_AMDGPU_FLOATARITHMETIC_H
#define WHITTLE_ISA_AMDGPU_FLOATARITHMETIC_H

#include "isa/Float.h"

namespace whittle::amdgpu {

/// What the documents describe differently: minima and maxima of NaNs.
enum class Generation : uint8_t { Gfx9, Gfx11, Gfx12 };

// Arithmetic on elements of one width. Of operands that are NaNs the first comes
// through, quieted; what is invalid is the positive quiet NaN without payload.
V sum(V A, V B);
V difference(V A, V B);
V product(V A, V B);
V fusedSum(V A, V B, V C); ///< A * B + C
/// Of a NaN and a number the number: V_MIN, V_MAX and those made of them.
V lesser(V A, V B, Generation G);
V greater(V A, V B, Generation G);
/// IEEE 754-2019: of a NaN and a number the NaN.
V minimum(V A, V B);
V maximum(V A, V B);
/// To [0, 1] where \p On, an i1, is set; a NaN becomes 0.
V clamped(V A, V On);
/// neg in bit 0 and abs in bit 1 of \p Modifiers.
V modified(V A, V Modifiers);
V bitOf(V Word, unsigned Bit); ///< i1

// To an integer in the same format, and the rest.
V ceiling(V A);
V floorOf(V A);
V truncated(V A);
V roundedToEven(V A);
V fraction(V A); ///< below 1
// Sign and significand in [1/2, 1), and the power of two that belongs to it.
V significand(V A);
V binaryExponent(V A); ///< of A's width; 0 of zeros, infinities and NaNs
/// Times a power of two, a signed number of any width, rounded once.
V scaledByPower(V A, V Power);
/// The last step of a division: special cases of numerator and denominator.
V divisionFixed(V Quotient, V Denominator, V Numerator);
/// The middle one; where there is a NaN the least of the others.
V middle(V A, V B, V C, Generation G);
/// In [-1, 1] if \p Signed, else in [0, 1]: times the largest integer of 16 bits, to
/// nearest even. The product is exact in a double. NaN gives 0.
V normalized(V A, bool Signed);

} // namespace whittle::amdgpu

#endif // WHITTLE_ISA_AMDGPU_FLOATARITHMETIC_H
