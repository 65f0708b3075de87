//===- isa/conformance/X86FloatReference.cpp - Floating point in plain C++ ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// AVX512-FP16 from Intel's architecture specification, and what the emulator has
// wrong of AVX-512 from the SDM, element by element. A half is exact as a double,
// and so are sums and products of two; quotients and roots in double round to the
// right half. What rounds in a direction is APFloat's.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Reference.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APSInt.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Regex.h"
#include <cmath>
#include <cstring>

using namespace llvm;

namespace whittle {

namespace {

constexpr uint64_t Indefinite = 0xfe00, Quiet = 0x0200, Sign = 0x8000, Infinity = 0x7c00;

bool isNan(uint64_t H) { return (H & 0x7fff) > Infinity; }
bool isSignalling(uint64_t H) { return isNan(H) && !(H & Quiet); }

double toDouble(uint64_t H) {
  double Magnitude = (H >> 10 & 31) == 0 ? std::ldexp(double(H & 1023), -24)
                     : (H >> 10 & 31) == 31
                         ? INFINITY
                         : std::ldexp(double(1024 + (H & 1023)), int(H >> 10 & 31) - 25);
  return H & Sign ? -Magnitude : Magnitude;
}

/// To nearest even; NaNs are the indefinite one.
uint64_t toHalf(double X) {
  if (std::isnan(X))
    return Indefinite;
  uint64_t S = std::signbit(X) ? Sign : 0;
  double A = std::fabs(X);
  if (A >= 65520)
    return S | Infinity;
  int E = A < std::ldexp(1, -14) ? -14 : std::ilogb(A);
  // In units of the last place; the host rounds to nearest even as well.
  double Units = std::nearbyint(std::ldexp(A, 10 - E));
  return S | (uint64_t(Units) + (uint64_t(E + 14) << 10));
}

using Operands = ArrayRef<uint64_t>;
/// One element's bits of each operand to the result's.
using Element = std::function<uint64_t(Operands, uint8_t Imm)>;

/// Rows of the specification all begin so: the first NaN, quieted.
Element nansFirst(const Element &Fn) {
  return [=](Operands In, uint8_t Imm) {
    for (uint64_t X : In)
      if (isNan(X))
        return X | Quiet;
    return Fn(In, Imm);
  };
}

Element arithmetic(double (*Fn)(double, double)) {
  return nansFirst(
      [=](Operands In, uint8_t) { return toHalf(Fn(toDouble(In[0]), toDouble(In[1]))); });
}

bool predicate(uint64_t A, uint64_t B, unsigned P) {
  bool U = isNan(A) || isNan(B);
  double X = toDouble(A), Y = toDouble(B);
  switch (P & 15) {
  case 0:
    return !U && X == Y;
  case 1:
    return !U && X < Y;
  case 2:
    return !U && X <= Y;
  case 3:
    return U;
  case 4:
    return U || X != Y;
  case 5:
    return U || X >= Y;
  case 6:
    return U || X > Y;
  case 7:
    return !U;
  case 8:
    return U || X == Y;
  case 9:
    return U || X < Y;
  case 10:
    return U || X <= Y;
  case 11:
    return false;
  case 12:
    return !U && X != Y;
  case 13:
    return !U && X >= Y;
  case 14:
    return !U && X > Y;
  default:
    return true;
  }
}

bool hasClass(uint64_t A, unsigned Classes) {
  bool Negative = A & Sign, Zero = !(A & 0x7fff), Finite = (A & Infinity) != Infinity;
  bool Is[] = {isNan(A) && !isSignalling(A),
               Zero && !Negative,
               Zero && Negative,
               (A & 0x7fff) == Infinity && !Negative,
               (A & 0x7fff) == Infinity && Negative,
               !Zero && !(A & Infinity),
               Negative && Finite && !Zero,
               isSignalling(A)};
  for (unsigned I = 0; I != 8; ++I)
    if (Classes >> I & 1 && Is[I])
      return true;
  return false;
}

const fltSemantics &formatOf(unsigned Bits) {
  return Bits == 16   ? APFloat::IEEEhalf()
         : Bits == 32 ? APFloat::IEEEsingle()
                      : APFloat::IEEEdouble();
}
APFloat number(uint64_t X, unsigned Bits) { return {formatOf(Bits), APInt(Bits, X)}; }

RoundingMode modeOf(uint8_t Imm) {
  static constexpr RoundingMode Modes[] = {RoundingMode::NearestTiesToEven,
                                           RoundingMode::TowardNegative,
                                           RoundingMode::TowardPositive, RoundingMode::TowardZero};
  return Imm & 4 ? RoundingMode::NearestTiesToEven : Modes[Imm & 3];
}

/// To a multiple of 2^-M, M the upper half of \p Imm.
APFloat roundTo(const APFloat &X, uint8_t Imm) {
  // Beyond these there are no fractions, and scaling might overflow.
  if (X.isInfinity() || X.isZero() ||
      ilogb(X) >= int(APFloat::semanticsPrecision(X.getSemantics())) - 1 - (Imm >> 4))
    return X;
  constexpr auto Nearest = RoundingMode::NearestTiesToEven;
  APFloat Scaled = scalbn(X, Imm >> 4, Nearest);
  Scaled.roundToIntegral(modeOf(Imm));
  return scalbn(Scaled, -(Imm >> 4), Nearest);
}

/// RNDSCALE and REDUCE in one format.
Element rounding(unsigned Bits, bool Reduce) {
  return [=](ArrayRef<uint64_t> In, uint8_t Imm) {
    APFloat X = number(In[0], Bits);
    if (X.isNaN())
      return In[0] | uint64_t(1) << (APFloat::semanticsPrecision(X.getSemantics()) - 2);
    APFloat Rounded = roundTo(X, Imm);
    if (Reduce && X.isInfinity())
      return uint64_t(0);
    if (Reduce)
      X.subtract(Rounded, modeOf(Imm));
    return (Reduce ? X : Rounded).bitcastToAPInt().getZExtValue();
  };
}

Element mantissa(unsigned Bits) {
  return [=](ArrayRef<uint64_t> In, uint8_t Imm) {
    APFloat A = number(In[0], Bits);
    if (A.isNaN())
      return In[0] | uint64_t(1) << (APFloat::semanticsPrecision(A.getSemantics()) - 2);
    bool Negative = A.isNegative(), Inexact;
    APFloat Magnitude = abs(A);
    int E = 0;
    // [1, 2) of exponent E - 1
    double M = 2 * frexp(Magnitude, E, RoundingMode::NearestTiesToEven).convertToDouble();
    if (A.isZero() || A.isInfinity())
      M = 1;
    else if ((Imm & 3) == 2 || ((Imm & 3) == 1 && (E - 1) % 2 != 0) || ((Imm & 3) == 3 && M >= 1.5))
      M /= 2;
    APFloat R(Negative && !(Imm & 4) ? -M : M);
    R.convert(formatOf(Bits), RoundingMode::NearestTiesToEven, &Inexact);
    if (!A.isZero() && Negative && Imm & 8)
      R = APFloat::getQNaN(formatOf(Bits), /*Negative=*/true);
    return R.bitcastToAPInt().getZExtValue();
  };
}

uint64_t scaled(Operands In) {
  uint64_t A = In[0], B = In[1];
  double X = toDouble(A), Y = toDouble(B);
  bool Infinite = !isNan(B) && std::isinf(Y);
  if (isNan(A) && !isSignalling(A) && Infinite)
    return Y > 0 ? Infinity : 0;
  if (isNan(A) || isNan(B))
    return (isNan(A) ? A : B) | Quiet;
  if (Infinite && Y > 0)
    return X == 0 ? Indefinite : Infinity | (A & Sign);
  if (Infinite)
    return std::isinf(X) ? Indefinite : A & Sign;
  return toHalf(std::ldexp(X, int(std::floor(std::fmin(std::fmax(Y, -200), 200)))));
}

Element fused(unsigned Order, bool NegateProduct, bool NegateAddend) {
  return [=](Operands In, uint8_t) {
    unsigned A = Order == 132 ? 0 : 1, B = Order == 213 ? 0 : 2, C = 6 - (A + 1) - (B + 1) - 1;
    for (unsigned I : {A, B, C})
      if (isNan(In[I]))
        return In[I] | Quiet;
    auto Half = [](uint64_t X) { return APFloat(APFloat::IEEEhalf(), APInt(16, X)); };
    APFloat Sum = Half(In[A]);
    if (NegateProduct)
      Sum.changeSign();
    APFloat Addend = Half(In[C]);
    if (NegateAddend)
      Addend.changeSign();
    Sum.fusedMultiplyAdd(Half(In[B]), Addend, RoundingMode::NearestTiesToEven);
    return Sum.isNaN() ? Indefinite : Sum.bitcastToAPInt().getZExtValue();
  };
}

/// What a name stands for: an element function of operands and a result of some
/// widths, bits instead of elements if the result is a mask.
struct Described {
  Element Even, Odd; ///< the same, but for the alternating fused ones
  unsigned From = 16, To = 16;
  unsigned Operands = 2;
  bool ToMask = false, Tied = false;
};

std::optional<Described> describe(StringRef Name, unsigned Bits) {
  Described D;
  D.From = D.To = Bits;
  auto Is = [&](Element Fn, unsigned Operands) {
    D.Even = D.Odd = std::move(Fn);
    D.Operands = Operands;
    return D;
  };
  if (Name == "RNDSCALE" || Name == "REDUCE")
    return Is(rounding(Bits, Name == "REDUCE"), 1);
  if (Name == "GETMANT")
    return Is(mantissa(Bits), 1);
  if (Bits != 16)
    return std::nullopt;
  SmallVector<StringRef, 4> M;
  if (Regex("^F(N?)M(ADD|SUB|ADDSUB|SUBADD)(132|213|231)$").match(Name, &M)) {
    unsigned Order = 0;
    M[3].getAsInteger(10, Order);
    bool Product = !M[1].empty();
    D.Even = fused(Order, Product, M[2] == "SUB" || M[2] == "ADDSUB");
    D.Odd = fused(Order, Product, M[2] == "SUB" || M[2] == "SUBADD");
    D.Operands = 3;
    D.Tied = true;
    return D;
  }
  if (Name == "ADD")
    return Is(arithmetic([](double X, double Y) { return X + Y; }), 2);
  if (Name == "SUB")
    return Is(arithmetic([](double X, double Y) { return X - Y; }), 2);
  if (Name == "MUL")
    return Is(arithmetic([](double X, double Y) { return X * Y; }), 2);
  if (Name == "DIV")
    return Is(arithmetic([](double X, double Y) { return X / Y; }), 2);
  if (Name == "MIN" || Name == "MINC" || Name == "MAX" || Name == "MAXC")
    return Is(
        [Less = Name.starts_with("MIN")](Operands In, uint8_t) {
          return predicate(In[0], In[1], Less ? 1 : 14) ? In[0] : In[1];
        },
        2);
  if (Name == "SQRT")
    return Is(nansFirst([](Operands In, uint8_t) { return toHalf(std::sqrt(toDouble(In[0]))); }),
              1);
  D.ToMask = Name == "CMP" || Name == "FPCLASS";
  if (Name == "CMP")
    return Is([](Operands In, uint8_t Imm) { return predicate(In[0], In[1], Imm); }, 2);
  if (Name == "FPCLASS")
    return Is([](Operands In, uint8_t Imm) { return hasClass(In[0], Imm); }, 1);
  if (Name == "GETEXP")
    return Is(nansFirst([](Operands In, uint8_t) { return toHalf(std::logb(toDouble(In[0]))); }),
              1);
  if (Name == "SCALEF")
    return Is([](Operands In, uint8_t) { return scaled(In); }, 2);
  return std::nullopt;
}

/// Rounded or truncated to an integer of \p Bits, or what stands for no integer.
uint64_t toInteger(const APFloat &X, unsigned Bits, bool Signed, bool Truncate) {
  APSInt R(Bits, !Signed);
  bool Exact;
  APFloat::opStatus Status = X.convertToInteger(
      R, Truncate ? RoundingMode::TowardZero : RoundingMode::NearestTiesToEven, &Exact);
  if (Status & APFloat::opInvalidOp)
    return Signed ? uint64_t(1) << (Bits - 1) : UINT64_MAX;
  return R.getZExtValue();
}

std::optional<Described> conversion(StringRef From, StringRef To, bool Truncate) {
  auto Bits = [](StringRef Name) {
    return StringSwitch<unsigned>(Name)
        .Cases({"W", "UW", "PH", "PHX", "SH"}, 16)
        .Cases({"DQ", "UDQ", "PS", "PSX", "SS", "SI", "USI"}, 32)
        .Cases({"QQ", "UQQ", "PD", "SD", "SI64", "USI64"}, 64)
        .Default(0);
  };
  auto IsFloat = [](StringRef Name) {
    return Name[0] == 'P' || Name == "SS" || Name == "SD" || Name == "SH";
  };
  Described D;
  D.From = Bits(From);
  D.To = Bits(To);
  D.Operands = 1;
  if (!D.From || !D.To)
    return std::nullopt;
  constexpr auto Nearest = RoundingMode::NearestTiesToEven;
  if (!IsFloat(To))
    D.Even = [D, Signed = To[0] != 'U', Truncate](Operands In, uint8_t) {
      return toInteger(number(In[0], D.From), D.To, Signed, Truncate);
    };
  else if (!IsFloat(From))
    D.Even = [D, Signed = From[0] != 'U'](Operands In, uint8_t) {
      APFloat R(formatOf(D.To));
      R.convertFromAPInt(APInt(D.From, In[0]), Signed, Nearest);
      return R.bitcastToAPInt().getZExtValue();
    };
  else
    // The payload of a NaN moves along and is quieted. Only VCVTPS2PH has an
    // immediate, which is 0 elsewhere.
    D.Even = [D](Operands In, uint8_t Imm) {
      APFloat X = number(In[0], D.From);
      bool Inexact;
      X.convert(formatOf(D.To), modeOf(Imm), &Inexact);
      return X.bitcastToAPInt().getZExtValue();
    };
  D.Odd = D.Even;
  return D;
}

uint64_t load(const uint8_t *At, unsigned Bits) {
  uint64_t X = 0;
  std::memcpy(&X, At, Bits / 8);
  return X;
}

} // namespace

std::optional<ScalarReference> floatReference(StringRef Opcode) {
  // The name; packed or scalar; width; suppressed exceptions, masking.
  SmallVector<StringRef, 8> M;
  std::optional<Described> D;
  bool Scalar = false, Immediate = false;
  if (Regex("^VCVT(T?)([A-Z0-9]+)2([A-Z0-9]+)Z(128|256)?r[rm](b?)(k|kz)?(_Int)?$")
          .match(Opcode, &M)) {
    D = conversion(M[2], M[3], !M[1].empty());
    Scalar = M[2].starts_with("S") || M[2].starts_with("USI");
    Immediate = M[2] == "PS" && M[3] == "PH";
  } else if (Regex("^V([A-Z0-9]+)([PS])([HSD])Z(128|256)?r?[rm]?i?(b?)(k|kz)?(_Int)?$")
                 .match(Opcode, &M)) {
    D = describe(M[1], M[3] == "H" ? 16 : M[3] == "S" ? 32 : 64);
    Scalar = M[2] == "S";
    Immediate = true;
  }
  if (!D)
    return std::nullopt;
  StringRef Masking = M[M.size() - 2];
  return [D = *D, Scalar, Immediate, Merge = Masking == "k",
          Zero = Masking == "kz"](const Row &R, uint8_t Imm, MachineState &S) {
    // Where the mask and the operands stand among the inputs.
    bool Masked = Merge || Zero;
    unsigned Mask = D.Tied || (Merge && !D.ToMask) ? 1 : 0;
    unsigned First = D.Tied ? 0 : Masked ? Mask + 1 : 0;
    auto Operand = [&](unsigned I) {
      unsigned At = First + I;
      return S.In[D.Tied && Masked && I > 0 ? At + 1 : At];
    };
    // Scalar forms of one operand name a register for what is above it first.
    unsigned Registers = unsigned(R.Ins.size()) - First - (D.Tied && Masked ? 1 : 0);
    unsigned Skip = Scalar && Registers > D.Operands ? 1 : 0;
    const uint8_t *Above = Operand(0), *Kept = S.In[0];
    uint64_t Set = Masked ? load(S.In[Mask], 64) : UINT64_MAX, Bits = 0;
    uint8_t Out[64] = {};
    unsigned Lanes = Scalar     ? 1
                     : D.ToMask ? R.Ins.back().Bits / D.From
                                : std::min(R.Def.Bits / D.To, R.Ins.back().Bits / D.From);
    if (Scalar && R.Def.Bits == 128)
      std::memcpy(Out, Above, 16);
    for (unsigned Lane = 0; Lane != Lanes; ++Lane) {
      SmallVector<uint64_t, 3> In;
      for (unsigned I = 0; I != D.Operands; ++I)
        In.push_back(load(Operand(I + Skip) + Lane * D.From / 8, D.From));
      uint64_t Result = (Lane % 2 ? D.Odd : D.Even)(In, Immediate ? Imm : 0);
      bool On = Set >> Lane & 1;
      if (D.ToMask) {
        Bits |= uint64_t(Result && On) << Lane;
        continue;
      }
      if (!On)
        Result = Merge ? load(Kept + Lane * D.To / 8, D.To) : 0;
      std::memcpy(Out + Lane * D.To / 8, &Result, D.To / 8);
    }
    if (D.ToMask)
      std::memcpy(Out, &Bits, 8);
    // A general register is zero above a dword.
    std::memcpy(S.After, Out, std::max(R.Def.bytes(), 8u));
  };
}

} // namespace whittle
