//===- isa/x86/Flags.cpp - Instructions that leave nothing but flags ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Float.h"
#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

V flagsOf(const FlagBits &F) {
  V Sum;
  const V Bits[] = {F.Carry, F.Parity, F.Adjust, F.Zero, F.Sign, F.Overflow};
  for (unsigned Bit = 0; Bit != 6; ++Bit) {
    if (!Bits[Bit].get())
      continue;
    V Here = shl(zext(Bits[Bit], 8), Bit);
    Sum = Sum.get() ? Sum | Here : Here;
  }
  return Sum;
}

static V isZero(V A) { return cmp(CmpInst::ICMP_EQ, A, A.sem().constantLike(A, 0)); }
static V isNegative(V A) { return cmp(CmpInst::ICMP_SLT, A, A.sem().constantLike(A, 0)); }
/// An even number of the low byte's bits is set.
static V isEven(V A) { return ~trunc(ctpop(trunc(A, 8)), 1); }

/// ZF: no bit of B is in A; CF: all bits of B are.
static V testOf(V A, V B) { return flagsOf({.Carry = isZero(B & ~A), .Zero = isZero(A & B)}); }

/// Whole vectors, and the sign bits of their elements.
static void addVectorTests(RowSet &R) {
  struct {
    const char *Name, *Features;
    unsigned Elt; ///< of which only the sign counts; 0: every bit does
  } Table[] = {{"PTESTrr", "+sse4.1", 0}, {"VPTESTrr", "+avx", 0},    {"VPTESTYrr", "+avx", 0},
               {"VTESTPSrr", "+avx", 32}, {"VTESTPSYrr", "+avx", 32}, {"VTESTPDrr", "+avx", 64},
               {"VTESTPDYrr", "+avx", 64}};
  for (auto &T : Table)
    R.addFlags(T.Name, T.Features, [Elt = T.Elt](Sem &S) {
       V A = S.in(0, 64), B = S.in(1, 64);
       unsigned Bits = A.lanes() * 64;
       if (Elt) {
         V Zero = S.zero(Bits / Elt, Elt);
         A = cmp(CmpInst::ICMP_SLT, S.in(0, Elt), Zero);
         B = cmp(CmpInst::ICMP_SLT, S.in(1, Elt), Zero);
         Bits /= Elt;
       }
       S.out(testOf(bits(A, Bits), bits(B, Bits)));
     }).weight(3);
}

static void addMaskTests(RowSet &R) {
  struct {
    const char *Name;
    unsigned Bits;
    const char *Or, *And; ///< features of KORTEST and KTEST
  } Table[] = {{"B", 8, "+avx512dq", "+avx512dq"},
               {"W", 16, "+avx512f", "+avx512dq"},
               {"D", 32, "+avx512bw", "+avx512bw"},
               {"Q", 64, "+avx512bw", "+avx512bw"}};
  for (auto &T : Table) {
    auto Low = [N = T.Bits](Sem &S, unsigned K) { return zextOrTrunc(S.raw(K), N); };
    R.addFlags(std::string("KORTEST") + T.Name + "kk", T.Or, [=](Sem &S) {
       V Both = Low(S, 0) | Low(S, 1);
       S.out(flagsOf({.Carry = isZero(~Both), .Zero = isZero(Both)}));
     }).weight(3);
    R.addFlags(std::string("KTEST") + T.Name + "kk", T.And, [=](Sem &S) {
       S.out(testOf(Low(S, 0), Low(S, 1)));
     }).weight(3);
  }
}

static V compared(V A, V B) {
  V Difference = A - B;
  return flagsOf({.Carry = cmp(CmpInst::ICMP_ULT, A, B),
                  .Parity = isEven(Difference),
                  .Adjust = testBit(A ^ B ^ Difference, 4),
                  .Zero = isZero(Difference),
                  .Sign = isNegative(Difference),
                  .Overflow = isNegative((A ^ B) & (A ^ Difference))});
}
static V tested(V A, V B) {
  V Both = A & B;
  return flagsOf({.Parity = isEven(Both), .Zero = isZero(Both), .Sign = isNegative(Both)});
}

static void addGeneral(RowSet &R) {
  for (unsigned W : {8u, 16u, 32u, 64u}) {
    std::string N = std::to_string(W);
    R.addFlags("CMP" + N + "rr", "", [](Sem &S) { S.out(compared(S.raw(0), S.raw(1))); });
    R.addFlags(
        "TEST" + N + "rr", "", [](Sem &S) { S.out(tested(S.raw(0), S.raw(1))); },
        FlagBits::AdjustBit);
    if (W < 32)
      continue;
    // The bit's number is taken modulo the width. ZF stays what it was.
    auto Bit = [=](V A, V Number) {
      return flagsOf({.Carry = trunc(lshr(A, zextOrTrunc(Number, W) & int64_t(W - 1)), 1)});
    };
    R.addFlags(
        "BT" + N + "rr", "", [=](Sem &S) { S.out(Bit(S.raw(0), S.raw(1))); },
        FlagBits::All & ~FlagBits::CarryBit);
    R.addFlags(
         "BT" + N + "ri8", "", [=](Sem &S) { S.out(Bit(S.raw(0), S.imm(0))); },
         FlagBits::All & ~FlagBits::CarryBit)
        .imm(Row::ImmUse::Shift);
  }
  R.addFlags("CMP8ri", "", [](Sem &S) { S.out(compared(S.raw(0), S.imm(0))); });
  R.addFlags("TEST8ri", "", [](Sem &S) { S.out(tested(S.raw(0), S.imm(0))); }, FlagBits::AdjustBit);
}

/// Ordered as unsigned integers are; if a NaN is among them, all three flags.
static V comparedFloats(V A, V B) {
  V Nan = unordered(A, B);
  return flagsOf({.Carry = Nan | fless(A, B), .Parity = Nan, .Zero = Nan | fequal(A, B)});
}

/// COMISS and UCOMISS differ in the exceptions that a quiet NaN raises.
static void addFloatCompares(RowSet &R) {
  struct {
    const char *Name;
    unsigned Elt;
    const char *Sse, *Avx, *Evex;
  } Table[] = {{"COMISS", 32, "+sse", "+avx", "+avx512f"},
               {"COMISD", 64, "+sse2", "+avx", "+avx512f"},
               {"COMISH", 16, nullptr, nullptr, "+avx512fp16"}};
  for (auto &T : Table)
    for (const char *Quiet : {"U", ""}) {
      auto Meaning = [Elt = T.Elt](Sem &S) {
        S.out(comparedFloats(S.in(0, Elt)[0], S.in(1, Elt)[0]));
      };
      std::string Stem = std::string(Quiet) + T.Name;
      // On FR registers, and on XMM registers; without exceptions on the latter.
      for (const char *Suffix : {"rr", "rr_Int"}) {
        R.addFlags("V" + Stem + "Z" + Suffix, T.Evex, Meaning).weight(3);
        if (T.Avx)
          R.addFlags("V" + Stem + Suffix, T.Avx, Meaning).weight(3);
        if (T.Sse)
          R.addFlags(Stem + Suffix, T.Sse, Meaning).weight(3);
      }
      R.addFlags("V" + Stem + "Zrrb", T.Evex, Meaning).weight(3);
    }
}

void addFlags(RowSet &R) {
  addVectorTests(R);
  addMaskTests(R);
  addGeneral(R);
  addFloatCompares(R);
}

} // namespace whittle::x86
