//===- tests/passes/AcrossBlocksTest.cpp - Windows over several blocks -----===//
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

const char AndNot[] = R"(
rule x86_64
  %0:v256
  %1:v256
  %2:v256 = const splat(i8 0xff)
  %3:v256 = VPXORYrr %0, %2
  %4:v256 = VPANDYrr %1, %3
  yield %4
=>
  %3:v256 = VPANDNYrr %0, %1
  yield %3
end
)";
/// Not true, as the next ones: what is tested is where they may stand.
const char Heavier[] = R"(
rule x86_64
  %0:v256
  %1:v256
  %2:v256 = VPXORYrr %0, %0
  %3:v256 = VPANDYrr %1, %2
  yield %3
=>
  %2:v256 = VPMADDWDYrr %0, %1
  yield %2
end
)";
const char Merge[] = R"(
rule x86_64
  %0:v256
  %1:v256
  %2:v256
  %3:v256 = VPANDYrr %0, %1
  %4:v256 = VPORYrr %2, %3
  yield %4
=>
  %3:v256 = VPTERNLOGDZ256rri %0, %1, %2, 234
  yield %3
end
)";
const char Constant[] = R"(
rule x86_64
  %0:v256
  %1:v256
  %2:v256 = const splat(i8 0xff)
  %3:v256 = VPXORYrr %0, %2
  %4:v256 = VPANDYrr %1, %3
  yield %4
=>
  %3:v256 = VPORYrr %0, %2
  yield %3
end
)";
const char Both[] = R"(
rule x86_64
  %0:v256
  %1:v256
  %2:v256 = VPANDYrr %0, %0
  %3:v256 = VPORYrr %1, %2
  yield %3, %2
=>
  %2:v256 = VPADDDYrr %0, %1
  yield %2, %0
end
)";

/// \p Front in front of a block, \p In in it; it is a loop if asked for.
std::string inBlocks(const std::string &Front, const std::string &In, bool Loop) {
  return "  bb.0:\n    successors: %bb.1\n    liveins: $ymm0, $ymm1, $ymm2, $rdi\n"
         "    %0:vr256 = COPY $ymm0\n    %1:vr256 = COPY $ymm1\n    %2:vr256 = COPY $ymm2\n"
         "    %3:gr64 = COPY $rdi\n" +
         Front + "  bb.1:\n    successors: " + (Loop ? "%bb.1, " : "") + "%bb.2\n" + In +
         "    VMOVUPSYmr %3, 1, $noreg, 0, $noreg, %9\n" +
         (Loop ? "    %20:gr64 = DEC64r %3, implicit-def $eflags\n"
                 "    JCC_1 %bb.1, 5, implicit $eflags\n"
               : "") +
         "  bb.2:\n    RET64\n";
}
const char Not0[] = "    %7:vr256 = AVX2_SETALLONES\n    %8:vr256 = VPXORYrr %0, %7\n";
const char And8[] = "    %9:vr256 = VPANDYrr %1, %8\n";

std::string apply(const std::string &Body, const char *Rule, ApplyStats &S,
                  const std::string &Constants = "") {
  S = ApplyStats();
  return applyTo(Body, Rule, x86(), &S, Constants);
}

TEST(AcrossBlocks, WhatALoopReadsIsMadeInItForTheSame) {
  for (bool Loop : {false, true}) {
    ApplyStats S;
    std::string Out = apply(inBlocks(Not0, And8, Loop), AndNot, S);
    EXPECT_THAT(Out, HasSubstr("VPANDNYrr %0:vr256, %1:vr256")) << Loop;
    EXPECT_THAT(Out, Not(HasSubstr("VPXORYrr")));
    EXPECT_EQ(S.Rewrites.size(), 1u);
  }
}

TEST(AcrossBlocks, AConstantOfTheOtherBlockIsOne) {
  ApplyStats S;
  std::string Ones =
      "    %8:vr256 = VPXORYrm %0, $rip, 1, $noreg, %const.0, $noreg :: (load (s256) "
      "from constant-pool)\n";
  std::string Pool = "  - id: 0\n    value: '<8 x i32> splat (i32 -1)'\n    alignment: 32\n";
  std::string Out = apply(inBlocks(Ones, And8, true), AndNot, S, Pool);
  EXPECT_THAT(Out, HasSubstr("VPANDNYrr %0:vr256, %1:vr256"));
  // Read by the target too, it is loaded where it was.
  Out = apply(inBlocks(Ones, And8, true), Constant, S, Pool);
  EXPECT_LT(Out.find("VMOV"), Out.find("bb.1:"));
  EXPECT_GT(Out.find("VPORYrr"), Out.find("bb.1:\n"));
  EXPECT_EQ(S.Rewrites.size(), 1u);
}

TEST(AcrossBlocks, WhatWasLoadedInAnotherBlockStaysThere) {
  ApplyStats S;
  std::string Load = "    %8:vr256 = VPANDYrm %0, %3, 1, $noreg, 0, $noreg :: (load (s256))\n";
  std::string In = "    VMOVUPSYmr %3, 1, $noreg, 0, $noreg, %1\n"
                   "    %9:vr256 = VPORYrr %1, %8\n";
  std::string Out = apply(inBlocks(Load, In, false), Merge, S);
  EXPECT_THAT(Out, Not(HasSubstr("TERNLOG")));
  EXPECT_EQ(S.Matched, 0u);
}

TEST(AcrossBlocks, AnotherReaderKeepsIt) {
  ApplyStats S;
  std::string Other = "    VMOVUPSYmr %3, 1, $noreg, 32, $noreg, %8\n";
  EXPECT_THAT(apply(inBlocks(Not0, And8 + Other, true), AndNot, S), Not(HasSubstr("VPANDN")));
  EXPECT_GE(S.OtherUse, 1u);
  EXPECT_THAT(apply(inBlocks(Not0 + Other, And8, true), AndNot, S), Not(HasSubstr("VPANDN")));
  EXPECT_GE(S.OtherUse, 1u);
}

TEST(AcrossBlocks, NothingHeavierGoesIntoALoop) {
  ApplyStats S;
  std::string Front = "    %8:vr256 = VPXORYrr %0, %0\n";
  EXPECT_THAT(apply(inBlocks(Front, And8, true), Heavier, S), HasSubstr("VPANDYrr"));
  EXPECT_GE(S.Unprofitable, 1u);
  EXPECT_THAT(apply(inBlocks(Front, And8, false), Heavier, S), HasSubstr("VPMADDWDYrr"));
  // All of it in the loop.
  EXPECT_THAT(apply(inBlocks("", Front + And8, true), Heavier, S), HasSubstr("VPMADDWDYrr"));
}

TEST(AcrossBlocks, NoMoreValuesLiveOn) {
  ApplyStats S;
  std::string Front = "    %8:vr256 = VPANDYrr %0, %1\n", In = "    %9:vr256 = VPORYrr %2, %8\n";
  EXPECT_THAT(apply(inBlocks(Front, In, false), Merge, S), HasSubstr("VPORYrr"));
  EXPECT_GE(S.Unprofitable, 1u);
  // One of the two lives on anyway.
  std::string Reader = "    VMOVUPSYmr %3, 1, $noreg, 32, $noreg, %1\n";
  EXPECT_THAT(apply(inBlocks(Front, In + Reader, false), Merge, S), HasSubstr("VPTERNLOGDZ256rri"));
}

/// What stays in the loop is no weight that leaves it.
TEST(AcrossBlocks, WhatStaysInALoopMakesNoRoom) {
  const char Beside[] = R"(
rule x86_64
  %0:v256
  %1:v256
  %2:v256 = VPMULLDYrr %0, %1
  %3:v256 = VPANDYrr %0, %1
  %4:v256 = VPORYrr %2, %3
  yield %4
=>
  %2:v256 = VPMADDWDYrr %0, %1
  yield %2
end
)";
  ApplyStats S;
  std::string Front = "    %7:vr256 = VPMULLDYrr %0, %1\n",
              And = "    %8:vr256 = VPANDYrr %0, %1\n", Or = "    %9:vr256 = VPORYrr %7, %8\n",
              Reader = "    VMOVUPSYmr %3, 1, $noreg, 32, $noreg, %8\n";
  EXPECT_THAT(apply(inBlocks(Front, And + Or, true), Beside, S), HasSubstr("VPMADDWDYrr"));
  EXPECT_THAT(apply(inBlocks(Front, And + Reader + Or, true), Beside, S), HasSubstr("VPORYrr"));
  EXPECT_GE(S.Unprofitable, 1u);
  EXPECT_THAT(apply(inBlocks("", Front + And + Reader + Or, true), Beside, S),
              HasSubstr("VPMADDWDYrr"));
}

TEST(AcrossBlocks, EveryOutputStandsInOneBlock) {
  ApplyStats S;
  std::string Front = "    %8:vr256 = VPANDYrr %0, %0\n", In = "    %9:vr256 = VPORYrr %1, %8\n";
  std::string Reader = "    VMOVUPSYmr %3, 1, $noreg, 32, $noreg, %8\n";
  EXPECT_THAT(apply(inBlocks(Front, In + Reader, false), Both, S), HasSubstr("VPORYrr"));
  EXPECT_GE(S.OtherUse, 1u);
  EXPECT_THAT(apply(inBlocks("", Front + In + Reader, false), Both, S), HasSubstr("VPADDDYrr"));
}

TEST(AcrossBlocks, WindowsAreHarvestedWhereNobodyElseReadsTheInnerValue) {
  auto Windows = [&](const std::string &Front, const std::string &In) {
    return harvestFrom(inBlocks(Front, In, true), x86("x86-64-v3"));
  };
  EXPECT_THAT(Windows(Not0, And8), Contains(HasSubstr("= const splat(i8 0xff)")));
  std::string Other = "    VMOVUPSYmr %3, 1, $noreg, 32, $noreg, %8\n";
  for (const std::string &W : Windows(Not0 + Other, And8))
    EXPECT_FALSE(StringRef(W).contains("VPXOR") && StringRef(W).contains("VPAND")) << W;
}

// A lane that is off keeps in a register what it held in the other block.
TEST(AcrossBlocks, OnAmdgpuAWindowIsOfOneBlock) {
  const std::string Xor = "    %2:vgpr_32 = V_XOR_B32_e64 %0, %0, implicit $exec\n",
                    And = "    %3:vgpr_32 = V_AND_B32_e64 %1, %2, implicit $exec\n";
  auto Both = [&](const std::string &Front, const std::string &In) {
    return count_if(harvestFrom("  bb.0:\n    successors: %bb.1\n    liveins: $vgpr0, $vgpr1\n"
                                "    %0:vgpr_32 = COPY $vgpr0\n    %1:vgpr_32 = COPY $vgpr1\n" +
                                    Front + "  bb.1:\n" + In +
                                    "    $vgpr0 = COPY %3\n    S_ENDPGM 0, implicit $vgpr0\n",
                                gfx942()),
                    [](StringRef W) { return W.contains("V_XOR") && W.contains("V_AND"); });
  };
  EXPECT_EQ(Both(Xor, And), 0);
  EXPECT_GT(Both("", Xor + And), 0);
}

} // namespace
