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

template <int Bits, bool Signed> U dotProduct(const U *S) {
  int64_t Sum = Signed ? signedField(S[2], 32) : int64_t(S[2]);
  for (int At = 0; At != 32; At += Bits) {
    const uint64_t Mask = (uint64_t(1) << Bits) - 1;
    if (Signed)
      Sum += signedField(S[0] >> At, Bits) * signedField(S[1] >> At, Bits);
    else
      Sum += int64_t((S[0] >> At & Mask) * (S[1] >> At & Mask));
  }
  return U(uint64_t(Sum));
}

} // namespace

void addDotReference(ReferenceTable &T) {
  T["V_DOT4_I32_I8"] = words(dotProduct<8, true>);
  T["V_DOT4C_I32_I8"] = words(dotProduct<8, true>);
  T["V_DOT4_U32_U8"] = words(dotProduct<8, false>);
  T["V_DOT8_I32_I4"] = words(dotProduct<4, true>);
  T["V_DOT8C_I32_I4"] = words(dotProduct<4, true>);
  T["V_DOT8_U32_U4"] = words(dotProduct<4, false>);
  T["V_DOT2_I32_I16"] = words(dotProduct<16, true>);
  T["V_DOT2C_I32_I16"] = words(dotProduct<16, true>);
  T["V_DOT2_U32_U16"] = words(dotProduct<16, false>);
}

} // namespace whittle
