//===- isa/amdgpu/PackedFloat.cpp - Two halves in a register --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// V_PK_FMAC_F16 has no row: LLVM's opcode does not name the addend that it reads.
//
// How dot products round between their sums is open in the documents. Here they are
// a chain of fused sums, element 0 first; no reference confirms them.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Float16.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

using Values = ArrayRef<V>;
using Compute = Float16Operation::Compute;
using Presets = std::vector<SmallVector<int64_t, 6>>;
constexpr unsigned PackedWeight = 2, FusedWeight = 3;

/// neg_lo, neg_hi, op_sel, op_sel_hi of a source.
constexpr unsigned NegLow = 1, NegHigh = 2, LowFromHigh = 4, HighFromHigh = 8;
constexpr unsigned PackedBits = 4;

/// What half \p High of a packed result reads of a source.
V packedSource(V Word, V Modifiers, bool High) {
  V Half = selectedHalf(Word, Modifiers, High ? 3 : 2);
  return select(bitOf(Modifiers, High ? 1 : 0), fneg(Half), Half);
}

SmallVector<OperandSpec, 0> packedSpec(unsigned Sources, bool Modifiers) {
  SmallVector<OperandSpec, 0> Spec;
  for (unsigned K = 0; K != Sources; ++K) {
    Spec.push_back(Modifiers ? imm(PackedBits) : fixed(HighFromHigh));
    Spec.push_back(reg());
  }
  Spec.push_back(Modifiers ? imm(1) : fixed(0)); // clamp
  Spec.append(4, fixed(0));                      // the rest is in the modifiers
  return Spec;
}

/// Both halves negated, one of them, swapped, or one of them twice, in one source each;
/// what moves halves in all as well; then clamp.
Presets packedPresets(unsigned Sources) {
  SmallVector<int64_t, 6> Neutral(Sources, HighFromHigh);
  Neutral.push_back(0);
  Presets Tuples = {Neutral};
  for (int64_t M : {NegLow | NegHigh | HighFromHigh, NegLow | HighFromHigh, NegHigh | HighFromHigh,
                    LowFromHigh, LowFromHigh | HighFromHigh, 0u}) {
    for (unsigned K = 0; K != Sources; ++K) {
      auto &T = Tuples.emplace_back(Neutral);
      T[K] = M;
    }
    if (M & (NegLow | NegHigh))
      continue;
    auto &All = Tuples.emplace_back(Neutral);
    std::fill(All.begin(), All.end() - 1, M);
  }
  Tuples.emplace_back(Neutral).back() = 1;
  return Tuples;
}

/// \p Variant: "" or ":gfx12", where the opcode has another meaning there.
void addPacked(RowSet &R, const std::string &Name, const std::string &Variant, const char *Features,
               Generation G, unsigned Sources, const Compute &F, unsigned Weight) {
  for (bool Modifiers : {false, true}) {
    const std::string Suffix = !Modifiers ? Variant : Variant.empty() ? ":mods" : Variant + "-mods";
    R.add(Name + Suffix, Features,
          [F, G, Sources, Modifiers](Sem &S) {
            V Halves[2];
            for (bool High : {false, true}) {
              SmallVector<V, 3> In;
              for (unsigned K = 0; K != Sources; ++K)
                In.push_back(Modifiers ? packedSource(S.in(K, 32), S.imm(K), High)
                                       : halfOf(S.in(K, 32), High));
              V Result = F(In, G);
              Halves[High] = Modifiers ? clamped(Result, bitOf(S.imm(Sources), 0)) : Result;
            }
            S.out(concat(Halves[0], Halves[1]));
          })
        .weight(Weight)
        .spec(packedSpec(Sources, Modifiers));
    if (Modifiers)
      R.presets(packedPresets(Sources));
  }
}

void addPackedArithmetic(RowSet &R) {
  auto Add = [&](const char *Name, unsigned Sources, const Compute &F) {
    addPacked(R, Name, "", "+gfx9-insts", Generation::Gfx9, Sources, F,
              Sources == 3 ? FusedWeight : PackedWeight);
  };
  Add("V_PK_ADD_F16", 2, [](Values S, Generation) { return sum(S[0], S[1]); });
  Add("V_PK_MUL_F16", 2, [](Values S, Generation) { return product(S[0], S[1]); });
  Add("V_PK_FMA_F16", 3, [](Values S, Generation) { return fusedSum(S[0], S[1], S[2]); });

  auto Selections = [&](const char *Name, const Compute &F) {
    addPacked(R, Name, "", "+gfx9-insts,-gfx10-insts", Generation::Gfx9, 2, F, PackedWeight);
    addPacked(R, Name, ":gfx11", "+gfx11-insts,-gfx12-insts", Generation::Gfx11, 2, F,
              PackedWeight);
    addPacked(R, Name, ":gfx12", "+gfx12-insts", Generation::Gfx12, 2, F, PackedWeight);
  };
  Selections("V_PK_MIN_F16", [](Values S, Generation G) { return lesser(S[0], S[1], G); });
  Selections("V_PK_MAX_F16", [](Values S, Generation G) { return greater(S[0], S[1], G); });

  const char *Gfx12 = "+ieee-minimum-maximum-insts", *Gfx950 = "+minimum3-maximum3-pkf16";
  addPacked(
      R, "V_PK_MINIMUM_F16", "", Gfx12, Generation::Gfx12, 2,
      [](Values S, Generation) { return minimum(S[0], S[1]); }, PackedWeight);
  addPacked(
      R, "V_PK_MAXIMUM_F16", "", Gfx12, Generation::Gfx12, 2,
      [](Values S, Generation) { return maximum(S[0], S[1]); }, PackedWeight);
  addPacked(
      R, "V_PK_MINIMUM3_F16", "", Gfx950, Generation::Gfx9, 3,
      [](Values S, Generation) { return minimum(minimum(S[0], S[1]), S[2]); }, FusedWeight);
  addPacked(
      R, "V_PK_MAXIMUM3_F16", "", Gfx950, Generation::Gfx9, 3,
      [](Values S, Generation) { return maximum(maximum(S[0], S[1]), S[2]); }, FusedWeight);
}

//===----------------------------------------------------------------------===//
// Mixes of halves and singles
//===----------------------------------------------------------------------===//

/// NEG_HI stands for abs here. Bit 3 makes the source a half, bit 2 the high one.
V mixedSource(V Word, V Modifiers) {
  V Half = selectedHalf(Word, Modifiers, 2);
  return modified(select(bitOf(Modifiers, 3), halfToSingle(Half), Word), Modifiers);
}

enum class MixResult : uint8_t { Single, LowHalf, HighHalf, HalfRegister };

void addMix(RowSet &R, const char *Name, MixResult Kind) {
  // A result of half a register keeps the other half, an operand after clamp.
  const bool Keeps = Kind == MixResult::LowHalf || Kind == MixResult::HighHalf;
  for (bool Modifiers : {false, true}) {
    R.add(Modifiers ? std::string(Name) + ":mods" : Name,
          Kind == MixResult::HalfRegister ? "+fma-mix-insts,+gfx11-insts,+real-true16"
                                          : "+fma-mix-insts",
          [Kind, Modifiers](Sem &S) {
            V In[3];
            for (unsigned K = 0; K != 3; ++K)
              In[K] = Modifiers ? mixedSource(S.in(K, 32), S.imm(K)) : S.in(K, 32);
            V Result = fusedSum(In[0], In[1], In[2]);
            if (Kind != MixResult::Single)
              Result = singleToHalf(Result);
            if (Modifiers)
              Result = clamped(Result, bitOf(S.imm(3), 0));
            if (Kind == MixResult::LowHalf)
              Result = concat(Result, halfOf(S.in(3, 32), true));
            else if (Kind == MixResult::HighHalf)
              Result = concat(halfOf(S.in(3, 32), false), Result);
            S.out(Result);
          })
        .weight(FusedWeight);
    SmallVector<OperandSpec, 0> Spec;
    for (unsigned K = 0; K != 3; ++K) {
      Spec.push_back(Modifiers ? imm(PackedBits) : fixed(0));
      Spec.push_back(reg());
    }
    Spec.push_back(Modifiers ? imm(1) : fixed(0));
    if (Keeps)
      Spec.push_back(reg());
    Spec.append(2, fixed(0));
    R.spec(Spec);
    if (!Modifiers)
      continue;
    Presets Tuples = {{0, 0, 0, 0}};
    for (int64_t Half : {8, 12})
      for (int64_t Other : {8, 12}) {
        Tuples.push_back({Half, Other, 0, 0});
        Tuples.push_back({Half, Other, Half, 0});
        // A product alone, with 0 as the addend: x + -0 is x.
        Tuples.push_back({Half, Other, 1, 0});
      }
    for (int64_t M : {8, 12, 1, 2})
      for (unsigned K = 0; K != 3; ++K)
        Tuples.emplace_back(SmallVector<int64_t, 6>{0, 0, 0, 0})[K] = M;
    Tuples.push_back({0, 0, 0, 1});
    R.presets(Tuples);
  }
}

//===----------------------------------------------------------------------===//
// Dot products
//===----------------------------------------------------------------------===//

/// A sum in \p Wide bits of the products of elements that \p Widen makes that wide.
SemFn dot(unsigned EltBits, V (*Widen)(V), V (*WidenAddend)(V, bool), V (*Narrow)(V, bool),
          bool True16) {
  return [=](Sem &S) {
    V A = S.in(0, EltBits), B = S.in(1, EltBits);
    V Sum = WidenAddend(True16 ? S.in(2, 16) : S.in(2, 32), True16);
    for (unsigned K = 0; K != 32 / EltBits; ++K)
      Sum = fusedSum(Widen(A[K]), Widen(B[K]), Sum);
    S.out(Narrow(Sum, True16));
  };
}

V asIs(V A) { return A; }
V wholeAddend(V A, bool) { return A; }
V halfAddend(V A, bool True16) { return True16 ? A : halfOf(A, false); }
V brainAddend(V A, bool True16) { return brainToSingle(halfAddend(A, True16)); }
V halfResult(V A, bool True16) { return True16 ? A : zext(A, 32); }
V brainResult(V A, bool True16) { return halfResult(singleToBrain(A), True16); }

void addDots(RowSet &R) {
  auto Packed = [&](const char *Name, const char *Features, V (*Widen)(V)) {
    R.add(Name, Features, dot(16, Widen, wholeAddend, wholeAddend, false))
        .weight(FusedWeight)
        .spec(packedSpec(3, false));
  };
  Packed("V_DOT2_F32_F16", "+dot10-insts", halfToSingle);
  Packed("V_DOT2_F32_BF16", "+dot12-insts", brainToSingle);

  // The addend is the result's register.
  auto Accumulating = [&](const std::string &Name, const char *Features, const char *FeaturesE64,
                          V (*Widen)(V)) {
    SemFn Fn = dot(16, Widen, wholeAddend, wholeAddend, false);
    R.add(Name + "_e32", Features, Fn).weight(FusedWeight);
    R.add(Name + "_e64", FeaturesE64, Fn)
        .weight(FusedWeight)
        .spec({fixed(0), reg(), fixed(0), reg(), fixed(0), reg(), fixed(0), fixed(0)});
  };
  Accumulating("V_DOT2C_F32_F16", "+dot5-insts", "+dot5-insts,-gfx10-insts", halfToSingle);
  Accumulating("V_DOT2C_F32_BF16", "+dot13-insts", "+dot13-insts,-gfx10-insts", brainToSingle);

  for (bool True16 : {false, true}) {
    const std::string Suffix = True16 ? "_t16_e64" : "_fake16_e64";
    const char *Features =
        True16 ? "+dot9-insts,+real-true16" : "+dot9-insts,+gfx11-insts,-real-true16";
    auto Add = [&](const char *Name, SemFn Fn) {
      R.add(Name + Suffix, Features, std::move(Fn))
          .weight(FusedWeight)
          .spec({fixed(0), reg(), fixed(0), reg(), fixed(0), reg(), fixed(0)});
      if (!True16)
        R.definedBits(16);
    };
    Add("V_DOT2_F16_F16", dot(16, asIs, halfAddend, halfResult, True16));
    Add("V_DOT2_BF16_BF16", dot(16, brainToSingle, brainAddend, brainResult, True16));
  }
}

} // namespace

void addPackedFloatRows(RowSet &R) {
  addPackedArithmetic(R);
  addMix(R, "V_FMA_MIX_F32", MixResult::Single);
  addMix(R, "V_FMA_MIXLO_F16", MixResult::LowHalf);
  addMix(R, "V_FMA_MIXHI_F16", MixResult::HighHalf);
  // What becomes V_FMA_MIXLO or V_FMA_MIXHI when its register is known.
  addMix(R, "V_FMA_MIX_F16_t16", MixResult::HalfRegister);
  addDots(R);
}

} // namespace whittle::amdgpu
