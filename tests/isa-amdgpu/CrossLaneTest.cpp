//===- tests/isa-amdgpu/CrossLaneTest.cpp - Lanes that read others --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values from AMD's documents, worked out by hand: a row and its reference that
// are wrong in the same way fail here.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReference.h"
#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/Support/Endian.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace whittle;

namespace {

using Lanes = std::vector<uint32_t>;

/// Lane l holds Base + l.
Lanes counting(uint32_t Base, unsigned Count = 64) {
  Lanes L(Count);
  for (unsigned I = 0; I != Count; ++I)
    L[I] = Base + I;
  return L;
}

/// What both the row and the reference give, by lane (of a scalar: one).
Lanes run(StringRef Name, ArrayRef<Lanes> In, ArrayRef<int64_t> Imm, uint64_t Exec = ~uint64_t(0),
          unsigned Count = 64) {
  const Row *R = openIsa("amdgcn").find(Name);
  if (!R)
    report_fatal_error("no row " + Name);
  WaveCall Call;
  Call.Lanes = Count;
  Call.Exec = Exec;
  Call.Imm.assign(Imm.begin(), Imm.end());
  std::vector<std::vector<uint8_t>> Bytes;
  for (const Lanes &L : In) {
    std::vector<uint8_t> &B = Bytes.emplace_back(4 * L.size());
    WaveRegisters &W = Call.In.emplace_back();
    for (size_t I = 0; I != L.size(); ++I) {
      support::endian::write32le(&B[4 * I], L[I]);
      W.Regs[0][I] = L[I];
    }
  }
  auto F = RowFunction::cached(*R);
  if (!F)
    report_fatal_error(F.takeError());
  const EvalReply Reply = (*F)->run(Bytes, Imm, Exec, Count);
  WaveRegisters Out;
  EXPECT_TRUE(executeAMDGPU(R->Name, Call, Out)) << R->Name;
  Lanes Got(Reply.Out[0].size() / 4);
  for (size_t I = 0; I != Got.size(); ++I) {
    Got[I] = support::endian::read32le(&Reply.Out[0][4 * I]);
    EXPECT_EQ(Got[I], Out.Regs[0][I]) << R->Name << " lane " << I;
  }
  return Got;
}

const Lanes Old = counting(1000), Source = counting(0);

/// All rows and banks on.
Lanes moved(int64_t Control, bool BoundZero = false, StringRef Name = "V_MOV_B32_dpp",
            uint64_t Exec = ~uint64_t(0)) {
  return run(Name, {Old, Source}, {Control, 15, 15, BoundZero}, Exec);
}

TEST(AMDGPUCrossLane, ShiftLeftReadsHigherLanes) {
  const Lanes Kept = moved(0x101), Zeroed = moved(0x101, true);
  EXPECT_EQ(Kept[0], 1u);
  EXPECT_EQ(Kept[14], 15u);
  EXPECT_EQ(Kept[15], 1015u) << "past the row: the old value";
  EXPECT_EQ(Zeroed[15], 0u) << "bound_ctrl";
  EXPECT_EQ(Kept[47], 1047u);
  EXPECT_EQ(moved(0x10f)[16], 31u);
  EXPECT_EQ(moved(0x10f)[17], 1017u);
}

TEST(AMDGPUCrossLane, ShiftRightReadsLowerLanes) {
  const Lanes L = moved(0x114);
  EXPECT_EQ(L[4], 0u);
  EXPECT_EQ(L[3], 1003u);
  EXPECT_EQ(L[19], 1019u);
  EXPECT_EQ(L[63], 59u);
}

TEST(AMDGPUCrossLane, RotateRightStaysInTheRow) {
  const Lanes L = moved(0x121);
  EXPECT_EQ(L[0], 15u);
  EXPECT_EQ(L[1], 0u);
  EXPECT_EQ(L[16], 31u);
}

TEST(AMDGPUCrossLane, QuadPermuteReadsItsSelectorsFromLowToHigh) {
  const Lanes L = moved(0xb1); // [1,0,3,2]
  EXPECT_EQ((Lanes{L[0], L[1], L[2], L[3]}), (Lanes{1, 0, 3, 2}));
  EXPECT_EQ(moved(0x1b)[60], 63u); // [3,2,1,0]
  const Lanes M = moved(0x39);     // [1,2,3,0]
  EXPECT_EQ((Lanes{M[4], M[5], M[6], M[7]}), (Lanes{5, 6, 7, 4}));
}

TEST(AMDGPUCrossLane, WholeWavesOfGfx9) {
  EXPECT_EQ(moved(0x130)[15], 16u);
  EXPECT_EQ(moved(0x130)[63], 1063u);
  EXPECT_EQ(moved(0x134)[63], 0u);
  EXPECT_EQ(moved(0x138)[16], 15u);
  EXPECT_EQ(moved(0x138, true)[0], 0u);
  EXPECT_EQ(moved(0x138)[0], 1000u);
  EXPECT_EQ(moved(0x13c)[0], 63u);
  const Lanes Last = moved(0x142), Half = moved(0x143);
  EXPECT_EQ((Lanes{Last[0], Last[16], Last[31], Last[32], Last[63]}),
            (Lanes{1000, 15, 15, 31, 47}));
  EXPECT_EQ((Lanes{Half[31], Half[32], Half[63]}), (Lanes{1031, 31, 31}));
  // Since GFX10 there are none of these.
  for (int64_t Control : {0x130, 0x134, 0x138, 0x13c, 0x142, 0x143})
    EXPECT_EQ(moved(Control, false, "V_MOV_B32_dpp:gfx10"), Old);
}

TEST(AMDGPUCrossLane, MirrorsAndShares) {
  const Lanes Row = moved(0x140), Half = moved(0x141);
  EXPECT_EQ((Lanes{Row[0], Row[7], Row[16]}), (Lanes{15, 8, 31}));
  EXPECT_EQ((Lanes{Half[0], Half[8], Half[15]}), (Lanes{7, 15, 8}));
  for (const char *Name : {"V_MOV_B32_dpp", "V_MOV_B32_dpp:gfx10"}) {
    const Lanes Share = moved(0x155, false, Name);
    EXPECT_EQ((Lanes{Share[0], Share[15], Share[63]}), (Lanes{5, 5, 53}));
  }
  const Lanes Xor = moved(0x163, false, "V_MOV_B32_dpp:gfx10");
  EXPECT_EQ((Lanes{Xor[0], Xor[1], Xor[17]}), (Lanes{3, 2, 18}));
  EXPECT_EQ(moved(0x163), Old) << "row_xmask is not of GFX9";
}

TEST(AMDGPUCrossLane, RowsAndBanksThatAreOffKeepTheOldValueEvenWithBoundControl) {
  const Lanes L = run("V_MOV_B32_dpp", {Old, Source}, {0x142, 0xa, 15, 1});
  EXPECT_EQ((Lanes{L[0], L[16], L[32], L[48]}), (Lanes{1000, 15, 1032, 47}));
  const Lanes M = run("V_MOV_B32_dpp", {Old, Source}, {0x150, 15, 0x2, 1});
  EXPECT_EQ((Lanes{M[3], M[4], M[7], M[8], M[20]}), (Lanes{1003, 0, 0, 1008, 16}));
}

TEST(AMDGPUCrossLane, SourceLanesThatAreOffAreOutOfRange) {
  const uint64_t Exec = ~uint64_t(0x2);
  EXPECT_EQ(moved(0x101, false, "V_MOV_B32_dpp", Exec)[0], 1000u);
  EXPECT_EQ(moved(0x101, true, "V_MOV_B32_dpp", Exec)[0], 0u);
  EXPECT_EQ(moved(0x101, true, "V_MOV_B32_dpp:gfx10", Exec)[2], 3u);
}

TEST(AMDGPUCrossLane, TheFirstSourceIsTheOneReadThroughDpp) {
  const Lanes Ones = Lanes(64, 1);
  const Lanes Sub = run("V_SUB_U32_dpp", {Old, Source, Ones}, {0x101, 15, 15, 1});
  EXPECT_EQ(Sub[4], 5u - 1u);
  EXPECT_EQ(Sub[15], uint32_t(-1)) << "0 - 1";
  EXPECT_EQ(run("V_SUB_U32_dpp", {Old, Source, Ones}, {0x101, 15, 15, 0})[15], 1015u);
  const Lanes Shifted = run("V_LSHLREV_B32_dpp:gfx10", {Old, Source, Ones}, {0x101, 15, 15, 0});
  EXPECT_EQ(Shifted[4], 1u << 5) << "the count";
  EXPECT_EQ(Shifted[32], 2u) << "33 modulo 32";
  const Lanes Sum = run("V_LSHL_ADD_U32_e64_dpp", {Old, Source, Ones, Old}, {0x140, 15, 15, 0});
  EXPECT_EQ(Sum[0], 15u * 2 + 1000);
}

TEST(AMDGPUCrossLane, OneLaneAndAScalar) {
  EXPECT_EQ(run("V_READLANE_B32", {Source, {65}}, {}, 0)[0], 1u);
  EXPECT_EQ(run("V_READLANE_B32", {Source, {0xffffffff}}, {}, 0)[0], 63u);
  EXPECT_EQ(run("V_READLANE_B32:wave32", {counting(0, 32), {33}}, {}, 0, 32)[0], 1u);
  EXPECT_EQ(run("V_READFIRSTLANE_B32", {Source}, {}, 0x30)[0], 4u);
  EXPECT_EQ(run("V_READFIRSTLANE_B32", {Source}, {}, uint64_t(1) << 63)[0], 63u);
  EXPECT_EQ(run("V_READFIRSTLANE_B32", {counting(7)}, {}, 0)[0], 7u);
  Lanes Want = Old;
  Want[2] = 5;
  EXPECT_EQ(run("V_WRITELANE_B32", {{5}, {66}, Old}, {}, 0), Want);
  Want.resize(32);
  EXPECT_EQ(run("V_WRITELANE_B32:wave32", {{5}, {34}, counting(1000, 32)}, {}, 0, 32), Want);
}

TEST(AMDGPUCrossLane, Permutes) {
  const uint32_t Low = 0x76543210, High = 0xfedcba98;
  EXPECT_EQ(run("V_PERMLANE16_B32_e64", {Source, {Low}, {High}, Old}, {0, 0}), Source);
  const Lanes Other = run("V_PERMLANEX16_B32_e64", {Source, {Low}, {High}, Old}, {0, 0});
  EXPECT_EQ((Lanes{Other[0], Other[16], Other[33], Other[63]}), (Lanes{16, 0, 49, 47}));
  const Lanes Reversed =
      run("V_PERMLANE16_B32_e64", {Source, {0x89abcdef}, {0x01234567}, Old}, {0, 0});
  EXPECT_EQ((Lanes{Reversed[0], Reversed[8], Reversed[16]}), (Lanes{15, 7, 31}));
  // Lane 15 is off: kept, 0 with bound_ctrl, read with fi.
  auto First = [&](int64_t Fetch, int64_t Bound) {
    return run("V_PERMLANE16_B32_e64", {Source, {0xf}, {0}, Old}, {Fetch, Bound}, 0x7fff)[0];
  };
  EXPECT_EQ(First(0, 0), 1000u);
  EXPECT_EQ(First(0, 4), 0u);
  EXPECT_EQ(First(4, 0), 15u);
  EXPECT_EQ(First(4, 4), 15u);
  EXPECT_EQ(run("V_PERMLANE16_VAR_B32_e64", {Source, Lanes(64, 0x13), Old}, {0, 0})[20], 19u);
  EXPECT_EQ(run("V_PERMLANEX16_VAR_B32_e64", {Source, Lanes(64, 0x13), Old}, {0, 0})[20], 3u);
  const Lanes Halves = run("V_PERMLANE64_B32", {Source}, {}, 1);
  EXPECT_EQ(Halves[0], 32u) << "a source lane that is off is read";
}

TEST(AMDGPUCrossLane, Swaps) {
  auto Rows = [](const Lanes &L) { return Lanes{L[0], L[16], L[32], L[48]}; };
  const Lanes A = counting(100), B = counting(200);
  EXPECT_EQ(Rows(run("V_PERMLANE16_SWAP_B32_e32", {A, B}, {})), (Lanes{100, 200, 132, 232}));
  EXPECT_EQ(Rows(run("V_PERMLANE16_SWAP_B32_e32:second", {A, B}, {})), (Lanes{116, 216, 148, 248}));
  EXPECT_EQ(Rows(run("V_PERMLANE32_SWAP_B32_e32", {A, B}, {})), (Lanes{100, 116, 200, 216}));
  EXPECT_EQ(Rows(run("V_PERMLANE32_SWAP_B32_e32:second", {A, B}, {})), (Lanes{132, 148, 232, 248}));
  // Lane 0 is off: what lane 32 of the first would get from it.
  const uint64_t Exec = ~uint64_t(1);
  EXPECT_EQ(run("V_PERMLANE32_SWAP_B32_e64", {A, B}, {0, 0}, Exec)[32], 132u);
  EXPECT_EQ(run("V_PERMLANE32_SWAP_B32_e64", {A, B}, {0, 1}, Exec)[32], 0u);
  EXPECT_EQ(run("V_PERMLANE32_SWAP_B32_e64", {A, B}, {1, 0}, Exec)[32], 200u);
}

TEST(AMDGPUCrossLane, EightLanes) {
  // dpp8:[7,6,5,4,3,2,1,0].
  const int64_t Reverse = 7 | 6 << 3 | 5 << 6 | 4 << 9 | 3 << 12 | 2 << 15 | 1 << 18;
  const Lanes L = run("V_MOV_B32_dpp8_gfx11", {Old, Source}, {Reverse}, 0xff7f);
  EXPECT_EQ((Lanes{L[0], L[1], L[8]}), (Lanes{0, 6, 15})) << "lane 7 is off";
  EXPECT_EQ(run("V_MOV_B32_dpp8_gfx12:fi", {Old, Source}, {Reverse}, 0xff7f)[0], 7u);
}

} // namespace
