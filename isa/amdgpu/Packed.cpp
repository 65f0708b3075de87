//===- isa/amdgpu/Packed.cpp - Pairs of integers in one register ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each source has a modifier that says which half goes to which half of the
// result; 8 leaves them where they are. Its two lowest bits negate, which of
// integers the documents do not have: they are ignored. Clamp stands where they
// name saturation (sums, differences and multiply-add) and must be off elsewhere.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Halves.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr int64_t Neutral = OpSel1, Swapped = OpSel0, Lows = 0, Highs = OpSel0 | OpSel1;

/// The two halves of operand \p K that immediate \p K says.
V chosenPair(Sem &S, unsigned K) {
  V X = S.in(K, 16);
  return S.build({select(hasModifier(S, K, OpSel0), X[1], X[0]),
                  select(hasModifier(S, K, OpSel1), X[1], X[0])});
}

SemFn onPairs(const HalfOperation &Op, bool Saturates) {
  return [&Op, Saturates](Sem &S) {
    SmallVector<V, 3> X;
    for (unsigned K = 0; K != Op.Sources; ++K)
      X.push_back(S.in(K, 16));
    S.out(Saturates ? Op.Saturating(X) : Op.Wrapping(X));
  };
}

SemFn onChosenPairs(const HalfOperation &Op) {
  return [&Op](Sem &S) {
    SmallVector<V, 3> X;
    for (unsigned K = 0; K != Op.Sources; ++K)
      X.push_back(chosenPair(S, K));
    V Result = Op.Wrapping(X);
    if (Op.Saturating) {
      V On = S.splat(hasModifier(S, Op.Sources, 1), 2);
      Result = select(On, Op.Saturating(X), Result);
    }
    S.out(Result);
  };
}

void addPair(RowSet &R, StringRef Name) {
  const HalfOperation &Op = halfOperation(Name);
  auto Add = [&](const char *Variant, SemFn Fn, OperandSpec Modifier, OperandSpec Clamp) {
    // After clamp: op_sel, op_sel_hi, neg_lo, neg_hi, which stand in the modifiers.
    R.add(("V_PK_" + Name + Variant).str(), "+vop3p", std::move(Fn))
        .weight(Op.Weight)
        .spec(modified(Op.Sources, Modifier, {Clamp, fixed(0), fixed(0), fixed(0), fixed(0)}));
  };
  Add("", onPairs(Op, false), fixed(Neutral), fixed(0));
  if (Op.Saturating)
    Add(":clamp", onPairs(Op, true), fixed(Neutral), fixed(-1));
  Add(":mods", onChosenPairs(Op), imm(4), Op.Saturating ? imm(1) : fixed(0));
  // Search tries clamp by the row above.
  const int64_t NoClamp = 0;
  R.presets(Op.Saturating ? modifierPresets(Op.Sources, Neutral, {Swapped, Lows, Highs}, NoClamp)
                          : modifierPresets(Op.Sources, Neutral, {Swapped, Lows, Highs}));
}

/// The low word of the result is one of the first source, the high word one of the
/// second. Which, op_sel says; LLVM's own copies (8, then 12) show that for the
/// high word too it is op_sel, not op_sel_hi.
void addWordPairs(RowSet &R) {
  for (unsigned First : {0u, 1u})
    for (unsigned Second : {0u, 1u}) {
      std::string Variant;
      if (First || Second)
        Variant = {':', First ? 'h' : 'l', Second ? 'h' : 'l'};
      R.add("V_PK_MOV_B32" + Variant, "+gfx90a-insts",
            [=](Sem &S) { S.out(S.build({S.in(0, 32)[First], S.in(1, 32)[Second]})); });
      R.spec({fixed(First ? Highs : Neutral), reg(), fixed(Second ? Highs : Neutral), reg(),
              fixed(0), fixed(0), fixed(0), fixed(0), fixed(0)});
    }
}

} // namespace

void addPackedRows(RowSet &R) {
  for (const char *Name :
       {"ADD_I16", "ADD_U16", "SUB_I16", "SUB_U16", "MUL_LO_U16", "MAD_I16", "MAD_U16", "MIN_I16",
        "MIN_U16", "MAX_I16", "MAX_U16", "LSHLREV_B16", "LSHRREV_B16", "ASHRREV_I16"})
    addPair(R, Name);
  addWordPairs(R);
}

} // namespace whittle::amdgpu
