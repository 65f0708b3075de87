//===- tests/passes/BitsAboveTest.cpp - Who zeroes what lies above --------===//
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

// True at 128 bits, and still not to be applied where SUBREG_TO_REG relies on
// the move to zero what lies above.
const char MoveVector[] = R"(
rule x86_64
  %0:v128
  %1:v128 = VMOVDQA64Z128rr %0
  yield %1
=>
  yield %0
end
)";
TEST(BitsAbove, MoveUnderSubregToRegStays) {
  ApplyStats S;
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $zmm0
    %0:vr512 = COPY $zmm0
    %1:vr128x = COPY %0.sub_xmm
    %2:vr128x = VMOVDQA64Z128rr %1
    %3:vr512 = SUBREG_TO_REG 0, %2, %subreg.sub_xmm
    $zmm0 = COPY %3
    RET64 $zmm0
)",
                            MoveVector, x86(), &S);
  EXPECT_THAT(Out, HasSubstr("VMOVDQA64Z128rr"));
  EXPECT_EQ(S.Illegal, 1u);
}

TEST(BitsAbove, MoveUnderSubregToRegThroughCopyAndPhiStays) {
  std::string Out = applyTo(R"(
  bb.0:
    successors: %bb.1
    liveins: $xmm0, $xmm1
    %0:vr128x = COPY $xmm0
    %1:vr128x = COPY $xmm1
    %2:vr128x = VMOVDQA64Z128rr %1
    %3:vr128x = COPY %2
  bb.1:
    successors: %bb.1, %bb.2
    %4:vr128x = PHI %3, %bb.0, %5, %bb.1
    %5:vr128x = VPADDDZ128rr %4, %0
    JCC_1 %bb.1, 4, implicit undef $eflags
    JMP_1 %bb.2
  bb.2:
    %6:vr512 = SUBREG_TO_REG 0, %4, %subreg.sub_xmm
    $zmm0 = COPY %6
    RET64 $zmm0
)",
                            MoveVector, x86());
  EXPECT_THAT(Out, HasSubstr("VMOVDQA64Z128rr"));
}

TEST(BitsAbove, MoveWithoutDemandGoes) {
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $xmm0, $xmm1
    %0:vr128x = COPY $xmm0
    %1:vr128x = COPY $xmm1
    %2:vr128x = VMOVDQA64Z128rr %1
    %3:vr128x = VPADDDZ128rr %2, %0
    $xmm0 = COPY %3
    RET64 $xmm0
)",
                            MoveVector, x86());
  EXPECT_THAT(Out, Not(HasSubstr("VMOVDQA64Z128rr")));
}

TEST(BitsAbove, LeafThatZeroesAboveWillDo) {
  // The leaf's own EVEX add zeroes what SUBREG_TO_REG relies on.
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $xmm0, $xmm1
    %0:vr128x = COPY $xmm0
    %1:vr128x = COPY $xmm1
    %2:vr128x = VPADDDZ128rr %1, %0
    %3:vr128x = VMOVDQA64Z128rr %2
    %4:vr512 = SUBREG_TO_REG 0, %3, %subreg.sub_xmm
    $zmm0 = COPY %4
    RET64 $zmm0
)",
                            MoveVector, x86());
  EXPECT_THAT(Out, Not(HasSubstr("VMOVDQA64Z128rr")));
}

const char MoveScalar[] = R"(
rule x86_64
  %0:r32
  %1:r32 = MOV32rr %0
  yield %1
=>
  yield %0
end
)";
TEST(BitsAbove, ScalarMoveUnderSubregToRegStays) {
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $rdi
    %0:gr64 = COPY $rdi
    %1:gr32 = COPY %0.sub_32bit
    %2:gr32 = MOV32rr %1
    %3:gr64 = SUBREG_TO_REG 0, %2, %subreg.sub_32bit
    $rax = COPY %3
    RET64 $rax
)",
                            MoveScalar, x86());
  EXPECT_THAT(Out, HasSubstr("MOV32rr"));
}

} // namespace
