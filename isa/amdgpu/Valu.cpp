//===- isa/amdgpu/Valu.cpp - 32-bit vector unit: logic, shifts, minima ----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Integer.h"

using namespace llvm;

namespace whittle {
namespace amdgpu {

void addBothEncodings(RowSet &R, const std::string &Name, const std::string &Features,
                      const SemFn &Fn, unsigned Weight, bool HasClamp) {
  R.add(Name + "_e64", Features, Fn).weight(Weight);
  if (HasClamp)
    R.spec({reg(), reg(), fixed(0)});
  R.add(Name + "_e32", Features, Fn).weight(Weight);
}

namespace {

V med3(V A, V B, V C, Binary Min, Binary Max) { return Max(Min(A, B), Min(Max(A, B), C)); }

/// Bit i of the result is bit {A[i], B[i], C[i]} of the table, A's the highest.
V lookUpBits(V A, V B, V C, V Table) {
  V Result = A.sem().constantLike(A, 0);
  for (unsigned Index = 0; Index != 8; ++Index) {
    V Minterm = (Index & 4 ? A : ~A) & (Index & 2 ? B : ~B) & (Index & 1 ? C : ~C);
    Result = Result | (Minterm & sext(trunc(lshr(Table, Index), 1), 32));
  }
  return Result;
}

void addMoves(RowSet &R) {
  SemFn Identity = unary([](V A) { return A; });
  addBothEncodings(R, "V_MOV_B32", "", Identity, SimpleWeight);
  R.add("V_ACCVGPR_WRITE_B32_e64", "+mai-insts", Identity).weight(MoveWeight);
  R.add("V_ACCVGPR_READ_B32_e64", "+mai-insts", Identity).weight(MoveWeight);
  R.add("V_ACCVGPR_MOV_B32", "+gfx90a-insts", Identity).weight(MoveWeight);
  // A constant in whichever of the two files the allocator takes.
  R.add("AV_MOV_B32_IMM_PSEUDO", "+gfx90a-insts", Identity).weight(SimpleWeight);
}

void addLogic(RowSet &R) {
  auto Add = [&](const char *Name, const char *Features, Binary F) {
    addBothEncodings(R, Name, Features, binary(F), SimpleWeight);
  };
  addBothEncodings(R, "V_NOT_B32", "", unary([](V A) { return ~A; }), SimpleWeight);
  Add("V_AND_B32", "", [](V A, V B) { return A & B; });
  Add("V_OR_B32", "", [](V A, V B) { return A | B; });
  Add("V_XOR_B32", "", [](V A, V B) { return A ^ B; });
  Add("V_XNOR_B32", "+dl-insts", [](V A, V B) { return ~(A ^ B); });
  Add("V_LSHLREV_B32", "", [](V Count, V A) { return shlMasked(A, Count); });
  Add("V_LSHRREV_B32", "", [](V Count, V A) { return lshrMasked(A, Count); });
  Add("V_ASHRREV_I32", "", [](V Count, V A) { return ashrMasked(A, Count); });

  auto Add3 = [&](const char *Name, const char *Features, Ternary F) {
    R.add(Name, Features, ternary(F));
  };
  Add3("V_LSHL_OR_B32_e64", "+gfx9-insts", [](V A, V B, V C) { return shlMasked(A, B) | C; });
  Add3("V_AND_OR_B32_e64", "+gfx9-insts", [](V A, V B, V C) { return (A & B) | C; });
  Add3("V_OR3_B32_e64", "+gfx9-insts", [](V A, V B, V C) { return A | B | C; });
  Add3("V_XOR3_B32_e64", "+gfx10-insts", [](V A, V B, V C) { return A ^ B ^ C; });
  R.add("V_BITOP3_B32_e64", "+bitop3-insts", [](Sem &S) {
     S.out(lookUpBits(S.in(0, 32), S.in(1, 32), S.in(2, 32), S.imm(0, 8)));
   }).imm(Row::ImmUse::Ternary);
}

void addMinima(RowSet &R) {
  auto Add = [&](const char *Name, Binary F) {
    addBothEncodings(R, Name, "", binary(F), SimpleWeight);
  };
  Add("V_MIN_U32", umin);
  Add("V_MAX_U32", umax);
  Add("V_MIN_I32", smin);
  Add("V_MAX_I32", smax);

  auto Add3 = [&](const char *Name, const char *Features, Ternary F) {
    R.add(Name, Features, ternary(F));
  };
  Add3("V_MIN3_U32_e64", "", [](V A, V B, V C) { return umin(umin(A, B), C); });
  Add3("V_MAX3_U32_e64", "", [](V A, V B, V C) { return umax(umax(A, B), C); });
  Add3("V_MED3_U32_e64", "", [](V A, V B, V C) { return med3(A, B, C, umin, umax); });
  Add3("V_MIN3_I32_e64", "", [](V A, V B, V C) { return smin(smin(A, B), C); });
  Add3("V_MAX3_I32_e64", "", [](V A, V B, V C) { return smax(smax(A, B), C); });
  Add3("V_MED3_I32_e64", "", [](V A, V B, V C) { return med3(A, B, C, smin, smax); });
  // The first of the two names is applied first.
  const char *Gfx11 = "+gfx11-insts";
  Add3("V_MINMAX_U32_e64", Gfx11, [](V A, V B, V C) { return umax(umin(A, B), C); });
  Add3("V_MAXMIN_U32_e64", Gfx11, [](V A, V B, V C) { return umin(umax(A, B), C); });
  Add3("V_MINMAX_I32_e64", Gfx11, [](V A, V B, V C) { return smax(smin(A, B), C); });
  Add3("V_MAXMIN_I32_e64", Gfx11, [](V A, V B, V C) { return smin(smax(A, B), C); });
}

} // namespace

void addValuRows(RowSet &R) {
  addLogic(R);
  addMinima(R);
  addMoves(R);
}

} // namespace amdgpu

void addAMDGPURows(RowSet &R) {
  amdgpu::addSumRows(R);
  amdgpu::addValuRows(R);
  amdgpu::addFieldRows(R);
  amdgpu::addMultiplyRows(R);
  amdgpu::addDotRows(R);
  amdgpu::addHalfRows(R);
  amdgpu::addPackedRows(R);
  amdgpu::addQuadRows(R);
  amdgpu::addWideRows(R);
  amdgpu::addMfmaRows(R);
  amdgpu::addWmmaRows(R);
  amdgpu::addSparseRows(R);
  amdgpu::addCompareRows(R);
  amdgpu::addScalarRows(R);
  amdgpu::addScalarCompareRows(R);
  amdgpu::addScalarFloatRows(R);
  amdgpu::addFloatRows(R);
  amdgpu::addFloatConvertRows(R);
  amdgpu::addApproximationRows(R);
  amdgpu::addFloat16Rows(R);
  amdgpu::addPackedFloatRows(R);
  amdgpu::addConvert16Rows(R);
  amdgpu::addCrossLaneRows(R);
}

} // namespace whittle
