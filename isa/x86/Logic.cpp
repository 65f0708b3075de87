//===- isa/x86/Logic.cpp - Whole-register logic and ternary logic ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Logic has no elements: every form computes on dwords, so that the ten 128-bit
// ANDs are one class. Only masks tell D from Q.
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

/// Bits of the three inputs, the first most significant, number a bit of the
/// immediate, which is the result there.
static V ternary(const Ops &O) {
  V A = O.in(0, 32), B = O.in(1, 32), C = O.in(2, 32);
  V Imm = O.imm();
  auto Bit = [&](unsigned I) { return O.sem().splat(sext(testBit(Imm, I), 32), A.lanes()); };
  auto Mux = [](V Sel, V One, V Zero) { return Zero ^ (Sel & (One ^ Zero)); };
  V Pairs[4];
  for (unsigned I = 0; I != 4; ++I)
    Pairs[I] = Mux(C, Bit(2 * I + 1), Bit(2 * I));
  return Mux(A, Mux(B, Pairs[3], Pairs[2]), Mux(B, Pairs[1], Pairs[0]));
}

void addLogic(RowSet &R) {
  struct {
    const char *Name;
    V (*Fn)(V, V);
  } Table[] = {{"AND", [](V A, V B) { return A & B; }},
               {"OR", [](V A, V B) { return A | B; }},
               {"XOR", [](V A, V B) { return A ^ B; }},
               {"ANDN", [](V A, V B) { return ~A & B; }}};
  for (auto &T : Table) {
    Body B = [Fn = T.Fn](const Ops &O) { return Fn(O.in(0, 32), O.in(1, 32)); };
    std::string Name = T.Name;
    add(R, {.Stem = "P" + Name + "D", .Evex = "+avx512f", .MaskElt = 32}, B);
    add(R, {.Stem = "P" + Name + "Q", .Evex = "+avx512f", .MaskElt = 64}, B);
    add(R, {.Stem = "P" + Name, .Sse = "+sse2", .Avx = "+avx", .Avx2 = "+avx2"}, B);
    add(R,
        {.Stem = Name + "PS",
         .Sse = "+sse",
         .Avx = "+avx",
         .Avx2 = "+avx",
         .Evex = "+avx512dq",
         .MaskElt = 32},
        B);
    add(R,
        {.Stem = Name + "PD",
         .Sse = "+sse2",
         .Avx = "+avx",
         .Avx2 = "+avx",
         .Evex = "+avx512dq",
         .MaskElt = 64},
        B);
  }
  for (unsigned Elt : {32u, 64u})
    add(R,
        {.Stem = Elt == 32 ? "PTERNLOGD" : "PTERNLOGQ",
         .Evex = "+avx512f",
         .MaskElt = Elt,
         .Suffix = "rri",
         .Tied = true,
         .Imm = Row::ImmUse::Ternary},
        ternary);
}

} // namespace whittle::x86
