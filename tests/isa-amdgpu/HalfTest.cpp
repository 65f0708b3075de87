//===- tests/isa-amdgpu/HalfTest.cpp - 16-bit integers --------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values worked out by hand, so that a row and the reference cannot both be wrong
// in one way unseen.
//
//===----------------------------------------------------------------------===//

#include "tests/isa-amdgpu/LaneTools.h"
#include "gtest/gtest.h"
#include <set>

using namespace llvm;
using namespace whittle;

namespace {

TEST(AMDGPUHalf, SumsWrapAndClampSaturatesTo16Bits) {
  EXPECT_EQ(lane("V_ADD_U16_e64", {0xdead8000, 0xbeef8001}), 1u);
  EXPECT_EQ(lane("V_ADD_U16_e32", {0xdead8000, 0xbeef8001}), 1u);
  EXPECT_EQ(lane("V_ADD_U16_e64:clamp", {0xdead8000, 0xbeef8001}), 0xffffu);
  EXPECT_EQ(lane("V_SUB_U16_e64", {0x10001, 2}), 0xffffu);
  EXPECT_EQ(lane("V_SUB_U16_e64:clamp", {0x10001, 2}), 0u);
  EXPECT_EQ(lane("V_SUBREV_U16_e64", {2, 0x10001}), 0xffffu);
  EXPECT_EQ(lane("V_SUBREV_U16_e64:clamp", {2, 5}), 3u);
  // Signed, 0x8000 is the least number.
  EXPECT_EQ(lane("V_ADD_I16_e64:clamp", {0x7fff, 1}), 0x7fffu);
  EXPECT_EQ(lane("V_ADD_I16_e64:clamp", {0x8000, 0xffff}), 0x8000u);
  EXPECT_EQ(lane("V_ADD_I16_e64:clamp", {0x8000, 0x7fff}), 0xffffu);
  EXPECT_EQ(lane("V_SUB_I16_e64:clamp", {0x8000, 1}), 0x8000u);
  EXPECT_EQ(lane("V_SUB_I16_fake16_e64:clamp", {0, 0x8000}), 0x7fffu);
  EXPECT_EQ(lane("V_SUB_NC_U16_t16_e64:clamp", {0, 0x8000}), 0u);
  EXPECT_EQ(lane("V_ADD_NC_U16_t16_e64", {0xffff, 2}), 1u);
}

TEST(AMDGPUHalf, ShiftCountsAreModulo16AndComeFirst) {
  EXPECT_EQ(lane("V_LSHLREV_B16_e64", {17, 0xffff8001}), 2u);
  EXPECT_EQ(lane("V_LSHRREV_B16_e64", {16, 0xffff8001}), 0x8001u);
  EXPECT_EQ(lane("V_LSHRREV_B16_e64", {1, 0xffff8001}), 0x4000u);
  EXPECT_EQ(lane("V_ASHRREV_I16_e64", {0xff01, 0x8001}), 0xc000u);
  EXPECT_EQ(lane("V_ASHRREV_I16_fake16_e64", {15, 0x18000}), 0xffffu);
  EXPECT_EQ(lane("V_LSHLREV_B16_t16_e64", {31, 3}), 0x8000u);
}

TEST(AMDGPUHalf, MultiplyAddIsExactBeforeItSaturates) {
  EXPECT_EQ(lane("V_MUL_LO_U16_e64", {0x1ffff, 0xffff}), 1u);
  EXPECT_EQ(lane("V_MAD_U16_e64", {0xffff, 0xffff, 0xffff}), 0u);
  EXPECT_EQ(lane("V_MAD_U16_e64:clamp", {0xffff, 0xffff, 0xffff}), 0xffffu);
  EXPECT_EQ(lane("V_MAD_U16_e64:clamp", {0x100, 0xff, 0xff}), 0xffffu);
  EXPECT_EQ(lane("V_MAD_U16_e64:clamp", {0x100, 0xff, 0xfe}), 0xfffeu);
  EXPECT_EQ(lane("V_MAD_I16_e64:clamp", {0x8000, 0x8000, 0x8000}), 0x7fffu);
  EXPECT_EQ(lane("V_MAD_I16_e64:clamp", {0x8000, 0x7fff, 0x7fff}), 0x8000u);
  // A product past the range that the addend brings back.
  EXPECT_EQ(lane("V_MAD_I16_e64:clamp", {0x4000, 2, 0xffff}), 0x7fffu);
  EXPECT_EQ(lane("V_MAD_I16_e64:clamp", {0x4000, 2, 0xfffe}), 0x7ffeu);
  EXPECT_EQ(lane("V_MAD_U32_U16_e64", {0xaaaaffff, 0xbbbbffff, 0xffffffff}), 0xfffe0000u);
  EXPECT_EQ(lane("V_MAD_U32_U16_e64:clamp", {0xffff, 0xffff, 0xffffffff}), 0xffffffffu);
  EXPECT_EQ(lane("V_MAD_I32_I16_e64", {0xffff, 2, 1}), 0xffffffffu);
  EXPECT_EQ(lane("V_MAD_I32_I16_t16_e64:clamp", {0x8000, 0x8000, 0x7fffffff}), 0x7fffffffu);
  EXPECT_EQ(lane("V_MAD_I32_I16_fake16_e64:clamp", {0x8000, 1, 0x80000000}), 0x80000000u);
}

TEST(AMDGPUHalf, OrderIsSignedOrNot) {
  EXPECT_EQ(lane("V_MIN_I16_e64", {0x8000, 1}), 0x8000u);
  EXPECT_EQ(lane("V_MIN_U16_e64", {0x8000, 0x70001}), 1u);
  EXPECT_EQ(lane("V_MAX_I16_t16_e64", {0x8000, 1}), 1u);
  EXPECT_EQ(lane("V_MIN3_I16_e64", {5, 0xffff, 0x7fff}), 0xffffu);
  EXPECT_EQ(lane("V_MAX3_U16_e64", {5, 0xffff, 0x7fff}), 0xffffu);
  EXPECT_EQ(lane("V_MED3_I16_e64", {5, 0xffff, 0x7fff}), 5u);
  EXPECT_EQ(lane("V_MED3_U16_fake16_e64", {5, 0xffff, 0x7fff}), 0x7fffu);
}

TEST(AMDGPUHalf, OpSelTakesHighHalves) {
  const uint64_t A = 0x0003ffff, B = 0x0005ffff, C = 0x12340007;
  const char *Mad = "V_MAD_U16_gfx9_e64:mods";
  EXPECT_EQ(lane(Mad, {A, B, C}, {4, 4, 0, 0}), 22u);
  EXPECT_EQ(lane(Mad, {A, B, C}, {4, 0, 0, 0}), (3 * 0xffff + 7) & 0xffffu);
  EXPECT_EQ(lane(Mad, {A, B, C}, {4, 4, 4, 0}), 0x1234u + 15);
  EXPECT_EQ(lane(Mad, {A, B, C}, {0, 4, 4, -1}), 0xffffu);
  // Negation and magnitude are for floating-point sources.
  EXPECT_EQ(lane(Mad, {A, B, C}, {7, 7, 3, 0}), 22u);
  // The same as shifting first (the form whose high half is 0).
  EXPECT_EQ(lane("V_MAD_U16_e64", {A >> 16, B >> 16, C}), 22u);
  EXPECT_EQ(lane("V_MAD_I32_I16_e64:mods", {0xfffe0001, 0x00010003, 10}, {4, 0, 0}), 4u);
  EXPECT_EQ(lane("V_MIN3_I16_e64:mods", {0x80000001, 2, 3}, {4, 0, 0}), 0x8000u);
  EXPECT_EQ(lane("V_ADD_NC_U16_fake16_e64:mods", {0x80000000, 0x80010000}, {4, 4, -1}), 0xffffu);
}

TEST(AMDGPUHalf, HighHalfIsZeroOnlyWhereTheDocumentsSaySo) {
  for (const char *Zeroing :
       {"V_ADD_U16_e64", "V_SUB_U16_e32", "V_LSHLREV_B16_e64", "V_MAD_U16_e64:clamp"})
    EXPECT_EQ(evaluateLane(Zeroing, SmallVector<uint64_t>(
                                        openIsa("amdgcn").find(Zeroing)->Ins.size(), 0xffffffff))
                  .Defined,
              0xffffffffu)
        << Zeroing;
  // GFX9's V_MAD_U16 keeps the register's high half; V_MAD_LEGACY_U16, above, does not.
  for (const char *Keeping : {"V_MAD_U16_gfx9_e64", "V_MAD_I16_gfx9_e64:clamp", "V_ADD_I16_e64",
                              "V_MAX3_U16_e64", "V_MUL_LO_U16_fake16_e64", "V_NOT_B16_fake16_e32",
                              "V_SAT_PK_U8_I16_fake16_e64", "V_SAT_PK_U8_I16_e32"})
    EXPECT_EQ(evaluateLane(Keeping, SmallVector<uint64_t>(
                                        openIsa("amdgcn").find(Keeping)->Ins.size(), 0xffffffff))
                  .Defined,
              0xffffu)
        << Keeping;
}

TEST(AMDGPUHalf, ConversionsSelectsAndTables) {
  EXPECT_EQ(lane("V_CVT_I32_I16_t16_e64", {0x8000}), 0xffff8000u);
  EXPECT_EQ(lane("V_CVT_I32_I16_fake16_e32", {0x12347fff}), 0x7fffu);
  EXPECT_EQ(lane("V_CVT_U32_U16_fake16_e64", {0x12348000}), 0x8000u);
  // 256 becomes 255, -128 becomes 0; 255 stays.
  EXPECT_EQ(lane("V_SAT_PK_U8_I16_e64", {0x0100ff80}), 0xff00u);
  EXPECT_EQ(lane("V_SAT_PK_U8_I16_t16_e32", {0x800000ff}), 0x00ffu);
  EXPECT_EQ(lane("V_CNDMASK_B16_t16_e64", {1, 2, 0}), 1u);
  EXPECT_EQ(lane("V_CNDMASK_B16_fake16_e64", {1, 2, 1}), 2u);
  EXPECT_EQ(lane("V_BITOP3_B16_e64", {0xf0f0, 0xcccc, 0xaaaa}, {0xf0}), 0xf0f0u);
  EXPECT_EQ(lane("V_BITOP3_B16_e64", {0xf0f0, 0xcccc, 0xaaaa}, {0xca}), 0xcacau);
  EXPECT_EQ(lane("V_BITOP3_B16_e64:mods", {0xff, 0xcccc0000, 0xff}, {0, 4, 0, 0xcc}), 0xccccu);
}

TEST(AMDGPUHalf, PackIsAFloatingPointOperation) {
  EXPECT_EQ(lane("V_PACK_B32_F16_e64", {0x11113c00, 0x22224000}), 0x40003c00u);
  // Denormals are kept, signalling NaNs become quiet, quiet ones keep their payload.
  EXPECT_EQ(lane("V_PACK_B32_F16_fake16_e64", {0x0001, 0x83ff}), 0x83ff0001u);
  EXPECT_EQ(lane("V_PACK_B32_F16_t16_e64", {0x7c01, 0xfdff}), 0xffff7e01u);
  EXPECT_EQ(lane("V_PACK_B32_F16_e64", {0x7c00, 0xfe12}), 0xfe127c00u);
  // The magnitude is taken before negation.
  EXPECT_EQ(lane("V_PACK_B32_F16_e64:mods", {0xbc000000, 0xc000}, {4 | 2 | 1, 1}), 0x4000bc00u);
  EXPECT_EQ(lane("V_PACK_B32_F16_t16_e64:mods", {0xbc00, 0xc000}, {2, 0}), 0xc0003c00u);
}

/// Of every form with modifiers: what search tries first is the neutral form, and
/// it tries nothing twice.
TEST(AMDGPUHalf, PresetsStartNeutral) {
  const TargetIsa &Isa = openIsa("amdgcn");
  unsigned Rows = 0;
  for (const Row &R : Isa.rows()) {
    if (!StringRef(R.Name).ends_with(":mods") || R.Presets.empty() || R.isWave())
      continue;
    ++Rows;
    const Row *Neutral = Isa.find(R.opcodeName());
    ASSERT_TRUE(Neutral) << R.Name;
    std::set<std::vector<int64_t>> Different;
    for (const auto &P : R.Presets) {
      EXPECT_EQ(P.size(), R.NumImms) << R.Name;
      EXPECT_TRUE(Different.insert({P.begin(), P.end()}).second) << R.Name;
    }
    SmallVector<uint64_t, 4> In;
    for (ValueType Ty : R.Ins)
      In.push_back((0x9e3779b97f4a7c15 * (In.size() + 1)) &
                   maskTrailingOnes<uint64_t>(std::min<unsigned>(Ty.Bits, 64)));
    if (Neutral->NumImms == 0)
      EXPECT_EQ(lane(R.Name, In, R.Presets[0]), lane(Neutral->Name, In)) << R.Name;
  }
  EXPECT_GE(Rows, 40u);
}

} // namespace
