//===- isa/x86/FloatCompare.cpp - Floating-point compares and classes ---===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Float.h"

using namespace llvm;

namespace whittle::x86 {

/// Predicates 0..31; bit 4 only changes which NaNs raise an exception. Legacy
/// forms read three bits.
static V compare(V A, V B, V Imm, bool Legacy) {
  Sem &S = A.sem();
  V Less = fless(A, B), Equal = fequal(A, B), Unordered = unordered(A, B);
  V Never = S.constantLike(Less, 0);
  V Ordered = choose(Imm, 0, {Equal, Less, Less | Equal, Unordered});
  V Result = Ordered;
  if (!Legacy) {
    V Other =
        choose(Imm, 0, {Equal | Unordered, Less | Unordered, Less | Equal | Unordered, Never});
    Result = select(testBit(Imm, 3), Other, Ordered);
  }
  V Negated = testBit(Imm, 2);
  return Result ^ (Less.lanes() == 1 ? Negated : S.splat(Negated, Less.lanes()));
}

static void addCompares(RowSet &R, const FloatFormat &F) {
  unsigned Elt = F.Elt;
  std::string Packed = std::string("CMP") + F.Packed, Scalar = std::string("CMP") + F.Scalar;
  constexpr auto Imm = Row::ImmUse::Predicate;
  auto Vector = [=](bool Legacy) -> Body {
    return [=](const Ops &O) {
      return sext(compare(O.in(0, Elt), O.in(1, Elt), O.imm(), Legacy), Elt);
    };
  };
  add(R, {.Stem = Packed, .Sse = F.Sse, .Suffix = "rri", .Weight = 3, .Imm = Imm}, Vector(true));
  add(R, {.Stem = Packed, .Avx = F.Avx, .Avx2 = F.Avx, .Suffix = "rri", .Weight = 3, .Imm = Imm},
      Vector(false));
  addToMask(
      R, "V" + Packed, "rri", F.Evex, Imm,
      [=](const Ops &O) { return compare(O.in(0, Elt), O.in(1, Elt), O.imm(), false); },
      /*Sae=*/true);
  auto Low = [=](bool Legacy) -> Body {
    return [=](const Ops &O) {
      return sext(compare(O.in(0, Elt)[0], O.in(1, Elt)[0], O.imm(), Legacy), Elt);
    };
  };
  addScalarFloat(R, {.Stem = Scalar, .Elt = Elt, .Sse = F.Sse, .Suffix = "rri", .Imm = Imm},
                 Low(true));
  addScalarFloat(R, {.Stem = Scalar, .Elt = Elt, .Avx = F.Avx, .Suffix = "rri", .Imm = Imm},
                 Low(false));
  auto Bit = [=](Sem &S, unsigned From) {
    Ops O(S, 128, 0, From);
    return zext(compare(O.in(0, Elt)[0], O.in(1, Elt)[0], O.imm(), false), 64);
  };
  for (const char *Kind : {"", "_Int", "b_Int"})
    R.add("V" + Scalar + "Zrri" + Kind, F.Evex, [=](Sem &S) { S.out(Bit(S, 0)); })
        .weight(3)
        .imm(Imm);
  for (const char *Kind : {"k_Int", "bk_Int"})
    R.add("V" + Scalar + "Zrri" + Kind, F.Evex, [=](Sem &S) { S.out(Bit(S, 1) & S.raw(0) & 1); })
        .weight(3)
        .imm(Imm);
  addOne(R, "V" + Scalar + "Zrmi_Int", F.Evex, 3, [=](Sem &S) { S.out(Bit(S, 0)); })
      .imm(Imm)
      .mem(Elt);
  addOne(R, "V" + Scalar + "Zrmik_Int", F.Evex, 3, [=](Sem &S) { S.out(Bit(S, 1) & S.raw(0) & 1); })
      .imm(Imm)
      .mem(Elt);
}

/// Any of the classes that the immediate names: quiet NaN, +0, -0, +infinity,
/// -infinity, denormal, negative finite, signalling NaN.
static V isOfClass(V A, V Imm) {
  Sem &S = A.sem();
  unsigned Elt = A.eltBits();
  V Zero = S.constantLike(A, 0), Infinity = S.constantLike(A, infinityBits(Elt));
  V Exponent = A & Infinity, Magnitude = fabs(A);
  V Negative = cmp(CmpInst::ICMP_SLT, A, Zero), IsZero = cmp(CmpInst::ICMP_EQ, Magnitude, Zero);
  V Infinite = cmp(CmpInst::ICMP_EQ, Magnitude, Infinity);
  V Denormal = cmp(CmpInst::ICMP_EQ, Exponent, Zero) & ~IsZero;
  V Finite = cmp(CmpInst::ICMP_NE, Exponent, Infinity);
  V Signalling = isSignalling(A);
  V Classes[] = {isNaN(A) & ~Signalling,      IsZero & ~Negative,  IsZero & Negative,
                 Infinite & ~Negative,        Infinite & Negative, Denormal,
                 Negative & Finite & ~IsZero, Signalling};
  V Result = S.constantLike(IsZero, 0);
  for (unsigned I = 0; I != 8; ++I) {
    V Asked = testBit(Imm, I);
    Result = Result | (Classes[I] & (A.lanes() == 1 ? Asked : S.splat(Asked, A.lanes())));
  }
  return Result;
}

static void addClasses(RowSet &R, const FloatFormat &F) {
  unsigned Elt = F.Elt;
  std::string Stem = std::string("VFPCLASS");
  addToMask(R, Stem + F.Packed, "ri", F.EvexDq, Row::ImmUse::Any,
            [=](const Ops &O) { return isOfClass(O.in(0, Elt), O.imm()); });
  R.add(Stem + F.Scalar + "Zri", F.EvexDq, [=](Sem &S) {
     S.out(zext(isOfClass(S.in(0, Elt)[0], S.imm(0)), 64));
   }).imm(Row::ImmUse::Any);
  R.add(Stem + F.Scalar + "Zrik", F.EvexDq, [=](Sem &S) {
     S.out(zext(isOfClass(S.in(1, Elt)[0], S.imm(0)), 64) & S.raw(0) & 1);
   }).imm(Row::ImmUse::Any);
}

void addFloatCompare(RowSet &R) {
  for (const FloatFormat &F : Formats) {
    addCompares(R, F);
    addClasses(R, F);
  }
}

} // namespace whittle::x86
