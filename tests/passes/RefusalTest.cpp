//===- tests/passes/RefusalTest.cpp - AMDGPU code that must stay as it is --===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// True rules beside instructions that look like their source: another modifier,
// another half, another lane, another reader. What is nearly the same and allowed
// stands next to each, so that a rule which never fires shows.
//
//===----------------------------------------------------------------------===//

#include "MirFixture.h"
#include "gmock/gmock.h"

using namespace whittle;
using testing::HasSubstr;
using testing::Not;

namespace {

MirTarget gpu(const char *Name) { return {"amdgcn-amd-amdhsa", Name, "", std::nullopt, ""}; }

/// How often \p Rule fires in a function of three VGPRs and \p Body.
size_t rewrites(const std::string &Rule, const std::string &Body, const char *CPU = "gfx942",
                std::string *Text = nullptr) {
  ApplyStats S;
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $vgpr0, $vgpr1, $vgpr2
    %0:vgpr_32 = COPY $vgpr0
    %1:vgpr_32 = COPY $vgpr1
    %2:vgpr_32 = COPY $vgpr2
    %9:sreg_32 = S_MOV_B32 0
)" + Body,
                            Rule, gpu(CPU), &S);
  if (Text)
    *Text = Out;
  return S.Rewrites.size();
}

const char Return[] = "    $vgpr0 = COPY %4\n    SI_RETURN implicit $vgpr0\n";

// dot(a, b, 0) + c.
const char DotAdd[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = const splat(i8 0x00)
  %3:l32
  %4:l32 = V_DOT4_I32_I8 %0, %1, %2
  %5:l32 = V_ADD_U32_e64 %4, %3
  yield %5
=>
  %4:l32 = V_DOT4_I32_I8 %0, %1, %3
  yield %4
end
)";
std::string dotAdd(const std::string &DotClamp, const std::string &AddClamp,
                   const std::string &Modifier = "8") {
  return "    %3:vgpr_32 = V_DOT4_I32_I8 " + Modifier + ", %0, 8, %1, 8, %9, " + DotClamp +
         ", 0, 0, implicit $exec\n    %4:vgpr_32 = V_ADD_U32_e64 %3, %2, " + AddClamp +
         ", implicit $exec\n";
}

TEST(Refused, ClampOnEitherInstruction) {
  EXPECT_EQ(rewrites(DotAdd, dotAdd("0", "0") + Return), 1u);
  EXPECT_EQ(rewrites(DotAdd, dotAdd("-1", "0") + Return), 0u);
  EXPECT_EQ(rewrites(DotAdd, dotAdd("0", "-1") + Return), 0u);
  EXPECT_EQ(rewrites(DotAdd, dotAdd("1", "0") + Return), 0u);
}

TEST(Refused, AnAccumulatorWithASecondUse) {
  EXPECT_EQ(rewrites(DotAdd, dotAdd("0", "0") + "    $vgpr1 = COPY %3\n    $vgpr0 = COPY %4\n"
                                                "    SI_RETURN implicit $vgpr0, implicit $vgpr1\n"),
            0u);
}

TEST(Refused, ADppOperand) {
  // The sum reads %3 of another lane of its row, which is not what was proved.
  const char Dpp[] = "    %3:vgpr_32 = V_DOT4_I32_I8 8, %0, 8, %1, 8, %9, 0, 0, 0, implicit $exec\n"
                     "    %4:vgpr_32 = V_ADD_U32_dpp %2, %3, %2, 273, 15, 15, 0, implicit $exec\n";
  EXPECT_EQ(rewrites(DotAdd, Dpp + std::string(Return)), 0u);
  // Nor does one that is moved across lanes in between become the accumulator.
  const char Moved[] =
      "    %3:vgpr_32 = V_DOT4_I32_I8 8, %0, 8, %1, 8, %9, 0, 0, 0, implicit $exec\n"
      "    %5:vgpr_32 = V_MOV_B32_dpp %2, %3, 273, 15, 15, 0, implicit $exec\n"
      "    %4:vgpr_32 = V_ADD_U32_e64 %5, %2, 0, implicit $exec\n";
  EXPECT_EQ(rewrites(DotAdd, Moved + std::string(Return)), 0u);
}

// (a * b) + c of the low halves is a product of halves and a sum.
const char MadOfHalves[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = const splat(i8 0x00)
  %3:l32
  %4:l32 = V_MAD_U16_gfx9_e64 %0, %1, %2
  %5:l32 = V_ADD_U16_e64 %4, %3
  yield %5
=>
  %4:l32 = V_MAD_U16_e64 %0, %1, %3
  yield %4
end
)";

TEST(Refused, OpSelIsNotDropped) {
  auto Code = [](const std::string &Modifier) {
    return "    %3:vgpr_32 = V_MAD_U16_gfx9_e64 " + Modifier +
           ", %0, 0, %1, 0, %9, 0, 0, implicit $exec\n"
           "    %4:vgpr_32 = V_ADD_U16_e64 %3, %2, 0, implicit $exec\n" +
           Return;
  };
  EXPECT_EQ(rewrites(MadOfHalves, Code("0")), 1u);
  EXPECT_EQ(rewrites(MadOfHalves, Code("4")), 0u); // the high half of a
  EXPECT_EQ(rewrites(MadOfHalves, Code("8")), 0u); // into the high half
}

// Packed: swapped halves are another instruction too.
const char PackedTwice[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = V_PK_ADD_U16 %0, %1
  %3:l32 = V_PK_SUB_U16 %2, %1
  yield %3
=>
  yield %0
end
)";
TEST(Refused, PackedOpSelIsNotDropped) {
  auto Code = [](const std::string &Modifier) {
    return "    %3:vgpr_32 = V_PK_ADD_U16 8, %0, " + Modifier +
           ", %1, 0, 0, 0, 0, 0, implicit $exec\n    %4:vgpr_32 = V_PK_SUB_I16 8, %3, 8, %1, 0, 0, "
           "0, 0, 0, implicit $exec\n" +
           Return;
  };
  EXPECT_EQ(rewrites(PackedTwice, Code("8")), 1u);
  EXPECT_EQ(rewrites(PackedTwice, Code("4")), 0u);
  EXPECT_EQ(rewrites(PackedTwice, Code("0")), 0u);
}

// The high half is not what it was: nobody may look at it.
const char LowHalfOnly[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32
  %3:l32 = V_MUL_LO_U16_e64 %0, %1
  %4:l32 = V_ADD_U16_e64 %3, %2
  yield %4 low=16
=>
  %3:l32 = V_MAD_U16_gfx9_e64 %0, %1, %2
  yield %3
end
)";
TEST(Refused, AHighHalfThatIsRead) {
  auto Code = [](const std::string &Reader) {
    return "    %8:vgpr_32 = V_MUL_LO_U16_e64 %0, %1, implicit $exec\n"
           "    %3:vgpr_32 = V_ADD_U16_e64 %8, %2, 0, implicit $exec\n" +
           Reader + Return;
  };
  const char Low[] = "    %4:vgpr_32 = V_MUL_LO_U16_e64 %3, %3, implicit $exec\n";
  const char Both[] = "    %4:vgpr_32 = V_AND_B32_e64 %3, %0, implicit $exec\n";
  const char Moved[] = "    %5:vgpr_32 = COPY %3\n    %6:vgpr_32 = COPY %5\n"
                       "    %4:vgpr_32 = V_MUL_LO_U16_e64 %6, %0, implicit $exec\n";
  EXPECT_EQ(rewrites(LowHalfOnly, Code(Low)), 1u);
  EXPECT_EQ(rewrites(LowHalfOnly, Code(Moved)), 1u);
  EXPECT_EQ(rewrites(LowHalfOnly, Code(Both)), 0u);
  // The test's function returns nothing: what is in the register is not known.
  EXPECT_EQ(rewrites(LowHalfOnly, Code("    %4:vgpr_32 = COPY %3\n")), 0u);
}

// Rounding and denormals are as kernels start with them, or rows on floats say nothing.
TEST(Refused, ModesThatKernelsDoNotStartWith) {
  const char Floats[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = V_MUL_F32_e64 %0, %1
  %3:l32 = V_MUL_F32_e64 %0, %1
  %4:l32 = V_FMA_F32_e64 %2, %3, %1
  yield %4
=>
  %2:l32 = V_MUL_F32_e64 %0, %1
  %3:l32 = V_FMA_F32_e64 %2, %2, %1
  yield %3
end
)";
  const std::string Code = "    %3:vgpr_32 = nofpexcept V_MUL_F32_e64 0, %0, 0, %1, 0, 0, implicit "
                           "$mode, implicit $exec\n"
                           "    %5:vgpr_32 = nofpexcept V_MUL_F32_e64 0, %0, 0, %1, 0, 0, implicit "
                           "$mode, implicit $exec\n"
                           "    %4:vgpr_32 = nofpexcept V_FMA_F32_e64 0, %3, 0, %5, 0, %1, 0, 0, "
                           "implicit $mode, implicit "
                           "$exec\n";
  const std::string Mode = "    S_ROUND_MODE 3, implicit-def $mode, implicit $mode\n";
  EXPECT_EQ(rewrites(Floats, Code + Return, "gfx1200"), 1u);
  EXPECT_EQ(rewrites(Floats, Mode + Code + Return, "gfx1200"), 0u);
  // Integers do not depend on MODE.
  const std::string Packed =
      "    %3:vgpr_32 = V_PK_ADD_U16 8, %0, 8, %1, 0, 0, 0, 0, 0, implicit $exec\n"
      "    %4:vgpr_32 = V_PK_SUB_I16 8, %3, 8, %1, 0, 0, 0, 0, 0, implicit $exec\n";
  EXPECT_EQ(rewrites(PackedTwice, Mode + Packed + Return, "gfx1200"), 1u);
}

} // namespace
