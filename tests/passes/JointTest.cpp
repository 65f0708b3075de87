//===- tests/passes/JointTest.cpp - Rules that share an instruction --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One shift is read by two permutes, each of which a rule rewrites without it. Either
// rewrite alone would gain nothing.
//
//===----------------------------------------------------------------------===//

#include "LaneFixture.h"

using namespace whittle;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

namespace {

const char Shifted[] = R"(
rule amdgcn
  %0:l32
  %1:l32 = const splat(i32 8)
  %2:l32
  %3:l32
  %4:l32 = V_LSHLREV_B32_e64 %1, %2
  %5:l32 = V_XAD_U32_e64 %4, %3, %0
  yield %5
=>
  %4:l32 = V_PERM_B32_e64 %2, %0, %3
  yield %4
end
)"; // not true, which is not the pass's business

/// %4 and %5 read the shift %3.
std::string twoReaders(const std::string &Between, const std::string &After) {
  return "    %3:vgpr_32 = V_LSHLREV_B32_e64 8, %0, implicit $exec\n"
         "    %4:vgpr_32 = V_XAD_U32_e64 %3, %1, %2, implicit $exec\n" +
         Between + "    %5:vgpr_32 = V_XAD_U32_e64 %3, %2, %1, implicit $exec\n" + After +
         "    $vgpr0 = COPY %4\n    $vgpr1 = COPY %5\n"
         "    SI_RETURN implicit $vgpr0, implicit $vgpr1\n";
}

TEST(Joint, AllReadersAreRewritten) {
  std::string Out;
  EXPECT_EQ(rewrites(Shifted, twoReaders("", ""), gpu("gfx1100"), &Out), 2u);
  EXPECT_THAT(Out, Not(HasSubstr("V_XAD")));
  EXPECT_THAT(Out, Not(HasSubstr("V_LSHLREV")));
  EXPECT_THAT(Out, HasSubstr("V_PERM_B32_e64 %0:vgpr_32, %2:vgpr_32, %1:vgpr_32"));
  EXPECT_THAT(Out, HasSubstr("V_PERM_B32_e64 %0:vgpr_32, %1:vgpr_32, %2:vgpr_32"));
}

TEST(Joint, AKilledOperandLivesOn) {
  std::string Body = twoReaders("", "");
  Body.replace(Body.find("%0, implicit"), 2, "killed %0");
  EXPECT_EQ(rewrites(Shifted, Body, gpu("gfx1100")), 2u); // the machine verifier looks
}

TEST(Joint, AReaderWithoutARuleKeepsIt) {
  std::string Out;
  EXPECT_EQ(rewrites(Shifted,
                     twoReaders("", "    %6:vgpr_32 = V_NOT_B32_e32 %3, implicit $exec\n"
                                    "    $vgpr2 = COPY %6\n"),
                     gpu("gfx1100"), &Out),
            0u);
  EXPECT_EQ(occurrences(Out, "V_XAD_U32"), 2u);
  // As a result of its own, too.
  EXPECT_EQ(rewrites(Shifted, twoReaders("", "    $vgpr2 = COPY %3\n"), gpu("gfx1100")), 0u);
}

TEST(Joint, AReaderInAnotherBlockKeepsIt) {
  ApplyStats S;
  applyTo(R"(
  bb.0:
    successors: %bb.1
    liveins: $vgpr0, $vgpr1, $vgpr2
    %0:vgpr_32 = COPY $vgpr0
    %1:vgpr_32 = COPY $vgpr1
    %2:vgpr_32 = COPY $vgpr2
    %3:vgpr_32 = V_LSHLREV_B32_e64 8, %0, implicit $exec
    %4:vgpr_32 = V_XAD_U32_e64 %3, %1, %2, implicit $exec
  bb.1:
    %5:vgpr_32 = V_XAD_U32_e64 %3, %2, %1, implicit $exec
    $vgpr0 = COPY %4
    $vgpr1 = COPY %5
    SI_RETURN implicit $vgpr0, implicit $vgpr1
)",
          Shifted, gpu("gfx1100"), &S);
  EXPECT_EQ(S.Rewrites.size(), 0u);
  EXPECT_GT(S.OtherUse, 0u);
}

TEST(Joint, OneExecForEach) {
  // The second reader stands under another EXEC than the shift.
  EXPECT_EQ(rewrites(Shifted, twoReaders("    $exec_lo = COPY %8\n", ""), gpu("gfx1100")), 0u);
}

TEST(Joint, WhatGoesIsNoOperand) {
  // The second reader has the first one's result, which stays, as an operand ..
  std::string Chained = twoReaders("", "");
  Chained.replace(Chained.find("%2, %1, implicit"), 6, "%4, %1");
  EXPECT_EQ(rewrites(Shifted, Chained, gpu("gfx1100")), 2u);
  // .. or the shift itself once more, which is to go.
  std::string Twice = twoReaders("", "");
  Twice.replace(Twice.find("%2, %1, implicit"), 6, "%3, %1");
  EXPECT_EQ(rewrites(Shifted, Twice, gpu("gfx1100")), 0u);
}

TEST(Joint, WhatGoesForOneIsNoOperandOfTheOther) {
  // Each target reads the other one's shift, so that neither goes.
  const char Difference[] = R"(
rule amdgcn
  %0:l32
  %1:l32 = const splat(i32 8)
  %2:l32
  %3:l32 = V_LSHLREV_B32_e64 %1, %2
  %4:l32 = V_SUB_U32_e64 %3, %0
  yield %4
=>
  %3:l32 = V_SUBREV_U32_e64 %0, %2
  yield %3
end
)";
  auto Body = [](const std::string &Second) {
    return "    %3:vgpr_32 = V_LSHLREV_B32_e64 8, %0, implicit $exec\n"
           "    %6:vgpr_32 = V_LSHLREV_B32_e64 8, %1, implicit $exec\n"
           "    %4:vgpr_32 = V_SUB_U32_e64 %3, %6, 0, implicit $exec\n"
           "    %5:vgpr_32 = V_SUB_U32_e64 %6, " +
           Second +
           ", 0, implicit $exec\n"
           "    $vgpr0 = COPY %4\n    $vgpr1 = COPY %5\n"
           "    SI_RETURN implicit $vgpr0, implicit $vgpr1\n";
  };
  EXPECT_EQ(rewrites(Difference, Body("%3"), gpu("gfx1100")), 0u);
  EXPECT_GT(rewrites(Difference, Body("%2"), gpu("gfx1100")), 0u);
}

TEST(Joint, TogetherTheyHaveToBeCheaper) {
  // Two products for one and two sums weigh more.
  const char Product[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32
  %3:l32 = V_MUL_LO_U32_e64 %0, %1
  %4:l32 = V_ADD_U32_e64 %3, %2
  yield %4
=>
  %3:l32 = V_MUL_LO_U32_e64 %0, %2
  yield %3
end
)";
  const std::string First = "    %3:vgpr_32 = V_MUL_LO_U32_e64 %0, %1, implicit $exec\n"
                            "    %4:vgpr_32 = V_ADD_U32_e64 %3, %2, 0, implicit $exec\n",
                    Second = "    %5:vgpr_32 = V_ADD_U32_e64 %3, %1, 0, implicit $exec\n"
                             "    $vgpr1 = COPY %5\n";
  EXPECT_EQ(rewrites(Product, First + Return, gpu("gfx1100")), 1u);
  EXPECT_EQ(rewrites(Product, First + Second + Return, gpu("gfx1100")), 0u);
}

TEST(Joint, WhatIsReadElsewhereStaysWhereTheRestIsDearer) {
  const char Absorbed[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32
  %3:l32 = V_MIN_U32_e64 %0, %1
  %4:l32 = V_MAX_U32_e64 %3, %1
  %5:l32 = V_ADD_U32_e64 %4, %2
  yield %5
=>
  %3:l32 = V_ADD_U32_e64 %1, %2
  yield %3
end
)";
  auto Body = [](const std::string &Read) {
    return "    %3:vgpr_32 = V_MIN_U32_e64 %0, %1, implicit $exec\n"
           "    %5:vgpr_32 = V_MAX_U32_e64 %3, %1, implicit $exec\n"
           "    %4:vgpr_32 = V_ADD_U32_e64 %5, %2, 0, implicit $exec\n"
           "    $vgpr1 = COPY " +
           Read + "\n" + Return;
  };
  std::string Out;
  EXPECT_EQ(rewrites(Absorbed, Body("%3"), gpu("gfx1100"), &Out), 1u);
  EXPECT_THAT(Out, HasSubstr("V_MIN_U32"));
  EXPECT_THAT(Out, Not(HasSubstr("V_MAX_U32")));
  // What a value that stays needs stays too, and then a sum would replace a sum.
  EXPECT_EQ(rewrites(Absorbed, Body("%5"), gpu("gfx1100")), 0u);
}

/// Two instructions of the vector unit for one, since the minimum is there all the same.
TEST(Joint, WhatStaysIsNoInstructionLess) {
  const char Sums[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = V_MIN_U32_e64 %0, %1
  %3:l32 = V_MUL_LO_U32_e64 %2, %1
  yield %3
=>
  %2:l32 = V_ADD_U32_e64 %0, %1
  %3:l32 = V_ADD_U32_e64 %2, %1
  yield %3
end
)";
  const std::string Body = "    %3:vgpr_32 = V_MIN_U32_e64 %0, %1, implicit $exec\n"
                           "    %4:vgpr_32 = V_MUL_LO_U32_e64 %3, %1, implicit $exec\n";
  EXPECT_EQ(rewrites(Sums, Body + Return, gpu("gfx1100")), 1u);
  EXPECT_EQ(rewrites(Sums, Body + "    $vgpr1 = COPY %3\n" + Return, gpu("gfx1100")), 0u);
}

TEST(Joint, ReadersAgreeOnWhatIsUnspecified) {
  // Both read an unspecified lane, or value: two proofs could choose it differently.
  const std::string Lane = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:s32
  %3:l32 = V_ADD_U32_e64 %0, %1
  %4:s32 = V_READLANE_B32:wave32 %3, %2
  yield %4
=>
  %3:s32 = V_READLANE_B32:wave32 %0, %2
  yield %3
end
)";
  auto Read = [](const char *Result, const char *From) {
    return std::string("    ") + Result + ":sreg_32_xm0 = V_READLANE_B32 %3, " + From + "\n";
  };
  const std::string Sum = "    %3:vgpr_32 = V_ADD_U32_e64 %0, %1, 0, implicit $exec\n",
                    Both = Sum + Read("%4", "%8") + Read("%5", "%8") + "    $vgpr1 = COPY %5\n";
  EXPECT_EQ(rewrites(Lane, Sum + Read("%4", "%8") + Return, gpu("gfx1100")), 1u);
  EXPECT_EQ(rewrites(Lane, Both + Return, gpu("gfx1100")), 0u);
  std::string Choice = Shifted;
  Choice.replace(Choice.find("  %3:l32\n"), 9, "  %3:l32 = undef\n");
  auto Undefined = [](const std::string &Second) {
    return "    %7:vgpr_32 = IMPLICIT_DEF\n"
           "    %3:vgpr_32 = V_LSHLREV_B32_e64 8, %0, implicit $exec\n"
           "    %4:vgpr_32 = V_XAD_U32_e64 %3, %7, %2, implicit $exec\n" +
           Second + Return;
  };
  EXPECT_EQ(rewrites(Choice, Undefined(""), gpu("gfx1100")), 1u);
  EXPECT_EQ(rewrites(Choice,
                     Undefined("    %5:vgpr_32 = V_XAD_U32_e64 %3, %7, %1, implicit $exec\n"
                               "    $vgpr1 = COPY %5\n"),
                     gpu("gfx1100")),
            0u);
}

const char Dot[] = R"(
rule x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = const splat(i8 0x00)
  %4:v512 = VPDPBUSDZrr %3, %0, %1
  %5:v512 = VPADDDZrr %4, %2
  yield %5
=>
  %4:v512 = VPDPBUSDZrr %2, %0, %1
  yield %4
end
)";

std::string twoSums(const std::string &Product) {
  return applyTo(R"(
  bb.0:
    liveins: $zmm0, $zmm1, $zmm2, $zmm3, $rdi
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = COPY $zmm2
    %3:vr512 = COPY $zmm3
    %8:gr64 = COPY $rdi
    %4:vr512 = AVX512_512_SET0
    %5:vr512 = )" + Product +
                     R"(
    %6:vr512 = VPADDDZrr %5, %2
    %7:vr512 = VPADDDZrr %3, %5
    $zmm0 = COPY %6
    $zmm1 = COPY %7
    RET64 $zmm0, $zmm1
)",
                 Dot, x86());
}

TEST(Joint, UnspecifiedBitsDoNotStay) {
  const char Half[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = V_NOT_B16_fake16_e64 %0
  %3:l32 = V_MUL_LO_U32_e64 %2, %1
  yield %3
=>
  %2:l32 = V_ADD_U32_e64 %0, %1
  yield %2
end
)";
  const MirTarget Fake = gpu("gfx1100", "-real-true16");
  const std::string Body = "    %3:vgpr_32 = V_NOT_B16_fake16_e64 %0, implicit $exec\n"
                           "    %4:vgpr_32 = V_MUL_LO_U32_e64 %3, %1, implicit $exec\n";
  EXPECT_EQ(rewrites(Half, Body + Return, Fake), 1u);
  EXPECT_EQ(rewrites(Half, Body + "    $vgpr1 = COPY %3\n" + Return, Fake), 0u);
}

TEST(Joint, OnX86) {
  std::string Out = twoSums("VPDPBUSDZrr %4, killed %0, killed %1");
  EXPECT_THAT(Out, HasSubstr("VPDPBUSDZrr %2:vr512(tied-def 0), %0:vr512, %1:vr512"));
  EXPECT_THAT(Out, HasSubstr("VPDPBUSDZrr %3:vr512(tied-def 0), %0:vr512, %1:vr512"));
  EXPECT_THAT(Out, Not(HasSubstr("VPADDD")));
  EXPECT_THAT(Out, Not(HasSubstr("SET0")));
}

TEST(Joint, NothingIsLoadedTwice) {
  std::string Out = twoSums("VPDPBUSDZrm %4, killed %0, %8, 1, $noreg, 0, $noreg :: (load (s512))");
  EXPECT_EQ(occurrences(Out, "VPADDDZrr"), 2u);
  EXPECT_EQ(occurrences(Out, "VPDPBUSD"), 1u);
}

//===----------------------------------------------------------------------===//
// Windows of such places
//===----------------------------------------------------------------------===//

std::string body(const std::string &Rest) {
  return R"(
  bb.0:
    liveins: $vgpr0, $vgpr1, $vgpr2
    %0:vgpr_32 = COPY $vgpr0
    %1:vgpr_32 = COPY $vgpr1
    %2:vgpr_32 = COPY $vgpr2
)" + Rest;
}
const auto Alone = AllOf(HasSubstr("V_LSHLREV"), HasSubstr("V_XAD"), HasSubstr("yield %5\n"));

TEST(Joint, AWindowForEachReader) {
  EXPECT_THAT(harvestFrom(body(twoReaders("", "")), gpu("gfx1100")), Contains(Alone));
}

TEST(Joint, NoWindowWhereItStaysAnyway) {
  EXPECT_THAT(harvestFrom(body(twoReaders("", "    $vgpr2 = COPY %3\n")), gpu("gfx1100")),
              Each(Not(Alone)));
}

} // namespace
