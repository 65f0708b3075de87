//===- tests/isa-amdgpu/RowsTest.cpp - AMDGPU rows against everything -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/conformance/AMDGPUConform.h"
#include "isa/conformance/AMDGPUFolds.h"
#include "isa/conformance/AMDGPUReference.h"
#include "isa/conformance/Confirmed.h"
#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Module.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace whittle;

namespace {

const TargetIsa &isa() { return openIsa("amdgcn"); }

const Row &row(StringRef Name) {
  const Row *R = isa().find(Name);
  if (!R)
    report_fatal_error("no row " + Name);
  return *R;
}

/// The row with another meaning, as a mistake in isa/ would give it.
ConformEntry conformBroken(StringRef Name, SemFn Wrong) {
  Row Broken = row(Name);
  Broken.Meaning = std::move(Wrong);
  auto Entry = conformAMDGPURow(Broken);
  if (!Entry)
    report_fatal_error(Entry.takeError());
  return *Entry;
}

TEST(AMDGPURows, AreTotal) {
  EXPECT_GE(isa().rows().size(), 100u);
  for (const Row &R : isa().rows())
    if (Error E = checkTotal(R))
      ADD_FAILURE() << toString(std::move(E));
}

TEST(AMDGPURows, AgreeWithTheReferenceAndWithLLVMsFolding) {
  auto Report = conformAMDGPU(isa());
  ASSERT_TRUE(bool(Report)) << toString(Report.takeError());
  EXPECT_EQ(Report->Entries.size(), isa().rows().size());
  unsigned Folded = 0;
  for (const ConformEntry &E : Report->Entries) {
    if (!unconfirmedReason(row(E.Opcode)).empty()) {
      EXPECT_EQ(E.H, ConformEntry::Unconfirmed) << E.Opcode << " has a reference";
      continue;
    }
    EXPECT_EQ(E.H, ConformEntry::SecondSource) << E.Opcode << ": " << E.Reason;
    EXPECT_EQ(E.Mismatches, 0u) << E.Opcode << ": " << E.FirstMismatch;
    EXPECT_GE(E.Inputs, 12u) << E.Opcode;
    Folded += StringRef(E.Reason).contains("constant folding");
  }
  EXPECT_EQ(Folded,
            count_if(amdgpuFolds(), [](const Fold &F) { return isa().find(F.Row) != nullptr; }));
}

TEST(AMDGPURows, SameSeedSameReport) {
  for (const char *Name : {"V_PERM_B32_e64", "V_MFMA_I32_16X16X32I8_e64"}) {
    auto Wrong = [](Sem &S) { S.out(S.constant(32, 7)); };
    ConformEntry A = conformBroken(Name, Wrong), B = conformBroken(Name, Wrong);
    EXPECT_EQ(A.Mismatches, B.Mismatches);
    EXPECT_EQ(A.FirstMismatch, B.FirstMismatch);
  }
}

//===----------------------------------------------------------------------===//
// Rows broken on purpose
//===----------------------------------------------------------------------===//

TEST(AMDGPUBroken, ShiftCountThatDoesNotWrapIsCaught) {
  ConformEntry E =
      conformBroken("V_LSHLREV_B32_e64", [](Sem &S) { S.out(shl(S.in(1, 32), S.in(0, 32))); });
  EXPECT_GT(E.Mismatches, 0u);
  EXPECT_NE(E.FirstMismatch.find("the reference"), std::string::npos);
}

TEST(AMDGPUBroken, SwappedOperandsAreCaught) {
  EXPECT_GT(conformBroken("V_SUBREV_U32_e64", [](Sem &S) { S.out(S.in(0, 32) - S.in(1, 32)); })
                .Mismatches,
            0u);
  EXPECT_GT(conformBroken("V_ALIGNBIT_B32_opsel_e64",
                          [](Sem &S) {
                            V A = S.in(0, 32), B = S.in(1, 32), C = S.in(2, 32);
                            S.out({&S, S.builder().CreateIntrinsic(Intrinsic::fshr, {A.type()},
                                                                   {B.get(), A.get(), C.get()})});
                          })
                .Mismatches,
            0u);
}

TEST(AMDGPUBroken, SignednessOfOneDotOperandIsCaught) {
  ConformEntry E = conformBroken("V_DOT4_I32_I8", [](Sem &S) {
    S.out(sumGroups(sext(S.in(0, 8), 32) * zext(S.in(1, 8), 32), 4)[0] + S.in(2, 32));
  });
  EXPECT_GT(E.Mismatches, 0u);
}

TEST(AMDGPUBroken, PermuteSelectorOffByOneIsCaught) {
  // 13 and above give 0xff; here 13 gives 0 as well.
  ConformEntry E = conformBroken("V_PERM_B32_e64", [](Sem &S) {
    V Bytes = concat(S.in(1, 8), S.in(0, 8)), Select = S.in(2, 8);
    SmallVector<V, 4> Out;
    for (unsigned I = 0; I != 4; ++I) {
      V Sel = Select[I], Sign = ashr(Bytes.at(shl(Sel & 3, 1u) | 1), 7u);
      V High = select(cmp(CmpInst::ICMP_ULT, Sel, S.constant(8, 14)), S.constant(8, 0),
                      S.constant(8, 0xff));
      High = select(cmp(CmpInst::ICMP_ULT, Sel, S.constant(8, 12)), Sign, High);
      Out.push_back(select(cmp(CmpInst::ICMP_ULT, Sel, S.constant(8, 8)), Bytes.at(Sel & 7), High));
    }
    S.out(bits(S.build(Out), 32));
  });
  EXPECT_GT(E.Mismatches, 0u);
}

/// The 16x16x32 multiply-add with the places of its operands left open.
SemFn mfma16(function_ref<std::pair<V, V>(Sem &)> RowColumn, unsigned Step,
             bool Accumulate = true) {
  return [Place = std::function<std::pair<V, V>(Sem &)>(RowColumn), Step, Accumulate](Sem &S) {
    auto [Row, Column] = Place(S);
    V Sum = Accumulate ? S.elem(2, S.lane(), S.reg()) : S.constant(32, 0);
    for (unsigned Group = 0; Group != 4; ++Group)
      for (unsigned Word = 0; Word != 2; ++Word) {
        V A = bits(S.elem(0, (Row + Step * Group) & 63, S.constant(32, Word)), 8);
        V B = bits(S.elem(1, (Column + Step * Group) & 63, S.constant(32, Word)), 8);
        Sum = Sum + sumGroups(sext(A, 32) * sext(B, 32), 4)[0];
      }
    S.out(Sum);
  };
}

std::pair<V, V> rightPlace(Sem &S) {
  return {shl(lshr(S.lane(), 4u), 2u) + S.reg(), S.lane() & 15};
}

TEST(AMDGPUBroken, MatrixLayoutThatIsRightPasses) {
  ConformEntry E = conformBroken("V_MFMA_I32_16X16X32I8_e64", mfma16(rightPlace, 16));
  EXPECT_EQ(E.Mismatches, 0u) << E.FirstMismatch;
}

TEST(AMDGPUBroken, MatrixLayoutsThatAreWrongAreCaught) {
  const char *Name = "V_MFMA_I32_16X16X32I8_e64";
  auto Transposed = [](Sem &S) {
    auto [Row, Column] = rightPlace(S);
    return std::pair(Column, Row);
  };
  auto RowsByRegister = [](Sem &S) {
    return std::pair(lshr(S.lane(), 4u) + shl(S.reg(), 2u), S.lane() & 15);
  };
  EXPECT_GT(conformBroken(Name, mfma16(Transposed, 16)).Mismatches, 0u);
  EXPECT_GT(conformBroken(Name, mfma16(RowsByRegister, 16)).Mismatches, 0u);
  EXPECT_GT(conformBroken(Name, mfma16(rightPlace, 4)).Mismatches, 0u)
      << "inner index in steps of 4 lanes";
  EXPECT_GT(conformBroken(Name, mfma16(rightPlace, 16, false)).Mismatches, 0u) << "C left out";
}

//===----------------------------------------------------------------------===//
// Classes
//===----------------------------------------------------------------------===//

TEST(AMDGPUClasses, EncodingsOfOneInstructionAreOneSymbol) {
  auto Same = [&](StringRef A, StringRef B) {
    return isa().classOf(row(A)).Id == isa().classOf(row(B)).Id;
  };
  EXPECT_TRUE(Same("V_ADD_U32_e64", "V_ADD_U32_e32"));
  EXPECT_TRUE(Same("V_ADD_U32_e64", "V_ADD_I32_e64"));
  EXPECT_TRUE(Same("V_DOT4_I32_I8", "V_DOT4C_I32_I8_e32"));
  EXPECT_TRUE(Same("V_MFMA_I32_32X32X16I8_e64", "V_MFMA_I32_32X32X16I8_mac_vgprcd_e64"));
  EXPECT_FALSE(Same("V_SUB_U32_e64", "V_SUBREV_U32_e64"));
  EXPECT_FALSE(Same("V_DOT4_I32_I8", "V_DOT4_U32_U8"));
  EXPECT_FALSE(Same("V_MIN_I32_e64", "V_MIN_U32_e64"));
  EXPECT_EQ(isa().classOf(row("V_ADD_U32_e32")).leader().Name, "V_ADD_U32_e64");
}

TEST(AMDGPUClasses, TiesAndTypesComeFromLLVM) {
  EXPECT_EQ(row("V_DOT4C_I32_I8_e32").TiedUse, 2);
  EXPECT_EQ(row("V_MFMA_I32_32X32X16I8_mac_e64").TiedUse, 2);
  EXPECT_EQ(row("V_MFMA_I32_32X32X16I8_e64").TiedUse, -1);
  EXPECT_EQ(row("V_MFMA_I32_32X32X16I8_e64").Def.str(), "l512");
  EXPECT_EQ(row("V_MFMA_I32_16X16X32I8_e64").Ins[0].str(), "l64");
}

TEST(AMDGPUReference, DoesNotKnowEveryName) {
  WaveRegisters Out;
  EXPECT_FALSE(executeAMDGPU("V_SOMETHING_ELSE_e64", WaveCall(), Out));
  Row Unknown = row("V_AND_B32_e64");
  Unknown.Name = "V_SOMETHING_ELSE_e64";
  auto Entry = conformAMDGPURow(Unknown);
  ASSERT_TRUE(bool(Entry));
  EXPECT_EQ(Entry->H, ConformEntry::Unconfirmed);
  EXPECT_FALSE(Entry->Reason.empty());
}

} // namespace
