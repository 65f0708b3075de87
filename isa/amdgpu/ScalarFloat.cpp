//===- isa/amdgpu/ScalarFloat.cpp - Floating point of the scalar unit -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GFX11.5 and GFX12. Halves are the low half of a register, and results that are
// halves zero the high one. Minima and maxima are those of GFX12: GFX11.5 has an
// IEEE mode, in which they treat signalling NaNs otherwise. NaN results are chosen as
// the vector unit's rows choose them.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Float16.h"
#include "isa/amdgpu/FloatConditions.h"
#include "isa/amdgpu/ScalarTools.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr unsigned SimpleWeight = 2, FusedWeight = 3;
constexpr const char *ScalarFloats = "+salu-float", *Gfx12 = "+gfx12-insts";

V lesserNumber(V A, V B) { return lesser(A, B, Generation::Gfx12); }
V greaterNumber(V A, V B) { return greater(A, B, Generation::Gfx12); }

/// The low \p Bits of operand \p K; a result of so many is zero-extended.
V element(Sem &S, unsigned K, unsigned Bits) { return zextOrTrunc(S.in(K, 32), Bits); }
void give(Sem &S, V Result) { S.out(zextOrTrunc(Result, 32)); }

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
       give(S, fusedSum(element(S, 0, Bits), element(S, 1, Bits), element(S, 2, Bits)));
     }).weight(FusedWeight);
  }
  R.add("S_FMAAK_F32", ScalarFloats,
        [](Sem &S) { S.out(fusedSum(S.in(0, 32), S.in(1, 32), S.imm(0, 32))); })
      .weight(FusedWeight)
      .spec({reg(), reg(), imm(32)});
  R.add("S_FMAMK_F32", ScalarFloats,
        [](Sem &S) { S.out(fusedSum(S.in(0, 32), S.imm(0, 32), S.in(1, 32))); })
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
  Add("S_CVT_F16_F32", [](Sem &S) { return singleToHalf(S.in(0, 32)); });
  Add("S_CVT_F32_F16", [](Sem &S) { return halfToSingle(S.in(0, 16)[0]); });
  Add("S_CVT_HI_F32_F16", [](Sem &S) { return halfToSingle(S.in(0, 16)[1]); });
  Add("S_CVT_PK_RTZ_F16_F32", [](Sem &S) {
    return bits(
        S.build({singleToHalfTowardsZero(S.in(0, 32)), singleToHalfTowardsZero(S.in(1, 32))}), 32);
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
