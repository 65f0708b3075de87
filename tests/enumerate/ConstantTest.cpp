//===- tests/enumerate/ConstantTest.cpp - Constants that are solved --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/ConstantSolver.h"
#include "isa/Meaning.h"
#include "tests/enumerate/TestSupport.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {
/// One row with an operand that is to be solved for.
class Solved {
public:
  Solved(StringRef Name, unsigned Index, StringRef Arch = "x86_64", int64_t Imm = 0)
      : Isa(*cantFail(TargetIsa::get(Arch))), Imm(Imm) {
    Row.R = Isa.find(Name);
    EXPECT_TRUE(Row.R) << Name.str();
    Row.Commutes = commutativeInputs(*Row.R);
    cantFail(prepare(Row, evaluator(Isa), {}));
    for (const ConstantOperand &C : constantOperands(Row))
      if (C.Index == Index)
        Operand = &C;
    std::vector<Leaf> Leaves(Row.arity());
    unsigned Widest = Row.R->Def.bytes();
    for (auto [L, T] : zip(Leaves, Row.R->Ins)) {
      L.Ty = T;
      Widest = std::max(Widest, T.bytes());
    }
    Tests = std::make_unique<TestSet>(Leaves, Widest, /*Seed=*/5);
  }

  size_t width() const { return Row.R->Ins[Operand->Index].bytes(); }

  /// What the row gives with \p Constant.
  std::vector<uint8_t> goal(ArrayRef<uint8_t> Constant) {
    std::vector<uint8_t> Repeated, Out(Tests->size() * Row.R->Def.bytes());
    for (size_t T = 0; T != Tests->size(); ++T)
      Repeated.insert(Repeated.end(), Constant.begin(), Constant.end());
    auto In = operands();
    In[Operand->Index] = Repeated.data();
    Row.Fn(In.data(), Out.data(), &Imm, Tests->size());
    return Out;
  }

  std::optional<ConstantBytes> solve(ArrayRef<uint8_t> Goal, const uint8_t *Care = nullptr) {
    ConstantSolver::Problem P;
    P.R = &Row;
    P.C = Operand;
    P.Imm = Imm;
    P.In = operands();
    P.Goal = Goal.data();
    P.Care = Care;
    P.Tests = Tests->size();
    return Solver.solve(P);
  }

  /// What the operand has to be in each test.
  std::optional<ConstantSolver::Subgoal> invert(ArrayRef<uint8_t> Goal,
                                                const uint8_t *Care = nullptr) {
    ConstantSolver::Problem P;
    P.R = &Row;
    P.C = Operand;
    P.In = operands();
    P.Goal = Goal.data();
    P.Care = Care;
    P.Tests = Tests->size();
    return Solver.invert(P);
  }

  /// What the row gives on the tests.
  std::vector<uint8_t> results() {
    std::vector<uint8_t> Out(Tests->size() * Row.R->Def.bytes());
    auto In = operands();
    Row.Fn(In.data(), Out.data(), &Imm, Tests->size());
    return Out;
  }

  std::array<const uint8_t *, 4> operands() const {
    std::array<const uint8_t *, 4> In{};
    for (unsigned I = 0; I != Row.arity(); ++I)
      In[I] = Tests->leaf(I);
    return In;
  }

  const TargetIsa &Isa;
  PoolRow Row;
  const ConstantOperand *Operand = nullptr;
  std::unique_ptr<TestSet> Tests;
  ConstantSolver Solver;
  int64_t Imm;
};

ConstantBytes splat(size_t Width, unsigned Bits, uint64_t X) {
  ConstantBytes B(Width);
  for (size_t I = 0; I != Width * 8 / Bits; ++I)
    setUnit(B.data(), I, Bits, X);
  return B;
}

ConstantBytes anyBytes(size_t Width, uint64_t Seed) {
  Random R(Seed);
  ConstantBytes B(Width);
  for (uint8_t &X : B)
    X = uint8_t(R.next());
  return B;
}

struct Case {
  const char *Name;
  unsigned Index;
  ConstantOperand::Kind Kind;
  unsigned Unit, Fields;
  const char *Arch = "x86_64";
};
const Case Cases[] = {
    {"VPANDDZrr", 1, ConstantOperand::Bits, 8, 1},
    {"VPANDNDZrr", 0, ConstantOperand::Bits, 8, 1},
    {"VPORYrr", 1, ConstantOperand::Bits, 8, 1},
    {"VPXORrr", 1, ConstantOperand::Bits, 8, 1},
    {"VPADDBZrr", 1, ConstantOperand::Weights, 8, 1},
    {"VPADDWYrr", 1, ConstantOperand::Weights, 16, 1},
    {"VPADDDrr", 1, ConstantOperand::Weights, 32, 1},
    {"VPSUBQZrr", 0, ConstantOperand::Weights, 64, 1},
    {"VPMULLDZrr", 1, ConstantOperand::Weights, 32, 1},
    {"VPMADDWDZrr", 1, ConstantOperand::Weights, 32, 2},
    {"VPMADDUBSWZrr", 1, ConstantOperand::Weights, 16, 2},
    {"VPMADDUBSWYrr", 0, ConstantOperand::Weights, 16, 2},
    {"VPDPBUSDZrr", 2, ConstantOperand::Weights, 32, 4},
    {"VPDPBUSDZrr", 0, ConstantOperand::Weights, 32, 1},
    {"VPSHUFBZrr", 1, ConstantOperand::Choices, 8, 1},
    {"VPSHUFBYrr", 1, ConstantOperand::Choices, 8, 1},
    {"VPERMBZrr", 0, ConstantOperand::Choices, 8, 1},
    {"VPERMWZrr", 0, ConstantOperand::Choices, 16, 1},
    {"VPERMDYrr", 0, ConstantOperand::Choices, 32, 1},
    {"VPMULTISHIFTQBZrr", 0, ConstantOperand::Choices, 8, 1},
    {"VPSLLVDZrr", 1, ConstantOperand::Choices, 32, 1},
    {"VPSRAVWZrr", 1, ConstantOperand::Choices, 16, 1},
    {"VPMAXUBZrr", 1, ConstantOperand::Choices, 8, 1},
    {"VPAVGBYrr", 1, ConstantOperand::Choices, 8, 1},
    {"VPMINSDZrr", 1, ConstantOperand::Samples, 32, 1},
    {"VPMULHUWYrr", 1, ConstantOperand::Samples, 16, 1},
    {"VPCMPGTWYrr", 0, ConstantOperand::Samples, 16, 1},
    {"VPCMPGTDZ256rr", 0, ConstantOperand::Samples, 32, 1},
    {"VPMULHRSWZrr", 1, ConstantOperand::Samples, 16, 1},
    {"VPSHUFBYrr", 0, ConstantOperand::Table, 8, 1},
    {"VPERMBZrr", 1, ConstantOperand::Table, 8, 1},
    {"VPERMDZrr", 1, ConstantOperand::Table, 8, 1},
    {"VPERMT2WZrr", 2, ConstantOperand::Table, 8, 1},
    {"VPSRLVDZrr", 0, ConstantOperand::Table, 32, 1},
    {"VPMULTISHIFTQBZrr", 1, ConstantOperand::Table, 64, 1},
    {"V_AND_OR_B32_e64", 1, ConstantOperand::Bits, 8, 1, "amdgcn"},
    {"V_ADD3_U32_e64", 2, ConstantOperand::Weights, 32, 1, "amdgcn"},
    {"V_MAD_U32_U24_e64", 2, ConstantOperand::Weights, 32, 1, "amdgcn"},
    {"V_LSHL_ADD_U32_e64", 1, ConstantOperand::Choices, 32, 1, "amdgcn"},
    {"V_BFE_U32_e64", 2, ConstantOperand::Choices, 32, 1, "amdgcn"},
    {"V_SAD_U8_e64", 1, ConstantOperand::Samples, 32, 1, "amdgcn"},
    {"V_MAD_U16_gfx9_t16_e64", 2, ConstantOperand::Weights, 16, 1, "amdgcn"},
    {"V_LSHL_ADD_U64_e64", 1, ConstantOperand::Choices, 32, 1, "amdgcn"},
    {"V_ASHRREV_I64_e64", 0, ConstantOperand::Choices, 32, 1, "amdgcn"},
    {"V_ALIGNBIT_B32_t16_e64", 2, ConstantOperand::Choices, 16, 1, "amdgcn"},
    {"V_CMP_LT_I32_e64", 1, ConstantOperand::Samples, 32, 1, "amdgcn"},
};
} // namespace

TEST(Constants, OperandsAreToldByWhatTheyDo) {
  for (const Case &C : Cases) {
    Solved S(C.Name, C.Index, C.Arch);
    ASSERT_TRUE(S.Operand) << C.Name << " " << C.Index;
    EXPECT_EQ(S.Operand->K, C.Kind) << C.Name;
    EXPECT_EQ(S.Operand->Unit, C.Unit) << C.Name;
    EXPECT_EQ(S.Operand->Fields, C.Fields) << C.Name;
  }
}

TEST(Constants, WhatMixesUnitsIsNoOperandToSolve) {
  // Rounds mix what they read; a count is one for the whole register.
  EXPECT_FALSE(Solved("VAESENCrr", 0).Operand);
  EXPECT_FALSE(Solved("VPSLLDZrr", 1).Operand);
}

TEST(Constants, SplatsAreFound) {
  const uint64_t Values[] = {1, 3, 4, 7, 8, 0x0f};
  for (const Case &C : Cases)
    for (uint64_t V : Values) {
      Solved S(C.Name, C.Index, C.Arch);
      auto Goal = S.goal(splat(S.width(), C.Unit, V));
      auto Found = S.solve(Goal);
      ASSERT_TRUE(Found) << C.Name << " " << V;
      EXPECT_EQ(S.goal(*Found), Goal) << C.Name;
    }
}

TEST(Constants, EachUnitMayHaveItsOwn) {
  for (const Case &C : Cases) {
    if (C.Kind == ConstantOperand::Samples || StringRef(C.Name).contains("24"))
      continue;
    Solved S(C.Name, C.Index, C.Arch);
    ConstantBytes K = anyBytes(S.width(), 9);
    if (C.Kind == ConstantOperand::Choices) // counts and indices
      for (size_t I = 0; I != K.size(); ++I)
        K[I] = I * 8 % C.Unit ? 0 : K[I] % 16;
    if (StringRef(C.Name).contains("MADDUBS"))
      for (uint8_t &X : K)
        X %= 64; // nothing saturates
    auto Goal = S.goal(K);
    auto Found = S.solve(Goal);
    ASSERT_TRUE(Found) << C.Name;
    EXPECT_EQ(S.goal(*Found), Goal) << C.Name;
  }
}

TEST(Constants, NoConstantGivesAnotherRowsResults) {
  // One wrong bit in one test is enough.
  for (const Case &C : Cases) {
    Solved S(C.Name, C.Index, C.Arch);
    auto Goal = S.goal(splat(S.width(), C.Unit, 5));
    size_t At = Goal.size() / 2 + 3;
    Goal[At] ^= 0x10;
    EXPECT_FALSE(S.solve(Goal)) << C.Name;
    // Unless nobody reads that unit.
    std::vector<uint8_t> Care(Goal.size(), 0xff);
    size_t Unit = C.Unit / 8;
    for (size_t K = 0; K != Unit; ++K)
      Care[At / Unit * Unit + K] = 0;
    EXPECT_TRUE(S.solve(Goal, Care.data())) << C.Name;
  }
}

TEST(Constants, WeightsThatDoNotFitTheirFieldAreRefused) {
  // The second operand's bytes are signed: 200 is none of them, though the sums are linear.
  Solved S("VPMADDUBSWZrr", 1);
  const uint8_t *X = S.operands()[0];
  auto Sums = [&](unsigned A, unsigned B) {
    std::vector<uint8_t> Goal(S.Tests->size() * 64);
    for (size_t I = 0; I != Goal.size() / 2; ++I)
      setUnit(Goal.data(), I, 16, X[2 * I] * A + X[2 * I + 1] * B);
    return Goal;
  };
  EXPECT_TRUE(S.solve(Sums(100, 20)));
  EXPECT_FALSE(S.solve(Sums(200, 0)));
}

TEST(Constants, InstructionsAreUndoneWhereTheOtherOperandLetsThem) {
  struct {
    const char *Name;
    unsigned Index;
    bool All; ///< every bit of the operand follows
  } const Rows[] = {{"VPADDBZrr", 1, true},  {"VPSUBQZrr", 0, true},  {"VPSUBWZrr", 1, true},
                    {"VPXORDZrr", 1, true},  {"VPANDDZrr", 1, false}, {"VPORDZrr", 1, false},
                    {"VPANDNDZrr", 0, false}};
  for (const auto &Row : Rows) {
    Solved S(Row.Name, Row.Index);
    const uint8_t *Want = S.operands()[Row.Index];
    auto Goal = S.results();
    auto Sub = S.invert(Goal);
    ASSERT_TRUE(Sub) << Row.Name;
    size_t Cared = 0;
    for (size_t K = 0; K != Goal.size(); ++K) {
      ASSERT_EQ((Sub->Goal[K] ^ Want[K]) & Sub->Care[K], 0) << Row.Name;
      Cared += size_t(popcount(Sub->Care[K]));
    }
    EXPECT_EQ(Cared == Goal.size() * 8, Row.All) << Row.Name;
    EXPECT_GT(Cared, Goal.size() * 2) << Row.Name;
    if (Row.All)
      continue;
    // A bit that the other operand decides, the wrong way.
    size_t At = 0;
    while (Sub->Care[At] & 1)
      ++At;
    Goal[At] ^= 1;
    EXPECT_FALSE(S.invert(Goal)) << Row.Name;
    std::vector<uint8_t> Care(Goal.size(), 0xff);
    Care[At] = 0xfe;
    EXPECT_TRUE(S.invert(Goal, Care.data())) << Row.Name;
  }
}
