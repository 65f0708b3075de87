//===- isa/x86/Multiply.cpp - Multiplies, dot products, sums ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

/// The even dwords, extended to qwords.
static V evenUnsigned(V Qwords) { return Qwords & 0xffffffff; }
static V evenSigned(V Qwords) { return ashr(shl(Qwords, 32u), 32u); }

/// The upper half of the products, each extended by \p Extend.
static V high(V A, V B, V (*Extend)(V, unsigned)) {
  unsigned W = A.eltBits();
  return trunc(lshr(Extend(A, 2 * W) * Extend(B, 2 * W), W), W);
}

static V roundedHigh(V A, V B) {
  return trunc(lshr(lshr(sext(A, 32) * sext(B, 32), 14u) + 1, 1u), 16);
}

/// Adjacent products summed without overflow, to be saturated by the caller.
static V pairSums(V A, V B) { return sumGroups(A * B, 2); }

static V absDiff(V A, V B) { return umax(A, B) - umin(A, B); }

/// Sums of absolute differences of dwords of A against dwords of B that slide
/// by a byte; the immediate orders B's dwords first.
static V slidingSad(const Ops &O) {
  V A = O.in(0, 8);
  V B = bits(shuffleByImm(O, O.in(1, 32), O.in(1, 32),
                          {.Positions = 4,
                           .FieldBits = 2,
                           .Stride = 1,
                           .Position = [](unsigned L) { return L % 4; },
                           .Index = [](unsigned L, unsigned C) { return L / 4 * 4 + C; }}),
             8);
  V Sum;
  for (unsigned Byte = 0; Byte != 4; ++Byte) {
    V Fixed = arrange(A, O.lanes(16), [=](unsigned W) { return W / 4 * 8 + W % 4 / 2 * 4 + Byte; });
    V Sliding = arrange(B, O.lanes(16), [=](unsigned W) { return W / 4 * 8 + W % 4 + Byte; });
    V Diff = zext(absDiff(Fixed, Sliding), 16);
    Sum = Byte == 0 ? Diff : Sum + Diff;
  }
  return Sum;
}

static void addProducts(RowSet &R) {
  struct {
    const char *Stem;
    unsigned MaskElt;
    const char *Sse; ///< null: EVEX only
    const char *Evex;
    unsigned Weight;
    Body Fn;
  } Table[] = {
      {"PMULLW", 16, "+sse2", "+avx512bw", 3,
       [](const Ops &O) { return O.in(0, 16) * O.in(1, 16); }},
      {"PMULLD", 32, "+sse4.1", "+avx512f", 5,
       [](const Ops &O) { return O.in(0, 32) * O.in(1, 32); }},
      {"PMULLQ", 64, nullptr, "+avx512dq", 5,
       [](const Ops &O) { return O.in(0, 64) * O.in(1, 64); }},
      {"PMULHW", 16, "+sse2", "+avx512bw", 3,
       [](const Ops &O) { return high(O.in(0, 16), O.in(1, 16), sext); }},
      {"PMULHUW", 16, "+sse2", "+avx512bw", 3,
       [](const Ops &O) { return high(O.in(0, 16), O.in(1, 16), zext); }},
      {"PMULHRSW", 16, "+ssse3", "+avx512bw", 3,
       [](const Ops &O) { return roundedHigh(O.in(0, 16), O.in(1, 16)); }},
      {"PMULUDQ", 64, "+sse2", "+avx512f", 3,
       [](const Ops &O) { return evenUnsigned(O.in(0, 64)) * evenUnsigned(O.in(1, 64)); }},
      {"PMULDQ", 64, "+sse4.1", "+avx512f", 3,
       [](const Ops &O) { return evenSigned(O.in(0, 64)) * evenSigned(O.in(1, 64)); }},
      {"PMADDWD", 32, "+sse2", "+avx512bw", 3,
       [](const Ops &O) { return pairSums(sext(O.in(0, 16), 32), sext(O.in(1, 16), 32)); }},
      // The first operand's bytes are unsigned, the second's signed.
      {"PMADDUBSW", 16, "+ssse3", "+avx512bw", 3,
       [](const Ops &O) {
         return truncSSat(pairSums(zext(O.in(0, 8), 32), sext(O.in(1, 8), 32)), 16);
       }},
  };
  for (auto &T : Table)
    add(R,
        {.Stem = T.Stem,
         .Sse = T.Sse,
         .Avx = T.Sse ? "+avx" : nullptr,
         .Avx2 = T.Sse ? "+avx2" : nullptr,
         .Evex = T.Evex,
         .MaskElt = T.MaskElt,
         .Weight = T.Weight},
        T.Fn);
}

/// VNNI: products of 4 bytes or 2 words added to a dword accumulator.
static void addDotProducts(RowSet &R) {
  Body Bytes = [](const Ops &O) {
    return sumGroups(zext(O.in(1, 8), 32) * sext(O.in(2, 8), 32), 4);
  };
  Body Words = [](const Ops &O) {
    return sumGroups(sext(O.in(1, 16), 32) * sext(O.in(2, 16), 32), 2);
  };
  struct {
    const char *Stem;
    Body Fn;
  } Table[] = {
      {"PDPBUSD", [=](const Ops &O) { return O.in(0, 32) + Bytes(O); }},
      {"PDPWSSD", [=](const Ops &O) { return O.in(0, 32) + Words(O); }},
      {"PDPBUSDS", [=](const Ops &O) { return saddSat(O.in(0, 32), Bytes(O)); }},
      // Two products of -32768 exceed a dword, and only the whole sum saturates.
      {"PDPWSSDS",
       [](const Ops &O) {
         V Sum = sumGroups(sext(sext(O.in(1, 16), 32) * sext(O.in(2, 16), 32), 64), 2);
         return truncSSat(sext(O.in(0, 32), 64) + Sum, 32);
       }},
  };
  for (auto &T : Table)
    add(R,
        {.Stem = T.Stem,
         .Avx = "+avxvnni",
         .Avx2 = "+avxvnni",
         .Evex = "+avx512vnni",
         .MaskElt = 32,
         .Tied = true,
         .Weight = 3},
        T.Fn);
}

/// The products of AVX-VNNI-INT8 and -INT16: of bytes or words, each operand
/// signed or not as the name says. The saturating forms saturate the whole sum,
/// as an unsigned one if both operands are.
static void addMoreDotProducts(RowSet &R) {
  struct {
    const char *Signs;
    bool First, Second;
  } Kinds[] = {{"SS", true, true}, {"SU", true, false}, {"US", false, true}, {"UU", false, false}};
  for (unsigned Elt : {8u, 16u})
    for (auto &K : Kinds) {
      // VNNI has the other two.
      if (StringRef(K.Signs) == (Elt == 8 ? "US" : "SS"))
        continue;
      auto Extend = [](V A, bool Signed) { return Signed ? sext(A, 64) : zext(A, 64); };
      Body Sum = [=](const Ops &O) {
        V Products = Extend(O.in(1, Elt), K.First) * Extend(O.in(2, Elt), K.Second);
        return sumGroups(Products, 32 / Elt);
      };
      const bool Unsigned = !K.First && !K.Second;
      Family F{.Stem = std::string(Elt == 8 ? "PDPB" : "PDPW") + K.Signs + "D",
               .Avx = Elt == 8 ? "+avxvnniint8" : "+avxvnniint16",
               .Avx2 = Elt == 8 ? "+avxvnniint8" : "+avxvnniint16",
               .Evex = "+avx10.2",
               .MaskElt = 32,
               .Tied = true,
               .Weight = 3};
      add(R, F, [=](const Ops &O) { return O.in(0, 32) + trunc(Sum(O), 32); });
      F.Stem += "S";
      add(R, F, [=](const Ops &O) {
        if (!Unsigned)
          return truncSSat(sext(O.in(0, 32), 64) + Sum(O), 32);
        V Exact = zext(O.in(0, 32), 64) + Sum(O);
        return trunc(umin(Exact, O.sem().constantLike(Exact, UINT32_MAX)), 32);
      });
    }
}

/// Eight sums of four absolute differences of bytes in each 128-bit lane: a dword
/// of the second operand, by bits 1:0 of three bits of the immediate, against the
/// windows that begin at eight bytes of the first in turn, from its byte 0 or 4 on
/// by bit 2. Odd lanes have the next three bits.
static V multipleSad(const Ops &O) {
  V A = O.in(0, 8), B = O.in(1, 8), Imm = O.imm();
  SmallVector<V, 4> Lanes;
  for (unsigned Lane = 0; Lane != O.lanes(128); ++Lane) {
    unsigned Shift = Lane % 2 * 3;
    V Windows = slice(A, Lane * 16, 16);
    Windows = select(testBit(Imm, Shift + 2), slice(Windows, 4, 12),
                     slice(Windows, 0, 12)); // of which 11 count
    SmallVector<V, 4> Dwords;
    for (unsigned D = 0; D != 4; ++D)
      Dwords.push_back(slice(B, Lane * 16 + D * 4, 4));
    V Block = choose(Imm, Shift, Dwords);
    V Sum;
    for (unsigned Byte = 0; Byte != 4; ++Byte) {
      V Diff = zext(absDiff(slice(Windows, Byte, 8), O.sem().splat(Block[Byte], 8)), 16);
      Sum = Byte == 0 ? Diff : Sum + Diff;
    }
    Lanes.push_back(Sum);
  }
  return join(Lanes);
}

/// The least of eight unsigned words, and the number of the first such.
static V leastWord(const Ops &O) {
  V A = zext(O.in(0, 16), 32), Key = shl(A, 16u) | iota(O.sem(), 8, 32);
  for (unsigned N = 4; N; N /= 2)
    Key = umin(slice(Key, 0, N), slice(Key, N, N));
  V Zero = O.sem().constant(32, 0);
  return O.sem().build({lshr(Key, 16u) | shl(Key, 16u), Zero, Zero, Zero});
}

/// 52-bit products, of which the low or high 52 bits are added to a qword.
static void addMadd52(RowSet &R) {
  for (bool High : {false, true})
    add(R,
        {.Stem = High ? "PMADD52HUQ" : "PMADD52LUQ",
         .Avx = "+avxifma",
         .Avx2 = "+avxifma",
         .Evex = "+avx512ifma",
         .MaskElt = 64,
         .EvexSuffix = "r",
         .Tied = true,
         .Weight = 3},
        [High](const Ops &O) {
          const int64_t Low52 = (int64_t(1) << 52) - 1;
          V A = O.in(1, 64) & Low52, B = O.in(2, 64) & Low52;
          V Part = High ? trunc(lshr(zext(A, 128) * zext(B, 128), 52u), 64) : (A * B) & Low52;
          return O.in(0, 64) + Part;
        });
}

void addMultiply(RowSet &R) {
  addProducts(R);
  addDotProducts(R);
  addMoreDotProducts(R);
  addMadd52(R);
  add(R,
      {.Stem = "MPSADBW",
       .Sse = "+sse4.1",
       .Avx = "+avx",
       .Avx2 = "+avx2",
       .Evex = "+avx10.2",
       .MaskElt = 16,
       .Suffix = "rri",
       .Widths = 128 | 256,
       .Weight = 4,
       .Imm = Row::ImmUse::Any},
      multipleSad);
  add(R, {.Stem = "PHMINPOSUW", .Sse = "+sse4.1", .Avx = "+avx", .Weight = 3}, leastWord);
  add(R,
      {.Stem = "PSADBW",
       .Sse = "+sse2",
       .Avx = "+avx",
       .Avx2 = "+avx2",
       .Evex = "+avx512bw",
       .Weight = 3},
      [](const Ops &O) {
        return zext(sumGroups(zext(absDiff(O.in(0, 8), O.in(1, 8)), 16), 8), 64);
      });
  add(R,
      {.Stem = "DBPSADBW",
       .Evex = "+avx512bw",
       .MaskElt = 16,
       .Suffix = "rri",
       .Weight = 3,
       .Imm = Row::ImmUse::Shuffle},
      slidingSad);
}

} // namespace whittle::x86
