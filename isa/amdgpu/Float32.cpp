//===- isa/amdgpu/Float32.cpp - Floating point of 32 bits -----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// V_MAD_F32 and V_MAC_F32 have no row: they flush denormals whatever MODE says, and
// nothing selects them in the default MODE.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/FloatRows.h"

using namespace llvm;

namespace whittle::amdgpu {

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

namespace {

constexpr unsigned FusedWeight = 3;
using Values = ArrayRef<V>;
using Selector = V (*)(V, V, Generation);

const SmallVector<WholeSource, 3> One = {WholeSource::Float}, Two(2, WholeSource::Float),
                                  Three(3, WholeSource::Float),
                                  Accumulated = {WholeSource::Float, WholeSource::Float,
                                                 WholeSource::Tied};

/// A zero makes the product +0, whatever the other factor is.
V legacyProduct(V A, V B) {
  V Zero = A.sem().constantLike(A, 0);
  V Any = cmp(CmpInst::ICMP_EQ, fabs(A), Zero) | cmp(CmpInst::ICMP_EQ, fabs(B), Zero);
  return select(Any, Zero, product(A, B));
}
/// The documents let the addend through where a factor is 0; that -0 becomes +0, as
/// of a sum with the product +0, is what LLVM knows of it.
V legacyFusedSum(V A, V B, V C) {
  V Zero = A.sem().constantLike(A, 0);
  V Any = cmp(CmpInst::ICMP_EQ, fabs(A), Zero) | cmp(CmpInst::ICMP_EQ, fabs(B), Zero);
  return select(Any, sum(Zero, C), fusedSum(A, B, C));
}

void addSums(RowSet &R) {
  auto Binary = [&](const char *Name, V (*F)(V, V)) {
    addFloatOperation(R, {Name, 32, Two, [F](Values S, Generation) { return F(S[0], S[1]); }});
  };
  Binary("V_ADD_F32", sum);
  Binary("V_SUB_F32", difference);
  // The operands exchange their parts, but the first NaN is still that of src0.
  Binary("V_SUBREV_F32", [](V A, V B) { return propagate({A, B}, difference(B, A)); });
  Binary("V_MUL_F32", product);
  FloatOperation Legacy = {"V_MUL_LEGACY_F32", 32, Two,
                           [](Values S, Generation) { return legacyProduct(S[0], S[1]); }};
  Legacy.HasE32 = false;
  addFloatOperation(R, Legacy);
  Legacy.HasE32 = true;
  Legacy.HasE64 = false;
  Legacy.Features = "+gfx11-insts";
  addFloatOperation(R, Legacy);

  auto Fused = [&](const char *Name, const char *Features, bool Tied, V (*F)(V, V, V)) {
    FloatOperation Op = {Name, 32, Tied ? Accumulated : Three,
                         [F](Values S, Generation) { return F(S[0], S[1], S[2]); }};
    Op.Features = Features;
    Op.Weight = FusedWeight;
    Op.HasE32 = Tied;
    addFloatOperation(R, Op);
  };
  Fused("V_FMA_F32", "+gfx9-insts", false, fusedSum);
  Fused("V_FMAC_F32", "+dl-insts", true, fusedSum);
  Fused("V_FMA_LEGACY_F32", "+gfx11-insts", false, legacyFusedSum);
  Fused("V_FMAC_LEGACY_F32", "+gfx11-insts,-gfx12-insts", true, legacyFusedSum);

  // One factor or the addend is a literal in the instruction.
  for (const char *Features : {"+gfx940-insts", "+gfx11-insts"}) {
    const std::string End = StringRef(Features) == "+gfx11-insts" ? ":gfx11" : "";
    R.add("V_FMAMK_F32" + End, Features,
          [](Sem &S) { S.out(fusedSum(S.in(0, 32), S.imm(0, 32), S.in(1, 32))); })
        .weight(FusedWeight)
        .spec({reg(), imm(32), reg()});
    R.add("V_FMAAK_F32" + End, Features,
          [](Sem &S) { S.out(fusedSum(S.in(0, 32), S.in(1, 32), S.imm(0, 32))); })
        .weight(FusedWeight)
        .spec({reg(), reg(), imm(32)});
  }
}

void addSelections(RowSet &R) {
  for (auto [Name, F] : {std::pair<const char *, Selector>("V_MIN_F32", lesser),
                         std::pair<const char *, Selector>("V_MAX_F32", greater)})
    addByGeneration(R,
                    {Name, 32, Two, [F = F](Values S, Generation G) { return F(S[0], S[1], G); }});

  auto ternary = [](const char *Name, FloatOperation::Compute F) {
    FloatOperation Op = {Name, 32, Three, std::move(F)};
    Op.HasE32 = false;
    Op.Weight = FusedWeight;
    return Op;
  };
  auto nested = [&](const char *Name, Selector Inner, Selector Outer) {
    return ternary(Name, [Inner, Outer](Values S, Generation G) {
      return Outer(Inner(S[0], S[1], G), S[2], G);
    });
  };
  addByGeneration(R, nested("V_MIN3_F32", lesser, lesser));
  addByGeneration(R, nested("V_MAX3_F32", greater, greater));
  addByGeneration(
      R, ternary("V_MED3_F32", [](Values S, Generation G) { return middle(S[0], S[1], S[2], G); }));
  addByGeneration(R, nested("V_MINMAX_F32", lesser, greater), Generation::Gfx11);
  addByGeneration(R, nested("V_MAXMIN_F32", greater, lesser), Generation::Gfx11);

  Selector Minimum = [](V A, V B, Generation) { return minimum(A, B); },
           Maximum = [](V A, V B, Generation) { return maximum(A, B); };
  for (auto [Name, F] :
       {std::pair("V_MINIMUM_F32", Minimum), std::pair("V_MAXIMUM_F32", Maximum)}) {
    FloatOperation Op = {Name, 32, Two,
                         [F = F](Values S, Generation G) { return F(S[0], S[1], G); }};
    Op.HasE32 = false;
    Op.Features = "+ieee-minimum-maximum-insts";
    addFloatOperation(R, Op);
  }
  auto Third = [&](const char *Name, const char *Features, Selector Inner, Selector Outer) {
    FloatOperation Op = nested(Name, Inner, Outer);
    Op.Features = Features;
    addFloatOperation(R, Op);
  };
  Third("V_MINIMUM3_F32", "+minimum3-maximum3-f32", Minimum, Minimum);
  Third("V_MAXIMUM3_F32", "+minimum3-maximum3-f32", Maximum, Maximum);
  Third("V_MINIMUMMAXIMUM_F32", "+gfx12-insts", Minimum, Maximum);
  Third("V_MAXIMUMMINIMUM_F32", "+gfx12-insts", Maximum, Minimum);
}

void addRoundings(RowSet &R) {
  auto unary = [](const char *Name, V (*F)(V)) {
    return FloatOperation{Name, 32, One, [F](Values S, Generation) { return F(S[0]); }};
  };
  addFloatOperation(R, unary("V_CEIL_F32", ceiling));
  addFloatOperation(R, unary("V_FLOOR_F32", floorOf));
  addFloatOperation(R, unary("V_TRUNC_F32", truncated));
  addFloatOperation(R, unary("V_RNDNE_F32", roundedToEven));
  addFloatOperation(R, unary("V_FRACT_F32", fraction));
  addFloatOperation(R, unary("V_FREXP_MANT_F32", significand));
  FloatOperation Exponent = unary("V_FREXP_EXP_I32_F32", binaryExponent);
  Exponent.Clamps = Exponent.HasOmod = false;
  addFloatOperation(R, Exponent);

  FloatOperation Scale = {"V_LDEXP_F32",
                          32,
                          {WholeSource::Float, WholeSource::Integer},
                          [](Values S, Generation) { return scaledByPower(S[0], S[1]); }};
  Scale.HasE32 = false;
  addFloatOperation(R, Scale);

  FloatOperation Fix = {"V_DIV_FIXUP_F32", 32, Three,
                        [](Values S, Generation) { return divisionFixed(S[0], S[1], S[2]); }};
  Fix.HasE32 = false;
  Fix.Weight = FusedWeight;
  addFloatOperation(R, Fix);
}

//===----------------------------------------------------------------------===//
// Cube maps
//===----------------------------------------------------------------------===//

/// Of three coordinates one has the largest magnitude: the last of equal ones. What
/// is chosen by it, and by its sign.
V byMajorAxis(Values S, V X, V Y, V Z) {
  V Magnitudes[] = {fabs(S[0]), fabs(S[1]), fabs(S[2])};
  V ZMajor = flessEqual(Magnitudes[0], Magnitudes[2]) & flessEqual(Magnitudes[1], Magnitudes[2]);
  return select(ZMajor, Z, select(flessEqual(Magnitudes[0], Magnitudes[1]), Y, X));
}
V bySign(V A, V Negative, V Otherwise) {
  return select(fless(A, A.sem().constantLike(A, 0)), Negative, Otherwise);
}

/// A coordinate that comes through and is a NaN is quieted, as of any operation; the
/// documents do not say.
void addCubes(RowSet &R) {
  auto Add = [&](const char *Name, FloatOperation::Compute F) {
    FloatOperation Op = {Name, 32, Three, std::move(F)};
    Op.HasE32 = false;
    Op.Weight = FusedWeight;
    addFloatOperation(R, Op);
  };
  Add("V_CUBEID_F32", [](Values S, Generation) {
    auto Face = [&](unsigned N) {
      return bySign(S[N],
                    S[0].sem().constant(32, N == 0   ? 0x3f800000
                                            : N == 1 ? 0x40400000
                                                     : 0x40a00000),
                    S[0].sem().constant(32, N == 0   ? 0
                                            : N == 1 ? 0x40000000
                                                     : 0x40800000));
    };
    return byMajorAxis(S, Face(0), Face(1), Face(2));
  });
  Add("V_CUBESC_F32", [](Values S, Generation) {
    V R = byMajorAxis(S, bySign(S[0], S[2], fneg(S[2])), S[0], bySign(S[2], fneg(S[0]), S[0]));
    return propagate({R}, R);
  });
  Add("V_CUBETC_F32", [](Values S, Generation) {
    V R = byMajorAxis(S, fneg(S[1]), bySign(S[1], fneg(S[2]), S[2]), fneg(S[1]));
    return propagate({R}, R);
  });
  Add("V_CUBEMA_F32", [](Values S, Generation) {
    V R = byMajorAxis(S, S[0], S[1], S[2]);
    return sum(R, R);
  });
}

//===----------------------------------------------------------------------===//
// Pairs
//===----------------------------------------------------------------------===//

/// neg_lo, neg_hi, op_sel, op_sel_hi of a source.
constexpr unsigned NegLow = 1, NegHigh = 2, LowFromHigh = 4, HighFromHigh = 8;
constexpr unsigned PackedBits = 4;

/// What element \p High of a packed result reads of a source.
V pairSource(V Pair, V Modifiers, bool High) {
  V Word = select(bitOf(Modifiers, High ? 3 : 2), Pair[1], Pair[0]);
  return select(bitOf(Modifiers, High ? 1 : 0), fneg(Word), Word);
}

void addPair(RowSet &R, const std::string &Name, unsigned Sources,
             const std::function<V(Values)> &F) {
  for (bool Modifiers : {false, true}) {
    SmallVector<OperandSpec, 0> Spec;
    for (unsigned K = 0; K != Sources; ++K) {
      Spec.push_back(Modifiers ? imm(PackedBits) : fixed(HighFromHigh));
      Spec.push_back(reg());
    }
    Spec.push_back(Modifiers ? imm(1) : fixed(0)); // clamp
    Spec.append(4, fixed(0));                      // the rest is in the modifiers
    R.add(Name + (Modifiers ? ":mods" : ""), "+packed-fp32-ops",
          [F, Sources, Modifiers](Sem &S) {
            V Words[2];
            for (bool High : {false, true}) {
              SmallVector<V, 3> In;
              for (unsigned K = 0; K != Sources; ++K)
                In.push_back(Modifiers ? pairSource(S.in(K, 32), S.imm(K), High)
                                       : S.in(K, 32)[High]);
              V Result = F(In);
              Words[High] = Modifiers ? clamped(Result, bitOf(S.imm(Sources), 0)) : Result;
            }
            S.out(S.build({Words[0], Words[1]}));
          })
        .weight(Sources == 3 ? FusedWeight : 2)
        .spec(Spec);
    if (!Modifiers)
      continue;
    const SmallVector<int64_t, 6> Neutral = [&] {
      SmallVector<int64_t, 6> T(Sources, HighFromHigh);
      T.push_back(0);
      return T;
    }();
    // Both negated, one of them twice, or exchanged, in one source each; then clamp.
    std::vector<SmallVector<int64_t, 6>> Tuples = {Neutral};
    for (int64_t M : {NegLow | NegHigh | HighFromHigh, LowFromHigh, LowFromHigh | HighFromHigh, 0u})
      for (unsigned K = 0; K != Sources; ++K)
        Tuples.emplace_back(Neutral)[K] = M;
    Tuples.emplace_back(Neutral).back() = 1;
    R.presets(std::move(Tuples));
  }
}

void addPairs(RowSet &R) {
  addPair(R, "V_PK_ADD_F32", 2, [](Values S) { return sum(S[0], S[1]); });
  addPair(R, "V_PK_MUL_F32", 2, [](Values S) { return product(S[0], S[1]); });
  addPair(R, "V_PK_FMA_F32", 3, [](Values S) { return fusedSum(S[0], S[1], S[2]); });
}

} // namespace

void addFloatRows(RowSet &R) {
  addSums(R);
  addSelections(R);
  addRoundings(R);
  addCubes(R);
  addPairs(R);
  addDoubleRows(R);
}

} // namespace whittle::amdgpu
