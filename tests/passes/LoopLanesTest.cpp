//===- tests/passes/LoopLanesTest.cpp - Accumulators of lanes --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tuples whose registers are added to one by one, and loops that lanes leave one
// after the other.
//
//===----------------------------------------------------------------------===//

#include "LoopFixture.h"

using namespace whittle;
using testing::HasSubstr;
using testing::Not;

namespace {

std::string Mfma() {
  return loopRuleText("amdgcn", "V_MFMA_I32_16X16X32I8_e64", 2, "V_ADD_U32_e64");
}
std::string Dot() { return loopRuleText("amdgcn", "V_DOT4_I32_I8", 2, "V_ADD_U32_e64"); }
std::string ScalarSum() { return loopRuleText("amdgcn", "S_ADD_I32", 0, "S_ADD_I32"); }

struct Result {
  size_t Rewrites;
  std::string Out;
  ApplyStats Stats;
};
Result rewriteLanes(const std::string &Body, const std::string &Rules) {
  Result R;
  R.Out = applyTo(Body, Rules, gfx942(), &R.Stats);
  R.Rewrites = R.Stats.Rewrites.size();
  return R;
}

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

/// %22 is the tuple c, %20 and %21 the factors, %10 an address, %30 zero, %4 a count.
const std::string Entry = R"(
    liveins: $vgpr0, $vgpr1, $vgpr2, $vgpr3, $vgpr4, $vgpr5, $sgpr4
    %10:vreg_64_align2 = COPY $vgpr0_vgpr1
    %20:av_64_align2 = COPY $vgpr2_vgpr3
    %21:av_64_align2 = COPY $vgpr4_vgpr5
    %4:sreg_32 = COPY $sgpr4
    %24:vgpr_32 = COPY %20.sub0
    %25:vgpr_32 = COPY %21.sub1
    %22:vreg_128_align2 = GLOBAL_LOAD_DWORDX4 %10, 0, 0, implicit $exec :: (load (s128), addrspace 1)
    %30:vgpr_32 = V_MOV_B32_e32 0, implicit $exec
    %2:sreg_64 = S_MOV_B64 0
)";
const std::string Head = R"(
  bb.1:
    successors: %bb.1, %bb.2
    %5:sreg_32 = PHI %4, %bb.0, %6, %bb.1
    %3:sreg_64 = PHI %2, %bb.0, %8, %bb.1
)";
const std::string Phis = R"(
    %31:vgpr_32 = PHI %30, %bb.0, %41, %bb.1
    %32:vgpr_32 = PHI %30, %bb.0, %42, %bb.1
    %33:vgpr_32 = PHI %30, %bb.0, %43, %bb.1
    %34:vgpr_32 = PHI %30, %bb.0, %44, %bb.1
    %40:vreg_128_align2 = REG_SEQUENCE %31, %subreg.sub0, %32, %subreg.sub1, %33, %subreg.sub2, %34, %subreg.sub3
)";
const std::string Step =
    "    %50:vreg_128_align2 = V_MFMA_I32_16X16X32I8_vgprcd_e64 %20, %21, %40, "
    "0, 0, 0, implicit $mode, implicit $exec\n";
const std::string Parts = R"(
    %41:vgpr_32 = COPY %50.sub0
    %42:vgpr_32 = COPY %50.sub1
    %43:vgpr_32 = COPY %50.sub2
    %44:vgpr_32 = COPY %50.sub3
)";
const std::string Uniform = R"(
    %6:sreg_32 = S_ADD_I32 %5, -1, implicit-def dead $scc
    %8:sreg_64 = COPY %3
    S_CMP_LG_U32 %6, 0, implicit-def $scc
    S_CBRANCH_SCC1 %bb.1, implicit $scc
    S_BRANCH %bb.2
  bb.2:
)";
const std::string Divergent = R"(
    %6:sreg_32 = S_ADD_I32 %5, -1, implicit-def dead $scc
    %7:sreg_64 = V_CMP_GT_U32_e64 %10.sub0, %6, implicit $exec
    %8:sreg_64 = SI_IF_BREAK %7, %3, implicit-def dead $scc
    SI_LOOP %8, %bb.1, implicit-def dead $exec, implicit-def dead $scc, implicit $exec
    S_BRANCH %bb.2
  bb.2:
    SI_END_CF %8, implicit-def dead $exec, implicit-def dead $scc, implicit $exec
)";
std::string add(const char *Out, const std::string &K, const std::string &From = "%50") {
  return "    " + std::string(Out) + ":vgpr_32 = V_ADD_U32_e64 " + From + ".sub" + K + ", %22.sub" +
         K + ", 0, implicit $exec\n";
}
const std::string Adds = add("%61", "0") + add("%62", "1") + add("%63", "2") + add("%64", "3");
std::string store(const std::string &A, const std::string &B, const std::string &C,
                  const std::string &D) {
  return "    %70:vreg_128_align2 = REG_SEQUENCE " + A + ", %subreg.sub0, " + B +
         ", %subreg.sub1, " + C + ", %subreg.sub2, " + D + R"(, %subreg.sub3
    GLOBAL_STORE_DWORDX4 %10, %70, 0, 0, implicit $exec :: (store (s128), addrspace 1)
    S_ENDPGM 0
)";
}
const std::string Store = store("%61", "%62", "%63", "%64");
const std::string First = "  bb.0:\n    successors: %bb.1\n";

TEST(LoopLanes, RegistersOfATuple) {
  Result R =
      rewriteLanes(First + Entry + Head + Phis + Step + Parts + Uniform + Adds + Store, Mfma());
  EXPECT_EQ(R.Rewrites, 4u);
  EXPECT_THAT(R.Out, Not(HasSubstr("V_ADD_U32")));
  EXPECT_THAT(R.Out, Not(HasSubstr("V_MOV_B32")));
  for (const char *K : {"sub0", "sub1", "sub2", "sub3"})
    EXPECT_THAT(R.Out, testing::ContainsRegex("vgpr_32 = COPY %6." + std::string(K)));
  // Behind a PHI of the whole tuple, and read through copies of its parts.
  R = rewriteLanes(First + Entry + Head + Phis + Step + Parts + Uniform + R"(
    %51:vreg_128_align2 = PHI %50, %bb.1
)" + add("%61", "0", "%51") +
                       add("%62", "1", "%51") + add("%63", "2", "%51") + add("%64", "3", "%51") +
                       Store,
                   Mfma());
  EXPECT_EQ(R.Rewrites, 4u);
  EXPECT_THAT(R.Out, Not(HasSubstr("V_ADD_U32")));
}

TEST(LoopLanes, ATupleThatStartsAsOne) {
  const std::string Zeros = "    %35:vreg_128_align2 = REG_SEQUENCE %30, %subreg.sub0, %30, "
                            "%subreg.sub1, %30, %subreg.sub2, %30, %subreg.sub3\n";
  const std::string Phi = "    %40:vreg_128_align2 = PHI %35, %bb.0, %50, %bb.1\n";
  Result R =
      rewriteLanes(First + Entry + Zeros + Head + Phi + Step + Uniform + Adds + Store, Mfma());
  EXPECT_EQ(R.Rewrites, 4u);
  EXPECT_THAT(R.Out, Not(HasSubstr("V_ADD_U32")));
  EXPECT_THAT(R.Out, Not(HasSubstr("V_MOV_B32")));
  // One sequence of four copies, and the stored one.
  EXPECT_EQ(occurrences(R.Out, "REG_SEQUENCE"), 2u) << R.Out;
  // Registers to which nothing is added still start at zero.
  R = rewriteLanes(First + Entry + Zeros + Head + Phi + Step + Uniform + add("%61", "0") +
                       add("%63", "2") + "    %62:vgpr_32 = COPY %50.sub1\n" +
                       store("%61", "%62", "%63", "%50.sub3"),
                   Mfma());
  EXPECT_EQ(R.Rewrites, 2u);
  EXPECT_EQ(occurrences(R.Out, "V_MOV_B32"), 1u) << R.Out;
}

TEST(LoopLanes, RegistersThatChangePlaces) {
  // Each round moves the registers on by one: with one c for all of them that makes
  // one accumulator, with four it makes none.
  std::string Turned = Parts;
  for (auto [From, To] : {std::pair("%41:", "%4x:"),
                          {"%44:", "%41:"},
                          {"%43:", "%44:"},
                          {"%42:", "%43:"},
                          {"%4x:", "%42:"}})
    Turned.replace(Turned.find(From), 4, To);
  Result R =
      rewriteLanes(First + Entry + Head + Phis + Step + Turned + Uniform + Adds + Store, Mfma());
  EXPECT_EQ(R.Rewrites, 0u);
  std::string Same = Adds;
  for (const char *K : {"%22.sub1", "%22.sub2", "%22.sub3"})
    Same.replace(Same.find(K), 8, "%22.sub0");
  R = rewriteLanes(First + Entry + Head + Phis + Step + Turned + Uniform + Same + Store, Mfma());
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_THAT(R.Out, Not(HasSubstr("V_ADD_U32")));
}

TEST(LoopLanes, MatricesOnlyUnderTheEntryExec) {
  // Lanes leave one after the other.
  Result R =
      rewriteLanes(First + Entry + Head + Phis + Step + Parts + Divergent + Adds + Store, Mfma());
  EXPECT_EQ(R.Rewrites, 0u);
  EXPECT_GE(R.Stats.Exec, 1u);
  // All of the loop is one branch of a divergent if.
  R = rewriteLanes("  bb.0:\n    successors: %bb.3, %bb.4\n" + Entry + R"(
    %80:sreg_64 = V_CMP_GT_U32_e64 %10.sub0, 7, implicit $exec
    %81:sreg_64 = SI_IF %80, %bb.4, implicit-def dead $exec, implicit-def dead $scc, implicit $exec
    S_BRANCH %bb.3
  bb.3:
    successors: %bb.1
  bb.1:
    successors: %bb.1, %bb.2
    %5:sreg_32 = PHI %4, %bb.3, %6, %bb.1
    %3:sreg_64 = PHI %2, %bb.3, %8, %bb.1
    %31:vgpr_32 = PHI %30, %bb.3, %41, %bb.1
    %32:vgpr_32 = PHI %30, %bb.3, %42, %bb.1
    %33:vgpr_32 = PHI %30, %bb.3, %43, %bb.1
    %34:vgpr_32 = PHI %30, %bb.3, %44, %bb.1
    %40:vreg_128_align2 = REG_SEQUENCE %31, %subreg.sub0, %32, %subreg.sub1, %33, %subreg.sub2, %34, %subreg.sub3
)" + Step + Parts + Uniform +
                       Adds + Store.substr(0, Store.find("    S_ENDPGM")) + R"(
  bb.4:
    SI_END_CF %81, implicit-def dead $exec, implicit-def dead $scc, implicit $exec
    S_ENDPGM 0
)",
                   Mfma());
  EXPECT_EQ(R.Rewrites, 0u);
  EXPECT_GE(R.Stats.Exec, 1u);
  // EXEC is written in front of the loop.
  R = rewriteLanes(First + Entry + "    $exec = S_MOV_B64 1\n" + Head + Phis + Step + Parts +
                       Uniform + Adds + Store,
                   Mfma());
  EXPECT_EQ(R.Rewrites, 0u);
  EXPECT_GE(R.Stats.Exec, 1u);
}

TEST(LoopLanes, NobodyMayReadLanesThatWereOff) {
  const std::string Read = "    %90:sreg_32_xm0 = V_READLANE_B32 %61, 3\n"
                           "    %91:vgpr_32 = COPY %90\n";
  Result R = rewriteLanes(First + Entry + Head + Phis + Step + Parts + Uniform + Adds + Read +
                              store("%91", "%62", "%63", "%64"),
                          Mfma());
  EXPECT_EQ(R.Rewrites, 3u);
  EXPECT_EQ(occurrences(R.Out, "V_ADD_U32"), 1u) << R.Out;
  EXPECT_GE(R.Stats.Exec, 1u);
}

//===----------------------------------------------------------------------===//
// Lanes and scalars
//===----------------------------------------------------------------------===//

/// One accumulator %12 of lanes, and %13 the next; %23 is c.
std::string dotLoop(const std::string &Latch, const std::string &StepText, const std::string &C,
                    const std::string &AddText) {
  return First + Entry + C + Head + "    %12:vgpr_32 = PHI %30, %bb.0, %13, %bb.1\n" + StepText +
         Latch + AddText + R"(
    GLOBAL_STORE_DWORD %10, %14, 0, 0, implicit $exec :: (store (s32), addrspace 1)
    S_ENDPGM 0
)";
}
const std::string DotStep = "    %13:vgpr_32 = V_DOT4_I32_I8 8, %24, 8, %25, 8, %12, 0, "
                            "0, 0, implicit $exec\n";
const std::string LaneC = "    %23:vgpr_32 = COPY %22.sub1\n";
const std::string LaneAdd = "    %14:vgpr_32 = V_ADD_U32_e64 %13, %23, 0, implicit $exec\n";

TEST(LoopLanes, LanesThatLeaveEarlyKeepWhatTheyHave) {
  for (const std::string &Latch : {Uniform, Divergent}) {
    Result R = rewriteLanes(dotLoop(Latch, DotStep, LaneC, LaneAdd), Dot());
    EXPECT_EQ(R.Rewrites, 1u);
    EXPECT_THAT(R.Out, Not(HasSubstr("V_ADD_U32")));
  }
  // c may be one scalar for all lanes.
  Result R =
      rewriteLanes(dotLoop(Divergent, DotStep, "    %23:sreg_32 = COPY %4\n", LaneAdd), Dot());
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_THAT(R.Out, Not(HasSubstr("V_ADD_U32")));
}

TEST(LoopLanes, ConstantsAreMadeWhereTheyAreNeeded) {
  Result R = rewriteLanes(dotLoop(Divergent, DotStep, "",
                                  "    %14:vgpr_32 = V_ADD_U32_e64 %13, 64, 0, implicit $exec\n"),
                          Dot());
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_THAT(R.Out, Not(HasSubstr("V_ADD_U32")));
  EXPECT_THAT(R.Out, HasSubstr("V_MOV_B32_e32 64"));
  EXPECT_THAT(R.Out, Not(HasSubstr("V_MOV_B32_e32 0")));
  // A scalar made behind the loop is one too.
  R = rewriteLanes(dotLoop(Uniform, DotStep, "", "    %23:sreg_32 = S_MOV_B32 1000\n" + LaneAdd),
                   Dot());
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_THAT(R.Out, HasSubstr("V_MOV_B32_e32 1000"));
  EXPECT_THAT(R.Out, Not(HasSubstr("S_MOV_B32")));
}

TEST(LoopLanes, ClampsStay) {
  const std::string Step = "    %13:vgpr_32 = V_DOT4_I32_I8 8, %24, 8, %25, 8, %12, -1, "
                           "0, 0, implicit $exec\n";
  EXPECT_EQ(rewriteLanes(dotLoop(Uniform, Step, LaneC, LaneAdd), Dot()).Rewrites, 0u);
  const std::string Add = "    %14:vgpr_32 = V_ADD_U32_e64 %13, %23, -1, implicit $exec\n";
  EXPECT_EQ(rewriteLanes(dotLoop(Uniform, DotStep, LaneC, Add), Dot()).Rewrites, 0u);
}

TEST(LoopLanes, NoCrossingOfLanes) {
  // The accumulator of the lane beside: c would be that lane's.
  const std::string Step = R"(
    %15:vgpr_32 = V_DOT4_I32_I8 8, %24, 8, %25, 8, %12, 0, 0, 0, implicit $exec
    %13:vgpr_32 = V_MOV_B32_dpp %15, %15, 273, 15, 15, 0, implicit $exec
)";
  EXPECT_EQ(rewriteLanes(dotLoop(Uniform, Step, LaneC, LaneAdd), Dot()).Rewrites, 0u);
}

TEST(LoopLanes, Scalars) {
  const std::string Body = First + Entry + Head + R"(
    %12:sreg_32 = PHI %9, %bb.0, %13, %bb.1
    %13:sreg_32 = S_ADD_I32 %12, %5, implicit-def dead $scc
)";
  const std::string Add = R"(
    %14:sreg_32 = S_ADD_I32 %13, %4, implicit-def dead $scc
    $sgpr4 = COPY %14
    S_ENDPGM 0, implicit $sgpr4
)";
  std::string WithZero = Body;
  WithZero.insert(WithZero.find("  bb.1:"), "    %9:sreg_32 = S_MOV_B32 0\n");
  Result R = rewriteLanes(WithZero + Uniform + Add, ScalarSum());
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_EQ(occurrences(R.Out, "S_ADD_I32"), 2u) << R.Out;
  // Lanes take a copy of the sum with them when they leave.
  const std::string Copy = "    %16:vgpr_32 = COPY %13, implicit $exec\n";
  const std::string Late = R"(
    %14:vgpr_32 = V_ADD_U32_e64 %16, %4, 0, implicit $exec
    GLOBAL_STORE_DWORD %10, %14, 0, 0, implicit $exec :: (store (s32), addrspace 1)
    S_ENDPGM 0
)";
  EXPECT_EQ(rewriteLanes(WithZero + Copy + Divergent + Late,
                         ScalarSum() + loopRuleText("amdgcn", "V_ADD_U32_e64", 0, "V_ADD_U32_e64"))
                .Rewrites,
            0u);
}

TEST(LoopLanes, ScalarsHoldNoSumsOfLanes) {
  // The zero of all lanes is a scalar where it comes from: c, which each lane has of
  // its own, cannot be there.
  const std::string Ways = R"(
  bb.0:
    successors: %bb.3, %bb.4
)" + Entry + LaneC + R"(
    %17:sreg_32 = S_MOV_B32 0
    S_CBRANCH_SCC1 %bb.4, implicit undef $scc
  bb.3:
    successors: %bb.4
    %18:sreg_32 = S_MOV_B32 0
  bb.4:
    successors: %bb.1
    %19:sreg_32 = PHI %17, %bb.0, %18, %bb.3
    %9:vgpr_32 = COPY %19
)";
  std::string Body =
      Head + "    %12:vgpr_32 = PHI %9, %bb.4, %13, %bb.1\n" + DotStep + Uniform + LaneAdd + R"(
    GLOBAL_STORE_DWORD %10, %14, 0, 0, implicit $exec :: (store (s32), addrspace 1)
    S_ENDPGM 0
)";
  for (size_t At; (At = Body.find("%bb.0")) != std::string::npos;)
    Body.replace(At, 5, "%bb.4");
  EXPECT_EQ(rewriteLanes(Ways + Body, Dot()).Rewrites, 0u);
}

TEST(LoopLanes, Harvest) {
  unsigned Loops = 0;
  for (const std::string &W :
       harvestFrom(First + Entry + Head + Phis + Step + Parts + Uniform + Adds + Store, gfx942())) {
    if (W.find(" loop\n") == std::string::npos)
      continue;
    EXPECT_EQ(W, loopWindowText("amdgcn", "V_MFMA_I32_16X16X32I8_e64", 2, "V_ADD_U32_e64"));
    ++Loops;
  }
  EXPECT_EQ(Loops, 4u);
}

} // namespace
