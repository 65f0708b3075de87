//===- tests/passes/LoadTest.cpp - Rows that read memory, narrow values ----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MirFixture.h"
#include "isa/TargetIsa.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "gmock/gmock.h"

using namespace whittle;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

namespace {

const char Broadcast[] = R"(
rule x86_64
  %0:v32
  %1:v512 = VBROADCASTSSZrm %0
  %2:v512 = VPANDDZrr %1, %1
  yield %2
=>
  %1:v512 = VBROADCASTSSZrm %0
  yield %1
end
)";
std::string broadcastBody(const std::string &Memory) {
  return R"(
  bb.0:
    liveins: $rdi
    %0:gr64 = COPY $rdi
    %1:vr512 = VBROADCASTSSZrm %0, 1, $noreg, 8, $noreg :: )" +
         Memory + R"(
    MOV32mi killed %0, 1, $noreg, 8, $noreg, 7 :: (store (s32))
    %2:vr512 = VPANDDZrr %1, %1
    $zmm0 = COPY %2
    RET64 $zmm0
)";
}

TEST(Loads, AreDoneAgainWhereTheyStood) {
  ApplyStats S;
  std::string Out = applyTo(broadcastBody("(load (s32))"), Broadcast, x86(), &S);
  EXPECT_EQ(S.Rewrites.size(), 1u);
  EXPECT_THAT(Out, Not(HasSubstr("VPANDDZrr")));
  EXPECT_EQ(occurrences(Out, "VBROADCASTSSZrm"), 1u) << Out;
  size_t Load = Out.find("VBROADCASTSSZrm %0:gr64, 1, $noreg, 8, $noreg :: (load (s32))"),
         Store = Out.find("MOV32mi");
  ASSERT_NE(Load, std::string::npos) << Out;
  EXPECT_LT(Load, Store);
}
TEST(Loads, VolatileOnesAreNoValues) {
  ApplyStats S;
  applyTo(broadcastBody("(volatile load (s32))"), Broadcast, x86(), &S);
  EXPECT_EQ(S.Matched, 0u);
}

// The low half comes from another register: it must be there already where the
// load stands.
const char High[] = R"(
rule x86_64
  %0:v128
  %1:v64
  %2:v128
  %3:v128 = VMOVHPSZ128rm %0, %1
  %4:v128 = VMOVSDZrr %3, %2
  yield %4
=>
  %3:v128 = VMOVHPSZ128rm %2, %1
  yield %3
end
)";
std::string highBody(const std::string &Before, const std::string &After) {
  return R"(
  bb.0:
    liveins: $xmm0, $xmm1, $rdi
    %0:vr128x = COPY $xmm0
    %1:vr128x = COPY $xmm1
    %2:gr64 = COPY $rdi
)" + Before +
         R"(    %4:vr128x = VMOVHPSZ128rm %0, %2, 1, $noreg, 0, $noreg :: (load (s64))
    MOV32mi killed %2, 1, $noreg, 4, $noreg, 7 :: (store (s32))
)" + After +
         R"(    %5:vr128x = VMOVSDZrr %4, %3
    $xmm0 = COPY %5
    RET64 $xmm0
)";
}
const char Other[] = "    %3:vr128x = VPADDDZ128rr %1, %1\n";

TEST(Loads, OtherOperandIsThere) {
  ApplyStats S;
  std::string Out = applyTo(highBody(Other, ""), High, x86(), &S);
  EXPECT_EQ(S.Rewrites.size(), 1u);
  EXPECT_THAT(Out, Not(HasSubstr("VMOVSDZrr")));
  EXPECT_LT(Out.find("VMOVHPSZ128rm %3:vr128x, %2:gr64"), Out.find("MOV32mi")) << Out;
}
TEST(Loads, OtherOperandComesLater) {
  ApplyStats S;
  std::string Out = applyTo(highBody("", Other), High, x86(), &S);
  EXPECT_EQ(S.Rewrites.size(), 0u);
  EXPECT_EQ(S.Illegal, 1u);
  EXPECT_EQ(occurrences(Out, "VMOVHPSZ128rm"), 1u) << Out;
  EXPECT_THAT(Out, HasSubstr("VMOVSDZrr"));
}

TEST(Loads, MaskedOnesKeepTheirMask) {
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $rdi, $k1
    %0:gr64 = COPY $rdi
    %1:vk16wm = COPY $k1
    %2:vr512 = VMOVDQU32Zrmkz %1, %0, 1, $noreg, 0, $noreg :: (load (s512), align 1)
    %3:vr512 = VPANDDZrr %2, %2
    $zmm0 = COPY %3
    RET64 $zmm0
)",
                            R"(
rule x86_64
  %0:k64
  %1:v512
  %2:v512 = VMOVDQU32Zrmkz %0, %1
  %3:v512 = VPANDDZrr %2, %2
  yield %3
=>
  %2:v512 = VMOVDQU32Zrmkz %0, %1
  yield %2
end
)",
                            x86());
  EXPECT_THAT(Out, HasSubstr("VMOVDQU32Zrmkz %1:vk16wm, %0:gr64"));
  EXPECT_THAT(Out, Not(HasSubstr("VPANDDZrr")));
}

// A masked memory form of an operation reads only what its mask lets through:
// it is not the register form over a whole load.
TEST(Loads, MaskedBroadcastsAreNotUnfolded) {
  ApplyStats S;
  applyTo(R"(
  bb.0:
    liveins: $zmm0, $rdi, $k1
    %0:gr64 = COPY $rdi
    %1:vk16wm = COPY $k1
    %2:vr512 = COPY $zmm0
    %3:vr512 = VPADDDZrmbkz %1, %2, %0, 1, $noreg, 0, $noreg :: (load (s32))
    %4:vr512 = VPANDDZrr %3, %3
    $zmm0 = COPY %4
    RET64 $zmm0
)",
          R"(
rule x86_64
  %0:k64
  %1:v512
  %2:v512
  %3:v512 = VPADDDZrrkz %0, %1, %2
  %4:v512 = VPANDDZrr %3, %3
  yield %4
=>
  %3:v512 = VPADDDZrrkz %0, %1, %2
  yield %3
end
)",
          x86(), &S);
  EXPECT_EQ(S.Matched, 0u);
}

TEST(Loads, AreInWindowsOrKnownByWhatTheyMake) {
  std::vector<std::string> W = harvestFrom(R"(
  bb.0:
    liveins: $xmm0, $rdi
    %0:gr64 = COPY $rdi
    %1:vr128x = COPY $xmm0
    %2:vr128x = VPMOVZXBWZ128rm %0, 1, $noreg, 0, $noreg :: (load (s64))
    %3:vr128x = VPADDWZ128rr %2, %1
    %4:vr128x = VPADDWZ128rr %3, %2
    $xmm0 = COPY %4
    RET64 $xmm0
)",
                                           x86());
  // Left out, its result is known to have zeros; in, it reads 64 bits.
  EXPECT_THAT(W, Contains(AllOf(HasSubstr("zeros=splat(i16 0xff00)"), Not(HasSubstr("PMOVZX")))));
  EXPECT_THAT(W, Contains(AllOf(HasSubstr(":v64\n"), HasSubstr("PMOVZXBWZ128rm %"))));
  // As the last instruction it would leave nothing to find.
  EXPECT_THAT(W, Each(HasSubstr("PADDW")));
}

TEST(Loads, ConstantsAreSeenThroughBroadcastsOfAnElement) {
  auto Window = [](const std::string &Load) {
    return harvestFrom(R"(
  bb.0:
    liveins: $zmm0, $zmm1
    %0:vr512 = COPY $zmm0
    %1:vr512 = COPY $zmm1
    %2:vr512 = )" + Load +
                           R"(
    $zmm0 = COPY %2
    RET64 $zmm0
)",
                       x86(), "  - { id: 0, value: 'float 1.0', alignment: 4 }\n");
  };
  // Logic says so by rmb in its name, FMA by mb.
  for (const char *Load : {"VPANDDZrmb %0, $rip, 1, $noreg, %const.0, $noreg ::",
                           "VFMADD213PSZmb %0, %1, $rip, 1, $noreg, %const.0, $noreg, "
                           "implicit $mxcsr ::"})
    EXPECT_THAT(Window(std::string(Load) + " (load (s32) from constant-pool)"),
                Contains(HasSubstr("const splat(i32 0x3f800000)")))
        << Load;
}

// The passes would take the row for what they read as a register form.
TEST(Loads, RowsThatReadMemoryDoNotUnfold) {
  initializeLLVM();
  std::string Error;
  Triple TT(x86().Triple);
  std::unique_ptr<TargetMachine> TM(TargetRegistry::lookupTarget(TT, Error)->createTargetMachine(
      TT, x86().CPU, "", TargetOptions(), std::nullopt));
  LLVMContext Context;
  Module M("m", Context);
  M.setDataLayout(TM->createDataLayout());
  auto *F = Function::Create(FunctionType::get(Type::getVoidTy(Context), false),
                             GlobalValue::ExternalLinkage, "f", M);
  const TargetInstrInfo &TII = *TM->getSubtargetImpl(*F)->getInstrInfo();
  unsigned Loads = 0;
  for (const Row &R : cantFail(TargetIsa::get("x86_64"))->rows())
    if (R.readsMemory()) {
      ++Loads;
      EXPECT_EQ(TII.getOpcodeAfterMemoryUnfold(R.Opcode, true, false), 0u) << R.Name;
    }
  EXPECT_GT(Loads, 300u);
}

//===----------------------------------------------------------------------===//
// Values narrower than a register
//===----------------------------------------------------------------------===//

const char ThereAndBack[] = R"(
rule x86_64
  %0:v32
  %1:r32 = VMOVSS2DIZrr %0
  %2:v32 = VMOVDI2SSZrr %1
  yield %2
=>
  yield %0
end
)";
std::string backBody(const std::string &Use) {
  return R"(
  bb.0:
    liveins: $xmm0
    %0:fr32x = COPY $xmm0
    %1:gr32 = VMOVSS2DIZrr %0
    %2:fr32x = VMOVDI2SSZrr %1
)" + Use;
}

TEST(Narrow, LowElementIsAllOfAnFrRegister) {
  std::string Out =
      applyTo(backBody("    $xmm0 = COPY %2\n    RET64 $xmm0\n"), ThereAndBack, x86());
  EXPECT_THAT(Out, Not(HasSubstr("VMOVDI2SSZrr")));
}
TEST(Narrow, ZerosAboveItAreNotItsOwn) {
  // VMOVDI2SSZrr cleared the rest of the register; %0 has something there.
  ApplyStats S;
  std::string Out = applyTo(backBody("    %3:vr128x = COPY %2\n    %4:vr512 = SUBREG_TO_REG 0, "
                                     "%3, %subreg.sub_xmm\n    $zmm0 = COPY %4\n    RET64 $zmm0\n"),
                            ThereAndBack, x86(), &S);
  EXPECT_THAT(Out, HasSubstr("VMOVDI2SSZrr"));
  EXPECT_EQ(S.Illegal, 1u);
}
TEST(Narrow, AnXmmMadeOfAnFrRegisterIsAnotherValue) {
  // Were the copies seen through, %4 would be %0, whose upper elements %2 need
  // not have.
  std::vector<std::string> W = harvestFrom(R"(
  bb.0:
    liveins: $xmm0
    %0:vr128x = COPY $xmm0
    %1:fr32x = COPY %0
    %2:vr128x = COPY %1
    %3:vr128x = VPXORDZ128rr %2, %0
    $xmm0 = COPY %3
    RET64 $xmm0
)",
                                           x86());
  // Nothing to cut: a simple operation over two unknown values. As one value it
  // would be a window.
  EXPECT_TRUE(W.empty());
}
TEST(Narrow, LowByteOfARegister) {
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $edi
    %0:gr32 = COPY $edi
    %1:gr8 = COPY %0.sub_8bit
    %2:gr32 = MOVZX32rr8 %1
    %3:gr32 = AND32rr %2, %2, implicit-def dead $eflags
    $eax = COPY %3
    RET64 $eax
)",
                            R"(
rule x86_64
  %0:r8
  %1:r32 = MOVZX32rr8 %0
  %2:r32 = AND32rr %1, %1
  yield %2
=>
  %1:r32 = MOVZX32rr8 %0
  yield %1
end
)",
                            x86());
  EXPECT_THAT(Out, HasSubstr("MOVZX32rr8"));
  EXPECT_THAT(Out, Not(HasSubstr("AND32rr")));
}
TEST(Narrow, ConstantsOfFrRegistersComeFromThePool) {
  std::string Out = applyTo(backBody("    $xmm0 = COPY %2\n    RET64 $xmm0\n"), R"(
rule x86_64
  %0:v32
  %3:v32 = const splat(i32 0x3f800000)
  %1:r32 = VMOVSS2DIZrr %0
  %2:v32 = VMOVDI2SSZrr %1
  yield %2
=>
  yield %3
end
)",
                            x86());
  EXPECT_THAT(Out, HasSubstr("VMOVSSZrm_alt $rip, 1, $noreg, %const.0, $noreg :: "
                             "(dereferenceable invariant load (s32) from constant-pool)"));
}

} // namespace
