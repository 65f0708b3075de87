//===- isa/conformance/AMDGPUCompareReference.cpp - V_CMP ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The documents number the conditions so that each bit of the number is one way
// in which two values can stand to each other: 1 less, 2 equal, 4 greater, and of
// floating-point values 8 unordered. Here that number is the condition.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUSmallFloats.h"

namespace whittle {

using namespace reference;

namespace {

enum : unsigned { Less = 1, Equal = 2, Greater = 4, Unordered = 8 };

template <typename N> unsigned relation(N A, N B) {
  return A < B ? Less : A > B ? Greater : A == B ? Equal : Unordered;
}

unsigned integerRelation(uint64_t A, uint64_t B, int Bits, bool Signed) {
  if (Bits == 64)
    return Signed ? relation(int64_t(A), int64_t(B)) : relation(A, B);
  if (Signed)
    return relation(signedField(A, Bits), signedField(B, Bits));
  const uint64_t Modulus = uint64_t(1) << Bits;
  return relation(A % Modulus, B % Modulus);
}

double number(uint64_t Bits, int Width) {
  switch (Width) {
  case 16:
    return HalfFormat.isNaN(U(Bits) & 0xffff) ? std::nan("") : HalfFormat.value(U(Bits));
  case 32:
    return double(std::bit_cast<float>(U(Bits)));
  default:
    return std::bit_cast<double>(Bits);
  }
}

/// Bit 1 takes the sign away, then bit 0 turns it around.
uint64_t modified(uint64_t X, int64_t Modifiers, int Width) {
  const uint64_t Sign = uint64_t(1) << (Width - 1);
  if (Modifiers & 2)
    X &= ~Sign;
  if (Modifiers & 1)
    X ^= Sign;
  return X;
}

/// The bit of a class mask that asks for this value.
int classOf(uint64_t X, int Width) {
  const int FractionBits = Width == 16 ? 10 : Width == 32 ? 23 : 52;
  const int ExponentBits = Width - 1 - FractionBits;
  const uint64_t Fraction = X & ((uint64_t(1) << FractionBits) - 1);
  const uint64_t Exponent = X >> FractionBits & ((uint64_t(1) << ExponentBits) - 1);
  const bool Minus = bitOf(X, Width - 1);
  const bool Highest = Exponent + 1 == uint64_t(1) << ExponentBits;
  if (Highest && Fraction)
    return bitOf(Fraction, FractionBits - 1) ? 1 : 0;
  if (Highest)
    return Minus ? 2 : 9;
  if (Exponent)
    return Minus ? 3 : 8;
  if (Fraction)
    return Minus ? 4 : 7;
  return Minus ? 5 : 6;
}

ReferenceEntry maskOf(ReferenceEntry::Each Function) {
  ReferenceEntry R;
  R.K = ReferenceEntry::Mask;
  R.E = std::move(Function);
  return R;
}

} // namespace

void addCompareReference(ReferenceTable &T) {
  static const char *const IntegerNames[] = {"F", "LT", "EQ", "LE", "GT", "NE", "GE", "T"};
  static const char *const FloatNames[] = {"F", "LT",  "EQ",  "LE",  "GT",  "LG",  "GE",  "O",
                                           "U", "NGE", "NLG", "NGT", "NLE", "NEQ", "NLT", "TRU"};
  for (int Bits : {16, 32, 64}) {
    const std::string Width = std::to_string(Bits);
    for (unsigned Condition = 0; Condition != 8; ++Condition)
      for (bool Signed : {false, true})
        T[std::string("V_CMP_") + IntegerNames[Condition] + (Signed ? "_I" : "_U") + Width] =
            maskOf([=](const uint64_t *S, const int64_t *) -> uint64_t {
              return (Condition & integerRelation(S[0], S[1], Bits, Signed)) != 0;
            });
    for (unsigned Condition = 0; Condition != 16; ++Condition) {
      const std::string Name = std::string("V_CMP_") + FloatNames[Condition] + "_F" + Width;
      auto Holds = [=](uint64_t A, uint64_t B) -> uint64_t {
        return (Condition & relation(number(A, Bits), number(B, Bits))) != 0;
      };
      T[Name] = maskOf([=](const uint64_t *S, const int64_t *) { return Holds(S[0], S[1]); });
      T[Name + ":mods"] = maskOf([=](const uint64_t *S, const int64_t *Imm) {
        return Holds(modified(S[0], Imm[0], Bits), modified(S[1], Imm[1], Bits));
      });
    }
    const std::string Class = "V_CMP_CLASS_F" + Width;
    T[Class] = maskOf([=](const uint64_t *S, const int64_t *) -> uint64_t {
      return bitOf(S[1], classOf(S[0], Bits));
    });
    T[Class + ":mods"] = maskOf([=](const uint64_t *S, const int64_t *Imm) -> uint64_t {
      return bitOf(S[1], classOf(modified(S[0], Imm[0], Bits), Bits));
    });
  }
}

} // namespace whittle
