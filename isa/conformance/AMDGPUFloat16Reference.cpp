//===- isa/conformance/AMDGPUFloat16Reference.cpp - Halves, second source ===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// After the pseudo-code of the CDNA 3, RDNA 3 and RDNA 4 references, in the default
// MODE. Results have zeros above a half; whether the register has is the row's part.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUSmallFloats.h"

namespace whittle {

using namespace reference;

namespace {

bool isNaN(U X) { return HalfFormat.isNaN(X); }
bool isSignalling(U X) { return isNaN(X) && !(X & 0x200); }
U quiet(U X) { return X | 0x200; }
double valueOf(U X) { return HalfFormat.value(X); }

/// The first NaN, else the double rounded; what is invalid is 0x7e00.
template <int N> U finished(const U (&S)[N], double R) {
  for (U X : S)
    if (isNaN(X))
      return quiet(X);
  return std::isnan(R) ? 0x7e00 : HalfFormat.encode(R);
}

double number(U X) { return isNaN(X) ? 0 : valueOf(X); }

U add(U A, U B) { return finished({A, B}, number(A) + number(B)); }
U subtract(U A, U B) { return finished({A, B}, number(A) - number(B)); }
U multiply(U A, U B) { return finished({A, B}, number(A) * number(B)); }
U multiplyAdd(U A, U B, U C) {
  return finished({A, B, C}, std::fma(number(A), number(B), number(C)));
}

bool below(U A, U B) { // -0 is less than +0
  if (valueOf(A) == 0 && valueOf(B) == 0)
    return bitOf(A, 15) && !bitOf(B, 15);
  return valueOf(A) < valueOf(B);
}

enum Dialect : uint8_t { Cdna, Rdna3, Rdna4 };

U smallerOrLarger(Dialect D, bool Larger, U A, U B) {
  if (D == Rdna4) {
    if (isNaN(A) && isNaN(B))
      return quiet(A);
  } else if (isSignalling(A)) {
    return quiet(A);
  } else if (isSignalling(B)) {
    return quiet(B);
  }
  if (D == Rdna3 && isNaN(B))
    return A;
  if (isNaN(A))
    return B;
  if (isNaN(B))
    return A;
  return (Larger ? below(B, A) : below(A, B)) ? A : B;
}

U minimumOrMaximum(bool Larger, U A, U B) { // IEEE 754-2019: NaNs come through
  for (U X : {A, B})
    if (isSignalling(X))
      return quiet(X);
  for (U X : {A, B})
    if (isNaN(X))
      return X;
  return (Larger ? below(B, A) : below(A, B)) ? A : B;
}

U median(Dialect D, U A, U B, U C) {
  auto Min = [D](U X, U Y) { return smallerOrLarger(D, false, X, Y); };
  auto Max = [D](U X, U Y) { return smallerOrLarger(D, true, X, Y); };
  if (isNaN(A) || isNaN(B) || isNaN(C))
    return Min(Min(A, B), C);
  const U Most = Max(Max(A, B), C);
  if (valueOf(Most) == valueOf(A))
    return Max(B, C);
  return valueOf(Most) == valueOf(B) ? Max(A, C) : Max(A, B);
}

U rounded(U A, double (*F)(double)) {
  if (isNaN(A))
    return quiet(A);
  return HalfFormat.encode(F(valueOf(A)));
}
double nearestEven(double X) {
  const double Down = std::floor(X), Rest = X - Down;
  const bool Up = Rest > 0.5 || (Rest == 0.5 && std::fmod(std::fabs(Down), 2) == 1);
  return std::isinf(X) ? X : std::copysign(Up ? Down + 1 : Down, X);
}
U fraction(U A) {
  if (isNaN(A))
    return quiet(A);
  const double X = valueOf(A);
  if (std::isinf(X))
    return 0x7e00;
  return std::min(HalfFormat.encode(X - std::floor(X)), U(0x3bff));
}
U scaled(U A, U Power) {
  if (isNaN(A))
    return quiet(A);
  return HalfFormat.encode(std::ldexp(valueOf(A), int(signedField(Power, 16))));
}
U significand(U A) {
  if (isNaN(A))
    return quiet(A);
  int Power;
  return std::isinf(valueOf(A)) ? A : HalfFormat.encode(std::frexp(valueOf(A), &Power));
}
U exponent(U A) {
  int Power = 0;
  if (!isNaN(A) && !std::isinf(valueOf(A)))
    std::frexp(valueOf(A), &Power);
  return U(Power) & 0xffff;
}
U divisionFixed(U Quotient, U Denominator, U Numerator) {
  const U Sign = (Denominator ^ Numerator) & 0x8000;
  if (isNaN(Numerator))
    return quiet(Numerator);
  if (isNaN(Denominator))
    return quiet(Denominator);
  const bool Zeros[] = {valueOf(Denominator) == 0, valueOf(Numerator) == 0};
  const bool Infinite[] = {std::isinf(valueOf(Denominator)), std::isinf(valueOf(Numerator))};
  if ((Zeros[0] && Zeros[1]) || (Infinite[0] && Infinite[1]))
    return 0xfe00;
  if (Zeros[0] || Infinite[1])
    return Sign | 0x7c00;
  if (Infinite[0] || Zeros[1])
    return Sign;
  const U Magnitude = Sign | (Quotient & 0x7fff);
  return isNaN(Magnitude) ? quiet(Magnitude) : Magnitude;
}

//===----------------------------------------------------------------------===//
// Modifiers
//===----------------------------------------------------------------------===//

/// NEG 1, ABS 2, OP_SEL_0 4.
U modifiedSource(uint64_t Word, int64_t Modifiers) {
  U H = U(Modifiers & 4 ? Word >> 16 : Word) & 0xffff;
  if (Modifiers & 2)
    H &= 0x7fff;
  return Modifiers & 1 ? H ^ 0x8000 : H;
}

U clamped(U H) {
  if (isNaN(H) || bitOf(H, 15))
    return 0;
  return std::min(H, U(0x3c00));
}

/// Adds NAME and NAME:mods, where the first \p Modified sources have modifiers (-1:
/// all), and clamp follows if it \p Clamps.
template <typename F>
void add(ReferenceTable &T, const std::string &Name, int Sources, F Function, int Modified = -1,
         bool Clamps = true) {
  const int Count = Modified < 0 ? Sources : Modified;
  auto Call = [Function](const U *H) -> U { return Function(H) & 0xffff; };
  T[Name].E = [Call, Sources](const uint64_t *S, const int64_t *) -> uint64_t {
    U H[3] = {};
    for (int N = 0; N != Sources; ++N)
      H[N] = U(S[N]) & 0xffff;
    return Call(H);
  };
  T[Name + ":mods"].E = [Call, Sources, Count, Clamps](const uint64_t *S,
                                                       const int64_t *Imm) -> uint64_t {
    U H[3] = {};
    for (int N = 0; N != Sources; ++N)
      H[N] = modifiedSource(S[N], N < Count ? Imm[N] : 0);
    const U R = Call(H);
    return Clamps && Imm[Count] ? clamped(R) : R;
  };
}

//===----------------------------------------------------------------------===//
// Packed
//===----------------------------------------------------------------------===//

/// Half \p High of the result reads: NEG_LO 1, NEG_HI 2, OP_SEL 4, OP_SEL_HI 8.
U packedSource(uint64_t Word, int64_t Modifiers, bool High) {
  const bool FromHigh = Modifiers & (High ? 8 : 4), Negate = Modifiers & (High ? 2 : 1);
  const U H = U(FromHigh ? Word >> 16 : Word) & 0xffff;
  return Negate ? H ^ 0x8000 : H;
}

/// Adds NAME and NAME:mods; of a generation with a name ":gfx11", NAME:gfx11 and
/// NAME:gfx11-mods.
template <typename F>
void addPacked(ReferenceTable &T, const std::string &Name, const std::string &Generation,
               int Sources, F Function) {
  auto Both = [Function, Sources](const uint64_t *S, const int64_t *Modifiers, bool Clamp) {
    uint64_t R = 0;
    for (int High = 0; High != 2; ++High) {
      U H[3] = {};
      for (int N = 0; N != Sources; ++N)
        H[N] = packedSource(S[N], Modifiers[N], High != 0);
      const U Result = Function(H) & 0xffff;
      R |= uint64_t(Clamp ? clamped(Result) : Result) << (16 * High);
    }
    return R;
  };
  T[Name + Generation].E = [Both](const uint64_t *S, const int64_t *) -> uint64_t {
    const int64_t Neutral[] = {8, 8, 8};
    return Both(S, Neutral, false);
  };
  T[Name + (Generation.empty() ? ":mods" : Generation + "-mods")].E =
      [Both, Sources](const uint64_t *S, const int64_t *Imm) -> uint64_t {
    return Both(S, Imm, Imm[Sources] != 0);
  };
}

//===----------------------------------------------------------------------===//
// Mixed
//===----------------------------------------------------------------------===//

/// NEG 1, ABS 2 of the single that is read; 8: it is a half, 12: the high one.
U mixedSource(uint64_t Word, int64_t Modifiers) {
  U X = U(Word);
  if (Modifiers & 8)
    X = halfToSingle(Modifiers & 4 ? U(Word) >> 16 : U(Word));
  if (Modifiers & 2)
    X &= 0x7fffffff;
  return Modifiers & 1 ? X ^ 0x80000000 : X;
}

U singleMultiplyAdd(const U *X) {
  for (int N = 0; N != 3; ++N)
    if (isSingleNaN(X[N]))
      return X[N] | 0x400000;
  const float R =
      std::fma(std::bit_cast<float>(X[0]), std::bit_cast<float>(X[1]), std::bit_cast<float>(X[2]));
  return std::isnan(R) ? 0x7fc00000 : std::bit_cast<U>(R);
}

U singleClamped(U X) { return isSingleNaN(X) || X >> 31 ? 0 : std::min(X, U(0x3f800000)); }

void addMixed(ReferenceTable &T) {
  enum Place : uint8_t { Whole, Low, High, Half };
  auto Mixed = [](const uint64_t *S, const int64_t *Modifiers, bool Clamp, Place P) -> uint64_t {
    U X[3];
    for (int N = 0; N != 3; ++N)
      X[N] = mixedSource(S[N], Modifiers[N]);
    const U Single = singleMultiplyAdd(X);
    if (P == Whole)
      return Clamp ? singleClamped(Single) : Single;
    U H = singleToHalf(Single);
    if (Clamp)
      H = clamped(H);
    if (P == Half)
      return H;
    return P == Low ? (S[3] & 0xffff0000) | H : (S[3] & 0xffff) | H << 16;
  };
  for (auto [Name, P] : {std::pair("V_FMA_MIX_F32", Whole), std::pair("V_FMA_MIXLO_F16", Low),
                         std::pair("V_FMA_MIXHI_F16", High), std::pair("V_FMA_MIX_F16", Half)}) {
    T[Name].E = [Mixed, P = P](const uint64_t *S, const int64_t *) {
      const int64_t Singles[] = {0, 0, 0};
      return Mixed(S, Singles, false, P);
    };
    T[std::string(Name) + ":mods"].E = [Mixed, P = P](const uint64_t *S, const int64_t *Imm) {
      return Mixed(S, Imm, Imm[3] != 0, P);
    };
  }
}

/// Minima and maxima of three generations: opcodes with and without _t16 or _fake16.
void addSelections(ReferenceTable &T) {
  for (auto [Form, D] :
       {std::pair("", Cdna), std::pair("_t16", Rdna3), std::pair("_fake16", Rdna4)}) {
    const std::string End = Form;
    auto Min = [D = D](U X, U Y) { return smallerOrLarger(D, false, X, Y); };
    auto Max = [D = D](U X, U Y) { return smallerOrLarger(D, true, X, Y); };
    add(T, "V_MIN_F16" + End, 2, [Min](const U *H) { return Min(H[0], H[1]); });
    add(T, "V_MAX_F16" + End, 2, [Max](const U *H) { return Max(H[0], H[1]); });
    add(T, "V_MIN3_F16" + End, 3, [Min](const U *H) { return Min(Min(H[0], H[1]), H[2]); });
    add(T, "V_MAX3_F16" + End, 3, [Max](const U *H) { return Max(Max(H[0], H[1]), H[2]); });
    add(T, "V_MED3_F16" + End, 3, [D = D](const U *H) { return median(D, H[0], H[1], H[2]); });
    add(T, "V_MINMAX_F16" + End, 3, [Min, Max](const U *H) { return Max(Min(H[0], H[1]), H[2]); });
    add(T, "V_MAXMIN_F16" + End, 3, [Min, Max](const U *H) { return Min(Max(H[0], H[1]), H[2]); });
    const std::string Packed = D == Cdna ? "" : D == Rdna3 ? ":gfx11" : ":gfx12";
    addPacked(T, "V_PK_MIN_F16", Packed, 2, [Min](const U *H) { return Min(H[0], H[1]); });
    addPacked(T, "V_PK_MAX_F16", Packed, 2, [Max](const U *H) { return Max(H[0], H[1]); });
  }
  auto Min = [](U X, U Y) { return minimumOrMaximum(false, X, Y); };
  auto Max = [](U X, U Y) { return minimumOrMaximum(true, X, Y); };
  add(T, "V_MINIMUM_F16", 2, [Min](const U *H) { return Min(H[0], H[1]); });
  add(T, "V_MAXIMUM_F16", 2, [Max](const U *H) { return Max(H[0], H[1]); });
  add(T, "V_MINIMUM3_F16", 3, [Min](const U *H) { return Min(Min(H[0], H[1]), H[2]); });
  add(T, "V_MAXIMUM3_F16", 3, [Max](const U *H) { return Max(Max(H[0], H[1]), H[2]); });
  add(T, "V_MINIMUMMAXIMUM_F16", 3, [Min, Max](const U *H) { return Max(Min(H[0], H[1]), H[2]); });
  add(T, "V_MAXIMUMMINIMUM_F16", 3, [Min, Max](const U *H) { return Min(Max(H[0], H[1]), H[2]); });
  addPacked(T, "V_PK_MINIMUM_F16", "", 2, [Min](const U *H) { return Min(H[0], H[1]); });
  addPacked(T, "V_PK_MAXIMUM_F16", "", 2, [Max](const U *H) { return Max(H[0], H[1]); });
  addPacked(T, "V_PK_MINIMUM3_F16", "", 3,
            [Min](const U *H) { return Min(Min(H[0], H[1]), H[2]); });
  addPacked(T, "V_PK_MAXIMUM3_F16", "", 3,
            [Max](const U *H) { return Max(Max(H[0], H[1]), H[2]); });
}

} // namespace

void addFloat16Reference(ReferenceTable &T) {
  add(T, "V_ADD_F16", 2, [](const U *H) { return add(H[0], H[1]); });
  add(T, "V_SUB_F16", 2, [](const U *H) { return subtract(H[0], H[1]); });
  add(T, "V_SUBREV_F16", 2, [](const U *H) { return subtract(H[1], H[0]); });
  add(T, "V_MUL_F16", 2, [](const U *H) { return multiply(H[0], H[1]); });
  auto Fused = [](const U *H) { return multiplyAdd(H[0], H[1], H[2]); };
  add(T, "V_FMA_F16", 3, Fused);
  add(T, "V_FMAC_F16", 3, Fused, 2);
  T["V_FMAAK_F16"].E = [](const uint64_t *S, const int64_t *Imm) -> uint64_t {
    return multiplyAdd(U(S[0]) & 0xffff, U(S[1]) & 0xffff, U(Imm[0]));
  };
  T["V_FMAMK_F16"].E = [](const uint64_t *S, const int64_t *Imm) -> uint64_t {
    return multiplyAdd(U(S[0]) & 0xffff, U(Imm[0]), U(S[1]) & 0xffff);
  };
  add(T, "V_DIV_FIXUP_F16", 3, [](const U *H) { return divisionFixed(H[0], H[1], H[2]); });
  add(T, "V_LDEXP_F16", 2, [](const U *H) { return scaled(H[0], H[1]); }, 1);
  add(T, "V_FREXP_MANT_F16", 1, [](const U *H) { return significand(H[0]); });
  add(T, "V_FREXP_EXP_I16_F16", 1, [](const U *H) { return exponent(H[0]); }, -1, false);
  add(T, "V_CEIL_F16", 1,
      [](const U *H) { return rounded(H[0], static_cast<double (*)(double)>(std::ceil)); });
  add(T, "V_FLOOR_F16", 1,
      [](const U *H) { return rounded(H[0], static_cast<double (*)(double)>(std::floor)); });
  add(T, "V_TRUNC_F16", 1,
      [](const U *H) { return rounded(H[0], static_cast<double (*)(double)>(std::trunc)); });
  add(T, "V_RNDNE_F16", 1, [](const U *H) { return rounded(H[0], nearestEven); });
  add(T, "V_FRACT_F16", 1, [](const U *H) { return fraction(H[0]); });
  addPacked(T, "V_PK_ADD_F16", "", 2, [](const U *H) { return add(H[0], H[1]); });
  addPacked(T, "V_PK_MUL_F16", "", 2, [](const U *H) { return multiply(H[0], H[1]); });
  addPacked(T, "V_PK_FMA_F16", "", 3, Fused);
  addSelections(T);
  addMixed(T);
}

} // namespace whittle
