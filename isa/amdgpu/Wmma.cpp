//===- isa/amdgpu/Wmma.cpp - Matrix products of gfx11 and gfx12: WMMA -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// D = A * B + C with 16 rows and columns on 32 or 64 lanes, whatever EXEC is. Lanes
// are groups of 16; lane l has row l mod 16 of A, column l mod 16 of B, C and D.
//   gfx11: every group holds all of A and B, elements in order. The documents want
//          these copies equal; here a group reads its own, so that no rule can lose
//          one. Register r of D: row groups * r + l / 16.
//   gfx12: a group holds its part of the index that is summed over, elements in
//          order. Register r of D: row registers * (l / 16) + r. Where 16 numbers of
//          4 bits would be half a register in each of 4 groups, the first two have
//          them, as AMD's emulator has it: the documents do not say, and these rows
//          (16X16X16_IU4_w64) stay unconfirmed. How the other parts are ordered makes
//          no difference to the sum, as long as A and B have the same order.
// Without clamp sums wrap modulo 2^32. With it the exact sum of all products and C
// is saturated once, to signed 32 bits: the documents say only that it saturates.
// Of floats: Matrix.h.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Matrix.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

/// NEG and OP_SEL_1 of a packed operand's modifiers: the latter alone is neutral.
constexpr int64_t Negated = 1, HighStaysHigh = 8;
constexpr unsigned Size = 16;

struct Shape {
  unsigned Lanes, EltBits, Depth;
  bool Gfx12;
  bool SignedA = false, SignedB = false, Clamp = false;

  unsigned groups() const { return Lanes / Size; }
  unsigned rowsInLane() const { return Size * Size / Lanes; }
  /// Of the index summed over. A group that takes part has a register or more.
  unsigned parts() const { return Gfx12 ? std::min(groups(), Depth * EltBits / 32) : 1; }
  unsigned held() const { return Depth / parts(); } ///< elements in a lane
};

V extend(V A, unsigned Bits, bool Signed) { return Signed ? sext(A, Bits) : zext(A, Bits); }

/// Of a lane's \p I-th element of D.
V rowOf(Sem &S, const Shape &F, V I) {
  V Group = lshr(S.lane(), 4u);
  return F.Gfx12 ? Group * F.rowsInLane() + I : I * F.groups() + Group;
}

/// Calls \p Each with the registers of A and B that are multiplied for an element of
/// row \p Row, first elements of the index that is summed over first.
void eachRegister(Sem &S, const Shape &F, V Row, function_ref<void(V A, V B)> Each) {
  V Column = S.lane() & int64_t(Size - 1);
  V First = F.Gfx12 ? S.constant(32, 0) : S.lane() & ~int64_t(Size - 1);
  const unsigned Regs = F.held() * F.EltBits / 32;
  for (unsigned Part = 0; Part != F.parts(); ++Part)
    for (unsigned Word = 0; Word != Regs; ++Word) {
      V Lane = First + Part * Size, Reg = S.constant(32, Word);
      Each(S.elem(0, Lane + Row, Reg), S.elem(1, Lane + Column, Reg));
    }
}

void multiplyIntegers(Sem &S, const Shape &F) {
  V Sum;
  eachRegister(S, F, rowOf(S, F, S.reg()), [&](V A, V B) {
    V Products =
        extend(bits(A, F.EltBits), 32, F.SignedA) * extend(bits(B, F.EltBits), 32, F.SignedB);
    V Part = sumGroups(Products, 32 / F.EltBits)[0];
    Sum = Sum.get() ? Sum + Part : Part;
  });
  V C = S.elem(2, S.lane(), S.reg());
  // The products themselves add up to far less than 32 bits.
  S.out(F.Clamp ? saddSat(Sum, C) : Sum + C);
}

/// What D and C hold: singles; a 16-bit number in the low half, of which the high
/// half stays C's (gfx11); two 16-bit numbers (gfx12).
enum class Result : uint8_t { Singles, LowHalves, Halves };

struct Floats {
  Element A, B;
  Result D = Result::Singles;
};

/// An element of D in row \p Row, a single.
V multiplied(Sem &S, const Shape &F, const Floats &E, V Row, V C) {
  V Sum = C;
  eachRegister(S, F, Row,
               [&](V A, V B) { Sum = accumulated(Sum, toSingles(A, E.A), toSingles(B, E.B)); });
  return Sum;
}

void multiplyFloats(Sem &S, const Shape &F, const Floats &E) {
  V C = S.elem(2, S.lane(), S.reg());
  if (E.D == Result::Singles)
    return S.out(multiplied(S, F, E, rowOf(S, F, S.reg()), C));
  // C and D have the format of A, and are rounded once.
  auto Half = [&](V Row, bool High) {
    V Half = halfOf(C, High);
    if (E.A == Element::F16)
      return singleToHalf(multiplied(S, F, E, Row, halfToSingle(Half)));
    return singleToBrain(multiplied(S, F, E, Row, brainToSingle(Half)));
  };
  if (E.D == Result::LowHalves)
    return S.out(concat(Half(rowOf(S, F, S.reg()), false), halfOf(C, true)));
  V Low = shl(S.reg(), 1u);
  S.out(concat(Half(rowOf(S, F, Low), false), Half(rowOf(S, F, Low + 1), true)));
}

/// NAME, which multiplies unsigned integers, and variants ":ss", ":su" and ":us" with
/// signed ones, each also with clamp, which is written as -1.
void addIntegers(RowSet &R, const std::string &Name, const std::string &Features, Shape F,
                 unsigned Weight) {
  for (bool SignedA : {false, true})
    for (bool SignedB : {false, true})
      for (bool Clamp : {false, true}) {
        F.SignedA = SignedA, F.SignedB = SignedB, F.Clamp = Clamp;
        std::string Variant;
        if (SignedA || SignedB)
          Variant = {':', SignedA ? 's' : 'u', SignedB ? 's' : 'u'};
        if (Clamp)
          Variant += Variant.empty() ? ":clamp" : "_clamp";
        SmallVector<OperandSpec, 9> Spec = {fixed(HighStaysHigh | (SignedA ? Negated : 0)), reg(),
                                            fixed(HighStaysHigh | (SignedB ? Negated : 0)), reg()};
        // gfx11 has modifiers of C, and neg_hi besides neg_lo at the end.
        if (!F.Gfx12)
          Spec.push_back(fixed(HighStaysHigh));
        Spec.append({reg(), fixed(Clamp ? -1 : 0)});
        Spec.append(F.Gfx12 ? 1 : 2, fixed(0));
        R.addMatrix(Name + Variant, Features, [F](Sem &S) { multiplyIntegers(S, F); })
            .waveLanes(F.Lanes)
            .weight(Weight)
            .spec(Spec);
      }
}

void addFloats(RowSet &R, const std::string &Name, const std::string &Features, const Shape &F,
               const Floats &E, unsigned Weight) {
  SmallVector<OperandSpec, 10> Spec;
  for (unsigned K = 0; K != 3; ++K) {
    // Bytes have no modifiers, C always.
    if (F.EltBits == 16 || K == 2)
      Spec.push_back(fixed(HighStaysHigh));
    Spec.push_back(reg());
  }
  Spec.append(E.D == Result::LowHalves ? 4 : 2, fixed(0));
  R.addMatrix(Name, Features, [F, E](Sem &S) { multiplyFloats(S, F, E); })
      .waveLanes(F.Lanes)
      .weight(Weight)
      .spec(Spec);
}

void addFloatRows(RowSet &R, unsigned Lanes, const std::string &Gfx11, const std::string &Gfx12) {
  const std::string Wave = "_w" + std::to_string(Lanes);
  for (auto [Type, E] : {std::pair("F16", Element::F16), std::pair("BF16", Element::BF16)}) {
    const Shape Old = {Lanes, 16, Size, false}, New = {Lanes, 16, Size, true};
    const std::string To = std::string("_16X16X16_") + Type;
    for (const char *Form : {"_twoaddr", "_threeaddr"}) {
      addFloats(R, "V_WMMA_F32" + To + Form + Wave, Gfx11, Old, {E, E}, 32);
      addFloats(R, "V_WMMA_F32" + To + Wave + Form, Gfx12, New, {E, E}, 16);
      addFloats(R, std::string("V_WMMA_") + Type + To + Wave + Form, Gfx12, New,
                {E, E, Result::Halves}, 16);
    }
    // The other opcodes of gfx11 leave the high halves open.
    addFloats(R, std::string("V_WMMA_") + Type + To + "_TIED_twoaddr" + Wave, Gfx11, Old,
              {E, E, Result::LowHalves}, 32);
  }
  for (auto [TypeA, A] : {std::pair("FP8", Element::FP8), std::pair("BF8", Element::BF8)})
    for (auto [TypeB, B] : {std::pair("FP8", Element::FP8), std::pair("BF8", Element::BF8)})
      for (const char *Form : {"_twoaddr", "_threeaddr"})
        addFloats(R, std::string("V_WMMA_F32_16X16X16_") + TypeA + "_" + TypeB + Wave + Form, Gfx12,
                  {Lanes, 8, Size, true}, {A, B}, 16);
}

} // namespace

void addWmmaRows(RowSet &R) {
  struct Line {
    const char *Name;
    unsigned EltBits, Depth;
    bool Gfx12;
    unsigned Weight;
  };
  static const Line Lines[] = {
      {"V_WMMA_I32_16X16X16_IU8", 8, 16, false, 32}, {"V_WMMA_I32_16X16X16_IU4", 4, 16, false, 16},
      {"V_WMMA_I32_16X16X16_IU8", 8, 16, true, 16},  {"V_WMMA_I32_16X16X16_IU4", 4, 16, true, 8},
      {"V_WMMA_I32_16X16X32_IU4", 4, 32, true, 16},
  };
  // The _twoaddr forms tie C to D.
  for (unsigned Lanes : {32u, 64u}) {
    const std::string Wave = "_w" + std::to_string(Lanes),
                      Size = ",+wavefrontsize" + std::to_string(Lanes),
                      Gfx11 = "+gfx11-insts,-gfx12-insts" + Size, Gfx12 = "+gfx12-insts" + Size;
    for (const Line &L : Lines)
      for (const char *Form : {"_twoaddr", "_threeaddr"})
        addIntegers(R, L.Name + (L.Gfx12 ? Wave + Form : Form + Wave), L.Gfx12 ? Gfx12 : Gfx11,
                    {Lanes, L.EltBits, L.Depth, L.Gfx12}, L.Weight);
    addFloatRows(R, Lanes, Gfx11, Gfx12);
  }
}

} // namespace whittle::amdgpu
