//===- tests/isa-amdgpu/Convert16Test.cpp - Conversions to 16 and 8 bits --===//
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

using namespace llvm;
using namespace whittle;

namespace {

TEST(AMDGPUConvert16, HalvesAreRoundedToNearestEven) {
  const char *Narrow = "V_CVT_F16_F32_e64";
  EXPECT_EQ(lane(Narrow, {0x477fefff}), 0x7bffu); // just below 65520
  EXPECT_EQ(lane(Narrow, {0x477ff000}), 0x7c00u);
  EXPECT_EQ(lane(Narrow, {0x33000000}), 0u); // 2^-25, a tie with 0
  EXPECT_EQ(lane(Narrow, {0xb3000001}), 0x8001u);
  EXPECT_EQ(lane(Narrow, {0x3f801000}), 0x3c00u); // 1 + 2^-11
  EXPECT_EQ(lane(Narrow, {0x3f803000}), 0x3c02u); // 1 + 3 * 2^-11
  EXPECT_EQ(lane(Narrow, {0xff800001}), 0xfe00u);
  EXPECT_EQ(lane(Narrow, {0x7fa02000}), 0x7f01u);
  EXPECT_EQ(lane("V_CVT_F32_F16_e64", {0xfc01}), 0xffc02000u);
  EXPECT_EQ(lane("V_CVT_PK_F16_F32_e64", {0x3f803000, 0x477ff000}), 0x7c003c02u);
  EXPECT_EQ(lane("V_CVT_F16_I16_e64", {0x8000}), 0xf800u);
  EXPECT_EQ(lane("V_CVT_F16_U16_e64", {0xffff}), 0x7c00u);
  EXPECT_EQ(lane("V_CVT_F16_U16_t16_e64", {0x0801}), 0x6800u); // 2049, a tie
}

TEST(AMDGPUConvert16, PackTowardsZeroNeverReachesInfinity) {
  const char *Pack = "V_CVT_PKRTZ_F16_F32_e64";
  EXPECT_EQ(lane(Pack, {0x477ff000, 0xff7fffff}), 0xfbff7bffu);
  EXPECT_EQ(lane(Pack, {0x7f800000, 0xff800000}), 0xfc007c00u);
  EXPECT_EQ(lane(Pack, {0x3f803fff, 0xbf801fff}), 0xbc003c01u);
  EXPECT_EQ(lane(Pack, {0x33ffffff, 0xb37fffff}), 0x80000001u); // below 2^-23 and 2^-24
  EXPECT_EQ(lane(Pack, {0x387fffff, 1}), 0x03ffu);
  EXPECT_EQ(lane(Pack, {0x7f800001, 0xffc02000}), 0xfe017e00u);
  EXPECT_EQ(lane("V_CVT_PKRTZ_F16_F32_e64:mods", {0xbf800000, 0x40000000}, {2, 1}), 0xc0003c00u);
}

TEST(AMDGPUConvert16, BrainFloats) {
  const char *Pack = "V_CVT_PK_BF16_F32_e64";
  EXPECT_EQ(lane(Pack, {0x3f808000, 0x3f818000}), 0x3f823f80u);
  EXPECT_EQ(lane(Pack, {0x3f808001, 0x7f7fffff}), 0x7f803f81u);
  EXPECT_EQ(lane(Pack, {0x7f800001, 0xffffffff}), 0xffff7fc0u);
  EXPECT_EQ(lane(Pack, {0x00008000, 0x00018000}), 0x00020000u); // denormals
  EXPECT_EQ(lane("V_CVT_F32_BF16_e32", {0x12343f80}), 0x3f800000u);
  EXPECT_EQ(lane("V_CVT_F32_BF16_e64:mods", {0x3f80}, {1, 0}), 0xbf800000u);
}

TEST(AMDGPUConvert16, IntegersSaturateAndNaNIsZero) {
  EXPECT_EQ(lane("V_CVT_I16_F16_e64", {0x7bff}), 0x7fffu);
  EXPECT_EQ(lane("V_CVT_I16_F16_e64", {0xfc00}), 0x8000u);
  EXPECT_EQ(lane("V_CVT_I16_F16_e64", {0xfe00}), 0u);
  EXPECT_EQ(lane("V_CVT_I16_F16_e32", {0xbfff}), 0xffffu); // -1.999
  EXPECT_EQ(lane("V_CVT_U16_F16_e64", {0xbc00}), 0u);
  EXPECT_EQ(lane("V_CVT_U16_F16_fake16_e64", {0x7c00}), 0xffffu);
  EXPECT_EQ(lane("V_CVT_U16_F16_e64:mods", {0xbc00}, {1}), 1u);
  EXPECT_EQ(lane("V_CVT_NORM_I16_F16_e64", {0xbc00}), 0x8001u);
  EXPECT_EQ(lane("V_CVT_NORM_I16_F16_e64", {0x3800}), 0x4000u); // 16383.5, a tie
  EXPECT_EQ(lane("V_CVT_NORM_U16_F16_e64", {0x7bff}), 0xffffu);
  EXPECT_EQ(lane("V_CVT_NORM_U16_F16_e64", {0xb800}), 0u);
  EXPECT_EQ(lane("V_CVT_PKNORM_I16_F16_e64:mods", {0x3c000000, 0x7e00}, {5, 0}), 0x00008001u);
}

TEST(AMDGPUConvert16, BytesDifferByGeneration) {
  const char *Ocp = "V_CVT_F32_FP8_e32", *Fnuz = "V_CVT_F32_FP8_sdwa:fnuz";
  EXPECT_EQ(lane(Ocp, {0x7e}), 0x43e00000u);       // 448
  EXPECT_EQ(lane(Fnuz, {0x7f}, {0}), 0x43700000u); // 240
  EXPECT_EQ(lane(Ocp, {0xff}), 0x7fc00000u);       // NaN
  EXPECT_EQ(lane(Fnuz, {0x80}, {0}), 0x7fc00000u); // NaN
  EXPECT_EQ(lane(Ocp, {0x80}), 0x80000000u);       // -0
  EXPECT_EQ(lane(Ocp, {0x88}), 0xbc800000u);       // -2^-6
  EXPECT_EQ(lane(Fnuz, {0x8800}, {1}), 0xbc000000u);
  EXPECT_EQ(lane(Ocp, {0x01}), 0x3b000000u);                 // 2^-9
  EXPECT_EQ(lane(Fnuz, {0x07000000}, {3}), 0x3be00000u);     // 7 * 2^-10
  EXPECT_EQ(lane("V_CVT_F32_BF8_e64", {0x7b}), 0x47600000u); // 57344
  EXPECT_EQ(lane("V_CVT_F32_BF8_e64", {0xfc}), 0xff800000u);
  EXPECT_EQ(lane("V_CVT_F32_BF8_e64", {0x01}), 0x37800000u);
  EXPECT_EQ(lane("V_CVT_F32_BF8_sdwa:fnuz", {0x7f}, {0}), 0x47600000u);
  EXPECT_EQ(lane("V_CVT_F32_BF8_OP_SEL_e64:byte", {0x3c000000}, {3}), 0x3f800000u);
  EXPECT_EQ(lane("V_CVT_PK_F32_FP8_e32", {0x56783840}), 0x3f80000040000000u);
  EXPECT_EQ(lane("V_CVT_PK_F32_FP8_sdwa:hi", {0x38400000}), 0x3f80000040000000u);
}

TEST(AMDGPUConvert16, BytesAreRoundedAndTheOtherHalfStays) {
  const uint64_t Old = 0xaaaabbbb;
  const char *Ocp = "V_CVT_PK_FP8_F32_e64", *Fnuz = "V_CVT_PK_FP8_F32_e64:fnuz";
  EXPECT_EQ(lane(Ocp, {0x43e80000, 0x43e80001, Old}), 0xaaaa7f7eu);  // 464 and above
  EXPECT_EQ(lane(Fnuz, {0x4377ffff, 0x43780000, Old}), 0xaaaa807fu); // 248
  EXPECT_EQ(lane(Ocp, {0x80000000, 0x3a800000, Old}), 0xaaaa0080u);  // -0; 2^-10, a tie
  EXPECT_EQ(lane(Fnuz, {0x80000000, 0xba000001, Old}), 0xaaaa8100u);
  EXPECT_EQ(lane(Fnuz, {0xb9800000, 0x7f800000, Old}), 0xaaaa8000u); // rounds to +0
  EXPECT_EQ(lane(Ocp, {0x7f800000, 0xffc00000, Old}), 0xaaaaff7fu);
  EXPECT_EQ(lane(Ocp, {0x3f880000, 0x3f980000, Old}), 0xaaaa3a38u); // ties between eighths
  EXPECT_EQ(lane("V_CVT_PK_FP8_F32_fake16_e64:hi", {0x3f800000, 0x40000000, Old}), 0x4038bbbbu);
  EXPECT_EQ(lane("V_CVT_PK_BF8_F32_e64", {0x47700000, 0x476fffff, Old}), 0xaaaa7b7cu);
  EXPECT_EQ(lane("V_CVT_PK_BF8_F32_e64:fnuz", {0x47700000, 0x476fffff, Old}), 0xaaaa7f80u);
}

TEST(AMDGPUConvert16, DotProductsAddElementZeroFirst) {
  // 60000^2 - 60000^2 + 2^-10: in another order the 2^-10 would be lost.
  EXPECT_EQ(lane("V_DOT2_F32_F16", {0x14007b53, 0x3c007b53, 0xcf5693a4}), 0x3a800000u);
  EXPECT_EQ(lane("V_DOT2_F32_F16", {0x40003c00, 0x42003c00, 0x3f800000}), 0x41000000u);
  EXPECT_EQ(lane("V_DOT2C_F32_BF16_e32", {0x40003f80, 0x40403f80, 0x3f800000}), 0x41000000u);
  EXPECT_EQ(lane("V_DOT2_F16_F16_t16_e64", {0x40003c00, 0x42003c00, 0x3c00}), 0x4800u);
  // 1 + 1 * 2 + 2 * 4 + 0 + 448 * -1
  EXPECT_EQ(lane("V_DOT4_F32_FP8_BF8", {0x7e004038, 0xbc7b4440, 0x3f800000}), 0xc3da8000u);
  EXPECT_EQ(lane("V_DOT2_BF16_BF16_fake16_e64", {0x40003f80, 0x40403f80, 0x3f80}), 0x4100u);
}

} // namespace
