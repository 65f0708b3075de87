//===- tests/passes/PartAccessTest.cpp - What SDWA does anyway ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaneFixture.h"

using namespace whittle;

namespace {

const char AndOr[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32
  %3:l32 = V_AND_B32_e64 %0, %1
  %4:l32 = V_OR_B32_e64 %3, %2
  yield %4
=>
  %3:l32 = V_AND_OR_B32_e64 %0, %1, %2
  yield %3
end
)";

std::string masked(const char *Mask) {
  return std::string("    %5:sreg_32 = S_MOV_B32 ") + Mask +
         "\n    %3:vgpr_32 = V_AND_B32_e64 %0, %5, implicit $exec\n"
         "    %4:vgpr_32 = V_OR_B32_e64 %3, %1, implicit $exec\n" +
         Return;
}

TEST(PartAccess, AMaskOfAByteIsNotSaved) {
  // LLVM makes v_or_b32_sdwa of both.
  EXPECT_EQ(rewrites(AndOr, masked("255")), 0u);
  EXPECT_EQ(rewrites(AndOr, masked("65535")), 0u);
  EXPECT_EQ(rewrites(AndOr, masked("65280")), 1u);
  // No such instructions there.
  EXPECT_EQ(rewrites(AndOr, masked("255"), gpu("gfx1200")), 1u);
}

TEST(PartAccess, AMaskThatIsReadTwiceStays) {
  // By both operands: no form reads it in place, and the disjunction goes.
  const char Both[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = V_AND_B32_e64 %0, %1
  %3:l32 = V_OR_B32_e64 %2, %2
  yield %3
=>
  %2:l32 = V_AND_B32_e64 %0, %1
  yield %2
end
)";
  EXPECT_EQ(rewrites(Both, R"(
    %5:sreg_32 = S_MOV_B32 255
    %3:vgpr_32 = V_AND_B32_e64 %0, %5, implicit $exec
    %4:vgpr_32 = V_OR_B32_e64 %3, %3, implicit $exec
)" + Return),
            1u);
}

TEST(PartAccess, WhatTheTargetReadsInPlaceCounts) {
  // Two instructions for two, and the half is read in place by either: the fewer win.
  const char Shift[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = const splat(i32 0x10)
  %3:l32 = V_LSHRREV_B32_e64 %2, %0
  %4:l32 = V_NOT_B32_e64 %1
  %5:l32 = V_NOT_B32_e64 %4
  %6:l32 = V_XOR_B32_e64 %3, %5
  yield %6
=>
  %3:l32 = V_LSHRREV_B32_e64 %2, %0
  %4:l32 = V_XOR_B32_e64 %3, %1
  yield %4
end
)";
  EXPECT_EQ(rewrites(Shift, R"(
    %5:vgpr_32 = V_LSHRREV_B32_e64 16, %0, implicit $exec
    %6:vgpr_32 = V_NOT_B32_e64 %1, implicit $exec
    %7:vgpr_32 = V_NOT_B32_e64 %6, implicit $exec
    %4:vgpr_32 = V_XOR_B32_e64 %5, %7, implicit $exec
)" + Return),
            1u);
}

TEST(PartAccess, PartsMadeOrWrittenOutsideCount) {
  const char AddAdd[] = R"(
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
  const std::string Half = R"(
    %5:vgpr_32 = V_LSHRREV_B32_e64 16, %0, implicit $exec
    %6:vgpr_32 = V_ADD_U32_e64 %5, %1, 0, implicit $exec
)";
  // One instruction less, but the shift is one more.
  EXPECT_EQ(rewrites(AddAdd,
                     Half + "    %4:vgpr_32 = V_ADD_U32_e64 %6, %2, 0, implicit $exec\n" + Return),
            0u);
  const std::string Low = R"(
    %5:vgpr_32 = V_ADD_U32_e64 %0, %1, 0, implicit $exec
    %6:vgpr_32 = V_ADD_U32_e64 %5, %2, 0, implicit $exec
)";
  EXPECT_EQ(rewrites(AddAdd,
                     Low + "    %4:vgpr_32 = V_LSHLREV_B32_e64 16, %6, implicit $exec\n" + Return),
            0u);
  EXPECT_EQ(rewrites(AddAdd,
                     Low + "    %4:vgpr_32 = V_LSHLREV_B32_e64 15, %6, implicit $exec\n" + Return),
            1u);
}

} // namespace
