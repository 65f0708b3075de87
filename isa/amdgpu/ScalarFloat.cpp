//===- isa/amdgpu/ScalarFloat.cpp - Floating point of the scalar unit -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GFX11.5 and GFX12. Halves are the low half of a register, and results that are
// halves zero the high one. Minima and maxima are those of GFX12: GFX11.5 has an
// IEEE mode, in which they treat signalling NaNs otherwise.
//
// The documents leave open which NaN results have: here the first operand that is
// one, quieted, and the positive quiet NaN for what is invalid.
//
//===----------------------------------------------------------------------===//

#include "isa/Float.h"
#include "isa/amdgpu/FloatConditions.h"
#include "isa/amdgpu/ScalarTools.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr unsigned SimpleWeight = 2, FusedWeight = 3;
constexpr const char *ScalarFloats = "+salu-float", *Gfx12 = "+gfx12-insts";

V like(V A, uint64_t Bits) { return A.sem().constantLike(A, Bits); }
V invalid(V A) { return like(A, infinityBits(A.eltBits()) | quietBit(A.eltBits())); }

V sum(V A, V B) { return propagate({A, B}, fadd(A, B, invalid(A))); }
V difference(V A, V B) { return propagate({A, B}, fsub(A, B, invalid(A))); }
V product(V A, V B) { return propagate({A, B}, fmul(A, B, invalid(A))); }
V fused(V A, V B, V C) { return propagate({A, B, C}, fma(A, B, C, invalid(A))); }

/// A < B where -0 is less than +0: what differs in sign only is compared as numbers.
V below(V A, V B) {
  V SignsDiffer = cmp(CmpInst::ICMP_SLT, A, like(A, 0)) & cmp(CmpInst::ICMP_SGE, B, like(B, 0));
  return fless(A, B) | (fequal(A, B) & SignsDiffer);
}

/// Of a NaN and a number the number.
V chooseNumber(V A, V B, V TakeA) {
  V Any = select(isNaN(A), B, select(isNaN(B), A, select(TakeA, A, B)));
  return select(isNaN(A) & isNaN(B), quieted(A), Any);
}
V lesserNumber(V A, V B) { return chooseNumber(A, B, below(A, B)); }
V greaterNumber(V A, V B) { return chooseNumber(A, B, below(B, A)); }

/// Of a NaN and a number the NaN, of two NaNs a signalling one.
V chooseNaN(V A, V B, V TakeA) {
  V Any = propagate({A, B}, select(TakeA, A, B));
  return select(isSignalling(A), quieted(A), select(isSignalling(B), quieted(B), Any));
}
V minimum(V A, V B) { return chooseNaN(A, B, below(A, B)); }
V maximum(V A, V B) { return chooseNaN(A, B, below(B, A)); }

/// Element \p K of \p Bits, whole results of which are zero-extended.
V element(Sem &S, unsigned K, unsigned Bits) { return zextOrTrunc(S.in(K, 32), Bits); }
void give(Sem &S, V Result) { S.out(zextOrTrunc(Result, 32)); }

/// A NaN of the other format with the highest bits of the payload.
V convertedNaN(V A, unsigned Bits) {
  const int Shift = int(mantissaBits(Bits)) - int(mantissaBits(A.eltBits()));
  V Sign = A & like(A, signBit(A.eltBits()));
  V Payload = A & like(A, (uint64_t(1) << mantissaBits(A.eltBits())) - 1);
  if (Shift < 0)
    Payload = lshr(Payload, unsigned(-Shift));
  V High = A.eltBits() > Bits ? lshr(Sign, A.eltBits() - Bits) : Sign;
  V NewSign = zextOrTrunc(High, Bits), NewPayload = zextOrTrunc(Payload, Bits);
  if (Shift > 0) {
    NewSign = shl(NewSign, Bits - A.eltBits());
    NewPayload = shl(NewPayload, unsigned(Shift));
  }
  return quieted(NewSign | NewPayload | like(NewSign, infinityBits(Bits)));
}
V converted(V A, unsigned Bits) { return fconvert(A, Bits, convertedNaN(A, Bits)); }

/// The half below in size, where the nearest is above; that is the largest one for
/// what is too large.
V halfTowardsZero(V A) {
  V Size = fabs(A), Nearest = converted(Size, 16);
  V Above = fless(Size, converted(Nearest, 32));
  V Sign = trunc(lshr(A & like(A, signBit(32)), 16u), 16);
  return select(isNaN(A), convertedNaN(A, 16), select(Above, Nearest - 1, Nearest) | Sign);
}

void addArithmetic(RowSet &R) {
  struct Operation {
    const char *Name, *Features;
    V (*F)(V, V);
  };
  static const Operation Operations[] = {{"S_ADD_F", ScalarFloats, sum},
                                         {"S_SUB_F", ScalarFloats, difference},
                                         {"S_MUL_F", ScalarFloats, product},
                                         {"S_MIN_F", "+salu-float,+gfx12-insts", lesserNumber},
                                         {"S_MAX_F", "+salu-float,+gfx12-insts", greaterNumber},
                                         {"S_MINIMUM_F", Gfx12, minimum},
                                         {"S_MAXIMUM_F", Gfx12, maximum}};
  for (unsigned Bits : {16, 32}) {
    const std::string Width = std::to_string(Bits);
    for (const Operation &O : Operations)
      R.add(O.Name + Width, O.Features, [F = O.F, Bits](Sem &S) {
         give(S, F(element(S, 0, Bits), element(S, 1, Bits)));
       }).weight(SimpleWeight);
    // The last operand is tied to the result.
    R.add("S_FMAC_F" + Width, ScalarFloats, [Bits](Sem &S) {
       give(S, fused(element(S, 0, Bits), element(S, 1, Bits), element(S, 2, Bits)));
     }).weight(FusedWeight);
  }
  R.add("S_FMAAK_F32", ScalarFloats,
        [](Sem &S) { S.out(fused(S.in(0, 32), S.in(1, 32), S.imm(0, 32))); })
      .weight(FusedWeight)
      .spec({reg(), reg(), imm(32)});
  R.add("S_FMAMK_F32", ScalarFloats,
        [](Sem &S) { S.out(fused(S.in(0, 32), S.imm(0, 32), S.in(1, 32))); })
      .weight(FusedWeight)
      .spec({reg(), imm(32), reg()});
}

void addConversions(RowSet &R) {
  auto Add = [&](const std::string &Name, const std::function<V(Sem &)> &F) {
    R.add(Name, ScalarFloats, [F](Sem &S) { give(S, F(S)); }).weight(SimpleWeight);
  };
  // Results that are 0 have the operand's sign.
  for (auto [Name, Direction] :
       {std::pair("S_CEIL_F", Rounding::Up), std::pair("S_FLOOR_F", Rounding::Down),
        std::pair("S_TRUNC_F", Rounding::Zero), std::pair("S_RNDNE_F", Rounding::Nearest)})
    for (unsigned Bits : {16, 32})
      Add(Name + std::to_string(Bits), [Bits, To = Direction](Sem &S) {
        V A = element(S, 0, Bits);
        return fround(A, To, quieted(A));
      });
  Add("S_CVT_F32_I32", [](Sem &S) { return sitof(S.in(0, 32), 32); });
  Add("S_CVT_F32_U32", [](Sem &S) { return uitof(S.in(0, 32), 32); });
  // Towards zero, saturating; a NaN is 0.
  Add("S_CVT_I32_F32", [](Sem &S) { return ftosi(S.in(0, 32), 32); });
  Add("S_CVT_U32_F32", [](Sem &S) { return ftoui(S.in(0, 32), 32); });
  Add("S_CVT_F16_F32", [](Sem &S) { return converted(S.in(0, 32), 16); });
  Add("S_CVT_F32_F16", [](Sem &S) { return converted(S.in(0, 16)[0], 32); });
  Add("S_CVT_HI_F32_F16", [](Sem &S) { return converted(S.in(0, 16)[1], 32); });
  Add("S_CVT_PK_RTZ_F16_F32", [](Sem &S) {
    return bits(S.build({halfTowardsZero(S.in(0, 32)), halfTowardsZero(S.in(1, 32))}), 32);
  });
}

void addCompares(RowSet &R) {
  for (unsigned Bits : {16, 32})
    for (const Condition &C : floatConditions())
      if (C.Holds)
        R.add(std::string("S_CMP_") + C.Name + "_F" + std::to_string(Bits), ScalarFloats,
              [Holds = C.Holds, Bits](Sem &S) {
                giveFlag(S, Holds(element(S, 0, Bits), element(S, 1, Bits)));
              })
            .weight(SimpleWeight)
            .gives(ImplicitReg::SCC);
}

} // namespace

void addScalarFloatRows(RowSet &R) {
  addArithmetic(R);
  addConversions(R);
  addCompares(R);
}

} // namespace whittle::amdgpu
