//===- tests/passes/FloatModeTest.cpp - Rounding modes and denormals -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MirFixture.h"
#include "gmock/gmock.h"

using namespace whittle;
using testing::HasSubstr;
using testing::Not;

namespace {

// Addition and subtraction of the same lanes; true in any mode, but the rows are not.
const char Alternating[] = R"(
rule x86_64
  %0:v128
  %1:v128
  %2:v128 = VADDPSrr %0, %1
  %3:v128 = VSUBPSrr %0, %1
  %4:v128 = VBLENDPSrri %3, %2, 10
  yield %4
=>
  %2:v128 = VADDSUBPSrr %0, %1
  yield %2
end
)";
const char Body[] = R"(
  bb.0:
    liveins: $xmm0, $xmm1
    %0:vr128 = COPY $xmm0
    %1:vr128 = COPY $xmm1
    %2:vr128 = nofpexcept VADDPSrr %0, %1, implicit $mxcsr
    %3:vr128 = nofpexcept VSUBPSrr %0, %1, implicit $mxcsr
    %4:vr128 = VBLENDPSrri %3, %2, 10
    $xmm0 = COPY %4
    RET64 $xmm0
)";

std::string appliedUnder(const std::string &Attributes) {
  MirTarget T = x86("haswell");
  T.Attributes = Attributes;
  return applyTo(Body, Alternating, T);
}

TEST(FloatMode, TheDefaultOne) {
  std::string Out = appliedUnder("");
  EXPECT_THAT(Out, HasSubstr("VADDSUBPSrr"));
  EXPECT_THAT(Out, Not(HasSubstr("VBLENDPSrri")));
}
TEST(FloatMode, StrictCodeMayChangeIt) {
  EXPECT_THAT(appliedUnder("strictfp"), Not(HasSubstr("VADDSUBPSrr")));
}
TEST(FloatMode, DenormalsThatAreFlushed) {
  EXPECT_THAT(appliedUnder("\"denormal-fp-math\"=\"preserve-sign,preserve-sign\""),
              Not(HasSubstr("VADDSUBPSrr")));
  EXPECT_THAT(appliedUnder("\"denormal-fp-math-f32\"=\"preserve-sign,preserve-sign\""),
              Not(HasSubstr("VADDSUBPSrr")));
}
// Integers alone become a test for classes of numbers, which a mode that takes denormals
// for zero changes.
const char ClassTest[] = R"(
rule x86_64
  %0:v512
  %1:v512
  %2:v512 = VPANDDZrr %0, %1
  %3:k64 = VPCMPDZrri %1, %2, 2
  yield %3
=>
  %2:k64 = VFPCLASSPSZri %0, 153
  yield %2
end
)";
const char ClassBody[] = R"(
  bb.0:
    liveins: $zmm0, $zmm1
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = VPANDDZrr %0, %1
    %3:vk16 = VPCMPDZrri %1, %2, 2
    $k0 = COPY %3
    RET64 $k0
)";
TEST(FloatMode, IntegersBecomeClassTestsInTheDefaultOneOnly) {
  // The rule is not true; what counts here is the mode.
  auto Under = [&](const std::string &Attributes) {
    MirTarget T = x86("skylake-avx512");
    T.Attributes = Attributes;
    return applyTo(ClassBody, ClassTest, T);
  };
  EXPECT_THAT(Under(""), HasSubstr("VFPCLASSPSZri"));
  EXPECT_THAT(Under("strictfp"), Not(HasSubstr("VFPCLASSPSZri")));
  EXPECT_THAT(Under("\"denormal-fp-math\"=\"preserve-sign,preserve-sign\""),
              Not(HasSubstr("VFPCLASSPSZri")));
}
TEST(FloatMode, HarvestLeavesOtherModesOut) {
  auto Windows = [](const std::string &Attributes) {
    MirTarget T = x86("haswell");
    T.Attributes = Attributes;
    std::string All;
    for (const std::string &W : harvestFrom(Body, T))
      All += W;
    return All;
  };
  EXPECT_THAT(Windows(""), HasSubstr("VADDPS"));
  EXPECT_THAT(Windows("strictfp"), Not(HasSubstr("VADDPS")));
}

} // namespace
