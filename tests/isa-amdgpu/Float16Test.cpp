//===- tests/isa-amdgpu/Float16Test.cpp - Floating point of 16 bits -------===//
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

constexpr uint64_t One = 0x3c00, MinusOne = 0xbc00, Two = 0x4000, Three = 0x4200, Infinity = 0x7c00;
const char *const Fma = "V_FMA_F16_gfx9_e64";

TEST(AMDGPUFloat16, ZerosHaveSigns) {
  EXPECT_EQ(lane("V_ADD_F16_e64", {0x8000, 0x8000}), 0x8000u);
  EXPECT_EQ(lane("V_ADD_F16_e32", {0x8000, 0}), 0u);
  EXPECT_EQ(lane("V_SUB_F16_e64", {One, One}), 0u);
  EXPECT_EQ(lane("V_SUBREV_F16_t16_e64", {One, Two}), One);
  EXPECT_EQ(lane("V_MUL_F16_e64", {0x8000, One}), 0x8000u);
  EXPECT_EQ(lane(Fma, {0x8000, One, 0}), 0u);
  EXPECT_EQ(lane(Fma, {0x8000, One, 0x8000}), 0x8000u);
  for (const char *Suffix : {"e64", "t16_e64", "fake16_e64"})
    for (bool Swap : {false, true}) {
      const uint64_t A = Swap ? 0x8000 : 0, B = Swap ? 0 : 0x8000;
      EXPECT_EQ(lane(std::string("V_MIN_F16_") + Suffix, {A, B}), 0x8000u);
      EXPECT_EQ(lane(std::string("V_MAX_F16_") + Suffix, {A, B}), 0u);
    }
  EXPECT_EQ(lane("V_RNDNE_F16_e64", {0xb400}), 0x8000u); // -0.25
  EXPECT_EQ(lane("V_CEIL_F16_e64", {0xb800}), 0x8000u);
  EXPECT_EQ(lane("V_TRUNC_F16_e32", {0xb800}), 0x8000u);
}

TEST(AMDGPUFloat16, FirstNaNComesThroughQuiet) {
  EXPECT_EQ(lane("V_ADD_F16_e64", {0x7c01, 0x7e05}), 0x7e01u);
  EXPECT_EQ(lane("V_MUL_F16_e64", {One, 0xfc02}), 0xfe02u);
  EXPECT_EQ(lane(Fma, {0, Infinity, 0x7e07}), 0x7e07u);
  EXPECT_EQ(lane("V_FMAC_F16_t16_e64", {One, One, 0x7c07}), 0x7e07u);
  EXPECT_EQ(lane("V_FLOOR_F16_e64", {0xfc01}), 0xfe01u);
  // Of no NaN, invalid operations make the positive one without payload.
  EXPECT_EQ(lane("V_ADD_F16_e64", {Infinity, 0xfc00}), 0x7e00u);
  EXPECT_EQ(lane("V_MUL_F16_e64", {0x8000, Infinity}), 0x7e00u);
  EXPECT_EQ(lane(Fma, {0, Infinity, One}), 0x7e00u);
  // A modifier changes a NaN's sign as any other's.
  EXPECT_EQ(lane("V_ADD_F16_e64:mods", {0x7e05, One}, {1, 0, 0}), 0xfe05u);
}

TEST(AMDGPUFloat16, MinimaOfNaNsDifferByGeneration) {
  // In IEEE mode a signalling NaN comes through; gfx12 has no such mode.
  EXPECT_EQ(lane("V_MIN_F16_e64", {One, 0x7c01}), 0x7e01u);
  EXPECT_EQ(lane("V_MIN_F16_t16_e64", {One, 0x7c01}), 0x7e01u);
  EXPECT_EQ(lane("V_MIN_F16_fake16_e64", {One, 0x7c01}), One);
  EXPECT_EQ(lane("V_MAX_F16_e64", {0x7e01, One}), One);
  EXPECT_EQ(lane("V_MAX_F16_e64", {0x7e01, 0x7e02}), 0x7e02u);
  EXPECT_EQ(lane("V_MAX_F16_t16_e64", {0x7e01, 0x7e02}), 0x7e01u);
  EXPECT_EQ(lane("V_MAX_F16_fake16_e64", {0x7c01, 0x7e02}), 0x7e01u);
  EXPECT_EQ(lane("V_PK_MIN_F16", {0x7c013c00, 0x3c007e01}), 0x7e013c00u);
  EXPECT_EQ(lane("V_PK_MIN_F16:gfx12", {0x7c013c00, 0x3c007e01}), 0x3c003c00u);
  EXPECT_EQ(lane("V_MED3_F16_e64", {One, Two, Three}), Two);
  EXPECT_EQ(lane("V_MED3_F16_e64", {Three, 0x7e01, Two}), Two);
  EXPECT_EQ(lane("V_MIN3_F16_t16_e64", {Three, Two, 0x7e01}), Two);
  EXPECT_EQ(lane("V_MINMAX_F16_t16_e64", {One, Three, Two}), Two);
  EXPECT_EQ(lane("V_MAXMIN_F16_fake16_e64", {One, Three, Two}), Two);
  // IEEE 754-2019's minimum gives the NaN.
  EXPECT_EQ(lane("V_MINIMUM_F16_fake16_e64", {One, 0x7e01}), 0x7e01u);
  EXPECT_EQ(lane("V_MINIMUM_F16_fake16_e64", {0x7e02, 0x7c01}), 0x7e01u);
  EXPECT_EQ(lane("V_MAXIMUM3_F16_fake16_e64", {One, Two, 0xfe01}), 0xfe01u);
  EXPECT_EQ(lane("V_PK_MAXIMUM3_F16", {0x00003c00, 0x80004000, 0x80004200}), 0x00004200u);
}

TEST(AMDGPUFloat16, DenormalsAreKept) {
  EXPECT_EQ(lane("V_ADD_F16_e64", {1, 1}), 2u);
  EXPECT_EQ(lane("V_MUL_F16_e64", {0x0400, 0x3800}), 0x0200u);
  EXPECT_EQ(lane(Fma, {1, One, 0x8002}), 0x8001u);
  EXPECT_EQ(lane("V_MAX_F16_e64", {0x8001, 0x8002}), 0x8001u);
  EXPECT_EQ(lane("V_CVT_F32_F16_e64", {1}), 0x33800000u);
  EXPECT_EQ(lane("V_PK_ADD_F16", {0x00010001, 0x00010002}), 0x00020003u);
}

TEST(AMDGPUFloat16, FusedSumsRoundOnce) {
  // (1 + 2^-10)^2 - (1 + 2^-9) is what the product alone would round away.
  EXPECT_EQ(lane(Fma, {0x3c01, 0x3c01, 0xbc02}), 0x0010u);
  // 2^-11 + 2^-25 above 1: a single would lose the 2^-25 and leave a tie.
  EXPECT_EQ(lane(Fma, {0x2888, 0x2310, One}), 0x3c01u);
  EXPECT_EQ(lane("V_PK_FMA_F16", {0x28883c01, 0x23103c01, 0x3c00bc02}), 0x3c010010u);
  // Mixes do round to a single first.
  EXPECT_EQ(lane("V_FMA_MIXLO_F16:mods", {0x2888, 0x2310, One, 0xffffffff}, {8, 8, 8, 0}),
            0xffff3c00u);
  EXPECT_EQ(lane("V_FMAAK_F16_t16", {0x3c01, 0x3c01}, {0xbc02}), 0x0010u);
  // The literal is the second factor.
  EXPECT_EQ(lane("V_FMAMK_F16_fake16", {Two, One}, {Three}), 0x4700u);
}

TEST(AMDGPUFloat16, ClampGoesFromZeroToOneAndNaNIsZero) {
  const char *Add = "V_ADD_F16_e64:mods";
  EXPECT_EQ(lane(Add, {0x7e01, One}, {0, 0, 1}), 0u);
  EXPECT_EQ(lane(Add, {One, One}, {0, 0, 1}), One);
  EXPECT_EQ(lane(Add, {One, Two}, {0, 1, 1}), 0u);
  EXPECT_EQ(lane(Add, {0x8000, 0x8000}, {0, 0, 1}), 0u);
  EXPECT_EQ(lane(Add, {0x3400, 0x3400}, {0, 0, -1}), 0x3800u);
  EXPECT_EQ(lane("V_PK_ADD_F16:mods", {0x7e013c00, 0x3c003c00}, {8, 8, 1}), One);
  EXPECT_EQ(lane("V_CVT_F32_F16_e64:mods", {Two}, {0, 1}), 0x3f800000u);
}

TEST(AMDGPUFloat16, ModifiersTakeTheMagnitudeFirst) {
  EXPECT_EQ(lane("V_ADD_F16_t16_e64:mods", {MinusOne, Three}, {3, 0, 0}), Two);
  EXPECT_EQ(lane("V_CEIL_F16_fake16_e64:mods", {0xb800}, {2, 0}), One);
  const uint64_t A = 0x4000dead, B = 0x4200dead, C = 0xdead3c00;
  EXPECT_EQ(lane("V_FMA_F16_gfx9_e64:mods", {A, B, C}, {4, 4, 0, 0}), 0x4700u);
  EXPECT_EQ(lane("V_FMA_F16_gfx9_fake16_e64:mods", {A, B, C}, {5, 4, 0, 0}), 0xc500u);
  EXPECT_EQ(lane("V_MAX3_F16_e64:mods", {A, B, C}, {4, 4, 0, 0}), Three);
  // Halves of a packed result choose and negate on their own.
  const uint64_t P = 0x40003c00, Q = 0x42004400; // (1, 2), (4, 3)
  EXPECT_EQ(lane("V_PK_ADD_F16", {P, Q}), 0x45004500u);
  EXPECT_EQ(lane("V_PK_ADD_F16:mods", {P, Q}, {4, 8, 0}), 0x44004600u);
  EXPECT_EQ(lane("V_PK_ADD_F16:mods", {P, Q}, {8 | 1, 8, 0}), 0x45004200u);
  EXPECT_EQ(lane("V_PK_MUL_F16:mods", {P, Q}, {8, 12 | 2, 0}), 0xc6004200u);
}

TEST(AMDGPUFloat16, MixesReadHalvesOrSinglesAndKeepTheOtherHalf) {
  const uint64_t Half = 0x42004000, Single = 0x40000000, Old = 0x12345678; // (2, 3), 2
  EXPECT_EQ(lane("V_FMA_MIX_F32", {Single, Single, Single}), 0x40c00000u);
  EXPECT_EQ(lane("V_FMA_MIX_F32:mods", {Half, Single, Single}, {12, 0, 0, 0}), 0x41000000u);
  EXPECT_EQ(lane("V_FMA_MIX_F32:mods", {Half, Half, Single}, {12 | 1, 8, 0, 0}), 0xc0800000u);
  // op_sel alone chooses nothing; bit 1 takes the magnitude.
  EXPECT_EQ(lane("V_FMA_MIX_F32:mods", {Single, 0xc0000000, 0}, {4, 2, 0, 0}), 0x40800000u);
  EXPECT_EQ(lane("V_FMA_MIXLO_F16", {Single, Single, Single, Old}), 0x12344600u);
  EXPECT_EQ(lane("V_FMA_MIXHI_F16", {Single, Single, Single, Old}), 0x46005678u);
  EXPECT_EQ(lane("V_FMA_MIXHI_F16:mods", {Single, Single, Single, Old}, {0, 0, 0, 1}), 0x3c005678u);
  EXPECT_EQ(lane("V_FMA_MIX_F16_t16:mods", {Half, Single, Single}, {12, 0, 0, 0}), 0x4800u);
}

TEST(AMDGPUFloat16, ExponentsOfDenormalsAndPowers) {
  EXPECT_EQ(lane("V_FREXP_MANT_F16_e64", {1}), 0x3800u);
  EXPECT_EQ(lane("V_FREXP_EXP_I16_F16_e64", {1}), 0xffe9u); // 2^-24 is 0.5 * 2^-23
  EXPECT_EQ(lane("V_FREXP_EXP_I16_F16_e64", {0x83ff}), 0xfff2u);
  EXPECT_EQ(lane("V_FREXP_MANT_F16_e64", {0xc200}), 0xba00u); // -3 is -0.75 * 4
  EXPECT_EQ(lane("V_FREXP_EXP_I16_F16_e32", {0xc200}), 2u);
  EXPECT_EQ(lane("V_FREXP_EXP_I16_F16_e64", {Infinity}), 0u);
  EXPECT_EQ(lane("V_FREXP_MANT_F16_e64", {0xfc00}), 0xfc00u);
  EXPECT_EQ(lane("V_FREXP_EXP_I16_F16_e64", {0x8000}), 0u);
  EXPECT_EQ(lane("V_LDEXP_F16_e64", {One, 0xffe8}), 1u);
  EXPECT_EQ(lane("V_LDEXP_F16_e64", {One, 0xffe7}), 0u);    // a tie with 0
  EXPECT_EQ(lane("V_LDEXP_F16_e64", {0x3c01, 0xffe7}), 1u); // above it
  EXPECT_EQ(lane("V_LDEXP_F16_e64", {1, 24}), One);
  EXPECT_EQ(lane("V_LDEXP_F16_e64", {0x8001, 0x7fff}), 0xfc00u);
  EXPECT_EQ(lane("V_LDEXP_F16_e64", {MinusOne, 0x8000}), 0x8000u);
  EXPECT_EQ(lane("V_FRACT_F16_e64", {0x8001}), 0x3bffu); // never 1
  EXPECT_EQ(lane("V_FRACT_F16_e64", {0xbccd}), 0x3a66u); // -1.2 gives 0.8
  EXPECT_EQ(lane("V_FRACT_F16_e64", {Infinity}), 0x7e00u);
}

TEST(AMDGPUFloat16, DivisionIsFixedUp) {
  const char *Fix = "V_DIV_FIXUP_F16_gfx9_e64"; // quotient, denominator, numerator
  EXPECT_EQ(lane(Fix, {Two, 0, 0x8000}), 0xfe00u);
  EXPECT_EQ(lane(Fix, {Two, Infinity, 0xfc00}), 0xfe00u);
  EXPECT_EQ(lane(Fix, {Two, 0x8000, One}), 0xfc00u);
  EXPECT_EQ(lane(Fix, {Two, 0xfc00, One}), 0x8000u);
  EXPECT_EQ(lane(Fix, {0xc000, MinusOne, MinusOne}), Two);
  EXPECT_EQ(lane(Fix, {Two, 0x7c01, 0x7c02}), 0x7e02u);
}

/// The examples of the documents.
TEST(AMDGPUFloat16, ApproximationsOfSpecialValues) {
  EXPECT_EQ(lane("V_RCP_F16_e64", {0xfc00}), 0x8000u);
  EXPECT_EQ(lane("V_RCP_F16_e64", {0xc000}), 0xb800u);
  EXPECT_EQ(lane("V_RCP_F16_t16_e64", {0x8000}), 0xfc00u);
  EXPECT_EQ(lane("V_SQRT_F16_e64", {0xfc00}), 0xfe00u);
  EXPECT_EQ(lane("V_SQRT_F16_e32", {0x8000}), 0x8000u);
  EXPECT_EQ(lane("V_SQRT_F16_fake16_e64", {0x4400}), Two);
  EXPECT_EQ(lane("V_RSQ_F16_e64", {0x4400}), 0x3800u);
  EXPECT_EQ(lane("V_RSQ_F16_e64", {0x8000}), 0xfc00u);
  EXPECT_EQ(lane("V_LOG_F16_e64", {MinusOne}), 0xfe00u);
  EXPECT_EQ(lane("V_LOG_F16_e64", {0}), 0xfc00u);
  EXPECT_EQ(lane("V_EXP_F16_e64", {0x8000}), One);
  EXPECT_EQ(lane("V_EXP_F16_e64:mods", {Two}, {1, 0}), 0x3400u);
  EXPECT_EQ(lane("V_SIN_F16_e64", {0x8000}), 0x8000u);
  EXPECT_EQ(lane("V_SIN_F16_e64", {0x3400}), One);
  EXPECT_EQ(lane("V_SIN_F16_e64", {0xfbff}), 0u);
  EXPECT_EQ(lane("V_COS_F16_e64", {0x3400}), 0u);
  EXPECT_EQ(lane("V_COS_F16_e64", {Infinity}), 0xfe00u);
  EXPECT_EQ(lane("V_COS_F16_e64", {0x7c01}), 0x7e01u);
}

TEST(AMDGPUFloat16, HighHalfIsZeroOnlyWhereTheDocumentsSaySo) {
  auto Defined = [](StringRef Name) {
    const Row *R = openIsa("amdgcn").find(Name);
    return evaluateLane(Name, SmallVector<uint64_t>(R->Ins.size(), 0xffffffff)).Defined;
  };
  for (const char *Name : {"V_ADD_F16_e64", "V_MIN_F16_e32", "V_LDEXP_F16_e64", "V_CVT_F16_F32_e64",
                           "V_FREXP_EXP_I16_F16_e64", "V_FMA_F16_e64", "V_MED3_F16_e64",
                           "V_PK_FMA_F16", "V_CVT_F32_F16_fake16_e64"})
    EXPECT_EQ(Defined(Name), 0xffffffffu) << Name;
  // Some of gfx9's instructions keep it, and all later ones do.
  for (const char *Name : {"V_FMA_F16_gfx9_e64", "V_DIV_FIXUP_F16_gfx9_e64", "V_ADD_F16_fake16_e64",
                           "V_FMAC_F16_fake16_e32", "V_CVT_I16_F16_e64", "V_ADD_F16_t16_e64"})
    EXPECT_EQ(Defined(Name), 0xffffu) << Name;
}

//===----------------------------------------------------------------------===//
// Rows broken on purpose
//===----------------------------------------------------------------------===//

uint64_t mismatches(StringRef Name, SemFn Wrong) {
  Row Broken = *openIsa("amdgcn").find(Name);
  Broken.Meaning = std::move(Wrong);
  return cantFail(conformAMDGPURow(Broken)).Mismatches;
}

V low(Sem &S, unsigned K) { return trunc(S.in(K, 32), 16); }

TEST(AMDGPUFloat16Broken, UnfusedSumIsCaught) {
  EXPECT_GT(mismatches(Fma,
                       [](Sem &S) {
                         V A = low(S, 0), B = low(S, 1), C = low(S, 2),
                           Nan = S.constant(16, 0x7e00);
                         V Sum = fadd(fmul(A, B, Nan), C, Nan);
                         S.out(zext(propagate({A, B, C}, Sum), 32));
                       }),
            0u);
}

TEST(AMDGPUFloat16Broken, OrderOfNaNsIsCaught) {
  EXPECT_GT(mismatches("V_ADD_F16_e64",
                       [](Sem &S) {
                         V A = low(S, 0), B = low(S, 1);
                         V Sum = fadd(A, B, S.constant(16, 0x7e00));
                         S.out(zext(propagate({B, A}, Sum), 32));
                       }),
            0u);
}

TEST(AMDGPUFloat16Broken, DroppedOpSelIsCaught) {
  EXPECT_GT(mismatches("V_FMA_F16_gfx9_e64:mods", openIsa("amdgcn").find(Fma)->Meaning), 0u);
}

TEST(AMDGPUFloat16Broken, AnotherGenerationsMeaningIsCaught) {
  auto Meaning = [](StringRef Name) { return openIsa("amdgcn").find(Name)->Meaning; };
  EXPECT_GT(mismatches("V_PK_MIN_F16", Meaning("V_PK_MIN_F16:gfx11")), 0u);
  EXPECT_GT(mismatches("V_PK_MIN_F16:gfx12", Meaning("V_PK_MIN_F16:gfx11")), 0u);
  EXPECT_GT(mismatches("V_MAX_F16_e64", Meaning("V_MAX_F16_fake16_e64")), 0u);
  EXPECT_GT(mismatches("V_CVT_PK_FP8_F32_e64:fnuz", Meaning("V_CVT_PK_FP8_F32_e64")), 0u);
  EXPECT_GT(mismatches("V_CVT_PK_F32_BF8_e32", Meaning("V_CVT_PK_F32_BF8_e32:fnuz")), 0u);
}

TEST(AMDGPUFloat16Broken, RoundingToNearestIsCaughtInAPackTowardsZero) {
  EXPECT_GT(mismatches("V_CVT_PKRTZ_F16_F32_e64",
                       openIsa("amdgcn").find("V_CVT_PK_F16_F32_e64")->Meaning),
            0u);
}

TEST(AMDGPUFloat16Broken, MixThatRoundsOnceIsCaught) {
  EXPECT_GT(mismatches("V_FMA_MIXLO_F16:mods",
                       [](Sem &S) {
                         // Halves only, as one fused sum of halves.
                         V A = low(S, 0), B = low(S, 1), C = low(S, 2);
                         V Sum = fma(A, B, C, S.constant(16, 0x7e00));
                         S.out(
                             concat(propagate({A, B, C}, Sum), trunc(lshr(S.in(3, 32), 16u), 16)));
                       }),
            0u);
}

//===----------------------------------------------------------------------===//
// GPUs
//===----------------------------------------------------------------------===//

/// gfx90a, gfx942, gfx950, gfx1100, gfx1200: 1 where the row is of the GPU.
TEST(AMDGPUFloat16, RowsAreOfTheirGpus) {
  const TargetIsa &Isa = openIsa("amdgcn");
  static constexpr const char *Cpus[] = {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"};
  for (auto [Name, Want] : std::initializer_list<std::pair<const char *, const char *>>{
           {"V_ADD_F16_e64", "11100"},
           {"V_ADD_F16_t16_e64", "00010"},
           {"V_ADD_F16_fake16_e64", "00001"},
           {"V_FMAC_F16_t16_e64", "00010"},
           {"V_MIN_F16_t16_e64", "00010"},
           {"V_MIN_F16_fake16_e64", "00001"},
           {"V_MINIMUM_F16_fake16_e64", "00001"},
           {"V_PK_ADD_F16", "11111"},
           {"V_PK_MIN_F16", "11100"},
           {"V_PK_MIN_F16:gfx11", "00010"},
           {"V_PK_MIN_F16:gfx12", "00001"},
           {"V_PK_MINIMUM_F16", "00001"},
           {"V_DOT4_F32_FP8_BF8", "00001"},
           {"V_PK_MINIMUM3_F16", "00100"},
           {"V_FMA_MIXLO_F16", "11111"},
           {"V_FMA_MIX_F16_t16", "00010"},
           {"V_DOT2_F32_F16", "11111"},
           {"V_DOT2_F32_BF16", "00111"},
           {"V_DOT2_F16_F16_t16_e64", "00010"},
           {"V_DOT2_F16_F16_fake16_e64", "00001"},
           {"V_DOT2C_F32_F16_e32", "11110"},
           {"V_DOT2C_F32_F16_e64", "11100"},
           {"V_DOT2C_F32_BF16_e64", "00100"},
           {"V_CVT_PKRTZ_F16_F32_e64", "11111"},
           {"V_CVT_PKRTZ_F16_F32_e32", "00011"},
           {"V_CVT_PK_F16_F32_e64", "00100"},
           {"V_CVT_PK_BF16_F32_e64", "00100"},
           {"V_CVT_F32_BF16_e32", "00100"},
           {"V_CVT_F32_FP8_e32", "00100"},
           {"V_CVT_F32_FP8_sdwa", "00100"},
           {"V_CVT_F32_FP8_sdwa:fnuz", "01000"},
           {"V_CVT_F32_FP8_OP_SEL_e64", "00001"},
           {"V_CVT_PK_FP8_F32_e64:fnuz", "01000"},
           {"V_CVT_PK_F32_BF8_fake16_e32", "00001"}}) {
    std::string Has;
    for (const char *Cpu : Cpus)
      Has += cantFail(Isa.subtarget(Cpu))->checkFeatures(Isa.find(Name)->Features) ? '1' : '0';
    EXPECT_EQ(Has, Want) << Name;
  }
}

} // namespace
