//===- tests/passes/GeneralTest.cpp - Matching rules with symbols ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaneFixture.h"

using namespace whittle;
using testing::HasSubstr;

namespace {

std::string shiftRule(const std::string &Guard, const std::string &Sum) {
  return "rule x86_64\n  $a:i8\n  $b:i8\n" + Guard + R"(
  %0:v512
  %1:v512 = VPSRLWZri %0, $a
  %2:v512 = VPSRLWZri %1, $b
  yield %2
=>
  %1:v512 = VPSRLWZri %0, )" +
         Sum + "\n  yield %1\nend\n";
}

std::string shiftBody(int A, int B, const char *Second = "VPSRLWZri") {
  return R"(
  bb.0:
    liveins: $zmm0
    %0:vr512 = COPY $zmm0
    %1:vr512 = VPSRLWZri %0, )" +
         std::to_string(A) + "\n    %2:vr512 = " + Second + " %1, " + std::to_string(B) +
         "\n    $zmm0 = COPY %2\n    RET64 $zmm0\n";
}

TEST(GeneralRules, ComputeTheTargetsImmediate) {
  const std::string Rule = shiftRule("  where $a + $b < 16\n", "$a + $b");
  for (auto [A, B] : {std::pair(1, 2), {7, 8}, {0, 15}}) {
    ApplyStats S;
    std::string Out = applyTo(shiftBody(A, B), Rule, x86(), &S);
    EXPECT_EQ(S.Rewrites.size(), 1u);
    EXPECT_THAT(Out, HasSubstr("VPSRLWZri %0:vr512, " + std::to_string(A + B)));
  }
}

TEST(GeneralRules, StayWithinTheGuard) {
  const std::string Rule = shiftRule("  where $a + $b < 16\n", "$a + $b");
  // -56 is how LLVM writes 200 in 8 bits: 200 + 60 is not 4.
  for (auto [A, B] : {std::pair(8, 8), {0, 16}, {-56, 60}, {200, 60}}) {
    ApplyStats S;
    applyTo(shiftBody(A, B), Rule, x86(), &S);
    EXPECT_EQ(S.Rewrites.size(), 0u) << A << " " << B;
  }
  ApplyStats S;
  applyTo(shiftBody(1, 2, "VPSLLWZri"), Rule, x86(), &S);
  EXPECT_EQ(S.Matched, 0u);
}

TEST(GeneralRules, ClampWhatTheImmediateCannotHold) {
  ApplyStats S;
  std::string Out = applyTo(shiftBody(-56, 60), shiftRule("", "min($a + $b, 255)"), x86(), &S);
  EXPECT_EQ(S.Rewrites.size(), 1u);
  EXPECT_THAT(Out, HasSubstr("VPSRLWZri %0:vr512, 255"));
}

TEST(GeneralRules, OneSymbolIsOneNumber) {
  const std::string Rule = R"(rule x86_64
  $a:i8
  %0:v512
  %1:v512 = VPSRLWZri %0, $a
  %2:v512 = VPSLLWZri %1, $a
  %3:v512 = VPSRLWZri %2, $a
  yield %3
=>
  %1:v512 = VPSRLWZri %0, $a
  yield %1
end
)";
  auto Body = [](int C) {
    return R"(
  bb.0:
    liveins: $zmm0
    %0:vr512 = COPY $zmm0
    %1:vr512 = VPSRLWZri %0, 5
    %2:vr512 = VPSLLWZri %1, 5
    %3:vr512 = VPSRLWZri %2, )" +
           std::to_string(C) + "\n    $zmm0 = COPY %3\n    RET64 $zmm0\n";
  };
  ApplyStats Same, Other;
  applyTo(Body(5), Rule, x86(), &Same);
  applyTo(Body(6), Rule, x86(), &Other);
  EXPECT_EQ(Same.Rewrites.size(), 1u);
  EXPECT_EQ(Other.Matched, 0u);
}

TEST(GeneralRules, NewConstantsComeFromThePool) {
  const std::string Rule = R"(rule x86_64
  $a:i512
  $b:i512
  %0:v512
  %1:v512 = const whole($a)
  %2:v512 = const whole($b)
  %3:v512 = const whole($a & $b)
  %4:v512 = VPANDQZrr %0, %1
  %5:v512 = VPANDQZrr %4, %2
  yield %5
=>
  %4:v512 = VPANDQZrr %0, %3
  yield %4
end
)";
  auto Body = [](StringRef Second) {
    return std::pair(
        std::string(R"(
  bb.0:
    liveins: $zmm0
    %0:vr512 = COPY $zmm0
    %1:vr512 = VMOVDQA64Zrm $rip, 1, $noreg, %const.0, $noreg :: (load (s512) from constant-pool)
    %2:vr512 = VMOVDQA64Zrm $rip, 1, $noreg, %const.1, $noreg :: (load (s512) from constant-pool)
    %3:vr512 = VPANDQZrr %0, %1
    %4:vr512 = VPANDQZrr %3, %2
    $zmm0 = COPY %4
    RET64 $zmm0
)"),
        "  - id: 0\n    value: '<8 x i64> <i64 1, i64 3, i64 7, i64 15, i64 31, i64 "
        "63, i64 127, i64 255>'\n    alignment: 64\n  - id: 1\n    value: '<8 x i64> " +
            Second.str() + "'\n    alignment: 64\n");
  };
  ApplyStats S;
  auto [Code, Pool] = Body("<i64 85, i64 85, i64 85, i64 85, i64 85, i64 85, i64 85, i64 85>");
  std::string Out = applyTo(Code, Rule, x86(), &S, Pool);
  EXPECT_EQ(S.Rewrites.size(), 1u);
  EXPECT_EQ(occurrences(Out, "VPANDQZrr"), 1u);
  // As dwords: 1, 0, 1, 0, 5, 0, 5, 0, 21, 0, ..
  EXPECT_THAT(Out, HasSubstr("<i32 1, i32 0, i32 1, i32 0, i32 5, i32 0, i32 5, i32 0, i32 21"));

  // A lane that anything may stand in is no constant.
  ApplyStats Undefined;
  auto [Same, Holes] = Body("<i64 85, i64 undef, i64 85, i64 85, i64 85, i64 85, i64 85, i64 85>");
  applyTo(Same, Rule, x86(), &Undefined, Holes);
  EXPECT_EQ(Undefined.Matched, 0u);
}

TEST(GeneralRules, ElementsHaveToRepeat) {
  const std::string Rule = R"(rule x86_64
  $a:i16
  $b:i8
  where $b < 16
  %0:v512
  %1:v512 = const splat(i16 $a)
  %2:v512 = VPANDQZrr %0, %1
  %3:v512 = VPSRLWZri %2, $b
  %4:v512 = VPSLLWZri %3, $b
  yield %4
=>
  %2:v512 = VPANDQZrr %0, %3
  yield %2
end
)";
  const std::string Whole = std::string(Rule).replace(
      Rule.find("  %2:v512 = VPANDQZrr"), 0, "  %9:v512 = const splat(i16 $a & (0xffff << $b))\n");
  std::string Text = Whole;
  Text.replace(Text.rfind("%0, %3"), 6, "%0, %9");
  const std::string Body = R"(
  bb.0:
    liveins: $zmm0
    %0:vr512 = COPY $zmm0
    %1:vr512 = VMOVDQA64Zrm $rip, 1, $noreg, %const.0, $noreg :: (load (s512) from constant-pool)
    %2:vr512 = VPANDQZrr %0, %1
    %3:vr512 = VPSRLWZri %2, 4
    %4:vr512 = VPSLLWZri %3, 4
    $zmm0 = COPY %4
    RET64 $zmm0
)";
  auto Pool = [](const char *Last) {
    return std::string("  - id: 0\n    value: '<8 x i64> <i64 1152657617789587455, i64 "
                       "1152657617789587455, i64 1152657617789587455, i64 1152657617789587455, i64 "
                       "1152657617789587455, i64 1152657617789587455, i64 1152657617789587455, "
                       "i64 ") +
           Last + ">'\n    alignment: 64\n";
  };
  ApplyStats Same, Differs;
  std::string Out = applyTo(Body, Text, x86(), &Same, Pool("1152657617789587455"));
  EXPECT_EQ(Same.Rewrites.size(), 1u);
  EXPECT_EQ(occurrences(Out, "VPSRLWZri"), 0u);
  applyTo(Body, Text, x86(), &Differs, Pool("1152657617789587454"));
  EXPECT_EQ(Differs.Matched, 0u);
}

//===----------------------------------------------------------------------===//
// AMDGPU
//===----------------------------------------------------------------------===//

const std::string LaneShift = R"(rule amdgcn
  $a:i32
  $b:i32
  where $a + $b < 32
  %0:l32 = const splat(i32 $a)
  %1:l32
  %2:l32 = const splat(i32 $b)
  %3:l32 = const splat(i32 $a + $b)
  %4:l32 = V_LSHRREV_B32_e64 %0, %1
  %5:l32 = V_LSHRREV_B32_e64 %2, %4
  yield %5
=>
  %4:l32 = V_LSHRREV_B32_e64 %3, %1
  yield %4
end
)";

TEST(GeneralRules, AmountsOfLanes) {
  auto Body = [](int A, int B) {
    return "    %3:vgpr_32 = V_LSHRREV_B32_e64 " + std::to_string(A) +
           ", %0, implicit $exec\n    %4:vgpr_32 = V_LSHRREV_B32_e64 " + std::to_string(B) +
           ", %3, implicit $exec\n" + Return;
  };
  std::string Text;
  EXPECT_EQ(rewrites(LaneShift, Body(3, 4), gfx942(), &Text), 1u);
  EXPECT_THAT(Text, HasSubstr("V_MOV_B32_e32 7"));
  // 32 would shift by nothing; -1 is an amount of 31.
  EXPECT_EQ(rewrites(LaneShift, Body(16, 16)), 0u);
  EXPECT_EQ(rewrites(LaneShift, Body(-1, 1)), 0u);
}

} // namespace
