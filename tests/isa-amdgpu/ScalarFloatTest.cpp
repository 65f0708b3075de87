//===- tests/isa-amdgpu/ScalarFloatTest.cpp - Traps of scalar floats ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "tests/isa-amdgpu/RowRuns.h"
#include "llvm/MC/MCSubtargetInfo.h"

using namespace llvm;
using namespace whittle;

namespace {

constexpr uint64_t One = 0x3f800000, Two = 0x40000000, Three = 0x40400000, MinusZero = 0x80000000,
                   Infinity = 0x7f800000, MinusInfinity = 0xff800000, Signalling = 0x7f800001,
                   Quiet = 0xffc00005;

TEST(AMDGPUScalarFloat, NaNsAndInvalidOperations) {
  expectResult("S_ADD_F32", {Infinity, MinusInfinity}, 0x7fc00000);
  expectResult("S_SUB_F32", {Infinity, Infinity}, 0x7fc00000);
  expectResult("S_MUL_F32", {MinusZero, Infinity}, 0x7fc00000);
  expectResult("S_ADD_F32", {Signalling, Quiet}, 0x7fc00001);
  expectResult("S_ADD_F32", {One, Quiet}, Quiet);
  expectResult("S_SUB_F32", {One, Quiet}, Quiet); // its sign stays
  expectResult("S_FMAC_F32", {Infinity, MinusZero, Signalling}, 0x7fc00001);
  expectResult("S_FMAC_F32", {Infinity, One, MinusInfinity}, 0x7fc00000);
  expectResult("S_ADD_F16", {0x7c00, 0xfc00}, 0x7e00);
  expectResult("S_MUL_F16", {0xfc01, 0x3c00}, 0xfe01);
}

TEST(AMDGPUScalarFloat, ZerosAndRounding) {
  expectResult("S_ADD_F32", {MinusZero, MinusZero}, MinusZero);
  expectResult("S_SUB_F32", {MinusZero, MinusZero}, 0);
  expectResult("S_MUL_F32", {MinusZero, One}, MinusZero);
  expectResult("S_ADD_F32", {0x4b800000, One}, 0x4b800000);        // 2^24 + 1: to even
  expectResult("S_MUL_F32", {0x00800000, 0x3f000000}, 0x00400000); // denormals stay
  expectResult("S_ADD_F16", {0x7bff, 0x7bff}, 0x7c00);
  // The high half is not read, and 0 after it.
  expectResult("S_ADD_F16", {0xabcd3c00, 0x12343c00}, 0x4000);
  expectResult("S_MUL_F16", {0x0001, 0x3800}, 0); // half the smallest: to even
  expectResult("S_MUL_F16", {0x0003, 0x3800}, 2);
}

TEST(AMDGPUScalarFloat, FusedSumsAreRoundedOnce) {
  expectResult("S_FMAC_F32", {Two, Three, One}, 0x40e00000);
  expectResult("S_FMAAK_F32", {Two, Three}, 0x40e00000, {int64_t(One)});
  expectResult("S_FMAMK_F32", {Two, One}, 0x40e00000, {int64_t(Three)});
  // (1 + 2^-23)^2 - (1 + 2^-22) is 2^-46.
  expectResult("S_FMAC_F32", {0x3f800001, 0x3f800001, 0xbf800002}, 0x28800000);
  // 1.5 * 683/1024 is between two halves; the smallest half decides, which a single
  // in between does not hold.
  expectResult("S_FMAC_F16", {0x3e00, 0x3956, 0x0001}, 0x3c01);
  expectResult("S_FMAC_F16", {0x3e00, 0x3956, 0x8001}, 0x3c00);
}

TEST(AMDGPUScalarFloat, MinimaOfZerosAndNaNs) {
  for (auto [A, B] : {std::pair(uint64_t(0), MinusZero), std::pair(MinusZero, uint64_t(0))}) {
    expectResult("S_MIN_F32", {A, B}, MinusZero);
    expectResult("S_MAX_F32", {A, B}, 0);
    expectResult("S_MINIMUM_F32", {A, B}, MinusZero);
    expectResult("S_MAXIMUM_F32", {A, B}, 0);
  }
  expectResult("S_MIN_F32", {Quiet, One}, One);
  expectResult("S_MIN_F32", {One, Signalling}, One);
  expectResult("S_MAX_F32", {Signalling, MinusInfinity}, MinusInfinity);
  expectResult("S_MAX_F32", {Signalling, Quiet}, 0x7fc00001);
  expectResult("S_MINIMUM_F32", {One, Quiet}, Quiet);
  expectResult("S_MINIMUM_F32", {Quiet, Signalling}, 0x7fc00001);
  expectResult("S_MAXIMUM_F32", {Infinity, Signalling}, 0x7fc00001);
  expectResult("S_MIN_F16", {0xabcdfe00, 0x12343c00}, 0x3c00);
  expectResult("S_MAXIMUM_F16", {0xbc00, 0x8001}, 0x8001);
}

TEST(AMDGPUScalarFloat, WholeNumbersKeepTheirSign) {
  const uint64_t Half = 0x3f000000, MinusHalf = 0xbf000000;
  expectResult("S_CEIL_F32", {MinusHalf}, MinusZero);
  expectResult("S_CEIL_F32", {Half}, One);
  expectResult("S_FLOOR_F32", {MinusHalf}, 0xbf800000);
  expectResult("S_FLOOR_F32", {MinusZero}, MinusZero);
  expectResult("S_TRUNC_F32", {0xbf7fffff}, MinusZero);
  expectResult("S_RNDNE_F32", {Half}, 0);
  expectResult("S_RNDNE_F32", {MinusHalf}, MinusZero);
  expectResult("S_RNDNE_F32", {0x3fc00000}, Two); // 1.5
  expectResult("S_RNDNE_F32", {0x40200000}, Two); // 2.5
  expectResult("S_RNDNE_F32", {Signalling}, 0x7fc00001);
  expectResult("S_TRUNC_F32", {MinusInfinity}, MinusInfinity);
  expectResult("S_CEIL_F16", {0xabcd0001}, 0x3c00);
  expectResult("S_FLOOR_F16", {0x8001}, 0xbc00);
  expectResult("S_TRUNC_F16", {0xba00}, 0x8000);
  expectResult("S_RNDNE_F16", {0x3e00}, 0x4000);
}

TEST(AMDGPUScalarFloat, ConversionsSaturate) {
  expectResult("S_CVT_I32_F32", {Quiet}, 0);
  expectResult("S_CVT_I32_F32", {0x4f32d05e}, 0x7fffffff); // 3e9
  expectResult("S_CVT_I32_F32", {0xff7fffff}, 0x80000000);
  expectResult("S_CVT_I32_F32", {0xbfc00000}, 0xffffffff); // -1.5
  expectResult("S_CVT_U32_F32", {0xbf800000}, 0);
  expectResult("S_CVT_U32_F32", {0x4f32d05e}, 0xb2d05e00);
  expectResult("S_CVT_U32_F32", {0x4f800000}, 0xffffffff);
  expectResult("S_CVT_U32_F32", {Signalling}, 0);
  expectResult("S_CVT_F32_U32", {0xffffffff}, 0x4f800000);
  expectResult("S_CVT_F32_I32", {0xffffffff}, 0xbf800000);
  expectResult("S_CVT_F32_I32", {0x01000001}, 0x4b800000);
  expectResult("S_CVT_F16_F32", {0x477fefff}, 0x7bff);
  expectResult("S_CVT_F16_F32", {0x477ff000}, 0x7c00); // 65520
  expectResult("S_CVT_F16_F32", {0x33000000}, 0);      // 2^-25: to even
  expectResult("S_CVT_F16_F32", {0xb3000001}, 0x8001);
  expectResult("S_CVT_F16_F32", {Signalling}, 0x7e00);
  expectResult("S_CVT_F16_F32", {0xff802000}, 0xfe01);
  expectResult("S_CVT_F32_F16", {0xabcd0001}, 0x33800000);
  expectResult("S_CVT_F32_F16", {0xfc01}, 0xffc02000);
  expectResult("S_CVT_HI_F32_F16", {0xbc007c00}, 0xbf800000);
  // The first operand is the low half. Too large is the largest.
  expectResult("S_CVT_PK_RTZ_F16_F32", {0xff7fffff, 0x33ffffff}, 0x0001fbff);
  expectResult("S_CVT_PK_RTZ_F16_F32", {0x477ff000, MinusInfinity}, 0xfc007bff);
  expectResult("S_CVT_PK_RTZ_F16_F32", {0xbf801fff, 0xb37fffff}, 0x8000bc00);
}

TEST(AMDGPUScalarFloat, ComparesOfNaNsAndZeros) {
  struct {
    const char *Name;
    bool OfNaN, OfZeros;
  } const Cases[] = {{"LT", false, false}, {"EQ", false, true},  {"LE", false, true},
                     {"GT", false, false}, {"LG", false, false}, {"GE", false, true},
                     {"O", false, true},   {"U", true, false},   {"NGE", true, false},
                     {"NLG", true, true},  {"NGT", true, true},  {"NLE", true, false},
                     {"NEQ", true, false}, {"NLT", true, true}};
  for (const auto &C : Cases) {
    const std::string Name = std::string("S_CMP_") + C.Name + "_F";
    expectResult(Name + "32", {Quiet, One}, C.OfNaN);
    expectResult(Name + "32", {One, Signalling}, C.OfNaN);
    expectResult(Name + "32", {MinusZero, 0}, C.OfZeros);
    expectResult(Name + "16", {0xabcd3c00, 0x7e00}, C.OfNaN);
    expectResult(Name + "16", {0xabcd0000, 0x8000}, C.OfZeros);
  }
}

TEST(AMDGPUScalarFloat, IsForGfx1200Alone) {
  const TargetIsa &Isa = openIsa("amdgcn");
  for (StringRef Cpu : {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"}) {
    auto Sub = Isa.subtarget(Cpu);
    ASSERT_TRUE(bool(Sub)) << toString(Sub.takeError());
    for (StringRef Name : {"S_ADD_F32", "S_MIN_F16", "S_MINIMUM_F32", "S_CMP_LT_F16"})
      EXPECT_EQ((*Sub)->checkFeatures(Isa.find(Name)->Features), Cpu == "gfx1200")
          << Name.str() << " on " << Cpu.str();
  }
}

} // namespace
