//===- tests/isa-amdgpu/Float32Test.cpp - Singles, pairs of them, doubles -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values worked out by hand, so that a row and the reference cannot both be wrong
// in one way unseen.
//
//===----------------------------------------------------------------------===//

#include "isa/Float.h"
#include "isa/conformance/AMDGPUConform.h"
#include "tests/isa-amdgpu/LaneTools.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace whittle;

namespace {

constexpr uint64_t One = 0x3f800000, Two = 0x40000000, Three = 0x40400000, Infinity = 0x7f800000,
                   Minus = 0x80000000;
constexpr uint64_t DoubleOne = 0x3ff0000000000000, DoubleTwo = 0x4000000000000000,
                   DoubleInfinity = 0x7ff0000000000000, DoubleMinus = 0x8000000000000000;

TEST(AMDGPUFloat32, ZerosHaveSigns) {
  EXPECT_EQ(lane("V_ADD_F32_e64", {Minus, Minus}), Minus);
  EXPECT_EQ(lane("V_SUB_F32_e32", {One, One}), 0u);
  EXPECT_EQ(lane("V_SUBREV_F32_e32", {One, Two}), One);
  EXPECT_EQ(lane("V_FMA_F32_e64", {Minus, One, 0}), 0u);
  EXPECT_EQ(lane("V_FMAC_F32_e32", {Minus, One, Minus}), Minus);
  for (const char *Variant : {"", ":gfx11", ":gfx12"})
    for (bool Swap : {false, true}) {
      const uint64_t A = Swap ? Minus : 0, B = Swap ? 0 : Minus;
      EXPECT_EQ(lane(std::string("V_MIN_F32_e64") + Variant, {A, B}), Minus);
      EXPECT_EQ(lane(std::string("V_MAX_F32_e64") + Variant, {A, B}), 0u);
    }
  EXPECT_EQ(lane("V_CEIL_F32_e64", {0xbf000000}), Minus);
  EXPECT_EQ(lane("V_RNDNE_F64_e64", {0xbfe0000000000000}), DoubleMinus); // -0.5
  EXPECT_EQ(lane("V_RNDNE_F32_e64", {0x40200000}), Two);                 // 2.5
  EXPECT_EQ(lane("V_RNDNE_F32_e64", {0x40600000}), 0x40800000u);         // 3.5
}

TEST(AMDGPUFloat32, FirstNaNComesThroughQuiet) {
  EXPECT_EQ(lane("V_ADD_F32_e64", {0x7f800001, 0x7fc00005}), 0x7fc00001u);
  EXPECT_EQ(lane("V_SUBREV_F32_e64", {0xff800001, 0x7fc00005}), 0xffc00001u);
  EXPECT_EQ(lane("V_FMA_F32_e64", {0, Infinity, 0x7fc00007}), 0x7fc00007u);
  EXPECT_EQ(lane("V_MUL_F64_e64", {DoubleOne, 0xfff0000000000002}), 0xfff8000000000002u);
  // Of no NaN, invalid operations make the positive one without payload.
  EXPECT_EQ(lane("V_SUB_F32_e64", {Infinity, Infinity}), 0x7fc00000u);
  EXPECT_EQ(lane("V_FMA_F64_e64", {0, DoubleInfinity, DoubleOne}), 0x7ff8000000000000u);
  EXPECT_EQ(lane("V_FRACT_F32_e64", {Infinity | Minus}), 0x7fc00000u);
  // Modifiers change a NaN's sign as any other's; clamp makes it 0.
  EXPECT_EQ(lane("V_ADD_F32_e64:mods", {0x7fc00005, One}, {1, 0, 0}), 0xffc00005u);
  EXPECT_EQ(lane("V_ADD_F32_e64:mods", {0x7fc00005, One}, {0, 0, 1}), 0u);
  EXPECT_EQ(lane("V_ADD_F32_e64:mods", {Minus, Minus}, {0, 0, 1}), 0u);
  EXPECT_EQ(lane("V_ADD_F64_e64:mods", {DoubleOne, DoubleOne}, {0, 2, 1}), DoubleOne);
  EXPECT_EQ(lane("V_MUL_F32_e64:mods", {Two | Minus, One}, {3, 0, 0}), Two | Minus);
}

TEST(AMDGPUFloat32, MinimaOfNaNsDifferByGeneration) {
  // In IEEE mode a signalling NaN comes through; gfx12 has no such mode.
  EXPECT_EQ(lane("V_MIN_F32_e64", {One, 0x7f800001}), 0x7fc00001u);
  EXPECT_EQ(lane("V_MIN_F32_e64:gfx11", {One, 0x7f800001}), 0x7fc00001u);
  EXPECT_EQ(lane("V_MIN_F32_e64:gfx12", {One, 0x7f800001}), One);
  EXPECT_EQ(lane("V_MAX_F32_e32", {0x7fc00001, One}), One);
  EXPECT_EQ(lane("V_MAX_F32_e32", {0x7fc00001, 0x7fc00002}), 0x7fc00002u);
  EXPECT_EQ(lane("V_MAX_F32_e32:gfx11", {0x7fc00001, 0x7fc00002}), 0x7fc00001u);
  EXPECT_EQ(lane("V_MIN_NUM_F64_e32", {0x7ff0000000000001, DoubleOne}), DoubleOne);
  EXPECT_EQ(lane("V_MAX_F64_e64", {0x7ff0000000000001, DoubleOne}), 0x7ff8000000000001u);
  EXPECT_EQ(lane("V_MED3_F32_e64", {Three, One, Two}), Two);
  EXPECT_EQ(lane("V_MED3_F32_e64", {Three, 0x7fc00001, Two}), Two);
  EXPECT_EQ(lane("V_MINMAX_F32_e64", {One, Three, Two}), Two);
  EXPECT_EQ(lane("V_MAXMIN_F32_e64:gfx12", {One, Three, Two}), Two);
  // IEEE 754-2019's minimum gives the NaN.
  EXPECT_EQ(lane("V_MINIMUM_F32_e64", {One, 0x7fc00001}), 0x7fc00001u);
  EXPECT_EQ(lane("V_MAXIMUM3_F32_e64", {One, Two, 0xffc00001}), 0xffc00001u);
  EXPECT_EQ(lane("V_MINIMUM_F64_e64", {0, DoubleMinus}), DoubleMinus);
}

TEST(AMDGPUFloat32, DenormalsAreKeptAndFusedSumsRoundOnce) {
  EXPECT_EQ(lane("V_ADD_F32_e64", {1, 1}), 2u);
  EXPECT_EQ(lane("V_MUL_F32_e32", {0x00800000, 0x3f000000}), 0x00400000u);
  EXPECT_EQ(lane("V_ADD_F64_pseudo_e32", {1, 1}), 2u);
  EXPECT_EQ(lane("V_MAX_F32_e64", {0x80000001, 0x80000002}), 0x80000001u);
  // (1 + 2^-23)^2 - (1 + 2^-22) is 2^-46, which a rounded product loses.
  EXPECT_EQ(lane("V_FMA_F32_e64", {0x3f800001, 0x3f800001, 0xbf800002}), 0x28800000u);
  EXPECT_EQ(lane("V_FMAMK_F32", {0x3f800001, 0xbf800002}, {0x3f800001}), 0x28800000u);
  EXPECT_EQ(lane("V_FMAAK_F32:gfx11", {0x3f800001, 0x3f800001}, {0xbf800002}), 0x28800000u);
  EXPECT_EQ(lane("V_PK_FMA_F32", {0x3f8000013f800000, 0x3f8000013f800000, 0xbf80000200000000}),
            0x288000003f800000u);
  // 1 + 2^-52, likewise.
  EXPECT_EQ(lane("V_FMAC_F64_e32", {DoubleOne + 1, DoubleOne + 1, 0xbff0000000000002}),
            0x3970000000000000u);
}

TEST(AMDGPUFloat32, ZeroTimesAnythingIsZeroByLegacyRules) {
  EXPECT_EQ(lane("V_MUL_LEGACY_F32_e64", {0, Infinity}), 0u);
  EXPECT_EQ(lane("V_MUL_LEGACY_F32_e64", {0x7fc00000, Minus}), 0u);
  EXPECT_EQ(lane("V_MUL_LEGACY_F32_e32", {Two, Minus | One}), Two | Minus);
  EXPECT_EQ(lane("V_FMA_LEGACY_F32_e64", {0x7fc00000, Minus, Two}), Two);
  EXPECT_EQ(lane("V_FMAC_LEGACY_F32_e32", {0, One, Minus}), 0u);
}

TEST(AMDGPUFloat32, PairsChooseAndNegateTheirElements) {
  constexpr uint64_t OneTwo = Two << 32 | One; // low 1, high 2
  EXPECT_EQ(lane("V_PK_ADD_F32", {OneTwo, OneTwo}), 0x40800000ull << 32 | Two);
  // neg_lo; both from the low element; exchanged; clamp.
  EXPECT_EQ(lane("V_PK_ADD_F32:mods", {OneTwo, OneTwo}, {8, 9, 0}), 0x4080000000000000u);
  EXPECT_EQ(lane("V_PK_ADD_F32:mods", {OneTwo, OneTwo}, {8, 0, 0}), Three << 32 | Two);
  EXPECT_EQ(lane("V_PK_MUL_F32:mods", {OneTwo, OneTwo}, {8, 4, 0}), Two << 32 | Two);
  EXPECT_EQ(lane("V_PK_MUL_F32:mods", {OneTwo, OneTwo}, {8, 10, 1}), One);
}

TEST(AMDGPUFloat32, ExponentsAndFractions) {
  EXPECT_EQ(lane("V_FREXP_MANT_F32_e64", {0x80000001}), 0xbf000000u);
  EXPECT_EQ(lane("V_FREXP_EXP_I32_F32_e64", {1}), uint32_t(-148));
  EXPECT_EQ(lane("V_FREXP_EXP_I32_F32_e32", {One}), 1u);
  EXPECT_EQ(lane("V_FREXP_EXP_I32_F32_e64", {Infinity}), 0u);
  EXPECT_EQ(lane("V_FREXP_EXP_I32_F64_e64", {1}), uint32_t(-1073));
  EXPECT_EQ(lane("V_FREXP_MANT_F64_e64", {DoubleTwo}), 0x3fe0000000000000u);
  EXPECT_EQ(lane("V_LDEXP_F32_e64", {One, uint32_t(-149)}), 1u);
  EXPECT_EQ(lane("V_LDEXP_F32_e64", {One, uint32_t(-150)}), 0u);        // a tie with 0
  EXPECT_EQ(lane("V_LDEXP_F32_e64", {0x3f800001, uint32_t(-150)}), 1u); // above it
  EXPECT_EQ(lane("V_LDEXP_F32_e64", {1, 276}), 0x7f000000u);
  EXPECT_EQ(lane("V_LDEXP_F32_e64", {1, 0x7fffffff}), Infinity);
  EXPECT_EQ(lane("V_FRACT_F32_e64", {0x80000001}), 0x3f7fffffu); // never 1
  EXPECT_EQ(lane("V_FRACT_F64_e64", {0xbff8000000000000}), 0x3fe0000000000000u);
}

uint64_t scaledDouble(uint64_t A, int Power) {
  return lane("V_LDEXP_F64_e64", {A, uint32_t(Power)});
}

TEST(AMDGPUFloat32, DoublesAreScaledAndRoundedOnce) {
  EXPECT_EQ(scaledDouble(DoubleOne, -1074), 1u);
  EXPECT_EQ(scaledDouble(DoubleOne, -1075), 0u);
  EXPECT_EQ(scaledDouble(DoubleOne + 1, -1075), 1u);
  EXPECT_EQ(scaledDouble(1, 1074), DoubleOne);
  EXPECT_EQ(scaledDouble(1, 2097), 0x7fe0000000000000u);
  EXPECT_EQ(scaledDouble(1, 2098), DoubleInfinity);
  EXPECT_EQ(scaledDouble(0x7fefffffffffffff, -2098), 1u);               // just below 2^-1074
  EXPECT_EQ(scaledDouble(0x7fefffffffffffff, -2099), 0u);               // less than half of it
  EXPECT_EQ(scaledDouble(0x800fffffffffffff, -1), 0x8008000000000000u); // a tie, to even
  EXPECT_EQ(scaledDouble(DoubleOne | DoubleMinus, INT32_MIN), DoubleMinus);
}

TEST(AMDGPUFloat32, DivisionIsFixedUp) {
  const char *Fix = "V_DIV_FIXUP_F32_e64"; // quotient, denominator, numerator
  EXPECT_EQ(lane(Fix, {Two, 0, Minus}), 0xffc00000u);
  EXPECT_EQ(lane(Fix, {Two, Infinity, Infinity | Minus}), 0xffc00000u);
  EXPECT_EQ(lane(Fix, {Two, Minus, One}), Infinity | Minus);
  EXPECT_EQ(lane(Fix, {Two, Infinity | Minus, One}), Minus);
  EXPECT_EQ(lane(Fix, {Two | Minus, One, One}), Two);
  EXPECT_EQ(lane(Fix, {Two, 0x7f800001, 0x7f800002}), 0x7fc00002u);
  EXPECT_EQ(lane(Fix, {Two, 0x7f000000, 1}), 0u); // an underflow
  EXPECT_EQ(lane("V_DIV_FIXUP_F64_e64", {DoubleTwo, DoubleMinus, DoubleOne}),
            DoubleInfinity | DoubleMinus);
}

TEST(AMDGPUFloat32, CubesHaveSixFaces) {
  auto Face = [](uint64_t X, uint64_t Y, uint64_t Z) {
    return lane("V_CUBEID_F32_e64", {X, Y, Z});
  };
  EXPECT_EQ(Face(Two, One, One), 0u);
  EXPECT_EQ(Face(Two | Minus, One, One), One);
  EXPECT_EQ(Face(One, Two | Minus, One), Three);
  EXPECT_EQ(Face(One, One, One | Minus), 0x40a00000u); // z before y before x
  EXPECT_EQ(Face(One, One, 0), Two);
  EXPECT_EQ(Face(Minus, Minus, Minus), 0x40800000u); // -0 is not below 0
  EXPECT_EQ(lane("V_CUBESC_F32_e64", {Three, One, Two}), Two | Minus);
  EXPECT_EQ(lane("V_CUBESC_F32_e64", {Three | Minus, One, Two}), Two);
  EXPECT_EQ(lane("V_CUBETC_F32_e64", {One, Three | Minus, Two}), Two | Minus);
  EXPECT_EQ(lane("V_CUBETC_F32_e64", {One, Two, Three}), Two | Minus);
  EXPECT_EQ(lane("V_CUBEMA_F32_e64", {One, Two | Minus, One}), 0xc0800000u);
}

TEST(AMDGPUFloat32, ConversionsAtTheirLimits) {
  EXPECT_EQ(lane("V_CVT_I32_F32_e64", {0x4f000000}), 0x7fffffffu);
  EXPECT_EQ(lane("V_CVT_I32_F32_e64", {0xcf000001}), 0x80000000u);
  EXPECT_EQ(lane("V_CVT_I32_F32_e64", {0xbfc00000}), uint32_t(-1)); // -1.5
  EXPECT_EQ(lane("V_CVT_U32_F32_e64", {0xff800001}), 0u);
  EXPECT_EQ(lane("V_CVT_U32_F32_e64", {Infinity}), 0xffffffffu);
  EXPECT_EQ(lane("V_CVT_U32_F32_e64:mods", {0xc0400000}, {1}), 3u);
  EXPECT_EQ(lane("V_CVT_I32_F64_e64", {0x41dfffffffe00000}), 0x7fffffffu);
  EXPECT_EQ(lane("V_CVT_U32_F64_e64", {0xbff0000000000000}), 0u);
  EXPECT_EQ(lane("V_CVT_FLR_I32_F32_e64", {0xbf000000}), uint32_t(-1));
  EXPECT_EQ(lane("V_CVT_RPI_I32_F32_e64", {0xbf000000}), 0u); // -0.5
  EXPECT_EQ(lane("V_CVT_RPI_I32_F32_e64", {0x40200000}), 3u); // 2.5
  EXPECT_EQ(lane("V_CVT_F32_I32_e64", {0xffffffff}), One | Minus);
  EXPECT_EQ(lane("V_CVT_F32_U32_e64", {0xffffffff}), 0x4f800000u);
  EXPECT_EQ(lane("V_CVT_F32_I32_e64:clamp", {7}), One);
  EXPECT_EQ(lane("V_CVT_F32_UBYTE3_e64", {0xff000000}), 0x437f0000u);
  EXPECT_EQ(lane("V_CVT_OFF_F32_I4_e64", {0xf8}), 0xbf000000u);
  EXPECT_EQ(lane("V_CVT_OFF_F32_I4_e64", {0xf7}), 0x3ee00000u); // 7/16
  EXPECT_EQ(lane("V_CVT_F64_U32_e64", {0xffffffff}), 0x41efffffffe00000u);
  EXPECT_EQ(lane("V_CVT_F32_F64_e64", {0xfff0000000000001}), 0xffc00000u);
  EXPECT_EQ(lane("V_CVT_F32_F64_e64", {0x36a0000000000000}), 1u);
  EXPECT_EQ(lane("V_CVT_F32_F64_e64", {0x3690000000000000}), 0u); // a tie with 0
  EXPECT_EQ(lane("V_CVT_F64_F32_e64", {1}), 0x36a0000000000000u);
  EXPECT_EQ(lane("V_CVT_PKNORM_I16_F32_e64", {0xc0000000, One}), 0x7fff8001u);
  EXPECT_EQ(lane("V_CVT_PKNORM_U16_F32_e64", {0x3f000000, 0x7fc00000}), 0x8000u);
  EXPECT_EQ(lane("V_CVT_PK_I16_F32_e64", {0x47c35000, 0xc7c35000}), 0x80007fffu);
  EXPECT_EQ(lane("V_CVT_PK_U8_F32_e64", {0x43960000, 5, 0x11223344}), 0x1122ff44u);
}

TEST(AMDGPUFloat32, ApproximationsAreNearAndTreatNaNsAsOthersDo) {
  EXPECT_EQ(lane("V_RCP_F32_e64", {Two}), 0x3f000000u);
  EXPECT_EQ(lane("V_RCP_F32_e32", {Minus}), Infinity | Minus);
  EXPECT_EQ(lane("V_RCP_F32_e64:mods", {Two}, {1, 1}), 0u);
  EXPECT_EQ(lane("V_RSQ_F64_e64", {0x4010000000000000}), 0x3fe0000000000000u);
  EXPECT_EQ(lane("V_SQRT_F32_e64", {One | Minus}), 0xffc00000u);
  EXPECT_EQ(lane("V_SQRT_F32_e64", {0xff800001}), 0xffc00001u);
}

//===----------------------------------------------------------------------===//
// Rows broken on purpose
//===----------------------------------------------------------------------===//

uint64_t mismatches(StringRef Name, SemFn Wrong) {
  Row Broken = *openIsa("amdgcn").find(Name);
  Broken.Meaning = std::move(Wrong);
  return cantFail(conformAMDGPURow(Broken)).Mismatches;
}

TEST(AMDGPUFloat32Broken, UnfusedSumIsCaught) {
  EXPECT_GT(mismatches("V_FMA_F32_e64",
                       [](Sem &S) {
                         V A = S.in(0, 32), B = S.in(1, 32), C = S.in(2, 32),
                           Nan = S.constant(32, 0x7fc00000);
                         S.out(propagate({A, B, C}, fadd(fmul(A, B, Nan), C, Nan)));
                       }),
            0u);
}

TEST(AMDGPUFloat32Broken, AnothersMeaningIsCaught) {
  auto Meaning = [](StringRef Name) { return openIsa("amdgcn").find(Name)->Meaning; };
  EXPECT_GT(mismatches("V_MIN_F32_e64", Meaning("V_MIN_F32_e64:gfx12")), 0u);
  EXPECT_GT(mismatches("V_MIN_F64_e64", Meaning("V_MIN_NUM_F64_e64")), 0u);
  EXPECT_GT(mismatches("V_MUL_LEGACY_F32_e64", Meaning("V_MUL_F32_e64")), 0u);
  EXPECT_GT(mismatches("V_CVT_RPI_I32_F32_e64", Meaning("V_CVT_FLR_I32_F32_e64")), 0u);
  EXPECT_GT(mismatches("V_FLOOR_F64_e64", Meaning("V_TRUNC_F64_e64")), 0u);
}

//===----------------------------------------------------------------------===//
// GPUs
//===----------------------------------------------------------------------===//

/// gfx90a, gfx942, gfx950, gfx1100, gfx1200: 1 where the row is of the GPU.
TEST(AMDGPUFloat32, RowsAreOfTheirGpus) {
  const TargetIsa &Isa = openIsa("amdgcn");
  static constexpr const char *Cpus[] = {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"};
  for (auto [Name, Want] : std::initializer_list<std::pair<const char *, const char *>>{
           {"V_ADD_F32_e64", "11111"},         {"V_FMAC_F32_e32", "11111"},
           {"V_FMAMK_F32", "01100"},           {"V_FMAMK_F32:gfx11", "00011"},
           {"V_MUL_LEGACY_F32_e32", "00011"},  {"V_MUL_LEGACY_F32_e64", "11111"},
           {"V_FMAC_LEGACY_F32_e64", "00010"}, {"V_FMA_LEGACY_F32_e64", "00011"},
           {"V_MIN_F32_e64", "11100"},         {"V_MIN_F32_e64:gfx11", "00010"},
           {"V_MIN_F32_e64:gfx12", "00001"},   {"V_MINMAX_F32_e64", "00010"},
           {"V_MINIMUM_F32_e64", "00001"},     {"V_MINIMUM3_F32_e64", "00101"},
           {"V_PK_FMA_F32", "11100"},          {"V_ADD_F64_e64", "11110"},
           {"V_ADD_F64_pseudo_e32", "00001"},  {"V_FMAC_F64_e32", "11100"},
           {"V_MIN_F64_e64:gfx11", "00010"},   {"V_MAX_NUM_F64_e64", "00001"},
           {"V_CVT_PK_I16_F32_e64", "00011"}}) {
    std::string Has;
    for (const char *Cpu : Cpus)
      Has += cantFail(Isa.subtarget(Cpu))->checkFeatures(Isa.find(Name)->Features) ? '1' : '0';
    EXPECT_EQ(Has, Want) << Name;
  }
}

} // namespace
