//===- tests/passes/ApplyTest.cpp - Rewrites and their guards on x86 -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each guard has a case where the rule applies and one, otherwise equal, where
// it must not.
//
//===----------------------------------------------------------------------===//

#include "MirFixture.h"
#include "gmock/gmock.h"

using namespace whittle;
using testing::HasSubstr;
using testing::Not;

namespace {

const char DpAccumulate[] = R"(
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

TEST(Apply, FoldsAddIntoDotProduct) {
  ApplyStats S;
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $zmm0, $zmm1, $zmm2
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = COPY $zmm2
    %3:vr512 = AVX512_512_SET0
    %4:vr512 = VPDPBUSDZrr %3, killed %1, killed %2
    %5:vr512 = VPADDDZrr killed %4, killed %0
    $zmm0 = COPY %5
    RET64 $zmm0
)",
                            DpAccumulate, x86(), &S);
  EXPECT_THAT(Out, HasSubstr("%5:vr512 = VPDPBUSDZrr %0:vr512(tied-def 0), %1:vr512, %2:vr512"));
  EXPECT_THAT(Out, Not(HasSubstr("VPADDDZrr")));
  EXPECT_THAT(Out, Not(HasSubstr("SET0")));
  ASSERT_EQ(S.Rewrites.size(), 1u);
  EXPECT_EQ(S.Rewrites[0].Function, "f");
}

TEST(Apply, MatchesCommutedOperands) {
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $zmm0, $zmm1, $zmm2
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = COPY $zmm2
    %3:vr512 = AVX512_512_SET0
    %4:vr512 = VPDPBUSDZrr %3, %1, %2
    %5:vr512 = VPADDDZrr %0, %4
    $zmm0 = COPY %5
    RET64 $zmm0
)",
                            DpAccumulate, x86());
  EXPECT_THAT(Out, HasSubstr("VPDPBUSDZrr %0"));
}

TEST(Apply, SecondUseOfInnerValueStops) {
  ApplyStats S;
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $zmm0, $zmm1, $zmm2
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = COPY $zmm2
    %3:vr512 = AVX512_512_SET0
    %4:vr512 = VPDPBUSDZrr %3, %1, %2
    %5:vr512 = VPADDDZrr %4, %0
    $zmm0 = COPY %5
    $zmm1 = COPY %4
    RET64 $zmm0, $zmm1
)",
                            DpAccumulate, x86(), &S);
  EXPECT_THAT(Out, HasSubstr("VPADDDZrr"));
  EXPECT_EQ(S.OtherUse, 1u);
}

/// Not true of any operands, which is not the pass's business.
const char Bounded[] = R"(
rule x86_64
  %0:v128
  %1:v128
  %2:v128
  %3:v128 = VPMADDUBSWrr %0, %1
  %4:v128 = VPMINSWrr %3, %2
  %5:v128 = VPADDWrr %4, %3
  yield %5
=>
  %3:v128 = VPMADDUBSWrr %0, %1
  %4:v128 = VPADDWrr %3, %3
  yield %4
end
)";

/// A sum, its bound and what is read besides.
std::string boundedSum(const std::string &Read, ApplyStats &S) {
  return applyTo(
      R"(
  bb.0:
    liveins: $xmm0, $xmm1, $xmm2
    %0:vr128 = COPY $xmm0
    %1:vr128 = COPY $xmm1
    %2:vr128 = VPSRLWri %1, 7
    %3:vr128 = VPMADDUBSWrr killed %0, killed %1
    %4:vr128 = VPMINSWrr %3, killed %2
    %5:vr128 = VPADDWrr %4, %3
    $xmm0 = COPY %5
    $xmm1 = COPY )" +
          Read + R"(
    RET64 $xmm0, $xmm1
)",
      Bounded, x86(), &S);
}

TEST(Apply, WhatTheTargetHasTooStaysForOtherReaders) {
  ApplyStats S;
  std::string Out = boundedSum("%3", S);
  EXPECT_THAT(Out, HasSubstr("%5:vr128 = VPADDWrr %3:vr128, %3:vr128"));
  EXPECT_THAT(Out, HasSubstr("$xmm1 = COPY %3"));
  EXPECT_THAT(Out, Not(HasSubstr("VPMINSWrr")));
  EXPECT_EQ(Out.find("VPMADDUBSWrr"), Out.rfind("VPMADDUBSWrr")) << Out;
  EXPECT_EQ(S.OtherUse, 0u);
}

TEST(Apply, WhatTheTargetHasNotStaysWithItsRule) {
  ApplyStats S;
  std::string Out = boundedSum("%4", S);
  EXPECT_THAT(Out, HasSubstr("VPMINSWrr"));
  EXPECT_EQ(S.OtherUse, 1u);
}

TEST(Apply, WhatIsSharedStaysWithAnUnspecifiedValue) {
  // Each read of it may be another value: the rule has one.
  std::string Rule = Bounded;
  Rule.replace(Rule.find("  %2:v128\n"), 10, "  %2:v128 = undef\n");
  ApplyStats S;
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $xmm0, $xmm1
    %0:vr128 = COPY $xmm0
    %1:vr128 = COPY $xmm1
    %2:vr128 = IMPLICIT_DEF
    %3:vr128 = VPMADDUBSWrr %0, %1
    %4:vr128 = VPMINSWrr %3, %2
    %5:vr128 = VPADDWrr %4, %3
    $xmm0 = COPY %5
    $xmm1 = COPY %3
    RET64 $xmm0, $xmm1
)",
                            Rule, x86(), &S);
  EXPECT_THAT(Out, HasSubstr("VPMINSWrr"));
  EXPECT_EQ(S.OtherUse, 1u);
}

TEST(Apply, ConstantOfAnotherBlockMatches) {
  std::string Out = applyTo(R"(
  bb.0:
    successors: %bb.1
    liveins: $zmm0, $zmm1, $zmm2
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = COPY $zmm2
    %3:vr512 = AVX512_512_SET0
  bb.1:
    %4:vr512 = VPDPBUSDZrr %3, %1, %2
    %5:vr512 = VPADDDZrr %4, %0
    $zmm0 = COPY %5
    RET64 $zmm0
)",
                            DpAccumulate, x86());
  EXPECT_THAT(Out, HasSubstr("VPDPBUSDZrr %0"));
}

TEST(Apply, ValueThroughPhiIsNotTheInstruction) {
  // The dot product reaches the add through a PHI: another window.
  ApplyStats S;
  std::string Out = applyTo(R"(
  bb.0:
    successors: %bb.1
    liveins: $zmm0, $zmm1, $zmm2
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = COPY $zmm2
    %3:vr512 = AVX512_512_SET0
  bb.1:
    successors: %bb.1, %bb.2
    %4:vr512 = PHI %0, %bb.0, %5, %bb.1
    %5:vr512 = VPDPBUSDZrr %3, %1, %2
    %6:vr512 = VPADDDZrr %4, %0
    VMOVDQU64Zmr $rsp, 1, $noreg, 0, $noreg, %6 :: (store (s512))
    JCC_1 %bb.1, 4, implicit undef $eflags
    JMP_1 %bb.2
  bb.2:
    $zmm0 = COPY %6
    RET64 $zmm0
)",
                            DpAccumulate, x86(), &S);
  EXPECT_THAT(Out, HasSubstr("VPADDDZrr"));
  EXPECT_EQ(S.Matched, 0u);
}

TEST(Apply, PhiAsLeafIsFine) {
  std::string Out = applyTo(R"(
  bb.0:
    successors: %bb.1
    liveins: $zmm0, $zmm1, $zmm2
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = COPY $zmm2
    %3:vr512 = AVX512_512_SET0
  bb.1:
    successors: %bb.1, %bb.2
    %4:vr512 = PHI %0, %bb.0, %6, %bb.1
    %5:vr512 = VPDPBUSDZrr %3, %1, %2
    %6:vr512 = VPADDDZrr %5, %4
    JCC_1 %bb.1, 4, implicit undef $eflags
    JMP_1 %bb.2
  bb.2:
    $zmm0 = COPY %6
    RET64 $zmm0
)",
                            DpAccumulate, x86());
  EXPECT_THAT(Out, HasSubstr("VPDPBUSDZrr %4"));
}

TEST(Apply, SubtargetWithoutTheFeature) {
  // The rule's target opcode does not exist there.
  const char ToTernary[] = R"(
rule x86_64
  %0:v256
  %1:v256
  %2:v256
  %3:v256 = VPANDYrr %0, %1
  %4:v256 = VPXORYrr %3, %2
  yield %4
=>
  %3:v256 = VPTERNLOGDZ256rri %2, %0, %1, 0x78
  yield %3
end
)";
  const char Body[] = R"(
  bb.0:
    liveins: $ymm0, $ymm1, $ymm2
    %0:vr256 = COPY $ymm0
    %1:vr256 = COPY $ymm1
    %2:vr256 = COPY $ymm2
    %3:vr256 = VPANDYrr %0, %1
    %4:vr256 = VPXORYrr %3, %2
    $ymm0 = COPY %4
    RET64 $ymm0
)";
  ApplyStats S;
  EXPECT_THAT(applyTo(Body, ToTernary, x86("haswell"), &S), HasSubstr("VPXORYrr"));
  EXPECT_GE(S.Illegal, 1u);
  EXPECT_THAT(applyTo(Body, ToTernary, x86()), HasSubstr("VPTERNLOG"));
}

// maddubs saturates unless the bytes are small.
const char NibbleDot[] = R"(
rule x86_64
  %0:v512 zeros=splat(i8 0xf0)
  %1:v512
  %2:v512
  %3:v512 = const splat(i16 0x0001)
  %4:v512 = VPMADDUBSWZrr %0, %1
  %5:v512 = VPMADDWDZrr %4, %3
  %6:v512 = VPADDDZrr %5, %2
  yield %6
=>
  %4:v512 = VPDPBUSDZrr %2, %0, %1
  yield %4
end
)";
const char NibblePool[] = R"(  - { id: 0, value: '<64 x i8> splat (i8 15)', alignment: 64 }
  - { id: 1, value: '<32 x i16> splat (i16 1)', alignment: 64 }
  - { id: 2, value: '<64 x i8> splat (i8 127)', alignment: 64 }
)";
std::string nibbleBody(const std::string &Mask) {
  return R"(
  bb.0:
    liveins: $zmm0, $zmm1, $zmm2
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = COPY $zmm2
    %3:vr512 = VPANDQZrm %1, $rip, 1, $noreg, %const.)" +
         Mask + R"(, $noreg :: (load (s512) from constant-pool)
    %4:vr512 = VPMADDUBSWZrr %3, %2
    %5:vr512 = VPMADDWDZrm %4, $rip, 1, $noreg, %const.1, $noreg :: (load (s512) from constant-pool)
    %6:vr512 = VPADDDZrr %5, %0
    $zmm0 = COPY %6
    RET64 $zmm0
)";
}

TEST(Apply, AllOnesAreMadeAsTheCpuMakesThem) {
  const char Negated[] = R"(
rule x86_64
  %0:v256 = const splat(i8 0x0)
  %1:v256
  %2:v256 = const splat(i8 0x1)
  %3:v256 = const splat(i8 0xff)
  %4:v256 = VPMADDUBSWYrr %1, %2
  %5:v256 = VPSUBWYrr %0, %4
  yield %5
=>
  %4:v256 = VPMADDUBSWYrr %1, %3
  yield %4
end
)";
  const char Body[] = R"(
  bb.0:
    liveins: $ymm0
    %0:vr256 = COPY $ymm0
    %1:vr256 = VPMADDUBSWYrm %0, $rip, 1, $noreg, %const.0, $noreg :: (load (s256) from constant-pool)
    %2:vr256 = AVX_SET0
    %3:vr256 = VPSUBWYrr killed %2, killed %1
    $ymm0 = COPY %3
    RET64 $ymm0
)";
  const char Pool[] = "  - id: 0\n    value: '<8 x i32> splat (i32 16843009)'\n    alignment: 32\n";
  EXPECT_THAT(applyTo(Body, Negated, x86("haswell"), nullptr, Pool), HasSubstr("AVX2_SETALLONES"));
}

const char ShaAdd[] = R"(
rule x86_64
  %0:v128
  %1:v128 = const splat(i8 0x0)
  %2:v128
  %3:v128 = SHA1NEXTErr %0, %1
  %4:v128 = VPADDDrr %3, %2
  yield %4
=>
  %3:v128 = SHA1NEXTErr %0, %2
  yield %3
end
)";
const char ShaBody[] = R"(
  bb.0:
    liveins: $xmm0, $xmm1
    %0:vr128 = COPY $xmm0
    %1:vr128 = COPY $xmm1
    %2:vr128 = V_SET0
    %3:vr128 = SHA1NEXTErr %0, killed %2
    %4:vr128 = VPADDDrr killed %3, killed %1
)";

TEST(Apply, AnEncodingThatMergesStaysWhereItStood) {
  // SHA has no VEX form, and code for AVX uses it all the same.
  std::string Out =
      applyTo(std::string(ShaBody) + "    $xmm0 = COPY %4\n    RET64 $xmm0\n", ShaAdd, x86());
  EXPECT_THAT(Out, Not(HasSubstr("VPADDDrr")));
  // What relies on zeros above does not get it.
  Out = applyTo(std::string(ShaBody) +
                    "    %5:vr256 = SUBREG_TO_REG 0, %4, %subreg.sub_xmm\n    $ymm0 = COPY %5\n"
                    "    RET64 $ymm0\n",
                ShaAdd, x86());
  EXPECT_THAT(Out, HasSubstr("VPADDDrr"));
  // Nor does it come where the source has none.
  const char Moved[] = R"(
rule x86_64
  %0:v128
  %1:v128 = VPADDDrr %0, %0
  %2:v128 = VPADDDrr %1, %1
  yield %2
=>
  %1:v128 = SHA1NEXTErr %0, %0
  yield %1
end
)";
  Out = applyTo(R"(
  bb.0:
    liveins: $xmm0
    %0:vr128 = COPY $xmm0
    %3:vr128 = VPADDDrr %0, %0
    %4:vr128 = VPADDDrr killed %3, %3
    $xmm0 = COPY %4
    RET64 $xmm0
)",
                Moved, x86());
  EXPECT_THAT(Out, HasSubstr("VPADDDrr"));
}

TEST(Apply, FactsFromTheMask) {
  std::string Out = applyTo(nibbleBody("0"), NibbleDot, x86(), nullptr, NibblePool);
  EXPECT_THAT(Out, HasSubstr("VPDPBUSDZrr %0"));
  EXPECT_THAT(Out, Not(HasSubstr("VPMADD")));
}

TEST(Apply, FactsAbsent) {
  ApplyStats S;
  std::string Out = applyTo(nibbleBody("2"), NibbleDot, x86(), &S, NibblePool);
  EXPECT_THAT(Out, HasSubstr("VPMADDUBSWZrr"));
  EXPECT_GE(S.NoFacts, 1u);
  EXPECT_EQ(S.Rewrites.size(), 0u);
}

// Negating a compare's mask: at 64 bits only KNOTQ's ones above tell them apart,
// so the rule is stated on the whole register.
TEST(Apply, WideningMaskCopyIsLookedThrough) {
  const char MaskOr[] = R"(
rule x86_64
  %0:k64
  %1:k64
  %2:k64 = KANDQkk %0, %1
  %3:k64 = KORQkk %2, %0
  yield %3
=>
  yield %0
end
)";
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $zmm0, $zmm1, $k1
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vk64 = COPY $k1
    %3:vk16 = VPCMPDZrri %0, %1, 1
    %4:vk64 = COPY %3
    %5:vk64 = KANDQkk %4, %2
    %6:vk64 = KORQkk %5, %4
    %7:gr64 = COPY %6
    $rax = COPY %7
    RET64 $rax
)",
                            MaskOr, x86());
  EXPECT_THAT(Out, Not(HasSubstr("KORQkk")));
  EXPECT_THAT(Out, HasSubstr("VPCMPDZrri"));
}

TEST(Apply, FoldedLoadStaysAboveTheStore) {
  const char Swap[] = R"(
rule x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = VPANDQZrr %0, %1
  %4:v512 = VPXORQZrr %3, %2
  yield %4
=>
  %3:v512 = VPTERNLOGDZrri %2, %0, %1, 0x78
  yield %3
end
)";
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $zmm0, $zmm1, $rdi
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:gr64 = COPY $rdi
    %3:vr512 = VPANDQZrm %0, %2, 1, $noreg, 64, $noreg :: (load (s512), align 1)
    VMOVDQU64Zmr killed %2, 1, $noreg, 64, $noreg, %1 :: (store (s512), align 1)
    %4:vr512 = VPXORQZrr %3, %1
    $zmm0 = COPY %4
    RET64 $zmm0
)",
                            Swap, x86());
  EXPECT_THAT(Out, HasSubstr("VPTERNLOG"));
  size_t Load = Out.find("VMOVUPSZrm"), Store = Out.find("VMOVDQU64Zmr"),
         Use = Out.find("VPTERNLOG");
  ASSERT_NE(Load, std::string::npos) << Out;
  EXPECT_LT(Load, Store);
  EXPECT_LT(Store, Use);
}

TEST(Apply, BroadcastLoadKeepsItsWidth) {
  const char Swap[] = R"(
rule x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = VPANDDZrr %0, %1
  %4:v512 = VPXORDZrr %3, %2
  yield %4
=>
  %3:v512 = VPTERNLOGDZrri %2, %0, %1, 0x78
  yield %3
end
)";
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $zmm0, $zmm1, $rdi
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:gr64 = COPY $rdi
    %3:vr512 = VPANDDZrmb %0, %2, 1, $noreg, 64, $noreg :: (load (s32))
    %4:vr512 = VPXORDZrr %3, %1
    $zmm0 = COPY %4
    RET64 $zmm0
)",
                            Swap, x86());
  EXPECT_THAT(Out, HasSubstr("VPTERNLOG"));
  EXPECT_THAT(Out, testing::AnyOf(HasSubstr("VPBROADCASTDZrm"), HasSubstr("VBROADCASTSSZrm")));
  EXPECT_THAT(Out, HasSubstr("(load (s32))"));
}

} // namespace
