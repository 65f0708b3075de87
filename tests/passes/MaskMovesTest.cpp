//===- tests/passes/MaskMovesTest.cpp - Masks in general registers ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MirFixture.h"
#include "gmock/gmock.h"

using namespace whittle;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

namespace {

const char SignMask[] = R"(
rule x86_64
  %0:v128
  %1:v128 = const splat(i8 0x0)
  %2:k64 = VPCMPBZ128rri %0, %1, 5
  %3:r32 = KMOVDrk %2
  yield %3 low=16
=>
  %2:r32 = VPMOVMSKBrr %0
  %3:r32 = NOT32r %2
  yield %3
end
)";
std::string compare(const std::string &Rest) {
  return "  bb.0:\n    liveins: $xmm0, $rdi\n    %0:vr128x = COPY $xmm0\n    %9:gr64 = COPY $rdi\n"
         "    %1:vr128x = AVX512_128_SET0\n    %2:vk16 = VPCMPBZ128rri %0, %1, 5\n"
         "    %3:gr32 = COPY %2\n" +
         Rest;
}
const char ReturnsWord[] = "    %4:gr16 = COPY %3.sub_16bit\n    $ax = COPY %4\n    RET 0, $ax\n";
const char ReturnsByte[] = "    %4:gr8 = COPY %3.sub_8bit\n    $al = COPY %4\n    RET 0, $al\n";

std::string apply(const std::string &Body, const char *Rule, ApplyStats &S,
                  const char *CPU = "znver5") {
  S = ApplyStats();
  return applyTo(Body, Rule, x86(CPU), &S);
}

TEST(MaskMoves, ACopyIsTheMoveThatItBecomes) {
  ApplyStats S;
  for (const char *Rest : {ReturnsWord, ReturnsByte}) {
    std::string Out = apply(compare(Rest), SignMask, S);
    EXPECT_THAT(Out, HasSubstr("NOT32r"));
    EXPECT_THAT(Out, Not(HasSubstr("VPCMPB")));
    EXPECT_EQ(S.Rewrites.size(), 1u);
  }
}

TEST(MaskMoves, ReadersOfTheBitsAboveAreSeen) {
  ApplyStats S;
  const std::string Readers[] = {"    $eax = COPY %3\n    RET 0, $eax\n",
                                 "    MOV32mr %9, 1, $noreg, 0, $noreg, %3\n" +
                                     std::string(ReturnsWord),
                                 "    %5:gr32_abcd = COPY %3\n    %4:gr8 = COPY %5.sub_8bit_hi\n"
                                 "    $al = COPY %4\n    RET 0, $al\n"};
  for (const std::string &Rest : Readers) {
    EXPECT_THAT(apply(compare(Rest), SignMask, S), HasSubstr("VPCMPB")) << Rest;
    EXPECT_GE(S.NoFacts, 1u) << Rest;
  }
}

TEST(MaskMoves, AnotherReaderOfTheMaskKeepsIt) {
  ApplyStats S;
  EXPECT_THAT(
      apply(compare("    KMOVWmk %9, 1, $noreg, 0, $noreg, %2\n" + std::string(ReturnsWord)),
            SignMask, S),
      HasSubstr("VPCMPB"));
  EXPECT_GE(S.OtherUse, 1u);
}

TEST(MaskMoves, WithoutByteMasksACopyMovesWords) {
  const char Zero[] = R"(
rule x86_64
  %0:v512
  %1:k64 = VPCMPDZrri %0, %0, 6
  %2:r32 = KMOVDrk %1
  yield %2
=>
  %1:r32 = MOV32r0
  yield %1
end
)";
  const std::string Body = "  bb.0:\n    liveins: $zmm0\n    %0:vr512 = COPY $zmm0\n"
                           "    %1:vk16 = VPCMPDZrri %0, %0, 6\n    %2:gr32 = COPY %1\n"
                           "    $eax = COPY %2\n    RET 0, $eax\n";
  ApplyStats S;
  EXPECT_THAT(apply(Body, Zero, S), HasSubstr("MOV32r0"));
  EXPECT_THAT(apply(Body, Zero, S, "knl"), HasSubstr("VPCMPDZrri"));
  EXPECT_EQ(S.Matched, 0u);
}

TEST(MaskMoves, WindowsSayWhichBitsAreRead) {
  EXPECT_THAT(harvestFrom(compare(ReturnsWord), x86("znver5")),
              Contains(HasSubstr("KMOVDrk %2\n  yield %3 low=16")));
  EXPECT_THAT(harvestFrom(compare(ReturnsByte), x86("znver5")),
              Contains(HasSubstr("KMOVDrk %2\n  yield %3 low=8")));
  EXPECT_THAT(harvestFrom(compare("    $eax = COPY %3\n    RET 0, $eax\n"), x86("znver5")),
              Contains(HasSubstr("KMOVDrk %2\n  yield %3\n")));
}

} // namespace
