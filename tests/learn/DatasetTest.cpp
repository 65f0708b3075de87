//===- tests/learn/DatasetTest.cpp ------------------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Dataset.h"
#include "enumerate/Evaluator.h"
#include "learn/Groups.h"
#include "learn/Space.h"
#include "learn/TestCheck.h"
#include "tests/learn/Support.h"
#include "llvm/Support/raw_ostream.h"
#include <set>

using namespace llvm;

namespace whittle {
namespace {

DatasetOptions smallOptions() {
  DatasetOptions O;
  O.MaxClasses = 150;
  O.OnlyRows = {"VPANDDZrr", "VPORDZrr",  "VPXORDZrr",   "VPANDNDZrr",  "VPADDDZrr",
                "VPSUBDZrr", "VPADDWZrr", "VPMADDWDZrr", "VPDPWSSDZrr", "VPSLLDZri"};
  return O;
}

std::string text(const Dataset &D) {
  std::string Text;
  raw_string_ostream OS(Text);
  for (const LabelledWindow &L : D.Windows) {
    OS << printWindow(L.W) << printRule(L.Known) << unsigned(L.Side);
    for (Example::Label C : L.labels())
      OS << ' ' << C.Output << ' ' << C.Share;
    OS << '\n';
  }
  return Text;
}

TEST(Dataset, SameSeedSameDataForAnyNumberOfThreads) {
  DatasetOptions O = smallOptions();
  Dataset A = cantFail(buildDataset(x86Table(), O, nulls()));
  ASSERT_GT(A.Windows.size(), 50u);
  EXPECT_TRUE(A.Complete);
  O.Threads = 1;
  EXPECT_EQ(text(A), text(cantFail(buildDataset(x86Table(), O, nulls()))));
  O.Seed = 2;
  EXPECT_NE(text(A), text(cantFail(buildDataset(x86Table(), O, nulls()))));
}

/// Labels are by fingerprint and a second set of tests: hold them against a third.
TEST(Dataset, AnswersAreCheaperAndEqualOnOtherTests) {
  Dataset D = cantFail(buildDataset(x86Table(), smallOptions(), nulls()));
  Evaluator &E = *cantFail(Evaluator::shared(x86()));
  std::mt19937_64 Random(1234);
  unsigned Wrong = 0;
  std::string Last;
  for (const LabelledWindow &L : D.Windows) {
    ASSERT_FALSE(L.Answers.empty());
    const Rule &R = L.Known;
    ASSERT_EQ(messageOf(checkRule(R)), "no error") << printRule(R);
    EXPECT_LT(staticCost(R.W, R.Target).Weight, staticCost(R.W, R.W.Source).Weight) << printRule(R);
    if (cantFail(findDifference(R, E, 128, Random))) {
      ++Wrong;
      Last = printRule(R);
    }
  }
  // Two that differ on one input of 65536 are met now and then.
  EXPECT_LE(Wrong, D.Windows.size() / 50) << "of " << D.Windows.size() << "; for example\n" << Last;
}

TEST(Dataset, KnowsTheDotProduct) {
  DatasetOptions O = smallOptions();
  O.OnlyRows = {"VPADDDZrr", "VPMADDWDZrr", "VPDPWSSDZrr"};
  Dataset D = cantFail(buildDataset(x86Table(), O, nulls()));
  uint32_t Dot = x86Table().indexOf(*x86().find("VPDPWSSDZrr"));
  EXPECT_TRUE(any_of(D.Windows, [&](const LabelledWindow &L) {
    return L.Answers == std::vector<std::vector<unsigned>>{{Dot}} && L.Skeleton == "PA(PMA(x,x),x)";
  }));
}

TEST(Dataset, NoSkeletonIsOnTwoSides) {
  Dataset D = cantFail(buildDataset(x86Table(), smallOptions(), nulls()));
  std::map<std::string, std::set<Split>> Sides;
  for (const LabelledWindow &L : D.Windows) {
    EXPECT_EQ(L.Skeleton, skeleton(L.W));
    Sides[L.Skeleton].insert(L.Side);
  }
  for (auto &[Name, S] : Sides)
    EXPECT_EQ(S.size(), 1u) << Name;
  EXPECT_EQ(D.side(Split::Train).size() + D.side(Split::Validation).size() +
                D.side(Split::Test).size(),
            D.Windows.size());
}

TEST(Dataset, TestValuesRespectFactsAndConstants) {
  std::mt19937_64 Random(1);
  Leaf L;
  L.Ty = {RegKind::Vec, 128};
  L.Zeros = APInt::getSplat(128, APInt(8, 0xf0));
  L.Ones = APInt::getSplat(128, APInt(8, 0x01));
  for (uint8_t B : testValues(L, 64, {}, Random))
    EXPECT_EQ(B & 0xf1, 0x01);
  Leaf C;
  C.Ty = {RegKind::Vec, 128};
  C.Const = APInt::getSplat(128, APInt(16, 0x0201));
  std::vector<uint8_t> Bytes = testValues(C, 2, {}, Random);
  ASSERT_EQ(Bytes.size(), 32u);
  for (size_t I = 0; I != 32; ++I)
    EXPECT_EQ(Bytes[I], I % 2 ? 2 : 1);
}

TEST(Dataset, SolvedWindowsKeepTheirSide) {
  Rule R = cantFail(
      parseRule("rule x86_64\n  %0:v512\n  %1:v512\n  %2:v512\n"
                "  %3:v512 = VPMADDWDZrr %0, %1\n  %4:v512 = VPADDDZrr %2, %3\n  yield %4\n=>\n"
                "  %3:v512 = VPDPWSSDZrr %2, %0, %1\n  yield %3\nend\n"));
  LabelledWindow L = labelSolved({R.W, R.Target}, x86Table());
  std::vector<unsigned> Dot = {x86Table().indexOf(*x86().find("VPDPWSSDZrr"))};
  EXPECT_EQ(L.Answers, std::vector<std::vector<unsigned>>{Dot});
  EXPECT_EQ(L.AnswerInstructions, 1u);
  EXPECT_EQ(L.Skeleton, "PA(PMA(x,x),x)");
  EXPECT_EQ(L.Side, splitOf(L.Skeleton));
  EXPECT_TRUE(L.needsNewOpcode(x86Table()));
}

TEST(Dataset, LabelsAreSharesOfAnswers) {
  LabelledWindow L;
  L.Answers = {{3, 7}, {3, 9}, {2, 3}, {3, 9}};
  std::string Text;
  for (Example::Label C : L.labels())
    Text += std::to_string(C.Output) + ":" + std::to_string(int(100 * C.Share)) + " ";
  EXPECT_EQ(Text, "2:25 3:100 7:25 9:50 ");
}

std::string skeletonOf(const std::string &Body) { return skeleton(window(Body)); }

TEST(Skeleton, ErasesWidthMaskFormEncodingAndOrder) {
  std::string Plain =
      skeletonOf("  %0:v512\n  %1:v512\n  %2:v512 = VPSUBDZrr %0, %1\n  yield %2\n");
  EXPECT_EQ(Plain, "PSU(x,x)");
  for (const char *Same : {
           "  %0:v128\n  %1:v128\n  %2:v128 = VPSUBBrr %1, %0\n  yield %2\n",
           "  %0:v128\n  %1:v128\n  %2:v128 = PSUBWrr %1, %0\n  yield %2\n",
           "  %0:v256\n  %1:v256\n  %2:v256 = VPSUBQYrr %0, %0\n  yield %2\n",
           "  %0:v512\n  %1:k64\n  %2:v512 = VPSUBWZrrkz %1, %0, %0\n  yield %2\n",
           "  %0:v512\n  %1:k64\n  %2:v512 = VPSUBWZrrk %0, %1, %0, %0\n  yield %2\n",
       })
    EXPECT_EQ(skeletonOf(Same), Plain) << Same;
  // A tied accumulator is an operand, also where it is the pass-through.
  std::string Dot =
      skeletonOf("  %0:v512\n  %1:v512\n  %2:v512 = VPDPWSSDZrr %0, %1, %1\n  yield %2\n");
  EXPECT_EQ(
      skeletonOf("  %0:v512\n  %1:k64\n  %2:v512 = VPDPWSSDZrrk %0, %1, %0, %0\n  yield %2\n"),
      Dot);
  // Immediates.
  EXPECT_EQ(skeletonOf("  %0:v512\n  %1:v512 = VPSRLDZri %0, 4\n  yield %1\n"),
            skeletonOf("  %0:v256\n  %1:v256 = VPSRLWYri %0, 9\n  yield %1\n"));
}

TEST(Skeleton, KeepsOpcodesAndShape) {
  std::string Sub = "  %0:v512\n  %1:v512\n  %2:v512 = VPSUBDZrr %0, %1\n  yield %2\n";
  EXPECT_NE(skeletonOf(Sub),
            skeletonOf("  %0:v512\n  %1:v512\n  %2:v512 = VPSUBSWZrr %0, %1\n  yield %2\n"));
  EXPECT_NE(
      skeletonOf(Sub),
      skeletonOf(
          "  %0:v512\n  %1:v512 = const splat(i8 1)\n  %2:v512 = VPSUBDZrr %0, %1\n  yield %2\n"));
  EXPECT_NE(skeletonOf(Sub), skeletonOf("  %0:v512\n  %1:v512\n  %2:v512 = VPSUBDZrr %0, %1\n"
                                        "  %3:v512 = VPSUBDZrr %0, %2\n  yield %3\n"));
  // Unary mask operands are no mask forms.
  EXPECT_EQ(skeletonOf("  %0:k64\n  %1:v512 = VPMOVM2DZrk %0\n  yield %1\n"), "PMOVM2(x)");
}

TEST(Skeleton, AMDGPUFamilies) {
  EXPECT_EQ(opcodeFamily("amdgcn", "V_ADD_U32_e64"), "V_ADD");
  EXPECT_EQ(opcodeFamily("amdgcn", "V_ADD_U16_e64"), "V_ADD");
  EXPECT_EQ(opcodeFamily("amdgcn", "V_MUL_LO_U32_e64"), "V_MUL_LO");
  EXPECT_EQ(opcodeFamily("amdgcn", "V_DOT4_I32_I8"), "V_DOT4");
}

TEST(Skeleton, SplitIsAboutEightOneOne) {
  unsigned Count[3] = {};
  for (unsigned I = 0; I != 2000; ++I)
    ++Count[unsigned(splitOf("skeleton " + std::to_string(I)))];
  EXPECT_NEAR(Count[0], 1600, 80);
  EXPECT_NEAR(Count[1], 200, 60);
  EXPECT_NEAR(Count[2], 200, 60);
}

} // namespace
} // namespace whittle
