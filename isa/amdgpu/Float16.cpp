//===- isa/amdgpu/Float16.cpp - Sixteen-bit floating point ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// V_MAD_F16 and V_MAC_F16 have no row: they flush denormals whatever MODE says, and
// nothing selects them in the default MODE.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Float16.h"

using namespace llvm;

namespace whittle::amdgpu {

V halfOf(V Word, bool High) { return trunc(High ? lshr(Word, 16u) : Word, 16); }
V selectedHalf(V Word, V Modifiers, unsigned Bit) {
  return select(bitOf(Modifiers, Bit), halfOf(Word, true), halfOf(Word, false));
}

//===----------------------------------------------------------------------===//
// Forms
//===----------------------------------------------------------------------===//

static constexpr unsigned NegAbs = 2, NegAbsOpSel = 3;

/// Bits of a source's modifiers that ":mods" has at run time; 0: they stay 0.
static unsigned modifierBits(const Float16Operation &Op, const Float16Form &Form, Source S) {
  if (S == Source::Half)
    return Op.OpSel && !Form.True16 ? NegAbsOpSel : NegAbs;
  return S == Source::Single ? NegAbs : 0;
}

static SmallVector<OperandSpec, 0> specOf(const Float16Operation &Op, const Float16Form &Form,
                                          bool Modifiers) {
  SmallVector<OperandSpec, 0> Spec;
  for (Source S : Op.Sources) {
    const unsigned Bits = Modifiers ? modifierBits(Op, Form, S) : 0;
    if (S != Source::Plain || Form.True16)
      Spec.push_back(Bits ? imm(Bits) : fixed(0));
    Spec.push_back(reg());
  }
  Spec.push_back(Modifiers && Op.FloatResult ? imm(1) : fixed(0)); // clamp
  if (Op.HasOmod)
    Spec.push_back(fixed(0));
  if (Op.OpSel || Form.True16)
    Spec.push_back(fixed(0)); // op_sel is in the modifiers
  return Spec;
}

/// The neutral tuple, then each modifier alone, and op_sel of the first two sources.
static std::vector<SmallVector<int64_t, 6>> presetsOf(const Float16Operation &Op,
                                                      const Float16Form &Form) {
  SmallVector<unsigned, 3> Bits;
  for (Source S : Op.Sources)
    if (unsigned B = modifierBits(Op, Form, S))
      Bits.push_back(B);
  const SmallVector<int64_t, 6> Neutral(Bits.size() + Op.FloatResult, 0);
  std::vector<SmallVector<int64_t, 6>> Tuples = {Neutral};
  auto With = [&](std::initializer_list<std::pair<size_t, int64_t>> Changes) {
    auto &T = Tuples.emplace_back(Neutral);
    for (auto [At, Value] : Changes)
      T[At] = Value;
  };
  for (int64_t Modifier : {1, 2, 4})
    for (auto [I, B] : enumerate(Bits))
      if (Modifier < int64_t(1) << B)
        With({{I, Modifier}});
  if (Bits.size() >= 2 && Bits[0] == NegAbsOpSel && Bits[1] == NegAbsOpSel)
    With({{0, 4}, {1, 4}});
  if (Op.FloatResult)
    With({{Bits.size(), 1}});
  return Tuples;
}

static SemFn meaningOf(const Float16Operation &Op, const Float16Form &Form, bool Modifiers) {
  return [Op, Form, Modifiers](Sem &S) {
    SmallVector<V, 3> In;
    unsigned Imm = 0;
    for (auto [K, Kind] : enumerate(Op.Sources)) {
      const bool Whole = Kind == Source::Single;
      V X = S.in(unsigned(K), Whole || !Form.True16 ? 32 : 16);
      const unsigned Bits = Modifiers ? modifierBits(Op, Form, Kind) : 0;
      V M = Bits ? S.imm(Imm++) : V();
      if (!Whole && !Form.True16)
        X = Bits == NegAbsOpSel ? selectedHalf(X, M, 2) : halfOf(X, false);
      In.push_back(Bits ? modified(X, M) : X);
    }
    V R = Op.Fn(In, Form.Of);
    if (Modifiers && Op.FloatResult)
      R = clamped(R, bitOf(S.imm(Imm), 0));
    S.out(Form.True16 || Op.ResultBits == 32 ? R : zext(R, 32));
  };
}

void addFloat16Operation(RowSet &R, const Float16Operation &Op, const Float16Form &Form) {
  const std::string Name = Op.Name + Form.Infix;
  auto Add = [&](const std::string &Row, bool Modifiers) {
    R.add(Row, Form.Features, meaningOf(Op, Form, Modifiers)).weight(Op.Weight);
    if (Op.ResultBits == 16 && !Form.True16 && (!Form.Zeroes || Op.KeepsHigh))
      R.definedBits(16);
  };
  if (Op.HasE32)
    Add(Name + "_e32", false);
  if (!Op.HasE64)
    return;
  Add(Name + "_e64", false);
  R.spec(specOf(Op, Form, false));
  const bool Any =
      Op.FloatResult || any_of(Op.Sources, [&](Source S) { return modifierBits(Op, Form, S); });
  if (!Any)
    return;
  Add(Name + "_e64:mods", true);
  R.spec(specOf(Op, Form, true)).presets(presetsOf(Op, Form));
}

void addFloat16Forms(RowSet &R, const Float16Operation &Op, Generation First, bool ByGeneration) {
  if (First == Generation::Gfx9)
    addFloat16Operation(R, Op, {"", "+gfx9-insts,-gfx10-insts", Generation::Gfx9, false, true});
  if (First != Generation::Gfx12)
    addFloat16Operation(
        R, Op,
        {"_t16",
         ByGeneration ? "+gfx11-insts,-gfx12-insts,+real-true16" : "+gfx11-insts,+real-true16",
         Generation::Gfx11, true});
  addFloat16Operation(R, Op,
                      {"_fake16",
                       ByGeneration || First == Generation::Gfx12 ? "+gfx12-insts,-real-true16"
                                                                  : "+gfx11-insts,-real-true16",
                       Generation::Gfx12});
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

namespace {

constexpr unsigned FusedWeight = 3, ApproximationWeight = 8;
using Values = ArrayRef<V>;
using Selector = V (*)(V, V, Generation);

void addSums(RowSet &R) {
  const SmallVector<Source, 3> Two(2, Source::Half), Three(3, Source::Half),
      Accumulated = {Source::Half, Source::Half, Source::Tied};
  addFloat16Forms(R, {"V_ADD_F16", Two, [](Values S, Generation) { return sum(S[0], S[1]); }});
  addFloat16Forms(R,
                  {"V_SUB_F16", Two, [](Values S, Generation) { return difference(S[0], S[1]); }});
  addFloat16Forms(
      R, {"V_SUBREV_F16", Two, [](Values S, Generation) { return difference(S[1], S[0]); }});
  addFloat16Forms(R, {"V_MUL_F16", Two, [](Values S, Generation) { return product(S[0], S[1]); }});

  Float16Operation Fused = {"V_FMA_F16_gfx9", Three,
                            [](Values S, Generation) { return fusedSum(S[0], S[1], S[2]); }};
  Fused.HasE32 = false;
  Fused.OpSel = Fused.KeepsHigh = true;
  Fused.Weight = FusedWeight;
  addFloat16Forms(R, Fused);
  // v_fma_legacy_f16 of gfx9.
  Fused.Name = "V_FMA_F16";
  Fused.OpSel = Fused.KeepsHigh = false;
  addFloat16Operation(R, Fused, {"", "+gfx9-insts,-gfx10-insts", Generation::Gfx9, false, true});
  Fused.Name = "V_FMAC_F16";
  Fused.Sources = Accumulated;
  Fused.HasE32 = true;
  addFloat16Forms(R, Fused, Generation::Gfx11);

  Float16Operation Fixed = {"V_DIV_FIXUP_F16_gfx9", Three,
                            [](Values S, Generation) { return divisionFixed(S[0], S[1], S[2]); }};
  Fixed.HasE32 = false;
  Fixed.OpSel = Fixed.KeepsHigh = true;
  Fixed.Weight = FusedWeight;
  addFloat16Forms(R, Fixed);
  Fixed.Name = "V_DIV_FIXUP_F16";
  Fixed.OpSel = Fixed.KeepsHigh = false;
  addFloat16Operation(R, Fixed, {"", "+gfx9-insts,-gfx10-insts", Generation::Gfx9, false, true});
}

/// One factor or the addend is a literal in the instruction.
void addLiteralSums(RowSet &R) {
  auto Add = [&](const std::string &Name, const char *Features, bool True16, bool Addend) {
    R.add(Name, Features, [True16, Addend](Sem &S) {
       auto In = [&](unsigned K) { return True16 ? S.in(K, 16) : halfOf(S.in(K, 32), false); };
       V K = S.imm(0, 16);
       V Sum = Addend ? fusedSum(In(0), In(1), K) : fusedSum(In(0), K, In(1));
       S.out(True16 ? Sum : zext(Sum, 32));
     }).weight(FusedWeight);
    if (Addend)
      R.spec({reg(), reg(), imm(16)});
    else
      R.spec({reg(), imm(16), reg()});
    if (!True16)
      R.definedBits(16);
  };
  for (bool Addend : {false, true}) {
    const std::string Name = Addend ? "V_FMAAK_F16" : "V_FMAMK_F16";
    Add(Name + "_t16", "+gfx11-insts,+real-true16", true, Addend);
    Add(Name + "_fake16", "+gfx11-insts,-real-true16", false, Addend);
  }
}

void addSelections(RowSet &R) {
  const SmallVector<Source, 3> Two(2, Source::Half), Three(3, Source::Half);
  auto Binary = [&](const char *Name, Selector F) {
    addFloat16Forms(R, {Name, Two, [F](Values S, Generation G) { return F(S[0], S[1], G); }},
                    Generation::Gfx9, true);
  };
  Binary("V_MIN_F16", lesser);
  Binary("V_MAX_F16", greater);

  // Whether gfx9 zeroes the high half of these, which have op_sel, the documents do not
  // say. LLVM's selection relies on it, unlike for V_FMA_F16, which is documented.
  auto Ternary = [&](const char *Name, Generation First, Float16Operation::Compute F) {
    Float16Operation Op = {Name, Three, std::move(F)};
    Op.HasE32 = false;
    Op.OpSel = true;
    Op.Weight = FusedWeight;
    addFloat16Forms(R, Op, First, true);
  };
  auto Nested = [&](const char *Name, Generation First, Selector Inner, Selector Outer) {
    Ternary(Name, First, [Inner, Outer](Values S, Generation G) {
      return Outer(Inner(S[0], S[1], G), S[2], G);
    });
  };
  Nested("V_MIN3_F16", Generation::Gfx9, lesser, lesser);
  Nested("V_MAX3_F16", Generation::Gfx9, greater, greater);
  Ternary("V_MED3_F16", Generation::Gfx9,
          [](Values S, Generation G) { return middle(S[0], S[1], S[2], G); });
  Nested("V_MINMAX_F16", Generation::Gfx11, lesser, greater);
  Nested("V_MAXMIN_F16", Generation::Gfx11, greater, lesser);

  Selector Minimum = [](V A, V B, Generation) { return minimum(A, B); },
           Maximum = [](V A, V B, Generation) { return maximum(A, B); };
  for (auto [Name, F] :
       {std::pair("V_MINIMUM_F16", Minimum), std::pair("V_MAXIMUM_F16", Maximum)}) {
    Float16Operation Op = {Name, Two, [F = F](Values S, Generation G) { return F(S[0], S[1], G); }};
    Op.HasE32 = false;
    Op.OpSel = true;
    addFloat16Forms(R, Op, Generation::Gfx12);
  }
  Nested("V_MINIMUM3_F16", Generation::Gfx12, Minimum, Minimum);
  Nested("V_MAXIMUM3_F16", Generation::Gfx12, Maximum, Maximum);
  Nested("V_MINIMUMMAXIMUM_F16", Generation::Gfx12, Minimum, Maximum);
  Nested("V_MAXIMUMMINIMUM_F16", Generation::Gfx12, Maximum, Minimum);
}

void addRoundings(RowSet &R) {
  auto Unary = [&](const char *Name, V (*F)(V), bool FloatResult = true) {
    Float16Operation Op = {Name, {Source::Half}, [F](Values S, Generation) { return F(S[0]); }};
    Op.FloatResult = FloatResult;
    addFloat16Forms(R, Op);
  };
  Unary("V_CEIL_F16", ceiling);
  Unary("V_FLOOR_F16", floorOf);
  Unary("V_TRUNC_F16", truncated);
  Unary("V_RNDNE_F16", roundedToEven);
  Unary("V_FRACT_F16", fraction);
  Unary("V_FREXP_MANT_F16", significand);
  Unary("V_FREXP_EXP_I16_F16", binaryExponent, false);
  addFloat16Forms(R, {"V_LDEXP_F16", {Source::Half, Source::Integer}, [](Values S, Generation) {
                        return scaledByPower(S[0], S[1]);
                      }});
}

/// What is invalid is the negative NaN, as the documents' examples have it. The
/// functions themselves are documented to 1 unit in the last place only.
void addApproximations(RowSet &R) {
  for (auto [Name, F] :
       {std::pair("V_RCP_F16", Opaque::FApproxRcp), std::pair("V_RSQ_F16", Opaque::FApproxRsq),
        std::pair("V_SQRT_F16", Opaque::FApproxSqrt), std::pair("V_EXP_F16", Opaque::FApproxExp2),
        std::pair("V_LOG_F16", Opaque::FApproxLog2), std::pair("V_SIN_F16", Opaque::FApproxSin),
        std::pair("V_COS_F16", Opaque::FApproxCos)}) {
    Float16Operation Op = {Name, {Source::Half}, [F = F](Values S, Generation) {
                             V Nan = S[0].sem().constantLike(S[0], 0xfe00);
                             return propagate({S[0]}, fapproximate(F, S[0], Nan));
                           }};
    Op.Weight = ApproximationWeight;
    addFloat16Forms(R, Op);
  }
}

} // namespace

void addFloat16Rows(RowSet &R) {
  addSums(R);
  addLiteralSums(R);
  addSelections(R);
  addRoundings(R);
  addApproximations(R);
}

} // namespace whittle::amdgpu
