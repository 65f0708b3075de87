//===- isa/amdgpu/Scalar.cpp - Integers of the scalar unit ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shift counts, bit numbers and field offsets are read modulo the width. S_CMOV
// and S_CMOVK have no rows: LLVM's table has no operand for the value that stays.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/ScalarTools.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr unsigned MoveWeight = 1, SimpleWeight = 2, MultiplyWeight = 3, WideMultiplyWeight = 6;
constexpr const char *Gfx9 = "+gfx9-insts", *Gfx12 = "+gfx12-insts";

using Value = std::function<V(Sem &)>;
using Unary = V (*)(V);
using Binary = V (*)(V, V);

Value unary(unsigned Bits, Unary F) {
  return [=](Sem &S) { return F(S.in(0, Bits)); };
}
Value binary(unsigned Bits, Binary F) {
  return [=](Sem &S) { return F(S.in(0, Bits), S.in(1, Bits)); };
}

/// The result alone; SCC, if LLVM marks it, is clobbered.
RowSet &addResult(RowSet &R, const std::string &Name, const char *Features, const Value &Result) {
  return R.add(Name, Features, [Result](Sem &S) { S.out(Result(S)); }).weight(SimpleWeight);
}

void addWithFlag(RowSet &R, const std::string &Name, const char *Features, const Value &Result,
                 const Value &Flag, ImplicitReg Reads = ImplicitReg::None,
                 ArrayRef<OperandSpec> Operands = {}) {
  addResult(R, Name, Features, Result).reads(Reads).spec(Operands);
  R.add(Name + ":scc", Features, [Flag](Sem &S) { giveFlag(S, Flag(S)); })
      .weight(SimpleWeight)
      .reads(Reads)
      .gives(ImplicitReg::SCC)
      .spec(Operands);
}

/// SCC says whether the result is not 0.
void addNonzero(RowSet &R, const std::string &Name, const char *Features, const Value &Result) {
  addWithFlag(R, Name, Features, Result, [Result](Sem &S) { return isNonzero(Result(S)); });
}

V isNegative(V A) { return cmp(CmpInst::ICMP_SLT, A, A.sem().constantLike(A, 0)); }

//===----------------------------------------------------------------------===//
// Sums, products, minima
//===----------------------------------------------------------------------===//

V sum(V A, V B) { return A + B; }
V difference(V A, V B) { return A - B; }
V product(V A, V B) { return A * B; }
V signedOverflowOfSum(V A, V B) { return isNegative((A ^ (A + B)) & (B ^ (A + B))); }
V signedOverflowOfDifference(V A, V B) { return isNegative((A ^ B) & (A ^ (A - B))); }

template <bool Signed> V highProduct(V A, V B) {
  V Product = Signed ? sext(A, 64) * sext(B, 64) : zext(A, 64) * zext(B, 64);
  return trunc(lshr(Product, 32u), 32);
}

/// The product of the low halves of 64-bit operands.
template <bool Signed> V lowProduct(V A, V B) {
  V X = trunc(A, 32), Y = trunc(B, 32);
  return Signed ? sext(X, 64) * sext(Y, 64) : zext(X, 64) * zext(Y, 64);
}

void addSums(RowSet &R) {
  addWithFlag(R, "S_ADD_U32", "", binary(32, sum),
              binary(32, [](V A, V B) { return cmp(CmpInst::ICMP_ULT, A + B, A); }));
  addWithFlag(R, "S_SUB_U32", "", binary(32, difference),
              binary(32, [](V A, V B) { return cmp(CmpInst::ICMP_ULT, A, B); }));
  addWithFlag(R, "S_ADD_I32", "", binary(32, sum), binary(32, signedOverflowOfSum));
  addWithFlag(R, "S_SUB_I32", "", binary(32, difference), binary(32, signedOverflowOfDifference));
  auto Carry = [](Sem &S, unsigned Bits) { return zext(readFlag(S, 2), Bits); };
  addWithFlag(
      R, "S_ADDC_U32", "", [=](Sem &S) { return S.in(0, 32) + S.in(1, 32) + Carry(S, 32); },
      [=](Sem &S) {
        V Sum = zext(S.in(0, 32), 64) + zext(S.in(1, 32), 64) + Carry(S, 64);
        return isNonzero(lshr(Sum, 32u));
      },
      ImplicitReg::SCC);
  addWithFlag(
      R, "S_SUBB_U32", "", [=](Sem &S) { return S.in(0, 32) - S.in(1, 32) - Carry(S, 32); },
      [=](Sem &S) {
        V Taken = zext(S.in(1, 32), 64) + Carry(S, 64);
        return cmp(CmpInst::ICMP_ULT, zext(S.in(0, 32), 64), Taken);
      },
      ImplicitReg::SCC);
  auto Immediate = [](Sem &S) { return sext(S.imm(0, 16), 32); };
  addWithFlag(
      R, "S_ADDK_I32", "", [=](Sem &S) { return S.in(0, 32) + Immediate(S); },
      [=](Sem &S) { return signedOverflowOfSum(S.in(0, 32), Immediate(S)); }, ImplicitReg::None,
      {reg(), imm(16)});
  addResult(R, "S_MULK_I32", "", [=](Sem &S) { return S.in(0, 32) * Immediate(S); })
      .weight(MultiplyWeight)
      .spec({reg(), imm(16)});

  addResult(R, "S_ADD_U64", Gfx12, binary(64, sum));
  addResult(R, "S_SUB_U64", Gfx12, binary(64, difference));
  // Until instructions are final, both stand for what each GPU has.
  addResult(R, "S_ADD_U64_PSEUDO", "", binary(64, sum));
  addResult(R, "S_SUB_U64_PSEUDO", "", binary(64, difference));

  addResult(R, "S_MUL_I32", "", binary(32, product)).weight(MultiplyWeight);
  addResult(R, "S_MUL_HI_U32", Gfx9, binary(32, highProduct<false>)).weight(MultiplyWeight);
  addResult(R, "S_MUL_HI_I32", Gfx9, binary(32, highProduct<true>)).weight(MultiplyWeight);
  addResult(R, "S_MUL_U64", Gfx12, binary(64, product)).weight(WideMultiplyWeight);
  addResult(R, "S_MUL_U64_U32_PSEUDO", Gfx12, binary(64, lowProduct<false>))
      .weight(WideMultiplyWeight);
  addResult(R, "S_MUL_I64_I32_PSEUDO", Gfx12, binary(64, lowProduct<true>))
      .weight(WideMultiplyWeight);

  addWithFlag(R, "S_MIN_I32", "", binary(32, smin),
              binary(32, [](V A, V B) { return cmp(CmpInst::ICMP_SLT, A, B); }));
  addWithFlag(R, "S_MIN_U32", "", binary(32, umin),
              binary(32, [](V A, V B) { return cmp(CmpInst::ICMP_ULT, A, B); }));
  // Of equal operands the documents say that the first is chosen, which SCC tells;
  // an emulator that was compared with hardware says the second. So no SCC here.
  addResult(R, "S_MAX_I32", "", binary(32, smax));
  addResult(R, "S_MAX_U32", "", binary(32, umax));

  addNonzero(R, "S_ABS_I32", "", unary(32, [](V A) { return abs(A); }));
  addNonzero(R, "S_ABSDIFF_I32", "", binary(32, [](V A, V B) { return abs(A - B); }));
  for (unsigned Count : {1, 2, 3, 4})
    addWithFlag(
        R, "S_LSHL" + std::to_string(Count) + "_ADD_U32", Gfx9,
        [Count](Sem &S) { return shl(S.in(0, 32), Count) + S.in(1, 32); },
        [Count](Sem &S) {
          V Sum = shl(zext(S.in(0, 32), 64), Count) + zext(S.in(1, 32), 64);
          return isNonzero(lshr(Sum, 32u));
        });
}

//===----------------------------------------------------------------------===//
// Logic, also on lane masks
//===----------------------------------------------------------------------===//

/// The registers of a mask hold a bit for each lane, so that the same opcodes
/// compute a mask of masks, whatever EXEC is.
void addMaskForm(RowSet &R, const std::string &Name, unsigned Bits, SemFn Meaning,
                 ArrayRef<OperandSpec> Operands) {
  R.add(Name + ":mask", Bits == 64 ? "+wavefrontsize64" : "+wavefrontsize32", std::move(Meaning))
      .weight(SimpleWeight)
      .def(0, {RegKind::Lane, 1})
      .off(OffLanes::Computed)
      .spec(Operands);
}

void addLogic(RowSet &R) {
  struct Operation {
    const char *Name;
    Binary F;
  };
  static const Operation Operations[] = {
      {"S_AND", [](V A, V B) { return A & B; }},    {"S_OR", [](V A, V B) { return A | B; }},
      {"S_XOR", [](V A, V B) { return A ^ B; }},    {"S_ANDN2", [](V A, V B) { return A & ~B; }},
      {"S_ORN2", [](V A, V B) { return A | ~B; }},  {"S_NAND", [](V A, V B) { return ~(A & B); }},
      {"S_NOR", [](V A, V B) { return ~(A | B); }}, {"S_XNOR", [](V A, V B) { return ~(A ^ B); }},
  };
  for (unsigned Bits : {32, 64}) {
    const std::string Suffix = "_B" + std::to_string(Bits);
    for (const Operation &O : Operations) {
      addNonzero(R, O.Name + Suffix, "", binary(Bits, O.F));
      addMaskForm(R, O.Name + Suffix, Bits, [F = O.F](Sem &S) { S.out(F(S.in(0, 1), S.in(1, 1))); },
                  {mask(), mask()});
    }
    addNonzero(R, "S_NOT" + Suffix, "", unary(Bits, [](V A) { return ~A; }));
    addMaskForm(R, "S_NOT" + Suffix, Bits, [](Sem &S) { S.out(~S.in(0, 1)); }, {mask()});
  }
}

//===----------------------------------------------------------------------===//
// Shifts and fields
//===----------------------------------------------------------------------===//

/// \p Count modulo the width of \p A, in A's type.
V wrapped(V A, V Count) { return zextOrTrunc(Count, A.eltBits()) & int64_t(A.eltBits() - 1); }

V shlWrapped(V A, V Count) {
  return {&A.sem(), A.sem().builder().CreateShl(A.get(), wrapped(A, Count).get())};
}
V lshrWrapped(V A, V Count) {
  return {&A.sem(), A.sem().builder().CreateLShr(A.get(), wrapped(A, Count).get())};
}
V ashrWrapped(V A, V Count) {
  return {&A.sem(), A.sem().builder().CreateAShr(A.get(), wrapped(A, Count).get())};
}

/// Bits 16 to 22 of \p Place are the field's width, up to that of \p A: the
/// documents shift 1 by it, and say nothing of wider ones; we take all bits.
V widthOf(V A, V Place) {
  V Width = zextOrTrunc(lshr(Place, 16u) & 127, A.eltBits());
  return umin(Width, A.sem().constantLike(A, A.eltBits()));
}

/// A field of width 0 is 0, and one that reaches past the end is shorter.
V unsignedField(V A, V Place) {
  return lshrWrapped(A, Place) & (shl(A.sem().constantLike(A, 1), widthOf(A, Place)) - 1);
}

/// The same of the arithmetically shifted value, extended from its highest bit.
V signedField(V A, V Place) {
  V Zero = A.sem().constantLike(A, 0), Width = widthOf(A, Place);
  V Unused = A.sem().constantLike(A, A.eltBits()) - Width;
  V Field = ashrWrapped(shlWrapped(ashrWrapped(A, Place), Unused), Unused);
  return select(cmp(CmpInst::ICMP_EQ, Width, Zero), Zero, Field);
}

V bitOf(V A, V Number) { return shlWrapped(A.sem().constantLike(A, 1), Number); }

void addShifts(RowSet &R) {
  for (unsigned Bits : {32, 64}) {
    const std::string Width = std::to_string(Bits);
    // The second operand is of 32 bits always.
    auto Second = [Bits](Binary F) -> Value {
      return [=](Sem &S) { return F(S.in(0, Bits), S.in(1, 32)); };
    };
    addNonzero(R, "S_LSHL_B" + Width, "", Second(shlWrapped));
    addNonzero(R, "S_LSHR_B" + Width, "", Second(lshrWrapped));
    addNonzero(R, "S_ASHR_I" + Width, "", Second(ashrWrapped));
    addNonzero(R, "S_BFE_U" + Width, "", Second(unsignedField));
    addNonzero(R, "S_BFE_I" + Width, "", Second(signedField));
    addResult(R, "S_BFM_B" + Width, "", [Bits](Sem &S) {
      V Mask = bitOf(S.constant(Bits, 0), S.in(0, 32)) - 1;
      return shlWrapped(Mask, S.in(1, 32));
    });
    // The number of the bit, then the value, which is tied to the result.
    addResult(R, "S_BITSET0_B" + Width, "",
              [Bits](Sem &S) { return S.in(1, Bits) & ~bitOf(S.in(1, Bits), S.in(0, 32)); });
    addResult(R, "S_BITSET1_B" + Width, "",
              [Bits](Sem &S) { return S.in(1, Bits) | bitOf(S.in(1, Bits), S.in(0, 32)); });
  }
}

//===----------------------------------------------------------------------===//
// Counting, searching, moving bits
//===----------------------------------------------------------------------===//

/// The count as 32 bits; -1 if \p A is 0.
V ifFound(V A, V Count) {
  Sem &S = A.sem();
  return select(isNonzero(A), zextOrTrunc(Count, 32), S.constant(32, ~uint64_t(0)));
}
V lowestOne(V A) { return ifFound(A, ctpop(~A & (A - 1))); }
V highestOne(V A) { return ifFound(A, ctlz(A)); }
/// How many bits from the top on are the sign; -1 if all are.
V highestUnlikeSign(V A) { return highestOne(A ^ ashr(A, A.eltBits() - 1)); }

V reversed(V A) {
  SmallVector<int, 64> Mask;
  for (unsigned I = A.eltBits(); I-- != 0;)
    Mask.push_back(int(I));
  return bits(shuffle(bits(A, 1), Mask), A.eltBits());
}

/// For each group of four bits whether any is set.
V quads(V A) { return isNonzero(bits(A, 4)); }

void addBits(RowSet &R) {
  for (unsigned Bits : {32, 64}) {
    const std::string B = "_B" + std::to_string(Bits);
    addResult(R, "S_BREV" + B, "", unary(Bits, reversed));
    addNonzero(R, "S_BCNT0_I32" + B, "",
               unary(Bits, [](V A) { return zextOrTrunc(ctpop(~A), 32); }));
    addNonzero(R, "S_BCNT1_I32" + B, "",
               unary(Bits, [](V A) { return zextOrTrunc(ctpop(A), 32); }));
    addResult(R, "S_FF0_I32" + B, "-gfx10-insts", unary(Bits, [](V A) { return lowestOne(~A); }));
    addResult(R, "S_FF1_I32" + B, "", unary(Bits, lowestOne));
    addResult(R, "S_FLBIT_I32" + B, "", unary(Bits, highestOne));
    addResult(R, Bits == 32 ? "S_FLBIT_I32" : "S_FLBIT_I32_I64", "",
              unary(Bits, highestUnlikeSign));
    addNonzero(R, "S_QUADMASK" + B, "",
               [Bits](Sem &S) { return zext(bits(quads(S.in(0, Bits)), Bits / 4), Bits); });
    addNonzero(R, "S_WQM" + B, "",
               [Bits](Sem &S) { return bits(sext(quads(S.in(0, Bits)), 4), Bits); });
  }
  addResult(R, "S_SEXT_I32_I8", "", unary(32, [](V A) { return sext(trunc(A, 8), 32); }));
  addResult(R, "S_SEXT_I32_I16", "", unary(32, [](V A) { return sext(trunc(A, 16), 32); }));
  addResult(R, "S_BITREPLICATE_B64_B32", Gfx9, [](Sem &S) {
    SmallVector<int, 64> Twice;
    for (int I = 0; I != 64; ++I)
      Twice.push_back(I / 2);
    return bits(shuffle(S.in(0, 1), Twice), 64);
  });
  // Which half of the first operand becomes the low one, which of the second the high.
  struct Halves {
    const char *Name, *Features;
    unsigned Low, High;
  };
  for (const Halves &H : {Halves{"LL", Gfx9, 0, 0},
                          {"LH", Gfx9, 0, 1},
                          {"HH", Gfx9, 1, 1},
                          {"HL", "+gfx11-insts", 1, 0}})
    addResult(R, std::string("S_PACK_") + H.Name + "_B32_B16", H.Features,
              [Low = H.Low, High = H.High](Sem &S) {
                return bits(S.build({S.in(0, 16)[Low], S.in(1, 16)[High]}), 32);
              });
}

void addMoves(RowSet &R) {
  for (unsigned Bits : {32, 64}) {
    const std::string B = "_B" + std::to_string(Bits);
    addResult(R, "S_MOV" + B, "", unary(Bits, [](V A) { return A; })).weight(MoveWeight);
    addResult(R, "S_CSELECT" + B, "", [Bits](Sem &S) {
      return select(readFlag(S, 2), S.in(0, Bits), S.in(1, Bits));
    }).reads(ImplicitReg::SCC);
  }
  addResult(R, "S_MOVK_I32", "", [](Sem &S) { return sext(S.imm(0, 16), 32); })
      .weight(MoveWeight)
      .spec({imm(16)});
  addResult(R, "S_MOV_B64_IMM_PSEUDO", "", [](Sem &S) { return S.imm(0, 64); })
      .weight(MoveWeight)
      .spec({imm(64)});
}

} // namespace

void addScalarRows(RowSet &R) {
  addSums(R);
  addLogic(R);
  addShifts(R);
  addBits(R);
  addMoves(R);
}

} // namespace whittle::amdgpu
