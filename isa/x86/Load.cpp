//===- isa/x86/Load.cpp - Load forms without a register form ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What these read from memory is no register: an element that zeros or another
// operand stand around, a part that is repeated, or the elements that a mask
// lets through. The others stand with their register forms.
//
// Where a mask bit is clear, nothing is read and no fault is raised: that a
// masked load is a function of the whole of what stands in memory says nothing
// of whether all of it may be read.
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

/// An element with zeros above.
static void addElementLoads(RowSet &R) {
  struct {
    const char *Name;
    unsigned Elt;
    const char *Features;
  } Table[] = {{"MOVSSrm", 32, "+sse"},           {"VMOVSSrm", 32, "+avx"},
               {"VMOVSSZrm", 32, "+avx512f"},     {"MOVSDrm", 64, "+sse2"},
               {"VMOVSDrm", 64, "+avx"},          {"VMOVSDZrm", 64, "+avx512f"},
               {"VMOVSHZrm", 16, "+avx512fp16"},  {"VMOVWrm", 16, "+avx512fp16"},
               {"MOVQI2PQIrm", 64, "+sse2"},      {"VMOVQI2PQIrm", 64, "+avx"},
               {"VMOVQI2PQIZrm", 64, "+avx512f"}, {"MOV64toPQIrm", 64, "+sse2"},
               {"VMOV64toPQIrm", 64, "+avx"},     {"VMOV64toPQIZrm", 64, "+avx512f"}};
  for (auto &T : Table)
    addOne(R, T.Name, T.Features, 2, [T](Sem &S) {
      S.out(withZerosAbove(S.in(0, T.Elt), 128));
    }).mem(T.Elt);

  struct {
    const char *Stem;
    unsigned Elt;
    const char *Features;
  } Masked[] = {
      {"VMOVSSZ", 32, "+avx512f"}, {"VMOVSDZ", 64, "+avx512f"}, {"VMOVSHZ", 16, "+avx512fp16"}};
  for (auto &T : Masked)
    for (bool Merge : {true, false})
      addOne(R, T.Stem + std::string(Merge ? "rmk" : "rmkz"), T.Features, 2, [=](Sem &S) {
        V Read = S.in(Merge ? 2 : 1, T.Elt), Wanted = trunc(S.raw(Merge ? 1 : 0), 1);
        V Else = Merge ? S.in(0, T.Elt)[0] : S.constantLike(Read, 0);
        S.out(withZerosAbove(select(Wanted, Read, Else), 128));
      }).mem(T.Elt);
}

/// One half of an XMM register.
static void addHalfLoads(RowSet &R) {
  for (bool High : {false, true})
    for (bool Double : {false, true}) {
      std::string Stem = std::string(High ? "MOVH" : "MOVL") + (Double ? "PD" : "PS");
      auto Meaning = [=](Sem &S) {
        V A = S.in(0, 64), Read = S.in(1, 64);
        S.out(S.build({High ? A[0] : Read, High ? Read : A[1]}));
      };
      addOne(R, "V" + Stem + "Z128rm", "+avx512f", 2, Meaning).mem(64);
      addOne(R, "V" + Stem + "rm", "+avx", 2, Meaning).mem(64);
      addOne(R, Stem + "rm", Double ? "+sse2" : "+sse", 2, Meaning).mem(64);
    }
}

/// INSERTPS of an element in memory: bits 7:6 of the immediate have no meaning.
static void addInsertPs(RowSet &R) {
  auto Meaning = [](Sem &S) {
    V A = S.in(0, 32), Imm = S.imm(0);
    V Place = S.splat(zext(lshr(Imm, 4u) & 3, 32), 4);
    V Placed = select(cmp(CmpInst::ICMP_EQ, iota(S, 4, 32), Place), S.splat(S.in(1, 32), 4), A);
    S.out(select(bits(trunc(Imm, 4), 1), S.constantLike(A, 0), Placed));
  };
  addOne(R, "VINSERTPSZrmi", "+avx512f", 2, Meaning).imm(Row::ImmUse::Shuffle).mem(32);
  addOne(R, "VINSERTPSrmi", "+avx", 2, Meaning).imm(Row::ImmUse::Shuffle).mem(32);
  addOne(R, "INSERTPSrmi", "+sse4.1", 2, Meaning).imm(Row::ImmUse::Shuffle).mem(32);
}

/// 128 or 256 bits, repeated.
static void addPartBroadcasts(RowSet &R) {
  struct {
    const char *Stem;
    unsigned Part, MaskElt;
    const char *Features;
    unsigned Widths;
  } Table[] = {{"32X4", 128, 32, "+avx512f", 256 | 512},
               {"64X2", 128, 64, "+avx512dq", 256 | 512},
               {"32X8", 256, 32, "+avx512dq", 512},
               {"64X4", 256, 64, "+avx512f", 512}};
  auto Repeat = [](const Ops &O) {
    V Part = O.in(0, 64);
    return arrange(Part, O.lanes(64), [N = Part.lanes()](unsigned I) { return I % N; });
  };
  for (bool Float : {false, true}) {
    std::string Kind = Float ? "BROADCASTF" : "BROADCASTI";
    for (auto &T : Table)
      add(R,
          {.Stem = Kind + T.Stem,
           .Evex = T.Features,
           .MaskElt = T.MaskElt,
           .Suffix = "rm",
           .Widths = T.Widths,
           .Load = [=](unsigned) { return T.Part; }},
          Repeat);
    addOne(R, "V" + Kind + "128rm", Float ? "+avx" : "+avx2", 2, [=](Sem &S) {
      S.out(Repeat(Ops(S, 256)));
    }).mem(128);
  }
}

/// The elements whose mask bit is set; the others keep what was there, or zero.
static void addMaskedLoads(RowSet &R) {
  struct {
    const char *Stem;
    unsigned Elt;
    const char *Features;
  } Table[] = {{"VMOVDQA32", 32, "+avx512f"}, {"VMOVDQA64", 64, "+avx512f"},
               {"VMOVDQU8", 8, "+avx512bw"},  {"VMOVDQU16", 16, "+avx512bw"},
               {"VMOVDQU32", 32, "+avx512f"}, {"VMOVDQU64", 64, "+avx512f"},
               {"VMOVAPS", 32, "+avx512f"},   {"VMOVAPD", 64, "+avx512f"},
               {"VMOVUPS", 32, "+avx512f"},   {"VMOVUPD", 64, "+avx512f"}};
  for (auto &T : Table)
    for (unsigned Bits : {128u, 256u, 512u})
      for (bool Merge : {true, false})
        addOne(R, T.Stem + evexName(Bits) + (Merge ? "rmk" : "rmkz"),
               evexFeatures(T.Features, Bits), 2,
               [=](Sem &S) {
                 V Read = S.in(Merge ? 2 : 1, T.Elt);
                 S.out(select(S.mask(Merge ? 1 : 0, Read.lanes()), Read,
                              Merge ? S.in(0, T.Elt) : S.constantLike(Read, 0)));
               })
            .mem(Bits);

  // AVX: the sign of an element of a vector lets one through.
  struct {
    const char *Stem;
    unsigned Elt;
    const char *Features;
  } Vex[] = {{"VMASKMOVPS", 32, "+avx"},
             {"VMASKMOVPD", 64, "+avx"},
             {"VPMASKMOVD", 32, "+avx2"},
             {"VPMASKMOVQ", 64, "+avx2"}};
  for (auto &T : Vex)
    for (unsigned Bits : {128u, 256u})
      addOne(R, T.Stem + std::string(Bits == 256 ? "Yrm" : "rm"), T.Features, 2, [=](Sem &S) {
        V Mask = S.in(0, T.Elt), Zero = S.constantLike(Mask, 0);
        S.out(select(cmp(CmpInst::ICMP_SLT, Mask, Zero), S.in(1, T.Elt), Zero));
      }).mem(Bits);
}

void addLoad(RowSet &R) {
  addElementLoads(R);
  addHalfLoads(R);
  addInsertPs(R);
  addPartBroadcasts(R);
  addMaskedLoads(R);
}

} // namespace whittle::x86
