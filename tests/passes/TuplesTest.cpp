//===- tests/passes/TuplesTest.cpp - Values that are parts of tuples ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// True rules where a matched value is read as a register of a tuple as well, or where
// what a rule reads is made of what it gives.
//
//===----------------------------------------------------------------------===//

#include "LaneFixture.h"

using namespace whittle;
using testing::HasSubstr;

namespace {

TEST(Tuples, ALeafThatHoldsAnInnerResultKeepsIt) {
  const char Rule[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l64
  %3:l32
  %4:l64 = V_LSHLREV_B64_e64 %3, %2
  %5:l32 = EXTRACT %4, 0
  %6:l32 = V_ADD_U32_e64 %0, %1
  %7:l32 = V_ADD_U32_e64 %5, %6
  yield %7
=>
  %4:l64 = V_LSHLREV_B64_e64 %3, %2
  %5:l32 = EXTRACT %4, 0
  %6:l32 = V_ADD3_U32_e64 %0, %1, %5
  yield %6
end
)";
  auto Code = [](const std::string &Low) {
    return "    %3:vgpr_32 = V_ADD_U32_e64 %0, %1, 0, implicit $exec\n"
           "    %5:vreg_64_align2 = REG_SEQUENCE " +
           Low +
           ", %subreg.sub0, %2, %subreg.sub1\n"
           "    %6:vreg_64_align2 = V_LSHLREV_B64_e64 %0, %5, implicit $exec\n"
           "    %4:vgpr_32 = V_ADD_U32_e64 %6.sub0, %3, 0, implicit $exec\n" +
           Return;
  };
  EXPECT_EQ(rewrites(Rule, Code("%2")), 1u);
  EXPECT_EQ(rewrites(Rule, Code("%3")), 0u); // the sum is in the tuple as well
}

const char AddTwice[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32
  %3:l32 = V_ADD_U32_e64 %0, %1
  %4:l32 = V_ADD_U32_e64 %3, %2
  yield %4
=>
  %3:l32 = V_ADD3_U32_e64 %0, %1, %2
  yield %3
end
)";

TEST(Tuples, TheOtherHalfOutlivesAnInnerResult) {
  std::string Out;
  EXPECT_EQ(rewrites(AddTwice,
                     "    %3:vgpr_32 = V_ADD_U32_e64 %0, %1, 0, implicit $exec\n"
                     "    %5:vreg_64_align2 = REG_SEQUENCE %3, %subreg.sub0, %2, %subreg.sub1\n"
                     "    %4:vgpr_32 = V_ADD_U32_e64 %5.sub0, %2, 0, implicit $exec\n"
                     "    $vgpr1 = COPY %5.sub1\n    $vgpr0 = COPY %4\n"
                     "    SI_RETURN implicit $vgpr0, implicit $vgpr1\n",
                     gfx942(), &Out),
            1u);
  EXPECT_THAT(Out, HasSubstr("= IMPLICIT_DEF"));
}

TEST(Tuples, AnInnerResultInAReadHalfStays) {
  EXPECT_EQ(rewrites(AddTwice,
                     "    %3:vgpr_32 = V_ADD_U32_e64 %0, %1, 0, implicit $exec\n"
                     "    %5:vreg_64_align2 = REG_SEQUENCE %3, %subreg.sub0, %2, %subreg.sub1\n"
                     "    %4:vgpr_32 = V_ADD_U32_e64 %5.sub0, %2, 0, implicit $exec\n"
                     "    $vgpr0_vgpr1 = COPY %5\n    $vgpr2 = COPY %4\n"
                     "    SI_RETURN implicit $vgpr0_vgpr1, implicit $vgpr2\n"),
            0u);
}

TEST(Placement, ALeafMadeOfAnOutputDoesNotComeBeforeIt) {
  std::string Rule = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32
  %3:l32 = V_ADD_U32_e64 %0, %1
  %4:l32 = V_SUB_U32_e64 %3, %1
  %5:l32 = V_ADD_U32_e64 %4, %2
  yield %5, %3
=>
  %3:l32 = V_ADD_U32_e64 %0, %1
  %4:l32 = V_ADD_U32_e64 %0, %2
  yield %4, %3
end
)";
  auto Code = [](const std::string &Third) {
    return "    %3:vgpr_32 = V_ADD_U32_e64 %0, %1, 0, implicit $exec\n"
           "    %7:vgpr_32 = V_XOR_B32_e64 %3, %0, implicit $exec\n"
           "    %5:vgpr_32 = V_SUB_U32_e64 %3, %1, 0, implicit $exec\n"
           "    %4:vgpr_32 = V_ADD_U32_e64 %5, " +
           Third +
           ", 0, implicit $exec\n"
           "    $vgpr0 = COPY %4\n    $vgpr1 = COPY %7\n"
           "    SI_RETURN implicit $vgpr0, implicit $vgpr1\n";
  };
  EXPECT_EQ(rewrites(Rule, Code("%2")), 1u);
  EXPECT_EQ(rewrites(Rule, Code("%7")), 1u); // the output is the same, and stays
  Rule.replace(Rule.rfind("V_ADD_U32_e64 %0, %1"), 20, "V_XOR_B32_e64 %0, %1");
  EXPECT_EQ(rewrites(Rule, Code("%2")), 1u);
  EXPECT_EQ(rewrites(Rule, Code("%7")), 0u);
}

} // namespace
