//===- isa/amdgpu/Half.cpp - The vector unit on 16-bit integers -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An operation has up to four forms:
// - of gfx8, in both encodings: reads low halves and zeroes the high half of the result;
// - of gfx9, with op_sel (V_MAD_U16_gfx9_e64 and those new then): keeps the register's
//   other half. AMD's documents say so of V_MAD_U16; of V_ADD_I16, V_MIN3_I16 and
//   such they say nothing, and LLVM does not rely on zeros either, so that half is
//   unspecified here;
// - _fake16 (gfx11 on): the register's other half is kept as well;
// - _t16 (gfx11 on, real-true16): operands are half registers.
//
//===----------------------------------------------------------------------===//

#include "isa/Float.h"
#include "isa/amdgpu/Halves.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr unsigned SimpleWeight = 2, MultiplyWeight = 3;

const char *const Gfx8 = "+16-bit-insts,-gfx10-insts", *const Gfx9 = "+gfx9-insts,-gfx10-insts",
                  *const RealHalves = "+gfx11-insts,+real-true16",
                  *const FakeHalves = "+gfx11-insts,-real-true16";

struct Form {
  const char *Suffix, *Features;
  bool Real = false; ///< half registers
};
const Form Gfx9Form = {"", Gfx9}, FakeForm = {"_fake16", FakeHalves},
           RealForm = {"_t16", RealHalves, true};

V lowHalf(Sem &S, unsigned K) {
  V X = S.raw(K);
  return X.eltBits() == 16 ? X : trunc(X, 16);
}

/// The half of operand \p K that immediate \p Imm says.
V chosenHalf(Sem &S, unsigned K, unsigned Imm) {
  V X = S.in(K, 32);
  return select(hasModifier(S, Imm, OpSel0), trunc(lshr(X, 16u), 16), trunc(X, 16));
}

/// A half result as the form's register has it.
void outHalf(Sem &S, V Result, bool Real) { S.out(Real ? Result : zext(Result, 32)); }

SemFn onLowHalves(const HalfOperation &Op, bool Saturates, bool Real) {
  return [&Op, Saturates, Real](Sem &S) {
    SmallVector<V, 3> X;
    for (unsigned K = 0; K != Op.Sources; ++K)
      X.push_back(lowHalf(S, K));
    outHalf(S, Saturates ? Op.Saturating(X) : Op.Wrapping(X), Real);
  };
}

/// Immediates: a modifier for each source, then clamp if the operation has it.
SemFn onChosenHalves(const HalfOperation &Op) {
  return [&Op](Sem &S) {
    SmallVector<V, 3> X;
    for (unsigned K = 0; K != Op.Sources; ++K)
      X.push_back(chosenHalf(S, K, K));
    V Result = Op.Wrapping(X);
    if (Op.Saturating)
      Result = select(hasModifier(S, Op.Sources, 1), Op.Saturating(X), Result);
    outHalf(S, Result, false);
  };
}

/// NAME_e64 and NAME_e32, or _e64 only of three sources. \p HasClamp: the longer
/// encoding has an operand for it.
void addZeroing(RowSet &R, StringRef Name) {
  const HalfOperation &Op = halfOperation(Name);
  const std::string Opcode = ("V_" + Name).str();
  const SemFn Wrapping = onLowHalves(Op, false, false);
  auto Spec = [&](int64_t Clamp) {
    SmallVector<OperandSpec, 4> Spec(Op.Sources, reg());
    Spec.push_back(fixed(Clamp));
    return Spec;
  };
  R.add(Opcode + "_e64", Gfx8, Wrapping).weight(Op.Weight);
  if (Op.Saturating) {
    R.spec(Spec(0));
    R.add(Opcode + "_e64:clamp", Gfx8, onLowHalves(Op, true, false))
        .weight(Op.Weight)
        .spec(Spec(-1));
  }
  if (Op.Sources == 2)
    R.add(Opcode + "_e32", Gfx8, Wrapping).weight(Op.Weight);
}

/// A modifier before each source, clamp and op_sel after them.
void addModified(RowSet &R, const std::string &Opcode, StringRef Name, const Form &F) {
  const HalfOperation &Op = halfOperation(Name);
  auto Add = [&](const char *Variant, SemFn Fn, OperandSpec Modifier, OperandSpec Clamp) {
    R.add("V_" + Opcode + F.Suffix + "_e64" + Variant, F.Features, std::move(Fn))
        .weight(Op.Weight)
        .spec(modified(Op.Sources, Modifier, {Clamp, fixed(0)}));
    if (!F.Real)
      R.definedBits(16);
  };
  Add("", onLowHalves(Op, false, F.Real), fixed(0), fixed(0));
  if (Op.Saturating)
    Add(":clamp", onLowHalves(Op, true, F.Real), fixed(0), fixed(-1));
  if (!F.Real) {
    Add(":mods", onChosenHalves(Op), imm(3), Op.Saturating ? imm(1) : fixed(0));
    R.presets(Op.Saturating ? modifierPresets(Op.Sources, 0, OpSel0, {0, -1})
                            : modifierPresets(Op.Sources, 0, OpSel0));
  }
}

/// Without modifiers, but for _t16, which has op_sel as well.
void addPlain(RowSet &R, StringRef Name) {
  const HalfOperation &Op = halfOperation(Name);
  const std::string Opcode = ("V_" + Name).str();
  R.add(Opcode + "_fake16_e64", FakeHalves, onLowHalves(Op, false, false))
      .weight(Op.Weight)
      .definedBits(16);
  R.add(Opcode + "_t16_e64", RealHalves, onLowHalves(Op, false, true))
      .weight(Op.Weight)
      .spec(modified(Op.Sources, fixed(0), {fixed(0)}));
}

/// Halves times halves, plus a word.
void addWideMultiplyAdd(RowSet &R, bool Signed) {
  auto Meaning = [Signed](bool Clamp, bool Chosen) -> SemFn {
    return [=](Sem &S) {
      V A = Chosen ? chosenHalf(S, 0, 0) : lowHalf(S, 0),
        B = Chosen ? chosenHalf(S, 1, 1) : lowHalf(S, 1), C = S.in(2, 32);
      // Exact in either sign.
      V Product = Signed ? sext(A, 32) * sext(B, 32) : zext(A, 32) * zext(B, 32);
      V Wrapped = Product + C, Saturated = Signed ? saddSat(Product, C) : uaddSat(Product, C);
      S.out(Chosen  ? select(hasModifier(S, 2, 1), Saturated, Wrapped)
            : Clamp ? Saturated
                    : Wrapped);
    };
  };
  for (const Form &F : {Gfx9Form, FakeForm, RealForm}) {
    const std::string Opcode =
        std::string(Signed ? "V_MAD_I32_I16" : "V_MAD_U32_U16") + F.Suffix + "_e64";
    auto Add = [&](const char *Variant, SemFn Fn, OperandSpec Modifier, OperandSpec Clamp) {
      R.add(Opcode + Variant, F.Features, std::move(Fn))
          .weight(MultiplyWeight)
          .spec({Modifier, reg(), Modifier, reg(), fixed(0), reg(), Clamp, fixed(0)});
    };
    Add("", Meaning(false, false), fixed(0), fixed(0));
    Add(":clamp", Meaning(true, false), fixed(0), fixed(-1));
    if (!F.Real) {
      Add(":mods", Meaning(false, true), imm(3), imm(1));
      R.presets(modifierPresets(2, 0, OpSel0, {0, -1}));
    }
  }
}

//===----------------------------------------------------------------------===//
// One source
//===----------------------------------------------------------------------===//

/// Both encodings of gfx11 on: \p Fn is told whether the form has half registers.
void addUnary(RowSet &R, const std::string &Name, function_ref<SemFn(bool Real)> Fn,
              unsigned DefinedBits) {
  for (const char *Encoding : {"_e32", "_e64"}) {
    R.add(Name + "_fake16" + Encoding, FakeHalves, Fn(false)).weight(SimpleWeight);
    R.definedBits(DefinedBits);
  }
  R.add(Name + "_t16_e32", RealHalves, Fn(true)).weight(SimpleWeight);
  R.add(Name + "_t16_e64", RealHalves, Fn(true))
      .weight(SimpleWeight)
      .spec(modified(1, fixed(0), {fixed(0)}));
}

void addUnaries(RowSet &R) {
  addUnary(
      R, "V_NOT_B16", [](bool Real) { return onLowHalves(halfOperation("NOT_B16"), false, Real); },
      16);
  // Of moves LLVM has no _fake16 form that can be encoded.
  const SemFn Move = onLowHalves(halfOperation("MOV_B16"), false, true);
  R.add("V_MOV_B16_t16_e32", RealHalves, Move).weight(SimpleWeight);
  R.add("V_MOV_B16_t16_e64", RealHalves, Move)
      .weight(SimpleWeight)
      .spec(modified(1, fixed(0), {fixed(0)}));

  auto Extend = [](bool Signed) -> SemFn {
    return [Signed](Sem &S) {
      V X = lowHalf(S, 0);
      S.out(Signed ? sext(X, 32) : zext(X, 32));
    };
  };
  addUnary(R, "V_CVT_I32_I16", [&](bool) { return Extend(true); }, 0);
  addUnary(R, "V_CVT_U32_U16", [&](bool) { return Extend(false); }, 0);

  // Two bytes: each half, as a signed number, brought into 0..255. For gfx9 the
  // documents print zeros above them; LLVM does not rely on those, nor do we.
  auto SaturatePair = [](bool Real) -> SemFn {
    return [Real](Sem &S) { outHalf(S, bits(truncUSat(S.in(0, 16), 8), 16), Real); };
  };
  for (const char *Encoding : {"_e32", "_e64"})
    R.add(std::string("V_SAT_PK_U8_I16") + Encoding, Gfx9, SaturatePair(false))
        .weight(SimpleWeight)
        .definedBits(16);
  addUnary(R, "V_SAT_PK_U8_I16", SaturatePair, 16);
}

//===----------------------------------------------------------------------===//
// Selects, truth tables, packs
//===----------------------------------------------------------------------===//

void addSelects(RowSet &R) {
  auto Select = [](bool Real) -> SemFn {
    return [Real](Sem &S) { outHalf(S, select(S.in(2, 1), lowHalf(S, 1), lowHalf(S, 0)), Real); };
  };
  R.add("V_CNDMASK_B16_fake16_e64", FakeHalves, Select(false))
      .weight(SimpleWeight)
      .spec(modified(2, fixed(0), {mask()}))
      .definedBits(16);
  R.add("V_CNDMASK_B16_t16_e64", RealHalves, Select(true))
      .weight(SimpleWeight)
      .spec(modified(2, fixed(0), {mask(), fixed(0)}));
}

/// Bit 4a + 2b + c of the table is the result where the sources' bits are a, b and c.
V truthTable(V A, V B, V C, V Table) {
  Sem &S = A.sem();
  V Result = S.constantLike(A, 0);
  for (unsigned I = 0; I != 8; ++I) {
    V On = sext(trunc(lshr(Table, I), 1), A.eltBits());
    Result = Result | (On & (I & 4 ? A : ~A) & (I & 2 ? B : ~B) & (I & 1 ? C : ~C));
  }
  return Result;
}

void addTruthTables(RowSet &R) {
  R.add("V_BITOP3_B16_e64", "+bitop3-insts", [](Sem &S) {
    outHalf(S, truthTable(lowHalf(S, 0), lowHalf(S, 1), lowHalf(S, 2), S.imm(0)), false);
  });
  R.weight(SimpleWeight)
      .spec(modified(3, fixed(0), {imm(8), fixed(0)}))
      .imm(Row::ImmUse::Ternary)
      .definedBits(16);
  R.add("V_BITOP3_B16_e64:mods", "+bitop3-insts", [](Sem &S) {
    outHalf(S, truthTable(chosenHalf(S, 0, 0), chosenHalf(S, 1, 1), chosenHalf(S, 2, 2), S.imm(3)),
            false);
  });
  R.weight(SimpleWeight).spec(modified(3, imm(3), {imm(8), fixed(0)})).definedBits(16);
}

/// Two halves into one register. Unlike V_PERM_B32 this is a floating-point
/// operation: its sources may be negated, and LLVM selects it only for numbers that
/// are canonical already. So signalling NaNs become quiet here, as IEEE mode has it;
/// denormals are kept, as MODE starts.
void addPacks(RowSet &R) {
  auto Meaning = [](bool Modified) -> SemFn {
    return [Modified](Sem &S) {
      auto Source = [&](unsigned K) {
        V X = lowHalf(S, K);
        if (Modified) {
          if (S.raw(K).eltBits() == 32)
            X = chosenHalf(S, K, K);
          X = select(hasModifier(S, K, 2), fabs(X), X);
          X = select(hasModifier(S, K, 1), fneg(X), X);
        }
        return select(isSignalling(X), quieted(X), X);
      };
      S.out(bits(S.build({Source(0), Source(1)}), 32));
    };
  };
  for (const Form &F : {Gfx9Form, FakeForm, RealForm}) {
    const std::string Opcode = std::string("V_PACK_B32_F16") + F.Suffix + "_e64";
    R.add(Opcode, F.Features, Meaning(false))
        .weight(SimpleWeight)
        .spec(modified(2, fixed(0), {fixed(0), fixed(0)}));
    R.add(Opcode + ":mods", F.Features, Meaning(true))
        .weight(SimpleWeight)
        .spec(modified(2, F.Real ? imm(2) : imm(3), {fixed(0), fixed(0)}));
    // Negation, and op_sel where halves are no registers.
    R.presets(F.Real ? modifierPresets(2, 0, 1) : modifierPresets(2, 0, {OpSel0, 1}));
  }
}

} // namespace

void addHalfRows(RowSet &R) {
  for (const char *Name :
       {"ADD_U16", "SUB_U16", "SUBREV_U16", "MUL_LO_U16", "LSHLREV_B16", "LSHRREV_B16",
        "ASHRREV_I16", "MIN_U16", "MAX_U16", "MIN_I16", "MAX_I16", "MAD_U16", "MAD_I16"})
    addZeroing(R, Name);

  for (const char *Name : {"ADD_I16", "SUB_I16", "MIN3_U16", "MAX3_U16", "MED3_U16", "MIN3_I16",
                           "MAX3_I16", "MED3_I16"})
    for (const Form &F : {Gfx9Form, FakeForm, RealForm})
      addModified(R, Name, Name, F);
  for (const char *Name : {"MAD_U16", "MAD_I16"})
    for (const Form &F : {Gfx9Form, FakeForm, RealForm})
      addModified(R, std::string(Name) + "_gfx9", Name, F);
  for (const Form &F : {FakeForm, RealForm}) {
    addModified(R, "ADD_NC_U16", "ADD_U16", F);
    addModified(R, "SUB_NC_U16", "SUB_U16", F);
  }

  for (const char *Name : {"MUL_LO_U16", "LSHLREV_B16", "LSHRREV_B16", "ASHRREV_I16", "MIN_U16",
                           "MAX_U16", "MIN_I16", "MAX_I16", "AND_B16", "OR_B16", "XOR_B16"})
    addPlain(R, Name);

  addWideMultiplyAdd(R, false);
  addWideMultiplyAdd(R, true);
  addUnaries(R);
  addSelects(R);
  addTruthTables(R);
  addPacks(R);
}

} // namespace whittle::amdgpu
