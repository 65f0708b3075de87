//===- tests/isa-amdgpu/PackedTest.cpp - Pairs of integers ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values worked out by hand.
//
//===----------------------------------------------------------------------===//

#include "tests/isa-amdgpu/LaneTools.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace whittle;

namespace {

TEST(AMDGPUPacked, HalvesDoNotCarryIntoEachOther) {
  EXPECT_EQ(lane("V_PK_ADD_U16", {0x0001ffff, 0x00010001}), 0x00020000u);
  EXPECT_EQ(lane("V_PK_SUB_I16", {0x00010000, 0x00020001}), 0xffffffffu);
  EXPECT_EQ(lane("V_PK_MUL_LO_U16", {0x01000003, 0x01000005}), 0x0000000fu);
  EXPECT_EQ(lane("V_PK_MAD_I16", {0xffff0002, 0x00030004, 0x00030005}), 0x0000000du);
}

TEST(AMDGPUPacked, ClampSaturatesEachHalf) {
  EXPECT_EQ(lane("V_PK_ADD_U16:clamp", {0xffff0001, 0x00010001}), 0xffff0002u);
  EXPECT_EQ(lane("V_PK_ADD_I16:clamp", {0x7fff8000, 0x00018000}), 0x7fff8000u);
  EXPECT_EQ(lane("V_PK_SUB_U16:clamp", {0x00010005, 0x00020003}), 0x00000002u);
  EXPECT_EQ(lane("V_PK_SUB_I16:clamp", {0x80000000, 0x00018000}), 0x80007fffu);
  EXPECT_EQ(lane("V_PK_MAD_U16:clamp", {0xffff0002, 0xffff0003, 0x00000001}), 0xffff0007u);
  EXPECT_EQ(lane("V_PK_MAD_I16:clamp", {0x80004000, 0x7fff0002, 0x0000ffff}), 0x80007fffu);
}

TEST(AMDGPUPacked, ShiftsAndOrder) {
  // Counts come first, each modulo 16.
  EXPECT_EQ(lane("V_PK_LSHLREV_B16", {0x00110004, 0x80018001}), 0x00020010u);
  EXPECT_EQ(lane("V_PK_LSHRREV_B16", {0x00100001, 0x80018001}), 0x80014000u);
  EXPECT_EQ(lane("V_PK_ASHRREV_I16", {0xffff0001, 0x80018001}), 0xffffc000u);
  EXPECT_EQ(lane("V_PK_MIN_I16", {0x80000001, 0x0001ffff}), 0x8000ffffu);
  EXPECT_EQ(lane("V_PK_MAX_U16", {0x80000001, 0x0001ffff}), 0x8000ffffu);
}

TEST(AMDGPUPacked, ModifiersSayWhichHalfGoesWhere) {
  const uint64_t A = 0x00100020, B = 0x00010002;
  const char *Add = "V_PK_ADD_U16:mods";
  EXPECT_EQ(lane(Add, {A, B}, {8, 8, 0}), 0x00110022u);
  EXPECT_EQ(lane(Add, {A, B}, {8, 4, 0}), 0x00120021u) << "swapped";
  EXPECT_EQ(lane(Add, {A, B}, {8, 0, 0}), 0x00120022u) << "the low half twice";
  EXPECT_EQ(lane(Add, {A, B}, {12, 8, 0}), 0x00110012u) << "the high half twice";
  EXPECT_EQ(lane(Add, {A, B}, {8 | 3, 8 | 1, 0}), 0x00110022u) << "integers have no negation";
  EXPECT_EQ(lane(Add, {0xffff0000, 0x00000001}, {12, 0, -1}), 0xffffffffu);
  EXPECT_EQ(lane("V_PK_MAD_U16:mods", {A, B, 0x00050007}, {4, 8, 12, 0}), 0x00250025u);
  EXPECT_EQ(lane("V_PK_LSHLREV_B16:mods", {4, 0x00010002}, {0, 8}), 0x00100020u);
}

TEST(AMDGPUPacked, WordsOfTwoSources) {
  const uint64_t A = 0x1111111122222222, B = 0x3333333344444444;
  EXPECT_EQ(lane("V_PK_MOV_B32", {A, B}), 0x4444444422222222u);
  EXPECT_EQ(lane("V_PK_MOV_B32:lh", {A, A}), A) << "how LLVM copies a pair";
  EXPECT_EQ(lane("V_PK_MOV_B32:hl", {A, B}), 0x4444444411111111u);
  EXPECT_EQ(lane("V_PK_MOV_B32:hh", {A, B}), 0x3333333311111111u);
}

} // namespace
