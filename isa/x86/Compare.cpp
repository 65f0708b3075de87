//===- isa/x86/Compare.cpp - Compares into vectors and mask registers ---===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compare into a mask register writes zeros above its bits; its masked form
// reads the mask first and zeroes where it is clear.
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

static const char EltName[] = "BWDQ";

void addToMask(RowSet &R, const std::string &Stem, const std::string &Suffix, const char *Features,
               Row::ImmUse Imm, const Body &Plain, bool Sae) {
  for (unsigned Bits : {128u, 256u, 512u})
    for (const char *Twin : {"", "b"}) {
      if (*Twin && !(Sae && Bits == 512))
        continue;
      std::string Name = Stem + evexName(Bits) + Suffix + Twin,
                  Needs = evexFeatures(Features, Bits);
      R.add(Name, Needs, [=](Sem &S) { S.out(Plain(Ops(S, Bits))); }).imm(Imm);
      R.add(Name + "k", Needs, [=](Sem &S) {
         V Result = Plain(Ops(S, Bits, 0, 1));
         S.out(Result & S.mask(0, Result.lanes()));
       }).imm(Imm);
    }
}

/// Predicates 0..7: equal, less, less or equal, never, and their negations.
static V compareByImm(const Ops &O, V A, V B, bool Signed) {
  V Imm = O.imm();
  V Equal = cmp(CmpInst::ICMP_EQ, A, B);
  V Less = cmp(Signed ? CmpInst::ICMP_SLT : CmpInst::ICMP_ULT, A, B);
  V Never = O.sem().constantLike(Equal, 0);
  V Negated = O.sem().splat(testBit(Imm, 2), A.lanes());
  return choose(Imm, 0, {Equal, Less, Equal | Less, Never}) ^ Negated;
}

static V equal(V A, V B) { return cmp(CmpInst::ICMP_EQ, A, B); }
static V greater(V A, V B) { return cmp(CmpInst::ICMP_SGT, A, B); }
static V anyCommon(V A, V B) { return cmp(CmpInst::ICMP_NE, A & B, A.sem().constantLike(A, 0)); }
static V noneCommon(V A, V B) { return cmp(CmpInst::ICMP_EQ, A & B, A.sem().constantLike(A, 0)); }

void addCompare(RowSet &R) {
  struct {
    const char *Name;
    V (*Fn)(V, V);
    const char *Sse; ///< of the byte form; null: no compare into vectors
    const char *SseQ;
  } Table[] = {{"PCMPEQ", equal, "+sse2", "+sse4.1"},
               {"PCMPGT", greater, "+sse2", "+sse4.2"},
               {"PTESTM", anyCommon, nullptr, nullptr},
               {"PTESTNM", noneCommon, nullptr, nullptr}};
  for (auto &T : Table)
    for (unsigned I = 0; I != 4; ++I) {
      unsigned Elt = 8u << I;
      auto Fn = T.Fn;
      std::string Stem = T.Name + std::string(1, EltName[I]);
      bool Test = !T.Sse;
      addToMask(R, "V" + Stem, "rr", Elt < 32 ? "+avx512bw" : "+avx512f", Row::ImmUse::None,
                [=](const Ops &O) { return Fn(O.in(0, Elt), O.in(1, Elt)); });
      if (!Test)
        add(R, {.Stem = Stem, .Sse = Elt == 64 ? T.SseQ : T.Sse, .Avx = "+avx", .Avx2 = "+avx2"},
            [=](const Ops &O) { return sext(Fn(O.in(0, Elt), O.in(1, Elt)), Elt); });
    }
  for (bool Signed : {true, false})
    for (unsigned I = 0; I != 4; ++I) {
      unsigned Elt = 8u << I;
      addToMask(R, std::string(Signed ? "VPCMP" : "VPCMPU") + EltName[I], "rri",
                Elt < 32 ? "+avx512bw" : "+avx512f", Row::ImmUse::Predicate,
                [=](const Ops &O) { return compareByImm(O, O.in(0, Elt), O.in(1, Elt), Signed); });
    }
  // Bit number (low six bits of each byte of the second operand) of the qword.
  addToMask(R, "VPSHUFBITQMB", "rr", "+avx512bitalg", Row::ImmUse::None, [](const Ops &O) {
    V Data = O.in(0, 64), Index = O.in(1, 64);
    V Picked = O.sem().constantLike(Data, 0);
    for (unsigned Byte = 0; Byte != 8; ++Byte)
      Picked = Picked | shl(lshr(Data, lshr(Index, 8 * Byte) & 63) & 1, 8 * Byte);
    V Bytes = bits(Picked, 8);
    return cmp(CmpInst::ICMP_NE, Bytes, O.sem().constantLike(Bytes, 0));
  });
}

} // namespace whittle::x86
