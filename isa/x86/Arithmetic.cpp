//===- isa/x86/Arithmetic.cpp - Add, subtract, minimum, average, sign ---===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

using Fn2 = V (*)(V, V);

static V average(V A, V B) {
  unsigned W = A.eltBits();
  return trunc(lshr(zext(A, 2 * W) + zext(B, 2 * W) + 1, 1u), W);
}

/// A negated, cleared or kept as B is negative, zero or positive.
static V applySign(V A, V B) {
  V Zero = A.sem().constantLike(A, 0);
  return select(cmp(CmpInst::ICMP_SLT, B, Zero), Zero - A,
                select(cmp(CmpInst::ICMP_EQ, B, Zero), Zero, A));
}

void addArithmetic(RowSet &R) {
  struct {
    const char *Stem;
    unsigned Elt;
    const char *Sse; ///< null: EVEX only
    Fn2 Fn;
  } Binary[] = {
      {"PADDB", 8, "+sse2", [](V A, V B) { return A + B; }},
      {"PADDW", 16, "+sse2", [](V A, V B) { return A + B; }},
      {"PADDD", 32, "+sse2", [](V A, V B) { return A + B; }},
      {"PADDQ", 64, "+sse2", [](V A, V B) { return A + B; }},
      {"PSUBB", 8, "+sse2", [](V A, V B) { return A - B; }},
      {"PSUBW", 16, "+sse2", [](V A, V B) { return A - B; }},
      {"PSUBD", 32, "+sse2", [](V A, V B) { return A - B; }},
      {"PSUBQ", 64, "+sse2", [](V A, V B) { return A - B; }},
      {"PADDSB", 8, "+sse2", saddSat},
      {"PADDSW", 16, "+sse2", saddSat},
      {"PADDUSB", 8, "+sse2", uaddSat},
      {"PADDUSW", 16, "+sse2", uaddSat},
      {"PSUBSB", 8, "+sse2", ssubSat},
      {"PSUBSW", 16, "+sse2", ssubSat},
      {"PSUBUSB", 8, "+sse2", usubSat},
      {"PSUBUSW", 16, "+sse2", usubSat},
      {"PMINSB", 8, "+sse4.1", smin},
      {"PMINSW", 16, "+sse2", smin},
      {"PMINSD", 32, "+sse4.1", smin},
      {"PMINSQ", 64, nullptr, smin},
      {"PMINUB", 8, "+sse2", umin},
      {"PMINUW", 16, "+sse4.1", umin},
      {"PMINUD", 32, "+sse4.1", umin},
      {"PMINUQ", 64, nullptr, umin},
      {"PMAXSB", 8, "+sse4.1", smax},
      {"PMAXSW", 16, "+sse2", smax},
      {"PMAXSD", 32, "+sse4.1", smax},
      {"PMAXSQ", 64, nullptr, smax},
      {"PMAXUB", 8, "+sse2", umax},
      {"PMAXUW", 16, "+sse4.1", umax},
      {"PMAXUD", 32, "+sse4.1", umax},
      {"PMAXUQ", 64, nullptr, umax},
      {"PAVGB", 8, "+sse2", average},
      {"PAVGW", 16, "+sse2", average},
  };
  for (auto &T : Binary)
    add(R,
        {.Stem = T.Stem,
         .Sse = T.Sse,
         .Avx = T.Sse ? "+avx" : nullptr,
         .Avx2 = T.Sse ? "+avx2" : nullptr,
         .Evex = T.Elt < 32 ? "+avx512bw" : "+avx512f",
         .MaskElt = T.Elt},
        [T](const Ops &O) { return T.Fn(O.in(0, T.Elt), O.in(1, T.Elt)); });

  for (unsigned Elt : {8u, 16u, 32u, 64u}) {
    std::string E(1, "BWDQ"[Log2_32(Elt) - 3]);
    bool Old = Elt < 64;
    add(R,
        {.Stem = "PABS" + E,
         .Sse = Old ? "+ssse3" : nullptr,
         .Avx = Old ? "+avx" : nullptr,
         .Avx2 = Old ? "+avx2" : nullptr,
         .Evex = Elt < 32 ? "+avx512bw" : "+avx512f",
         .MaskElt = Elt},
        [Elt](const Ops &O) { return abs(O.in(0, Elt)); });
    if (Old)
      add(R, {.Stem = "PSIGN" + E, .Sse = "+ssse3", .Avx = "+avx", .Avx2 = "+avx2"},
          [Elt](const Ops &O) { return applySign(O.in(0, Elt), O.in(1, Elt)); });
  }

  struct {
    const char *Stem;
    unsigned Elt;
    Fn2 Fn;
  } Horizontal[] = {
      {"PHADDW", 16, [](V A, V B) { return A + B; }},
      {"PHADDD", 32, [](V A, V B) { return A + B; }},
      {"PHADDSW", 16, saddSat},
      {"PHSUBW", 16, [](V A, V B) { return A - B; }},
      {"PHSUBD", 32, [](V A, V B) { return A - B; }},
      {"PHSUBSW", 16, ssubSat},
  };
  for (auto &T : Horizontal)
    add(R, {.Stem = T.Stem, .Sse = "+ssse3", .Avx = "+avx", .Avx2 = "+avx2", .Weight = 5},
        [T](const Ops &O) { return horizontal(O.in(0, T.Elt), O.in(1, T.Elt), T.Fn); });
}

} // namespace whittle::x86
