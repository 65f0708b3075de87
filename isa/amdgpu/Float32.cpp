//===- isa/amdgpu/Float32.cpp - FP32 and FP64 arithmetic -------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Omod stays 0: the vector unit ignores it where denormals are kept.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/FloatRows.h"

using namespace llvm;

namespace whittle::amdgpu {

static void addModified(RowSet &R, const FloatOperation &Op) {
  const unsigned N = Op.Widths.size();
  SmallVector<OperandSpec, 8> Spec;
  for (unsigned K = 0; K != N; ++K)
    Spec.append({imm(2), reg()});
  Spec.append({Op.FloatResult ? imm(1) : fixed(0), fixed(0)});
  std::vector<SmallVector<int64_t, 6>> Presets(1, SmallVector<int64_t, 6>(N + Op.FloatResult, 0));
  for (int64_t Modifier : {1, 2})
    for (unsigned K = 0; K != N; ++K)
      (Presets.push_back(Presets[0]), Presets.back())[K] = Modifier;
  if (Op.FloatResult)
    (Presets.push_back(Presets[0]), Presets.back())[N] = 1;
  R.add(Op.Name + "_e64:mods" + Op.Variant, Op.Features,
        [Op, N](Sem &S) {
          SmallVector<V, 3> Sources;
          for (unsigned K = 0; K != N; ++K)
            Sources.push_back(modified(S.in(K, Op.Widths[K]), S.imm(K)));
          V Result = Op.Fn(Sources);
          S.out(Op.FloatResult ? clampedIf(Result, S.imm(N)) : Result);
        })
      .spec(Spec)
      .weight(Op.Weight)
      .presets(Presets);
}

void addFloatOperation(RowSet &R, const FloatOperation &Op) {
  auto plain = [Op](Sem &S) {
    SmallVector<V, 3> Sources;
    for (auto [K, Width] : enumerate(Op.Widths))
      Sources.push_back(S.in(K, Width));
    return Op.Fn(Sources);
  };
  const std::string Suffix = Op.Variant.empty() ? "" : ":" + Op.Variant;
  auto neutral = [plain](Sem &S) { S.out(plain(S)); };
  if (Op.HasE64) {
    SmallVector<OperandSpec, 8> Spec;
    for (unsigned K = 0; K != Op.Widths.size(); ++K) {
      if (Op.FloatSources)
        Spec.push_back(fixed(0));
      Spec.push_back(reg());
    }
    Spec.append({fixed(0), fixed(0)});
    R.add(Op.Name + "_e64" + Suffix, Op.Features, neutral).spec(Spec).weight(Op.Weight);
    if (Op.FloatSources) {
      addModified(R, Op);
    } else {
      Spec[Op.Widths.size()] = fixed(-1);
      R.add(Op.Name + "_e64:clamp", Op.Features, [plain](Sem &S) { S.out(clamped(plain(S))); })
          .spec(Spec)
          .weight(Op.Weight);
    }
  }
  if (Op.HasE32)
    R.add(Op.Name + "_e32" + Suffix, Op.Features, neutral).weight(Op.Weight);
}

namespace {

constexpr unsigned Fused = 3, Double = 8;

using Sources = ArrayRef<V>;

V settled(Sources S, V Core) { return propagate(S, Core); }
V sum(Sources S) { return settled(S, fadd(S[0], S[1], invalidLike(S[0]))); }
V difference(Sources S) { return settled(S, fsub(S[0], S[1], invalidLike(S[0]))); }
V reverseDifference(Sources S) { return settled(S, fsub(S[1], S[0], invalidLike(S[0]))); }
V product(Sources S) { return settled(S, fmul(S[0], S[1], invalidLike(S[0]))); }
V fused(Sources S) { return settled(S, fma(S[0], S[1], S[2], invalidLike(S[0]))); }
V least(Sources S) { return ieeeMin(S[0], S[1]); }
V greatest(Sources S) { return ieeeMax(S[0], S[1]); }

template <Rounding Mode> V rounded(Sources S) {
  return settled(S, fround(S[0], Mode, invalidLike(S[0])));
}

} // namespace

void addFloatRows(RowSet &R) {
  const std::vector<unsigned> One = {32}, Two = {32, 32}, Three = {32, 32, 32};
  addFloatOperation(R, {"V_ADD_F32", "", Two, sum});
  addFloatOperation(R, {"V_SUB_F32", "", Two, difference});
  addFloatOperation(R, {"V_SUBREV_F32", "", Two, reverseDifference});
  addFloatOperation(R, {"V_MUL_F32", "", Two, product});
  addFloatOperation(R, {"V_FMA_F32", "", Three, fused, Fused, false});
  addFloatOperation(R, {"V_FMAC_F32", "", Three, fused, Fused});
  addFloatOperation(R, {"V_CEIL_F32", "", One, rounded<Rounding::Up>});
  addFloatOperation(R, {"V_FLOOR_F32", "", One, rounded<Rounding::Down>});
  addFloatOperation(R, {"V_TRUNC_F32", "", One, rounded<Rounding::Zero>});
  addFloatOperation(R, {"V_RNDNE_F32", "", One, rounded<Rounding::Nearest>});

  const std::vector<unsigned> Wide = {64}, Wide2 = {64, 64}, Wide3 = {64, 64, 64};
  addFloatOperation(R, {"V_ADD_F64", "-gfx12-insts", Wide2, sum, Double, false});
  addFloatOperation(R, {"V_MUL_F64", "-gfx12-insts", Wide2, product, Double, false});
  addFloatOperation(R, {"V_MIN_F64", "-gfx12-insts", Wide2, least, Double, false});
  addFloatOperation(R, {"V_MAX_F64", "-gfx12-insts", Wide2, greatest, Double, false});
  addFloatOperation(R, {"V_ADD_F64_pseudo", "+gfx12-insts", Wide2, sum, Double});
  addFloatOperation(R, {"V_MUL_F64_pseudo", "+gfx12-insts", Wide2, product, Double});
  addFloatOperation(R, {"V_FMA_F64", "", Wide3, fused, Double, false});
  addFloatOperation(R, {"V_FMAC_F64", "+gfx90a-insts", Wide3, fused, Double});
  addFloatOperation(R, {"V_CEIL_F64", "", Wide, rounded<Rounding::Up>, Double});
  addFloatOperation(R, {"V_FLOOR_F64", "", Wide, rounded<Rounding::Down>, Double});
  addFloatOperation(R, {"V_TRUNC_F64", "", Wide, rounded<Rounding::Zero>, Double});
  addFloatOperation(R, {"V_RNDNE_F64", "", Wide, rounded<Rounding::Nearest>, Double});
}

} // namespace whittle::amdgpu
