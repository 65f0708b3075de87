//===- isa/x86/Mask.cpp - Mask registers --------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mask value is the register's 64 bits. An instruction of width N reads the
// low N bits and writes zeros above its result.
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

namespace {
struct MaskWidth {
  const char *Name;
  unsigned Bits;
  const char *Features;    ///< of logic and moves
  const char *AddFeatures; ///< KADD
};
} // namespace

static const MaskWidth Widths[] = {{"B", 8, "+avx512dq", "+avx512dq"},
                                   {"W", 16, "+avx512f", "+avx512dq"},
                                   {"D", 32, "+avx512bw", "+avx512bw"},
                                   {"Q", 64, "+avx512bw", "+avx512bw"}};

static V lowBits(V Mask, unsigned N) {
  return N == 64 ? Mask : Mask & int64_t((uint64_t(1) << N) - 1);
}

static void addLogicOf(RowSet &R, const MaskWidth &W) {
  struct {
    const char *Name;
    V (*Fn)(V, V);
  } Table[] = {
      {"KAND", [](V A, V B) { return A & B; }},     {"KANDN", [](V A, V B) { return ~A & B; }},
      {"KOR", [](V A, V B) { return A | B; }},      {"KXOR", [](V A, V B) { return A ^ B; }},
      {"KXNOR", [](V A, V B) { return ~(A ^ B); }}, {"KADD", [](V A, V B) { return A + B; }}};
  unsigned N = W.Bits;
  for (auto &T : Table) {
    auto Fn = T.Fn;
    bool Add = StringRef(T.Name) == "KADD";
    addOne(R, T.Name + std::string(W.Name) + "kk", Add ? W.AddFeatures : W.Features, 2,
           [=](Sem &S) { S.out(lowBits(Fn(S.raw(0), S.raw(1)), N)); });
  }
  addOne(R, std::string("KNOT") + W.Name + "kk", W.Features, 2,
         [=](Sem &S) { S.out(lowBits(~S.raw(0), N)); });
  for (bool Left : {true, false})
    addOne(R, std::string(Left ? "KSHIFTL" : "KSHIFTR") + W.Name + "ki", W.Features, 2,
           [=](Sem &S) {
             V A = lowBits(S.raw(0), N), Count = zext(S.imm(0), 64);
             S.out(lowBits(Left ? shl(A, Count) : lshr(A, Count), N));
           })
        .imm(Row::ImmUse::Shift);
}

static void addMoves(RowSet &R, const MaskWidth &W) {
  unsigned N = W.Bits;
  std::string Name = std::string("KMOV") + W.Name;
  addOne(R, Name + "kk", W.Features, 1, [=](Sem &S) { S.out(lowBits(S.raw(0), N)); });
  addOne(R, Name + "kr", W.Features, 2,
         [=](Sem &S) { S.out(lowBits(zextOrTrunc(S.raw(0), 64), N)); });
  addOne(R, Name + "rk", W.Features, 2,
         [=](Sem &S) { S.out(zextOrTrunc(lowBits(S.raw(0), N), N == 64 ? 64 : 32)); });
  // The pseudos are KXOR and KXNOR of their width.
  addOne(R, std::string("KSET0") + W.Name, W.Features, 1, [](Sem &S) { S.out(S.constant(64, 0)); });
  addOne(R, std::string("KSET1") + W.Name, W.Features, 1,
         [=](Sem &S) { S.out(lowBits(S.constant(64, UINT64_MAX), N)); });
}

/// Masks to and from vectors.
static void addConversions(RowSet &R) {
  for (unsigned I = 0; I != 4; ++I)
    for (unsigned Bits : {128u, 256u, 512u}) {
      std::string E(1, "BWDQ"[I]);
      unsigned Elt = 8u << I;
      std::string Features = evexFeatures(Elt < 32 ? "+avx512bw" : "+avx512dq", Bits);
      addOne(R, "VPMOVM2" + E + evexName(Bits) + "rk", Features, 2,
             [=](Sem &S) { S.out(sext(S.mask(0, Bits / Elt), Elt)); });
      addOne(R, "VPMOV" + E + "2M" + evexName(Bits) + "kr", Features, 2, [=](Sem &S) {
        V A = S.in(0, Elt);
        S.out(cmp(CmpInst::ICMP_SLT, A, S.constantLike(A, 0)));
      });
    }
  for (unsigned Elt : {32u, 64u}) {
    addOne(R, Elt == 32 ? "AVX512_512_SEXT_MASK_32" : "AVX512_512_SEXT_MASK_64", "+avx512f", 2,
           [=](Sem &S) { S.out(sext(S.mask(0, 512 / Elt), Elt)); });
    for (unsigned Bits : {128u, 256u, 512u})
      addOne(R, (Elt == 32 ? "VPBROADCASTMW2D" : "VPBROADCASTMB2Q") + evexName(Bits) + "rr",
             evexFeatures("+avx512cd", Bits), 2, [=](Sem &S) {
               S.out(S.splat(zextOrTrunc(lowBits(S.raw(0), Elt == 32 ? 16 : 8), Elt), Bits / Elt));
             });
  }
}

/// Sign bits of a vector's elements into a general register.
static void addSignBits(RowSet &R) {
  struct {
    const char *Stem;
    unsigned Elt;
    const char *Sse, *Avx2;
  } Table[] = {{"PMOVMSKB", 8, "+sse2", "+avx2"},
               {"MOVMSKPS", 32, "+sse", "+avx"},
               {"MOVMSKPD", 64, "+sse2", "+avx"}};
  for (auto &T : Table) {
    auto Meaning = [Elt = T.Elt](Sem &S) {
      V A = S.in(0, Elt);
      V Signs = cmp(CmpInst::ICMP_SLT, A, S.constantLike(A, 0));
      S.out(zextOrTrunc(bits(Signs, A.lanes()), 32));
    };
    std::string Stem = T.Stem;
    addOne(R, "V" + Stem + "rr", "+avx", 2, Meaning);
    addOne(R, "V" + Stem + "Yrr", T.Avx2, 2, Meaning);
    addOne(R, Stem + "rr", T.Sse, 2, Meaning);
  }
}

void addMask(RowSet &R) {
  for (const MaskWidth &W : Widths) {
    addLogicOf(R, W);
    addMoves(R, W);
  }
  // The second operand is the low half.
  struct {
    const char *Name;
    unsigned Half;
    const char *Features;
  } Unpack[] = {{"KUNPCKBWkk", 8, "+avx512f"},
                {"KUNPCKWDkk", 16, "+avx512bw"},
                {"KUNPCKDQkk", 32, "+avx512bw"}};
  for (auto &U : Unpack)
    addOne(R, U.Name, U.Features, 2,
           [N = U.Half](Sem &S) { S.out(shl(lowBits(S.raw(0), N), N) | lowBits(S.raw(1), N)); });
  addConversions(R);
  addSignBits(R);
}

} // namespace whittle::x86
