//===- isa/x86/Hash.cpp - Steps of SHA-1 and SHA-2 -----------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions and their names are FIPS 180-4's. SHA256RNDS2 has no row: it reads
// XMM0 besides its operands.
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

static V left(V A, unsigned Count) { return rotl(A, A.sem().constantLike(A, Count)); }
static V right(V A, unsigned Count) { return rotr(A, A.sem().constantLike(A, Count)); }

static V choice(V X, V Y, V Z) { return (X & Y) ^ (~X & Z); }
static V parityOf(V X, V Y, V Z) { return X ^ Y ^ Z; }
static V majority(V X, V Y, V Z) { return (X & Y) ^ (X & Z) ^ (Y & Z); }

//===----------------------------------------------------------------------===//
// SHA-1: the first word is the highest dword
//===----------------------------------------------------------------------===//

static V fourRounds(const Ops &O) {
  V State = O.in(0, 32), Words = O.in(1, 32), Imm = O.imm();
  Sem &S = O.sem();
  V K = choose(Imm, 0,
               {S.constant(32, 0x5a827999), S.constant(32, 0x6ed9eba1), S.constant(32, 0x8f1bbcdc),
                S.constant(32, 0xca62c1d6)});
  V A = State[3], B = State[2], C = State[1], D = State[0];
  V E; // the first round's is added to its word beforehand
  for (unsigned Round = 0; Round != 4; ++Round) {
    V Parity = parityOf(B, C, D);
    V F = choose(Imm, 0, {choice(B, C, D), Parity, majority(B, C, D), Parity});
    V Next = F + left(A, 5) + Words[3 - Round] + K;
    if (Round)
      Next = Next + E;
    E = D;
    D = C;
    C = left(B, 30);
    B = A;
    A = Next;
  }
  return S.build({D, C, B, A});
}

static void addSha1(RowSet &R) {
  auto Add = [&](const char *Stem, const char *Suffix, Row::ImmUse Imm, const Body &Fn) {
    add(R, {.Stem = Stem, .Sse = "+sha", .Suffix = Suffix, .Weight = 4, .Imm = Imm}, Fn);
  };
  Add("SHA1RNDS4", "rri", Row::ImmUse::Any, fourRounds);
  Add("SHA1NEXTE", "rr", Row::ImmUse::None, [](const Ops &O) {
    V W = O.in(1, 32);
    return O.sem().build({W[0], W[1], W[2], W[3] + left(O.in(0, 32)[3], 30)});
  });
  Add("SHA1MSG1", "rr", Row::ImmUse::None, [](const Ops &O) {
    V A = O.in(0, 32), B = O.in(1, 32);
    return A ^ arrange(A, B, 4, [](unsigned I) { return I < 2 ? 6 + I : I - 2; });
  });
  Add("SHA1MSG2", "rr", Row::ImmUse::None, [](const Ops &O) {
    V A = O.in(0, 32), B = O.in(1, 32);
    V W16 = left(A[3] ^ B[2], 1), W17 = left(A[2] ^ B[1], 1), W18 = left(A[1] ^ B[0], 1);
    return O.sem().build({left(A[0] ^ W16, 1), W18, W17, W16});
  });
}

//===----------------------------------------------------------------------===//
// SHA-2: the first word is the lowest element
//===----------------------------------------------------------------------===//

namespace {
/// sigma0 and sigma1: two rotations and a shift, each to the right.
struct Sigma {
  unsigned First, Second, Shift;
  V operator()(V A) const { return right(A, First) ^ right(A, Second) ^ lshr(A, Shift); }
};
} // namespace

/// A word and sigma0 of the next.
static V schedule1(V A, V B, Sigma Sigma0) {
  return A + Sigma0(arrange(A, B, 4, [](unsigned I) { return I + 1; }));
}
/// A word and sigma1 of that two before.
static V schedule2(V A, V B, Sigma Sigma1) {
  V W16 = A[0] + Sigma1(B[2]), W17 = A[1] + Sigma1(B[3]);
  return A.sem().build({W16, W17, A[2] + Sigma1(W16), A[3] + Sigma1(W17)});
}

/// Two rounds of SHA-512: A, B, E, F come highest first in the second operand,
/// C, D, G, H in the first, which is the result.
static V twoRounds(const Ops &O) {
  V High = O.in(1, 64), Low = O.in(0, 64), Words = O.in(2, 64);
  V A = High[3], B = High[2], C = Low[3], D = Low[2];
  V E = High[1], F = High[0], G = Low[1], H = Low[0];
  for (unsigned Round = 0; Round != 2; ++Round) {
    V T1 = choice(E, F, G) + (right(E, 14) ^ right(E, 18) ^ right(E, 41)) + Words[Round] + H;
    V T2 = majority(A, B, C) + (right(A, 28) ^ right(A, 34) ^ right(A, 39));
    H = G;
    G = F;
    F = E;
    E = D + T1;
    D = C;
    C = B;
    B = A;
    A = T1 + T2;
  }
  return O.sem().build({F, E, B, A});
}

static void addSha2(RowSet &R) {
  constexpr Sigma Small0{7, 18, 3}, Small1{17, 19, 10}, Large0{1, 8, 7}, Large1{19, 61, 6};
  add(R, {.Stem = "SHA256MSG1", .Sse = "+sha", .Weight = 4},
      [=](const Ops &O) { return schedule1(O.in(0, 32), O.in(1, 32), Small0); });
  add(R, {.Stem = "SHA256MSG2", .Sse = "+sha", .Weight = 4},
      [=](const Ops &O) { return schedule2(O.in(0, 32), O.in(1, 32), Small1); });
  addOne(R, "VSHA512MSG1rr", "+sha512,+avx", 4, [=](Sem &S) {
    V B = S.in(1, 64);
    S.out(schedule1(S.in(0, 64), concat(B, B), Large0));
  });
  addOne(R, "VSHA512MSG2rr", "+sha512,+avx", 4,
         [=](Sem &S) { S.out(schedule2(S.in(0, 64), S.in(1, 64), Large1)); });
  addOne(R, "VSHA512RNDS2rr", "+sha512,+avx", 4, [](Sem &S) { S.out(twoRounds(Ops(S, 256))); });
}

void addHash(RowSet &R) {
  addSha1(R);
  addSha2(R);
}

} // namespace whittle::x86
