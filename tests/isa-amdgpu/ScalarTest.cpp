//===- tests/isa-amdgpu/ScalarTest.cpp - Traps of the scalar unit ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values that the documents give, so that a row and its reference that are wrong
// in the same way do not pass.
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/conformance/AMDGPUConform.h"
#include "tests/isa-amdgpu/RowRuns.h"
#include "llvm/MC/MCSubtargetInfo.h"

using namespace llvm;
using namespace whittle;

namespace {

constexpr uint64_t Ones = 0xffffffff, Top = 0x80000000, Ones64 = ~uint64_t(0),
                   Top64 = uint64_t(1) << 63;

const TargetIsa &isa() { return openIsa("amdgcn"); }

/// Result and SCC of an opcode that has both.
void expectBoth(StringRef Name, ArrayRef<LaneValues> Operands, uint64_t Result, uint64_t Flag,
                ArrayRef<int64_t> Imm = {}) {
  expectResult(Name, Operands, Result, Imm);
  expectResult((Name + ":scc").str(), Operands, Flag, Imm);
}

TEST(AMDGPUScalar, CarriesAndBorrows) {
  expectBoth("S_ADD_U32", {Ones, 1}, 0, 1);
  expectBoth("S_ADD_U32", {0x7fffffff, 1}, Top, 0);
  expectBoth("S_ADD_I32", {Ones, 1}, 0, 0);
  expectBoth("S_ADD_I32", {0x7fffffff, 1}, Top, 1);
  expectBoth("S_ADD_I32", {Top, Top}, 0, 1);
  expectBoth("S_SUB_U32", {0, 1}, Ones, 1);
  expectBoth("S_SUB_U32", {Top, 1}, 0x7fffffff, 0);
  expectBoth("S_SUB_I32", {0, 1}, Ones, 0);
  expectBoth("S_SUB_I32", {Top, 1}, 0x7fffffff, 1);
  expectBoth("S_SUB_I32", {0, Top}, Top, 1);
  // The carry alone makes it overflow, and a borrow with nothing else to take.
  expectBoth("S_ADDC_U32", {Ones, 0, 1}, 0, 1);
  expectBoth("S_ADDC_U32", {Ones, 0, 0}, Ones, 0);
  expectBoth("S_ADDC_U32", {Ones, Ones, 1}, Ones, 1);
  expectBoth("S_SUBB_U32", {0, 0, 1}, Ones, 1);
  expectBoth("S_SUBB_U32", {5, Ones, 1}, 5, 1);
  expectBoth("S_SUBB_U32", {5, 4, 1}, 0, 0);
  // A 64-bit sum without SCC.
  expectResult("S_ADD_U64", {Ones, 1}, uint64_t(1) << 32);
  expectResult("S_SUB_U64_PSEUDO", {0, 1}, Ones64);
}

TEST(AMDGPUScalar, ImmediatesAreExtended) {
  expectBoth("S_ADDK_I32", {1}, Ones, 0, {0xfffe});
  expectBoth("S_ADDK_I32", {1}, Ones, 0, {-2});
  expectBoth("S_ADDK_I32", {Top}, 0x7fffffff, 1, {-1});
  expectResult("S_MULK_I32", {3}, uint32_t(-3), {-1});
  expectResult("S_MOVK_I32", {}, 0xffff8000, {0x8000});
  expectResult("S_CMPK_EQ_I32", {Ones}, 1, {0xffff});
  expectResult("S_CMPK_EQ_U32", {Ones}, 0, {0xffff});
  expectResult("S_CMPK_EQ_U32", {0xffff}, 1, {-1});
  expectResult("S_CMPK_LT_I32", {Top}, 1, {0});
  expectResult("S_CMPK_LT_U32", {Top}, 0, {0});
  expectResult("S_MOV_B64_IMM_PSEUDO", {}, 0x0123456789abcdef, {0x0123456789abcdef});
}

TEST(AMDGPUScalar, SmallestNumbers) {
  // The document's own examples.
  expectBoth("S_ABSDIFF_I32", {2, 5}, 3, 1);
  expectBoth("S_ABSDIFF_I32", {Ones, 0}, 1, 1);
  expectBoth("S_ABSDIFF_I32", {Top, 0}, Top, 1);
  expectBoth("S_ABSDIFF_I32", {Top, 1}, 0x7fffffff, 1);
  expectBoth("S_ABSDIFF_I32", {Top, Ones}, 0x7fffffff, 1);
  expectBoth("S_ABSDIFF_I32", {Top, 0xfffffffe}, 0x7ffffffe, 1);
  expectBoth("S_ABSDIFF_I32", {7, 7}, 0, 0);
  expectBoth("S_ABS_I32", {Top}, Top, 1);
  expectBoth("S_ABS_I32", {Ones}, 1, 1);
  expectBoth("S_ABS_I32", {0}, 0, 0);
  expectBoth("S_MIN_I32", {Top, 1}, Top, 1);
  expectBoth("S_MIN_U32", {Top, 1}, 1, 0);
  expectBoth("S_MIN_U32", {1, 1}, 1, 0); // equal: not the first
  expectResult("S_MAX_I32", {Top, 1}, 1);
  expectResult("S_MAX_U32", {Top, 1}, Top);
  EXPECT_EQ(isa().find("S_MAX_I32:scc"), nullptr) << "sources disagree";
}

TEST(AMDGPUScalar, Products) {
  expectResult("S_MUL_I32", {0x10001, 0x10001}, 0x20001);
  expectResult("S_MUL_HI_U32", {Ones, Ones}, 0xfffffffe);
  expectResult("S_MUL_HI_I32", {Ones, Ones}, 0);
  expectResult("S_MUL_HI_I32", {Top, Top}, 0x40000000);
  expectResult("S_MUL_HI_I32", {Top, 1}, Ones);
  expectResult("S_MUL_U64", {Ones64, Ones64}, 1);
  // Only the low halves count.
  expectResult("S_MUL_U64_U32_PSEUDO", {0x5ffffffffull, Ones}, 0xfffffffe00000001);
  expectResult("S_MUL_I64_I32_PSEUDO", {0x5ffffffffull, 7}, uint64_t(-7));
  expectBoth("S_LSHL1_ADD_U32", {Top, 3}, 3, 1);
  expectBoth("S_LSHL4_ADD_U32", {0x0fffffff, 0xf}, Ones, 0);
  expectBoth("S_LSHL4_ADD_U32", {0x0fffffff, 0x10}, 0, 1);
}

TEST(AMDGPUScalar, ShiftCountsWrap) {
  expectBoth("S_LSHL_B32", {1, 33}, 2, 1);
  expectBoth("S_LSHL_B32", {1, 32}, 1, 1);
  expectBoth("S_LSHL_B32", {2, 31}, 0, 0);
  expectBoth("S_LSHL_B64", {1, 33}, uint64_t(1) << 33, 1);
  expectBoth("S_LSHL_B64", {1, 65}, 2, 1);
  expectBoth("S_LSHR_B32", {Top, 63}, 1, 1);
  expectBoth("S_LSHR_B64", {Top64, 127}, 1, 1);
  expectBoth("S_LSHR_B64", {1, 1}, 0, 0);
  expectBoth("S_ASHR_I32", {Top, 0xffffffff}, Ones, 1);
  expectBoth("S_ASHR_I64", {Top64, 63}, Ones64, 1);
  expectBoth("S_ASHR_I64", {Top64, 64}, Top64, 1);
  expectResult("S_BFM_B32", {4, 8}, 0xf00);
  expectResult("S_BFM_B32", {32, 8}, 0); // a width of 32 is 0
  expectResult("S_BFM_B32", {31, 31}, Top);
  expectResult("S_BFM_B64", {33, 1}, 0x3fffffffe);
  expectResult("S_BFM_B64", {64, 1}, 0);
  expectResult("S_BITSET0_B32", {33, Ones}, 0xfffffffd);
  expectResult("S_BITSET1_B32", {32, 0}, 1);
  expectResult("S_BITSET1_B64", {33, 1}, 0x200000001);
  expectResult("S_BITSET0_B64", {127, Ones64}, Ones64 >> 1);
  expectResult("S_BITCMP1_B32", {2, 33}, 1);
  expectResult("S_BITCMP0_B32", {2, 33}, 0);
  expectResult("S_BITCMP1_B64", {uint64_t(1) << 33, 33}, 1);
  expectResult("S_BITCMP0_B64", {2, 65}, 0);
}

TEST(AMDGPUScalar, Fields) {
  auto Place = [](uint64_t Offset, uint64_t Width) { return Offset | Width << 16; };
  expectBoth("S_BFE_U32", {0xabcd1234, Place(8, 8)}, 0x12, 1);
  expectBoth("S_BFE_I32", {0x0000f100, Place(8, 8)}, 0xfffffff1, 1);
  // Width 0, whatever lies there.
  expectBoth("S_BFE_U32", {Ones, Place(3, 0)}, 0, 0);
  expectBoth("S_BFE_I32", {Ones, Place(3, 0)}, 0, 0);
  expectBoth("S_BFE_I64", {Ones64, Place(3, 0)}, 0, 0);
  // Past the end: zeros, or the sign.
  expectBoth("S_BFE_U32", {0xf0000000, Place(28, 8)}, 0xf, 1);
  expectBoth("S_BFE_I32", {0x80000000, Place(28, 8)}, 0xfffffff8, 1);
  expectBoth("S_BFE_I32", {0x70000000, Place(28, 8)}, 7, 1);
  // All of it; the width has seven bits, the offset five.
  expectBoth("S_BFE_U32", {0x89abcdef, Place(0, 32)}, 0x89abcdef, 1);
  expectBoth("S_BFE_I32", {0x89abcdef, Place(0, 32)}, 0x89abcdef, 1);
  expectBoth("S_BFE_U32", {0x89abcdef, Place(0, 128 + 4)}, 0xf, 1);
  expectBoth("S_BFE_U32", {0x89abcdef, Place(32, 4)}, 0xf, 1);
  expectBoth("S_BFE_U32", {0x89abcdef, Place(0xffe0, 4)}, 0xf, 1);
  expectBoth("S_BFE_U64", {0x89abcdef01234567, Place(32, 32)}, 0x89abcdef, 1);
  expectBoth("S_BFE_U64", {0x89abcdef01234567, Place(0, 64)}, 0x89abcdef01234567, 1);
  expectBoth("S_BFE_I64", {0x89abcdef01234567, Place(32, 32)}, 0xffffffff89abcdef, 1);
  expectBoth("S_BFE_I64", {0x89abcdef01234567, Place(60, 8)}, 0xfffffffffffffff8, 1);
  expectBoth("S_BFE_I64", {0x89abcdef01234567, Place(64, 4)}, 7, 1);
}

TEST(AMDGPUScalar, SearchesThatFindNothing) {
  expectResult("S_FLBIT_I32_B32", {0}, Ones);
  expectResult("S_FLBIT_I32_B32", {1}, 31);
  expectResult("S_FLBIT_I32_B32", {Top}, 0);
  expectResult("S_FLBIT_I32_B64", {0}, Ones);
  expectResult("S_FLBIT_I32_B64", {1}, 63);
  expectResult("S_FLBIT_I32", {0}, Ones);
  expectResult("S_FLBIT_I32", {Ones}, Ones);
  expectResult("S_FLBIT_I32", {0xcccc}, 16); // the documents' examples
  expectResult("S_FLBIT_I32", {0xffff3333}, 16);
  expectResult("S_FLBIT_I32", {0x7fffffff}, 1);
  expectResult("S_FLBIT_I32", {Top}, 1);
  expectResult("S_FLBIT_I32_I64", {Ones64}, Ones);
  expectResult("S_FLBIT_I32_I64", {Ones}, 32);
  expectResult("S_FF1_I32_B32", {0}, Ones);
  expectResult("S_FF1_I32_B32", {0xaaaaaaa8}, 3);
  expectResult("S_FF1_I32_B64", {0}, Ones);
  expectResult("S_FF1_I32_B64", {Top64}, 63);
  expectResult("S_FF0_I32_B32", {Ones}, Ones);
  expectResult("S_FF0_I32_B32", {0x55555555}, 1);
  expectResult("S_FF0_I32_B64", {Ones64 >> 1}, 63);
}

TEST(AMDGPUScalar, Bits) {
  expectBoth("S_BCNT0_I32_B32", {Ones}, 0, 0);
  expectBoth("S_BCNT0_I32_B64", {1}, 63, 1);
  expectBoth("S_BCNT1_I32_B64", {Ones64}, 64, 1);
  expectBoth("S_BCNT1_I32_B32", {0}, 0, 0);
  expectResult("S_BREV_B32", {1}, Top);
  expectResult("S_BREV_B64", {2}, Top64 >> 1);
  expectResult("S_SEXT_I32_I8", {0x1280}, 0xffffff80);
  expectResult("S_SEXT_I32_I16", {0x128000}, 0xffff8000);
  expectResult("S_BITREPLICATE_B64_B32", {0x80000005}, 0xc000000000000033);
  expectBoth("S_QUADMASK_B32", {0x800000f1}, 0x83, 1);
  expectBoth("S_QUADMASK_B64", {0x1000000000000008}, 0x8001, 1);
  expectBoth("S_WQM_B32", {0x80000002}, 0xf000000f, 1);
  expectBoth("S_WQM_B64", {0x0000100000000000}, 0x0000f00000000000, 1);
  expectBoth("S_WQM_B64", {0}, 0, 0);
  const uint64_t A = 0x1111aaaa, B = 0x2222bbbb;
  expectResult("S_PACK_LL_B32_B16", {A, B}, 0xbbbbaaaa);
  expectResult("S_PACK_LH_B32_B16", {A, B}, 0x2222aaaa);
  expectResult("S_PACK_HL_B32_B16", {A, B}, 0xbbbb1111);
  expectResult("S_PACK_HH_B32_B16", {A, B}, 0x22221111);
  expectResult("S_CSELECT_B32", {5, 6, 1}, 5);
  expectResult("S_CSELECT_B64", {5, Ones64, 0}, Ones64);
}

TEST(AMDGPUScalar, LogicWithTheSecondOperandTurned) {
  expectBoth("S_ANDN2_B32", {0xff, 0x0f}, 0xf0, 1);
  expectBoth("S_ANDN2_B32", {0x0f, 0xff}, 0, 0);
  expectBoth("S_ORN2_B32", {0, Ones}, 0, 0);
  expectBoth("S_ORN2_B64", {0, Ones}, 0xffffffff00000000, 1);
  expectBoth("S_NAND_B32", {Ones, Ones}, 0, 0);
  expectBoth("S_NOR_B64", {0, 0}, Ones64, 1);
  expectBoth("S_XNOR_B32", {5, 5}, Ones, 1);
  expectBoth("S_NOT_B64", {Ones64}, 0, 0);
}

TEST(AMDGPUScalar, Compares) {
  expectResult("S_CMP_GT_I32", {1, Ones}, 1);
  expectResult("S_CMP_GT_U32", {1, Ones}, 0);
  expectResult("S_CMP_GE_I32", {Top, Top}, 1);
  expectResult("S_CMP_LT_U32", {Top, Top}, 0);
  expectResult("S_CMP_LG_U64", {Top64, 0}, 1);
  expectResult("S_CMP_EQ_U64", {Top64, 0}, 0); // the high half counts
}

//===----------------------------------------------------------------------===//
// Lane masks
//===----------------------------------------------------------------------===//

TEST(AMDGPUScalar, LogicOnMasksDoesNotLookAtExec) {
  const LaneValues A(std::vector<uint64_t>{0, 0, 1, 1}), B(std::vector<uint64_t>{0, 1, 0, 1});
  struct {
    const char *Name;
    std::vector<uint64_t> Want;
  } const Cases[] = {{"S_AND_B64:mask", {0, 0, 0, 1}},  {"S_OR_B64:mask", {0, 1, 1, 1}},
                     {"S_XOR_B32:mask", {0, 1, 1, 0}},  {"S_ANDN2_B64:mask", {0, 0, 1, 0}},
                     {"S_ORN2_B32:mask", {1, 0, 1, 1}}, {"S_NAND_B64:mask", {1, 1, 1, 0}},
                     {"S_NOR_B64:mask", {1, 0, 0, 0}},  {"S_XNOR_B32:mask", {1, 0, 0, 1}}};
  for (const auto &C : Cases)
    for (uint64_t Exec : {uint64_t(0), uint64_t(5), Ones64}) {
      const LaneResults R = runRow(C.Name, {A, B}, {}, Exec);
      for (unsigned L = 0; L != 4; ++L) {
        EXPECT_EQ(R.Row[L], C.Want[L]) << C.Name << " lane " << L;
        EXPECT_EQ(R.Reference[L], C.Want[L]) << C.Name << " lane " << L;
      }
    }
  EXPECT_EQ(runRow("S_NOT_B64:mask", {A}, {}, 0).Row[0], 1u);
  EXPECT_EQ(runRow("S_NOT_B64:mask", {A}, {}, 0).Row[2], 0u);
}

TEST(AMDGPUScalar, MasksAreOfTheWavesWidth) {
  for (StringRef Cpu : {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"}) {
    auto Sub = isa().subtarget(Cpu);
    ASSERT_TRUE(bool(Sub)) << toString(Sub.takeError());
    const bool Wave64 = Cpu[3] == '9';
    EXPECT_EQ((*Sub)->checkFeatures(isa().find("S_AND_B64:mask")->Features), Wave64) << Cpu.str();
    EXPECT_EQ((*Sub)->checkFeatures(isa().find("S_AND_B32:mask")->Features), !Wave64) << Cpu.str();
  }
  auto Wide = isa().subtarget("gfx1100", "-wavefrontsize32,+wavefrontsize64");
  ASSERT_TRUE(bool(Wide)) << toString(Wide.takeError());
  EXPECT_TRUE((*Wide)->checkFeatures(isa().find("S_AND_B64:mask")->Features));
  EXPECT_FALSE((*Wide)->checkFeatures(isa().find("S_AND_B32:mask")->Features));
  // Masks and numbers are different symbols; the widths of masks are not.
  auto Class = [](StringRef Name) { return isa().classOf(*isa().find(Name)).Id; };
  EXPECT_EQ(Class("S_AND_B64:mask"), Class("S_AND_B32:mask"));
  EXPECT_NE(Class("S_AND_B64:mask"), Class("S_AND_B64"));
}

//===----------------------------------------------------------------------===//
// Rows broken on purpose
//===----------------------------------------------------------------------===//

uint64_t mismatches(StringRef Name, SemFn Wrong) {
  Row Broken = *isa().find(Name);
  Broken.Meaning = std::move(Wrong);
  auto Entry = conformAMDGPURow(Broken);
  EXPECT_TRUE(bool(Entry));
  return Entry->Mismatches;
}

TEST(AMDGPUScalarBroken, IsCaught) {
  EXPECT_GT(mismatches("S_ADDC_U32", [](Sem &S) { S.out(S.in(0, 32) + S.in(1, 32)); }), 0u);
  EXPECT_GT(mismatches("S_ADD_U32:scc",
                       [](Sem &S) {
                         V Sum = S.in(0, 32) + S.in(1, 32);
                         S.out(zext(cmp(CmpInst::ICMP_ULE, Sum, S.in(0, 32)), 8));
                       }),
            0u)
      << "a sum that is the first operand is no carry";
  EXPECT_GT(
      mismatches("S_LSHL_B64", [](Sem &S) { S.out(shl(S.in(0, 64), zext(S.in(1, 32), 64))); }), 0u);
  EXPECT_GT(
      mismatches("S_CMP_LT_I32",
                 [](Sem &S) { S.out(zext(cmp(CmpInst::ICMP_ULT, S.in(0, 32), S.in(1, 32)), 8)); }),
      0u);
  EXPECT_GT(mismatches("S_ANDN2_B64:mask", [](Sem &S) { S.out(~S.in(0, 1) & S.in(1, 1)); }), 0u);
}

} // namespace
