//===- tests/passes/MatrixTest.cpp - Tuples and EXEC on AMDGPU -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MirFixture.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"

using namespace whittle;
using testing::HasSubstr;
using testing::Not;

namespace {

// mfma(a, b, 0) + c, register by register.
const char Accumulate[] = R"(
rule amdgcn
  %0:l64
  %1:l64
  %2:l128 = const splat(i8 0x00)
  %3:l128
  %4:l128 = V_MFMA_I32_16X16X32I8_e64 %0, %1, %2
  %5:l32 = EXTRACT %4, 0
  %6:l32 = EXTRACT %3, 0
  %7:l32 = V_ADD_U32_e64 %5, %6
  %8:l32 = EXTRACT %4, 32
  %9:l32 = EXTRACT %3, 32
  %10:l32 = V_ADD_U32_e64 %8, %9
  %11:l32 = EXTRACT %4, 64
  %12:l32 = EXTRACT %3, 64
  %13:l32 = V_ADD_U32_e64 %11, %12
  %14:l32 = EXTRACT %4, 96
  %15:l32 = EXTRACT %3, 96
  %16:l32 = V_ADD_U32_e64 %14, %15
  yield %7, %10, %13, %16
=>
  %4:l128 = V_MFMA_I32_16X16X32I8_e64 %0, %1, %3
  %5:l32 = EXTRACT %4, 0
  %6:l32 = EXTRACT %4, 32
  %7:l32 = EXTRACT %4, 64
  %8:l32 = EXTRACT %4, 96
  yield %5, %6, %7, %8
end
)";

/// A zero accumulator as ISel makes it, and the MFMA over %20 and %21; register
/// numbers from \p N on.
std::string zeroMfma() {
  return R"(
    %30:sreg_32 = S_MOV_B32 0
    %31:vgpr_32 = COPY %30
    %32:agpr_32 = V_ACCVGPR_WRITE_B32_e64 %31, implicit $exec
    %33:agpr_32 = V_ACCVGPR_WRITE_B32_e64 %31, implicit $exec
    %34:agpr_32 = V_ACCVGPR_WRITE_B32_e64 %31, implicit $exec
    %35:agpr_32 = V_ACCVGPR_WRITE_B32_e64 %31, implicit $exec
    %36:areg_128_align2 = REG_SEQUENCE %32, %subreg.sub0, %33, %subreg.sub1, %34, %subreg.sub2, %35, %subreg.sub3
    %40:areg_128_align2 = V_MFMA_I32_16X16X32I8_e64 %20, %21, %36, 0, 0, 0, implicit $mode, implicit $exec
)";
}
/// %4x = part of %40 plus part of the tuple %22.
std::string vectorAdds() {
  return R"(
    %41:vgpr_32 = COPY %40.sub3
    %42:vgpr_32 = COPY %22.sub3
    %43:vgpr_32 = V_ADD_U32_e64 %41, %42, 0, implicit $exec
    %44:vgpr_32 = COPY %40.sub2
    %45:vgpr_32 = COPY %22.sub2
    %46:vgpr_32 = V_ADD_U32_e64 %44, %45, 0, implicit $exec
    %47:vgpr_32 = COPY %40.sub1
    %48:vgpr_32 = COPY %22.sub1
    %49:vgpr_32 = V_ADD_U32_e64 %48, %47, 0, implicit $exec
    %50:vgpr_32 = COPY %40.sub0
    %51:vgpr_32 = COPY %22.sub0
    %52:vgpr_32 = V_ADD_U32_e64 %50, %51, 0, implicit $exec
    %53:vreg_128_align2 = REG_SEQUENCE %52, %subreg.sub0, %49, %subreg.sub1, %46, %subreg.sub2, %43, %subreg.sub3
)";
}
const char LoadAll[] = R"(
    liveins: $vgpr0, $vgpr1, $vgpr2, $vgpr3, $vgpr4, $vgpr5
    %10:vreg_64_align2 = COPY $vgpr0_vgpr1
    %20:av_64_align2 = COPY $vgpr2_vgpr3
    %21:av_64_align2 = COPY $vgpr4_vgpr5
    %22:av_128_align2 = GLOBAL_LOAD_DWORDX4 %10, 0, 0, implicit $exec :: (load (s128), addrspace 1)
)";
const char Store[] = R"(
    GLOBAL_STORE_DWORDX4 %10, %53, 0, 0, implicit $exec :: (store (s128), addrspace 1)
)";

TEST(Matrix, VectorAccumulate) {
  ApplyStats S;
  std::string Out = applyTo("  bb.0:\n" + std::string(LoadAll) + zeroMfma() + vectorAdds() + Store +
                                "    S_ENDPGM 0\n",
                            Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 1u);
  EXPECT_EQ(occurrences(Out, "V_MFMA"), 1u) << Out;
  EXPECT_THAT(Out, Not(HasSubstr("V_ADD_U32")));
  EXPECT_THAT(Out, Not(HasSubstr("V_ACCVGPR_WRITE")));
  EXPECT_THAT(Out, Not(HasSubstr("REG_SEQUENCE")));
}

TEST(Matrix, RegistersOneByOne) {
  // The addend is four registers, and so is the result.
  ApplyStats S;
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $vgpr0, $vgpr1, $vgpr2, $vgpr3, $vgpr4, $vgpr5, $vgpr6, $vgpr7
    %22:vgpr_32 = COPY $vgpr7
    %23:vgpr_32 = COPY $vgpr6
    %24:vgpr_32 = COPY $vgpr1
    %25:vgpr_32 = COPY $vgpr0
    %20:av_64_align2 = COPY $vgpr2_vgpr3
    %21:av_64_align2 = COPY $vgpr4_vgpr5
)" + zeroMfma() + R"(
    %41:vgpr_32 = COPY %40.sub0
    %42:vgpr_32 = V_ADD_U32_e64 %41, %22, 0, implicit $exec
    %43:vgpr_32 = COPY %40.sub1
    %44:vgpr_32 = V_ADD_U32_e64 %43, %23, 0, implicit $exec
    %45:vgpr_32 = COPY %40.sub2
    %46:vgpr_32 = V_ADD_U32_e64 %45, %24, 0, implicit $exec
    %47:vgpr_32 = COPY %40.sub3
    %48:vgpr_32 = V_ADD_U32_e64 %47, %25, 0, implicit $exec
    $vgpr0 = COPY %42
    $vgpr1 = COPY %44
    $vgpr2 = COPY %46
    $vgpr3 = COPY %48
    SI_RETURN implicit $vgpr0, implicit $vgpr1, implicit $vgpr2, implicit $vgpr3
)",
                            Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 1u);
  EXPECT_THAT(Out, Not(HasSubstr("V_ADD_U32")));
  // All in vector registers: no copies to and from accumulator registers.
  EXPECT_THAT(Out, HasSubstr("V_MFMA_I32_16X16X32I8_vgprcd_e64"));
}

TEST(Matrix, AnInlineZeroIsZeroInAllOfATuple) {
  const std::string Before = "  bb.0:\n" + std::string(LoadAll) + R"(
    %40:areg_128_align2 = V_MFMA_I32_16X16X32I8_e64 %20, %21, )";
  const std::string After =
      ", 0, 0, 0, implicit $mode, implicit $exec\n" + vectorAdds() + Store + "    S_ENDPGM 0\n";
  ApplyStats S;
  std::string Out = applyTo(Before + "0" + After, Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 1u);
  EXPECT_THAT(Out, Not(HasSubstr("V_ADD_U32")));
  // Of others it is not said how they fill a tuple.
  ApplyStats None;
  applyTo(Before + "1" + After, Accumulate, gfx942(), &None);
  EXPECT_EQ(None.Rewrites.size(), 0u);
}

/// Load, add and store register by register: the later addends are read behind
/// the first store. \p Second is the offset of the second load.
std::string registerByRegister(int Second) {
  std::string Body = R"(
  bb.0:
    liveins: $vgpr0, $vgpr2, $vgpr3, $vgpr4, $vgpr5, $sgpr0_sgpr1
    %10:vgpr_32 = COPY $vgpr0
    %11:sreg_64_xexec_xnull = COPY $sgpr0_sgpr1
    %20:av_64_align2 = COPY $vgpr2_vgpr3
    %21:av_64_align2 = COPY $vgpr4_vgpr5
)" + zeroMfma();
  llvm::raw_string_ostream OS(Body);
  for (int I = 0; I != 4; ++I) {
    int N = 50 + 4 * I, Load = I == 1 ? Second : 256 * I;
    OS << "    %" << N << ":vgpr_32 = GLOBAL_LOAD_DWORD_SADDR %11, %10, " << Load
       << ", 0, implicit $exec :: (load (s32), addrspace 1)\n    %" << N + 1
       << ":vgpr_32 = COPY %40.sub" << I << "\n    %" << N + 2 << ":vgpr_32 = V_ADD_U32_e64 %"
       << N + 1 << ", %" << N << ", 0, implicit $exec\n    GLOBAL_STORE_DWORD_SADDR %10, %" << N + 2
       << ", %11, " << 256 * I << ", 0, implicit $exec :: (store (s32), addrspace 1)\n";
  }
  return Body + "    S_ENDPGM 0\n";
}
TEST(Matrix, LoadsMoveOverDisjointStores) {
  ApplyStats S;
  std::string Out = applyTo(registerByRegister(256), Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 1u);
  EXPECT_LT(Out.rfind("GLOBAL_LOAD"), Out.find("V_MFMA")) << Out;
  EXPECT_LT(Out.find("V_MFMA"), Out.find("GLOBAL_STORE"));
}
TEST(Matrix, LoadsDoNotMoveOverAStoreToTheSamePlace) {
  ApplyStats S;
  std::string Out = applyTo(registerByRegister(2), Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 0u);
  EXPECT_EQ(occurrences(Out, "V_ADD_U32"), 4u);
}

// The else-branch of a divergent if. The addend lives on in the other branch,
// whose lanes the MFMA would overwrite.
TEST(Matrix, NotInDivergentElse) {
  ApplyStats S;
  std::string Out = applyTo("  bb.0:\n    successors: %bb.2, %bb.1\n" + std::string(LoadAll) + R"(
    %1:sreg_64 = V_CMP_GT_U32_e64 %10.sub0, 6, implicit $exec
    %2:sreg_64 = SI_IF %1, %bb.1, implicit-def dead $exec, implicit-def dead $scc, implicit $exec
    S_BRANCH %bb.2
  bb.1:
    successors: %bb.3, %bb.4
    %3:sreg_64 = SI_ELSE %2, %bb.4, implicit-def dead $exec, implicit-def dead $scc, implicit $exec
    S_BRANCH %bb.3
  bb.2:
    successors: %bb.1
)" + zeroMfma() + vectorAdds() + Store +
                                R"(
    S_BRANCH %bb.1
  bb.3:
    successors: %bb.4
    GLOBAL_STORE_DWORDX4 %10, %22, 0, 0, implicit $exec :: (store (s128), addrspace 1)
    S_BRANCH %bb.4
  bb.4:
    SI_END_CF %3, implicit-def dead $exec, implicit-def dead $scc, implicit $exec
    S_ENDPGM 0
)",
                            Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 0u);
  EXPECT_EQ(S.Exec, 1u);
  EXPECT_EQ(occurrences(Out, "V_ADD_U32"), 4u);
}

// Once the masks are closed again it is allowed.
TEST(Matrix, AfterTheJoin) {
  ApplyStats S;
  applyTo("  bb.0:\n    successors: %bb.1, %bb.2\n" + std::string(LoadAll) + R"(
    %1:sreg_64 = V_CMP_GT_U32_e64 %10.sub0, 6, implicit $exec
    %2:sreg_64 = SI_IF %1, %bb.2, implicit-def dead $exec, implicit-def dead $scc, implicit $exec
    S_BRANCH %bb.1
  bb.1:
    successors: %bb.2
    GLOBAL_STORE_DWORDX4 %10, %22, 0, 0, implicit $exec :: (store (s128), addrspace 1)
  bb.2:
    SI_END_CF %2, implicit-def dead $exec, implicit-def dead $scc, implicit $exec
)" + zeroMfma() +
              vectorAdds() + Store + "    S_ENDPGM 0\n",
          Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 1u);
}

std::string loop(const std::string &Latch, const std::string &Exit) {
  return "  bb.0:\n    successors: %bb.1\n" + std::string(LoadAll) + R"(
    %1:sreg_64 = S_MOV_B64 0
  bb.1:
    successors: %bb.1, %bb.2
    %2:sreg_64 = PHI %1, %bb.0, %3, %bb.1
)" + zeroMfma() +
         vectorAdds() + Store + R"(
    %4:sreg_64 = V_CMP_GT_U32_e64 %10.sub0, 6, implicit $exec
    %3:sreg_64 = SI_IF_BREAK %4, %2, implicit-def dead $scc
)" + Latch +
         R"(
    S_BRANCH %bb.2
  bb.2:
)" + Exit +
         "\n    S_ENDPGM 0\n";
}
TEST(Matrix, NotInDivergentLoop) {
  ApplyStats S;
  applyTo(loop("    SI_LOOP %3, %bb.1, implicit-def dead $exec, implicit-def dead $scc, implicit "
               "$exec",
               "    SI_END_CF %3, implicit-def dead $exec, implicit-def dead $scc, implicit $exec"),
          Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 0u);
  EXPECT_EQ(S.Exec, 1u);
}
TEST(Matrix, InUniformLoop) {
  ApplyStats S;
  applyTo(loop("    S_CBRANCH_SCC1 %bb.1, implicit undef $scc", ""), Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 1u);
}
TEST(Matrix, NotAfterExecIsWritten) {
  ApplyStats S;
  applyTo("  bb.0:\n" + std::string(LoadAll) + "    $exec = S_MOV_B64 1\n" + zeroMfma() +
              vectorAdds() + Store + "    S_ENDPGM 0\n",
          Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 0u);
  EXPECT_EQ(S.Exec, 1u);
}

TEST(Matrix, NotWhenLanesAreReadAcross) {
  ApplyStats S;
  applyTo("  bb.0:\n" + std::string(LoadAll) + zeroMfma() + vectorAdds() + Store + R"(
    %60:sreg_32_xm0 = V_READLANE_B32 %43, 7
    %61:sreg_32 = S_ADD_I32 %60, 1, implicit-def dead $scc
    %62:vgpr_32 = COPY %61
    GLOBAL_STORE_DWORD %10, %62, 0, 0, implicit $exec :: (store (s32), addrspace 1)
    S_ENDPGM 0
)",
          Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 0u);
  EXPECT_EQ(S.Exec, 1u);
}
// An accumulator is read lane by lane, a factor is not.
std::string intoMfma(const std::string &A, const std::string &C) {
  return "  bb.0:\n" + std::string(LoadAll) + zeroMfma() + vectorAdds() + R"(
    %54:areg_128_align2 = COPY %53
    %55:vreg_64_align2 = COPY %53.sub0_sub1
    %60:areg_128_align2 = V_MFMA_I32_16X16X32I8_e64 )" +
         A + ", %21, " + C +
         R"(, 0, 0, 0, implicit $mode, implicit $exec
    GLOBAL_STORE_DWORDX4 %10, %60, 0, 0, implicit $exec :: (store (s128), addrspace 1)
    S_ENDPGM 0
)";
}
TEST(Matrix, IntoAccumulatorButNotIntoFactor) {
  ApplyStats Acc, Factor;
  applyTo(intoMfma("%20", "%54"), Accumulate, gfx942(), &Acc);
  EXPECT_EQ(Acc.Rewrites.size(), 1u);
  applyTo(intoMfma("%55", "%36"), Accumulate, gfx942(), &Factor);
  EXPECT_EQ(Factor.Rewrites.size(), 0u);
  EXPECT_EQ(Factor.Exec, 1u);
}

TEST(Matrix, OneRegisterWithAnotherUse) {
  ApplyStats S;
  applyTo("  bb.0:\n" + std::string(LoadAll) + zeroMfma() + vectorAdds() + Store + R"(
    GLOBAL_STORE_DWORD %10, %41, 0, 0, implicit $exec :: (store (s32), addrspace 1)
    S_ENDPGM 0
)",
          Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 0u);
  EXPECT_GE(S.OtherUse, 1u);
}

// Lanes that left the loop early keep the scalar's old value in the copy.
TEST(Lanes, CopyOfAScalarInALoopIsNotTheScalar) {
  const char Absorb[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = V_OR_B32_e64 %0, %1
  %3:l32 = V_AND_B32_e64 %2, %0
  yield %3
=>
  yield %0
end
)";
  ApplyStats S;
  std::string Out = applyTo(R"(
  bb.0:
    successors: %bb.1
    liveins: $vgpr0, $sgpr4
    %0:vgpr_32 = COPY $vgpr0
    %1:sreg_32 = COPY $sgpr4
    %2:sreg_64 = S_MOV_B64 0
  bb.1:
    successors: %bb.1, %bb.2
    %3:sreg_32 = PHI %1, %bb.0, %5, %bb.1
    %4:sreg_64 = PHI %2, %bb.0, %8, %bb.1
    %5:sreg_32 = S_ADD_I32 %3, 1, implicit-def dead $scc
    %6:vgpr_32 = COPY %5, implicit $exec
    %7:sreg_64 = V_CMP_GT_U32_e64 %0, %6, implicit $exec
    %8:sreg_64 = SI_IF_BREAK %7, %4, implicit-def dead $scc
    SI_LOOP %8, %bb.1, implicit-def dead $exec, implicit-def dead $scc, implicit $exec
    S_BRANCH %bb.2
  bb.2:
    SI_END_CF %8, implicit-def dead $exec, implicit-def dead $scc, implicit $exec
    %9:vgpr_32 = V_OR_B32_e64 %6, %0, implicit $exec
    %10:vgpr_32 = V_AND_B32_e64 %9, %6, implicit $exec
    $vgpr0 = COPY %10
    SI_RETURN implicit $vgpr0
)",
                            Absorb, gfx942(), &S);
  EXPECT_EQ(S.Rewrites.size(), 1u);
  EXPECT_THAT(Out, HasSubstr("%10:vgpr_32 = COPY %7:vgpr_32"));
}

TEST(Lanes, NewConstantIsMoved) {
  const char Rule[] = R"(
rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = const splat(i32 0xffffffff)
  %3:l32 = V_MUL_LO_U32_e64 %0, %1
  yield %3
=>
  %3:l32 = V_XOR_B32_e64 %0, %2
  yield %3
end
)";
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $vgpr0, $sgpr4
    %0:sreg_32 = COPY $sgpr4
    %1:vgpr_32 = COPY $vgpr0
    %2:vgpr_32 = V_MUL_LO_U32_e64 %0, %1, implicit $exec
    $vgpr0 = COPY %2
    SI_RETURN implicit $vgpr0
)",
                            Rule, gfx942());
  EXPECT_THAT(Out, HasSubstr("V_MOV_B32_e32 -1"));
  EXPECT_THAT(Out, HasSubstr("V_XOR_B32_e64 %0"));
}

// Whole-wave code gives meaning to lanes that windows do not model.
TEST(Lanes, WholeWaveFunctionsAreLeftAlone) {
  ApplyStats S;
  applyTo("  bb.0:\n" + std::string(LoadAll) + zeroMfma() + vectorAdds() + Store + R"(
    %60:vgpr_32 = STRICT_WWM %43, implicit $exec
    GLOBAL_STORE_DWORD %10, %60, 0, 0, implicit $exec :: (store (s32), addrspace 1)
    S_ENDPGM 0
)",
          Accumulate, gfx942(), &S);
  EXPECT_EQ(S.Matched, 0u);
  EXPECT_EQ(S.Rewrites.size(), 0u);
}

TEST(Matrix, HarvestJoinsTheRegisters) {
  std::vector<std::string> Tuple = harvestFrom("  bb.0:\n" + std::string(LoadAll) + zeroMfma() +
                                                   vectorAdds() + Store + "    S_ENDPGM 0\n",
                                               gfx942());
  bool Found = false;
  for (const std::string &W : Tuple)
    Found |= occurrences(W, "V_MFMA") == 1 && occurrences(W, "V_ADD_U32") == 4 &&
             occurrences(W, "EXTRACT") == 8;
  EXPECT_TRUE(Found) << ::testing::PrintToString(Tuple);
}

} // namespace
