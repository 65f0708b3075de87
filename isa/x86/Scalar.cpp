//===- isa/x86/Scalar.cpp - General registers -----------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows say nothing of EFLAGS: a window needs the flags of these dead. What takes a cycle
// on any port weighs half of a simple vector instruction.
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

/// The low Count bits set; all of them from the width on.
static V lowMask(V Count) { return ~shl(Count.sem().constantLike(Count, UINT64_MAX), Count); }

static V extractField(V A, V Control) {
  return lshr(A, Control & 0xff) & lowMask(lshr(Control, 8u) & 0xff);
}

/// Each bit: the parity of those up to it.
static V parityBelow(V A) {
  for (unsigned Step = 1; Step != A.eltBits(); Step *= 2)
    A = A ^ shl(A, Step);
  return A;
}

/// For each step of 1, 2, 4, .. places: the bits, of those that \p Mask has left by
/// then, that move down by it when the bits of the mask are moved together.
static SmallVector<V, 6> movesTogether(V Mask) {
  SmallVector<V, 6> Moves;
  V ClearBelow = shl(~Mask, 1u);
  for (unsigned Step = 1; Step != Mask.eltBits(); Step *= 2) {
    V Odd = parityBelow(ClearBelow), Move = Odd & Mask;
    Moves.push_back(Move);
    Mask = (Mask ^ Move) | lshr(Move, Step);
    ClearBelow = ClearBelow & ~Odd;
  }
  return Moves;
}

static V extractBits(V A, V Mask) {
  A = A & Mask;
  for (auto [I, Move] : enumerate(movesTogether(Mask))) {
    V Moving = A & Move;
    A = (A ^ Moving) | lshr(Moving, 1u << I);
  }
  return A;
}

static V depositBits(V A, V Mask) {
  SmallVector<V, 6> Moves = movesTogether(Mask);
  for (size_t I = Moves.size(); I-- != 0;)
    A = (A & ~Moves[I]) | (shl(A, 1u << I) & Moves[I]);
  return A & Mask;
}

static V swapBytes(V A) {
  V Bytes = bits(A, 8);
  return bits(arrange(Bytes, Bytes.lanes(), [&](unsigned I) { return Bytes.lanes() - 1 - I; }),
              A.eltBits());
}

/// Polynomial division by 0x11edc6f41, bits reflected, as CRC32 does it.
static V crc(V Sum, V Data) {
  unsigned Bits = Data.eltBits();
  V A = zextOrTrunc(Sum, std::max(Bits, 32u));
  A = A ^ zextOrTrunc(Data, A.eltBits());
  V Zero = A.sem().constantLike(A, 0), Polynomial = A.sem().constantLike(A, 0x82f63b78);
  for (unsigned I = 0; I != Bits; ++I)
    A = lshr(A, 1u) ^ select(trunc(A, 1), Polynomial, Zero);
  return trunc(A, 32);
}

static void addOf(RowSet &R, unsigned W) {
  std::string N = std::to_string(W);
  auto Unary = [&](const std::string &Name, const char *Features, unsigned Weight, V (*Fn)(V)) {
    addOne(R, Name, Features, Weight, [=](Sem &S) { S.out(Fn(S.raw(0))); });
  };
  auto Binary = [&](const std::string &Name, const char *Features, unsigned Weight, V (*Fn)(V, V)) {
    addOne(R, Name, Features, Weight, [=](Sem &S) { S.out(Fn(S.raw(0), S.raw(1))); });
  };
  Unary("MOV" + N + "rr", "", 1, [](V A) { return A; });
  Unary("NOT" + N + "r", "", 1, [](V A) { return ~A; });
  Unary("NEG" + N + "r", "", 1, [](V A) { return A.sem().constantLike(A, 0) - A; });
  Binary("AND" + N + "rr", "", 1, [](V A, V B) { return A & B; });
  Binary("OR" + N + "rr", "", 1, [](V A, V B) { return A | B; });
  Binary("XOR" + N + "rr", "", 1, [](V A, V B) { return A ^ B; });
  Binary("ADD" + N + "rr", "", 1, [](V A, V B) { return A + B; });
  Binary("SUB" + N + "rr", "", 1, [](V A, V B) { return A - B; });
  Binary("IMUL" + N + "rr", "", 3, [](V A, V B) { return A * B; });
  Binary("ANDN" + N + "rr", "+bmi", 1, [](V A, V B) { return ~A & B; });
  Unary("BLSR" + N + "rr", "+bmi", 1, [](V A) { return A & (A - 1); });
  Unary("BLSI" + N + "rr", "+bmi", 1, [](V A) { return A & (A.sem().constantLike(A, 0) - A); });
  Unary("BLSMSK" + N + "rr", "+bmi", 1, [](V A) { return A ^ (A - 1); });
  Unary("POPCNT" + N + "rr", "+popcnt", 3, ctpop);
  Unary("LZCNT" + N + "rr", "+lzcnt", 3, ctlz);
  Unary("TZCNT" + N + "rr", "+bmi", 3, [](V A) { return ctpop(~A & (A - 1)); });

  Unary("INC" + N + "r", "", 1, [](V A) { return A + 1; });
  Unary("DEC" + N + "r", "", 1, [](V A) { return A - 1; });
  Unary("BSWAP" + N + "r", "", 1, swapBytes);
  Binary("BEXTR" + N + "rr", "+bmi", 3, extractField);
  Binary("BZHI" + N + "rr", "+bmi2", 1, [](V A, V B) { return A & lowMask(B & 0xff); });
  Binary("PEXT" + N + "rr", "+bmi2", 4, extractBits);
  Binary("PDEP" + N + "rr", "+bmi2", 4, depositBits);

  // Counts and numbers of bits are taken modulo the width.
  struct {
    const char *Name;
    V (*Fn)(V, V);
    V (*ByOne)(V);
  } Shifts[] = {{"SHL", shl, [](V A) { return shl(A, 1u); }},
                {"SHR", lshr, [](V A) { return lshr(A, 1u); }},
                {"SAR", ashr, [](V A) { return ashr(A, 1u); }}};
  for (auto &T : Shifts) {
    auto Fn = T.Fn;
    addOne(R, T.Name + N + "ri", "", 1, [=](Sem &S) {
      S.out(Fn(S.raw(0), zextOrTrunc(S.imm(0), W) & int64_t(W - 1)));
    }).imm(Row::ImmUse::Shift);
    addOne(R, T.Name + ("X" + N) + "rr", "+bmi2", 1,
           [=](Sem &S) { S.out(Fn(S.raw(0), S.raw(1) & int64_t(W - 1))); });
  }
  auto WithImm = [&](const std::string &Name, V (*Fn)(V, V)) {
    addOne(R, Name, "", 1, [=](Sem &S) {
      S.out(Fn(S.raw(0), zextOrTrunc(S.imm(0), W) & int64_t(W - 1)));
    }).imm(Row::ImmUse::Shift);
  };
  WithImm("ROL" + N + "ri", rotl);
  WithImm("ROR" + N + "ri", rotr);
  for (auto &T : Shifts)
    Unary(T.Name + N + "r1", "", 1, T.ByOne);
  Unary("ROL" + N + "r1", "", 1, [](V A) { return rotl(A, A.sem().constantLike(A, 1)); });
  Unary("ROR" + N + "r1", "", 1, [](V A) { return rotr(A, A.sem().constantLike(A, 1)); });
  struct {
    const char *Name;
    V (*Fn)(V, V);
  } BitTests[] = {{"BTC", [](V A, V Bit) { return A ^ Bit; }},
                  {"BTR", [](V A, V Bit) { return A & ~Bit; }},
                  {"BTS", [](V A, V Bit) { return A | Bit; }}};
  for (auto &T : BitTests) {
    auto Fn = [=, Set = T.Fn](V A, V Number) {
      return Set(A, shl(A.sem().constantLike(A, 1), Number & int64_t(W - 1)));
    };
    addOne(R, T.Name + N + "rr", "", 1, [=](Sem &S) { S.out(Fn(S.raw(0), S.raw(1))); });
    addOne(R, T.Name + N + "ri8", "", 1, [=](Sem &S) {
      S.out(Fn(S.raw(0), zextOrTrunc(S.imm(0), W)));
    }).imm(Row::ImmUse::Shift);
  }
  // The bits that come in are the second operand's.
  for (bool Left : {true, false})
    addOne(R, (Left ? "SHLD" : "SHRD") + N + "rri8", "", 4, [=](Sem &S) {
      V A = S.raw(0), B = S.raw(1), Count = zextOrTrunc(S.imm(0), W);
      S.out(Left ? funnelLeft(A, B, Count) : funnelRight(B, A, Count));
    }).imm(Row::ImmUse::Shift);
  addOne(R, "RORX" + N + "ri", "+bmi2", 1, [=](Sem &S) {
    S.out(rotr(S.raw(0), zextOrTrunc(S.imm(0), W)));
  }).imm(Row::ImmUse::Shift);
}

void addScalar(RowSet &R) {
  addOf(R, 32);
  addOf(R, 64);
  for (const char *Name : {"CRC32r32r8", "CRC32r32r16", "CRC32r32r32"})
    addOne(R, Name, "+crc32", 3, [](Sem &S) { S.out(crc(S.raw(0), S.raw(1))); });
  // The upper half of the sum is ignored, and of the result 0.
  for (const char *Name : {"CRC32r64r8", "CRC32r64r64"})
    addOne(R, Name, "+crc32", 3,
           [](Sem &S) { S.out(zext(crc(trunc(S.raw(0), 32), S.raw(1)), 64)); });
  addOne(R, "MOV32r0", "", 1, [](Sem &S) { S.out(S.constant(32, 0)); });
  addOne(R, "MOV32r1", "", 1, [](Sem &S) { S.out(S.constant(32, 1)); });
  addOne(R, "MOV32r_1", "", 1, [](Sem &S) { S.out(S.constant(32, UINT32_MAX)); });
}

} // namespace whittle::x86
