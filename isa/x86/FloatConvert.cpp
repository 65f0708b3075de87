//===- isa/x86/FloatConvert.cpp - To and from integers, between formats -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Float.h"

using namespace llvm;

namespace whittle::x86 {

/// Rounded to nearest, or towards zero. Out of range: the most negative integer,
/// or for unsigned ones the greatest.
static V toInteger(V A, unsigned Bits, bool Signed, bool Truncate) {
  Sem &S = A.sem();
  unsigned Elt = A.eltBits();
  // A whole number first, towards zero as well, and NaNs by what is converted: proofs see
  // that what is whole already converts alike either way.
  V Whole = fround(A, Truncate ? Rounding::Zero : Rounding::Nearest, indefinite(A));
  // Past the range of a half nothing is but infinity.
  int Limit = int(Signed ? Bits - 1 : Bits);
  uint64_t First = Elt == 16 && Limit > 15 ? infinityBits(16) : powerOfTwo(Elt, Limit);
  V Below = fless(Whole, S.constantLike(A, First)) & ~isNaN(A);
  if (Signed) {
    // What is too low saturates to just that.
    V R = ftosi(Whole, Bits);
    return select(Below, R, S.constantLike(R, uint64_t(1) << (Bits - 1)));
  }
  V Above = fless(S.constantLike(A, powerOfTwo(Elt, 0) | signBit(Elt)), Whole);
  V R = ftoui(Whole, Bits);
  return select(Above & Below, R, S.constantLike(R, UINT64_MAX));
}

/// A NaN keeps its sign and the upper bits of its payload, and is quieted.
static V widen(V A, unsigned Elt) {
  unsigned From = A.eltBits(), Up = mantissaBits(Elt) - mantissaBits(From);
  V Payload = shl(zextOrTrunc(fabs(A), Elt), Up), Sign = shl(zextOrTrunc(A, Elt), Elt - From);
  Sem &S = A.sem();
  V Nan = Payload | (Sign & S.constantLike(Payload, signBit(Elt))) |
          S.constantLike(Payload, infinityBits(Elt));
  V Core = fconvert(A, Elt, S.constantLike(Payload, infinityBits(Elt) | quietBit(Elt)));
  return select(isNaN(A), quieted(Nan), Core);
}
static V nanOfNarrow(V A, unsigned Elt) {
  unsigned From = A.eltBits(), Down = mantissaBits(From) - mantissaBits(Elt);
  Sem &S = A.sem();
  V Payload = trunc(lshr(A, Down), Elt);
  Payload = Payload & S.constantLike(Payload, quietBit(Elt) - 1);
  V Sign = trunc(lshr(A, From - Elt), Elt);
  return Payload | (Sign & S.constantLike(Sign, signBit(Elt))) |
         S.constantLike(Sign, infinityBits(Elt) | quietBit(Elt));
}
static V narrow(V A, unsigned Elt) {
  V Nan = nanOfNarrow(A, Elt);
  return select(isNaN(A), Nan, fconvert(A, Elt, Nan));
}

/// Single to half in the direction that the immediate names; bit 2 asks for
/// MXCSR's. On integers, since only one direction is LLVM's.
static V toHalf(V A, V Imm) {
  Sem &S = A.sem();
  auto Like = [&](uint64_t X) { return S.constantLike(A, X); };
  V Magnitude = fabs(A), Zero = Like(0), Negative = cmp(CmpInst::ICMP_SLT, A, Zero);
  V Field = lshr(Magnitude, 23u), Fraction = Magnitude & 0x7fffff;
  V Hidden = select(cmp(CmpInst::ICMP_EQ, Field, Zero), Zero, Like(1 << 23));
  // Normal halves lose 13 bits of what stands for exponent and mantissa together,
  // denormal ones more of the mantissa.
  V Denormal = cmp(CmpInst::ICMP_ULT, Magnitude, Like(113u << 23));
  V Value = select(Denormal, Fraction | Hidden, Magnitude - (112 << 23));
  V Lost = select(Denormal, umin(Like(126) - Field, Like(31)), Like(13));
  V Kept = lshr(Value, Lost);
  V Rest = Value - shl(Kept, Lost);
  V Half = shl(Like(1), Lost - 1);
  V Tie = cmp(CmpInst::ICMP_EQ, Rest, Half), Odd = cmp(CmpInst::ICMP_NE, Kept & 1, Zero);
  V Nearest = cmp(CmpInst::ICMP_UGT, Rest, Half) | (Tie & Odd);
  V Inexact = cmp(CmpInst::ICMP_NE, Rest, Zero);
  V Never = S.constantLike(Tie, 0);
  V Up = choose(Imm, 0, {Nearest, Inexact & Negative, Inexact & ~Negative, Never});
  Up = select(testBit(Imm, 2), Nearest, Up);
  V Result = Kept + zext(Up, 32);
  // Past the largest half: infinity, or the largest where it is on the way.
  V Overflow = cmp(CmpInst::ICMP_UGE, Kept, Like(0x7c00));
  V Always = ~Never;
  V ToInfinity = choose(Imm, 0, {Always, Negative, ~Negative, Never});
  ToInfinity = select(testBit(Imm, 2), Always, ToInfinity);
  Result = select(Overflow, select(ToInfinity, Like(0x7c00), Like(0x7bff)), Result);
  Result = select(cmp(CmpInst::ICMP_EQ, Magnitude, Like(0x7f800000)), Like(0x7c00), Result);
  V Signed = Result | select(Negative, Like(0x8000), Zero);
  return select(isNaN(A), nanOfNarrow(A, 16), trunc(Signed, 16));
}

/// Single to the upper half of one, to nearest even; denormals are zeros.
static V toBrainFloat(V A) {
  Sem &S = A.sem();
  V Odd = lshr(A, 16u) & 1;
  V Rounded = lshr(A + Odd + 0x7fff, 16u);
  V Denormal = cmp(CmpInst::ICMP_EQ, A & 0x7f800000, S.constantLike(A, 0));
  V Zero = lshr(A & S.constantLike(A, signBit(32)), 16u);
  V Result = select(Denormal, Zero, Rounded);
  return trunc(select(isNaN(A), lshr(A, 16u) | 0x40, Result), 16);
}

namespace {
enum class Number : uint8_t { Signed, Unsigned, Float };
struct Element {
  const char *Name;
  unsigned Bits;
  Number Kind;
};
} // namespace

static const Element DQ{"DQ", 32, Number::Signed}, UDQ{"UDQ", 32, Number::Unsigned},
    QQ{"QQ", 64, Number::Signed}, UQQ{"UQQ", 64, Number::Unsigned}, PS{"PS", 32, Number::Float},
    PD{"PD", 64, Number::Float}, PH{"PH", 16, Number::Float}, W{"W", 16, Number::Signed},
    UW{"UW", 16, Number::Unsigned}, PSX{"PSX", 32, Number::Float}, PHX{"PHX", 16, Number::Float};

static V convert(V A, const Element &To, const Element &From, bool Truncate) {
  if (From.Kind != Number::Float)
    return From.Kind == Number::Signed ? sitof(A, To.Bits) : uitof(A, To.Bits);
  if (To.Kind != Number::Float)
    return toInteger(A, To.Bits, To.Kind == Number::Signed, Truncate);
  return To.Bits > From.Bits ? widen(A, To.Bits) : narrow(A, To.Bits);
}

static void addPacked(RowSet &R) {
  struct {
    Element From, To;
    const char *Sse, *Avx, *Evex;
    bool Truncate = false;
  } Table[] = {
      {DQ, PS, "+sse2", "+avx", "+avx512f"},
      {DQ, PD, "+sse2", "+avx", "+avx512f"},
      {UDQ, PS, nullptr, nullptr, "+avx512f"},
      {UDQ, PD, nullptr, nullptr, "+avx512f"},
      {QQ, PS, nullptr, nullptr, "+avx512dq"},
      {QQ, PD, nullptr, nullptr, "+avx512dq"},
      {UQQ, PS, nullptr, nullptr, "+avx512dq"},
      {UQQ, PD, nullptr, nullptr, "+avx512dq"},
      {PS, PD, "+sse2", "+avx", "+avx512f"},
      {PD, PS, "+sse2", "+avx", "+avx512f"},
      {PS, DQ, "+sse2", "+avx", "+avx512f"},
      {PD, DQ, "+sse2", "+avx", "+avx512f"},
      {PS, UDQ, nullptr, nullptr, "+avx512f"},
      {PD, UDQ, nullptr, nullptr, "+avx512f"},
      {PS, QQ, nullptr, nullptr, "+avx512dq"},
      {PD, QQ, nullptr, nullptr, "+avx512dq"},
      {PS, UQQ, nullptr, nullptr, "+avx512dq"},
      {PD, UQQ, nullptr, nullptr, "+avx512dq"},
      {PS, DQ, "+sse2", "+avx", "+avx512f", true},
      {PD, DQ, "+sse2", "+avx", "+avx512f", true},
      {PS, UDQ, nullptr, nullptr, "+avx512f", true},
      {PD, UDQ, nullptr, nullptr, "+avx512f", true},
      {PS, QQ, nullptr, nullptr, "+avx512dq", true},
      {PD, QQ, nullptr, nullptr, "+avx512dq", true},
      {PS, UQQ, nullptr, nullptr, "+avx512dq", true},
      {PD, UQQ, nullptr, nullptr, "+avx512dq", true},
      {PH, PS, nullptr, "+avx,+f16c", "+avx512f"},
      {PH, PSX, nullptr, nullptr, "+avx512fp16"},
      {PH, PD, nullptr, nullptr, "+avx512fp16"},
      {PD, PH, nullptr, nullptr, "+avx512fp16"},
      {PS, PHX, nullptr, nullptr, "+avx512fp16"},
      {W, PH, nullptr, nullptr, "+avx512fp16"},
      {UW, PH, nullptr, nullptr, "+avx512fp16"},
      {DQ, PH, nullptr, nullptr, "+avx512fp16"},
      {UDQ, PH, nullptr, nullptr, "+avx512fp16"},
      {QQ, PH, nullptr, nullptr, "+avx512fp16"},
      {UQQ, PH, nullptr, nullptr, "+avx512fp16"},
      {PH, W, nullptr, nullptr, "+avx512fp16"},
      {PH, UW, nullptr, nullptr, "+avx512fp16"},
      {PH, DQ, nullptr, nullptr, "+avx512fp16"},
      {PH, UDQ, nullptr, nullptr, "+avx512fp16"},
      {PH, QQ, nullptr, nullptr, "+avx512fp16"},
      {PH, UQQ, nullptr, nullptr, "+avx512fp16"},
      {PH, W, nullptr, nullptr, "+avx512fp16", true},
      {PH, UW, nullptr, nullptr, "+avx512fp16", true},
      {PH, DQ, nullptr, nullptr, "+avx512fp16", true},
      {PH, UDQ, nullptr, nullptr, "+avx512fp16", true},
      {PH, QQ, nullptr, nullptr, "+avx512fp16", true},
      {PH, UQQ, nullptr, nullptr, "+avx512fp16", true},
  };
  for (auto &T : Table) {
    Family F{.Stem = std::string(T.Truncate ? "CVTT" : "CVT") + T.From.Name + "2" + T.To.Name,
             .Sse = T.Sse,
             .Avx = T.Avx,
             .Avx2 = T.Avx,
             .Evex = T.Evex,
             .MaskElt = T.To.Bits,
             .Sae = T.Truncate || (T.From.Kind == Number::Float && T.To.Bits > T.From.Bits &&
                                   T.To.Kind == Number::Float),
             .Weight = 3};
    auto Convert = [T](const Ops &O) {
      // As many elements as the wider of the two has in the named width.
      unsigned N = O.bits() / std::max(T.From.Bits, T.To.Bits);
      return convert(slice(O.in(0, T.From.Bits), 0, N), T.To, T.From, T.Truncate);
    };
    add(R, F, Convert);
    // Loads of a whole XMM or more unfold.
    if (T.From.Bits < T.To.Bits)
      add(R,
          loadForms(F,
                    [T](unsigned Bits) {
                      unsigned Read = Bits / T.To.Bits * T.From.Bits;
                      return Read < 128 ? Read : 0;
                    }),
          Convert);
  }
  add(R,
      {.Stem = "CVTPS2PH",
       .Avx = "+avx,+f16c",
       .Avx2 = "+avx,+f16c",
       .Evex = "+avx512f",
       .MaskElt = 16,
       .Sae = true,
       .Weight = 4,
       .Imm = Row::ImmUse::Any},
      [](const Ops &O) { return toHalf(O.in(0, 32), O.imm()); });
  add(R,
      {.Stem = "CVTNEPS2BF16",
       .Avx = "+avxneconvert",
       .Avx2 = "+avxneconvert",
       .Evex = "+avx512bf16",
       .MaskElt = 16,
       .Weight = 3},
      [](const Ops &O) { return toBrainFloat(O.in(0, 32)); });
  // The second operand gives the low half.
  add(R, {.Stem = "CVTNE2PS2BF16", .Evex = "+avx512bf16", .MaskElt = 16, .Weight = 3},
      [](const Ops &O) { return concat(toBrainFloat(O.in(1, 32)), toBrainFloat(O.in(0, 32))); });
}

/// Between scalars and general registers.
static void addScalars(RowSet &R) {
  for (const FloatFormat &F : LongFormats) {
    unsigned Elt = F.Elt;
    std::string Name = F.Scalar;
    for (unsigned Bits : {32u, 64u}) {
      std::string Wide = Bits == 64 ? "64" : "";
      for (bool Signed : {true, false})
        addScalarFloat(
            R,
            {.Stem = (Signed ? "CVTSI" : "CVTUSI") + Wide + "2" + Name,
             .Elt = Elt,
             .Sse = Signed ? F.Sse : nullptr,
             .Avx = Signed ? "+avx" : nullptr,
             .Evex = "+avx512f",
             .Operands = 1,
             .Weight = 4,
             .Masked = false,
             .Load = false},
            [=](const Ops &O) { return Signed ? sitof(O.raw(0), Elt) : uitof(O.raw(0), Elt); });
      for (bool Truncate : {false, true})
        for (bool Signed : {true, false}) {
          std::string Stem = (Truncate ? "CVTT" : "CVT") + Name + (Signed ? "2SI" : "2USI") + Wide;
          auto Meaning = [=](Sem &S) { S.out(toInteger(S.in(0, Elt)[0], Bits, Signed, Truncate)); };
          for (const char *Kind : {"rr", "rr_Int"}) {
            if (Signed) {
              addOne(R, Stem + Kind, F.Sse, 4, Meaning);
              addOne(R, "V" + Stem + Kind, "+avx", 4, Meaning);
            }
            // Unsigned rounding is only selected for the intrinsic.
            if (Signed || Truncate || StringRef(Kind) == "rr_Int")
              addOne(R, "V" + Stem + "Z" + Kind, "+avx512f", 4, Meaning);
          }
          if (Truncate)
            addOne(R, "V" + Stem + "Zrrb_Int", "+avx512f", 4, Meaning);
        }
    }
  }
  for (const FloatFormat &From : Formats)
    for (const FloatFormat &To : Formats) {
      bool Longer = To.Elt > From.Elt, Halves = From.Elt == 16 || To.Elt == 16;
      if (To.Elt == From.Elt)
        continue;
      addScalarFloat(R,
                     {.Stem = std::string("CVT") + From.Scalar + "2" + To.Scalar,
                      .Elt = To.Elt,
                      .Sse = Halves ? nullptr : "+sse2",
                      .Avx = Halves ? nullptr : "+avx",
                      .Evex = Halves ? Half.Evex : "+avx512f",
                      .Operands = 1,
                      .Sae = Longer,
                      .Reads = From.Elt},
                     [=](const Ops &O) {
                       V A = O.in(0, From.Elt)[0];
                       return Longer ? widen(A, To.Elt) : narrow(A, To.Elt);
                     });
    }
}

void addFloatConvert(RowSet &R) {
  addPacked(R);
  addScalars(R);
}

} // namespace whittle::x86
