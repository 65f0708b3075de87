//===- isa/x86/Shift.cpp - Shifts and rotates ----------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts of the element width or more give 0 (sign bits for arithmetic shifts);
// a count register is read as its whole low quadword; rotates and funnel shifts
// take the count modulo the width.
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

using ShiftFn = V (*)(V, V);

/// The low quadword of operand 1 for every element, any count past the width
/// standing for the width.
static V sharedCount(const Ops &O, V Like) {
  V Low = O.in(1, 64)[0];
  unsigned W = Like.eltBits();
  return O.sem().splat(zextOrTrunc(umin(Low, O.sem().constant(64, W)), W), Like.lanes());
}

V funnelLeft(V Hi, V Lo, V Count) {
  return {&Hi.sem(), Hi.sem().builder().CreateIntrinsic(Intrinsic::fshl, {Hi.type()},
                                                        {Hi.get(), Lo.get(), Count.get()})};
}
V funnelRight(V Hi, V Lo, V Count) {
  return {&Hi.sem(), Hi.sem().builder().CreateIntrinsic(Intrinsic::fshr, {Hi.type()},
                                                        {Hi.get(), Lo.get(), Count.get()})};
}

static void addShifts(RowSet &R) {
  struct {
    const char *Name;
    ShiftFn Fn;
  } Table[] = {{"PSLL", static_cast<ShiftFn>(shl)},
               {"PSRL", static_cast<ShiftFn>(lshr)},
               {"PSRA", static_cast<ShiftFn>(ashr)}};
  for (auto &T : Table)
    for (unsigned Elt : {16u, 32u, 64u}) {
      ShiftFn Fn = T.Fn;
      std::string E(1, "WDQ"[Log2_32(Elt) - 4]);
      bool Sra64 = Fn == static_cast<ShiftFn>(ashr) && Elt == 64;
      const char *Sse = Sra64 ? nullptr : "+sse2", *Avx = Sra64 ? nullptr : "+avx",
                 *Avx2 = Sra64 ? nullptr : "+avx2", *Evex = Elt == 16 ? "+avx512bw" : "+avx512f";
      add(R,
          {.Stem = T.Name + E,
           .Sse = Sse,
           .Avx = Avx,
           .Avx2 = Avx2,
           .Evex = Evex,
           .MaskElt = Elt,
           .Suffix = "ri",
           .Imm = Row::ImmUse::Shift},
          [=](const Ops &O) { return Fn(O.in(0, Elt), O.immLike(O.in(0, Elt))); });
      add(R,
          {.Stem = T.Name + E, .Sse = Sse, .Avx = Avx, .Avx2 = Avx2, .Evex = Evex, .MaskElt = Elt},
          [=](const Ops &O) { return Fn(O.in(0, Elt), sharedCount(O, O.in(0, Elt))); });
      const char *Variable = Elt == 16 || Sra64 ? nullptr : "+avx2";
      add(R,
          {.Stem = T.Name + ("V" + E),
           .Avx = Variable,
           .Avx2 = Variable,
           .Evex = Evex,
           .MaskElt = Elt},
          [=](const Ops &O) { return Fn(O.in(0, Elt), O.in(1, Elt)); });
    }
}

static void addRotates(RowSet &R) {
  for (unsigned Elt : {32u, 64u}) {
    std::string E = Elt == 32 ? "D" : "Q";
    for (bool Left : {true, false}) {
      auto Fn = [=](V A, V Count) { return Left ? rotl(A, Count) : rotr(A, Count); };
      std::string Stem = Left ? "PROL" : "PROR";
      add(R,
          {.Stem = Stem + E,
           .Evex = "+avx512f",
           .MaskElt = Elt,
           .Suffix = "ri",
           .Imm = Row::ImmUse::Shift},
          [=](const Ops &O) { return Fn(O.in(0, Elt), O.immLike(O.in(0, Elt))); });
      add(R, {.Stem = Stem + "V" + E, .Evex = "+avx512f", .MaskElt = Elt},
          [=](const Ops &O) { return Fn(O.in(0, Elt), O.in(1, Elt)); });
    }
  }
}

static void addFunnels(RowSet &R) {
  for (unsigned Elt : {16u, 32u, 64u}) {
    std::string E(1, "WDQ"[Log2_32(Elt) - 4]);
    Family Imm{.Stem = "PSHLD" + E,
               .Evex = "+avx512vbmi2",
               .MaskElt = Elt,
               .Suffix = "rri",
               .Imm = Row::ImmUse::Shift};
    add(R, Imm, [=](const Ops &O) {
      return funnelLeft(O.in(0, Elt), O.in(1, Elt), O.immLike(O.in(0, Elt)));
    });
    Imm.Stem = "PSHRD" + E;
    add(R, Imm, [=](const Ops &O) {
      return funnelRight(O.in(1, Elt), O.in(0, Elt), O.immLike(O.in(0, Elt)));
    });
    Family Var{.Stem = "PSHLDV" + E,
               .Evex = "+avx512vbmi2",
               .MaskElt = Elt,
               .EvexSuffix = "r",
               .Tied = true};
    add(R, Var, [=](const Ops &O) { return funnelLeft(O.in(0, Elt), O.in(1, Elt), O.in(2, Elt)); });
    Var.Stem = "PSHRDV" + E;
    add(R, Var,
        [=](const Ops &O) { return funnelRight(O.in(1, Elt), O.in(0, Elt), O.in(2, Elt)); });
  }
}

/// Each 128-bit lane shifted by the immediate's number of bytes.
static V byteShift(const Ops &O, bool Left) {
  V A = O.in(0, 8), Zero = O.sem().zero(A.lanes(), 8), Count = O.imm();
  for (unsigned Bit = 0; Bit != 4; ++Bit) {
    V Moved = arrange(A, Zero, A.lanes(), [=, N = A.lanes()](unsigned I) {
      unsigned P = I % 16, From = Left ? P - (1u << Bit) : P + (1u << Bit);
      return From > 15 ? N + I : I - P + From;
    });
    A = select(testBit(Count, Bit), Moved, A);
  }
  return select(cmp(CmpInst::ICMP_ULT, Count, O.sem().constant(8, 16)), A, Zero);
}

void addShift(RowSet &R) {
  addShifts(R);
  addRotates(R);
  addFunnels(R);
  for (bool Left : {true, false})
    add(R,
        {.Stem = Left ? "PSLLDQ" : "PSRLDQ",
         .Sse = "+sse2",
         .Avx = "+avx",
         .Avx2 = "+avx2",
         .Evex = "+avx512bw",
         .Suffix = "ri",
         .Imm = Row::ImmUse::Shift},
        [=](const Ops &O) { return byteShift(O, Left); });
}

} // namespace whittle::x86
