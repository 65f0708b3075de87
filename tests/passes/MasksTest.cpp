//===- tests/passes/MasksTest.cpp - Lane masks in scalar registers --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Masks and numbers are in the same registers, and are not the same.
//
//===----------------------------------------------------------------------===//

#include "LaneFixture.h"

using namespace whittle;
using testing::HasSubstr;

namespace {

TEST(Masks, ANumbersBitsAreNoFactsOfLanes) {
  // Bit 0 of the number is zero: lane 0 selects the first, others may not.
  const char Rule[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l1 zeros=splat(i1 1)
  %3:l32 = V_CNDMASK_B32_e64 %0, %1, %2
  yield %3
=>
  yield %0
end
)";
  EXPECT_EQ(rewrites(Rule, std::string("    %5:sreg_64 = S_AND_B64 %9, -2, implicit-def dead $scc\n"
                                       "    %6:sreg_64_xexec = COPY %5\n"
                                       "    %4:vgpr_32 = V_CNDMASK_B32_e64 0, %0, 0, %1, %6, "
                                       "implicit $exec\n") +
                               Return),
            0u);
}

TEST(Masks, ConstantsOfAllLanesOrNone) {
  const char Rule[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l1 = const splat(i1 1)
  %3:l32 = V_CNDMASK_B32_e64 %0, %1, %2
  yield %3
=>
  yield %1
end
)";
  auto Code = [](const std::string &Width, const std::string &Mask) {
    return "    %5:sreg_" + Width + "_xm0_xexec = S_MOV_B" + Width + " " + Mask +
           "\n    %4:vgpr_32 = V_CNDMASK_B32_e64 0, %0, 0, %1, %5, implicit $exec\n" + Return;
  };
  EXPECT_EQ(rewrites(Rule, Code("32", "-1"), gpu("gfx1100")), 1u);
  EXPECT_EQ(rewrites(Rule, Code("32", "1"), gpu("gfx1100")), 0u);
  EXPECT_EQ(rewrites(Rule, Code("32", "0"), gpu("gfx1100")), 0u);
}

const char NotIsSwap[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l1
  %3:l1 = S_NOT_B64:mask %2
  %4:l32 = V_CNDMASK_B32_e64 %0, %1, %3
  yield %4
=>
  %3:l32 = V_CNDMASK_B32_e64 %1, %0, %2
  yield %3
end
)";

TEST(Masks, OfWavesOfEitherSize) {
  std::string Out;
  EXPECT_EQ(rewrites(NotIsSwap,
                     std::string("    %5:sreg_64_xexec = S_NOT_B64 %9, implicit-def dead $scc\n"
                                 "    %4:vgpr_32 = V_CNDMASK_B32_e64 0, %0, 0, %1, %5, implicit "
                                 "$exec\n") +
                         Return,
                     gfx942(), &Out),
            1u);
  EXPECT_THAT(Out, HasSubstr("V_CNDMASK_B32_e64 0, %1:vgpr_32, 0, %0:vgpr_32"));
  const std::string Wave32 =
      std::string("    %5:sreg_32_xm0_xexec = S_NOT_B32 %8, implicit-def dead $scc\n"
                  "    %4:vgpr_32 = V_CNDMASK_B32_e64 0, %0, 0, %1, %5, implicit $exec\n") +
      Return;
  EXPECT_EQ(rewrites(NotIsSwap, Wave32, gpu("gfx1100")), 1u);
}

TEST(Masks, AComparesResultIsAsWideAsTheWave) {
  const char Rule[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l1 = V_CMP_EQ_U32_e64 %0, %1
  %3:l1 = S_NOT_B64:mask %2
  %4:l32 = V_CNDMASK_B32_e64 %0, %1, %3
  yield %4
=>
  %2:l1 = V_CMP_NE_U32_e64 %0, %1
  %3:l32 = V_CNDMASK_B32_e64 %0, %1, %2
  yield %3
end
)";
  auto Code = [](const std::string &Width, const std::string &Class) {
    return "    %5:" + Class + " = V_CMP_EQ_U32_e64 %0, %1, implicit $exec\n    %6:" + Class +
           " = S_NOT_B" + Width +
           " %5, implicit-def dead $scc\n"
           "    %4:vgpr_32 = V_CNDMASK_B32_e64 0, %0, 0, %1, %6, implicit $exec\n" +
           Return;
  };
  std::string Out;
  EXPECT_EQ(rewrites(Rule, Code("32", "sreg_32_xm0_xexec"), gpu("gfx1100"), &Out), 1u);
  EXPECT_THAT(Out, HasSubstr(":sreg_32_xm0_xexec = V_CMP_NE_U32_e64"));
  EXPECT_EQ(rewrites(Rule, Code("64", "sreg_64_xexec"), gpu("gfx1100", "+wavefrontsize64"), &Out),
            1u);
  EXPECT_THAT(Out, HasSubstr(":sreg_64_xexec = V_CMP_NE_U32_e64"));
}

TEST(Masks, TheVectorUnitDoesNoWorkOfTheScalarUnit) {
  // Two instructions for three, but one more of the vector unit.
  const char Rule[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l1
  %3:l1
  %4:l1 = S_NOT_B64:mask %2
  %5:l1 = S_AND_B64:mask %4, %3
  %6:l32 = V_CNDMASK_B32_e64 %0, %1, %5
  yield %6
=>
  %4:l32 = V_CNDMASK_B32_e64 %1, %0, %2
  %5:l32 = V_CNDMASK_B32_e64 %0, %4, %3
  yield %5
end
)";
  EXPECT_EQ(rewrites(Rule, "    %5:sreg_64 = V_CMP_EQ_U32_e64 %0, %1, implicit $exec\n"
                           "    %6:sreg_64 = V_CMP_LT_U32_e64 %0, %2, implicit $exec\n"
                           "    %7:sreg_64 = S_NOT_B64 %5, implicit-def dead $scc\n"
                           "    %3:sreg_64_xexec = S_AND_B64 %7, %6, implicit-def dead $scc\n"
                           "    %4:vgpr_32 = V_CNDMASK_B32_e64 0, %0, 0, %1, %3, implicit $exec\n" +
                               Return),
            0u);
}

TEST(Masks, ReadAsANumberAsWell) {
  // All bits of the result are the same, those of lanes that are off as well.
  const char Rule[] = R"(
rule amdgcn
  %0:l1
  %1:l1
  %2:l1 = S_NOT_B64:mask %1
  %3:l1 = S_AND_B64:mask %0, %2
  yield %3
=>
  %2:l1 = S_ANDN2_B64:mask %0, %1
  yield %2
end
)";
  std::string Out;
  EXPECT_EQ(rewrites(Rule,
                     "    %5:sreg_64 = V_CMP_EQ_U32_e64 %0, %1, implicit $exec\n"
                     "    %6:sreg_64 = S_NOT_B64 %5, implicit-def dead $scc\n"
                     "    %7:sreg_64_xexec = S_AND_B64 %9, %6, implicit-def dead $scc\n"
                     "    %3:sreg_32 = S_BCNT1_I32_B64 %7, implicit-def dead $scc\n"
                     "    %10:vgpr_32 = COPY %3\n"
                     "    %4:vgpr_32 = V_CNDMASK_B32_e64 0, %0, 0, %10, %7, implicit $exec\n" +
                         Return,
                     gfx942(), &Out),
            1u);
  EXPECT_THAT(Out, HasSubstr("S_ANDN2_B64"));
}

TEST(Masks, WhatIsReadAsANumberIsNoMaskForAWindow) {
  // The copy hides from S_AND_B64 that it makes a mask.
  for (const std::string &W : harvestFrom(R"(
  bb.0:
    liveins: $vgpr0, $vgpr1, $sgpr4_sgpr5, $sgpr6_sgpr7
    %0:vgpr_32 = COPY $vgpr0
    %1:vgpr_32 = COPY $vgpr1
    %8:sreg_64 = COPY $sgpr4_sgpr5
    %9:sreg_64 = COPY $sgpr6_sgpr7
    %5:sreg_64 = S_AND_B64 %8, %9, implicit-def dead $scc
    %6:sreg_64_xexec = COPY %5
    %4:vgpr_32 = V_CNDMASK_B32_e64 0, %0, 0, %1, %6, implicit $exec
    $vgpr0 = COPY %4
    SI_RETURN implicit $vgpr0
)",
                                          gfx942()))
    EXPECT_FALSE(StringRef(W).contains("V_CNDMASK") && StringRef(W).contains("S_AND_B64 ")) << W;
}

} // namespace
