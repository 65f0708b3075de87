//===- tests/passes/OperandKindsTest.cpp - Immediates, scalars and halves -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is emitted fits its operand: fields, register banks, halves.
//
//===----------------------------------------------------------------------===//

#include "LaneFixture.h"

using namespace whittle;
using testing::HasSubstr;

namespace {

TEST(Lanes, WhatTheTargetHasTooStaysUnderOneExec) {
  const char Rule[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = V_ADD_U32_e64 %0, %1
  %3:l32 = V_AND_B32_e64 %2, %2
  %4:l32 = V_XOR_B32_e64 %3, %1
  yield %4
=>
  %2:l32 = V_ADD_U32_e64 %0, %1
  %3:l32 = V_XOR_B32_e64 %2, %1
  yield %3
end
)";
  auto Body = [](const std::string &Between, const std::string &Kept) {
    return "    %5:vgpr_32 = V_ADD_U32_e64 %0, %1, 0, implicit $exec\n" + Between +
           "    %6:vgpr_32 = V_AND_B32_e64 %5, %5, implicit $exec\n"
           "    %4:vgpr_32 = V_XOR_B32_e64 %6, %1, implicit $exec\n"
           "    $vgpr1 = COPY " +
           Kept + "\n    $vgpr0 = COPY %4\n    SI_RETURN implicit $vgpr0, implicit $vgpr1\n";
  };
  EXPECT_EQ(rewrites(Rule, Body("", "%0")), 1u);
  EXPECT_EQ(rewrites(Rule, Body("", "%5")), 1u);
  EXPECT_EQ(rewrites(Rule, Body("    $exec = S_MOV_B64 1\n", "%5")), 0u);
}

TEST(Lanes, WhatOtherLanesReadDoesNotStay) {
  // A lane that is off may be read: the proof had a choice of what it holds.
  const char Rule[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = V_ADD_U32_e64 %0, %1
  %3:l32 = V_AND_B32_e64 %2, %2
  %4:s32 = V_READFIRSTLANE_B32 %3
  yield %4
=>
  %2:l32 = V_ADD_U32_e64 %0, %1
  %3:s32 = V_READFIRSTLANE_B32 %2
  yield %3
end
)";
  auto Body = [](const std::string &Kept) {
    return "    %5:vgpr_32 = V_ADD_U32_e64 %0, %1, 0, implicit $exec\n"
           "    %6:vgpr_32 = V_AND_B32_e64 %5, %5, implicit $exec\n"
           "    %4:sreg_32_xm0 = V_READFIRSTLANE_B32 %6, implicit $exec\n"
           "    $vgpr1 = COPY " +
           Kept + "\n    $vgpr0 = COPY %4\n    SI_RETURN implicit $vgpr0, implicit $vgpr1\n";
  };
  EXPECT_EQ(rewrites(Rule, Body("%0")), 1u);
  EXPECT_EQ(rewrites(Rule, Body("%5")), 0u);
}

TEST(Immediates, BitsThatTheRowDoesNotReadAreNotEmitted) {
  // -4 is no modifier of the first source; bits above the two are other fields.
  const char Rule[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l1
  %3:l32 = const splat(i32 0x80000000)
  %4:l32 = V_XOR_B32_e64 %1, %3
  %5:l32 = V_CNDMASK_B32_e64 %0, %4, %2
  yield %5
=>
  %4:l32 = V_CNDMASK_B32_e64:mods %0, %1, %2, -4, 1
  yield %4
end
)";
  std::string Out;
  EXPECT_EQ(rewrites(Rule,
                     std::string("    %5:sreg_32 = S_MOV_B32 -2147483648\n"
                                 "    %6:vgpr_32 = V_XOR_B32_e64 %1, %5, implicit $exec\n"
                                 "    %7:sreg_64_xexec = COPY %9\n"
                                 "    %4:vgpr_32 = V_CNDMASK_B32_e64 0, %0, 0, %6, %7, implicit "
                                 "$exec\n") +
                         Return,
                     gfx942(), &Out),
            1u);
  EXPECT_THAT(Out, HasSubstr("V_CNDMASK_B32_e64 0, %0:vgpr_32, 1, %1:vgpr_32"));
}

TEST(Immediates, ShortScalarsAreSigned) {
  // As the window has it the immediate is 65533.
  const char Rule[] = R"(
rule amdgcn
  %0:s32
  %1:s32 = S_ADDK_I32 %0, 65534
  %2:s32 = S_ADDK_I32 %1, 65535
  yield %2
=>
  %1:s32 = S_ADDK_I32 %0, 65533
  yield %1
end
)";
  std::string Out;
  EXPECT_EQ(rewrites(Rule,
                     "    %5:sreg_32 = S_ADDK_I32 %8, -2, implicit-def dead $scc\n"
                     "    %6:sreg_32 = S_ADDK_I32 %5, -1, implicit-def dead $scc\n"
                     "    %4:vgpr_32 = COPY %6\n" +
                         Return,
                     gfx942(), &Out),
            1u);
  EXPECT_THAT(Out, HasSubstr(", -3, implicit-def dead $scc"));
}

TEST(Scalars, AConstantInLanesIsMadeAnewForTheScalarUnit) {
  auto Rule = [](const std::string &Leaf) {
    return "rule amdgcn\n  %0:s32" + Leaf + R"(
  %1:s32
  %2:l32
  %3:l32 = V_MUL_LO_U32_e64 %0, %2
  %4:l32 = V_MUL_LO_U32_e64 %1, %3
  yield %4
=>
  %3:s32 = S_MUL_I32 %0, %1
  %4:l32 = V_MUL_LO_U32_e64 %3, %2
  yield %4
end
)";
  };
  auto Code = [](const std::string &Five) {
    return "    %5:vgpr_32 = V_MOV_B32_e32 5, implicit $exec\n    %3:vgpr_32 = V_MUL_LO_U32_e64 " +
           Five +
           ", %0, implicit $exec\n"
           "    %4:vgpr_32 = V_MUL_LO_U32_e64 %8, %3, implicit $exec\n" +
           Return;
  };
  for (bool Known : {false, true})
    for (const char *Five : {"5", "%5"}) {
      std::string Out;
      // A vector register is a scalar only if it is known to be this constant.
      const bool Fires = Known || StringRef(Five) == "5";
      EXPECT_EQ(rewrites(Rule(Known ? " = const splat(i32 5)" : ""), Code(Five), gfx942(), &Out),
                Fires);
      if (Fires)
        EXPECT_THAT(Out, HasSubstr("S_MOV_B32 5")) << Known << Five;
    }
}

TEST(Halves, ANewConstantIsAVectorRegister) {
  const char Rule[] = R"(
rule amdgcn
  %0:l16
  %1:l16 = const splat(i16 1)
  %2:l16 = const splat(i16 2)
  %3:l16 = const splat(i16 3)
  %4:l16 = V_ADD_NC_U16_t16_e64 %0, %1
  %5:l16 = V_ADD_NC_U16_t16_e64 %4, %2
  yield %5
=>
  %4:l16 = V_ADD_NC_U16_t16_e64 %0, %3
  yield %4
end
)";
  std::string Out;
  EXPECT_EQ(rewrites(Rule, R"(
    %5:vgpr_16 = COPY %0.hi16
    %6:vgpr_16 = V_ADD_NC_U16_t16_e64 0, %5, 0, 1, 0, 0, implicit $exec
    %7:vgpr_16 = V_ADD_NC_U16_t16_e64 0, %6, 0, 2, 0, 0, implicit $exec
    %4:vgpr_32 = REG_SEQUENCE %7, %subreg.lo16, %5, %subreg.hi16
)" + std::string(Return),
                     gpu("gfx1100"), &Out),
            1u);
  EXPECT_THAT(Out, HasSubstr("V_MOV_B16_t16_e64 0, 3, 0"));
}

} // namespace
