//===- isa/x86/Cipher.cpp - AES rounds, carry-less products --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an AES instruction makes of the state is a function that proofs do not
// look into; the key is added by an ordinary exclusive or, so that keys merge.
//
//===----------------------------------------------------------------------===//

#include "isa/Float.h"
#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

static V rotated(V A, unsigned Count) { return rotl(A, A.sem().constantLike(A, Count)); }

/// FIPS 197, 5.1.1: the inverse in the field, then an affine map.
static V subBytes(V A) {
  A = fieldInverse(A);
  return A ^ rotated(A, 1) ^ rotated(A, 2) ^ rotated(A, 3) ^ rotated(A, 4) ^ 0x63;
}
static V inverseSubBytes(V A) {
  return fieldInverse(rotated(A, 1) ^ rotated(A, 3) ^ rotated(A, 6) ^ 0x05);
}

/// Row I % 4 of the state moves by as many columns: left, or right.
static V shiftRows(V A, bool Left) {
  return arrange(A, 16, [=](unsigned I) {
    unsigned Row = I % 4, Column = (I / 4 + (Left ? Row : 4 - Row)) % 4;
    return 4 * Column + Row;
  });
}

/// Each column times a fixed one: 2, 3, 1, 1 or 14, 11, 13, 9.
static V mixColumns(V A, bool Inverse) {
  auto Below = [&](unsigned K) {
    return arrange(A, 16, [=](unsigned I) { return I / 4 * 4 + (I + K) % 4; });
  };
  if (Inverse) {
    // The inverse is the map's cube, and its square is 5, 0, 4, 0.
    V Across = A ^ Below(2);
    A = A ^ fieldDouble(fieldDouble(Across));
  }
  V Next = Below(1);
  return fieldDouble(A ^ Next) ^ Next ^ Below(2) ^ Below(3);
}

static V stateOf(Opaque F, V A) {
  switch (F) {
  case Opaque::AesEnc:
    return mixColumns(subBytes(shiftRows(A, true)), false);
  case Opaque::AesEncLast:
    return subBytes(shiftRows(A, true));
  case Opaque::AesDec:
    return mixColumns(inverseSubBytes(shiftRows(A, false)), true);
  case Opaque::AesDecLast:
    return inverseSubBytes(shiftRows(A, false));
  default:
    return mixColumns(A, true);
  }
}

/// \p F of each 128-bit lane.
static V onStates(Opaque F, V Bytes) {
  SmallVector<V, 4> Lanes;
  for (unsigned I = 0; I != Bytes.lanes(); I += 16)
    Lanes.push_back(callOpaque(F, slice(Bytes, I, 16), [F](V State) { return stateOf(F, State); }));
  return join(Lanes);
}

/// The S-box on dwords 1 and 3, each also rotated by a byte and with the
/// immediate added. Undoing ShiftRows first makes it the last round's function.
static V keyAssist(const Ops &O) {
  V Picked = arrange(O.in(0, 8), 16, [](unsigned I) { return I / 8 * 8 + 4 + I % 4; });
  V Words = bits(onStates(Opaque::AesEncLast, shiftRows(Picked, false)), 32);
  V Round = zext(O.imm(), 32);
  V Turned = rotr(Words, O.sem().constantLike(Words, 8)) ^ O.sem().splat(Round, 4);
  return arrange(Words, Turned, 4, [](unsigned I) { return I % 2 ? 4 + I : I; });
}

static void addAes(RowSet &R) {
  struct {
    const char *Stem;
    Opaque F;
  } Table[] = {{"AESENC", Opaque::AesEnc},
               {"AESENCLAST", Opaque::AesEncLast},
               {"AESDEC", Opaque::AesDec},
               {"AESDECLAST", Opaque::AesDecLast}};
  for (auto &T : Table)
    add(R,
        {.Stem = T.Stem,
         .Sse = "+aes",
         .Avx = "+aes,+avx",
         .Avx2 = "+vaes,+avx2",
         .Evex = "+vaes,+avx512f",
         .Weight = 3},
        [F = T.F](const Ops &O) { return onStates(F, O.in(0, 8)) ^ O.in(1, 8); });
  add(R, {.Stem = "AESIMC", .Sse = "+aes", .Avx = "+aes,+avx", .Weight = 4},
      [](const Ops &O) { return onStates(Opaque::AesImc, O.in(0, 8)); });
  add(R,
      {.Stem = "AESKEYGENASSIST",
       .Sse = "+aes",
       .Avx = "+aes,+avx",
       .Suffix = "rri",
       .Weight = 6,
       .Imm = Row::ImmUse::Any},
      keyAssist);
}

/// In each 128-bit lane the product, without carries, of a qword of each operand:
/// bit 0 of the immediate chooses the first one's, bit 4 the second one's.
static V carrylessProduct(const Ops &O) {
  unsigned N = O.lanes(128);
  V A = O.in(0, 64), B = O.in(1, 64), Imm = O.imm();
  A = select(testBit(Imm, 0), slice(A, 1, N, 2), slice(A, 0, N, 2));
  B = select(testBit(Imm, 4), slice(B, 1, N, 2), slice(B, 0, N, 2));
  V Wide = zext(A, 128), Zero = O.sem().constantLike(Wide, 0), Sum = Zero;
  for (unsigned Bit = 0; Bit != 64; ++Bit) {
    V Set = cmp(CmpInst::ICMP_NE, B & int64_t(uint64_t(1) << Bit), O.sem().constantLike(B, 0));
    Sum = Sum ^ select(Set, shl(Wide, Bit), Zero);
  }
  return Sum;
}

void addCipher(RowSet &R) {
  addAes(R);
  add(R,
      {.Stem = "PCLMULQDQ",
       .Sse = "+pclmul",
       .Avx = "+pclmul,+avx",
       .Avx2 = "+vpclmulqdq,+avx",
       .Evex = "+vpclmulqdq,+avx512f",
       .Suffix = "rri",
       .Weight = 4,
       .Imm = Row::ImmUse::Any},
      carrylessProduct);
}

} // namespace whittle::x86
