//===- isa/amdgpu/FloatRows.cpp - Singles and doubles in whole registers --===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/FloatRows.h"

using namespace llvm;

namespace whittle::amdgpu {

static constexpr unsigned NegAbs = 2;

enum class Form : uint8_t { Neutral, Modified, Clamped };

static bool hasModifiers(const FloatOperation &Op) {
  return is_contained(Op.Sources, WholeSource::Float);
}

static SmallVector<OperandSpec, 0> specOf(const FloatOperation &Op, Form F) {
  SmallVector<OperandSpec, 0> Spec;
  for (WholeSource S : Op.Sources) {
    if (S != WholeSource::Plain)
      Spec.push_back(F == Form::Modified && S == WholeSource::Float ? imm(NegAbs) : fixed(0));
    Spec.push_back(reg());
  }
  if (F == Form::Clamped)
    Spec.push_back(fixed(-1));
  else
    Spec.push_back(F == Form::Modified && Op.Clamps ? imm(1) : fixed(0));
  if (Op.HasOmod)
    Spec.push_back(fixed(0));
  return Spec;
}

/// The neutral tuple, then each modifier alone.
static std::vector<SmallVector<int64_t, 6>> presetsOf(const FloatOperation &Op) {
  const auto Floats = size_t(count(Op.Sources, WholeSource::Float));
  const SmallVector<int64_t, 6> Neutral(Floats + Op.Clamps, 0);
  std::vector<SmallVector<int64_t, 6>> Tuples = {Neutral};
  auto With = [&](size_t At, int64_t Value) { Tuples.emplace_back(Neutral)[At] = Value; };
  for (int64_t Modifier : {1, 2})
    for (size_t I = 0; I != Floats; ++I)
      With(I, Modifier);
  if (Op.Clamps)
    With(Floats, 1);
  return Tuples;
}

static SemFn meaningOf(const FloatOperation &Op, Generation G, Form F) {
  return [Op, G, F](Sem &S) {
    SmallVector<V, 3> In;
    unsigned Imm = 0;
    for (auto [K, Kind] : enumerate(Op.Sources)) {
      const bool Last = K + 1 == Op.Sources.size();
      V X = S.in(unsigned(K), Last && Op.LastBits ? Op.LastBits : Op.Bits);
      const bool Modified = F == Form::Modified && Kind == WholeSource::Float;
      In.push_back(Modified ? modified(X, S.imm(Imm++)) : X);
    }
    V R = Op.Fn(In, G);
    if (F == Form::Clamped)
      R = clamped(R, S.constant(1, 1));
    else if (F == Form::Modified && Op.Clamps)
      R = clamped(R, bitOf(S.imm(Imm), 0));
    S.out(R);
  };
}

void addFloatOperation(RowSet &R, const FloatOperation &Op, Generation G,
                       const std::string &Variant) {
  auto Add = [&](const std::string &Row, Form F) {
    R.add(Row, Op.Features, meaningOf(Op, G, F)).weight(Op.Weight);
  };
  auto Add64 = [&](const std::string &Suffix, Form F) {
    Add(Op.Name + "_e64" + Suffix, F);
    R.spec(specOf(Op, F));
  };
  if (Op.HasE32)
    Add(Op.Name + "_e32" + Variant, Form::Neutral);
  if (!Op.HasE64)
    return;
  Add64(Variant, Form::Neutral);
  if (hasModifiers(Op)) {
    Add64(Variant.empty() ? ":mods" : Variant + "-mods", Form::Modified);
    R.presets(presetsOf(Op));
  } else if (Op.Clamps) {
    Add64(":clamp", Form::Clamped);
  }
}

void addByGeneration(RowSet &R, const FloatOperation &Op, Generation First, Generation Last) {
  static constexpr struct {
    Generation G;
    const char *Variant, *Features;
  } Generations[] = {{Generation::Gfx9, "", "+gfx9-insts,-gfx10-insts"},
                     {Generation::Gfx11, ":gfx11", "+gfx11-insts,-gfx12-insts"},
                     {Generation::Gfx12, ":gfx12", "+gfx12-insts"}};
  for (const auto &[G, Variant, Features] : Generations) {
    if (G < First || G > Last)
      continue;
    FloatOperation Of = Op;
    Of.Features = Features;
    addFloatOperation(R, Of, G, G == First ? "" : Variant);
  }
}

} // namespace whittle::amdgpu
