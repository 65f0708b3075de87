//===- isa/amdgpu/Valu.cpp - 32-bit vector unit: logic, shifts, sums ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shift counts, bit offsets and field widths are read modulo 32, as the vector
// unit does; x86's vector shifts give 0 past the width.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Families.h"

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

constexpr unsigned SimpleWeight = 2, MoveWeight = 1;

using Unary = V (*)(V);
using Binary = V (*)(V, V);
using Ternary = V (*)(V, V, V);

SemFn unary(Unary F) {
  return [F](Sem &S) { S.out(F(S.in(0, 32))); };
}
SemFn binary(Binary F) {
  return [F](Sem &S) { S.out(F(S.in(0, 32), S.in(1, 32))); };
}
SemFn ternary(Ternary F) {
  return [F](Sem &S) { S.out(F(S.in(0, 32), S.in(1, 32), S.in(2, 32))); };
}

V shlMasked(V A, V Count) {
  return {&A.sem(), A.sem().builder().CreateShl(A.get(), (Count & 31).get())};
}
V lshrMasked(V A, V Count) {
  return {&A.sem(), A.sem().builder().CreateLShr(A.get(), (Count & 31).get())};
}
V ashrMasked(V A, V Count) {
  return {&A.sem(), A.sem().builder().CreateAShr(A.get(), (Count & 31).get())};
}

/// The low 32 bits of Hi:Lo shifted right by Count modulo 32.
V funnelRight(V Hi, V Lo, V Count) {
  return {&Hi.sem(), Hi.sem().builder().CreateIntrinsic(Intrinsic::fshr, {Hi.type()},
                                                        {Hi.get(), Lo.get(), Count.get()})};
}

/// 2^(Width modulo 32) - 1.
V lowMask(V Width) { return shlMasked(Width.sem().constantLike(Width, 1), Width) - 1; }

/// A field of width 0 is 0, and one that reaches past bit 31 is shorter.
V bfeU32(V X, V Offset, V Width) { return lshrMasked(X, Offset) & lowMask(Width); }

/// Like bfeU32 on the arithmetically shifted value, then extended from the
/// field's highest bit.
V bfeI32(V X, V Offset, V Width) {
  V Unused = (X.sem().constantLike(X, 32) - (Width & 31)) & 31;
  V Field = ashrMasked(shlMasked(ashrMasked(X, Offset), Unused), Unused);
  return select(cmp(CmpInst::ICMP_EQ, Width & 31, X.sem().constantLike(X, 0)),
                X.sem().constantLike(X, 0), Field);
}

V ifNotZero(V X, V Then) {
  V Zero = X.sem().constantLike(X, 0);
  return select(cmp(CmpInst::ICMP_EQ, X, Zero), X.sem().constantLike(X, ~uint64_t(0)), Then);
}

V reverseBits(V X) {
  SmallVector<int, 32> Mask;
  for (int I = 31; I >= 0; --I)
    Mask.push_back(I);
  return bits(shuffle(bits(X, 1), Mask), 32);
}

/// Selector values 0..7 take a byte of Hi:Lo, 8..11 the sign of byte 1, 3, 5 or
/// 7, 12 is 0x00 and any higher one 0xff.
V permuteBytes(V Hi, V Lo, V Selectors) {
  Sem &S = Hi.sem();
  V Bytes = concat(bits(Lo, 8), bits(Hi, 8)), Selector = bits(Selectors, 8);
  SmallVector<V, 4> Out;
  for (unsigned I = 0; I != 4; ++I) {
    V Sel = Selector[I];
    V Sign = ashr(Bytes.at(shl(Sel & 3, 1u) | 1), 7u);
    V Constant = select(cmp(CmpInst::ICMP_EQ, Sel, S.constant(8, 12)), S.constant(8, 0),
                        S.constant(8, 0xff));
    V High = select(cmp(CmpInst::ICMP_ULT, Sel, S.constant(8, 12)), Sign, Constant);
    Out.push_back(select(cmp(CmpInst::ICMP_ULT, Sel, S.constant(8, 8)), Bytes.at(Sel & 7), High));
  }
  return bits(S.build(Out), 32);
}

V med3(V A, V B, V C, Binary Min, Binary Max) { return Max(Min(A, B), Min(Max(A, B), C)); }

/// Per byte (A + B + (C & 1)) >> 1, without losing the carry.
V lerpBytes(V A, V B, V C) {
  V Sum = zext(bits(A, 8), 16) + zext(bits(B, 8), 16) + zext(bits(C, 8) & 1, 16);
  return bits(trunc(lshr(Sum, 1u), 8), 32);
}

void addMoves(RowSet &R) {
  SemFn Identity = unary([](V A) { return A; });
  addBothEncodings(R, "V_MOV_B32", "", Identity, SimpleWeight);
  R.add("V_ACCVGPR_WRITE_B32_e64", "+mai-insts", Identity).weight(MoveWeight);
  R.add("V_ACCVGPR_READ_B32_e64", "+mai-insts", Identity).weight(MoveWeight);
  R.add("V_ACCVGPR_MOV_B32", "+gfx90a-insts", Identity).weight(MoveWeight);
}

void addUnary(RowSet &R) {
  auto Add = [&](const char *Name, Unary F) {
    addBothEncodings(R, Name, "", unary(F), SimpleWeight);
  };
  Add("V_NOT_B32", [](V A) { return ~A; });
  Add("V_BFREV_B32", reverseBits);
  // No bit found is all ones.
  Add("V_FFBH_U32", [](V A) { return ifNotZero(A, ctlz(A)); });
  Add("V_FFBL_B32", [](V A) { return ifNotZero(A, ctpop(~A & (A - 1))); });
  Add("V_FFBH_I32", [](V A) {
    V Changes = A ^ ashr(A, 31u);
    return ifNotZero(Changes, ctlz(Changes));
  });
}

void addBinary(RowSet &R) {
  auto Add = [&](const char *Name, const char *Features, Binary F) {
    addBothEncodings(R, Name, Features, binary(F), SimpleWeight);
  };
  Add("V_AND_B32", "", [](V A, V B) { return A & B; });
  Add("V_OR_B32", "", [](V A, V B) { return A | B; });
  Add("V_XOR_B32", "", [](V A, V B) { return A ^ B; });
  Add("V_XNOR_B32", "+dl-insts", [](V A, V B) { return ~(A ^ B); });
  Add("V_LSHLREV_B32", "", [](V Count, V A) { return shlMasked(A, Count); });
  Add("V_LSHRREV_B32", "", [](V Count, V A) { return lshrMasked(A, Count); });
  Add("V_ASHRREV_I32", "", [](V Count, V A) { return ashrMasked(A, Count); });
  Add("V_MIN_U32", "", umin);
  Add("V_MAX_U32", "", umax);
  Add("V_MIN_I32", "", smin);
  Add("V_MAX_I32", "", smax);

  // The forms without carry-out; their e64 encoding has a clamp bit.
  auto AddClamped = [&](const char *Name, Binary F) {
    addBothEncodings(R, Name, "+add-no-carry-insts", binary(F), SimpleWeight, true);
  };
  AddClamped("V_ADD_U32", [](V A, V B) { return A + B; });
  AddClamped("V_SUB_U32", [](V A, V B) { return A - B; });
  AddClamped("V_SUBREV_U32", [](V A, V B) { return B - A; });
  SemFn Add32 = binary([](V A, V B) { return A + B; }),
        Sub32 = binary([](V A, V B) { return A - B; });
  R.add("V_ADD_I32_e64", "+gfx9-insts,-gfx10-insts", Add32).spec({reg(), reg(), fixed(0)});
  R.add("V_SUB_I32_e64", "+gfx9-insts,-gfx10-insts", Sub32).spec({reg(), reg(), fixed(0)});

  R.add("V_BCNT_U32_B32_e64", "", binary([](V A, V B) { return ctpop(A) + B; }));
  R.add("V_BFM_B32_e64", "",
        binary([](V Width, V Offset) { return shlMasked(lowMask(Width), Offset); }));
}

void addTernary(RowSet &R) {
  auto Add = [&](const char *Name, const char *Features, Ternary F) {
    R.add(Name, Features, ternary(F));
  };
  const char *Gfx9 = "+gfx9-insts";
  Add("V_ADD3_U32_e64", Gfx9, [](V A, V B, V C) { return A + B + C; });
  Add("V_LSHL_ADD_U32_e64", Gfx9, [](V A, V B, V C) { return shlMasked(A, B) + C; });
  Add("V_ADD_LSHL_U32_e64", Gfx9, [](V A, V B, V C) { return shlMasked(A + B, C); });
  Add("V_LSHL_OR_B32_e64", Gfx9, [](V A, V B, V C) { return shlMasked(A, B) | C; });
  Add("V_AND_OR_B32_e64", Gfx9, [](V A, V B, V C) { return (A & B) | C; });
  Add("V_OR3_B32_e64", Gfx9, [](V A, V B, V C) { return A | B | C; });
  Add("V_XAD_U32_e64", Gfx9, [](V A, V B, V C) { return (A ^ B) + C; });
  Add("V_BFE_U32_e64", "", bfeU32);
  Add("V_BFE_I32_e64", "", bfeI32);
  Add("V_BFI_B32_e64", "", [](V Mask, V A, V B) { return (Mask & A) | (~Mask & B); });
  Add("V_MIN3_U32_e64", "", [](V A, V B, V C) { return umin(umin(A, B), C); });
  Add("V_MAX3_U32_e64", "", [](V A, V B, V C) { return umax(umax(A, B), C); });
  Add("V_MED3_U32_e64", "", [](V A, V B, V C) { return med3(A, B, C, umin, umax); });
  Add("V_MIN3_I32_e64", "", [](V A, V B, V C) { return smin(smin(A, B), C); });
  Add("V_MAX3_I32_e64", "", [](V A, V B, V C) { return smax(smax(A, B), C); });
  Add("V_MED3_I32_e64", "", [](V A, V B, V C) { return med3(A, B, C, smin, smax); });
  Add("V_PERM_B32_e64", "+gfx8-insts", permuteBytes);
  Add("V_LERP_U8_e64", "+lerp-inst", lerpBytes);

  // GFX9 selects the forms with (neutral) operand modifiers, clamp and op_sel.
  auto AddFunnel = [&](const char *Name, Ternary F) {
    R.add(Name, "+gfx9-insts,-gfx10-insts", ternary(F))
        .spec({fixed(0), reg(), fixed(0), reg(), fixed(0), reg(), fixed(0), fixed(0)});
  };
  AddFunnel("V_ALIGNBIT_B32_opsel_e64", funnelRight);
  AddFunnel("V_ALIGNBYTE_B32_opsel_e64",
            [](V A, V B, V C) { return funnelRight(A, B, shl(C & 3, 3u)); });
}

} // namespace

void addValuRows(RowSet &R) {
  addBinary(R);
  addTernary(R);
  addUnary(R);
  addMoves(R);
}

} // namespace amdgpu

void addAMDGPURows(RowSet &R) {
  amdgpu::addValuRows(R);
  amdgpu::addMultiplyRows(R);
  amdgpu::addDotRows(R);
  amdgpu::addHalfRows(R);
  amdgpu::addPackedRows(R);
  amdgpu::addMatrixRows(R);
  amdgpu::addCompareRows(R);
  amdgpu::addScalarRows(R);
  amdgpu::addScalarCompareRows(R);
  amdgpu::addScalarFloatRows(R);
  amdgpu::addCrossLaneRows(R);
}

} // namespace whittle
