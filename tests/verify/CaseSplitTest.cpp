//===- tests/verify/CaseSplitTest.cpp - Equal for each value of a mask ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/CaseSplit.h"
#include "RuleTools.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

struct CaseSplit : testing::Test {
  TermGraph G;
  NormalForm Forms{G};
  const VarKey Mask{VarKey::Leaf, 0, 0}, Data{VarKey::Leaf, 1, 0};

  void SetUp() override { Forms.decideChoices(); }

  std::vector<ControlBit> bits(unsigned N) const {
    std::vector<ControlBit> B;
    for (unsigned I = 0; I != N; ++I)
      B.push_back({Mask, I});
    return B;
  }
  Term mask(unsigned Width) { return G.var(Mask, 0, Width); }
  Term data(unsigned I) { return G.var(Data, 32 * I, 32); }
  bool equal(Term A, Term B, unsigned N, const CaseLimits &L = {}) {
    return equalInEveryCase(G, Forms, A, B, bits(N), L);
  }
};

TEST_F(CaseSplit, CountsOnesAsASumOfBits) {
  Term Sum = G.zero(4);
  for (unsigned I = 0; I != 4; ++I)
    Sum = G.add(Sum, G.zext(G.var(Mask, I, 1), 4));
  SmallVector<Term, 16> Elements;
  for (unsigned I = 0; I != 16; ++I)
    Elements.push_back(data(I));
  auto Chosen = [&](Term Index) { return G.select(Index, Elements); };
  EXPECT_TRUE(equal(Chosen(G.ctpop(mask(4))), Chosen(Sum), 4));
  EXPECT_FALSE(equal(Chosen(G.ctpop(mask(4))), Chosen(G.add(Sum, G.constant(4, 1))), 4));
}

TEST_F(CaseSplit, OneCaseOfManyIsEnoughToFail) {
  // Different for all ones only, the last case; and for the first alone.
  for (const APInt &Odd : {APInt::getAllOnes(10), APInt::getZero(10), APInt(10, 0x155)}) {
    Term S = G.ite(G.eq(mask(10), G.constant(Odd)), data(0), data(1));
    EXPECT_FALSE(equal(S, data(1), 10)) << Odd.getZExtValue();
    EXPECT_TRUE(equal(S, G.ite(G.eq(G.constant(Odd), mask(10)), data(0), data(1)), 10));
  }
}

TEST_F(CaseSplit, BitsThatAreNotTriedStayOpen) {
  Term S = G.ite(G.eq(mask(4), G.constant(4, 9)), data(0), data(1));
  EXPECT_FALSE(equal(S, data(1), 3));
  EXPECT_FALSE(equal(S, data(1), 0));
}

TEST_F(CaseSplit, LimitsEndIt) {
  Term A = G.ite(G.eq(mask(12), G.constant(12, 0x5a5)), data(0), data(1)), B = data(0);
  for (unsigned I = 0; I != 12; ++I) {
    Term Bit = G.var(Mask, I, 1);
    B = 0x5a5 >> I & 1 ? G.ite(Bit, B, data(1)) : G.ite(Bit, data(1), B);
  }
  ASSERT_NE(Forms.run(A), Forms.run(B));
  // Terms that are there already count no more.
  EXPECT_FALSE(equal(A, B, 12, {.Terms = 10}));
  EXPECT_FALSE(equal(A, B, 12, {.Cases = 10}));
  EXPECT_FALSE(equal(A, B, 12, {.Stop = [] { return true; }}));
  EXPECT_TRUE(equal(A, B, 12));
}

TEST_F(CaseSplit, MasksWithAsManyOnesAreOneCase) {
  // 20 bits: the ones among all but the last choose. Every mask would be 2^19 cases.
  auto Ones = [&](unsigned From, unsigned Step) {
    Term Sum = G.zero(5);
    for (unsigned I = 0; I != 19; ++I)
      Sum = G.add(Sum, G.zext(G.var(Mask, (From + Step * I) % 19, 1), 5));
    return Sum;
  };
  SmallVector<Term, 32> Elements;
  for (unsigned I = 0; I != 32; ++I)
    Elements.push_back(data(I));
  // As a chain of comparisons, against elements of a list.
  auto Chain = [&](Term Index) {
    Term R = data(19);
    for (unsigned I = 0; I != 19; ++I)
      R = G.ite(G.eq(Index, G.constant(5, I)), data(I), R);
    return R;
  };
  Term Listed = G.select(Ones(0, 1), Elements), Chained = Chain(Ones(3, 7));
  EXPECT_TRUE(equal(Listed, Chained, 20, {.Cases = 1000}));
  // The list's element that all ones choose; and one that nothing chooses.
  Elements[19] = data(20);
  EXPECT_FALSE(equal(G.select(Ones(0, 1), Elements), Chained, 20));
  Elements[19] = data(19), Elements[20] = data(0);
  EXPECT_TRUE(equal(G.select(Ones(0, 1), Elements), Chained, 20, {.Cases = 1000}));
}

TEST(CaseSplitRules, ExpandOfCompressIsAMaskedMove) {
  auto Of = [](StringRef Second, StringRef Move, StringRef Extra = "") {
    return verdict(rule(
        "x86_64",
        ("%0:k64\n%1:v512\n" + Extra + Second + "yield %4\n=>\n" + Move + "yield %3\n").str()));
  };
  const char *Move = "%3:v512 = VMOVDQA64Zrrkz %0, %1\n";
  const char *Compress = "%3:v512 = VPCOMPRESSQZrrkz %0, %1\n";
  EXPECT_EQ(Of(std::string(Compress) + "%4:v512 = VPEXPANDQZrrkz %0, %3\n", Move), "proved");
  // Where the mask is off, zeros and not what was there.
  EXPECT_EQ(Of(std::string(Compress) + "%4:v512 = VPEXPANDQZrrk %1, %0, %3\n", Move), "refuted");
  // The other way round keeps the low elements, how many the mask says.
  EXPECT_EQ(Of("%3:v512 = VPEXPANDQZrrkz %0, %1\n%4:v512 = VPCOMPRESSQZrrkz %0, %3\n", Move),
            "refuted");
}

// Bits of the blend under an open mask are large polynomials.
TEST(CaseSplitRules, CompressReadsOnlyWhatABlendTakesThere) {
  auto Of = [](StringRef Blend, StringRef Mask) {
    return verdict(
        rule("x86_64", ("%0:k64\n%1:v512\n%2:v512\n%3:v512 = VPBLENDMDZrrk %0, " + Blend +
                        "\n%4:v512 = VPCOMPRESSDZrrk" + Mask +
                        ", %3\nyield %4\n=>\n%3:v512 = VPCOMPRESSDZrrkz %0, %2\nyield %3\n")
                           .str()));
  };
  EXPECT_EQ(Of("%1, %2", "z %0"), "proved");
  EXPECT_EQ(Of("%2, %1", "z %0"), "refuted");
  // What was there stays above the elements that are moved.
  EXPECT_EQ(Of("%1, %2", " %1, %0"), "refuted");
}

} // namespace
