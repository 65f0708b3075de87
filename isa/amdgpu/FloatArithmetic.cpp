//===- isa/amdgpu/FloatArithmetic.cpp - The vector unit's floats ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/FloatArithmetic.h"

using namespace llvm;

namespace whittle::amdgpu {

static V like(V A, uint64_t Bits) { return A.sem().constantLike(A, Bits); }
static V invalid(V A) { return like(A, infinityBits(A.eltBits()) | quietBit(A.eltBits())); }
static V isZero(V A) { return cmp(CmpInst::ICMP_EQ, fabs(A), like(A, 0)); }
static V isNegative(V A) { return cmp(CmpInst::ICMP_SLT, A, like(A, 0)); }

V sum(V A, V B) { return propagate({A, B}, fadd(A, B, invalid(A))); }
V difference(V A, V B) { return propagate({A, B}, fsub(A, B, invalid(A))); }
V product(V A, V B) { return propagate({A, B}, fmul(A, B, invalid(A))); }
V fusedSum(V A, V B, V C) { return propagate({A, B, C}, fma(A, B, C, invalid(A))); }

/// A < B where -0 is less than +0.
static V belowWithZeros(V A, V B) {
  return fless(A, B) | (isZero(A) & isZero(B) & isNegative(A) & ~isNegative(B));
}

/// In IEEE mode gfx9 and gfx11 let a signalling NaN through. Where both are quiet
/// NaNs, gfx9 has the second and gfx11 the first. gfx12 has no IEEE mode and takes
/// any NaN for missing.
static V selectNumber(V A, V B, V TakeA, Generation G) {
  V R = select(TakeA, A, B);
  if (G == Generation::Gfx11)
    R = select(isNaN(B), A, select(isNaN(A), B, R));
  else
    R = select(isNaN(A), B, select(isNaN(B), A, R));
  if (G == Generation::Gfx12)
    return select(isNaN(A) & isNaN(B), quieted(A), R);
  return select(isSignalling(A), quieted(A), select(isSignalling(B), quieted(B), R));
}
V lesser(V A, V B, Generation G) { return selectNumber(A, B, belowWithZeros(A, B), G); }
V greater(V A, V B, Generation G) { return selectNumber(A, B, belowWithZeros(B, A), G); }

/// A signalling NaN comes before a quiet one.
static V selectNaN(V A, V B, V TakeA) {
  V R = propagate({A, B}, select(TakeA, A, B));
  return select(isSignalling(A), quieted(A), select(isSignalling(B), quieted(B), R));
}
V minimum(V A, V B) { return selectNaN(A, B, belowWithZeros(A, B)); }
V maximum(V A, V B) { return selectNaN(A, B, belowWithZeros(B, A)); }

V clamped(V A, V On) {
  V Zero = like(A, 0), One = like(A, powerOfTwo(A.eltBits(), 0));
  return select(On, select(fless(Zero, A), select(fless(One, A), One, A), Zero), A);
}

V bitOf(V Word, unsigned Bit) {
  return cmp(CmpInst::ICMP_NE, Word & int64_t(1) << Bit, like(Word, 0));
}

V modified(V A, V Modifiers) {
  V X = select(bitOf(Modifiers, 1), fabs(A), A);
  return select(bitOf(Modifiers, 0), fneg(X), X);
}

//===----------------------------------------------------------------------===//
// Parts of numbers
//===----------------------------------------------------------------------===//

V ceiling(V A) { return propagate({A}, fround(A, Rounding::Up, A)); }
V floorOf(V A) { return propagate({A}, fround(A, Rounding::Down, A)); }
V truncated(V A) { return propagate({A}, fround(A, Rounding::Zero, A)); }
V roundedToEven(V A) { return propagate({A}, fround(A, Rounding::Nearest, A)); }

static V ifFinite(V A, V Then, V Otherwise) {
  return select(cmp(CmpInst::ICMP_ULT, fabs(A), like(A, infinityBits(A.eltBits()))), Then,
                Otherwise);
}

/// The result is below 1: what would round up to 1 is the number before it.
V fraction(V A) {
  V R = sum(A, fneg(fround(A, Rounding::Down, A)));
  V Largest = like(A, powerOfTwo(A.eltBits(), 0) - 1);
  return propagate({A}, select(fless(Largest, R), Largest, R));
}

/// Twice as far as the exponents of doubles reach is done in three steps. Downwards
/// each leaves at least as many bits as a double has for the last, so that where an
/// early one is inexact the result is 0 in any case.
static V scaledDouble(V A, V Power) {
  V Left = smax(smin(sext(Power, 64), like(A, 4000)), like(A, uint64_t(-4000))), R = A;
  for (unsigned Step = 0; Step != 2; ++Step) {
    V Taken = smax(smin(Left, like(A, 1023)), like(A, uint64_t(-969)));
    V Enough = cmp(CmpInst::ICMP_SGE, Left, like(A, uint64_t(-1022)));
    Taken = select(Enough & cmp(CmpInst::ICMP_SLT, Left, like(A, 0)), like(A, 0), Taken);
    R = fmul(R, shl(Taken + 1023, 52u), R);
    Left = Left - Taken;
  }
  Left = smax(smin(Left, like(A, 1023)), like(A, uint64_t(-1022)));
  return fmul(R, shl(Left + 1023, 52u), R);
}

/// Halves and singles times a power of two are doubles, as far as it matters.
V scaledByPower(V A, V Power) {
  if (A.eltBits() == 64)
    return propagate({A}, scaledDouble(A, Power));
  const uint64_t Farthest = A.eltBits() == 16 ? 64 : 400;
  V Wide = fconvert(A, 64, A.sem().constant(64, infinityBits(64) | quietBit(64)));
  V Bound = smax(smin(sext(Power, 64), like(Wide, Farthest)), like(Wide, -Farthest));
  V Factor = shl(Bound + 1023, 52u);
  V Scaled = fmul(Wide, Factor, Wide);
  return propagate({A}, fconvert(Scaled, A.eltBits(), A));
}

static int64_t mantissaMask(V A) { return (int64_t(1) << mantissaBits(A.eltBits())) - 1; }
static int64_t bias(V A) {
  return int64_t(powerOfTwo(A.eltBits(), 0) >> mantissaBits(A.eltBits()));
}

/// Denormals have their highest bit at width - 1 - ctlz of the magnitude.
V significand(V A) {
  const unsigned Bits = A.eltBits();
  V Mantissa = A & mantissaMask(A), Sign = A & int64_t(signBit(Bits)),
    Half = like(A, powerOfTwo(Bits, -1));
  V Shifted =
      shl(Mantissa, ctlz(Mantissa) - int64_t(Bits - 1 - mantissaBits(Bits))) & mantissaMask(A);
  V Denormal = cmp(CmpInst::ICMP_EQ, A & int64_t(infinityBits(Bits)), like(A, 0));
  V R = Sign | Half | select(Denormal, Shifted, Mantissa);
  return propagate({A}, ifFinite(A, select(isZero(A), A, R), A));
}
V binaryExponent(V A) {
  const unsigned Bits = A.eltBits();
  V Field = lshr(A & int64_t(infinityBits(Bits)), mantissaBits(Bits)), Magnitude = fabs(A);
  V Denormal = cmp(CmpInst::ICMP_EQ, Field, like(A, 0));
  const int64_t OfBit0 = int64_t(Bits) + 1 - bias(A) - int64_t(mantissaBits(Bits));
  V R = select(Denormal, like(A, uint64_t(OfBit0)) - ctlz(Magnitude), Field - (bias(A) - 1));
  return ifFinite(A, select(isZero(A), like(A, 0), R), like(A, 0));
}

V divisionFixed(V Quotient, V Denominator, V Numerator) {
  const unsigned Bits = Quotient.eltBits();
  V Sign = (Denominator ^ Numerator) & int64_t(signBit(Bits)),
    Infinity = like(Sign, infinityBits(Bits));
  auto Infinite = [&](V A) { return cmp(CmpInst::ICMP_EQ, fabs(A), Infinity); };
  V R = propagate({fabs(Quotient) | Sign}, fabs(Quotient) | Sign);
  // What is too small to be told from 0; halves are computed as singles.
  if (Bits != 16) {
    auto Exponent = [&](V A) { return lshr(fabs(A), mantissaBits(Bits)); };
    V Underflows = cmp(CmpInst::ICMP_SLT, Exponent(Numerator) - Exponent(Denominator),
                       like(Sign, uint64_t(Bits == 32 ? -150 : -1075)));
    R = select(Underflows, Sign, R);
  }
  R = select(Infinite(Denominator) | isZero(Numerator), Sign, R);
  R = select(isZero(Denominator) | Infinite(Numerator), Sign | Infinity, R);
  V Undefined =
      (isZero(Denominator) & isZero(Numerator)) | (Infinite(Denominator) & Infinite(Numerator));
  R = select(Undefined, like(R, signBit(Bits) | infinityBits(Bits) | quietBit(Bits)), R);
  return propagate({Numerator, Denominator}, R);
}

V middle(V A, V B, V C, Generation G) {
  V Most = greater(greater(A, B, G), C, G);
  V R = select(fequal(Most, A), greater(B, C, G),
               select(fequal(Most, B), greater(A, C, G), greater(A, B, G)));
  return select(isNaN(A) | isNaN(B) | isNaN(C), lesser(lesser(A, B, G), C, G), R);
}

V normalized(V A, bool Signed) {
  Sem &S = A.sem();
  V Wide = fconvert(A, 64, S.constant(64, infinityBits(64) | quietBit(64)));
  V One = like(Wide, powerOfTwo(64, 0)), Low = Signed ? fneg(One) : like(Wide, 0);
  V Bounded = select(fless(One, Wide), One, select(fless(Wide, Low), Low, Wide));
  // 32767 and 65535.
  V Factor = like(Wide, Signed ? 0x40dfffc000000000 : 0x40efffe000000000);
  V Product = fround(fmul(Bounded, Factor, Bounded), Rounding::Nearest, Bounded);
  return Signed ? ftosi(Product, 16) : ftoui(Product, 16);
}

} // namespace whittle::amdgpu
