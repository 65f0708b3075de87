//===- tests/verify/LaneTrapsTest.cpp - Rules that are wrong in some lane
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules that hold in lanes that are on and not in those that are off, in low
// halves and not in high ones, in waves of 64 and not of 32; and beside each the
// one that holds.
//
//===----------------------------------------------------------------------===//

#include "RuleTools.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

std::string between(const std::string &Source, const std::string &Target) {
  return verdict(amd(Source + "=>\n" + Target));
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

TEST(MaskTraps, NotEqualIsNoComplement) {
  // Lanes that are off: a compare gives 0, the complement of one 1.
  const std::string Equal = R"(
  %0:l32
  %1:l32
  %2:l1 = V_CMP_EQ_U32_e64 %0, %1
  %3:l1 = S_NOT_B64:mask %2
  yield %3
)";
  EXPECT_EQ(between(Equal, "  %2:l1 = V_CMP_NE_U32_e64 %0, %1\n  yield %2\n"), "refuted");
  // Under a compare it does not matter, nor where lanes read it.
  EXPECT_EQ(between(R"(
  %0:l32
  %1:l32
  %2:l32
  %3:l1 = V_CMP_EQ_U32_e64 %0, %1
  %4:l1 = S_NOT_B64:mask %3
  %5:l1 = V_CMP_EQ_U32_e64 %0, %2
  %6:l1 = S_AND_B64:mask %4, %5
  yield %6
)",
                    R"(
  %3:l1 = V_CMP_NE_U32_e64 %0, %1
  %4:l1 = V_CMP_EQ_U32_e64 %0, %2
  %5:l1 = S_AND_B64:mask %3, %4
  yield %5
)"),
            "proved");
  EXPECT_EQ(between(R"(
  %0:l32
  %1:l32
  %2:l1 = V_CMP_EQ_U32_e64 %0, %1
  %3:l1 = S_NOT_B64:mask %2
  %4:l32 = V_CNDMASK_B32_e64 %0, %1, %3
  yield %4
)",
                    R"(
  %2:l1 = V_CMP_NE_U32_e64 %0, %1
  %3:l32 = V_CNDMASK_B32_e64 %0, %1, %2
  yield %3
)"),
            "proved");
}

TEST(MaskTraps, ACompareThatAlwaysHoldsIsNoConstant) {
  const std::string Same = R"(
  %0:l32
  %1:l1 = const splat(i1 1)
  %2:l1 = const splat(i1 0)
)";
  EXPECT_EQ(between(Same + "  %3:l1 = V_CMP_EQ_U32_e64 %0, %0\n  yield %3\n", "  yield %1\n"),
            "refuted");
  EXPECT_EQ(between(Same + "  %3:l1 = V_CMP_NE_U32_e64 %0, %0\n  yield %3\n", "  yield %2\n"),
            "proved");
}

TEST(MaskTraps, AMaskThroughARegisterLosesItsOtherLanes) {
  const std::string There = R"(
  %0:l1
  %1:l32 = const splat(i32 0)
  %2:l32 = const splat(i32 1)
  %3:l32 = V_CNDMASK_B32_e64 %1, %2, %0
  %4:l1 = V_CMP_NE_U32_e64 %3, %1
)";
  EXPECT_EQ(between(There + "  yield %4\n", "  yield %0\n"), "refuted");
  EXPECT_EQ(between(There + "  %5:l1 = S_AND_B64:mask %4, %0\n  yield %5\n",
                    "  %3:l32 = V_CNDMASK_B32_e64 %1, %2, %0\n"
                    "  %4:l1 = V_CMP_NE_U32_e64 %3, %1\n  yield %4\n"),
            "proved");
}

TEST(MaskTraps, MasksAreComparedInAllLanes) {
  EXPECT_EQ(between("  %0:l1\n  %1:l1\n  %2:l1 = S_AND_B64:mask %0, %1\n"
                    "  %3:l1 = S_XOR_B64:mask %2, %0\n  yield %3\n",
                    "  %2:l1 = S_ANDN2_B64:mask %0, %1\n  yield %2\n"),
            "proved");
  // What is known of a mask is known of every lane.
  EXPECT_EQ(between("  %0:l1 zeros=splat(i1 1)\n  %1:l1\n"
                    "  %2:l1 = S_OR_B64:mask %0, %1\n  yield %2\n",
                    "  yield %1\n"),
            "proved");
  // A number is no mask.
  Expected<Rule> R = parseRule("rule amdgcn\n  %0:s64\n  %1:l32\n  %2:s64 = S_NOT_B64 %0\n"
                               "  %3:l32 = V_CNDMASK_B32_e64 %1, %1, %2\n  yield %3\n=>\n"
                               "  yield %1\nend\n");
  EXPECT_FALSE(R ? !errorToBool(verify(*R, {}).takeError()) : (consumeError(R.takeError()), false));
}

//===----------------------------------------------------------------------===//
// Halves
//===----------------------------------------------------------------------===//

TEST(HalfTraps, TheHighHalfIsLeftOpen) {
  const std::string Sum = R"(
  %0:l32
  %1:l32
  %2:l32 = const splat(i32 0xffff)
  %3:l32 = const splat(i32 0)
  %4:l32 = const splat(i32 16)
)";
  const std::string Add = "  %5:l32 = V_ADD_NC_U16_fake16_e64 %0, %1\n";
  const std::string Cleared = Add + "  %6:l32 = V_AND_B32_e64 %5, %2\n  yield %6\n";
  EXPECT_EQ(between(Sum + Cleared, Add + "  yield %5\n"), "refuted");
  EXPECT_EQ(between(Sum + Add + "  yield %5\n", Cleared), "proved");
  // gfx9 clears it.
  EXPECT_EQ(between(Sum + "  %5:l32 = V_ADD_U16_e64 %0, %1\n"
                          "  %6:l32 = V_AND_B32_e64 %5, %2\n  yield %6\n",
                    "  %5:l32 = V_ADD_U16_e64 %0, %1\n  yield %5\n"),
            "proved");
  EXPECT_EQ(between(Sum + "  %5:l32 = V_ADD_U16_e64 %0, %1\n  yield %5\n", Add + "  yield %5\n"),
            "refuted");
  // Shifted down it may be taken for 0, but not brought in where there was a 0.
  const std::string High = "  %6:l32 = V_LSHRREV_B32_e64 %4, %5\n  yield %6\n";
  EXPECT_EQ(between(Sum + Add + High, "  yield %3\n"), "proved");
  EXPECT_EQ(between(Sum + "  %5:l32 = V_ADD_U16_e64 %0, %1\n" + High, Add + High), "refuted");
  // Read twice it is one value.
  const std::string Twice = Sum + Add + "  %6:l32 = V_XOR_B32_e64 %5, %5\n  yield %6\n";
  EXPECT_EQ(between(Twice, "  yield %3\n"), "proved");
  EXPECT_EQ(between(Sum + Add +
                        "  %6:l32 = V_ADD_NC_U16_fake16_e64 %0, %1\n"
                        "  %7:l32 = V_XOR_B32_e64 %5, %6\n  yield %7\n",
                    "  yield %3\n"),
            "unknown"); // true of one choice, which is not looked for
}

TEST(HalfTraps, OneOpenHalfIsGivenOneValue) {
  const std::string Both = R"(
  %0:l32
  %1:l32
  %2:l32 = const splat(i32 0xffff)
  %3:l32 = V_ADD_NC_U16_fake16_e64 %0, %1
  %4:l32 = EXTRACT %3, 0
  yield %3, %4
)";
  const std::string Cleared = "  %3:l32 = V_ADD_NC_U16_fake16_e64 %0, %1\n"
                              "  %4:l32 = V_AND_B32_e64 %3, %2\n";
  EXPECT_EQ(between(Both, Cleared + "  yield %4, %4\n"), "proved");
  EXPECT_EQ(between(Both, Cleared + "  yield %3, %4\n"), "unknown");
  // And it is the same that a further instruction reads.
  EXPECT_EQ(between(R"(
  %0:l32
  %1:l32
  %2:l32 = const splat(i32 0xffff)
  %3:l32 = V_ADD_NC_U16_fake16_e64 %0, %1
  %4:l32 = V_NOT_B32_e64 %3
  yield %3, %4
)",
                    Cleared + "  %5:l32 = V_NOT_B32_e64 %3\n  yield %4, %5\n"),
            "unknown");
}

TEST(HalfTraps, BitsThatNobodyReads) {
  // Only the low half of the output is looked at, and compared.
  const std::string Source = R"(
  %0:l32
  %1:l32
  %2:l32 = const splat(i32 0xffff)
  %3:l32 = V_ADD_U32_e64 %0, %1
  %4:l32 = V_AND_B32_e64 %3, %2
  yield %4)";
  const std::string Target = "  %3:l32 = V_ADD_NC_U16_fake16_e64 %0, %1\n  yield %3\n";
  EXPECT_EQ(between(Source + " low=16\n", Target), "proved");
  EXPECT_EQ(between(Source + "\n", Target), "refuted");
  EXPECT_EQ(between(Source + " low=17\n", Target), "refuted");
}

//===----------------------------------------------------------------------===//
// The whole wave
//===----------------------------------------------------------------------===//

TEST(CrossLaneTraps, TwoExchangesLoseLanesThatAreOff) {
  // The partner of a lane that is on may be off, and the first did not write it: left
  // open, or 0 where the second does not read such lanes.
  for (const char *Row : {"V_PERMLANE64_B32 %0", "V_MOV_B32_dpp:gfx10 %0, %0, 0x141, 15, 15, 1"}) {
    std::string Again = Row;
    Again.replace(Again.find("%0"), 2, "%1");
    if (size_t At = Again.find("%0"); At != std::string::npos)
      Again.replace(At, 2, "%1");
    const std::string Source =
        "  %0:l32\n  %1:l32 = " + std::string(Row) + "\n  %2:l32 = " + Again + "\n  yield %2\n";
    EXPECT_EQ(between(Source, "  yield %0\n"), Row[2] == 'P' ? "unknown" : "refuted") << Row;
  }
}

TEST(CrossLaneTraps, LanesOfTheWaveAtHand) {
  const std::string Read40 = R"(
  %0:l32
  %1:s32 = const splat(i32 40)
  %2:s32 = const splat(i32 8)
)";
  auto Rule = [&](const std::string &Row) {
    return between(Read40 + "  %3:s32 = V_READLANE_B32" + Row + " %0, %1\n  yield %3\n",
                   "  %3:s32 = V_READLANE_B32" + Row + " %0, %2\n  yield %3\n");
  };
  EXPECT_EQ(Rule(":wave32"), "proved");
  EXPECT_EQ(Rule(""), "refuted");
  // Rows for waves of both sizes hold in neither.
  EXPECT_EQ(between(Read40 + "  %3:s32 = V_READLANE_B32 %0, %2\n  yield %3\n",
                    "  %3:s32 = V_READLANE_B32:wave32 %0, %2\n  yield %3\n"),
            "unknown");
}

TEST(CrossLaneTraps, AMoveIsNotTheValueInLanesThatAreOff) {
  // readlane looks at lane 8 whether it is on or not.
  const std::string Source = R"(
  %0:l32
  %1:s32 = const splat(i32 8)
  %2:l32 = V_MOV_B32_e32 %0
  %3:s32 = V_READLANE_B32 %2, %1
  yield %3
)";
  EXPECT_EQ(between(Source, "  %2:s32 = V_READLANE_B32 %0, %1\n  yield %2\n"), "unknown");
  EXPECT_EQ(between("  %0:l32\n  %1:s32 = const splat(i32 8)\n"
                    "  %2:s32 = V_READLANE_B32 %0, %1\n  yield %2\n",
                    "  %2:l32 = V_MOV_B32_e32 %0\n  %3:s32 = V_READLANE_B32 %2, %1\n  yield %3\n"),
            "refuted");
  // A constant in a vector register is one in lanes that are on.
  EXPECT_NE(between("  %0:l32 = const splat(i32 5)\n  %1:s32 = const splat(i32 8)\n"
                    "  %2:s32 = const splat(i32 5)\n"
                    "  %3:s32 = V_READLANE_B32 %0, %1\n  yield %3\n",
                    "  yield %2\n"),
            "proved");
}

TEST(CrossLaneTraps, WritelaneWritesALaneThatIsOff) {
  const std::string Leaves = "  %0:l32\n  %1:s32\n  %2:s32 = const splat(i32 8)\n";
  const std::string Write = "  %3:l32 = V_WRITELANE_B32 %1, %2, %0\n";
  EXPECT_EQ(
      between(Leaves + Write + "  %4:s32 = V_READLANE_B32 %3, %2\n  yield %4\n", "  yield %1\n"),
      "proved");
  EXPECT_EQ(
      between(Leaves + Write + "  %4:l32 = V_MOV_B32_e32 %3\n  yield %4\n", Write + "  yield %3\n"),
      "proved");
  EXPECT_EQ(
      between(Leaves + Write + "  yield %3\n", Write + "  %4:l32 = V_MOV_B32_e32 %3\n  yield %4\n"),
      "refuted");
}

TEST(LaneNumbers, AreOfEachLane) {
  const std::string Leaves =
      "  %0:l32 = const splat(i32 0)\n  %1:s32 = const splat(i32 0xffffffff)\n"
      "  %2:l32 = const splat(i32 63)\n";
  const std::string Id = "  %3:l32 = V_MBCNT_LO_U32_B32_e64 %1, %0\n"
                         "  %4:l32 = V_MBCNT_HI_U32_B32_e64 %1, %3\n";
  EXPECT_EQ(
      between(Leaves + Id + "  %5:l32 = V_AND_B32_e64 %4, %2\n  yield %5\n", Id + "  yield %4\n"),
      "proved");
  EXPECT_EQ(between(Leaves + Id + "  yield %4\n",
                    "  %3:l32 = V_MBCNT_LO_U32_B32_e64 %1, %0\n  yield %3\n"),
            "refuted");
}

} // namespace
