//===- isa/x86/Permute.cpp - Permutes across lanes, inserts, extracts ---===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

/// Table B above table A, indexed by one bit more than either.
static V lookupTwo(V A, V B, V Idx) {
  V Zero = Idx.sem().constantLike(Idx, 0);
  return select(cmp(CmpInst::ICMP_NE, Idx & int64_t(A.lanes()), Zero), lookup(B, Idx),
                lookup(A, Idx));
}

static void addVariablePermutes(RowSet &R) {
  struct {
    const char *Name;
    unsigned Elt;
    const char *Evex, *Avx2;
    unsigned Widths;
  } Table[] = {{"PERMB", 8, "+avx512vbmi", nullptr, 128 | 256 | 512},
               {"PERMW", 16, "+avx512bw", nullptr, 128 | 256 | 512},
               {"PERMD", 32, "+avx512f", "+avx2", 256 | 512},
               {"PERMQ", 64, "+avx512f", nullptr, 256 | 512},
               {"PERMPS", 32, "+avx512f", "+avx2", 256 | 512},
               {"PERMPD", 64, "+avx512f", nullptr, 256 | 512}};
  // The index is the first operand.
  for (auto &T : Table)
    add(R, {.Stem = T.Name, .Avx2 = T.Avx2, .Evex = T.Evex, .MaskElt = T.Elt, .Widths = T.Widths},
        [Elt = T.Elt](const Ops &O) { return lookup(O.in(1, Elt), O.in(0, Elt)); });

  // Two tables: VPERMI2 overwrites the index, VPERMT2 the lower table.
  struct {
    const char *Name;
    unsigned Elt;
    const char *Evex;
  } Two[] = {{"B", 8, "+avx512vbmi"}, {"W", 16, "+avx512bw"}, {"D", 32, "+avx512f"},
             {"Q", 64, "+avx512f"},   {"PS", 32, "+avx512f"}, {"PD", 64, "+avx512f"}};
  for (auto &T : Two) {
    unsigned Elt = T.Elt;
    Family F{.Stem = std::string("PERMI2") + T.Name,
             .Evex = T.Evex,
             .MaskElt = Elt,
             .Tied = true,
             .Weight = Elt < 32 ? 3u : 2u};
    add(R, F, [=](const Ops &O) { return lookupTwo(O.in(1, Elt), O.in(2, Elt), O.in(0, Elt)); });
    F.Stem = std::string("PERMT2") + T.Name;
    add(R, F, [=](const Ops &O) { return lookupTwo(O.in(0, Elt), O.in(2, Elt), O.in(1, Elt)); });
  }
}

/// Elements of A above those of B, moved down by the immediate modulo their
/// number.
static V alignElements(const Ops &O, unsigned Elt) {
  V Hi = O.in(0, Elt), Lo = O.in(1, Elt), Count = O.imm();
  unsigned N = Lo.lanes();
  for (unsigned Bit = 0; 1u << Bit < N; ++Bit) {
    auto Down = [=](unsigned I) { return I + (1u << Bit); };
    V Set = testBit(Count, Bit);
    Lo = select(Set, arrange(Lo, Hi, N, Down), Lo);
    // What wraps in Hi lies beyond the largest count and is never used.
    Hi = select(Set, arrange(Hi, N, [=](unsigned I) { return Down(I) % N; }), Hi);
  }
  return Lo;
}

static void addImmPermutes(RowSet &R) {
  for (unsigned Elt : {32u, 64u}) {
    add(R,
        {.Stem = Elt == 32 ? "ALIGND" : "ALIGNQ",
         .Evex = "+avx512f",
         .MaskElt = Elt,
         .Suffix = "rri",
         .Imm = Row::ImmUse::Shuffle},
        [=](const Ops &O) { return alignElements(O, Elt); });
    // Whole 128-bit lanes: the lower half of the result from the first operand.
    for (bool Float : {false, true})
      add(R,
          {.Stem = std::string(Float ? "SHUFF" : "SHUFI") + (Elt == 32 ? "32X4" : "64X2"),
           .Evex = "+avx512f",
           .MaskElt = Elt,
           .Suffix = "rri",
           .Widths = 256 | 512,
           .Imm = Row::ImmUse::Shuffle},
          [](const Ops &O) {
            V A = O.in(0, 32), B = O.in(1, 32);
            unsigned N = A.lanes();
            return shuffleByImm(
                O, A, B,
                {.Positions = N / 4,
                 .FieldBits = N == 16 ? 2u : 1u,
                 .Stride = 1,
                 .Position = [](unsigned L) { return L / 4; },
                 .Index = [=](unsigned L,
                              unsigned C) { return 4 * C + L % 4 + (L < N / 2 ? 0 : N); }});
          });
  }
  // Four qwords of each 256-bit half.
  for (const char *Stem : {"PERMQ", "PERMPD"})
    add(R,
        {.Stem = Stem,
         .Avx2 = "+avx2",
         .Evex = "+avx512f",
         .MaskElt = 64,
         .Suffix = "ri",
         .Widths = 256 | 512,
         .Imm = Row::ImmUse::Shuffle},
        [](const Ops &O) {
          V A = O.in(0, 64);
          return shuffleByImm(O, A, A,
                              {.Positions = 4,
                               .FieldBits = 2,
                               .Stride = 1,
                               .Position = [](unsigned L) { return L % 4; },
                               .Index = [](unsigned L, unsigned C) { return L / 4 * 4 + C; }});
        });
  // Each half is one of four, or zero.
  for (bool Float : {false, true})
    addOne(R, Float ? "VPERM2F128rri" : "VPERM2I128rri", Float ? "+avx" : "+avx2", 2, [](Sem &S) {
      Ops O(S, 256);
      V A = O.in(0, 32), B = O.in(1, 32), Imm = O.imm();
      V Moved = shuffleByImm(O, A, B,
                             {.Positions = 2,
                              .FieldBits = 2,
                              .Stride = 2,
                              .Position = [](unsigned L) { return L / 4; },
                              .Index = [](unsigned L, unsigned C) { return 4 * C + L % 4; }});
      V Zero = S.constantLike(slice(Moved, 0, 4), 0);
      V Low = select(testBit(Imm, 3), Zero, slice(Moved, 0, 4));
      V High = select(testBit(Imm, 7), Zero, slice(Moved, 4, 4));
      S.out(concat(Low, High));
    }).imm(Row::ImmUse::Shuffle);
}

/// Parts of a register: part number C, by the low bits of the immediate.
static void addParts(RowSet &R) {
  auto Extract = [](const Ops &O, unsigned Part) {
    V A = O.in(0, 32);
    SmallVector<V, 4> Choices;
    for (unsigned C = 0; C != O.bits() / Part; ++C)
      Choices.push_back(slice(A, C * Part / 32, Part / 32));
    return choose(O.imm(), 0, Choices);
  };
  auto Insert = [](const Ops &O, unsigned Part) {
    V A = O.in(0, 32), B = O.in(1, 32);
    unsigned N = A.lanes(), P = Part / 32;
    V Wide = arrange(B, N, [=](unsigned I) { return I % P; });
    SmallVector<V, 4> Choices;
    for (unsigned C = 0; C != N / P; ++C)
      Choices.push_back(arrange(A, Wide, N, [=](unsigned I) { return I / P == C ? N + I : I; }));
    return choose(O.imm(), 0, Choices);
  };
  struct {
    const char *Name;
    unsigned MaskElt, Part;
    const char *Evex;
    unsigned Widths;
  } Table[] = {{"32X4", 32, 128, "+avx512f", 256 | 512},
               {"64X2", 64, 128, "+avx512dq", 256 | 512},
               {"32X8", 32, 256, "+avx512dq", 512},
               {"64X4", 64, 256, "+avx512f", 512}};
  for (bool Float : {false, true}) {
    std::string Kind = Float ? "F" : "I";
    for (auto &T : Table) {
      Family F{.Stem = "EXTRACT" + Kind + T.Name,
               .Evex = T.Evex,
               .MaskElt = T.MaskElt,
               .Suffix = "rri",
               .Widths = T.Widths,
               .Imm = Row::ImmUse::Shuffle};
      add(R, F, [=](const Ops &O) { return Extract(O, T.Part); });
      F.Stem = "INSERT" + Kind + T.Name;
      add(R, F, [=](const Ops &O) { return Insert(O, T.Part); });
    }
    const char *Vex = Float ? "+avx" : "+avx2";
    addOne(R, "VEXTRACT" + Kind + "128rri", Vex, 2, [=](Sem &S) {
      S.out(Extract(Ops(S, 256), 128));
    }).imm(Row::ImmUse::Shuffle);
    addOne(R, "VINSERT" + Kind + "128rri", Vex, 2, [=](Sem &S) {
      S.out(Insert(Ops(S, 256), 128));
    }).imm(Row::ImmUse::Shuffle);
  }
  // Bits 7:6 pick an element of the second operand, 5:4 its place, 3:0 clear.
  auto InsertPs = [](Sem &S) {
    Ops O(S, 128);
    V A = O.in(0, 32), B = O.in(1, 32), Imm = O.imm();
    V Picked = S.splat(choose(Imm, 6, {B[0], B[1], B[2], B[3]}), 4);
    V Place = S.splat(zext(lshr(Imm, 4u) & 3, 32), 4);
    V Placed = select(cmp(CmpInst::ICMP_EQ, iota(S, 4, 32), Place), Picked, A);
    S.out(select(bits(trunc(Imm, 4), 1), S.constantLike(A, 0), Placed));
  };
  addOne(R, "VINSERTPSZrri", "+avx512f", 2, InsertPs).imm(Row::ImmUse::Shuffle);
  addOne(R, "VINSERTPSrri", "+avx", 2, InsertPs).imm(Row::ImmUse::Shuffle);
  addOne(R, "INSERTPSrri", "+sse4.1", 2, InsertPs).imm(Row::ImmUse::Shuffle);
}

/// Elements whose mask bit is set, moved together at the low end (compress), or
/// taken from there (expand). Bits of the mask below an element number it.
static V compress(V A, V Kept, V Below, ArrayRef<V> Taken) {
  Sem &S = A.sem();
  V Place = iota(S, A.lanes(), A.eltBits()), Result = Kept;
  for (unsigned I = 0; I != A.lanes(); ++I) {
    V Here = cmp(CmpInst::ICMP_EQ, Place, Below[I]) & S.splat(Taken[I], A.lanes());
    Result = select(Here, S.splat(A[I], A.lanes()), Result);
  }
  return Result;
}

static void addCompress(RowSet &R) {
  struct {
    const char *Name;
    unsigned Elt;
    const char *Features;
  } Table[] = {{"PCOMPRESSB", 8, "+avx512vbmi2"}, {"PCOMPRESSW", 16, "+avx512vbmi2"},
               {"PCOMPRESSD", 32, "+avx512f"},    {"PCOMPRESSQ", 64, "+avx512f"},
               {"COMPRESSPS", 32, "+avx512f"},    {"COMPRESSPD", 64, "+avx512f"},
               {"PEXPANDB", 8, "+avx512vbmi2"},   {"PEXPANDW", 16, "+avx512vbmi2"},
               {"PEXPANDD", 32, "+avx512f"},      {"PEXPANDQ", 64, "+avx512f"},
               {"EXPANDPS", 32, "+avx512f"},      {"EXPANDPD", 64, "+avx512f"}};
  for (auto &T : Table)
    for (unsigned Bits : {128u, 256u, 512u})
      for (bool Merge : {true, false}) {
        unsigned Elt = T.Elt;
        bool Expand = StringRef(T.Name).contains("EXPAND");
        auto Meaning = [=](Sem &S) {
          unsigned MaskAt = Merge ? 1 : 0, N = Bits / Elt;
          V A = S.in(MaskAt + 1, Elt), Mask = S.mask(MaskAt, N);
          V Kept = Merge ? S.in(0, Elt) : S.constantLike(A, 0);
          SmallVector<V, 64> Taken, Counts;
          V Count = S.constant(Elt, 0);
          for (unsigned I = 0; I != N; ++I) {
            Taken.push_back(Mask[I]);
            Counts.push_back(Count);
            Count = Count + zext(Mask[I], Elt);
          }
          V Below = S.build(Counts);
          S.out(Expand ? select(Mask, lookup(A, Below), Kept) : compress(A, Kept, Below, Taken));
        };
        std::string Name = "V" + std::string(T.Name) + evexName(Bits);
        addOne(R, Name + (Merge ? "rrk" : "rrkz"), evexFeatures(T.Features, Bits), 4, Meaning);
        // Of memory, only as many elements as the mask has bits are read.
        if (Expand)
          addOne(R, Name + (Merge ? "rmk" : "rmkz"), evexFeatures(T.Features, Bits), 4, Meaning)
              .mem(Bits);
      }
}

void addPermute(RowSet &R) {
  addCompress(R);
  addVariablePermutes(R);
  addImmPermutes(R);
  addParts(R);
}

} // namespace whittle::x86
