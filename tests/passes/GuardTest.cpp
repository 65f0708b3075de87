//===- tests/passes/GuardTest.cpp - Flags, constants, choices, places ------===//
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

//===----------------------------------------------------------------------===//
// EFLAGS: the source leaves it alone, the target writes it.
//===----------------------------------------------------------------------===//

const char Rotate[] = R"(
rule x86_64
  %0:r32
  %1:r32 = RORX32ri %0, 4
  %2:r32 = RORX32ri %1, 28
  yield %2
=>
  %1:r32 = AND32rr %0, %0
  yield %1
end
)";
std::string rotateBody(const std::string &Before, const std::string &After) {
  return R"(
  bb.0:
    successors: %bb.1, %bb.2
    liveins: $edi, $esi
    %0:gr32 = COPY $edi
    %1:gr32 = COPY $esi
)" + Before +
         "    %2:gr32 = RORX32ri %0, 4\n    %3:gr32 = RORX32ri %2, 28\n" + After + R"(
    JCC_1 %bb.2, 4, implicit $eflags
    JMP_1 %bb.1
  bb.1:
    $eax = COPY %3
    RET64 $eax
  bb.2:
    $eax = COPY %1
    RET64 $eax
)";
}
const char TestFlags[] = "    TEST32rr %1, %1, implicit-def $eflags\n";

TEST(Flags, LiveInBetween) {
  ApplyStats S;
  std::string Out = applyTo(rotateBody(TestFlags, ""), Rotate, x86(), &S);
  EXPECT_THAT(Out, HasSubstr("RORX32ri"));
  EXPECT_EQ(S.Flags, 1u);
  EXPECT_EQ(S.Rewrites.size(), 0u);
}
TEST(Flags, DeadThere) {
  ApplyStats S;
  std::string Out = applyTo(rotateBody("", TestFlags), Rotate, x86(), &S);
  EXPECT_THAT(Out, Not(HasSubstr("RORX32ri")));
  EXPECT_THAT(Out, HasSubstr("AND32rr %0:gr32(tied-def 0), %0:gr32, implicit-def dead $eflags"));
}
TEST(Flags, SourceWhoseFlagsAreReadIsNoWindow) {
  const char Double[] = R"(
rule x86_64
  %0:r32
  %1:r32 = NOT32r %0
  %2:r32 = AND32rr %1, %1
  yield %2
=>
  %1:r32 = NOT32r %0
  yield %1
end
)";
  auto Body = [](const char *Flags) {
    return R"(
  bb.0:
    liveins: $edi
    %0:gr32 = COPY $edi
    %1:gr32 = NOT32r %0
    %2:gr32 = AND32rr %1, %1, implicit-def )" +
           std::string(Flags) + R"(
    %3:gr32 = SETB_C32r implicit-def dead $eflags, implicit $eflags
    $eax = COPY %2
    $edx = COPY %3
    RET64 $eax, $edx
)";
  };
  ApplyStats S;
  EXPECT_THAT(applyTo(Body("$eflags"), Double, x86(), &S), HasSubstr("AND32rr"));
  EXPECT_EQ(S.Matched, 0u);
}

//===----------------------------------------------------------------------===//
// Immediates and shift counts
//===----------------------------------------------------------------------===//

// (x << 8) >> 8 clears the high byte; by 40 everything goes.
const char ClearByte[] = R"(
rule x86_64
  %0:v512
  %1:v512 = const splat(i32 0x00ffffff)
  %2:v512 = VPSLLDZri %0, 8
  %3:v512 = VPSRLDZri %2, 8
  yield %3
=>
  %2:v512 = VPANDDZrr %0, %1
  yield %2
end
)";
std::string shiftBody(unsigned Left, unsigned Right) {
  return "\n  bb.0:\n    liveins: $zmm0\n    %0:vr512 = COPY $zmm0\n    %1:vr512 = VPSLLDZri %0, " +
         std::to_string(Left) + "\n    %2:vr512 = VPSRLDZri %1, " + std::to_string(Right) +
         "\n    $zmm0 = COPY %2\n    RET64 $zmm0\n";
}
TEST(Immediates, CountsPastTheWidthAreOtherCounts) {
  ApplyStats S;
  applyTo(shiftBody(40, 8), ClearByte, x86(), &S);
  applyTo(shiftBody(8, 40), ClearByte, x86(), &S);
  applyTo(shiftBody(40, 40), ClearByte, x86(), &S);
  EXPECT_EQ(S.Matched, 0u);
}
TEST(Immediates, NewConstantComesFromThePool) {
  std::string Out = applyTo(shiftBody(8, 8), ClearByte, x86());
  EXPECT_THAT(Out, HasSubstr("VMOVDQA64Zrm $rip, 1, $noreg, %const.0, $noreg :: "
                             "(dereferenceable invariant load (s512) from constant-pool)"));
  EXPECT_THAT(Out, HasSubstr("VPANDDZrr"));
}
TEST(Immediates, NoPoolInTheLargeCodeModel) {
  MirTarget T = x86();
  T.Model = CodeModel::Large;
  ApplyStats S;
  std::string Out = applyTo(shiftBody(8, 8), ClearByte, T, &S);
  EXPECT_THAT(Out, HasSubstr("VPSLLDZri"));
  EXPECT_EQ(S.Illegal, 1u);
}
// A shift by a count that may be too large has no equal rotate.
TEST(Immediates, VariableCountNeedsItsFact) {
  const char Rule[] = R"(
rule x86_64
  %0:v512
  %1:v512 zeros=splat(i32 0xffffffe0)
  %2:v512 = const splat(i32 0x00000001)
  %3:v512 = VPSLLVDZrr %0, %1
  %4:v512 = VPSLLVDZrr %3, %2
  yield %4
=>
  %3:v512 = VPADDDZrr %1, %2
  yield %3
end
)";
  auto Body = [](const std::string &Count) {
    return R"(
  bb.0:
    liveins: $zmm0, $zmm1
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = VPBROADCASTDZrm $rip, 1, $noreg, %const.0, $noreg :: (load (s32) from constant-pool)
    %3:vr512 = VPANDDZrmb %1, $rip, 1, $noreg, %const.1, $noreg :: (load (s32) from constant-pool)
    %4:vr512 = VPSLLVDZrr %0, )" +
           Count + R"(
    %5:vr512 = VPSLLVDZrr %4, %2
    $zmm0 = COPY %5
    RET64 $zmm0
)";
  };
  const char Pool[] = "  - { id: 0, value: 'i32 1', alignment: 4 }\n"
                      "  - { id: 1, value: 'i32 31', alignment: 4 }\n";
  ApplyStats With, Without;
  applyTo(Body("%3"), Rule, x86(), &With, Pool);
  applyTo(Body("%1"), Rule, x86(), &Without, Pool);
  EXPECT_EQ(With.Rewrites.size(), 1u);
  EXPECT_EQ(Without.Rewrites.size(), 0u);
  EXPECT_GE(Without.NoFacts, 1u);
}
TEST(Immediates, PoolConstantWithUndefinedLaneIsNone) {
  const char Rule[] = R"(
rule x86_64
  %0:v512
  %1:v512 = const splat(i8 0x00)
  %2:v512 = VPANDDZrr %0, %1
  yield %2
=>
  yield %1
end
)";
  auto Body = R"(
  bb.0:
    liveins: $zmm0
    %0:vr512 = COPY $zmm0
    %1:vr512 = VPANDDZrm %0, $rip, 1, $noreg, %const.0, $noreg :: (load (s512) from constant-pool)
    $zmm0 = COPY %1
    RET64 $zmm0
)";
  std::string Zeros = "i64 0, i64 0, i64 0, i64 0, i64 0, i64 0, i64 0, i64 ";
  auto Pool = [&](const char *Last) {
    return "  - { id: 0, value: '<8 x i64> <" + Zeros + Last + ">', alignment: 64 }\n";
  };
  ApplyStats Undef, Zero;
  applyTo(Body, Rule, x86(), &Undef, Pool("poison"));
  applyTo(Body, Rule, x86(), &Zero, Pool("0"));
  EXPECT_EQ(Undef.Matched, 0u);
  EXPECT_EQ(Zero.Rewrites.size(), 1u);
}

//===----------------------------------------------------------------------===//
// Unspecified values
//===----------------------------------------------------------------------===//

// SSE2's sign extension: the low halves are whatever IMPLICIT_DEF holds.
const char SignExtend[] = R"(
rule x86_64
  %0:v128
  %1:v128 = undef
  %2:v128 = VPUNPCKLWDrr %1, %0
  %3:v128 = VPSRADri %2, 16
  yield %3
=>
  %2:v128 = VPMOVSXWDrr %0
  yield %2
end
)";
TEST(Choices, UndefinedOperandMatches) {
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $xmm0
    %0:vr128 = COPY $xmm0
    %1:vr128 = IMPLICIT_DEF
    %2:vr128 = VPUNPCKLWDrr %1, %0
    %3:vr128 = VPSRADri %2, 16
    $xmm0 = COPY %3
    RET64 $xmm0
)",
                            SignExtend, x86("haswell"));
  EXPECT_THAT(Out, HasSubstr("VPMOVSXWDrr %0"));
}
TEST(Choices, DefinedOperandIsNoChoice) {
  ApplyStats S;
  applyTo(R"(
  bb.0:
    liveins: $xmm0, $xmm1
    %0:vr128 = COPY $xmm0
    %1:vr128 = COPY $xmm1
    %2:vr128 = VPUNPCKLWDrr %1, %0
    %3:vr128 = VPSRADri %2, 16
    $xmm0 = COPY %3
    RET64 $xmm0
)",
          SignExtend, x86("haswell"), &S);
  EXPECT_EQ(S.Matched, 0u);
}
// Two reads of an undefined register need not agree: not one leaf.
TEST(Choices, UndefinedIsNoOrdinaryLeaf) {
  const char Rule[] = R"(
rule x86_64
  %0:v128
  %1:v128
  %2:v128 = VPANDrr %0, %1
  %3:v128 = VPORrr %2, %0
  yield %3
=>
  yield %0
end
)";
  ApplyStats S;
  applyTo(R"(
  bb.0:
    liveins: $xmm1
    %0:vr128 = IMPLICIT_DEF
    %1:vr128 = COPY $xmm1
    %2:vr128 = VPANDrr %0, %1
    %3:vr128 = VPORrr %2, %0
    $xmm0 = COPY %3
    RET64 $xmm0
)",
          Rule, x86("haswell"), &S);
  EXPECT_EQ(S.Rewrites.size(), 0u);
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

// Both results of a sum and a difference: the first is read before the second's
// addend is there.
const char Pair[] = R"(
rule x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = VPMULLDZrr %0, %1
  %4:v512 = VPADDDZrr %3, %2
  yield %4, %3
=>
  %3:v512 = VPADDDZrr %0, %1
  %4:v512 = VPADDDZrr %3, %2
  yield %4, %3
end
)";
std::string pairBody(const std::string &Between) {
  return R"(
  bb.0:
    liveins: $zmm0, $zmm1, $rdi
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:gr64 = COPY $rdi
    %3:vr512 = VPMULLDZrr %0, %1
)" + Between +
         R"(
    %5:vr512 = VPADDDZrr %3, %4
    $zmm0 = COPY %5
    RET64 $zmm0
)";
}
const char StoreIt[] = "    VMOVDQU64Zmr %2, 1, $noreg, 0, $noreg, %3 :: (store (s512))\n";
std::string loadAt(int Offset) {
  return "    %4:vr512 = VMOVDQU64Zrm %2, 1, $noreg, " + std::to_string(Offset) +
         ", $noreg :: (load (s512))\n";
}
TEST(Places, LeafIsThereBeforeTheFirstReader) {
  ApplyStats S;
  std::string Out = applyTo(pairBody(loadAt(0) + StoreIt), Pair, x86(), &S);
  EXPECT_EQ(S.Rewrites.size(), 1u);
  EXPECT_LT(Out.find("VPADDDZrr %0"), Out.find("VMOVDQU64Zmr")) << Out;
}
TEST(Places, LoadIsNotMovedOverAStoreThatMayAlias) {
  ApplyStats S;
  std::string Out = applyTo(pairBody(StoreIt + loadAt(32)), Pair, x86(), &S);
  EXPECT_EQ(S.Rewrites.size(), 0u);
  EXPECT_GE(S.OtherUse, 1u);
  EXPECT_THAT(Out, HasSubstr("VPMULLDZrr"));
}
TEST(Places, InnerValueAsLeafOfAnotherReaderStops) {
  // The leaf is made from the inner value, which would go.
  const char Chain[] = R"(
rule x86_64
  %0:v512
  %1:v512
  %2:v512 = VPMULLDZrr %0, %0
  %3:v512 = VPADDDZrr %2, %1
  yield %3
=>
  %2:v512 = VPADDDZrr %0, %1
  yield %2
end
)";
  ApplyStats S;
  applyTo(R"(
  bb.0:
    liveins: $zmm0
    %0:vr512 = COPY $zmm0
    %1:vr512 = VPMULLDZrr %0, %0
    %2:vr512 = VPADDDZrr %1, %1
    $zmm0 = COPY %2
    RET64 $zmm0
)",
          Chain, x86(), &S);
  EXPECT_EQ(S.Rewrites.size(), 0u);
}

TEST(Places, MaskedFoldedLoadIsNotUnmasked) {
  const char Rule[] = R"(
rule x86_64
  %0:k64
  %1:v512
  %2:v512
  %3:v512
  %4:v512 = VPADDDZrrkz %0, %1, %2
  %5:v512 = VPADDDZrr %4, %3
  yield %5
=>
  %4:v512 = VPADDDZrr %1, %2
  yield %4
end
)";
  ApplyStats S;
  applyTo(R"(
  bb.0:
    liveins: $zmm0, $zmm1, $k1, $rdi
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:gr64 = COPY $rdi
    %3:vk16wm = COPY $k1
    %4:vr512 = VPADDDZrmkz %3, %0, %2, 1, $noreg, 0, $noreg :: (load (s512))
    %5:vr512 = VPADDDZrr %4, %1
    $zmm0 = COPY %5
    RET64 $zmm0
)",
          Rule, x86(), &S);
  EXPECT_EQ(S.Matched, 0u);
}
TEST(Places, VolatileLoadIsNoLeaf) {
  ApplyStats S;
  applyTo(R"(
  bb.0:
    liveins: $zmm0, $zmm1, $rdi
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:gr64 = COPY $rdi
    %3:vr512 = VPMULLDZrm %0, %2, 1, $noreg, 0, $noreg :: (volatile load (s512))
    %4:vr512 = VPADDDZrr %3, %1
    $zmm0 = COPY %4
    RET64 $zmm0
)",
          Pair, x86(), &S);
  EXPECT_EQ(S.Matched, 0u);
}

TEST(DebugInfo, ValueFollowsTheResult) {
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $zmm0
    %0:vr512 = COPY $zmm0
    %1:vr512 = VPSLLDZri %0, 8, debug-instr-number 1
    %2:vr512 = VPSRLDZri %1, 8, debug-instr-number 2
    $zmm0 = COPY %2
    RET64 $zmm0
)",
                            ClearByte, x86());
  EXPECT_THAT(Out, HasSubstr("VPANDDZrr"));
  EXPECT_THAT(Out, HasSubstr("debug-instr-number"));
}

} // namespace
