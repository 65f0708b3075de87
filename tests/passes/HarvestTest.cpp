//===- tests/passes/HarvestTest.cpp - Which windows are cut ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MirFixture.h"
#include "gmock/gmock.h"

using namespace whittle;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

namespace {

const char Pool[] = "  - { id: 0, value: '<64 x i8> splat (i8 15)', alignment: 64 }\n";
const char Chain[] = R"(
  bb.0:
    liveins: $zmm0, $zmm1, $rdi
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:gr64 = COPY $rdi
    %3:vr512 = VPANDQZrm %0, $rip, 1, $noreg, %const.0, $noreg :: (load (s512) from constant-pool)
    %4:vr512 = VPMADDUBSWZrm %3, %2, 1, $noreg, 0, $noreg :: (load (s512), align 1)
    %5:vr512 = VMOVDQU64Zrm %2, 1, $noreg, 64, $noreg :: (load (s512), align 1)
    %6:vr512 = VPADDWZrr %4, %5
    $zmm0 = COPY %6
    RET64 $zmm0
)";

TEST(Harvest, ConstantsFactsAndFoldedLoads) {
  std::vector<std::string> W = harvestFrom(Chain, x86(), Pool);
  // The mask is in the window, or is known of the leaf.
  EXPECT_THAT(W, Contains(AllOf(HasSubstr("const splat(i8 0xf)"), HasSubstr("VPMADDUBSW"),
                                HasSubstr("VPADDW"))));
  EXPECT_THAT(W, Contains(AllOf(HasSubstr("zeros=splat(i8 0xf0)"), HasSubstr("VPMADDUBSW"),
                                Not(HasSubstr("VPAND")))));
  // A plain load is a leaf, not a move.
  EXPECT_THAT(W, Each(Not(HasSubstr("VMOVDQ"))));
}

TEST(Harvest, MaxNodes) {
  HarvestOptions O;
  O.MaxNodes = 2;
  for (const std::string &W : harvestFrom(Chain, x86(), Pool, O))
    EXPECT_LE(occurrences(W, "rr "), 2u) << W;
}

// Seven instructions of two values: too many for a window, but a long one may be
// one instruction (V_SAD_U8).
TEST(Harvest, ALongComputationOfFewValuesIsOneWindow) {
  const char Bytes[] = R"(
  bb.0:
    liveins: $vgpr0, $vgpr1
    %0:vgpr_32 = COPY $vgpr0
    %1:vgpr_32 = COPY $vgpr1
    %2:sreg_32 = S_MOV_B32 255
    %3:vgpr_32 = V_AND_B32_e64 %0, %2, implicit $exec
    %4:vgpr_32 = V_BFE_U32_e64 %0, 8, 8, implicit $exec
    %5:vgpr_32 = V_BFE_U32_e64 %0, 16, 8, implicit $exec
    %6:vgpr_32 = V_BFE_U32_e64 %0, 24, 8, implicit $exec
    %7:vgpr_32 = V_ADD_U32_e64 %3, %4, 0, implicit $exec
    %8:vgpr_32 = V_ADD_U32_e64 %5, %6, 0, implicit $exec
    %9:vgpr_32 = V_ADD3_U32_e64 %7, %8, %1, implicit $exec
    $vgpr0 = COPY %9
    SI_RETURN implicit $vgpr0
)";
  auto Whole = AllOf(HasSubstr("V_ADD3"), HasSubstr("V_AND"), HasSubstr("%12:l32"));
  EXPECT_THAT(harvestFrom(Bytes, gfx942()), Contains(Whole));
  HarvestOptions O;
  O.MaxNodes = 4;
  EXPECT_THAT(harvestFrom(Bytes, gfx942(), "", O), Each(Not(HasSubstr("%12:l32"))));
}

// Halves of 64-bit logic: what each half reads comes out of a tuple.
TEST(Harvest, TuplesInBetweenDoNotEndAWindow) {
  std::vector<std::string> W = harvestFrom(R"(
  bb.0:
    liveins: $vgpr0, $vgpr1, $vgpr2, $vgpr3
    %0:vgpr_32 = COPY $vgpr0
    %1:vgpr_32 = COPY $vgpr1
    %2:vgpr_32 = COPY $vgpr2
    %3:vgpr_32 = COPY $vgpr3
    %4:vgpr_32 = V_AND_B32_e64 %0, %1, implicit $exec
    %5:vgpr_32 = V_AND_B32_e64 %2, %3, implicit $exec
    %6:vreg_64_align2 = REG_SEQUENCE %4, %subreg.sub0, %5, %subreg.sub1
    %7:vgpr_32 = COPY %6.sub0
    %8:vgpr_32 = V_OR_B32_e64 %7, %2, implicit $exec
    %9:vgpr_32 = COPY %6.sub1
    %10:vgpr_32 = V_XOR_B32_e64 %9, %0, implicit $exec
    $vgpr0 = COPY %8
    $vgpr1 = COPY %10
    SI_RETURN implicit $vgpr0, implicit $vgpr1
)",
                                           gfx942());
  EXPECT_THAT(W, Contains(AllOf(HasSubstr("V_AND"), HasSubstr("V_OR"), HasSubstr("yield %4\n"))));
  EXPECT_THAT(W, Contains(AllOf(HasSubstr("V_AND"), HasSubstr("V_XOR"), HasSubstr("yield %4\n"))));
}

// The addend of the matrix product is what is subtracted, register by register.
TEST(Harvest, ATupleThatIsPutTogetherIsItsRegisters) {
  std::vector<std::string> W = harvestFrom(R"(
  bb.0:
    liveins: $vgpr0_vgpr1, $vgpr2_vgpr3, $vgpr4, $vgpr5, $vgpr6, $vgpr7
    %0:vreg_64_align2 = COPY $vgpr0_vgpr1
    %1:vreg_64_align2 = COPY $vgpr2_vgpr3
    %2:vgpr_32 = COPY $vgpr4
    %3:vgpr_32 = COPY $vgpr5
    %4:vgpr_32 = COPY $vgpr6
    %5:vgpr_32 = COPY $vgpr7
    %6:vreg_128_align2 = REG_SEQUENCE %2, %subreg.sub0, %3, %subreg.sub1, %4, %subreg.sub2, %5, %subreg.sub3
    %7:vreg_128_align2 = V_MFMA_I32_16X16X32I8_vgprcd_e64 %0, %1, %6, 0, 0, 0, implicit $mode, implicit $exec
    %8:vgpr_32 = V_SUB_U32_e64 %7.sub0, %2, 0, implicit $exec
    %9:vgpr_32 = V_SUB_U32_e64 %7.sub1, %3, 0, implicit $exec
    %10:vgpr_32 = V_SUB_U32_e64 %7.sub2, %4, 0, implicit $exec
    %11:vgpr_32 = V_SUB_U32_e64 %7.sub3, %5, 0, implicit $exec
    $vgpr0 = COPY %8
    $vgpr1 = COPY %9
    $vgpr2 = COPY %10
    $vgpr3 = COPY %11
    SI_RETURN implicit $vgpr0, implicit $vgpr1, implicit $vgpr2, implicit $vgpr3
)",
                                           gfx942());
  EXPECT_THAT(W, Contains(AllOf(HasSubstr("%3:l128 = V_MFMA_I32_16X16X32I8"),
                                HasSubstr("%5:l32 = EXTRACT %2, 0"), HasSubstr("V_SUB_U32"))));
}

TEST(Harvest, SecondUseBecomesASecondOutput) {
  std::vector<std::string> W = harvestFrom(R"(
  bb.0:
    liveins: $zmm0, $zmm1
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = VPMULLDZrr %0, %1
    %3:vr512 = VPADDDZrr %2, %1
    $zmm0 = COPY %2
    $zmm1 = COPY %3
    RET64 $zmm0, $zmm1
)",
                                           x86());
  EXPECT_THAT(
      W, Contains(AllOf(HasSubstr("VPMULLD"), HasSubstr("VPADDD"), HasSubstr("yield %3, %2"))));
  EXPECT_THAT(W,
              Each(Not(AllOf(HasSubstr("VPMULLD"), HasSubstr("VPADDD"), HasSubstr("yield %3\n")))));
}

TEST(Harvest, LeadersMakeEncodingsOne) {
  auto Add = [](const std::string &Class, const std::string &Op) {
    return harvestFrom("\n  bb.0:\n    liveins: $xmm0\n    %0:" + Class + " = COPY $xmm0\n    %1:" +
                           Class + " = " + Op + " %0, %0\n    %2:" + Class + " = " + Op +
                           " %1, %0\n    $xmm0 = COPY %2\n    RET64 $xmm0\n",
                       x86());
  };
  EXPECT_EQ(Add("vr128", "VPADDDrr"), Add("vr128x", "VPADDDZ128rr"));
}

TEST(Harvest, UndefinedOperandIsAChoice) {
  std::vector<std::string> W = harvestFrom(R"(
  bb.0:
    liveins: $xmm0
    %0:vr128 = COPY $xmm0
    %1:vr128 = IMPLICIT_DEF
    %2:vr128 = VPUNPCKLWDrr %1, %0
    %3:vr128 = VPSRADri %2, 16
    $xmm0 = COPY %3
    RET64 $xmm0
)",
                                           x86("haswell"));
  EXPECT_THAT(W, Contains(AllOf(HasSubstr(":v128 = undef"), HasSubstr("PSRAD"))));
}

TEST(Harvest, SameInputSameWindows) {
  EXPECT_EQ(harvestFrom(Chain, x86(), Pool), harvestFrom(Chain, x86(), Pool));
}

TEST(Harvest, NoWindowAcrossAChangeOfExec) {
  std::vector<std::string> W = harvestFrom(R"(
  bb.0:
    liveins: $vgpr0, $vgpr1
    %0:vgpr_32 = COPY $vgpr0
    %1:vgpr_32 = COPY $vgpr1
    %2:vgpr_32 = V_ADD_U32_e64 %0, %1, 0, implicit $exec
    $exec = S_MOV_B64 1
    %3:vgpr_32 = V_XOR_B32_e64 %2, %1, implicit $exec
    $vgpr0 = COPY %3
    SI_RETURN implicit $vgpr0
)",
                                           gfx942());
  EXPECT_THAT(W, Each(Not(AllOf(HasSubstr("V_ADD_U32"), HasSubstr("V_XOR_B32")))));
}

} // namespace
