//===- isa/amdgpu/Float64.cpp - Floating point of 64 bits -----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/FloatRows.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr unsigned DoubleWeight = 8;
using Values = ArrayRef<V>;
using Selector = V (*)(V, V, Generation);
constexpr WholeSource Float = WholeSource::Float;

FloatOperation operation(const char *Name, SmallVector<WholeSource, 3> Sources,
                         FloatOperation::Compute F, const char *Features, bool HasE32) {
  FloatOperation Op = {Name, 64, std::move(Sources), std::move(F)};
  Op.Features = Features;
  Op.Weight = DoubleWeight;
  Op.HasE32 = HasE32;
  return Op;
}

void addSums(RowSet &R) {
  const char *Early = "+gfx9-insts,-gfx12-insts", *Gfx12 = "+gfx12-insts", *All = "+gfx9-insts";
  auto Sum = [](Values S, Generation) { return sum(S[0], S[1]); };
  auto Product = [](Values S, Generation) { return product(S[0], S[1]); };
  auto Fused = [](Values S, Generation) { return fusedSum(S[0], S[1], S[2]); };
  const SmallVector<WholeSource, 3> Two(2, Float), Three(3, Float);
  addFloatOperation(R, operation("V_ADD_F64", Two, Sum, Early, false));
  addFloatOperation(R, operation("V_MUL_F64", Two, Product, Early, false));
  // GFX12 has them in both encodings, which LLVM names so.
  addFloatOperation(R, operation("V_ADD_F64_pseudo", Two, Sum, Gfx12, true));
  addFloatOperation(R, operation("V_MUL_F64_pseudo", Two, Product, Gfx12, true));
  addFloatOperation(R, operation("V_FMA_F64", Three, Fused, All, false));
  addFloatOperation(
      R, operation("V_FMAC_F64", {Float, Float, WholeSource::Tied}, Fused, "+gfx90a-insts", true));
  addFloatOperation(R, operation(
                           "V_DIV_FIXUP_F64", Three,
                           [](Values S, Generation) { return divisionFixed(S[0], S[1], S[2]); },
                           All, false));
}

void addSelections(RowSet &R) {
  auto Binary = [&](const char *Name, Selector F, bool HasE32) {
    return operation(
        Name, {Float, Float}, [F](Values S, Generation G) { return F(S[0], S[1], G); },
        "+gfx12-insts", HasE32);
  };
  addByGeneration(R, Binary("V_MIN_F64", lesser, false), Generation::Gfx9, Generation::Gfx11);
  addByGeneration(R, Binary("V_MAX_F64", greater, false), Generation::Gfx9, Generation::Gfx11);
  addByGeneration(R, Binary("V_MIN_NUM_F64", lesser, true), Generation::Gfx12);
  addByGeneration(R, Binary("V_MAX_NUM_F64", greater, true), Generation::Gfx12);
  addFloatOperation(
      R, Binary("V_MINIMUM_F64", [](V A, V B, Generation) { return minimum(A, B); }, false));
  addFloatOperation(
      R, Binary("V_MAXIMUM_F64", [](V A, V B, Generation) { return maximum(A, B); }, false));
}

void addRoundings(RowSet &R) {
  auto Unary = [&](const char *Name, V (*F)(V), bool Clamps = true) {
    FloatOperation Op = operation(
        Name, {Float}, [F](Values S, Generation) { return F(S[0]); }, "+gfx9-insts", true);
    Op.Clamps = Clamps;
    addFloatOperation(R, Op);
  };
  Unary("V_CEIL_F64", ceiling);
  Unary("V_FLOOR_F64", floorOf);
  Unary("V_TRUNC_F64", truncated);
  Unary("V_RNDNE_F64", roundedToEven);
  Unary("V_FRACT_F64", fraction);
  Unary("V_FREXP_MANT_F64", significand);
  Unary("V_FREXP_EXP_I32_F64", [](V A) { return trunc(binaryExponent(A), 32); }, false);

  FloatOperation Scale = operation(
      "V_LDEXP_F64", {Float, WholeSource::Integer},
      [](Values S, Generation) { return scaledByPower(S[0], S[1]); }, "+gfx9-insts", false);
  Scale.LastBits = 32;
  addFloatOperation(R, Scale);
}

} // namespace

void addDoubleRows(RowSet &R) {
  addSums(R);
  addSelections(R);
  addRoundings(R);
}

} // namespace whittle::amdgpu
