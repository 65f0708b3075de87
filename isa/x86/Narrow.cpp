//===- isa/x86/Narrow.cpp - Values narrower than a whole register -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bytes and words of general registers, and FR registers, of which only the low
// element is a value.
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

static void addExtensions(RowSet &R) {
  for (unsigned From : {8u, 16u, 32u})
    for (unsigned To : {16u, 32u, 64u}) {
      if (From >= To)
        continue;
      std::string Name = std::to_string(To) + "rr" + std::to_string(From);
      addOne(R, "MOVSX" + Name, "", 2, [=](Sem &S) { S.out(sext(S.raw(0), To)); });
      if (From == 32) // a 32-bit move zero-extends by itself
        continue;
      addOne(R, "MOVZX" + Name, "", 2, [=](Sem &S) { S.out(zext(S.raw(0), To)); });
    }
  for (const char *Name : {"MOVZX32rr8_NOREX", "MOVSX32rr8_NOREX"})
    addOne(R, Name, "", 2, [Signed = Name[3] == 'S'](Sem &S) {
      S.out(Signed ? sext(S.raw(0), 32) : zext(S.raw(0), 32));
    });
  for (const char *Name : {"MOV8rr", "MOV8rr_NOREX", "MOV16rr"})
    addOne(R, Name, "", 1, [](Sem &S) { S.out(S.raw(0)); });
}

/// The low element of an XMM register and a general register exchange bits.
static void addFrMoves(RowSet &R) {
  for (const char *Stem : {"MOVDI2SS", "MOVSS2DI", "MOV64toSD", "MOVSDto64"}) {
    auto Same = [](Sem &S) { S.out(S.raw(0)); };
    addOne(R, "V" + std::string(Stem) + "Zrr", "+avx512f", 2, Same);
    addOne(R, "V" + std::string(Stem) + "rr", "+avx", 2, Same);
    addOne(R, std::string(Stem) + "rr", "+sse2", 2, Same);
  }
}

static void addZeros(RowSet &R) {
  struct {
    const char *Name, *Features;
    unsigned Bits;
  } Table[] = {{"FsFLD0SH", "+sse2", 16},
               {"FsFLD0SS", "+sse", 32},
               {"FsFLD0SD", "+sse2", 64},
               {"FsFLD0F128", "+sse", 128},
               {"AVX512_FsFLD0SH", "+avx512fp16", 16},
               {"AVX512_FsFLD0SS", "+avx512f", 32},
               {"AVX512_FsFLD0SD", "+avx512f", 64},
               {"AVX512_FsFLD0F128", "+avx512vl", 128}};
  for (auto &T : Table)
    addOne(R, T.Name, T.Features, 1, [T](Sem &S) { S.out(S.constant(T.Bits, 0)); });
}

void addNarrow(RowSet &R) {
  addExtensions(R);
  addFrMoves(R);
  addZeros(R);
}

} // namespace whittle::x86
