//===- tests/passes/LoopTest.cpp - Accumulators that start with an addend --===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopFixture.h"

using namespace whittle;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

namespace {

std::string Dot() { return loopRuleText("x86_64", "VPDPBUSDZrr", 0, "VPADDDZrr"); }
std::string Sum() { return loopRuleText("x86_64", "VPADDDZrr", 0, "VPADDDZrr"); }

/// %1 is c, %2 and %3 what is multiplied, %4 a count, %5 zero, %6 an address.
const std::string Entry = R"(
  bb.0:
    successors: %bb.1
    liveins: $zmm0, $zmm1, $zmm2, $rdi, $rsi
    %1:vr512 = COPY $zmm0
    %2:vr512 = COPY $zmm1
    %3:vr512 = COPY $zmm2
    %4:gr64 = COPY $rdi
    %6:gr64 = COPY $rsi
    %5:vr512 = AVX512_512_SET0
)";
const std::string Head = R"(
  bb.1:
    successors: %bb.1, %bb.2
    %10:gr64 = PHI %4, %bb.0, %11, %bb.1
    %12:vr512 = PHI %5, %bb.0, %13, %bb.1
)";
const std::string Step = "    %13:vr512 = VPDPBUSDZrr %12, %2, %3\n";
const std::string Back = R"(
    %11:gr64 = DEC64r %10, implicit-def $eflags
    JCC_1 %bb.1, 5, implicit $eflags
    JMP_1 %bb.2
  bb.2:
)";
const std::string Add = "    %14:vr512 = VPADDDZrr %13, %1\n";
const std::string Exit = "    $zmm0 = COPY %14\n    RET 0, $zmm0\n";

struct Result {
  size_t Rewrites;
  std::string Out;
  ApplyStats Stats;
};
Result rewrite(const std::string &Body, const std::string &Rules = Dot()) {
  Result R;
  R.Out = applyTo(Body, Rules, x86(), &R.Stats);
  R.Rewrites = R.Stats.Rewrites.size();
  return R;
}

TEST(Loop, StartsWithWhatIsAddedBehindIt) {
  Result R = rewrite(Entry + Head + Step + Back + Add + Exit);
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_THAT(R.Out, Not(HasSubstr("VPADDDZrr")));
  EXPECT_THAT(R.Out, Not(HasSubstr("SET0")));
  // Printed, registers are numbered anew: %0 is c.
  EXPECT_THAT(R.Out, HasSubstr("  %11:vr512 = COPY %0:vr512\n\nbb.1:"));
  EXPECT_THAT(R.Out, HasSubstr("  %8:vr512 = PHI %11:vr512, %bb.0, %9:vr512, %bb.1\n"));
  EXPECT_THAT(R.Out, HasSubstr("  %10:vr512 = COPY %9:vr512\n  $zmm0 = COPY %10:vr512\n"));
  // The addend may be either operand, and the step may read memory.
  R = rewrite(Entry + Head +
              "    %13:vr512 = VPDPBUSDZrm %12, %2, %6, 1, $noreg, 0, $noreg :: (load (s512))\n" +
              Back + "    %14:vr512 = VPADDDZrr %1, %13\n" + Exit);
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_THAT(R.Out, Not(HasSubstr("VPADDDZrr")));
}

TEST(Loop, SeveralSteps) {
  const std::string Body = Entry + Head + R"(
    %20:vr512 = VPDPBUSDZrr %12, %2, %3
    %21:vr512 = VPADDDZrr %2, %20
    %13:vr512 = VPDPBUSDZrr %21, %3, %2
)" + Back + Add + Exit;
  EXPECT_EQ(rewrite(Body).Rewrites, 0u);
  EXPECT_EQ(rewrite(Body, Sum()).Rewrites, 0u);
  Result R = rewrite(Body, Dot() + Sum());
  // One rewrite by two rules.
  EXPECT_EQ(R.Rewrites, 2u);
  EXPECT_EQ(R.Stats.Matched, 1u);
  EXPECT_EQ(occurrences(R.Out, "VPADDDZrr"), 1u) << R.Out;
}

TEST(Loop, RulesOfOtherWidthsStandBeside) {
  const std::string Narrow = loopRuleText("x86_64", "ADD64rr", 0, "ADD64rr") +
                             loopRuleText("x86_64", "VPADDDZ128rr", 0, "VPADDDZ128rr");
  EXPECT_EQ(rewrite(Entry + Head + Step + Back + Add + Exit, Narrow).Rewrites, 0u);
  EXPECT_EQ(rewrite(Entry + Head + Step + Back + Add + Exit, Narrow + Dot()).Rewrites, 1u);
}

TEST(Loop, BranchesInsideAndAWayAround) {
  // The loop may not be entered, and not every iteration steps.
  Result R = rewrite(R"(
  bb.0:
    successors: %bb.1, %bb.5
    liveins: $zmm0, $zmm1, $zmm2, $rdi
    %1:vr512 = COPY $zmm0
    %2:vr512 = COPY $zmm1
    %3:vr512 = COPY $zmm2
    %4:gr64 = COPY $rdi
    %5:vr512 = AVX512_512_SET0
    TEST64rr %4, %4, implicit-def $eflags
    JCC_1 %bb.5, 4, implicit $eflags
    JMP_1 %bb.1
  bb.1:
    successors: %bb.2
    %6:vr512 = AVX512_512_SET0
  bb.2:
    successors: %bb.3, %bb.4
    %10:gr64 = PHI %4, %bb.1, %11, %bb.4
    %12:vr512 = PHI %6, %bb.1, %13, %bb.4
    %11:gr64 = DEC64r %10, implicit-def $eflags
    JCC_1 %bb.4, 9, implicit $eflags
  bb.3:
    successors: %bb.4
    %15:vr512 = VPDPBUSDZrr %12, %2, %3
  bb.4:
    successors: %bb.2, %bb.5
    %13:vr512 = PHI %12, %bb.2, %15, %bb.3
    TEST64rr %11, %11, implicit-def $eflags
    JCC_1 %bb.2, 5, implicit $eflags
    JMP_1 %bb.5
  bb.5:
    %16:vr512 = PHI %5, %bb.0, %13, %bb.4
    %14:vr512 = VPADDDZrr %16, %1
)" + Exit);
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_THAT(R.Out, Not(HasSubstr("VPADDDZrr")));
  EXPECT_THAT(R.Out, Not(HasSubstr("SET0")));
  EXPECT_EQ(occurrences(R.Out, "= COPY %0:vr512"), 2u) << R.Out;
}

/// An outer loop over bb.1 .. bb.3; the inner one is bb.2. \p OuterPhi stands at the
/// head of the outer one, \p Start is where the inner accumulator starts.
std::string nested(const std::string &OuterPhi, const std::string &Start,
                   const std::string &BeforeInner, const std::string &InnerExit) {
  return Entry + R"(
  bb.1:
    successors: %bb.2
    %30:gr64 = PHI %4, %bb.0, %31, %bb.3
)" + OuterPhi +
         BeforeInner + R"(
  bb.2:
    successors: %bb.2, %bb.3
    %10:gr64 = PHI %4, %bb.1, %11, %bb.2
    %12:vr512 = PHI )" +
         Start + R"(, %bb.1, %13, %bb.2
    %13:vr512 = VPDPBUSDZrr %12, %2, %3
    %11:gr64 = DEC64r %10, implicit-def $eflags
    JCC_1 %bb.2, 5, implicit $eflags
    JMP_1 %bb.3
  bb.3:
    successors: %bb.1, %bb.4
)" + InnerExit +
         R"(
    %31:gr64 = DEC64r %30, implicit-def $eflags
    JCC_1 %bb.1, 5, implicit $eflags
    JMP_1 %bb.4
  bb.4:
)";
}
const std::string LoadC =
    "    %7:vr512 = VMOVDQU64Zrm %30, 1, $noreg, 0, $noreg :: (load (s512))\n";
const std::string StoreSum = "    VMOVDQU64Zmr %6, 1, $noreg, 0, $noreg, %14 :: (store (s512))\n";

TEST(Loop, LoopsInLoops) {
  // Carried through both.
  Result R =
      rewrite(nested("    %32:vr512 = PHI %5, %bb.0, %13, %bb.3\n", "%32", "", "") + Add + Exit);
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_THAT(R.Out, Not(HasSubstr("VPADDDZrr")));
  // Each round of the outer loop has its own accumulator and its own c.
  R = rewrite(nested("", "%5", LoadC, "    %14:vr512 = VPADDDZrr %13, %7\n" + StoreSum) +
              "    RET 0\n");
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_THAT(R.Out, Not(HasSubstr("VPADDDZrr")));
  // Carried through both, and c is another one each round: the last is added once.
  R = rewrite(nested("    %32:vr512 = PHI %5, %bb.0, %13, %bb.3\n", "%32", LoadC, "") +
              "    %14:vr512 = VPADDDZrr %13, %7\n" + Exit);
  EXPECT_EQ(R.Rewrites, 0u);
  EXPECT_EQ(R.Stats.OtherUse, 1u);
}

TEST(Loop, SeveralExits) {
  auto Code = [](const std::string &Second) {
    return Entry + R"(
  bb.1:
    successors: %bb.2, %bb.3
    %10:gr64 = PHI %4, %bb.0, %11, %bb.2
    %12:vr512 = PHI %5, %bb.0, %13, %bb.2
    %11:gr64 = DEC64r %10, implicit-def $eflags
    JCC_1 %bb.3, 4, implicit $eflags
  bb.2:
    successors: %bb.1, %bb.4
    %13:vr512 = VPDPBUSDZrr %12, %2, %3
    TEST64rr %6, %6, implicit-def $eflags
    JCC_1 %bb.1, 5, implicit $eflags
    JMP_1 %bb.4
  bb.3:
    %15:vr512 = PHI %12, %bb.1
    %14:vr512 = VPADDDZrr %15, %1
    $zmm0 = COPY %14
    RET 0, $zmm0
  bb.4:
)" + Second;
  };
  Result R =
      rewrite(Code("    %16:vr512 = VPADDDZrr %13, %1\n    $zmm0 = COPY %16\n    RET 0, $zmm0\n"));
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_THAT(R.Out, Not(HasSubstr("VPADDDZrr")));
  for (const char *Second :
       {"    %16:vr512 = VPADDDZrr %13, %2\n    $zmm0 = COPY %16\n    RET 0, $zmm0\n",
        "    $zmm0 = COPY %13\n    RET 0, $zmm0\n"}) {
    R = rewrite(Code(Second));
    EXPECT_EQ(R.Rewrites, 0u) << Second;
    EXPECT_GE(R.Stats.OtherUse, 1u) << Second;
  }
}

TEST(Loop, OneOfSeveralAccumulatorsTakesIt) {
  const std::string TwoPhis = R"(
  bb.1:
    successors: %bb.1, %bb.2
    %10:gr64 = PHI %4, %bb.0, %11, %bb.1
    %12:vr512 = PHI %5, %bb.0, %13, %bb.1
    %22:vr512 = PHI %5, %bb.0, %21, %bb.1
)";
  Result R =
      rewrite(Entry + TwoPhis + Step + "    %21:vr512 = VPDPBUSDZrr %22, %3, %2\n" + Back + R"(
    %23:vr512 = VPADDDZrr %13, %21
    %14:vr512 = VPADDDZrr %23, %1
)" + Exit,
              Dot() + Sum());
  EXPECT_EQ(R.Rewrites, 2u);
  EXPECT_EQ(occurrences(R.Out, "VPADDDZrr"), 1u) << R.Out;
  // The other one still starts at zero.
  EXPECT_EQ(occurrences(R.Out, "SET0"), 1u) << R.Out;
  EXPECT_EQ(occurrences(R.Out, "COPY %0:vr512"), 1u) << R.Out;
}

TEST(Loop, AStepMayAddTheSame) {
  // Every round adds c, and once more at the end.
  Result R =
      rewrite(Entry + Head + "    %13:vr512 = VPADDDZrr %12, %1\n" + Back + Add + Exit, Sum());
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_EQ(occurrences(R.Out, "VPADDDZrr"), 1u) << R.Out;
  EXPECT_THAT(R.Out, ContainsRegex("%9:vr512 = VPADDDZrr %8:vr512, %0:vr512"));
}

TEST(Loop, ExtremesStartAsTheirAddend) {
  const std::string Max = loopRuleText("x86_64", "VPMAXUDZrr", 0, "VPMAXUDZrr");
  Result R = rewrite(Entry + Head + "    %13:vr512 = VPMAXUDZrr %12, %2\n" + Back +
                         "    %14:vr512 = VPMAXUDZrr %13, %1\n" + Exit,
                     Max);
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_EQ(occurrences(R.Out, "VPMAXUDZrr"), 1u) << R.Out;
}

TEST(Loop, ConstantsAreMadeWhereTheyAreNeeded) {
  const std::string Pool =
      "  - id: 0\n    value: '<16 x i32> splat (i32 128)'\n    alignment: 64\n";
  const std::string Load =
      "$rip, 1, $noreg, %const.0, $noreg :: (load (s512) from constant-pool)\n";
  const std::string Folded = "    %14:vr512 = VPADDDZrm %13, " + Load;
  const std::string Apart =
      "    %7:vr512 = VMOVDQA64Zrm " + Load + "    %14:vr512 = VPADDDZrr %7, %13\n";
  MirTarget Large = x86();
  Large.Model = CodeModel::Large;
  for (const std::string &Sum : {Folded, Apart}) {
    ApplyStats S;
    std::string Out = applyTo(Entry + Head + Step + Back + Sum + Exit, Dot(), x86(), &S, Pool);
    EXPECT_EQ(S.Rewrites.size(), 1u);
    EXPECT_THAT(Out, Not(HasSubstr("VPADDD")));
    EXPECT_THAT(Out, Not(HasSubstr("SET0")));
    // In front of the loop, once.
    EXPECT_EQ(occurrences(Out, "VMOVDQA64Zrm $rip"), 1u) << Out;
    EXPECT_LT(Out.find("VMOVDQA64Zrm $rip"), Out.find("bb.1:"));
    // Where an address takes more than $rip the constant stays behind the loop.
    ApplyStats None;
    applyTo(Entry + Head + Step + Back + Sum + Exit, Dot(), Large, &None, Pool);
    EXPECT_EQ(None.Rewrites.size(), 0u);
  }
}

TEST(Loop, UnspecifiedStartsStay) {
  std::string Body = Entry + Head + Step + Back + Add + Exit;
  Body.replace(Body.find("AVX512_512_SET0"), 15, "IMPLICIT_DEF");
  EXPECT_EQ(rewrite(Body).Rewrites, 0u); // nothing says that it starts as zero
}

TEST(Loop, FlagsOfTheOldSumsGo) {
  const std::string Rule = loopRuleText("x86_64", "ADD64rr", 0, "ADD64rr");
  Result R = rewrite(R"(
  bb.0:
    successors: %bb.1
    liveins: $rdi, $rsi, $rdx
    %1:gr64 = COPY $rdi
    %2:gr64 = COPY $rsi
    %4:gr64 = COPY $rdx
    %7:gr32 = MOV32r0 implicit-def dead $eflags
    %5:gr64 = SUBREG_TO_REG 0, %7, %subreg.sub_32bit
  bb.1:
    successors: %bb.1, %bb.2
    %10:gr64 = PHI %4, %bb.0, %11, %bb.1
    %12:gr64 = PHI %5, %bb.0, %13, %bb.1
    %13:gr64 = nuw nsw ADD64rr %12, %2, implicit-def dead $eflags
    %11:gr64 = DEC64r %10, implicit-def $eflags
    JCC_1 %bb.1, 5, implicit $eflags
    JMP_1 %bb.2
  bb.2:
    %14:gr64 = nuw ADD64rr %13, %1, implicit-def dead $eflags
    $rax = COPY %14
    RET 0, $rax
)",
                     Rule);
  EXPECT_EQ(R.Rewrites, 1u);
  EXPECT_EQ(occurrences(R.Out, "ADD64rr"), 1u) << R.Out;
  EXPECT_THAT(R.Out, Not(HasSubstr("nuw")));
  EXPECT_THAT(R.Out, Not(HasSubstr("nsw")));
}

//===----------------------------------------------------------------------===//
// Traps
//===----------------------------------------------------------------------===//

/// Expects that nothing is rewritten.
void refused(const std::string &Body, const std::string &Rules = Dot(), bool OtherUse = false) {
  Result R = rewrite(Body, Rules);
  EXPECT_EQ(R.Rewrites, 0u) << R.Out;
  EXPECT_THAT(R.Out, HasSubstr("VPADD"));
  if (OtherUse) {
    EXPECT_GE(R.Stats.OtherUse, 1u);
  }
}

TEST(LoopTraps, OtherReadersInTheLoop) {
  const std::string Store = "    VMOVDQU64Zmr %6, 1, $noreg, 0, $noreg, ";
  for (const char *What : {"%12", "%13"})
    refused(Entry + Head + Step + Store + What + " :: (store (s512))\n" + Back + Add + Exit, Dot(),
            true);
  refused(Entry + Head +
              "    %20:vr512 = VPANDDZrr %12, %2\n    %13:vr512 = VPDPBUSDZrr %12, %20, %3\n" +
              Back + Add + Exit,
          Dot(), true);
}

TEST(LoopTraps, OtherReadersBehindIt) {
  refused(Entry + Head + Step + Back + Add + R"(
    VMOVDQU64Zmr %6, 1, $noreg, 0, $noreg, %13 :: (store (s512))
)" + Exit,
          Dot(), true);
  // Another addend, and twice itself.
  refused(Entry + Head + Step + Back + R"(
    %15:vr512 = VPADDDZrr %13, %1
    %14:vr512 = VPADDDZrr %13, %2
    $zmm1 = COPY %15
)" + Exit,
          Dot(), true);
  refused(Entry + Head + Step + Back + "    %14:vr512 = VPADDDZrr %13, %13\n" + Exit);
  refused(Entry + Head + Step + Back + "    %14:vr512 = VPSUBDZrr %1, %13\n" +
          "    %15:vr512 = VPADDDZrr %14, %1\n    $zmm1 = COPY %15\n" + Exit);
  // The sum of other elements.
  refused(Entry + Head + Step + Back + "    %14:vr512 = VPADDQZrr %13, %1\n" + Exit);
}

TEST(LoopTraps, TheAccumulatorAsAnotherOperand) {
  for (const char *Operands : {"%12, %12, %3", "%12, %2, %12"})
    refused(Entry + Head + "    %13:vr512 = VPDPBUSDZrr " + Operands + "\n" + Back + Add + Exit);
  // Not as the accumulating operand at all.
  refused(Entry + Head + "    %13:vr512 = VPDPBUSDZrr %2, %12, %3\n" + Back + Add + Exit);
}

TEST(LoopTraps, AnAddendThatComesTooLate) {
  // Another one each round, by a PHI in front of the accumulator's or behind it.
  const std::string Turns = "    %8:vr512 = PHI %1, %bb.0, %9, %bb.1\n";
  const std::string Rest = Step + "    %9:vr512 = VPANDDZrr %8, %2\n" + Back +
                           "    %14:vr512 = VPADDDZrr %13, %8\n" + Exit;
  std::string Before = Head;
  Before.insert(Before.find("    %12:"), Turns);
  for (const std::string &Both : {Before, Head + Turns})
    refused(Entry + Both + Rest, Dot(), true);
  const std::string Load = "VMOVDQU64Zrm %6, 1, $noreg, 0, $noreg :: (load (s512))\n";
  // Of each round.
  refused(Entry + Head + Step + "    %7:vr512 = " + Load + Back +
              "    %14:vr512 = VPADDDZrr %13, %7\n" + Exit,
          Dot(), true);
  refused(Entry + Head + Step + Back + "    %7:vr512 = " + Load +
              "    %14:vr512 = VPADDDZrr %13, %7\n" + Exit,
          Dot(), true);
  refused(Entry + Head + Step + Back +
              "    %14:vr512 = VPADDDZrm %13, %6, 1, $noreg, 0, $noreg :: (load (s512))\n" + Exit,
          Dot(), true);
  // On one of two ways in only.
  refused(R"(
  bb.0:
    successors: %bb.1, %bb.3
    liveins: $zmm0, $zmm1, $zmm2, $rdi, $rsi
    %2:vr512 = COPY $zmm1
    %3:vr512 = COPY $zmm2
    %4:gr64 = COPY $rdi
    %6:gr64 = COPY $rsi
    %5:vr512 = AVX512_512_SET0
    TEST64rr %4, %4, implicit-def $eflags
    JCC_1 %bb.3, 4, implicit $eflags
    JMP_1 %bb.1
  bb.1:
    successors: %bb.2
    %1:vr512 = )" +
              Load + R"(
  bb.2:
    successors: %bb.2, %bb.3
    %10:gr64 = PHI %4, %bb.1, %11, %bb.2
    %12:vr512 = PHI %5, %bb.1, %13, %bb.2
    %13:vr512 = VPDPBUSDZrr %12, %2, %3
    %11:gr64 = DEC64r %10, implicit-def $eflags
    JCC_1 %bb.2, 5, implicit $eflags
    JMP_1 %bb.3
  bb.3:
    %16:vr512 = PHI %5, %bb.0, %13, %bb.2
    %17:vr512 = PHI %2, %bb.0, %1, %bb.2
    %14:vr512 = VPADDDZrr %16, %17
)" + Exit,
          Dot(), true);
}

TEST(LoopTraps, OtherStarts) {
  std::string Ones = Entry + Head + Step + Back + Add + Exit;
  Ones.replace(Ones.find("AVX512_512_SET0"), 15, "AVX512_512_SETALLONES");
  refused(Ones);
  std::string Argument = Entry + Head + Step + Back + Add + Exit;
  Argument.replace(Argument.find("PHI %5, %bb.0, %13"), 18, "PHI %3, %bb.0, %13");
  refused(Argument);
  // Zero on one way in, ones on the other.
  const std::string Mixed = R"(
  bb.0:
    successors: %bb.1, %bb.2
    liveins: $zmm0, $zmm1, $zmm2, $rdi
    %1:vr512 = COPY $zmm0
    %2:vr512 = COPY $zmm1
    %3:vr512 = COPY $zmm2
    %4:gr64 = COPY $rdi
    %5:vr512 = AVX512_512_SET0
    %6:vr512 = AVX512_512_SETALLONES
    TEST64rr %4, %4, implicit-def $eflags
    JCC_1 %bb.2, 4, implicit $eflags
  bb.1:
    successors: %bb.2
  bb.2:
    successors: %bb.2, %bb.3
    %10:gr64 = PHI %4, %bb.0, %4, %bb.1, %11, %bb.2
    %12:vr512 = PHI %5, %bb.0, %6, %bb.1, %13, %bb.2
    %13:vr512 = VPDPBUSDZrr %12, %2, %3
    %11:gr64 = DEC64r %10, implicit-def $eflags
    JCC_1 %bb.2, 5, implicit $eflags
    JMP_1 %bb.3
  bb.3:
)" + Add + Exit;
  refused(Mixed);
  std::string Exchanged = Mixed;
  Exchanged.replace(Exchanged.find("%5, %bb.0, %6, %bb.1"), 20, "%6, %bb.0, %5, %bb.1");
  refused(Exchanged);
}

TEST(LoopTraps, OtherSteps) {
  refused(Entry + Head + "    %13:vr512 = VPDPBUSDSZrr %12, %2, %3\n" + Back + Add + Exit);
  refused(Entry + Head + "    %13:vr512 = VPDPWSSDZrr %12, %2, %3\n" + Back + Add + Exit);
  // One of two.
  refused(Entry + Head +
          "    %20:vr512 = VPDPBUSDZrr %12, %2, %3\n    %13:vr512 = VPDPBUSDSZrr %20, %2, %3\n" +
          Back + Add + Exit);
}

TEST(LoopTraps, StraightCodeHasOtherRules) {
  refused("  bb.0:\n" + Entry.substr(Entry.find("    liveins")) +
          "    %13:vr512 = VPDPBUSDZrr %5, %2, %3\n" + Add + Exit);
}

TEST(LoopTraps, ReadersThatRelyOnZerosAbove) {
  const std::string Rule = loopRuleText("x86_64", "VPDPBUSDZ128rr", 0, "VPADDDZ128rr");
  auto Code = [](const std::string &Use) {
    return R"(
  bb.0:
    successors: %bb.1
    liveins: $xmm0, $xmm1, $xmm2, $rdi
    %1:vr128x = COPY $xmm0
    %2:vr128x = COPY $xmm1
    %3:vr128x = COPY $xmm2
    %4:gr64 = COPY $rdi
    %5:vr128x = AVX512_128_SET0
  bb.1:
    successors: %bb.1, %bb.2
    %10:gr64 = PHI %4, %bb.0, %11, %bb.1
    %12:vr128x = PHI %5, %bb.0, %13, %bb.1
    %13:vr128x = VPDPBUSDZ128rr %12, %2, %3
)" + Back + "    %14:vr128x = VPADDDZ128rr %13, %1\n" +
           Use;
  };
  EXPECT_EQ(rewrite(Code("    $xmm0 = COPY %14\n    RET 0, $xmm0\n"), Rule).Rewrites, 1u);
  Result R = rewrite(Code("    %15:vr512 = SUBREG_TO_REG 0, %14, %subreg.sub_xmm\n"
                          "    $zmm0 = COPY %15\n    RET 0, $zmm0\n"),
                     Rule);
  EXPECT_EQ(R.Rewrites, 0u);
  EXPECT_EQ(R.Stats.Illegal, 1u);
}

TEST(LoopTraps, EdgesThatLeaveABlockBeforeItsEnd) {
  auto Code = [](const char *Pad, const char *Branch) {
    return R"(
  bb.0:
    successors: %bb.1, %bb.3
    liveins: $zmm0, $zmm1, $zmm2, $rdi
    %1:vr512 = COPY $zmm0
    %2:vr512 = COPY $zmm1
    %3:vr512 = COPY $zmm2
    %4:gr64 = COPY $rdi
    %5:vr512 = AVX512_512_SET0
)" + std::string(Branch) +
           R"(
  bb.1:
    successors: %bb.1, %bb.3
    %10:gr64 = PHI %4, %bb.0, %11, %bb.1
    %12:vr512 = PHI %5, %bb.0, %13, %bb.1
    %13:vr512 = VPDPBUSDZrr %12, %2, %3
    %11:gr64 = DEC64r %10, implicit-def $eflags
    JCC_1 %bb.1, 5, implicit $eflags
    JMP_1 %bb.3
  bb.3)" + std::string(Pad) +
           R"(:
    %16:vr512 = PHI %5, %bb.0, %13, %bb.1
    %14:vr512 = VPADDDZrr %16, %1
)" + Exit;
  };
  EXPECT_EQ(
      rewrite(
          Code("",
               "    TEST64rr %4, %4, implicit-def $eflags\n    JCC_1 %bb.3, 4, implicit $eflags"))
          .Rewrites,
      1u);
  EXPECT_EQ(rewrite(Code(" (landing-pad)", "")).Rewrites, 0u);
}

//===----------------------------------------------------------------------===//
// Harvest
//===----------------------------------------------------------------------===//

std::vector<std::string> loopsIn(const std::string &Body) {
  std::vector<std::string> All = harvestFrom(Body, x86()), Loops;
  for (const std::string &W : All)
    if (W.find(" loop\n") != std::string::npos)
      Loops.push_back(W);
  return Loops;
}

TEST(LoopHarvest, OneWindowForEachKindOfStep) {
  const std::string Window = loopWindowText("x86_64", "VPDPBUSDZrr", 0, "VPADDDZrr");
  EXPECT_THAT(loopsIn(Entry + Head + Step + Back + Add + Exit), testing::ElementsAre(Window));
  EXPECT_THAT(loopsIn(Entry + Head + R"(
    %20:vr512 = VPDPBUSDZrr %12, %2, %3
    %21:vr512 = VPDPBUSDZrr %20, %3, %2
    %13:vr512 = VPSUBDZrr %21, %3
)" + Back + Add + Exit),
              testing::UnorderedElementsAre(Window,
                                            loopWindowText("x86_64", "VPSUBDZrr", 0, "VPADDDZrr")));
  // What is no accumulator, or has no addend in time, is none.
  EXPECT_THAT(loopsIn(Entry + Head + Step + Back + "    $zmm0 = COPY %13\n    RET 0, $zmm0\n"),
              testing::IsEmpty());
  EXPECT_THAT(
      loopsIn(Entry + Head + "    %13:vr512 = VPDPBUSDZrr %12, %12, %3\n" + Back + Add + Exit),
      testing::IsEmpty());
}

TEST(LoopHarvest, FloatsNever) {
  EXPECT_THAT(loopsIn(Entry + Head +
                      "    %13:vr512 = nofpexcept VADDPSZrr %12, %2, implicit $mxcsr\n" + Back +
                      "    %14:vr512 = nofpexcept VADDPSZrr %13, %1, implicit $mxcsr\n" + Exit),
              testing::IsEmpty());
}

} // namespace
