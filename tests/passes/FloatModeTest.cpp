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
