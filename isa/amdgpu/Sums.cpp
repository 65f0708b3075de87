//===- isa/amdgpu/Sums.cpp - 32-bit sums, carries and selections ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An instruction with a carry-out has two results, and each a row of its own.
// What a carry-out is under clamp, no document says: those rows have the sum only.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Integer.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

void addSums(RowSet &R) {
  // The forms without carry-out; their e64 encoding has a clamp bit.
  auto Add = [&](const std::string &Name, Binary F, Binary Saturating) {
    addBothEncodings(R, Name, "+add-no-carry-insts", binary(F), SimpleWeight, true);
    R.add(Name + "_e64:clamp", "+add-no-carry-insts", binary(Saturating))
        .spec({reg(), reg(), fixed(-1)});
  };
  Add("V_ADD_U32", [](V A, V B) { return A + B; }, uaddSat);
  Add("V_SUB_U32", [](V A, V B) { return A - B; }, usubSat);
  Add("V_SUBREV_U32", [](V A, V B) { return B - A; }, [](V A, V B) { return usubSat(B, A); });

  auto AddSigned = [&](const std::string &Name, Binary F, Binary Saturating) {
    R.add(Name + "_e64", "+gfx9-insts", binary(F)).spec({reg(), reg(), fixed(0)});
    R.add(Name + "_e64:clamp", "+gfx9-insts", binary(Saturating)).spec({reg(), reg(), fixed(-1)});
  };
  AddSigned("V_ADD_I32", [](V A, V B) { return A + B; }, saddSat);
  AddSigned("V_SUB_I32", [](V A, V B) { return A - B; }, ssubSat);

  auto Add3 = [&](const char *Name, Ternary F) { R.add(Name, "+gfx9-insts", ternary(F)); };
  Add3("V_ADD3_U32_e64", [](V A, V B, V C) { return A + B + C; });
  Add3("V_LSHL_ADD_U32_e64", [](V A, V B, V C) { return shlMasked(A, B) + C; });
  Add3("V_ADD_LSHL_U32_e64", [](V A, V B, V C) { return shlMasked(A + B, C); });
  Add3("V_XAD_U32_e64", [](V A, V B, V C) { return (A ^ B) + C; });
}

enum class Sum { Add, Sub, SubRev };

/// The sum or difference of the first two operands, of Bits bits; a third is the
/// carry or borrow that comes in.
V sum(Sem &S, Sum K, bool CarryIn, unsigned Bits) {
  V A = zextOrTrunc(S.in(0, 32), Bits), B = zextOrTrunc(S.in(1, 32), Bits);
  if (K == Sum::SubRev)
    std::swap(A, B);
  V Result = K == Sum::Add ? A + B : A - B;
  if (!CarryIn)
    return Result;
  V Carry = zext(S.in(2, 1), Bits);
  return K == Sum::Add ? Result + Carry : Result - Carry;
}

void addCarries(RowSet &R) {
  auto Add = [&](const std::string &Name, Sum K, bool CarryIn) {
    SemFn Low = [=](Sem &S) { S.out(sum(S, K, CarryIn, 32)); };
    SemFn Carry = [=](Sem &S) { S.out(trunc(lshr(sum(S, K, CarryIn, 33), 32u), 1)); };
    // Of 34 bits the highest is the sign of a difference.
    SemFn Clamped = [=](Sem &S) { S.out(truncUSat(sum(S, K, CarryIn, 34), 32)); };
    SmallVector<OperandSpec, 4> Spec = {reg(), reg()};
    if (CarryIn)
      Spec.push_back(mask());
    Spec.push_back(fixed(0));
    const ValueType Mask{RegKind::Lane, 1};
    R.add(Name + "_e64", "", Low).spec(Spec);
    R.add(Name + "_e64:carry", "", Carry).spec(Spec).def(1, Mask).off(OffLanes::Zero);
    Spec.back() = fixed(-1);
    R.add(Name + "_e64:clamp", "+gfx9-insts", Clamped).spec(Spec);
    // GFX10 has no short encoding of those without carry-in.
    const char *Features = CarryIn ? "" : "-gfx10-insts";
    R.add(Name + "_e32", Features, Low);
    if (CarryIn)
      R.reads(ImplicitReg::VCC);
    R.add(Name + "_e32:carry", Features, Carry).gives(ImplicitReg::VCC).off(OffLanes::Zero);
    if (CarryIn)
      R.reads(ImplicitReg::VCC);
  };
  Add("V_ADD_CO_U32", Sum::Add, false);
  Add("V_SUB_CO_U32", Sum::Sub, false);
  Add("V_SUBREV_CO_U32", Sum::SubRev, false);
  Add("V_ADDC_U32", Sum::Add, true);
  Add("V_SUBB_U32", Sum::Sub, true);
  Add("V_SUBBREV_U32", Sum::SubRev, true);
}

/// A source under the modifiers of floating-point operands: 1 negates, 2 takes
/// the absolute value first. Only the sign bit changes, of a NaN as well.
V modified(V X, V Modifiers) {
  auto Bit = [&](unsigned I) { return shl(zext(trunc(lshr(Modifiers, I), 1), 32), 31u); };
  return (X & ~Bit(1)) ^ Bit(0);
}

/// The 64-bit pseudo opcodes (V_CNDMASK_B64_PSEUDO, V_ADD_U64_PSEUDO) have no rows:
/// instruction selection itself replaces them, and nothing after it may write one.
void addSelections(RowSet &R) {
  SemFn Select = [](Sem &S) { S.out(select(S.in(2, 1), S.in(1, 32), S.in(0, 32))); };
  R.add("V_CNDMASK_B32_e64", "", Select).spec({fixed(0), reg(), fixed(0), reg(), mask()});
  R.add("V_CNDMASK_B32_e64:mods", "",
        [](Sem &S) {
          S.out(select(S.in(2, 1), modified(S.in(1, 32), S.imm(1, 2)),
                       modified(S.in(0, 32), S.imm(0, 2))));
        })
      .spec({imm(2), reg(), imm(2), reg(), mask()})
      .presets({{0, 0}, {1, 0}, {0, 1}, {1, 1}, {2, 0}, {0, 2}, {2, 2}, {3, 0}, {0, 3}});
  R.add("V_CNDMASK_B32_e32", "", Select).reads(ImplicitReg::VCC);
}

} // namespace

void addSumRows(RowSet &R) {
  addSums(R);
  addCarries(R);
  addSelections(R);
}

} // namespace whittle::amdgpu
