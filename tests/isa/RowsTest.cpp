//===- tests/isa/RowsTest.cpp - What every row must satisfy ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace whittle;

namespace {
class AllTargets : public testing::TestWithParam<const char *> {
protected:
  const TargetIsa &isa() { return *cantFail(TargetIsa::get(GetParam())); }
};

std::vector<unsigned> immediateBits(const Row &R) {
  std::vector<unsigned> Bits;
  for (const OperandSpec &U : R.Uses)
    if (U.K == OperandSpec::Imm)
      Bits.push_back(U.ImmBits);
  return Bits;
}

TEST_P(AllTargets, OpenAgreesWithLLVMsTables) {
  Expected<const TargetIsa *> T = TargetIsa::get(GetParam());
  ASSERT_TRUE(bool(T)) << toString(T.takeError());
  Error Wrong = (*T)->check();
  EXPECT_FALSE(bool(Wrong)) << toString(std::move(Wrong));
  EXPECT_GT((*T)->rows().size(), 40u);
}

TEST_P(AllTargets, EveryRowIsTotal) {
  for (const Row &R : isa().rows())
    if (Error E = checkTotal(R))
      ADD_FAILURE() << toString(std::move(E));
}

TEST_P(AllTargets, PresetsAreTheImmediatesOfTheirRow) {
  for (const Row &R : isa().rows())
    for (ArrayRef<int64_t> Tuple : R.Presets) {
      ASSERT_EQ(Tuple.size(), R.NumImms) << R.Name;
      for (auto [Imm, Bits] : zip_equal(Tuple, immediateBits(R)))
        EXPECT_TRUE(Bits >= 64 || isIntN(Bits, Imm) || isUIntN(Bits, uint64_t(Imm))) << R.Name;
    }
}

TEST_P(AllTargets, ClassesPartitionTheRows) {
  size_t Members = 0;
  for (const OpClass &C : isa().classes()) {
    Members += C.Members.size();
    for (const Row *R : C.Members) {
      EXPECT_EQ(&isa().classOf(*R), &C);
      EXPECT_EQ(R->Ins.size(), C.leader().Ins.size()) << R->Name << " and " << C.leader().Name;
      EXPECT_TRUE(R->Def == C.leader().Def);
      // A rule of one member is used for the others.
      EXPECT_EQ(R->OneWaveSize, C.leader().OneWaveSize) << R->Name << " and " << C.leader().Name;
      EXPECT_EQ(R->WaveLanes, C.leader().WaveLanes) << R->Name << " and " << C.leader().Name;
      EXPECT_EQ(immediateBits(*R), immediateBits(C.leader()))
          << R->Name << " and " << C.leader().Name;
    }
  }
  EXPECT_EQ(Members, isa().rows().size());
}

INSTANTIATE_TEST_SUITE_P(Rows, AllTargets, testing::Values("x86_64", "amdgcn"),
                         [](const auto &I) { return std::string(I.param); });

const TargetIsa &x86() { return *cantFail(TargetIsa::get("x86_64")); }

TEST(Rows, TotalityCheckRefusesWhatRowsMustNotHold) {
  auto Check = [](SemFn Meaning) {
    // Any two-operand 512-bit row, with another meaning.
    Row R = *x86().find("VPADDDZrr");
    R.Meaning = std::move(Meaning);
    return toString(checkTotal(R));
  };
  EXPECT_EQ(Check([](Sem &S) { S.out(S.in(0, 32) + S.in(1, 32)); }), "");
  EXPECT_NE(Check([](Sem &S) {
              V A = S.in(0, 32), B = S.in(1, 32);
              S.out(V(&S, S.builder().CreateShl(A.get(), B.get())));
            }).find("may shift by the width"),
            std::string::npos);
  EXPECT_NE(Check([](Sem &S) {
              V A = S.in(0, 32), B = S.in(1, 32);
              S.out(V(&S, S.builder().CreateNSWAdd(A.get(), B.get())));
            }).find("poison"),
            std::string::npos);
  EXPECT_NE(Check([](Sem &S) {
              V A = S.in(0, 32);
              S.out(A + V(&S, S.builder().CreateShuffleVector(A.get(), UndefValue::get(A.type()),
                                                              SmallVector<int, 16>(16, 0))));
            }).find("undef"),
            std::string::npos);
}

TEST(Rows, TenOpcodesOfAndAreOneClass) {
  const OpClass &And = x86().classOf(*x86().find("PANDrr"));
  for (const char *Name : {"VPANDrr", "VPANDDZ128rr", "VPANDQZ128rr", "ANDPSrr", "ANDPDrr",
                           "VANDPSrr", "VANDPDrr", "VANDPSZ128rr", "VANDPDZ128rr"}) {
    const Row *R = x86().find(Name);
    ASSERT_TRUE(R) << Name;
    EXPECT_EQ(&x86().classOf(*R), &And) << Name;
  }
  EXPECT_NE(&x86().classOf(*x86().find("PORrr")), &And);
  EXPECT_NE(&x86().classOf(*x86().find("VPANDYrr")), &And);
}

TEST(Rows, CommutativityIsDerivedFromTheMeaning) {
  using Pairs = std::vector<std::pair<unsigned, unsigned>>;
  auto Of = [](const char *Name) {
    ArrayRef<std::pair<unsigned, unsigned>> P = commutativeInputs(*x86().find(Name));
    return Pairs(P.begin(), P.end());
  };
  EXPECT_EQ(Of("VPADDDZrr"), (Pairs{{0, 1}}));
  EXPECT_EQ(Of("VPSUBDZrr"), Pairs{});
  EXPECT_EQ(Of("VPMADDWDZrr"), (Pairs{{0, 1}}));
  EXPECT_EQ(Of("VPMADDUBSWZrr"), Pairs{}); // one side unsigned
  EXPECT_EQ(Of("VPDPWSSDZrr"), (Pairs{{1, 2}}));
  EXPECT_EQ(Of("VPDPBUSDZrr"), Pairs{});
  EXPECT_EQ(Of("VPUNPCKLDQZrr"), Pairs{});
  EXPECT_EQ(Of("VPCMPGTDZrr"), Pairs{});
}

TEST(Rows, WhatStandsAboveAValue) {
  EXPECT_FALSE(x86().find("PADDDrr")->ZeroesAbove);
  EXPECT_TRUE(x86().find("VPADDDrr")->ZeroesAbove);
  EXPECT_TRUE(x86().find("VPADDDZ128rr")->ZeroesAbove);
  EXPECT_TRUE(x86().find("MOV32rr")->ZeroesAbove);
  // A scalar instruction leaves its first operand above the low element, and a
  // move of a byte leaves the rest of the register.
  EXPECT_FALSE(x86().find("VMOVDI2SSrr")->ZeroesAbove);
  EXPECT_FALSE(x86().find("AVX512_FsFLD0SD")->ZeroesAbove);
  EXPECT_FALSE(x86().find("MOV8rr")->ZeroesAbove);
  EXPECT_TRUE(x86().find("MOVZX32rr8")->ZeroesAbove);
}

TEST(Rows, NarrowRegistersAreValuesOfTheirLowBits) {
  struct {
    const char *Name, *Def, *In;
  } Table[] = {{"MOVDI2SSrr", "v32", "r32"},      {"VMOVSS2DIZrr", "r32", "v32"},
               {"VMOV64toSDrr", "v64", "r64"},    {"MOVSDto64rr", "r64", "v64"},
               {"MOVZX32rr8", "r32", "r8"},       {"MOVSX64rr16", "r64", "r16"},
               {"MOVZX32rr8_NOREX", "r32", "r8"}, {"MOV16rr", "r16", "r16"}};
  for (auto &T : Table) {
    const Row *R = x86().find(T.Name);
    ASSERT_TRUE(R) << T.Name;
    EXPECT_EQ(R->Def.str(), T.Def) << T.Name;
    ASSERT_EQ(R->Ins.size(), 1u) << T.Name;
    EXPECT_EQ(R->Ins[0].str(), T.In) << T.Name;
  }
  EXPECT_EQ(x86().find("AVX512_FsFLD0SH")->Def.str(), "v16");
  // AH and its like are no values, and neither are mask pairs.
  const MCRegisterInfo &RI = x86().registerInfo();
  for (unsigned Id = 0; Id != RI.getNumRegClasses(); ++Id)
    if (StringRef Name = RI.getRegClassName(&RI.getRegClass(Id));
        Name == "GRH8" || Name == "GRH16" || Name == "VK16PAIR" || Name == "RFP32")
      EXPECT_FALSE(x86().typeOfRegClass(Id)) << Name.str();
}

TEST(Rows, NarrowTypesAreReadAsTheyArePrinted) {
  for (const char *Text : {"v8", "v16", "v32", "v64", "v128", "v512", "r8", "r16", "r32", "k64"}) {
    std::optional<ValueType> T = ValueType::parse(Text);
    ASSERT_TRUE(T) << Text;
    EXPECT_EQ(T->str(), Text);
  }
  for (const char *Text : {"v4", "v24", "v96", "v1024", "r4", "r24", "r128", "k8"})
    EXPECT_FALSE(ValueType::parse(Text)) << Text;
}

TEST(Rows, UnknownTargetAndCpuAreNamed) {
  EXPECT_EQ(toString(TargetIsa::get("vax").takeError()), "unknown target 'vax' (x86_64, amdgcn)");
  EXPECT_EQ(toString(x86().subtarget("pentium9").takeError()), "unknown x86_64 CPU 'pentium9'");
  EXPECT_TRUE(bool(x86().subtarget("znver5")));
}
} // namespace
