//===- isa/conformance/AMDGPUScalarFloatReference.cpp - Scalar floats ----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers are doubles, wide enough that rounding a sum or product of two once more
// gives what rounding it once would; fused sums of singles are made as singles. NaNs
// are told by their bits before there is any arithmetic.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUSmallFloats.h"

namespace whittle {

using namespace reference;

namespace {

/// A format of 16 or 32 bits.
struct Format {
  int Bits;
  U sign() const { return U(1) << (Bits - 1); }
  U infinity() const { return Bits == 16 ? 0x7c00 : 0x7f800000; }
  U quietBit() const { return Bits == 16 ? 0x200 : 0x400000; }
  U nan() const { return infinity() | quietBit(); }
  U cut(uint64_t X) const { return Bits == 16 ? U(X) & 0xffff : U(X); }
  bool isNaN(U X) const { return (X & (sign() - 1)) > infinity(); }
  bool isSignalling(U X) const { return isNaN(X) && !(X & quietBit()); }
  double number(U X) const {
    return isNaN(X)     ? std::nan("")
           : Bits == 16 ? HalfFormat.value(X)
                        : double(std::bit_cast<float>(X));
  }
  U encode(double X) const {
    return Bits == 16 ? HalfFormat.encode(X) : std::bit_cast<U>(float(X));
  }
};

/// What is computed of numbers, rounded; of NaNs the first.
template <typename F> U rounded(const Format &T, const U *S, int Count, F Function) {
  double X[3] = {};
  for (int K = 0; K != Count; ++K) {
    if (T.isNaN(S[K]))
      return S[K] | T.quietBit();
    X[K] = T.number(S[K]);
  }
  const double R = Function(X[0], X[1], X[2]);
  return std::isnan(R) ? T.nan() : T.encode(R);
}

U fusedSum(const Format &T, U A, U B, U C) {
  const U S[] = {A, B, C};
  return rounded(T, S, 3, [&](double X, double Y, double Z) {
    return T.Bits == 16 ? X * Y + Z : double(std::fma(float(X), float(Y), float(Z)));
  });
}

/// -1, 0 or 1 as A is less, equal or greater; -0 is less than +0.
int order(const Format &T, U A, U B) {
  const double X = T.number(A), Y = T.number(B);
  if (X != Y)
    return X < Y ? -1 : 1;
  return int(std::signbit(Y)) - int(std::signbit(X));
}

/// A number rather than a NaN.
U extremeNumber(const Format &T, U A, U B, int Wanted) {
  if (T.isNaN(A))
    return T.isNaN(B) ? A | T.quietBit() : B;
  return T.isNaN(B) || order(T, A, B) == Wanted ? A : B;
}

/// A NaN rather than a number, a signalling one first.
U extremeOrNaN(const Format &T, U A, U B, int Wanted) {
  for (bool Signalling : {true, false})
    for (U X : {A, B})
      if (Signalling ? T.isSignalling(X) : T.isNaN(X))
        return X | T.quietBit();
  return order(T, A, B) == Wanted ? A : B;
}

U roundedTo(const Format &T, U A, double (*Direction)(double)) {
  return rounded(T, &A, 1, [=](double X, double, double) {
    return std::copysign(Direction(X), X); // of -0.5 it is -0
  });
}

double nearestEven(double X) {
  const double Below = std::floor(X), Rest = X - Below;
  return Rest < 0.5 || (Rest == 0.5 && std::fmod(Below, 2) == 0) ? Below : Below + 1;
}

/// Between the two ends; a NaN is 0.
int64_t wholeNumber(U X, int64_t Lowest, int64_t Highest) {
  const double N = Format{32}.number(X);
  if (std::isnan(N))
    return 0;
  return N <= double(Lowest) ? Lowest : N >= double(Highest) ? Highest : int64_t(N);
}

template <typename F> ReferenceEntry scalar(F Function) {
  ReferenceEntry R = words(Function);
  R.K = ReferenceEntry::Scalar;
  return R;
}

void addFormat(ReferenceTable &T, Format F) {
  const std::string Width = std::to_string(F.Bits);
  auto Two = [&](const std::string &Name, auto Function) {
    T[Name + Width] = scalar([=](const U *S) -> U { return Function(F.cut(S[0]), F.cut(S[1])); });
  };
  auto Arithmetic = [&](const char *Name, double (*Function)(double, double, double)) {
    Two(Name, [=](U A, U B) {
      const U S[] = {A, B};
      return rounded(F, S, 2, Function);
    });
  };
  Arithmetic("S_ADD_F", [](double X, double Y, double) { return X + Y; });
  Arithmetic("S_SUB_F", [](double X, double Y, double) { return X - Y; });
  Arithmetic("S_MUL_F", [](double X, double Y, double) { return X * Y; });
  Two("S_MIN_F", [=](U A, U B) { return extremeNumber(F, A, B, -1); });
  Two("S_MAX_F", [=](U A, U B) { return extremeNumber(F, A, B, 1); });
  Two("S_MINIMUM_F", [=](U A, U B) { return extremeOrNaN(F, A, B, -1); });
  Two("S_MAXIMUM_F", [=](U A, U B) { return extremeOrNaN(F, A, B, 1); });
  T["S_FMAC_F" + Width] =
      scalar([=](const U *S) -> U { return fusedSum(F, F.cut(S[0]), F.cut(S[1]), F.cut(S[2])); });
  auto Whole = [&](const char *Name, double (*Direction)(double)) {
    T[Name + Width] = scalar([=](const U *S) -> U { return roundedTo(F, F.cut(S[0]), Direction); });
  };
  Whole("S_CEIL_F", [](double X) { return std::ceil(X); });
  Whole("S_FLOOR_F", [](double X) { return std::floor(X); });
  Whole("S_TRUNC_F", [](double X) { return std::trunc(X); });
  Whole("S_RNDNE_F", nearestEven);
  // As of vector compares: a condition's number has a bit for each way in which two
  // values can stand to each other.
  static const char *const Conditions[] = {"",  "LT",  "EQ",  "LE",  "GT",  "LG",  "GE", "O",
                                           "U", "NGE", "NLG", "NGT", "NLE", "NEQ", "NLT"};
  for (unsigned C = 1; C != std::size(Conditions); ++C)
    Two(std::string("S_CMP_") + Conditions[C] + "_F", [=](U A, U B) -> U {
      const double X = F.number(A), Y = F.number(B);
      return C >> (X < Y ? 0 : X == Y ? 1 : X > Y ? 2 : 3) & 1;
    });
}

} // namespace

void addScalarFloatReference(ReferenceTable &T) {
  addFormat(T, {16});
  addFormat(T, {32});
  auto Constant = [&](const char *Name, bool LastIsAddend) {
    ReferenceEntry &R = T[Name];
    R.K = ReferenceEntry::Scalar;
    R.E = [=](const uint64_t *S, const int64_t *Imm) -> uint64_t {
      const U A = U(S[0]), B = U(S[1]), K = U(uint64_t(*Imm));
      return LastIsAddend ? fusedSum({32}, A, B, K) : fusedSum({32}, A, K, B);
    };
  };
  Constant("S_FMAAK_F32", true);
  Constant("S_FMAMK_F32", false);
  T["S_CVT_F32_I32"] = scalar([](const U *S) { return std::bit_cast<U>(float(I(S[0]))); });
  T["S_CVT_F32_U32"] = scalar([](const U *S) { return std::bit_cast<U>(float(S[0])); });
  T["S_CVT_I32_F32"] =
      scalar([](const U *S) { return U(wholeNumber(S[0], INT32_MIN, INT32_MAX)); });
  T["S_CVT_U32_F32"] = scalar([](const U *S) { return U(wholeNumber(S[0], 0, UINT32_MAX)); });
  T["S_CVT_F16_F32"] = scalar([](const U *S) { return singleToHalf(S[0]); });
  T["S_CVT_F32_F16"] = scalar([](const U *S) { return halfToSingle(S[0]); });
  T["S_CVT_HI_F32_F16"] = scalar([](const U *S) { return halfToSingle(S[0] >> 16); });
  T["S_CVT_PK_RTZ_F16_F32"] =
      scalar([](const U *S) { return singleToHalf(S[1], true) << 16 | singleToHalf(S[0], true); });
}

} // namespace whittle
