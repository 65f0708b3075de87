//===- tests/enumerate/RealInstructionTest.cpp - Instructions for meanings -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/RealInstruction.h"
#include "tests/enumerate/TestSupport.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

static const TargetIsa &x86() { return *cantFail(TargetIsa::get("x86_64")); }

static bool runsHere() { return Triple(sys::getProcessTriple()).getArch() == Triple::x86_64; }

static bool hostHas(StringRef Feature) { return sys::getHostCPUFeatures().lookup(Feature); }

TEST(RealInstruction, GivesWhatTheMeaningGives) {
  if (!runsHere())
    GTEST_SKIP() << "no x86-64 host";
  RealInstructions Reals(x86());
  Evaluator &E = evaluator(x86());
  unsigned Found = 0, Parts = 0;
  for (const OpClass &C : x86().classes())
    for (const Row *R : C.Members) {
      if (R->isGeneric() || R->isWave() || !isSlow(*R))
        continue;
      const RealInstruction *Real = Reals.find(*R);
      if (!Real)
        continue;
      ++Found;
      Parts += Real->Way != RealInstruction::Itself;
      EXPECT_TRUE(E.agrees(*R, *Real)) << R->Name;
    }
  std::printf("%u rows by their instruction, %u of them in parts\n", Found, Parts);
  if (hostHas("ssse3"))
    EXPECT_GT(Found, 0u);
}

/// An immediate's other bits do nothing.
TEST(RealInstruction, ReadsTheBitsOfAnImmediateThatMatter) {
  const Row &R = *x86().find("PCLMULQDQrri");
  RealInstructions Reals(x86());
  const RealInstruction *Real = Reals.find(R);
  if (!runsHere() || !hostHas("pclmul"))
    GTEST_SKIP() << "no CPU with PCLMULQDQ";
  ASSERT_TRUE(Real);
  ASSERT_TRUE(isSlow(R));
  Node N;
  N.R = &R;
  auto Fn = cantFail(evaluator(x86()).function(N, R.Ins));
  alignas(64) uint64_t A[2] = {3, 5}, B[2] = {7, 11}, Out[2];
  const uint8_t *In[2] = {reinterpret_cast<uint8_t *>(A), reinterpret_cast<uint8_t *>(B)};
  for (auto [Imm, Product] : {std::pair<int64_t, uint64_t>(0, 9),
                              {0x01, 27},
                              {0x10, 29},
                              {0x11, 39},
                              {0xee, 9},
                              {0xff, 39}}) {
    Fn(In, reinterpret_cast<uint8_t *>(Out), &Imm, 1);
    EXPECT_EQ(Out[0], Product) << Imm;
    EXPECT_EQ(Out[1], 0u);
  }
}

/// Whatever is encoded, the meaning decides.
TEST(RealInstruction, OfAnotherOpcodeIsRefused) {
  if (!runsHere() || !hostHas("avx2"))
    GTEST_SKIP() << "no CPU with AVX2";
  RealInstructions Reals(x86());
  Evaluator &E = evaluator(x86());
  for (auto [Row, Other] : {std::pair("VPSHUFBYrr", "VPSADBWYrr"),
                            {"VPADDSBYrr", "VPADDBYrr"},
                            {"VPSUBBYrr", "VPADDBYrr"},
                            {"VPMINUBYrr", "VPMINSBYrr"}}) {
    const RealInstruction *Real = Reals.find(*x86().find(Other));
    ASSERT_TRUE(Real) << Other;
    EXPECT_TRUE(E.agrees(*x86().find(Other), *Real)) << Other;
    EXPECT_FALSE(E.agrees(*x86().find(Row), *Real)) << Row;
  }
  // Operands in another order.
  RealInstruction Swapped = *Reals.find(*x86().find("VPSHUFBYrr"));
  Swapped.Constraints = "={ymm0},{ymm2},{ymm1},~{flags}";
  EXPECT_FALSE(E.agrees(*x86().find("VPSHUFBYrr"), Swapped));
}

/// What moves elements for some immediates only does not do it for the others.
TEST(RealInstruction, MovesForEveryImmediateOrForNone) {
  if (!runsHere() || !hostHas("avx512vl"))
    GTEST_SKIP() << "no CPU with AVX512VL";
  RealInstructions Reals(x86());
  Evaluator &E = evaluator(x86());
  const RealInstruction *Real = Reals.find(*x86().find("VPSHUFDYri"));
  ASSERT_TRUE(Real);
  EXPECT_EQ(Real->Way, RealInstruction::Moves);
  EXPECT_TRUE(E.agrees(*x86().find("VPSHUFDYri"), *Real));
  // By elements that are numbers as well, but for zeros, and for halves of elements.
  EXPECT_FALSE(E.agrees(*x86().find("VPSLLDQYri"), *Real));
  EXPECT_FALSE(E.agrees(*x86().find("VPSHUFLWYri"), *Real));
  // With another mask than the row's.
  RealInstruction Unmasked = *Reals.find(*x86().find("VPSHUFDZ256rik"));
  EXPECT_TRUE(E.agrees(*x86().find("VPSHUFDZ256rik"), Unmasked));
  Unmasked.Masked = false;
  EXPECT_FALSE(E.agrees(*x86().find("VPSHUFDZ256rik"), Unmasked));
}

/// An inverse is one for all bytes: 0 has itself.
TEST(RealInstruction, InvertsBytes) {
  if (!runsHere() || !hostHas("aes") || !hostHas("avx"))
    GTEST_SKIP() << "no CPU with AES";
  const Row &R = *x86().find("GF2P8AFFINEINVQBrri");
  Node N;
  N.R = &R;
  auto Fn = cantFail(evaluator(x86()).function(N, R.Ins));
  // 0x53 times 0xca is 1.
  alignas(64) uint64_t A[2] = {0xca53020100, 0},
                       Identity[2] = {0x0102040810204080, 0x0102040810204080}, Out[2];
  const uint8_t *In[2] = {reinterpret_cast<uint8_t *>(A), reinterpret_cast<uint8_t *>(Identity)};
  int64_t Imm = 0;
  Fn(In, reinterpret_cast<uint8_t *>(Out), &Imm, 1);
  EXPECT_EQ(Out[0], 0x53ca8d0100u);
  EXPECT_EQ(Out[1], 0u);
}

/// A row that means something else than its opcode does is evaluated by what it means.
TEST(RealInstruction, ThatDisagreesIsNotUsed) {
  if (!runsHere() || !hostHas("avx2"))
    GTEST_SKIP() << "no CPU with AVX2";
  Row Wrong = *x86().find("VPSHUFBYrr");
  Wrong.Meaning = [](Sem &S) {
    V X = S.in(0, 8);
    for (unsigned I = 0; I != 50; ++I)
      X = X + S.in(1, 8);
    S.out(X);
  };
  ASSERT_TRUE(isSlow(Wrong));
  Evaluator &E = evaluator(x86());
  auto Run = [&](const Row &R) {
    Node N;
    N.R = &R;
    alignas(64) uint32_t A[8] = {1, 2, 3, 4, 5, 6, 7, 8}, Zero[8] = {}, Out[8];
    const uint8_t *In[2] = {reinterpret_cast<uint8_t *>(A), reinterpret_cast<uint8_t *>(Zero)};
    cantFail(E.function(N, R.Ins))(In, reinterpret_cast<uint8_t *>(Out), nullptr, 1);
    return Out[0];
  };
  EXPECT_EQ(Run(*x86().find("VPSHUFBYrr")), 0x01010101u);
  EXPECT_EQ(Run(Wrong), 1u);
}

TEST(RealInstruction, WhatReadsOrGivesMoreHasNone) {
  RealInstructions Reals(x86());
  for (const char *Name : {
           "VADDPSYrr",     // MXCSR
           "VPSLLDYri",     // all bits of the immediate
           "ADD32rr",       // general registers
           "VPMASKMOVDYrm", // memory
           "V_SET0",        // a pseudo opcode
       })
    if (const Row *R = x86().find(Name))
      EXPECT_FALSE(Reals.find(*R)) << Name;
  EXPECT_FALSE(Reals.find(x86().generic(GenericOp::Concat)));
  EXPECT_EQ(bool(Reals.find(*x86().find("VGF2P8MULBZrr"))),
            runsHere() && hostHas("gfni") && hostHas("avx512f"));
  const TargetIsa &Gpu = *cantFail(TargetIsa::get("amdgcn"));
  EXPECT_FALSE(RealInstructions(Gpu).find(*Gpu.find("V_PERM_B32_e64")));
}
