//===- isa/amdgpu/Sparse.cpp - Matrix products with a sparse factor -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// D = A * B + D, whatever EXEC is, where of each four elements of a row of A two are
// there, in order, and an index says which: 2 bits each, the first pair's lowest. The
// index register of a lane is about what the lane holds of A. Layouts are those of the
// dense products (Mfma.cpp, Wmma.cpp) with half as much of A: a group of lanes holds the
// same part of the index that is summed over of both factors.
//
// Where a lane's pairs need half of the index register or less, modifiers say which part
// is read; here it is the lowest, which all of them at 0 mean. The documents want the
// first of a pair before the second, and do not say what else would do: each is read
// where its index says.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Matrix.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

struct Shape {
  unsigned EltBits, Pairs; ///< of A in a lane: each for four elements of B
  unsigned Index, Addend;  ///< operands
  bool SignedA = true, SignedB = true;
};

/// Element First + Further, both in one register, of what \p Lane holds of a factor.
V element(Sem &S, const Shape &F, unsigned Source, V Lane, unsigned First, V Further, bool Signed) {
  const unsigned Held = 32 / F.EltBits;
  V Word = S.elem(Source, Lane, S.constant(32, First / Held));
  V Field = trunc(lshr(Word, (Further + First % Held) * int64_t(F.EltBits)), F.EltBits);
  return Signed ? sext(Field, 32) : zext(Field, 32);
}

/// What \p LaneA and \p LaneB hold, multiplied and added up.
V products(Sem &S, const Shape &F, V LaneA, V LaneB) {
  V Sum, Zero = S.constant(32, 0), Places = S.elem(F.Index, LaneA, Zero);
  for (unsigned I = 0; I != 2 * F.Pairs; ++I) {
    V Place = lshr(Places, 2 * I) & 3;
    V A = element(S, F, 0, LaneA, I, Zero, F.SignedA);
    V Product = A * element(S, F, 1, LaneB, I / 2 * 4, Place, F.SignedB);
    Sum = Sum.get() ? Sum + Product : Product;
  }
  return Sum;
}

/// gfx9: M rows and columns on 64 lanes.
void multiplyBytes(Sem &S, unsigned LogM, unsigned Pairs) {
  const Shape F = {8, Pairs, 2, 3};
  const unsigned M = 1u << LogM;
  V Column = S.lane() & int64_t(M - 1), Group = lshr(S.lane(), LogM);
  // Four rows for each group in turn.
  V Row = shl(lshr(S.reg(), 2u), 2 + (6 - LogM)) + shl(Group, 2u) + (S.reg() & 3);
  V Sum = S.elem(F.Addend, S.lane(), S.reg());
  for (unsigned First = 0; First != 64; First += M)
    Sum = Sum + products(S, F, Row + First, Column + First);
  S.out(Sum);
}

/// gfx12: 16 rows and columns on \p Lanes lanes.
void multiplyIntegers(Sem &S, const Shape &F, unsigned Lanes) {
  V Column = S.lane() & 15;
  V Row = lshr(S.lane(), 4u) * int64_t(256 / Lanes) + S.reg();
  V Sum = S.elem(F.Addend, S.lane(), S.reg());
  for (unsigned First = 0; First != Lanes; First += 16)
    Sum = Sum + products(S, F, Row + First, Column + First);
  S.out(Sum);
}

/// NEG and OP_SEL_1 of a packed operand's modifiers: the latter alone is neutral.
constexpr int64_t Negated = 1, HighStaysHigh = 8;

void addSmfmac(RowSet &R) {
  struct Line {
    const char *Name, *Features;
    unsigned LogM, Pairs, Weight;
  };
  for (const Line &L : {Line{"V_SMFMAC_I32_16X16X64_I8", "+gfx940-insts", 4, 4, 16},
                        {"V_SMFMAC_I32_32X32X32_I8", "+gfx940-insts", 5, 4, 32},
                        {"V_SMFMAC_I32_16X16X128_I8", "+gfx950-insts", 4, 8, 16},
                        {"V_SMFMAC_I32_32X32X64_I8", "+gfx950-insts", 5, 8, 32}})
    R.addMatrix(L.Name + std::string("_e64"), L.Features,
                [L](Sem &S) { multiplyBytes(S, L.LogM, L.Pairs); })
        .weight(L.Weight)
        .spec({reg(), reg(), reg(), fixed(0), fixed(0), reg()});
}

void addSwmmac(RowSet &R) {
  struct Line {
    const char *Name;
    unsigned EltBits, Lanes, Pairs, Weight;
  };
  // Of 16X16X32_IU4 a lane of 64 holds half a register of A, and nobody says which.
  for (const Line &L : {Line{"V_SWMMAC_I32_16X16X32_IU8", 8, 32, 4, 16},
                        {"V_SWMMAC_I32_16X16X32_IU8", 8, 64, 2, 16},
                        {"V_SWMMAC_I32_16X16X32_IU4", 4, 32, 4, 8},
                        {"V_SWMMAC_I32_16X16X64_IU4", 4, 32, 8, 16},
                        {"V_SWMMAC_I32_16X16X64_IU4", 4, 64, 4, 16}})
    for (bool SignedA : {false, true})
      for (bool SignedB : {false, true}) {
        const Shape F = {L.EltBits, L.Pairs, 3, 2, SignedA, SignedB};
        std::string Name = L.Name + ("_w" + std::to_string(L.Lanes)) + "_twoaddr";
        if (SignedA || SignedB)
          Name += {':', SignedA ? 's' : 'u', SignedB ? 's' : 'u'};
        SmallVector<OperandSpec, 9> Spec = {fixed(HighStaysHigh | (SignedA ? Negated : 0)),
                                            reg(),
                                            fixed(HighStaysHigh | (SignedB ? Negated : 0)),
                                            reg(),
                                            reg(),
                                            reg()};
        // The part of the index, where there is more than one, then clamp and another.
        Spec.append(L.Pairs == 8 ? 2 : 3, fixed(0));
        R.addMatrix(Name, "+gfx12-insts,+wavefrontsize" + std::to_string(L.Lanes),
                    [F, L](Sem &S) { multiplyIntegers(S, F, L.Lanes); })
            .waveLanes(L.Lanes)
            .weight(L.Weight)
            .spec(Spec);
      }
}

} // namespace

void addSparseRows(RowSet &R) {
  addSmfmac(R);
  addSwmmac(R);
}

} // namespace whittle::amdgpu
