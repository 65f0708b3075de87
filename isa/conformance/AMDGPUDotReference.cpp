//===- isa/conformance/AMDGPUDotReference.cpp - Dot products -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReferenceTools.h"

namespace whittle {

using namespace reference;

namespace {

/// The number in the field of Bits bits at bit At.
int64_t fieldAt(U Word, int At, int Bits, bool Signed) {
  const uint64_t Field = Word >> At;
  return Signed ? signedField(Field, Bits) : int64_t(Field & ((uint64_t(1) << Bits) - 1));
}

/// The nearest number that 32 bits hold.
int64_t saturated(int64_t X, bool Signed) {
  const int64_t Least = Signed ? -(int64_t(1) << 31) : 0, Most = Least + 0xffffffff;
  return X < Least ? Least : X > Most ? Most : X;
}

ReferenceEntry dotProduct(int Bits, bool SignedA, bool SignedB, bool SignedSum, bool Clamp) {
  return words([=](const U *S) {
    int64_t Sum = fieldAt(S[2], 0, 32, SignedSum);
    for (int At = 0; At != 32; At += Bits)
      Sum += fieldAt(S[0], At, Bits, SignedA) * fieldAt(S[1], At, Bits, SignedB);
    return U(uint64_t(Clamp ? saturated(Sum, SignedSum) : Sum));
  });
}

} // namespace

void addDotReference(ReferenceTable &T) {
  auto Add = [&](const std::string &Name, int Bits, bool Signed) {
    T[Name] = dotProduct(Bits, Signed, Signed, Signed, false);
    T[Name + ":clamp"] = dotProduct(Bits, Signed, Signed, Signed, true);
  };
  for (const char *Name : {"V_DOT4_I32_I8", "V_DOT4C_I32_I8"})
    Add(Name, 8, true);
  for (const char *Name : {"V_DOT8_I32_I4", "V_DOT8C_I32_I4"})
    Add(Name, 4, true);
  for (const char *Name : {"V_DOT2_I32_I16", "V_DOT2C_I32_I16"})
    Add(Name, 16, true);
  Add("V_DOT4_U32_U8", 8, false);
  Add("V_DOT8_U32_U4", 4, false);
  Add("V_DOT2_U32_U16", 16, false);

  // The first letter is src0's: NEG.u1[0] of the documents; the second src1's.
  struct {
    const char *Plain, *Clamped;
    bool SignedA, SignedB;
  } Mixed[] = {{"", ":clamp", false, false},
               {":us", ":us_clamp", false, true},
               {":su", ":su_clamp", true, false},
               {":ss", ":ss_clamp", true, true}};
  for (const auto &M : Mixed)
    for (auto [Name, Bits] : {std::pair("V_DOT4_I32_IU8", 8), std::pair("V_DOT8_I32_IU4", 4)}) {
      T[std::string(Name) + M.Plain] = dotProduct(Bits, M.SignedA, M.SignedB, true, false);
      T[std::string(Name) + M.Clamped] = dotProduct(Bits, M.SignedA, M.SignedB, true, true);
    }
}

} // namespace whittle
