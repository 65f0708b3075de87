//===- isa/amdgpu/Fields.cpp - Bit fields, bytes, counts of bits ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Integer.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

/// The low 32 bits of Hi:Lo shifted right by Count modulo 32.
V funnelRight(V Hi, V Lo, V Count) {
  return {&Hi.sem(), Hi.sem().builder().CreateIntrinsic(Intrinsic::fshr, {Hi.type()},
                                                        {Hi.get(), Lo.get(), Count.get()})};
}
V funnelRightBytes(V Hi, V Lo, V Count) { return funnelRight(Hi, Lo, shl(Count & 3, 3u)); }

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

/// Per byte (A + B + (C & 1)) >> 1, without losing the carry.
V lerpBytes(V A, V B, V C) {
  V Sum = zext(bits(A, 8), 16) + zext(bits(B, 8), 16) + zext(bits(C, 8) & 1, 16);
  return bits(trunc(lshr(Sum, 1u), 8), 32);
}

void addCounts(RowSet &R) {
  auto Add = [&](const char *Name, const char *Features, Unary F) {
    addBothEncodings(R, Name, Features, unary(F), SimpleWeight);
  };
  Add("V_BFREV_B32", "", reverseBits);
  // No bit found is all ones.
  Add("V_FFBH_U32", "", [](V A) { return ifNotZero(A, ctlz(A)); });
  Add("V_FFBL_B32", "", [](V A) { return ifNotZero(A, ctpop(~A & (A - 1))); });
  Add("V_FFBH_I32", "", [](V A) {
    V Changes = A ^ ashr(A, 31u);
    return ifNotZero(Changes, ctlz(Changes));
  });
  // A step of a linear feedback shift register.
  Add("V_PRNG_B32", "+prng-inst", [](V A) { return shl(A, 1u) ^ (ashr(A, 31u) & 197); });

  R.add("V_BCNT_U32_B32_e64", "", binary([](V A, V B) { return ctpop(A) + B; }));
  // The bits of lanes below this one, of which there are none from 32 on in a
  // wave of 32. Lane numbers are below 64, so that one shift gives both halves.
  for (bool High : {false, true})
    R.add(High ? "V_MBCNT_HI_U32_B32_e64" : "V_MBCNT_LO_U32_B32_e64", "", [High](Sem &S) {
       V Below = shlMasked(S.constant(64, 1), zext(S.lane(), 64)) - 1;
       S.out(ctpop(S.in(0, 32) & trunc(High ? lshr(Below, 32u) : Below, 32)) + S.in(1, 32));
     }).readsLaneId();
}

void addFields(RowSet &R) {
  auto Add = [&](const char *Name, const char *Features, Ternary F) {
    R.add(Name, Features, ternary(F));
  };
  R.add("V_BFM_B32_e64", "",
        binary([](V Width, V Offset) { return shlMasked(lowMask(Width), Offset); }));
  Add("V_BFE_U32_e64", "", bfeU32);
  Add("V_BFE_I32_e64", "", bfeI32);
  Add("V_BFI_B32_e64", "", [](V Mask, V A, V B) { return (Mask & A) | (~Mask & B); });
  Add("V_PERM_B32_e64", "+gfx8-insts", permuteBytes);
  Add("V_LERP_U8_e64", "+lerp-inst", lerpBytes);

  // From GFX9 on with (neutral) operand modifiers, clamp and op_sel: the count
  // is a 16-bit source, and with real 16-bit registers one of those. What op_sel
  // does to it elsewhere is in no document, and in no row.
  const SmallVector<OperandSpec, 8> Neutral = {fixed(0), reg(), fixed(0), reg(),
                                               fixed(0), reg(), fixed(0), fixed(0)};
  auto AddFunnel = [&](const std::string &Name, Ternary F) {
    R.add(Name + "_opsel_e64", "+gfx9-insts,-gfx10-insts", ternary(F)).spec(Neutral);
    R.add(Name + "_fake16_e64", "+gfx11-insts,-real-true16", ternary(F)).spec(Neutral);
    R.add(Name + "_t16_e64", "+gfx11-insts,+real-true16", [F](Sem &S) {
       S.out(F(S.in(0, 32), S.in(1, 32), zext(S.in(2, 16), 32)));
     }).spec(Neutral);
  };
  AddFunnel("V_ALIGNBIT_B32", funnelRight);
  AddFunnel("V_ALIGNBYTE_B32", funnelRightBytes);
}

void addPacks(RowSet &R) {
  // Saturates to the narrower type, of the same signedness.
  R.add("V_CVT_PK_I16_I32_e64", "",
        [](Sem &S) { S.out(concat(truncSSat(S.in(0, 32), 16), truncSSat(S.in(1, 32), 16))); });
  R.add("V_CVT_PK_U16_U32_e64", "", [](Sem &S) {
    V Limit = S.constant(32, 0xffff);
    S.out(concat(trunc(umin(S.in(0, 32), Limit), 16), trunc(umin(S.in(1, 32), Limit), 16)));
  });
  // Shifted right by the same count, and as signed numbers saturated to either
  // kind of byte. The high half of the result keeps what it was.
  for (bool Signed : {false, true})
    R.add(Signed ? "V_ASHR_PK_I8_I32_e64" : "V_ASHR_PK_U8_I32_e64", "+ashr-pk-insts",
          [Signed](Sem &S) {
            auto Byte = [&](unsigned K) {
              V Shifted = ashrMasked(S.in(K, 32), S.in(2, 32));
              return Signed ? truncSSat(Shifted, 8) : truncUSat(Shifted, 8);
            };
            S.out(zext(bits(concat(Byte(0), Byte(1)), 16), 32));
          })
        .weight(MultiplyWeight)
        .definedBits(16)
        .spec({fixed(0), reg(), fixed(0), reg(), fixed(0), reg(), fixed(0)});
}

} // namespace

void addFieldRows(RowSet &R) {
  addFields(R);
  addCounts(R);
  addPacks(R);
}

} // namespace whittle::amdgpu
