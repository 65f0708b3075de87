//===- tests/isa-amdgpu/FoldsTest.cpp - Rows against constant folding -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUConform.h"
#include "isa/conformance/AMDGPUFolds.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/MC/MCInstrInfo.h"
#include "gtest/gtest.h"
#include <iostream>
#include <set>

using namespace llvm;
using namespace whittle;

namespace {

const TargetIsa &isa() { return openIsa("amdgcn"); }

/// Set this when every family of rows is there: then a fold without a row fails.
constexpr bool EveryRowIsThere = true;

const Fold &fold(StringRef Row) {
  const Fold *F = amdgpuFoldOf(Row);
  if (!F)
    report_fatal_error("no fold of " + Row);
  return *F;
}

uint64_t folded(StringRef Row, std::vector<uint64_t> Operands) {
  auto Results = foldConstants(fold(Row), {Operands});
  if (!Results)
    report_fatal_error(Results.takeError());
  EXPECT_TRUE(Results->front()) << Row.str();
  return Results->front().value_or(~uint64_t(0));
}

TEST(AMDGPUFolds, AreOfOpcodesThatLLVMHas) {
  const MCInstrInfo &MII = isa().instrInfo();
  StringSet<> Names;
  for (unsigned Op = 0; Op != MII.getNumOpcodes(); ++Op)
    Names.insert(MII.getName(Op));
  std::set<std::string> Seen;
  for (const Fold &F : amdgpuFolds()) {
    EXPECT_TRUE(Names.contains(StringRef(F.Row).split(':').first)) << F.Row;
    EXPECT_TRUE(Seen.insert(F.Row).second) << F.Row << " is there twice";
  }
  EXPECT_GE(Seen.size(), 200u);
}

TEST(AMDGPUFolds, LLVMFoldsThem) {
  for (const Fold &F : amdgpuFolds()) {
    // 1.0 or 1.0 twice, whatever the type; as integers these are as good as any.
    std::vector<uint64_t> Set;
    for (FoldType T : F.Operands)
      Set.push_back(T == FoldType::F64     ? 0x3ff0000000000000
                    : T == FoldType::F16   ? 0x3c00
                    : T == FoldType::V2F16 ? 0x3c003c00
                    : T == FoldType::V2F32 ? 0x3f8000003f800000
                    : T == FoldType::I16   ? 7
                                           : 0x3f800000);
    auto Results = foldConstants(F, {Set});
    ASSERT_TRUE(bool(Results)) << toString(Results.takeError());
    EXPECT_TRUE(Results->front()) << F.Row;
  }
}

TEST(AMDGPUFolds, GiveTheBitsOfTheirTypes) {
  EXPECT_EQ(folded("V_PERM_B32_e64", {0x07060504, 0x03020100, 0x0c0d0700}), 0x00ff0700u);
  EXPECT_EQ(folded("V_CVT_PKRTZ_F16_F32_e64", {0x3f800000, 0xc0000000}), 0xc0003c00u);
  EXPECT_EQ(folded("V_FREXP_EXP_I32_F64_e64", {0x4010000000000000}), 3u);
  EXPECT_EQ(folded("V_PK_ADD_U16", {0x0001ffff, 0x00010001}), 0x00020000u);
  EXPECT_EQ(folded("V_CMP_LT_I32_e64", {0xffffffff, 0}), 1u);
  EXPECT_EQ(folded("V_ADD_F64_e64", {0x3ff0000000000000, 0x3ff0000000000000}), 0x4000000000000000u);
  EXPECT_EQ(folded("V_LSHLREV_B64_e64", {65, 1}), 2u);
  EXPECT_EQ(folded("V_SUBREV_U32_e64", {1, 3}), 2u);
  EXPECT_EQ(folded("V_CVT_I32_F32_e64", {0x7fc00000}), 0u);
}

TEST(AMDGPUFolds, AgreeWithTheRows) {
  std::string Missing;
  unsigned Absent = 0;
  for (const Fold &F : amdgpuFolds()) {
    const Row *R = isa().find(F.Row);
    if (!R) {
      Missing += " " + F.Row;
      ++Absent;
      EXPECT_FALSE(EveryRowIsThere) << "no row for the fold of " << F.Row;
      continue;
    }
    auto Entry = conformAMDGPURow(*R, {.Inputs = 12});
    ASSERT_TRUE(bool(Entry)) << toString(Entry.takeError());
    EXPECT_EQ(Entry->Mismatches, 0u) << F.Row << ": " << Entry->FirstMismatch;
    EXPECT_NE(Entry->Reason.find("constant folding"), std::string::npos) << F.Row;
  }
  if (Absent)
    std::cout << Absent << " of " << amdgpuFolds().size() << " folds have no row yet:" << Missing
              << "\n";
}

TEST(AMDGPUFolds, AWrongRowIsCaught) {
  Row Broken = *isa().find("V_BFREV_B32_e64");
  Broken.Meaning = [](Sem &S) { S.out(S.in(0, 32)); };
  auto F = RowFunction::compile(Broken);
  ASSERT_TRUE(bool(F)) << toString(F.takeError());
  ConformEntry Entry;
  uint32_t Next = 1;
  Error E =
      compareFolds(**F, fold("V_BFREV_B32_e64"), [&](bool) { return Next += 0x9e3779b9; }, Entry);
  ASSERT_FALSE(bool(E)) << toString(std::move(E));
  EXPECT_GT(Entry.Mismatches, 0u);
  EXPECT_NE(Entry.FirstMismatch.find("LLVM folds to"), std::string::npos);
}

} // namespace
