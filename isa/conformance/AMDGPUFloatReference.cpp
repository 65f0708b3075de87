//===- isa/conformance/AMDGPUFloatReference.cpp - FP32 and FP64 ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Computed by the host's floating point, NaNs apart.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReferenceTools.h"
#include <bit>
#include <cmath>

namespace whittle {

using namespace reference;

namespace {

uint64_t patternOf(float X) { return std::bit_cast<uint32_t>(X); }
uint64_t patternOf(double X) { return std::bit_cast<uint64_t>(X); }
template <typename T> T numberOf(uint64_t X) {
  if constexpr (sizeof(T) == 4)
    return std::bit_cast<float>(uint32_t(X));
  else
    return std::bit_cast<double>(X);
}

template <typename T> constexpr uint64_t QuietNaN = 0x7ff8000000000000;
template <> constexpr uint64_t QuietNaN<float> = 0x7fc00000;
template <typename T> constexpr uint64_t Quiet = 0x0008000000000000;
template <> constexpr uint64_t Quiet<float> = 0x00400000;
template <typename T> constexpr uint64_t Sign = uint64_t(1) << (8 * sizeof(T) - 1);

template <typename T> bool nan(uint64_t X) { return std::isnan(numberOf<T>(X)); }

template <typename T> uint64_t clamp(uint64_t X) {
  if (nan<T>(X) || numberOf<T>(X) <= 0)
    return 0;
  return numberOf<T>(X) >= 1 ? patternOf(T(1)) : X;
}

/// NAME and NAME:mods of N sources, whose function takes and gives bit patterns.
template <typename T, typename F>
void addBoth(ReferenceTable &T2, const std::string &Name, int N, F Function, bool Clamps = true) {
  ReferenceEntry R;
  R.E = [Function](const uint64_t *S, const int64_t *) { return uint64_t(Function(S)); };
  T2[Name] = R;
  R.E = [=](const uint64_t *S, const int64_t *Imm) {
    uint64_t Modified[3] = {};
    for (int K = 0; K != N; ++K) {
      Modified[K] = S[K];
      if (Imm[K] & 2)
        Modified[K] &= ~Sign<T>;
      if (Imm[K] & 1)
        Modified[K] ^= Sign<T>;
    }
    return uint64_t(Function(Modified));
  };
  if (Clamps)
    R.E = [Inner = R.E, N](const uint64_t *S, const int64_t *Imm) {
      const uint64_t X = Inner(S, Imm);
      return Imm[N] & 1 ? clamp<T>(X) : X;
    };
  T2[Name + ":mods"] = R;
}

template <typename T, typename F> auto arithmetic(int N, F Function) {
  return [=](const uint64_t *S) -> uint64_t {
    T Numbers[3] = {};
    for (int K = 0; K != N; ++K) {
      if (nan<T>(S[K]))
        return S[K] | Quiet<T>;
      Numbers[K] = numberOf<T>(S[K]);
    }
    const T Result = Function(Numbers);
    return std::isnan(Result) ? QuietNaN<T> : patternOf(Result);
  };
}

template <typename T, bool Max> uint64_t extremum(const uint64_t *S) {
  for (int K = 0; K != 2; ++K)
    if (nan<T>(S[K]) && !(S[K] & Quiet<T>))
      return S[K] | Quiet<T>;
  for (int K = 0; K != 2; ++K)
    if (nan<T>(S[K]))
      return S[1 - K];
  const T A = numberOf<T>(S[0]), B = numberOf<T>(S[1]);
  const bool ALess = A != B ? A < B : std::signbit(A) && !std::signbit(B);
  return ALess != Max ? S[0] : S[1];
}

template <typename T> void addArithmetic(ReferenceTable &R, const std::string &Suffix) {
  auto add = [&](const char *Name, int N, auto Function) {
    addBoth<T>(R, "V_" + std::string(Name) + Suffix, N, arithmetic<T>(N, Function));
  };
  add("ADD", 2, [](const T *X) { return X[0] + X[1]; });
  add("SUB", 2, [](const T *X) { return X[0] - X[1]; });
  add("SUBREV", 2, [](const T *X) { return X[1] - X[0]; });
  add("MUL", 2, [](const T *X) { return X[0] * X[1]; });
  add("FMA", 3, [](const T *X) { return std::fma(X[0], X[1], X[2]); });
  add("FMAC", 3, [](const T *X) { return std::fma(X[0], X[1], X[2]); });
  add("CEIL", 1, [](const T *X) { return std::ceil(X[0]); });
  add("FLOOR", 1, [](const T *X) { return std::floor(X[0]); });
  add("TRUNC", 1, [](const T *X) { return std::trunc(X[0]); });
  add("RNDNE", 1, [](const T *X) { return std::nearbyint(X[0]); });
}

template <typename T> uint64_t toInteger(T X, double Least, double Most) {
  if (std::isnan(X))
    return 0;
  return uint32_t(int64_t(std::min(std::max(std::trunc(double(X)), Least), Most)));
}

template <typename T, typename F>
void addFromInteger(ReferenceTable &Table, const std::string &Name, F Function) {
  ReferenceEntry R;
  R.E = [Function](const uint64_t *S, const int64_t *) { return patternOf(T(Function(U(S[0])))); };
  Table[Name] = R;
  R.E = [Function](const uint64_t *S, const int64_t *) {
    return clamp<T>(patternOf(T(Function(U(S[0])))));
  };
  Table[Name + ":clamp"] = R;
}

template <typename T> void addConversions(ReferenceTable &Table, const std::string &Format) {
  addFromInteger<T>(Table, "V_CVT_" + Format + "_I32", [](U X) { return I(X); });
  addFromInteger<T>(Table, "V_CVT_" + Format + "_U32", [](U X) { return X; });
  addBoth<T>(
      Table, "V_CVT_I32_" + Format, 1,
      [](const uint64_t *S) { return toInteger(numberOf<T>(S[0]), -2147483648.0, 2147483647.0); },
      false);
  addBoth<T>(
      Table, "V_CVT_U32_" + Format, 1,
      [](const uint64_t *S) { return toInteger(numberOf<T>(S[0]), 0, 4294967295.0); }, false);
}

/// A NaN by its fields: sign, then the payload from its high end.
uint64_t narrow(const uint64_t *S) {
  if (nan<double>(S[0]))
    return (S[0] >> 63 << 31) | 0x7fc00000 | (S[0] >> 29 & 0x7fffff);
  return patternOf(float(numberOf<double>(S[0])));
}
uint64_t widen(const uint64_t *S) {
  if (nan<float>(S[0]))
    return (S[0] >> 31 << 63) | QuietNaN<double> | (S[0] & 0x7fffff) << 29;
  return patternOf(double(numberOf<float>(S[0])));
}

} // namespace

void addFloatReference(ReferenceTable &T) {
  addArithmetic<float>(T, "_F32");
  addArithmetic<double>(T, "_F64");
  for (const char *Name : {"V_ADD_F64", "V_MUL_F64"})
    for (const char *Variant : {"", ":mods"})
      T[Name + std::string("_pseudo") + Variant] = T[Name + std::string(Variant)];
  addBoth<double>(T, "V_MIN_F64", 2, extremum<double, false>);
  addBoth<double>(T, "V_MAX_F64", 2, extremum<double, true>);
  addConversions<float>(T, "F32");
  addConversions<double>(T, "F64");
  for (int N = 0; N != 4; ++N)
    addFromInteger<float>(T, "V_CVT_F32_UBYTE" + std::to_string(N),
                          [N](U X) { return byteOf(X, N); });
  // The source's modifiers are of its width, the clamp of the result's.
  addBoth<double>(T, "V_CVT_F32_F64", 1, narrow, false);
  T["V_CVT_F32_F64:mods"].E = [Inner = T["V_CVT_F32_F64:mods"].E](const uint64_t *S,
                                                                  const int64_t *Imm) {
    const uint64_t X = Inner(S, Imm);
    return Imm[1] & 1 ? clamp<float>(X) : X;
  };
  addBoth<float>(T, "V_CVT_F64_F32", 1, widen, false);
  T["V_CVT_F64_F32:mods"].E = [Inner = T["V_CVT_F64_F32:mods"].E](const uint64_t *S,
                                                                  const int64_t *Imm) {
    const uint64_t X = Inner(S, Imm);
    return Imm[1] & 1 ? clamp<double>(X) : X;
  };
}

} // namespace whittle
