//===- tests/isa-amdgpu/DotTest.cpp - Integer dot products ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values worked out by hand.
//
//===----------------------------------------------------------------------===//

#include "tests/isa-amdgpu/LaneTools.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace whittle;

namespace {

TEST(AMDGPUDot, SignsOfElements) {
  // Four times 255 * 255, or (-1) * (-1).
  EXPECT_EQ(lane("V_DOT4_U32_U8", {0xffffffff, 0xffffffff, 1}), 4u * 65025 + 1);
  EXPECT_EQ(lane("V_DOT4_I32_I8", {0xffffffff, 0xffffffff, 1}), 5u);
  EXPECT_EQ(lane("V_DOT8_U32_U4", {0xffffffff, 0xffffffff, 0}), 8u * 225);
  EXPECT_EQ(lane("V_DOT8_I32_I4", {0x88888888, 0x77777777, 0}), uint32_t(-8 * 56));
  EXPECT_EQ(lane("V_DOT2_I32_I16", {0x0001ffff, 0x00020003, 0}), uint32_t(-1));
  EXPECT_EQ(lane("V_DOT2_U32_U16", {0x0001ffff, 0x00020003, 0}), 2u + 3 * 65535);
  // (-1) * 255 and so on: the first letter is the first source's.
  EXPECT_EQ(lane("V_DOT4_I32_IU8", {0xff, 0xfe, 0}), 255u * 254);
  EXPECT_EQ(lane("V_DOT4_I32_IU8:su", {0xff, 0xfe, 0}), uint32_t(-254));
  EXPECT_EQ(lane("V_DOT4_I32_IU8:us", {0xff, 0xfe, 0}), uint32_t(-510));
  EXPECT_EQ(lane("V_DOT4_I32_IU8:ss", {0xff, 0xfe, 0}), 2u);
  EXPECT_EQ(lane("V_DOT8_I32_IU4:su", {0xf0, 0xe0, 0}), uint32_t(-14));
  EXPECT_EQ(lane("V_DOT8_I32_IU4:us", {0xf0, 0xe0, 0}), uint32_t(-30));
}

TEST(AMDGPUDot, ClampSaturatesTheExactSum) {
  EXPECT_EQ(lane("V_DOT4_U32_U8", {1, 1, 0xffffffff}), 0u);
  EXPECT_EQ(lane("V_DOT4_U32_U8:clamp", {1, 1, 0xffffffff}), 0xffffffffu);
  EXPECT_EQ(lane("V_DOT4_I32_I8:clamp", {1, 1, 0x7fffffff}), 0x7fffffffu);
  EXPECT_EQ(lane("V_DOT4_I32_I8:clamp", {1, 0xff, 0x80000000}), 0x80000000u);
  EXPECT_EQ(lane("V_DOT4_I32_I8:clamp", {1, 1, 0xffffffff}), 0u);
  EXPECT_EQ(lane("V_DOT8_U32_U4:clamp", {0xf, 0xf, 0xffffff00}), 0xffffffe1u);
  // Two products of 2^30 are 2^31, which a negative addend brings back.
  EXPECT_EQ(lane("V_DOT2_I32_I16", {0x80008000, 0x80008000, 0}), 0x80000000u);
  EXPECT_EQ(lane("V_DOT2_I32_I16:clamp", {0x80008000, 0x80008000, 0}), 0x7fffffffu);
  EXPECT_EQ(lane("V_DOT2_I32_I16:clamp", {0x80008000, 0x80008000, 0xfffffffe}), 0x7ffffffeu);
  EXPECT_EQ(lane("V_DOT2_U32_U16:clamp", {0xffffffff, 0xffffffff, 0}), 0xffffffffu);
  EXPECT_EQ(lane("V_DOT2C_I32_I16_e64:clamp", {0x80008000, 0x80008000, 0}), 0x7fffffffu);
  EXPECT_EQ(lane("V_DOT4C_I32_I8_e64:clamp", {0x80, 0x7f, 0x80000000}), 0x80000000u);
  // Of unsigned sources too the result is signed.
  EXPECT_EQ(lane("V_DOT4_I32_IU8:clamp", {1, 1, 0x7fffffff}), 0x7fffffffu);
  EXPECT_EQ(lane("V_DOT4_I32_IU8:clamp", {1, 1, 0xffffffff}), 0u);
  EXPECT_EQ(lane("V_DOT8_I32_IU4:su_clamp", {8, 15, 0x80000000}), 0x80000000u);
}

TEST(AMDGPUDot, EachGpuHasItsOwn) {
  const TargetIsa &Isa = openIsa("amdgcn");
  const struct {
    const char *Row;
    bool Cdna, Rdna;
  } Expected[] = {{"V_DOT4_I32_I8", true, false},      {"V_DOT4_U32_U8:clamp", true, true},
                  {"V_DOT8_U32_U4", true, true},       {"V_DOT2_U32_U16", true, false},
                  {"V_DOT4C_I32_I8_e64", true, false}, {"V_DOT4_I32_IU8:ss", false, true},
                  {"V_DOT8_I32_IU4", false, true}};
  for (const auto &E : Expected)
    for (StringRef Cpu : {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"}) {
      auto Sub = Isa.subtarget(Cpu);
      ASSERT_TRUE(bool(Sub));
      EXPECT_EQ((*Sub)->checkFeatures(Isa.find(E.Row)->Features),
                Cpu.starts_with("gfx1") ? E.Rdna : E.Cdna)
          << E.Row << " on " << Cpu.str();
    }
}

} // namespace
