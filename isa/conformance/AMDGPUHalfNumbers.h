//===- isa/conformance/AMDGPUHalfNumbers.h - Halves as numbers -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Halves by what they stand for; rounding is looking for the neighbours.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_AMDGPUHALFNUMBERS_H
#define WHITTLE_ISA_CONFORMANCE_AMDGPUHALFNUMBERS_H

#include "isa/conformance/AMDGPUReferenceTools.h"
#include <cmath>

namespace whittle::reference {

/// A half, digit by digit.
inline double halfNumber(uint64_t Bits) {
  const int Exponent = int(Bits >> 10 & 31), Fraction = int(Bits & 1023);
  double Size =
      Exponent == 0 ? std::ldexp(Fraction, -24) : std::ldexp(1024 + Fraction, Exponent - 25);
  if (Exponent == 31)
    Size = Fraction ? std::nan("") : HUGE_VAL;
  return bitOf(Bits, 15) ? -Size : Size;
}

constexpr U LargestHalf = 0x7bff;

/// The largest finite half that is not above \p Size.
inline U halfNotAbove(double Size) {
  U Low = 0, High = LargestHalf;
  while (Low != High)
    if (const U Middle = (Low + High + 1) / 2; halfNumber(Middle) <= Size)
      Low = Middle;
    else
      High = Middle - 1;
  return Low;
}

inline U signOfHalf(double X) { return std::signbit(X) ? 0x8000 : 0; }

/// Of what is no NaN; infinities stay.
inline U truncatedHalf(double X) {
  return signOfHalf(X) | (std::isinf(X) ? 0x7c00 : halfNotAbove(std::fabs(X)));
}

/// To the nearest, of two the one whose last bit is 0.
inline U nearestHalf(double X) {
  const double Size = std::fabs(X);
  U Code = halfNotAbove(Size);
  // What follows the largest would be 2^16.
  const double Above = Code == LargestHalf ? 65536 : halfNumber(Code + 1),
               ToBelow = Size - halfNumber(Code), ToAbove = Above - Size;
  if (ToAbove < ToBelow || (ToAbove == ToBelow && Code % 2 == 1))
    ++Code;
  return signOfHalf(X) | Code;
}

} // namespace whittle::reference

#endif // WHITTLE_ISA_CONFORMANCE_AMDGPUHALFNUMBERS_H
