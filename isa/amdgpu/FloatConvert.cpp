//===- isa/amdgpu/FloatConvert.cpp - Conversions of 32 and 64 bits ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/FloatRows.h"

using namespace llvm;

namespace whittle::amdgpu {

using Sources = ArrayRef<V>;

/// A NaN keeps its sign and the high bits of its payload, and is quieted.
static V convertedNaN(V X, unsigned Bits) {
  if (Bits == 64)
    return shl(zext(X & signBit(32), 64), 32u) | infinityBits(64) | quietBit(64) |
           shl(zext(X & (quietBit(32) - 1), 64), 29u);
  return trunc(lshr(X & signBit(64), 32u), 32) | infinityBits(32) | quietBit(32) |
         trunc(lshr(X & (quietBit(64) - 1), 29u), 32);
}

template <unsigned Bits> static V toFormat(Sources S) {
  return fconvert(S[0], Bits, convertedNaN(S[0], Bits));
}
static V toSigned(Sources S) { return ftosi(S[0], 32); }
static V toUnsigned(Sources S) { return ftoui(S[0], 32); }
template <unsigned Bits> static V fromSigned(Sources S) { return sitof(S[0], Bits); }
template <unsigned Bits> static V fromUnsigned(Sources S) { return uitof(S[0], Bits); }
template <unsigned N> static V fromByte(Sources S) { return uitof(lshr(S[0], 8 * N) & 255, 32); }

void addFloatConvertRows(RowSet &R) {
  constexpr unsigned Simple = 2, Quarter = 8;
  auto add = [&](const char *Name, unsigned From, auto Fn, unsigned W, bool FloatIn,
                 bool FloatOut) {
    addFloatOperation(R, {Name, "", {From}, Fn, W, true, true, FloatIn, FloatOut});
  };
  add("V_CVT_F32_I32", 32, fromSigned<32>, Simple, false, true);
  add("V_CVT_F32_U32", 32, fromUnsigned<32>, Simple, false, true);
  add("V_CVT_F32_UBYTE0", 32, fromByte<0>, Simple, false, true);
  add("V_CVT_F32_UBYTE1", 32, fromByte<1>, Simple, false, true);
  add("V_CVT_F32_UBYTE2", 32, fromByte<2>, Simple, false, true);
  add("V_CVT_F32_UBYTE3", 32, fromByte<3>, Simple, false, true);
  add("V_CVT_F64_I32", 32, fromSigned<64>, Quarter, false, true);
  add("V_CVT_F64_U32", 32, fromUnsigned<64>, Quarter, false, true);
  add("V_CVT_I32_F32", 32, toSigned, Simple, true, false);
  add("V_CVT_U32_F32", 32, toUnsigned, Simple, true, false);
  add("V_CVT_I32_F64", 64, toSigned, Quarter, true, false);
  add("V_CVT_U32_F64", 64, toUnsigned, Quarter, true, false);
  add("V_CVT_F32_F64", 64, toFormat<32>, Quarter, true, true);
  add("V_CVT_F64_F32", 32, toFormat<64>, Quarter, true, true);
}

} // namespace whittle::amdgpu
