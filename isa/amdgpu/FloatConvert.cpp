//===- isa/amdgpu/FloatConvert.cpp - Conversions of 32 and 64 bits --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers become integers towards zero and saturate; a NaN becomes 0.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/FloatRows.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr unsigned SimpleWeight = 2, DoubleWeight = 8;
using Values = ArrayRef<V>;

/// A NaN keeps its sign and the high bits of its payload, and is quieted.
V doubleNaN(V X) {
  V Sign = shl(zext(X & int64_t(signBit(32)), 64), 32u);
  V Payload = shl(zext(X & int64_t(quietBit(32) - 1), 64), 29u);
  return Sign | Payload | int64_t(infinityBits(64) | quietBit(64));
}
V singleNaN(V X) {
  V Sign = trunc(lshr(X & int64_t(signBit(64)), 32u), 32);
  V Payload = trunc(lshr(X & int64_t(quietBit(64) - 1), 29u), 32);
  return Sign | Payload | int64_t(infinityBits(32) | quietBit(32));
}
V toDouble(V X) {
  V Nan = doubleNaN(X);
  return select(isNaN(X), Nan, fconvert(X, 64, Nan));
}
V toSingle(V X) {
  V Nan = singleNaN(X);
  return select(isNaN(X), Nan, fconvert(X, 32, Nan));
}

void addUnary(RowSet &R, const char *Name, unsigned Bits, V (*F)(V), bool FromFloat, bool ToFloat,
              unsigned Weight, bool HasOmod = true) {
  FloatOperation Op = {Name,
                       Bits,
                       {FromFloat ? WholeSource::Float : WholeSource::Plain},
                       [F](Values S, Generation) { return F(S[0]); }};
  Op.Clamps = ToFloat;
  Op.Weight = Weight;
  Op.HasOmod = HasOmod;
  addFloatOperation(R, Op);
}

template <unsigned N> V byteToSingle(V X) { return uitof(lshr(X, 8 * N) & 255, 32); }

void addIntegers(RowSet &R) {
  auto From = [&](const char *Name, V (*F)(V), unsigned Weight = SimpleWeight) {
    addUnary(R, Name, 32, F, false, true, Weight);
  };
  From("V_CVT_F32_I32", [](V X) { return sitof(X, 32); });
  From("V_CVT_F32_U32", [](V X) { return uitof(X, 32); });
  From("V_CVT_F32_UBYTE0", byteToSingle<0>);
  From("V_CVT_F32_UBYTE1", byteToSingle<1>);
  From("V_CVT_F32_UBYTE2", byteToSingle<2>);
  From("V_CVT_F32_UBYTE3", byteToSingle<3>);
  From("V_CVT_F64_I32", [](V X) { return sitof(X, 64); }, DoubleWeight);
  From("V_CVT_F64_U32", [](V X) { return uitof(X, 64); }, DoubleWeight);
  // The signed number in the low four bits, in sixteenths.
  From("V_CVT_OFF_F32_I4", [](V X) {
    V Number = sitof(ashr(shl(X, 28u), 28u), 32);
    return fmul(Number, X.sem().constant(32, powerOfTwo(32, -4)), Number);
  });

  auto To = [&](const char *Name, unsigned Bits, V (*F)(V)) {
    addUnary(R, Name, Bits, F, true, false, Bits == 64 ? DoubleWeight : SimpleWeight);
  };
  for (unsigned Bits : {32, 64}) {
    To(Bits == 32 ? "V_CVT_I32_F32" : "V_CVT_I32_F64", Bits, [](V X) { return ftosi(X, 32); });
    To(Bits == 32 ? "V_CVT_U32_F32" : "V_CVT_U32_F64", Bits, [](V X) { return ftoui(X, 32); });
  }
  addUnary(
      R, "V_CVT_FLR_I32_F32", 32, [](V X) { return ftosi(floorOf(X), 32); }, true, false,
      SimpleWeight, false);
  // The documents' sum with a half is one of singles, which rounds.
  addUnary(
      R, "V_CVT_RPI_I32_F32", 32,
      [](V X) {
        V Half = X.sem().constant(32, powerOfTwo(32, -1));
        return ftosi(floorOf(sum(X, Half)), 32);
      },
      true, false, SimpleWeight, false);
  addUnary(R, "V_CVT_F32_F64", 64, toSingle, true, true, DoubleWeight);
  addUnary(R, "V_CVT_F64_F32", 32, toDouble, true, true, DoubleWeight);
}

/// Two numbers to integers of 16 bits.
void addPairs(RowSet &R) {
  auto Add = [&](const char *Name, const char *Features, V (*F)(V)) {
    FloatOperation Op = {Name, 32, SmallVector<WholeSource, 3>(2, WholeSource::Float),
                         [F](Values S, Generation) { return concat(F(S[0]), F(S[1])); }};
    Op.Features = Features;
    Op.HasE32 = Op.Clamps = Op.HasOmod = false;
    addFloatOperation(R, Op);
  };
  Add("V_CVT_PKNORM_I16_F32", "+gfx9-insts", [](V X) { return normalized(X, true); });
  Add("V_CVT_PKNORM_U16_F32", "+gfx9-insts", [](V X) { return normalized(X, false); });
  Add("V_CVT_PK_I16_F32", "+gfx11-insts", [](V X) { return ftosi(X, 16); });
  Add("V_CVT_PK_U16_F32", "+gfx11-insts", [](V X) { return ftoui(X, 16); });
}

/// Into one byte of a word. How the number is rounded is open in the documents: here
/// it is towards zero, as of other conversions to integers.
void addByteInsertion(RowSet &R) {
  FloatOperation Op = {
      "V_CVT_PK_U8_F32",
      32,
      {WholeSource::Float, WholeSource::Integer, WholeSource::Integer},
      [](Values S, Generation) {
        V Place = shl(S[1] & 3, 3u), Byte = umin(ftoui(S[0], 32), S[0].sem().constant(32, 255));
        return (S[2] & ~shl(S[0].sem().constant(32, 255), Place)) | shl(Byte, Place);
      }};
  Op.HasE32 = Op.Clamps = Op.HasOmod = false;
  addFloatOperation(R, Op);
}

} // namespace

void addFloatConvertRows(RowSet &R) {
  addIntegers(R);
  addPairs(R);
  addByteInsertion(R);
}

} // namespace whittle::amdgpu
