//===- isa/x86/Shuffle.cpp - Shuffles inside 128-bit lanes, blends ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

static const char *feature(unsigned Elt) { return Elt < 32 ? "+avx512bw" : "+avx512f"; }

/// Both operands narrowed, the first below the second in each lane.
static V pack(V A, V B, bool Signed) {
  unsigned W = A.eltBits() / 2, Per = 128 / A.eltBits();
  V Lo = Signed ? truncSSat(A, W) : truncUSat(A, W),
    Hi = Signed ? truncSSat(B, W) : truncUSat(B, W);
  return arrange(Lo, Hi, 2 * A.lanes(), [=, N = A.lanes()](unsigned I) {
    unsigned Lane = I / (2 * Per), P = I % (2 * Per);
    return (P < Per ? 0 : N) + Lane * Per + P % Per;
  });
}

static V unpack(V A, V B, bool High) {
  unsigned Per = 128 / A.eltBits();
  return arrange(A, B, A.lanes(), [=, N = A.lanes()](unsigned I) {
    return (I % 2 ? N : 0) + I / Per * Per + (High ? Per / 2 : 0) + I % Per / 2;
  });
}

static void addPacks(RowSet &R) {
  for (bool Signed : {true, false})
    for (unsigned From : {16u, 32u}) {
      std::string Stem = std::string(Signed ? "PACKSS" : "PACKUS") + (From == 16 ? "WB" : "DW");
      add(R,
          {.Stem = Stem,
           .Sse = !Signed && From == 32 ? "+sse4.1" : "+sse2",
           .Avx = "+avx",
           .Avx2 = "+avx2",
           .Evex = "+avx512bw",
           .MaskElt = From / 2},
          [=](const Ops &O) { return pack(O.in(0, From), O.in(1, From), Signed); });
    }
  static const char *const Names[] = {"BW", "WD", "DQ", "QDQ"};
  for (bool High : {false, true})
    for (unsigned I = 0; I != 4; ++I) {
      unsigned Elt = 8u << I;
      std::string HL = High ? "H" : "L";
      Body B = [=](const Ops &O) { return unpack(O.in(0, Elt), O.in(1, Elt), High); };
      add(R,
          {.Stem = "PUNPCK" + HL + Names[I],
           .Sse = "+sse2",
           .Avx = "+avx",
           .Avx2 = "+avx2",
           .Evex = feature(Elt),
           .MaskElt = Elt},
          B);
      if (Elt >= 32)
        add(R,
            {.Stem = "UNPCK" + HL + (Elt == 32 ? "PS" : "PD"),
             .Sse = Elt == 32 ? "+sse" : "+sse2",
             .Avx = "+avx",
             .Avx2 = "+avx",
             .Evex = "+avx512f",
             .MaskElt = Elt},
            B);
    }
  // Halves of two registers: MOVLHPS joins the low ones, MOVHLPS the high ones
  // with the second operand's below.
  for (bool High : {false, true}) {
    auto Meaning = [=](Sem &S) {
      V A = S.in(0, 64), B = S.in(1, 64);
      S.out(High ? unpack(B, A, true) : unpack(A, B, false));
    };
    std::string Stem = High ? "MOVHLPS" : "MOVLHPS";
    addOne(R, "V" + Stem + "Zrr", "+avx512f", 2, Meaning);
    addOne(R, "V" + Stem + "rr", "+avx", 2, Meaning);
    addOne(R, Stem + "rr", "+sse", 2, Meaning);
  }
}

/// Four elements of a group of four, each by two bits.
static V shuffleFours(const Ops &O, unsigned Elt) {
  V A = O.in(0, Elt);
  return shuffleByImm(O, A, A,
                      {.Positions = 4,
                       .FieldBits = 2,
                       .Stride = 1,
                       .Position = [](unsigned L) { return L % 4; },
                       .Index = [](unsigned L, unsigned C) { return L / 4 * 4 + C; }});
}

/// The low or high four words of each lane; the others stay.
static V shuffleWords(const Ops &O, bool High) {
  V A = O.in(0, 16);
  V Moved = shuffleByImm(
      O, A, A,
      {.Positions = 4,
       .FieldBits = 2,
       .Stride = 1,
       .Position = [](unsigned L) { return L % 4; },
       .Index = [High](unsigned L, unsigned C) { return L / 8 * 8 + (High ? 4 : 0) + C; }});
  return arrange(Moved, A, A.lanes(),
                 [=, N = A.lanes()](unsigned I) { return (I % 8 >= 4) == High ? I : N + I; });
}

/// SHUFPS and SHUFPD: the lower half of each lane from the first operand, the
/// upper from the second.
static V shuffleTwo(const Ops &O, unsigned Elt) {
  V A = O.in(0, Elt), B = O.in(1, Elt);
  unsigned N = A.lanes(), Per = 128 / Elt;
  return shuffleByImm(
      O, A, B,
      {.Positions = Elt == 32 ? 4 : N,
       .FieldBits = Elt == 32 ? 2u : 1u,
       .Stride = 1,
       .Position = [=](unsigned L) { return Elt == 32 ? L % 4 : L; },
       .Index = [=](unsigned L,
                    unsigned C) { return L / Per * Per + C + (L % Per >= Per / 2 ? N : 0); }});
}

static void addImmShuffles(RowSet &R) {
  auto Forms = [](std::string Stem, const char *Sse, const char *Avx, const char *Avx2,
                  const char *Evex, unsigned Elt, const char *Suffix) {
    return Family{.Stem = Stem,
                  .Sse = Sse,
                  .Avx = Avx,
                  .Avx2 = Avx2,
                  .Evex = Evex,
                  .MaskElt = Elt,
                  .Suffix = Suffix,
                  .Imm = Row::ImmUse::Shuffle};
  };
  Body Fours = [](const Ops &O) { return shuffleFours(O, 32); };
  add(R, Forms("PSHUFD", "+sse2", "+avx", "+avx2", "+avx512f", 32, "ri"), Fours);
  add(R, Forms("PERMILPS", nullptr, "+avx", "+avx", "+avx512f", 32, "ri"), Fours);
  for (bool High : {false, true})
    add(R, Forms(High ? "PSHUFHW" : "PSHUFLW", "+sse2", "+avx", "+avx2", "+avx512bw", 16, "ri"),
        [=](const Ops &O) { return shuffleWords(O, High); });
  for (unsigned Elt : {32u, 64u})
    add(R,
        Forms(Elt == 32 ? "SHUFPS" : "SHUFPD", Elt == 32 ? "+sse" : "+sse2", "+avx", "+avx",
              "+avx512f", Elt, "rri"),
        [=](const Ops &O) { return shuffleTwo(O, Elt); });
  // One bit an element chooses in its pair.
  add(R, Forms("PERMILPD", nullptr, "+avx", "+avx", "+avx512f", 64, "ri"), [](const Ops &O) {
    V A = O.in(0, 64);
    return shuffleByImm(O, A, A,
                        {.Positions = A.lanes(),
                         .FieldBits = 1,
                         .Stride = 1,
                         .Position = [](unsigned L) { return L; },
                         .Index = [](unsigned L, unsigned C) { return L / 2 * 2 + C; }});
  });
  // The upper operand's bytes above the lower's, moved down by the immediate.
  add(R, Forms("PALIGNR", "+ssse3", "+avx", "+avx2", "+avx512bw", 8, "rri"), [](const Ops &O) {
    V Hi = O.in(0, 8), Lo = O.in(1, 8), Zero = O.sem().zero(Hi.lanes(), 8), Count = O.imm();
    for (unsigned Bit = 0; Bit != 5; ++Bit) {
      auto Down = [=, N = Lo.lanes()](unsigned I) {
        unsigned P = I % 16 + (1u << Bit), Lane = I / 16 * 16;
        return P < 16 ? Lane + P : N + Lane + P - 16;
      };
      V Set = testBit(Count, Bit);
      Lo = select(Set, arrange(Lo, Hi, Lo.lanes(), Down), Lo);
      Hi = select(Set, arrange(Hi, Zero, Lo.lanes(), Down), Hi);
    }
    return select(cmp(CmpInst::ICMP_ULT, Count, O.sem().constant(8, 32)), Lo, Zero);
  });
}

static void addVariableShuffles(RowSet &R) {
  // A set top bit of the index clears the byte.
  add(R,
      {.Stem = "PSHUFB",
       .Sse = "+ssse3",
       .Avx = "+avx",
       .Avx2 = "+avx2",
       .Evex = "+avx512bw",
       .MaskElt = 8},
      [](const Ops &O) {
        V Idx = O.in(1, 8), Zero = O.sem().constantLike(Idx, 0);
        return select(cmp(CmpInst::ICMP_SLT, Idx, Zero), Zero, lookupInLanes(O.in(0, 8), Idx));
      });
  add(R, {.Stem = "PERMILPS", .Avx = "+avx", .Avx2 = "+avx", .Evex = "+avx512f", .MaskElt = 32},
      [](const Ops &O) { return lookupInLanes(O.in(0, 32), O.in(1, 32)); });
  // Bit 1 of the control selects, not bit 0.
  add(R, {.Stem = "PERMILPD", .Avx = "+avx", .Avx2 = "+avx", .Evex = "+avx512f", .MaskElt = 64},
      [](const Ops &O) { return lookupInLanes(O.in(0, 64), lshr(O.in(1, 64), 1u)); });
}

/// Every element doubled: the even, the odd, the even qword.
static void addDuplicates(RowSet &R) {
  struct {
    const char *Stem;
    unsigned Elt;
    bool Odd;
  } Table[] = {{"MOVSLDUP", 32, false}, {"MOVSHDUP", 32, true}, {"MOVDDUP", 64, false}};
  for (auto &T : Table) {
    Family F{.Stem = T.Stem,
             .Sse = "+sse3",
             .Avx = "+avx",
             .Avx2 = "+avx",
             .Evex = "+avx512f",
             .MaskElt = T.Elt};
    auto Double = [T](const Ops &O) {
      return arrange(O.in(0, T.Elt), O.lanes(T.Elt), [=](unsigned I) { return I / 2 * 2 + T.Odd; });
    };
    add(R, F, Double);
    // One quadword of memory is doubled; the wider forms unfold.
    if (T.Elt == 64)
      add(R, loadForms(F, [](unsigned Bits) { return Bits == 128 ? 64u : 0u; }), Double);
  }
}

static void addBlends(RowSet &R) {
  // Bit I % Bits of the immediate takes element I from the second operand.
  auto ByImm = [](const Ops &O, unsigned Elt, unsigned Bits) {
    V A = O.in(0, Elt), Mask = bits(O.imm(), 1);
    V Wide = arrange(Mask, A.lanes(), [=](unsigned I) { return I % Bits; });
    return select(Wide, O.in(1, Elt), A);
  };
  struct {
    const char *Stem;
    unsigned Elt;
    const char *Sse, *Avx, *Avx2;
  } Imm[] = {{"PBLENDD", 32, nullptr, "+avx2", "+avx2"},
             {"BLENDPS", 32, "+sse4.1", "+avx", "+avx"},
             {"BLENDPD", 64, "+sse4.1", "+avx", "+avx"},
             {"PBLENDW", 16, "+sse4.1", "+avx", "+avx2"}};
  for (auto &T : Imm)
    add(R,
        {.Stem = T.Stem,
         .Sse = T.Sse,
         .Avx = T.Avx,
         .Avx2 = T.Avx2,
         .Suffix = "rri",
         .Imm = Row::ImmUse::Any},
        [=](const Ops &O) { return ByImm(O, T.Elt, 8); });

  // The third operand's sign bits take from the second.
  struct {
    const char *Stem;
    unsigned Elt;
    const char *Avx2;
  } Signs[] = {{"PBLENDVB", 8, "+avx2"}, {"BLENDVPS", 32, "+avx"}, {"BLENDVPD", 64, "+avx"}};
  for (auto &T : Signs)
    add(R, {.Stem = T.Stem, .Avx = "+avx", .Avx2 = T.Avx2, .Suffix = "rrr"},
        [Elt = T.Elt](const Ops &O) {
          V Control = O.in(2, Elt);
          return select(cmp(CmpInst::ICMP_SLT, Control, O.sem().constantLike(Control, 0)),
                        O.in(1, Elt), O.in(0, Elt));
        });

  // The mask is the first operand: set bits take from the second source, clear
  // ones from the first, or zero.
  static const char *const Names[] = {"VPBLENDMB", "VPBLENDMW", "VPBLENDMD",
                                      "VPBLENDMQ", "VBLENDMPS", "VBLENDMPD"};
  for (const char *Name : Names)
    for (unsigned Bits : {128u, 256u, 512u}) {
      StringRef N = Name;
      unsigned Elt = N.ends_with("B")                        ? 8
                     : N.ends_with("W")                      ? 16
                     : N.ends_with("Q") || N.ends_with("PD") ? 64
                                                             : 32;
      for (bool Merge : {true, false})
        addOne(R, Name + evexName(Bits) + (Merge ? "rrk" : "rrkz"),
               evexFeatures(feature(Elt), Bits), 2, [=](Sem &S) {
                 V A = S.in(1, Elt), B = S.in(2, Elt);
                 S.out(select(S.mask(0, A.lanes()), B, Merge ? A : S.constantLike(A, 0)));
               });
    }
}

void addShuffle(RowSet &R) {
  addPacks(R);
  addImmShuffles(R);
  addVariableShuffles(R);
  addDuplicates(R);
  addBlends(R);
}

} // namespace whittle::x86
