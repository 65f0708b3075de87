//===- isa/x86/Move.cpp - Moves, constants, broadcasts, elements --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

static void addRegisterMoves(RowSet &R) {
  Body Same = [](const Ops &O) { return O.in(0, 32); };
  struct {
    const char *Stem;
    unsigned Elt;
    const char *Features;
  } Evex[] = {{"MOVDQA32", 32, "+avx512f"}, {"MOVDQA64", 64, "+avx512f"},
              {"MOVDQU8", 8, "+avx512bw"},  {"MOVDQU16", 16, "+avx512bw"},
              {"MOVDQU32", 32, "+avx512f"}, {"MOVDQU64", 64, "+avx512f"},
              {"MOVAPS", 32, "+avx512f"},   {"MOVAPD", 64, "+avx512f"},
              {"MOVUPS", 32, "+avx512f"},   {"MOVUPD", 64, "+avx512f"}};
  for (auto &T : Evex)
    add(R, {.Stem = T.Stem, .Evex = T.Features, .MaskElt = T.Elt, .Weight = 1}, Same);
  for (const char *Stem : {"MOVDQA", "MOVDQU", "MOVAPS", "MOVAPD", "MOVUPS", "MOVUPD"})
    add(R,
        {.Stem = Stem,
         .Sse = StringRef(Stem).ends_with("PS") ? "+sse" : "+sse2",
         .Avx = "+avx",
         .Avx2 = "+avx",
         .Weight = 1},
        Same);
  // Only the low qword, with zeros above.
  for (const char *Stem : {"MOVZPQILo2PQI", "MOVPQI2QI"}) {
    auto Low = [](Sem &S) { S.out(S.build({S.in(0, 64)[0], S.constant(64, 0)})); };
    addOne(R, "V" + std::string(Stem) + "Zrr", "+avx512f", 2, Low);
    addOne(R, "V" + std::string(Stem) + "rr", "+avx", 2, Low);
    addOne(R, std::string(Stem) + "rr", "+sse2", 2, Low);
  }
  // The low element of the second operand over the first.
  for (unsigned Elt : {32u, 64u}) {
    auto Merge = [=](Sem &S) {
      unsigned N = 128 / Elt;
      S.out(arrange(S.in(0, Elt), S.in(1, Elt), N, [=](unsigned I) { return I == 0 ? N : I; }));
    };
    std::string Stem = Elt == 32 ? "MOVSS" : "MOVSD";
    addOne(R, "V" + Stem + "Zrr", "+avx512f", 2, Merge);
    addOne(R, "V" + Stem + "rr", "+avx", 2, Merge);
    addOne(R, Stem + "rr", Elt == 32 ? "+sse" : "+sse2", 2, Merge);
    // A mask bit is the low element's alone.
    for (bool Keep : {true, false})
      addOne(R, "V" + Stem + (Keep ? "Zrrk" : "Zrrkz"), "+avx512f", 2, [=](Sem &S) {
        unsigned At = Keep ? 1 : 0, N = 128 / Elt;
        V Else = Keep ? S.in(0, Elt)[0] : S.constant(Elt, 0);
        V Low = select(S.mask(At, 1), S.in(At + 2, Elt)[0], Else);
        S.out(arrange(S.in(At + 1, Elt), S.splat(Low, N), N,
                      [=](unsigned I) { return I == 0 ? N : I; }));
      });
  }
}

/// The first that a CPU has is emitted: AVX1's all ones are a comparison that waits for
/// the register's old value.
static void addConstants(RowSet &R) {
  struct {
    const char *Name, *Features;
    unsigned Bits;
    uint64_t Elt;
  } Table[] = {{"AVX512_128_SET0", "+avx512vl", 128, 0},
               {"AVX512_256_SET0", "+avx512vl", 256, 0},
               {"AVX512_512_SET0", "+avx512f", 512, 0},
               {"V_SET0", "+sse", 128, 0},
               {"AVX_SET0", "+avx", 256, 0},
               {"AVX512_128_SETALLONES", "+avx512vl", 128, UINT64_MAX},
               {"AVX512_256_SETALLONES", "+avx512vl", 256, UINT64_MAX},
               {"AVX512_512_SETALLONES", "+avx512f", 512, UINT64_MAX},
               {"V_SETALLONES", "+sse2", 128, UINT64_MAX},
               {"AVX2_SETALLONES", "+avx2", 256, UINT64_MAX},
               {"AVX1_SETALLONES", "+avx", 256, UINT64_MAX}};
  for (auto &T : Table)
    addOne(R, T.Name, T.Features, 1,
           [T](Sem &S) { S.out(S.splat(S.constant(32, T.Elt), T.Bits / 32)); });
}

/// Between general registers and the low element of a vector.
static void addGprMoves(RowSet &R) {
  struct {
    const char *In, *Out;
    unsigned Elt;
  } Table[] = {{"MOVDI2PDI", "MOVPDI2DI", 32}, {"MOV64toPQI", "MOVPQIto64", 64}};
  for (auto &T : Table) {
    unsigned Elt = T.Elt;
    auto In = [=](Sem &S) {
      SmallVector<V, 4> Elements(128 / Elt, S.constant(Elt, 0));
      Elements[0] = S.raw(0);
      S.out(S.build(Elements));
    };
    auto Out = [=](Sem &S) { S.out(S.in(0, Elt)[0]); };
    for (auto &[Stem, Fn] :
         {std::pair<const char *, SemFn>(T.In, In), std::pair<const char *, SemFn>(T.Out, Out)}) {
      addOne(R, "V" + std::string(Stem) + "Zrr", "+avx512f", 2, Fn);
      addOne(R, "V" + std::string(Stem) + "rr", "+avx", 2, Fn);
      addOne(R, std::string(Stem) + "rr", "+sse2", 2, Fn);
    }
  }
}

/// One element to a general register and back, numbered by the immediate.
static void addElements(RowSet &R) {
  struct {
    const char *Name;
    unsigned Elt;
    const char *SseOut, *SseIn, *Evex;
  } Table[] = {{"B", 8, "+sse4.1", "+sse4.1", "+avx512bw"},
               {"W", 16, "+sse2", "+sse2", "+avx512bw"},
               {"D", 32, "+sse4.1", "+sse4.1", "+avx512dq"},
               {"Q", 64, "+sse4.1", "+sse4.1", "+avx512dq"}};
  for (auto &T : Table) {
    unsigned Elt = T.Elt;
    auto Out = [=](Sem &S) { S.out(zextOrTrunc(S.in(0, Elt).at(S.imm(0)), Elt == 64 ? 64 : 32)); };
    auto In = [=](Sem &S) {
      V A = S.in(0, Elt), Number = iota(S, A.lanes(), Elt);
      V Wanted = S.splat(zextOrTrunc(S.imm(0) & int64_t(A.lanes() - 1), Elt), A.lanes());
      S.out(select(cmp(CmpInst::ICMP_EQ, Number, Wanted),
                   S.splat(zextOrTrunc(S.raw(1), Elt), A.lanes()), A));
    };
    for (bool Extract : {true, false}) {
      std::string Stem = std::string(Extract ? "PEXTR" : "PINSR") + T.Name;
      const SemFn Fn = Extract ? SemFn(Out) : SemFn(In);
      addOne(R, "V" + Stem + "Zrri", T.Evex, 3, Fn).imm(Row::ImmUse::Shuffle);
      addOne(R, "V" + Stem + "rri", "+avx", 3, Fn).imm(Row::ImmUse::Shuffle);
      addOne(R, Stem + "rri", Extract ? T.SseOut : T.SseIn, 3, Fn).imm(Row::ImmUse::Shuffle);
      // Dwords and quadwords unfold.
      if (Extract || Elt > 16)
        continue;
      addOne(R, "V" + Stem + "Zrmi", T.Evex, 3, Fn).imm(Row::ImmUse::Shuffle).mem(Elt);
      addOne(R, "V" + Stem + "rmi", "+avx", 3, Fn).imm(Row::ImmUse::Shuffle).mem(Elt);
      addOne(R, Stem + "rmi", T.SseIn, 3, Fn).imm(Row::ImmUse::Shuffle).mem(Elt);
    }
  }
}

/// A single of a vector to a general register, numbered by the immediate.
static void addExtractPs(RowSet &R) {
  auto Out = [](Sem &S) { S.out(S.in(0, 32).at(S.imm(0))); };
  addOne(R, "VEXTRACTPSZrri", "+avx512f", 3, Out).imm(Row::ImmUse::Shuffle);
  addOne(R, "VEXTRACTPSrri", "+avx", 3, Out).imm(Row::ImmUse::Shuffle);
  addOne(R, "EXTRACTPSrri", "+sse4.1", 3, Out).imm(Row::ImmUse::Shuffle);
}

/// Words and the low dword alone, with zeros above.
static void addLowElements(RowSet &R) {
  for (const char *Name : {"VMOVW2SHrr", "VMOVW64toSHrr"})
    addOne(R, Name, "+avx512fp16", 2, [](Sem &S) {
      S.out(S.build({zext(zextOrTrunc(S.raw(0), 16), 32), S.constant(32, 0), S.constant(32, 0),
                     S.constant(32, 0)}));
    });
  for (auto [Name, Width] : {std::pair("VMOVSH2Wrr", 32), std::pair("VMOVSHtoW64rr", 64)})
    addOne(R, Name, "+avx512fp16", 2,
           [Width = unsigned(Width)](Sem &S) { S.out(zext(S.in(0, 16)[0], Width)); });
  for (unsigned Elt : {16u, 32u})
    addOne(R, Elt == 16 ? "VMOVZPWILo2PWIZrr" : "VMOVZPDILo2PDIZrr", "+avx10.2", 2, [=](Sem &S) {
      V A = S.in(0, Elt);
      S.out(arrange(A, S.zero(A.lanes(), Elt), A.lanes(),
                    [N = A.lanes()](unsigned I) { return I == 0 ? I : N + I; }));
    });
}

static void addBroadcasts(RowSet &R) {
  for (unsigned I = 0; I != 4; ++I) {
    unsigned Elt = 8u << I;
    std::string E(1, "BWDQ"[I]);
    const char *Evex = Elt < 32 ? "+avx512bw" : "+avx512f";
    auto First = [=](const Ops &O) { return O.sem().splat(O.in(0, Elt)[0], O.lanes(Elt)); };
    Family F{
        .Stem = "PBROADCAST" + E, .Avx = "+avx2", .Avx2 = "+avx2", .Evex = Evex, .MaskElt = Elt};
    auto Element = [=](unsigned) { return Elt; };
    add(R, F, First);
    add(R, loadForms(F, Element), First);
    add(R, {.Stem = "PBROADCAST" + E + "r", .Evex = Evex, .MaskElt = Elt},
        [=](const Ops &O) { return O.sem().splat(zextOrTrunc(O.raw(0), Elt), O.lanes(Elt)); });
    if (Elt < 32)
      continue;
    F = {.Stem = Elt == 32 ? "BROADCASTSS" : "BROADCASTSD",
         .Avx = Elt == 32 ? "+avx2" : nullptr,
         .Avx2 = "+avx2",
         .Evex = Evex,
         .MaskElt = Elt,
         .Widths = (Elt == 32 ? 128u : 0u) | 256 | 512};
    add(R, F, First);
    // From memory they are AVX's.
    F.Avx = F.Avx ? "+avx" : nullptr;
    F.Avx2 = "+avx";
    add(R, loadForms(F, Element), First);
  }
  for (bool Float : {false, true}) {
    Family F{.Stem = Float ? "BROADCASTF32X2" : "BROADCASTI32X2",
             .Evex = "+avx512dq",
             .MaskElt = 32,
             .Widths = (Float ? 0u : 128u) | 256 | 512};
    auto Pair = [](const Ops &O) { return O.sem().splat(O.in(0, 64)[0], O.lanes(64)); };
    add(R, F, Pair);
    add(R, loadForms(F, [](unsigned) { return 64u; }), Pair);
  }
}

void addMove(RowSet &R) {
  addRegisterMoves(R);
  addConstants(R);
  addGprMoves(R);
  addElements(R);
  addExtractPs(R);
  addLowElements(R);
  addBroadcasts(R);
}

} // namespace whittle::x86
