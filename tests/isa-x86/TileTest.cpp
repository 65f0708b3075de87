//===- tests/isa-x86/TileTest.cpp - Where meanings of AMX go wrong -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Registers.h"
#include "isa/TargetIsa.h"
#include "isa/conformance/TileConform.h"
#include "isa/conformance/TileReference.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "gmock/gmock.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;
using testing::HasSubstr;

namespace {

constexpr unsigned TileSize = 1024;

Bytes count(uint16_t N) { return reg<uint16_t>(16, {N}); }
Bytes filled(uint8_t Byte) { return Bytes(TileSize, Byte); }
uint32_t dword(const Bytes &T, unsigned Row, unsigned Column) {
  uint32_t D = 0;
  std::memcpy(&D, &T[Row * 64 + Column * 4], 4);
  return D;
}
void setDword(Bytes &T, unsigned Row, unsigned Column, uint32_t D) {
  std::memcpy(&T[Row * 64 + Column * 4], &D, 4);
}

Bytes product(const char *Opcode, TileShape S, const Bytes &Acc, const Bytes &A, const Bytes &B) {
  return run(Opcode, {count(S.M), count(S.N), count(S.K), Acc, A, B});
}

const char *const Products[] = {"PTDPBSSDV", "PTDPBSUDV", "PTDPBUSDV", "PTDPBUUDV"};

TEST(X86Tile, ZeroIsZeroInAnyShape) {
  EXPECT_EQ(run("PTILEZEROV", {count(16), count(64)}), filled(0));
  EXPECT_EQ(run("PTILEZEROV", {count(3), count(8)}), filled(0));
}

TEST(X86Tile, WhatIsOutsideTheShapeBecomesZero) {
  for (const char *Opcode : Products) {
    Bytes R = product(Opcode, {5, 12, 64}, filled(0xa5), filled(0), filled(0xff));
    for (unsigned I = 0; I != TileSize; ++I)
      ASSERT_EQ(R[I], I / 64 < 5 && I % 64 < 12 ? 0xa5 : 0) << Opcode << " byte " << I;
  }
}

TEST(X86Tile, EachOperandHasItsOwnSign) {
  // One byte of each: 0x80 is -128 or 128, 0xff is -1 or 255.
  Bytes A = filled(0), B = filled(0);
  A[0] = 0x80;
  B[0] = 0xff;
  auto Of = [&](const char *Opcode) {
    return int32_t(dword(product(Opcode, {1, 4, 4}, filled(0), A, B), 0, 0));
  };
  EXPECT_EQ(Of("PTDPBSSDV"), 128);
  EXPECT_EQ(Of("PTDPBSUDV"), -128 * 255);
  EXPECT_EQ(Of("PTDPBUSDV"), -128);
  EXPECT_EQ(Of("PTDPBUUDV"), 128 * 255);
}

TEST(X86Tile, BytesOfADwordMeetBytesOfADword) {
  // Byte J of a's dword (m, k) meets byte J of b's dword (k, n), nothing else.
  for (unsigned J = 0; J != 4; ++J)
    for (unsigned L = 0; L != 4; ++L) {
      Bytes A = filled(0), B = filled(0);
      A[2 * 64 + 4 * 3 + J] = 7; // a (2, 3)
      B[3 * 64 + 4 * 9 + L] = 5; // b (3, 9)
      Bytes R = product("PTDPBUUDV", {16, 64, 64}, filled(0), A, B), Want = filled(0);
      if (J == L)
        setDword(Want, 2, 9, 35);
      EXPECT_EQ(R, Want) << J << " and " << L;
    }
}

TEST(X86Tile, KEndsTheSum) {
  for (unsigned K = 0; K <= 64; K += 4)
    EXPECT_EQ(
        dword(product("PTDPBUUDV", {16, 64, uint16_t(K)}, filled(0), filled(1), filled(2)), 7, 11),
        2 * K);
  // A byte more is no dword more.
  EXPECT_EQ(dword(product("PTDPBUUDV", {16, 64, 7}, filled(0), filled(1), filled(2)), 7, 11), 8u);
}

TEST(X86Tile, EachOfTheThreeNumbersIsItsOwn) {
  Bytes R = product("PTDPBUUDV", {2, 8, 12}, filled(0), filled(1), filled(1)), Want = filled(0);
  for (unsigned Row = 0; Row != 2; ++Row)
    for (unsigned Column = 0; Column != 2; ++Column)
      setDword(Want, Row, Column, 12);
  EXPECT_EQ(R, Want);
}

TEST(X86Tile, TheSumWraps) {
  Bytes Acc = filled(0xff), One = filled(0);
  One[0] = 1;
  EXPECT_EQ(dword(product("PTDPBUUDV", {1, 4, 4}, Acc, One, One), 0, 0), 0u);
  setDword(Acc, 0, 0, 0x7fffffff);
  EXPECT_EQ(dword(product("PTDPBSSDV", {1, 4, 4}, Acc, One, One), 0, 0), 0x80000000u);
}

TEST(X86Tile, RowsAreConfiguredByAByteAndLimited) {
  Bytes A = filled(1), Zero = filled(0);
  auto At = [&](TileShape S, unsigned Row) {
    return dword(product("PTDPBUUDV", S, Zero, A, A), Row, 15);
  };
  EXPECT_EQ(At({16, 64, 64}, 15), 64u);
  EXPECT_EQ(At({200, 0xffff, 0x140}, 15), 64u);
  EXPECT_EQ(At({0x101, 64, 64}, 0), 64u);
  EXPECT_EQ(At({0x101, 64, 64}, 1), 0u);
}

TEST(X86Tile, RowsAreNoValuesOfWindows) {
  for (const char *Opcode : {"PTILEZEROV", "PTDPBSSDV"}) {
    const Row &R = row(Opcode);
    EXPECT_TRUE(R.Ordered);
    EXPECT_EQ(R.Def.str(), "t8192");
    Window W;
    W.Isa = &x86();
    Node N;
    N.R = &R;
    N.Ty = R.Def;
    for (ValueType T : R.Ins) {
      N.Ops.push_back(W.Leaves.size());
      W.Leaves.emplace_back().Ty = T;
    }
    W.Source.Nodes.push_back(N);
    W.Source.Outputs.push_back(W.numLeaves());
    EXPECT_THAT(toString(checkProgram(W, W.Source)), HasSubstr("order of instructions"));
  }
  EXPECT_EQ(row("PTDPBSSDV").TiedUse, 3);
  const MCRegisterInfo &RI = x86().registerInfo();
  bool Seen = false;
  for (unsigned Id = 0; Id != RI.getNumRegClasses(); ++Id)
    if (StringRef(RI.getRegClassName(&RI.getRegClass(Id))) == "TILE") {
      Seen = true;
      EXPECT_FALSE(x86().typeOfRegClass(Id));
    }
  EXPECT_TRUE(Seen);
}

TEST(X86Tile, MeaningsAreSmall) {
  for (const char *Opcode : Products) {
    LLVMContext Ctx;
    Module M("tile", Ctx);
    EXPECT_LT(buildMeaning(M, row(Opcode))->getInstructionCount(), 1000u) << Opcode;
  }
}

ConformEntry conform(const Row &R, unsigned Inputs) {
  ConformEntry E;
  E.Opcode = R.Name;
  cantFail(conformTile(R, {.Inputs = Inputs, .Seed = 3}, E));
  EXPECT_EQ(E.H, ConformEntry::SecondSource);
  EXPECT_EQ(E.Reason, "scalar reference");
  EXPECT_EQ(E.Inputs, Inputs);
  return E;
}

TEST(X86Tile, RowsAgreeWithTheReference) {
  // 17^3 shapes, and as many others.
  unsigned Tiles = 0;
  for (const Row &R : x86().rows())
    if (isTileRow(R)) {
      ++Tiles;
      ConformEntry E = conform(R, 10000);
      EXPECT_TRUE(E.confirmed()) << R.Name << ": " << E.FirstMismatch;
    }
  EXPECT_EQ(Tiles, 5u);
}

TEST(X86Tile, ARowBrokenOnPurposeIsCaught) {
  // Each with one operand's sign, or both, of another.
  for (unsigned I = 0; I != 4; ++I) {
    Row Broken = row(Products[I]);
    Broken.Meaning = row(Products[(I + 1) % 4]).Meaning;
    ConformEntry E = conform(Broken, 50);
    EXPECT_GT(E.Mismatches, 0u) << Products[I] << " as " << Products[(I + 1) % 4];
    EXPECT_FALSE(E.confirmed());
    EXPECT_THAT(E.FirstMismatch, HasSubstr("reference="));
  }
  // Right in whole tiles: the shape is forgotten, or swapped.
  SemFn Own = row("PTDPBSSDV").Meaning;
  auto With = [&](ArrayRef<unsigned> Order, bool Whole) {
    Row Broken = row("PTDPBSSDV");
    SmallVector<unsigned, 6> From(Order);
    Broken.Meaning = [=](Sem &S) {
      SmallVector<Value *, 6> Ins;
      for (unsigned K : From)
        Ins.push_back(S.raw(K).get());
      if (Whole)
        Ins[0] = S.builder().getInt16(16);
      Sem Inner(S.builder(), Ins, {}, Ins[3]->getType());
      Own(Inner);
      S.out(V(&S, Inner.result()));
    };
    return conform(Broken, 50).Mismatches;
  };
  EXPECT_EQ(With({0, 1, 2, 3, 4, 5}, false), 0u);
  EXPECT_GT(With({0, 1, 2, 3, 4, 5}, true), 0u);
  EXPECT_GT(With({0, 2, 1, 3, 4, 5}, false), 0u); // N and K
  EXPECT_GT(With({0, 1, 2, 3, 5, 4}, false), 0u); // a and b
}

TEST(X86Tile, AnOpcodeThatTheReferenceLacksIsUnconfirmed) {
  Row R = row("PTDPBSSDV");
  R.Name = "PTDPBF16PSV";
  ConformEntry E;
  cantFail(conformTile(R, {.Inputs = 10}, E));
  EXPECT_EQ(E.H, ConformEntry::Unconfirmed);
  EXPECT_THAT(E.Reason, HasSubstr("reference does not know"));
}

} // namespace
