//===- isa/x86/FloatRound.cpp - Rounding, exponents, ranges, fix-ups ----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Float.h"

using namespace llvm;

namespace whittle::x86 {

static V splatLike(V Scalar, V Like) { return Like.sem().splat(Scalar, Like.lanes()); }
/// True in every element if bit \p Bit of the immediate is set.
static V flag(V Imm, unsigned Bit, V Like) { return splatLike(testBit(Imm, Bit), Like); }
static V isZero(V A) { return cmp(CmpInst::ICMP_EQ, fabs(A), A.sem().constantLike(A, 0)); }
static V isInfinite(V A) {
  return cmp(CmpInst::ICMP_EQ, fabs(A), A.sem().constantLike(A, infinityBits(A.eltBits())));
}
static V sign(V A) { return A & A.sem().constantLike(A, signBit(A.eltBits())); }

/// 2^N for a vector of exponents that are those of normal numbers.
static V powerOfTwo(V N) {
  unsigned Elt = N.eltBits();
  return shl(N + N.sem().constantLike(N, whittle::powerOfTwo(Elt, 0) >> mantissaBits(Elt)),
             mantissaBits(Elt));
}

/// The mode is a field of the immediate, the same for all elements.
static V roundInMode(V A, V Imm) {
  V Nan = indefinite(A);
  V Nearest = fround(A, Rounding::Nearest, Nan);
  V Chosen = choose(Imm, 0,
                    {Nearest, fround(A, Rounding::Down, Nan), fround(A, Rounding::Up, Nan),
                     fround(A, Rounding::Zero, Nan)});
  return select(testBit(Imm, 2), Nearest, Chosen);
}

V roundByImm(V A, V Imm, bool Scaled) {
  // Halves have no room for the products below.
  if (A.eltBits() == 16) {
    V Wide = roundByImm(fconvert(A, 32, indefinite(zextOrTrunc(A, 32))), Imm, Scaled);
    return propagate({A}, fconvert(Wide, 16, indefinite(A)));
  }
  V Plain = propagate({A}, roundInMode(A, Imm));
  if (!Scaled)
    return Plain;
  // A * 2^M, rounded, / 2^M; both products are exact, but for numbers that have no
  // fraction bits at all.
  unsigned Elt = A.eltBits();
  Sem &S = A.sem();
  V M = lshr(Imm, 4u);
  V Exponent = splatLike(zextOrTrunc(M, Elt), A);
  V Nan = indefinite(A);
  V Rounded = fmul(roundInMode(fmul(A, powerOfTwo(Exponent), Nan), Imm),
                   powerOfTwo(S.constantLike(A, 0) - Exponent), Nan);
  V Whole = S.constantLike(A, whittle::powerOfTwo(Elt, int(mantissaBits(Elt))));
  V Result = select(cmp(CmpInst::ICMP_ULT, fabs(A), Whole), Rounded, propagate({A}, A));
  return select(cmp(CmpInst::ICMP_EQ, M, S.constantLike(M, 0)), Plain, Result);
}

/// A - B rounded in the direction that the immediate names. The error of rounding
/// to nearest is itself a number (Knuth's two-sum) and tells which way to step.
static V subtractInMode(V A, V B, V Imm) {
  Sem &S = A.sem();
  V Nan = indefinite(A), Zero = S.constantLike(A, 0), MinusB = fneg(B);
  V Sum = fadd(A, MinusB, Nan);
  V Added = fsub(Sum, A, Nan);
  V Error = fadd(fsub(A, fsub(Sum, Added, Nan), Nan), fsub(MinusB, Added, Nan), Nan);
  V Below = fless(Error, Zero), Above = fless(Zero, Error);
  V Negative = cmp(CmpInst::ICMP_SLT, Sum, Zero);
  V Larger = Sum + 1, Smaller = Sum - 1; // in magnitude
  V Down = select(Below, select(Negative, Larger, Smaller), Sum);
  V Up = select(Above, select(Negative, Smaller, Larger), Sum);
  V Inward = select((Below & ~Negative) | (Above & Negative), Smaller, Sum);
  // Nothing at all is -0 only on the way down.
  V MinusZero = fneg(Zero);
  Down = select(isZero(Sum), MinusZero, Down);
  return select(testBit(Imm, 2), Sum, choose(Imm, 0, {Sum, Down, Up, Inward}));
}

/// What rounding leaves: nothing of an infinity.
static V reduce(V A, V Imm) {
  V Rest = subtractInMode(A, roundByImm(A, Imm, true), Imm);
  V Zero = A.sem().constantLike(A, 0);
  return propagate({A}, select(isInfinite(A), Zero, Rest));
}

/// A magnitude as a normal number of a wider exponent range: its mantissa with
/// the exponent of 1, and the exponent. Zero gives anything.
static std::pair<V, V> normalized(V A) {
  unsigned Elt = A.eltBits(), Bits = mantissaBits(Elt);
  Sem &S = A.sem();
  V Magnitude = fabs(A), Field = lshr(Magnitude, Bits);
  V Fraction = Magnitude & int64_t((uint64_t(1) << Bits) - 1);
  V Denormal = cmp(CmpInst::ICMP_EQ, Field, S.constantLike(A, 0));
  // The highest set bit of a denormal moves to the place of the hidden one.
  V Zeros = ctlz(Fraction) - int64_t(Elt - 1 - Bits);
  V Moved = shl(Fraction, Zeros) & int64_t((uint64_t(1) << Bits) - 1);
  V One = S.constantLike(A, whittle::powerOfTwo(Elt, 0));
  int64_t Bias = int64_t(whittle::powerOfTwo(Elt, 0) >> Bits);
  V Mantissa = select(Denormal, Moved, Fraction) | One;
  V Exponent = select(Denormal, S.constantLike(A, uint64_t(1 - Bias)) - Zeros, Field - Bias);
  return {Mantissa, Exponent};
}

static V getExponent(V A) {
  Sem &S = A.sem();
  V Infinity = S.constantLike(A, infinityBits(A.eltBits()));
  V Result = sitof(normalized(A).second, A.eltBits());
  Result = select(isZero(A), fneg(Infinity), Result);
  return propagate({A}, select(isInfinite(A), Infinity, Result));
}

/// The mantissa in the interval [1, 2), [1/2, 2), [1/2, 1) or [3/4, 3/2), by bits
/// 0 and 1; the sign is the source's, or positive (bit 2), and with bit 3
/// negative numbers are invalid.
static V getMantissa(V A, V Imm) {
  Sem &S = A.sem();
  unsigned Elt = A.eltBits(), Bits = mantissaBits(Elt);
  auto [Mantissa, Exponent] = normalized(A);
  V Half = S.constantLike(A, uint64_t(1) << Bits), Zero = S.constantLike(A, 0);
  V Odd = cmp(CmpInst::ICMP_NE, Exponent & 1, Zero);
  V Upper = cmp(CmpInst::ICMP_NE, Mantissa & int64_t(uint64_t(1) << (Bits - 1)), Zero);
  V Result =
      Mantissa - choose(Imm, 0, {Zero, select(Odd, Half, Zero), Half, select(Upper, Half, Zero)});
  V One = S.constantLike(A, whittle::powerOfTwo(Elt, 0));
  V Special = isZero(A) | isInfinite(A);
  Result = select(Special, One, Result);
  V Negative = cmp(CmpInst::ICMP_SLT, A, Zero);
  Result = Result | select(flag(Imm, 2, A), Zero, sign(A));
  Result = select(flag(Imm, 3, A) & Negative & ~isZero(A), indefinite(A), Result);
  return propagate({A}, Result);
}

/// A * 2^floor(B), rounded once.
static V scale(V A, V B) {
  Sem &S = A.sem();
  unsigned Elt = A.eltBits();
  int Bias = int(whittle::powerOfTwo(Elt, 0) >> mantissaBits(Elt));
  V Nan = indefinite(A), Infinity = S.constantLike(A, infinityBits(Elt));
  V Zero = S.constantLike(A, 0);
  // Far past what any A can need, so that the sum of exponents does not overflow.
  int64_t Most = 4 * Bias;
  V Power =
      smax(smin(ftosi(fround(B, Rounding::Down, Nan), Elt), S.constantLike(A, uint64_t(Most))),
           S.constantLike(A, uint64_t(-Most)));
  auto [Mantissa, Exponent] = normalized(A);
  V Sum = Exponent + Power;
  // Exact up to the limits of normal numbers; the rest of the way rounds.
  V First =
      smin(smax(Sum, S.constantLike(A, uint64_t(1 - Bias))), S.constantLike(A, uint64_t(Bias)));
  V Rest = smin(smax(Sum - First, S.constantLike(A, uint64_t(1 - Bias))),
                S.constantLike(A, uint64_t(Bias)));
  V Result = fmul(fmul(Mantissa, powerOfTwo(First), Nan), powerOfTwo(Rest), Nan);
  Result = select(isZero(A), Zero, select(isInfinite(A), Infinity, Result)) | sign(A);
  // An infinite B.
  V Up = cmp(CmpInst::ICMP_EQ, B, Infinity), Down = cmp(CmpInst::ICMP_EQ, B, fneg(Infinity));
  Result = select(Up, select(isZero(A), Nan, Infinity | sign(A)), Result);
  Result = select(Down, select(isInfinite(A), Nan, sign(A)), Result);
  // A quiet NaN gives way to an infinite B.
  V Quiet = isNaN(A) & ~isSignalling(A);
  return select(Quiet & Up, Infinity, select(Quiet & Down, Zero, propagate({A, B}, Result)));
}

/// Minimum, maximum, or the same of magnitudes by bits 0 and 1; the sign of A,
/// as compared, cleared or set by bits 2 and 3.
static V range(V A, V B, V Imm) {
  Sem &S = A.sem();
  V Zero = S.constantLike(A, 0), SignMask = S.constantLike(A, signBit(A.eltBits()));
  auto Below = [&](V X, V Y) {
    // -0 is less than +0 here.
    V Negative = cmp(CmpInst::ICMP_SLT, X, Zero), Other = cmp(CmpInst::ICMP_SLT, Y, Zero);
    return fless(X, Y) | (fequal(X, Y) & Negative & ~Other);
  };
  V Less = Below(A, B), Greater = Below(B, A);
  V Smaller = fless(fabs(A), fabs(B)), Larger = fless(fabs(B), fabs(A));
  V Picked = choose(Imm, 0,
                    {select(Greater, B, A), select(Less, B, A),
                     select(Larger, B, select(Smaller, A, select(Greater, B, A))),
                     select(Smaller, B, select(Larger, A, select(Less, B, A)))});
  // A quiet NaN gives way to a number.
  Picked = select(isNaN(A), select(isNaN(B), A, B), select(isNaN(B), A, Picked));
  V Magnitude = fabs(Picked);
  V Signed = choose(Imm, 2, {Magnitude | sign(A), Picked, Magnitude, Magnitude | SignMask});
  return select(isSignalling(A), quieted(A), select(isSignalling(B), quieted(B), Signed));
}

/// Operand 1 of an element is classified; four bits of operand 2 say what becomes
/// of it, and operand 0 is one of the things that it may become.
static V fixUp(V Kept, V A, V Table) {
  Sem &S = A.sem();
  unsigned Elt = A.eltBits();
  auto Like = [&](uint64_t X) { return S.constantLike(A, X); };
  V Zero = Like(0), Infinity = Like(infinityBits(Elt)), One = Like(whittle::powerOfTwo(Elt, 0));
  V Negative = cmp(CmpInst::ICMP_SLT, A, Zero);
  // 0 quiet NaN, 1 signalling NaN, 2 zero, 3 one, 4 -infinity, 5 +infinity, 6
  // negative, 7 positive.
  V Token = select(Negative, Like(6), Like(7));
  Token = select(cmp(CmpInst::ICMP_EQ, A, One), Like(3), Token);
  Token = select(isZero(A), Like(2), Token);
  Token = select(isInfinite(A), select(Negative, Like(4), Like(5)), Token);
  Token = select(isNaN(A), select(isSignalling(A), Like(1), Like(0)), Token);
  V Response = lshr(Table, shl(Token, 2u)) & 15;

  auto Positive = [&](double X) {
    APFloat F(X);
    bool Inexact;
    F.convert(Elt == 32 ? APFloat::IEEEsingle() : APFloat::IEEEdouble(),
              RoundingMode::NearestTiesToEven, &Inexact);
    return Like(F.bitcastToAPInt().getZExtValue());
  };
  V Largest = Infinity - 1;
  V HalfPi = Positive(1.57079632679489661923);
  // The payload and sign of whatever it is.
  V AsNan = quieted(A) | Infinity;
  V Choices[] = {Kept,
                 A,
                 AsNan,
                 indefinite(A),
                 fneg(Infinity),
                 Infinity,
                 Infinity | sign(A),
                 fneg(Zero),
                 Zero,
                 fneg(One),
                 One,
                 Positive(0.5),
                 Positive(90.0),
                 HalfPi,
                 Largest,
                 fneg(Largest)};
  V Result = Choices[0];
  for (unsigned I = 1; I != 16; ++I)
    Result = select(cmp(CmpInst::ICMP_EQ, Response, Like(I)), Choices[I], Result);
  return Result;
}

namespace {
/// An EVEX family with packed and scalar forms, whose scalar ones have no twins on
/// FR registers.
struct Special {
  const char *Name, *Features;
  unsigned Operands;
  const char *Suffix;
  unsigned Weight;
  bool Sae; ///< the twins of others round as they are told, and are none of ours
  V (*Fn)(V A, V B, V Imm);
};
} // namespace

/// What is above the element comes from the operand that is classified.
static void addFixUpScalar(RowSet &R, const FloatFormat &F) {
  unsigned Elt = F.Elt;
  for (const char *Twin : {"", "b"})
    for (const char *Masking : {"", "k", "kz"}) {
      unsigned By = *Masking ? 1 : 0;
      bool Zero = StringRef(Masking) == "kz";
      R.add(std::string("VFIXUPIMM") + F.Scalar + "Zrri" + Twin + Masking, "+avx512f",
            [=](Sem &S) {
              Ops O(S, 128, 1, By);
              V Kept = O.in(0, Elt)[0], A = O.in(1, Elt);
              V Result = fixUp(Kept, A[0], O.in(2, Elt)[0]);
              if (By)
                Result = select(S.mask(1, 1), Result, Zero ? S.constant(Elt, 0) : Kept);
              S.out(arrange(A, S.splat(Result, A.lanes()), A.lanes(),
                            [&](unsigned I) { return I == 0 ? A.lanes() : I; }));
            })
          .weight(3)
          .imm(Row::ImmUse::Any);
    }
}

static void addSpecials(RowSet &R, const FloatFormat &F) {
  unsigned Elt = F.Elt;
  const Special Table[] = {
      {"REDUCE", F.EvexDq, 1, "rri", 4, true, [](V A, V, V Imm) { return reduce(A, Imm); }},
      {"GETEXP", F.Evex, 1, "r", 3, true, [](V A, V, V) { return getExponent(A); }},
      {"GETMANT", F.Evex, 1, "rri", 3, true, [](V A, V, V Imm) { return getMantissa(A, Imm); }},
      {"SCALEF", F.Evex, 2, "rr", 4, false, [](V A, V B, V) { return scale(A, B); }},
      {"RANGE", Elt == 16 ? nullptr : F.EvexDq, 2, "rri", 3, true,
       [](V A, V B, V Imm) { return range(A, B, Imm); }},
  };
  for (const Special &T : Table) {
    if (!T.Features)
      continue;
    bool HasImm = StringRef(T.Suffix).ends_with("i");
    auto Imm = HasImm ? Row::ImmUse::Any : Row::ImmUse::None;
    auto Of = [=](const Ops &O, bool Scalar) {
      auto In = [&](unsigned K) { return Scalar ? O.in(K, Elt)[0] : O.in(K, Elt); };
      return T.Fn(In(0), T.Operands == 2 ? In(1) : V(), HasImm ? O.imm() : V());
    };
    add(R,
        {.Stem = std::string(T.Name) + F.Packed,
         .Evex = T.Features,
         .MaskElt = Elt,
         .Suffix = T.Suffix,
         .Sae = T.Sae,
         .Weight = T.Weight,
         .Imm = Imm},
        [=](const Ops &O) { return Of(O, false); });
    addScalarFloat(R,
                   {.Stem = std::string(T.Name) + F.Scalar,
                    .Elt = Elt,
                    .Evex = T.Features,
                    .Suffix = T.Suffix,
                    .Operands = T.Operands,
                    .Weight = T.Weight,
                    .Imm = Imm,
                    .Plain = false,
                    .Sae = T.Sae},
                   [=](const Ops &O) { return Of(O, true); });
  }
  if (Elt == 16)
    return; // no VFIXUPIMM
  add(R,
      {.Stem = std::string("FIXUPIMM") + F.Packed,
       .Evex = "+avx512f",
       .MaskElt = Elt,
       .Suffix = "rri",
       .Tied = true,
       .Sae = true,
       .Weight = 3,
       .Imm = Row::ImmUse::Any},
      [=](const Ops &O) { return fixUp(O.in(0, Elt), O.in(1, Elt), O.in(2, Elt)); });
  addFixUpScalar(R, F);
}

static void addRounding(RowSet &R, const FloatFormat &F) {
  unsigned Elt = F.Elt;
  auto Packed = [=](bool Scaled) -> Body {
    return [=](const Ops &O) { return roundByImm(O.in(0, Elt), O.imm(), Scaled); };
  };
  auto Scalar = [=](bool Scaled) -> Body {
    return [=](const Ops &O) { return roundByImm(O.in(0, Elt)[0], O.imm(), Scaled); };
  };
  constexpr auto Imm = Row::ImmUse::Any;
  add(R,
      {.Stem = std::string("ROUND") + F.Packed,
       .Sse = F.Sse ? "+sse4.1" : nullptr,
       .Avx = F.Avx,
       .Avx2 = F.Avx,
       .Suffix = "ri",
       .Weight = 4,
       .Imm = Imm},
      Packed(false));
  add(R,
      {.Stem = std::string("RNDSCALE") + F.Packed,
       .Evex = F.Evex,
       .MaskElt = Elt,
       .Suffix = "rri",
       .Sae = true,
       .Weight = 4,
       .Imm = Imm},
      Packed(true));
  addScalarFloat(R,
                 {.Stem = std::string("ROUND") + F.Scalar,
                  .Elt = Elt,
                  .Sse = F.Sse ? "+sse4.1" : nullptr,
                  .Avx = F.Avx,
                  .Suffix = "ri",
                  .Operands = 1,
                  .Weight = 4,
                  .Imm = Imm},
                 Scalar(false));
  addScalarFloat(R,
                 {.Stem = std::string("RNDSCALE") + F.Scalar,
                  .Elt = Elt,
                  .Evex = F.Evex,
                  .Suffix = "rri",
                  .Operands = 1,
                  .Weight = 4,
                  .Imm = Imm,
                  .Sae = true},
                 Scalar(true));
}

void addFloatRound(RowSet &R) {
  for (const FloatFormat &F : Formats) {
    addRounding(R, F);
    addSpecials(R, F);
  }
}

} // namespace whittle::x86
