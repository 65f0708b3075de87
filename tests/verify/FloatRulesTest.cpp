//===- tests/verify/FloatRulesTest.cpp - Floating-point rules, right and wrong
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuleTools.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

/// A rule of leaves %0 to %2: VEX.128 instructions, the result last.
Rule of(const std::string &Source, const std::string &Target) {
  return x86("  %0:v128\n  %1:v128\n  %2:v128\n" + Source + "=>\n" + Target);
}

TEST(FloatRules, WhichNanComesThroughMatters) {
  EXPECT_EQ(verdict(of("  %3:v128 = VADDPSrr %0, %1\n  yield %3\n",
                       "  %3:v128 = VADDPSrr %1, %0\n  yield %3\n")),
            "refuted");
  // Exchanged twice it is the same one.
  EXPECT_EQ(verdict(of("  %3:v128 = VFMADD213PSr %0, %1, %2\n  yield %3\n",
                       "  %3:v128 = VFMADD231PSr %2, %1, %0\n  yield %3\n")),
            "proved");
  EXPECT_EQ(verdict(of("  %3:v128 = VFMADD213PSr %0, %1, %2\n  yield %3\n",
                       "  %3:v128 = VFMADD213PSr %1, %0, %2\n  yield %3\n")),
            "refuted");
}

TEST(FloatRules, SumsAreNotReordered) {
  EXPECT_EQ(verdict(of("  %3:v128 = VADDPDrr %0, %1\n  %4:v128 = VADDPDrr %3, %2\n  yield %4\n",
                       "  %3:v128 = VADDPDrr %1, %2\n  %4:v128 = VADDPDrr %0, %3\n  yield %4\n")),
            "refuted");
  // Nor is a product and a sum one fused operation.
  EXPECT_EQ(verdict(of("  %3:v128 = VMULPSrr %0, %1\n  %4:v128 = VADDPSrr %3, %2\n  yield %4\n",
                       "  %3:v128 = VFMADD213PSr %0, %1, %2\n  yield %3\n")),
            "refuted");
}

TEST(FloatRules, SignedZerosAndNansOfMinimum) {
  EXPECT_EQ(verdict(of("  %3:v128 = VMINPSrr %0, %1\n  yield %3\n",
                       "  %3:v128 = VMINPSrr %1, %0\n  yield %3\n")),
            "refuted");
  EXPECT_EQ(verdict(of("  %3:v128 = VMAXPSrr %0, %0\n  yield %3\n", "  yield %0\n")), "proved");
  // x + 0 is not x for -0, and quiets; x - 0 only quiets.
  const std::string Zero = "  %0:v128\n  %1:v128 = const splat(i32 0)\n";
  EXPECT_EQ(verdict(x86(Zero + "  %2:v128 = VADDPSrr %0, %1\n  yield %2\n=>\n  yield %0\n")),
            "refuted");
  EXPECT_EQ(verdict(x86(Zero + "  %2:v128 = VSUBPSrr %0, %1\n  yield %2\n=>\n  yield %0\n")),
            "refuted");
}

// Rounds are functions to the proof, of which it knows what undoes which.
TEST(FloatRules, CipherRoundsThatUndoOthers) {
  auto Of = [](StringRef First, StringRef Second, StringRef Target, StringRef Key = "0") {
    return verdict(x86(("  %0:v128\n  %1:v128 = const splat(i32 " + Key + ")\n  %2:v128 = " +
                        First + " %0, %1\n  %3:v128 = " + Second + "\n  yield %3\n=>\n" + Target)
                           .str()));
  };
  const char *Imc = "  %2:v128 = VAESIMCrr %0\n  yield %2\n", *Same = "  yield %0\n";
  EXPECT_EQ(Of("VAESENCLASTrr", "VAESDECrr %2, %1", Imc), "proved");
  EXPECT_EQ(Of("VAESENCLASTrr", "VAESDECLASTrr %2, %1", Same), "proved");
  EXPECT_EQ(Of("VAESDECLASTrr", "VAESENCLASTrr %2, %1", Same), "proved");
  // With a key in between, and rounds that mix columns.
  EXPECT_NE(Of("VAESENCLASTrr", "VAESDECLASTrr %2, %1", Same, "1"), "proved");
  EXPECT_NE(Of("VAESENCrr", "VAESDECrr %2, %1", Same), "proved");
  EXPECT_NE(Of("VAESDECrr", "VAESENCLASTrr %2, %1", Same), "proved");
  EXPECT_NE(Of("VAESDECLASTrr", "VAESDECrr %2, %1", Imc), "proved");
}

// Of a whole number the integer is the same one, however it is converted.
TEST(FloatRules, ConversionsOfRoundedNumbers) {
  auto Of = [](StringRef Round, StringRef Convert, StringRef Alone) {
    return verdict(x86(("  %0:v512\n  %1:v512 = " + Round + "\n  %2:v512 = " + Convert +
                        " %1\n  yield %2\n=>\n  %1:v512 = " + Alone + " %0\n  yield %1\n")
                           .str()));
  };
  for (std::string To : {"DQ", "UDQ"}) {
    const std::string Cut = "VCVTTPS2" + To + "Zrr", Near = "VCVTPS2" + To + "Zrr";
    EXPECT_EQ(Of("VRNDSCALEPSZrri %0, 11", Cut, Cut), "proved");
    EXPECT_EQ(Of("VRNDSCALEPSZrri %0, 11", Near, Cut), "proved");
    EXPECT_EQ(Of("VRNDSCALEPSZrri %0, 8", Cut, Near), "proved");
    EXPECT_EQ(Of("VRNDSCALEPSZrri %0, 8", Near, Near), "proved");
    // Another direction, a fraction that stays, and what is no rounding.
    EXPECT_EQ(Of("VRNDSCALEPSZrri %0, 9", Cut, Cut), "refuted");
    EXPECT_EQ(Of("VRNDSCALEPSZrri %0, 8", Cut, Cut), "refuted");
    EXPECT_NE(Of("VRNDSCALEPSZrri %0, 24", Near, Near), "proved");
    EXPECT_NE(Of("VSQRTPSZr %0", Cut, Cut), "proved");
  }
}

TEST(FloatRules, ADifferenceOfEqualsIsZeroForNumbersAlone) {
  const std::string Masked = "  %3:v128 = VSUBPSrr %0, %0\n  %4:v128 = VPANDNrr %3, %0\n"
                             "  yield %4\n";
  const std::string Finite = "  %0:v128\n  %1:v128 = const splat(i32 0x7fffffff)\n"
                             "  %2:v128 = const splat(i32 0x7f800000)\n";
  // x where it is finite, else 0.
  EXPECT_EQ(verdict(x86(Finite +
                        "  %3:v128 = VPANDrr %0, %1\n  %4:v128 = VPCMPGTDrr %2, %3\n"
                        "  %5:v128 = VPANDrr %4, %0\n  yield %5\n=>\n" +
                        Masked)),
            "proved");
  EXPECT_EQ(verdict(of("  %3:v128 = VSUBPSrr %0, %0\n  yield %3\n",
                       "  %3:v128 = VPXORrr %0, %0\n  yield %3\n")),
            "refuted");
}

TEST(FloatRules, WholeNumbersStayAsTheyAre) {
  auto Round = [](const std::string &Op, int First, int Second, int Target) {
    auto Of = [&](const char *Left, const char *Right, int Imm) {
      return std::string("  ") + Left + ":v128 = " + Op + " " + Right + ", " + std::to_string(Imm) +
             "\n";
    };
    return verdict(of(Of("%3", "%0", First) + Of("%4", "%3", Second) + "  yield %4\n",
                      Of("%3", "%0", Target) + "  yield %3\n"));
  };
  for (const char *Op : {"VROUNDPSri", "VROUNDPDri", "VRNDSCALEPDZ128rri"})
    for (int First : {0, 1, 2, 3})
      for (int Second : {0, 1, 2, 3}) {
        EXPECT_EQ(Round(Op, First, Second, First), "proved") << Op;
        if (First != Second)
          EXPECT_NE(Round(Op, First, Second, Second), "proved") << Op;
      }
  // A quarter is left of a number rounded to quarters.
  EXPECT_NE(verdict(of("  %3:v128 = VRNDSCALEPSZ128rri %0, 0x20\n"
                       "  %4:v128 = VRNDSCALEPSZ128rri %3, 1\n  yield %4\n",
                       "  %3:v128 = VRNDSCALEPSZ128rri %0, 1\n  yield %3\n")),
            "proved");
  for (const char *Op : {"VADDPSrr", "VMULPSrr"}) {
    const std::string Two = std::string("  %3:v128 = ") + Op + " %0, %1\n";
    EXPECT_NE(verdict(of(Two + "  %4:v128 = VROUNDPSri %3, 1\n  yield %4\n", Two + "  yield %3\n")),
              "proved")
        << Op;
  }
  EXPECT_EQ(verdict(of("  %3:v128 = VCVTDQ2PSrr %0\n  %4:v128 = VROUNDPSri %3, 1\n"
                       "  yield %4\n",
                       "  %3:v128 = VCVTDQ2PSrr %0\n  yield %3\n")),
            "proved");
}

TEST(FloatRules, LanesOfTheSameOperation) {
  auto Blend = [](int Imm) {
    return verdict(of("  %3:v128 = VADDPSrr %0, %1\n  %4:v128 = VSUBPSrr %0, %1\n"
                      "  %5:v128 = VBLENDPSrri %4, %3, " +
                          std::to_string(Imm) + "\n  yield %5\n",
                      "  %3:v128 = VADDSUBPSrr %0, %1\n  yield %3\n"));
  };
  EXPECT_EQ(Blend(10), "proved");
  EXPECT_EQ(Blend(5), "refuted");
  EXPECT_EQ(Blend(2), "refuted");
}

TEST(FloatRules, TheModeIsAnAssumption) {
  VerifyResult V = verified(of("  %3:v128 = VMAXPSrr %0, %0\n  yield %3\n", "  yield %0\n"));
  EXPECT_NE(V.E.Assumptions.find("MXCSR"), std::string::npos);
  V = verified(of("  %3:v128 = VPORrr %0, %0\n  yield %3\n", "  yield %0\n"));
  EXPECT_EQ(V.E.Assumptions, "");
}

} // namespace
