//===- isa/conformance/AMDGPUFloatReference.cpp - FP32 and FP64 ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// After the pseudo-code of the CDNA 3, RDNA 3 and RDNA 4 references, computed by the
// host's floating point in its default mode, NaNs apart.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReferenceTools.h"
#include <array>
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

/// NEG 1, ABS 2.
template <typename T> uint64_t modifiedBy(uint64_t X, int64_t Modifiers) {
  if (Modifiers & 2)
    X &= ~Sign<T>;
  return Modifiers & 1 ? X ^ Sign<T> : X;
}

/// NAME and NAME:mods of N sources, of which the first \p Modified (-1: all) have
/// modifiers; with a \p Generation ":gfx12" NAME:gfx12 and NAME:gfx12-mods. The function
/// takes bit patterns of T and gives those of Result.
template <typename T, typename Result = T, typename F>
void addBoth(ReferenceTable &Table, const std::string &Name, int N, F Function, bool Clamps = true,
             int Modified = -1, const std::string &Generation = "") {
  const int Count = Modified < 0 ? N : Modified;
  Table[Name + Generation].E = [Function](const uint64_t *S, const int64_t *) {
    return uint64_t(Function(S));
  };
  Table[Name + (Generation.empty() ? ":mods" : Generation + "-mods")].E = [=](const uint64_t *S,
                                                                              const int64_t *Imm) {
    uint64_t Sources[3] = {};
    for (int K = 0; K != N; ++K)
      Sources[K] = K < Count ? modifiedBy<T>(S[K], Imm[K]) : S[K];
    const auto X = uint64_t(Function(Sources));
    return Clamps && Imm[Count] & 1 ? clamp<Result>(X) : X;
  };
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

//===----------------------------------------------------------------------===//
// Minima and maxima
//===----------------------------------------------------------------------===//

enum Dialect : uint8_t { Cdna, Rdna3, Rdna4 };
constexpr std::pair<Dialect, const char *> Dialects[] = {
    {Cdna, ""}, {Rdna3, ":gfx11"}, {Rdna4, ":gfx12"}};

template <typename T> bool signalling(uint64_t X) { return nan<T>(X) && !(X & Quiet<T>); }

/// -1, 0 or 1 as A is less, equal or greater; -0 is less than +0.
template <typename T> int order(uint64_t A, uint64_t B) {
  const T X = numberOf<T>(A), Y = numberOf<T>(B);
  if (X != Y)
    return X < Y ? -1 : 1;
  return int(std::signbit(Y)) - int(std::signbit(X));
}

/// \p Wanted -1: the minimum, 1: the maximum; of a NaN and a number the number, but
/// where there is an IEEE mode not of a signalling one.
template <typename T> uint64_t extremum(Dialect D, int Wanted, uint64_t A, uint64_t B) {
  if (D != Rdna4)
    for (uint64_t X : {A, B})
      if (signalling<T>(X))
        return X | Quiet<T>;
  if (nan<T>(A) && nan<T>(B))
    return D == Cdna ? B : A | Quiet<T>;
  if (nan<T>(A) || nan<T>(B))
    return nan<T>(A) ? B : A;
  return order<T>(A, B) == Wanted ? A : B;
}

/// IEEE 754-2019: of a NaN and a number the NaN, a signalling one first.
template <typename T> uint64_t extremumOrNaN(int Wanted, uint64_t A, uint64_t B) {
  for (bool First : {true, false})
    for (uint64_t X : {A, B})
      if (First ? signalling<T>(X) : nan<T>(X))
        return X | Quiet<T>;
  return order<T>(A, B) == Wanted ? A : B;
}

uint64_t median(Dialect D, uint64_t A, uint64_t B, uint64_t C) {
  auto Max = [D](uint64_t X, uint64_t Y) { return extremum<float>(D, 1, X, Y); };
  auto Min = [D](uint64_t X, uint64_t Y) { return extremum<float>(D, -1, X, Y); };
  if (nan<float>(A) || nan<float>(B) || nan<float>(C))
    return Min(Min(A, B), C);
  const float Most = numberOf<float>(Max(Max(A, B), C));
  if (Most == numberOf<float>(A))
    return Max(B, C);
  return Most == numberOf<float>(B) ? Max(A, C) : Max(A, B);
}

/// Two or three sources, the first two taken by \p Inner.
template <typename T, typename F, typename G>
void addExtrema(ReferenceTable &Table, const std::string &Name, int N, F Inner, G Outer,
                const std::string &Generation = "") {
  addBoth<T>(
      Table, Name, N,
      [=](const uint64_t *S) {
        const uint64_t X = Inner(S[0], S[1]);
        return N == 2 ? X : Outer(X, S[2]);
      },
      true, -1, Generation);
}

void addExtrema(ReferenceTable &Table) {
  for (auto [D, Variant] : Dialects) {
    auto Min = [D = D](uint64_t A, uint64_t B) { return extremum<float>(D, -1, A, B); };
    auto Max = [D = D](uint64_t A, uint64_t B) { return extremum<float>(D, 1, A, B); };
    addExtrema<float>(Table, "V_MIN_F32", 2, Min, Min, Variant);
    addExtrema<float>(Table, "V_MAX_F32", 2, Max, Max, Variant);
    addExtrema<float>(Table, "V_MIN3_F32", 3, Min, Min, Variant);
    addExtrema<float>(Table, "V_MAX3_F32", 3, Max, Max, Variant);
    addBoth<float>(
        Table, "V_MED3_F32", 3, [D = D](const uint64_t *S) { return median(D, S[0], S[1], S[2]); },
        true, -1, Variant);
    auto MinD = [D = D](uint64_t A, uint64_t B) { return extremum<double>(D, -1, A, B); };
    auto MaxD = [D = D](uint64_t A, uint64_t B) { return extremum<double>(D, 1, A, B); };
    if (D == Cdna)
      continue;
    const char *Later = D == Rdna3 ? "" : Variant; // gfx9 does not have them
    addExtrema<float>(Table, "V_MINMAX_F32", 3, Min, Max, Later);
    addExtrema<float>(Table, "V_MAXMIN_F32", 3, Max, Min, Later);
    if (D == Rdna4) {
      addExtrema<double>(Table, "V_MIN_NUM_F64", 2, MinD, MinD);
      addExtrema<double>(Table, "V_MAX_NUM_F64", 2, MaxD, MaxD);
    }
  }
  for (auto [D, Variant] : {Dialects[0], Dialects[1]}) {
    auto Min = [D = D](uint64_t A, uint64_t B) { return extremum<double>(D, -1, A, B); };
    auto Max = [D = D](uint64_t A, uint64_t B) { return extremum<double>(D, 1, A, B); };
    addExtrema<double>(Table, "V_MIN_F64", 2, Min, Min, Variant);
    addExtrema<double>(Table, "V_MAX_F64", 2, Max, Max, Variant);
  }
  auto Min = [](uint64_t A, uint64_t B) { return extremumOrNaN<float>(-1, A, B); };
  auto Max = [](uint64_t A, uint64_t B) { return extremumOrNaN<float>(1, A, B); };
  addExtrema<float>(Table, "V_MINIMUM_F32", 2, Min, Min);
  addExtrema<float>(Table, "V_MAXIMUM_F32", 2, Max, Max);
  addExtrema<float>(Table, "V_MINIMUM3_F32", 3, Min, Min);
  addExtrema<float>(Table, "V_MAXIMUM3_F32", 3, Max, Max);
  addExtrema<float>(Table, "V_MINIMUMMAXIMUM_F32", 3, Min, Max);
  addExtrema<float>(Table, "V_MAXIMUMMINIMUM_F32", 3, Max, Min);
  auto MinD = [](uint64_t A, uint64_t B) { return extremumOrNaN<double>(-1, A, B); };
  auto MaxD = [](uint64_t A, uint64_t B) { return extremumOrNaN<double>(1, A, B); };
  addExtrema<double>(Table, "V_MINIMUM_F64", 2, MinD, MinD);
  addExtrema<double>(Table, "V_MAXIMUM_F64", 2, MaxD, MaxD);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

template <typename T> T fractionOf(T X) {
  return std::min(X - std::floor(X), std::nextafter(T(1), T(0)));
}

template <typename T> uint64_t significand(uint64_t X) {
  int Power;
  const T N = numberOf<T>(X);
  return nan<T>(X) ? X | Quiet<T> : std::isinf(N) ? X : patternOf(std::frexp(N, &Power));
}
template <typename T> uint64_t exponent(uint64_t X) {
  int Power = 0;
  if (std::isfinite(numberOf<T>(X)))
    std::frexp(numberOf<T>(X), &Power);
  return U(Power);
}

template <typename T> uint64_t divisionFixed(uint64_t Q, uint64_t D, uint64_t N) {
  const uint64_t S = (D ^ N) & Sign<T>, Infinity = patternOf(T(HUGE_VAL));
  for (uint64_t X : {N, D})
    if (nan<T>(X))
      return X | Quiet<T>;
  const T Denominator = numberOf<T>(D), Numerator = numberOf<T>(N);
  const bool Infinite[] = {std::isinf(Denominator), std::isinf(Numerator)};
  if ((Denominator == 0 && Numerator == 0) || (Infinite[0] && Infinite[1]))
    return Sign<T> | QuietNaN<T>;
  if (Denominator == 0 || Infinite[1])
    return S | Infinity;
  if (Infinite[0] || Numerator == 0)
    return S;
  const int Stored = sizeof(T) == 4 ? 23 : 52, Mask = sizeof(T) == 4 ? 0xff : 0x7ff;
  if (int(N >> Stored & Mask) - int(D >> Stored & Mask) < (sizeof(T) == 4 ? -150 : -1075))
    return S;
  return S | (Q & ~Sign<T>) | (nan<T>(Q) ? Quiet<T> : 0);
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
  addBoth<T>(R, "V_FMAC" + Suffix, 3,
             arithmetic<T>(3, [](const T *X) { return std::fma(X[0], X[1], X[2]); }), true, 2);
  add("CEIL", 1, [](const T *X) { return std::ceil(X[0]); });
  add("FLOOR", 1, [](const T *X) { return std::floor(X[0]); });
  add("TRUNC", 1, [](const T *X) { return std::trunc(X[0]); });
  add("RNDNE", 1, [](const T *X) { return std::nearbyint(X[0]); });
  add("FRACT", 1, [](const T *X) { return fractionOf(X[0]); });
  addBoth<T>(R, "V_FREXP_MANT" + Suffix, 1, [](const uint64_t *S) { return significand<T>(S[0]); });
  addBoth<T>(
      R, "V_FREXP_EXP_I32" + Suffix, 1, [](const uint64_t *S) { return exponent<T>(S[0]); }, false);
  addBoth<T>(
      R, "V_LDEXP" + Suffix, 2,
      [](const uint64_t *S) {
        return nan<T>(S[0]) ? S[0] | Quiet<T> : patternOf(std::ldexp(numberOf<T>(S[0]), I(S[1])));
      },
      true, 1);
  addBoth<T>(R, "V_DIV_FIXUP" + Suffix, 3,
             [](const uint64_t *S) { return divisionFixed<T>(S[0], S[1], S[2]); });
}

/// DX9's rules: zero times anything is +0.
void addLegacy(ReferenceTable &Table) {
  auto Product = arithmetic<float>(2, [](const float *X) { return X[0] * X[1]; });
  auto Fused = arithmetic<float>(3, [](const float *X) { return std::fma(X[0], X[1], X[2]); });
  auto HasZero = [](const uint64_t *S) {
    return numberOf<float>(S[0]) == 0 || numberOf<float>(S[1]) == 0;
  };
  addBoth<float>(Table, "V_MUL_LEGACY_F32", 2,
                 [=](const uint64_t *S) -> uint64_t { return HasZero(S) ? 0 : Product(S); });
  auto Sum = [=](const uint64_t *S) -> uint64_t {
    if (!HasZero(S))
      return Fused(S);
    if (nan<float>(S[2]))
      return S[2] | Quiet<float>;
    return S[2] == 0x80000000 ? 0 : S[2];
  };
  addBoth<float>(Table, "V_FMA_LEGACY_F32", 3, Sum);
  addBoth<float>(Table, "V_FMAC_LEGACY_F32", 3, Sum, true, 2);
  for (const char *Variant : {"", ":gfx11"}) {
    Table[std::string("V_FMAMK_F32") + Variant].E = [=](const uint64_t *S, const int64_t *Imm) {
      const uint64_t Sources[] = {S[0], U(*Imm), S[1]};
      return Fused(Sources);
    };
    Table[std::string("V_FMAAK_F32") + Variant].E = [=](const uint64_t *S, const int64_t *Imm) {
      const uint64_t Sources[] = {S[0], S[1], U(*Imm)};
      return Fused(Sources);
    };
  }
}

/// Coordinates on a cube: 0 to 5 is the face.
void addCubes(ReferenceTable &Table) {
  auto Face = [](const uint64_t *S) {
    float Coordinates[3];
    for (int K = 0; K != 3; ++K)
      Coordinates[K] = numberOf<float>(S[K]);
    const float X = std::fabs(Coordinates[0]), Y = std::fabs(Coordinates[1]),
                Z = std::fabs(Coordinates[2]);
    const int Axis = Z >= X && Z >= Y ? 2 : Y >= X ? 1 : 0;
    return 2 * Axis + (Coordinates[Axis] < 0 ? 1 : 0);
  };
  addBoth<float>(Table, "V_CUBEID_F32", 3,
                 [=](const uint64_t *S) { return patternOf(float(Face(S))); });
  // A coordinate's number, and whether it is negated.
  auto Coordinate = [=](std::array<std::pair<int, bool>, 6> ByFace) {
    return [=](const uint64_t *S) {
      const auto [K, Negated] = ByFace[size_t(Face(S))];
      const uint64_t X = Negated ? S[K] ^ Sign<float> : S[K];
      return nan<float>(X) ? X | Quiet<float> : X;
    };
  };
  addBoth<float>(
      Table, "V_CUBESC_F32", 3,
      Coordinate({{{2, true}, {2, false}, {0, false}, {0, false}, {0, false}, {0, true}}}));
  addBoth<float>(Table, "V_CUBETC_F32", 3,
                 Coordinate({{{1, true}, {1, true}, {2, false}, {2, true}, {1, true}, {1, true}}}));
  addBoth<float>(Table, "V_CUBEMA_F32", 3, [=](const uint64_t *S) -> uint64_t {
    const uint64_t X = S[Face(S) / 2];
    return nan<float>(X) ? X | Quiet<float> : patternOf(2 * numberOf<float>(X));
  });
}

/// Two singles: NEG_LO 1, NEG_HI 2, OP_SEL 4, OP_SEL_HI 8 of each source.
template <typename F>
void addPair(ReferenceTable &Table, const std::string &Name, int N, F Function) {
  auto Single = arithmetic<float>(N, Function);
  auto Both = [=](const uint64_t *S, const int64_t *Modifiers, bool Clamp) {
    uint64_t Result = 0;
    for (int High = 0; High != 2; ++High) {
      uint64_t Sources[3] = {};
      for (int K = 0; K != N; ++K)
        Sources[K] = U((Modifiers[K] & (High ? 8 : 4) ? S[K] >> 32 : S[K])) ^
                     (Modifiers[K] & (High ? 2 : 1) ? 0x80000000 : 0);
      const uint64_t X = Single(Sources);
      Result |= (Clamp ? clamp<float>(X) : X) << (32 * High);
    }
    return Result;
  };
  Table[Name].E = [=](const uint64_t *S, const int64_t *) {
    const int64_t Neutral[] = {8, 8, 8};
    return Both(S, Neutral, false);
  };
  Table[Name + ":mods"].E = [=](const uint64_t *S, const int64_t *Imm) {
    return Both(S, Imm, Imm[N] & 1);
  };
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

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

/// Towards zero into \p Bits, saturating; NaN gives 0.
template <bool Signed> U toShort(float X) {
  return std::isnan(X) ? 0
                       : U(I(std::min(std::max(X, Signed ? -32768.0f : 0.0f),
                                      Signed ? 32767.0f : 65535.0f))) &
                             0xffff;
}
/// Of what is within -1 and 1, or 0 and 1, the product with the largest integer.
template <bool Signed> U toNormalized(float X) {
  if (std::isnan(X))
    return 0;
  const double Bounded = std::min(std::max(double(X), Signed ? -1.0 : 0.0), 1.0);
  return U(I(std::nearbyint(Bounded * (Signed ? 32767 : 65535)))) & 0xffff;
}
void addShorts(ReferenceTable &T, const std::string &Name, U (*F)(float)) {
  addBoth<float>(
      T, Name, 2,
      [F](const uint64_t *S) { return F(numberOf<float>(S[0])) | F(numberOf<float>(S[1])) << 16; },
      false);
}

} // namespace

void addFloatReference(ReferenceTable &T) {
  addArithmetic<float>(T, "_F32");
  addArithmetic<double>(T, "_F64");
  addExtrema(T);
  addLegacy(T);
  addCubes(T);
  addPair(T, "V_PK_ADD_F32", 2, [](const float *X) { return X[0] + X[1]; });
  addPair(T, "V_PK_MUL_F32", 2, [](const float *X) { return X[0] * X[1]; });
  addPair(T, "V_PK_FMA_F32", 3, [](const float *X) { return std::fma(X[0], X[1], X[2]); });
  for (const char *Name : {"V_ADD_F64", "V_MUL_F64"})
    for (const char *Variant : {"", ":mods"})
      T[Name + std::string("_pseudo") + Variant] = T[Name + std::string(Variant)];
  addConversions<float>(T, "F32");
  addConversions<double>(T, "F64");
  for (int N = 0; N != 4; ++N)
    addFromInteger<float>(T, "V_CVT_F32_UBYTE" + std::to_string(N),
                          [N](U X) { return byteOf(X, N); });
  addFromInteger<float>(T, "V_CVT_OFF_F32_I4",
                        [](U X) { return float(signedField(X, 4)) * 0.0625f; });
  addBoth<double, float>(T, "V_CVT_F32_F64", 1, narrow);
  addBoth<float, double>(T, "V_CVT_F64_F32", 1, widen);
  auto ToSigned = [](float X) { return toInteger(X, -2147483648.0, 2147483647.0); };
  addBoth<float>(
      T, "V_CVT_FLR_I32_F32", 1,
      [=](const uint64_t *S) { return ToSigned(std::floor(numberOf<float>(S[0]))); }, false);
  addBoth<float>(
      T, "V_CVT_RPI_I32_F32", 1,
      [=](const uint64_t *S) {
        const float Sum = numberOf<float>(S[0]) + 0.5f;
        return ToSigned(std::floor(Sum));
      },
      false);
  addShorts(T, "V_CVT_PKNORM_I16_F32", toNormalized<true>);
  addShorts(T, "V_CVT_PKNORM_U16_F32", toNormalized<false>);
  addShorts(T, "V_CVT_PK_I16_F32", toShort<true>);
  addShorts(T, "V_CVT_PK_U16_F32", toShort<false>);
}

} // namespace whittle
