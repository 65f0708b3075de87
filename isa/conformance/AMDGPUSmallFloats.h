//===- isa/conformance/AMDGPUSmallFloats.h - Formats of 8 and 16 bits ----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small formats as doubles, which hold each of their values, each product of two and
// enough of each sum that rounding it once more gives what rounding it once would.
// A NaN is a matter of bits and handled before any arithmetic.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_AMDGPUSMALLFLOATS_H
#define WHITTLE_ISA_CONFORMANCE_AMDGPUSMALLFLOATS_H

#include "isa/conformance/AMDGPUReferenceTools.h"
#include <bit>
#include <cmath>

namespace whittle::reference {

struct SmallFormat {
  int Exponent, Mantissa, Bias;
  enum Ending : uint8_t {
    Infinities,   ///< as IEEE 754 has it
    OneNaN,       ///< all ones is NaN, there is no infinity (OCP E4M3)
    NegativeZero, ///< the code of -0 is NaN, there is neither infinity nor -0 (FNUZ)
  } End = Infinities;

  int bits() const { return 1 + Exponent + Mantissa; }
  U sign() const { return U(1) << (bits() - 1); }
  U allOnes() const { return sign() - 1; }
  U infinity() const { return allOnes() >> Mantissa << Mantissa; }
  U quiet() const { return U(1) << (Mantissa - 1); }
  U largest() const {
    return End == Infinities ? infinity() - 1 : End == OneNaN ? allOnes() - 1 : allOnes();
  }
  bool isNaN(U X) const {
    X &= sign() | allOnes();
    return End == Infinities ? (X & allOnes()) > infinity()
           : End == OneNaN   ? (X & allOnes()) == allOnes()
                             : X == sign();
  }
  /// Of what is no NaN.
  double value(U X) const {
    const U Magnitude = X & allOnes();
    const int Field = int(Magnitude >> Mantissa);
    const double Fraction = double(Magnitude & ((U(1) << Mantissa) - 1));
    double R = Field == 0
                   ? std::ldexp(Fraction, 1 - Bias - Mantissa)
                   : std::ldexp(std::ldexp(1.0, Mantissa) + Fraction, Field - Bias - Mantissa);
    if (End == Infinities && Magnitude == infinity())
      R = HUGE_VAL;
    return X & sign() ? -R : R;
  }
  /// Rounded to nearest even, or towards zero; of what is no NaN. Too large is an
  /// infinity or, where there is none, \p TooLarge.
  U encode(double X, bool TowardsZero = false, U TooLarge = 0) const {
    const U Sign = std::signbit(X) ? sign() : 0;
    const double Magnitude = std::fabs(X);
    if (Magnitude == 0)
      return End == NegativeZero ? 0 : Sign;
    if (std::isinf(X))
      return End == Infinities ? Sign | infinity() : TooLarge;
    int Power;
    std::frexp(Magnitude, &Power); // in [2^(Power-1), 2^Power)
    const int Quantum = std::max(Power - 1, 1 - Bias) - Mantissa;
    const double Scaled = std::ldexp(Magnitude, -Quantum);
    double Count = std::floor(Scaled);
    const double Rest = Scaled - Count;
    if (!TowardsZero && (Rest > 0.5 || (Rest == 0.5 && std::fmod(Count, 2) == 1)))
      Count += 1;
    // Where the mantissa overflows into the exponent this is right as well.
    const uint64_t Code = (uint64_t(Quantum + Mantissa + Bias - 1) << Mantissa) + uint64_t(Count);
    if (Code > largest())
      return TowardsZero ? Sign | largest() : End == Infinities ? Sign | infinity() : TooLarge;
    return End == NegativeZero && Code == 0 ? 0 : Sign | U(Code);
  }
};

constexpr SmallFormat HalfFormat{5, 10, 15};
constexpr SmallFormat BrainFormat{8, 7, 127};

/// A NaN with its payload's highest bits, quieted.
inline U singleNaNTo(const SmallFormat &F, U X) {
  return (X >> 31 ? F.sign() : 0) | F.infinity() | F.quiet() |
         (X >> (23 - F.Mantissa) & (F.quiet() - 1));
}
inline bool isSingleNaN(U X) { return (X & 0x7fffffff) > 0x7f800000; }
inline U singleToHalf(U X, bool TowardsZero = false) {
  return isSingleNaN(X) ? singleNaNTo(HalfFormat, X)
                        : HalfFormat.encode(double(std::bit_cast<float>(X)), TowardsZero);
}
inline U halfToSingle(U H) {
  H &= 0xffff;
  if (HalfFormat.isNaN(H))
    return (H >> 15) << 31 | 0x7fc00000 | (H & 0x3ff) << 13;
  return std::bit_cast<U>(float(HalfFormat.value(H)));
}
inline U brainToSingle(U B) { return B << 16; }

} // namespace whittle::reference

#endif // WHITTLE_ISA_CONFORMANCE_AMDGPUSMALLFLOATS_H
