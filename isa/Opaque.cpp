//===- isa/Opaque.cpp - Functions that proofs do not look into -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Opaque.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APSInt.h"
#include "llvm/Support/ErrorHandling.h"
#include <array>
#include <cmath>
#include <numbers>

using namespace llvm;

namespace whittle {

static constexpr const char *Names[] = {
    "fadd",        "fmul",       "fdiv",       "fsqrt",      "fmuladd",     "fconvert",
    "ftosint",     "ftouint",    "sinttof",    "uinttof",    "froundeven",  "ffloor",
    "fceil",       "ftrunc",     "fapproxrcp", "fapproxrsq", "fapproxsqrt", "fapproxexp2",
    "fapproxlog2", "fapproxsin", "fapproxcos", "aesenc",     "aesenclast",  "aesdec",
    "aesdeclast",  "aesimc"};

StringRef opaqueName(Opaque F) { return Names[unsigned(F)]; }

std::optional<Opaque> opaqueNamed(StringRef Name) {
  for (unsigned I = 0; I != std::size(Names); ++I)
    if (Name == Names[I])
      return Opaque(I);
  return std::nullopt;
}

bool isApproximate(Opaque F) { return F >= Opaque::FApproxRcp && F <= Opaque::FApproxCos; }

bool commutes(Opaque F) { return F == Opaque::FAdd || F == Opaque::FMul || F == Opaque::FMulAdd; }

//===----------------------------------------------------------------------===//
// Floating point
//===----------------------------------------------------------------------===//

static const fltSemantics &formatOf(unsigned Width) {
  switch (Width) {
  case 16:
    return APFloat::IEEEhalf();
  case 32:
    return APFloat::IEEEsingle();
  case 64:
    return APFloat::IEEEdouble();
  default:
    llvm_unreachable("no floating-point format of this width");
  }
}

static APInt settled(const APFloat &X) {
  return X.isNaN() ? APFloat::getQNaN(X.getSemantics()).bitcastToAPInt() : X.bitcastToAPInt();
}

/// Square roots of singles and doubles are correctly rounded on every host; that
/// of a half through single is exact enough not to be rounded twice.
static APFloat squareRoot(const APFloat &X) {
  if (X.isNaN() || (X.isNegative() && !X.isZero()))
    return APFloat::getQNaN(X.getSemantics());
  if (&X.getSemantics() == &APFloat::IEEEdouble())
    return APFloat(std::sqrt(X.convertToDouble()));
  APFloat Single = X;
  bool Inexact;
  Single.convert(APFloat::IEEEsingle(), RoundingMode::NearestTiesToEven, &Inexact);
  APFloat R(std::sqrt(Single.convertToFloat()));
  R.convert(X.getSemantics(), RoundingMode::NearestTiesToEven, &Inexact);
  return R;
}

/// As Float.cpp's fapproximate has it.
static double approximate(Opaque F, double X) {
  const double Turns = X == 0 ? X : X - std::nearbyint(X);
  switch (F) {
  case Opaque::FApproxRcp:
    return 1 / X;
  case Opaque::FApproxRsq:
    return 1 / std::sqrt(X);
  case Opaque::FApproxSqrt:
    return std::sqrt(X);
  case Opaque::FApproxExp2:
    return std::exp2(X);
  case Opaque::FApproxLog2:
    return std::log2(X);
  case Opaque::FApproxSin:
    return std::sin(Turns * (2 * std::numbers::pi));
  case Opaque::FApproxCos:
    return std::cos(Turns * (2 * std::numbers::pi));
  default:
    llvm_unreachable("no approximation");
  }
}

static APInt toInteger(const APFloat &X, unsigned Width, bool Signed) {
  APSInt R(Width, !Signed);
  bool Exact;
  // Saturates where it is out of range, and gives 0 for a NaN.
  X.convertToInteger(R, RoundingMode::TowardZero, &Exact);
  return R;
}

static APInt evalFloat(Opaque F, unsigned Width, ArrayRef<APInt> Args) {
  constexpr auto Nearest = RoundingMode::NearestTiesToEven;
  if (F == Opaque::SIntToF || F == Opaque::UIntToF) {
    APFloat R(formatOf(Width));
    R.convertFromAPInt(Args[0], F == Opaque::SIntToF, Nearest);
    return R.bitcastToAPInt();
  }
  APFloat X(formatOf(Args[0].getBitWidth()), Args[0]);
  auto Arg = [&](unsigned I) { return APFloat(formatOf(Args[I].getBitWidth()), Args[I]); };
  if (isApproximate(F)) {
    bool Inexact;
    APFloat Wide = X;
    Wide.convert(APFloat::IEEEdouble(), Nearest, &Inexact);
    APFloat R(approximate(F, Wide.convertToDouble()));
    R.convert(X.getSemantics(), Nearest, &Inexact);
    return settled(R);
  }
  switch (F) {
  case Opaque::FAdd:
    X.add(Arg(1), Nearest);
    return settled(X);
  case Opaque::FMul:
    X.multiply(Arg(1), Nearest);
    return settled(X);
  case Opaque::FDiv:
    X.divide(Arg(1), Nearest);
    return settled(X);
  case Opaque::FSqrt:
    return settled(squareRoot(X));
  case Opaque::FMulAdd:
    X.fusedMultiplyAdd(Arg(1), Arg(2), Nearest);
    return settled(X);
  case Opaque::FConvert: {
    bool Inexact;
    X.convert(formatOf(Width), Nearest, &Inexact);
    return settled(X);
  }
  case Opaque::FToSInt:
    return toInteger(X, Width, true);
  case Opaque::FToUInt:
    return toInteger(X, Width, false);
  case Opaque::FRoundEven:
    X.roundToIntegral(Nearest);
    return settled(X);
  case Opaque::FFloor:
    X.roundToIntegral(RoundingMode::TowardNegative);
    return settled(X);
  case Opaque::FCeil:
    X.roundToIntegral(RoundingMode::TowardPositive);
    return settled(X);
  case Opaque::FTrunc:
    X.roundToIntegral(RoundingMode::TowardZero);
    return settled(X);
  default:
    llvm_unreachable("no floating-point function");
  }
}

//===----------------------------------------------------------------------===//
// AES (FIPS 197): the state is 16 bytes, column by column
//===----------------------------------------------------------------------===//

static uint8_t times(uint8_t A, uint8_t B) {
  unsigned R = 0;
  for (unsigned I = 0; I != 8; ++I)
    R ^= (B >> I & 1) * (unsigned(A) << I);
  for (unsigned I = 14; I >= 8; --I)
    R ^= (R >> I & 1) * (0x11bu << (I - 8));
  return uint8_t(R);
}

/// The S-box, worked out of its definition.
static const std::array<uint8_t, 256> &sbox() {
  static const std::array<uint8_t, 256> Table = [] {
    std::array<uint8_t, 256> T{};
    for (unsigned X = 0; X != 256; ++X) {
      unsigned Inverse = 0;
      for (unsigned Y = 1; Y != 256 && X; ++Y)
        if (times(uint8_t(X), uint8_t(Y)) == 1)
          Inverse = Y;
      unsigned R = 0x63;
      for (unsigned K = 0; K != 5; ++K)
        R ^= (Inverse << K | Inverse >> (8 - K)) & 0xff;
      T[X] = uint8_t(R);
    }
    return T;
  }();
  return Table;
}

static APInt evalAes(Opaque F, const APInt &State) {
  bool Inverse = F == Opaque::AesDec || F == Opaque::AesDecLast || F == Opaque::AesImc;
  bool Mix = F == Opaque::AesEnc || F == Opaque::AesDec || F == Opaque::AesImc;
  std::array<uint8_t, 256> Box = sbox();
  if (Inverse)
    for (unsigned X = 0; X != 256; ++X)
      Box[sbox()[X]] = uint8_t(X);
  std::array<uint8_t, 16> B;
  for (unsigned I = 0; I != 16; ++I) {
    // Row r moves by r columns: left, or right in the inverse.
    unsigned Row = I % 4, Column = (I / 4 + (Inverse ? 16 - Row : Row)) % 4;
    B[I] = F == Opaque::AesImc ? uint8_t(State.extractBitsAsZExtValue(8, 8 * I))
                               : Box[State.extractBitsAsZExtValue(8, 8 * (4 * Column + Row))];
  }
  static constexpr uint8_t Forward[] = {2, 3, 1, 1}, Backward[] = {14, 11, 13, 9};
  APInt R(128, 0);
  for (unsigned I = 0; I != 16; ++I) {
    uint8_t V = B[I];
    if (Mix) {
      V = 0;
      for (unsigned K = 0; K != 4; ++K)
        V ^= times(B[I / 4 * 4 + (I + K) % 4], (Inverse ? Backward : Forward)[K]);
    }
    R.insertBits(V, 8 * I, 8);
  }
  return R;
}

APInt evalOpaque(Opaque F, unsigned Width, ArrayRef<APInt> Args) {
  return F >= Opaque::AesEnc ? evalAes(F, Args[0]) : evalFloat(F, Width, Args);
}

} // namespace whittle
