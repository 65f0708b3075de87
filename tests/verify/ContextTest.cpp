//===- tests/verify/ContextTest.cpp - The part of a rule that changes ------===//
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

/// What is left of a rule, which has to be proved, and so has the rest.
std::string core(const Rule &R) {
  EXPECT_EQ(verdict(R), "proved");
  Expected<Rule> Core = dropContext(R);
  if (!Core) {
    ADD_FAILURE() << toString(Core.takeError());
    return "";
  }
  EXPECT_EQ(verdict(*Core), "proved");
  canonicalize(*Core);
  return printRule(*Core);
}

std::string canonical(Rule R) {
  canonicalize(R);
  return printRule(R);
}

const std::string Signs = "  %0:v128\n  %1:v128 = const splat(i32 1)\n  %2:v128\n"
                          "  %3:v128 = const splat(i32 2)\n";
const std::string Core =
    "  %4:v128 = VPSRLDri %0, 31\n  %5:v128 = VPADDDrr %4, %1\n  yield %5\n=>\n"
    "  %4:v128 = VBLENDVPSrrr %1, %3, %0\n  yield %4\n";

TEST(Context, OperandsThatBothComputeBecomeLeaves) {
  const std::string Wide =
      "  %0:v128\n  %1:v128 = const splat(i32 1)\n  %2:v128\n  %3:v128 = const splat(i32 2)\n"
      "  %4:v128 = VPMULLDrr %0, %2\n  %5:v128 = VPSRLDri %4, 31\n  %6:v128 = VPADDDrr %5, %1\n"
      "  yield %6, %4\n=>\n"
      // The same with its operands exchanged.
      "  %4:v128 = VPMULLDrr %2, %0\n  %5:v128 = VBLENDVPSrrr %1, %3, %4\n  yield %5, %4\n";
  EXPECT_EQ(core(x86(Wide)), canonical(x86(Signs + Core)));
}

TEST(Context, LastInstructionsThatBothHaveGo) {
  const std::string Wide =
      Signs + "  %4:v128 = VPSRLDri %0, 31\n  %5:v128 = VPADDDrr %4, %1\n"
              "  %6:v128 = VPADDDrr %2, %5\n  %7:v128 = VPSLLDri %6, 3\n  yield %7\n=>\n"
              "  %4:v128 = VBLENDVPSrrr %1, %3, %0\n  %5:v128 = VPADDDrr %4, %2\n"
              "  %6:v128 = VPSLLDri %5, 3\n  yield %6\n";
  EXPECT_EQ(core(x86(Wide)), canonical(x86(Signs + Core)));
}

TEST(Context, WhatTheProofNeedsStaysOnLeaves) {
  // Only the last one makes the copy of the low bits idle.
  const std::string Wide = "  %0:v256\n  %1:v256\n  %2:k64\n"
                           "  %3:k64 = VPCMPUQZ256rri %0, %1, 6\n  %4:k64 = KSHIFTLBki %2, 4\n"
                           "  %5:k64 = KORBkk %3, %4\n  %6:k64 = KMOVBkk %5\n  yield %6, %5\n=>\n"
                           "  %3:k64 = VPCMPUQZ256rri %0, %1, 6\n  %4:k64 = KSHIFTLBki %2, 4\n"
                           "  %5:k64 = KORBkk %3, %4\n  yield %5, %5\n";
  const std::string Left = "  %0:k64\n  %1:k64\n  %2:k64 = KORBkk %0, %1\n"
                           "  %3:k64 = KMOVBkk %2\n  yield %3\n=>\n"
                           "  %2:k64 = KORBkk %0, %1\n  yield %2\n";
  EXPECT_EQ(core(x86(Wide)), canonical(x86(Left)));
  // Two below: the range of a product of what was widened.
  const std::string Deep = "  %0:v128\n  %1:v128\n  %2:v128 = const splat(i32 65535)\n"
                           "  %3:v128 = VPADDWrr %0, %1\n  %4:v128 = VPMOVZXBWrr %3\n"
                           "  %5:v128 = VPSRLWri %4, 1\n  %6:v128 = VPACKUSWBrr %5, %5\n"
                           "  %7:v128 = VPMOVZXBWrr %6\n  yield %7\n=>\n"
                           "  %3:v128 = VPADDWrr %0, %1\n  %4:v128 = VPMOVZXBWrr %3\n"
                           "  %5:v128 = VPSRLWri %4, 1\n  yield %5\n";
  const std::string Bytes =
      "  %0:v128\n  %1:v128 = VPMOVZXBWrr %0\n  %2:v128 = VPSRLWri %1, 1\n"
      "  %3:v128 = VPACKUSWBrr %2, %2\n  %4:v128 = VPMOVZXBWrr %3\n  yield %4\n=>\n"
      "  %1:v128 = VPMOVZXBWrr %0\n  %2:v128 = VPSRLWri %1, 1\n  yield %2\n";
  EXPECT_EQ(core(x86(Deep)), canonical(x86(Bytes)));
}

TEST(Context, WhatTheProofNeedsStays) {
  // The mask is what makes the second one idle.
  const std::string Masks = "  %0:v128\n  %1:v128 = const splat(i32 15)\n"
                            "  %2:v128 = const splat(i32 255)\n  %3:v128 = VPANDrr %0, %1\n"
                            "  %4:v128 = VPANDrr %3, %2\n  yield %4\n=>\n"
                            "  %3:v128 = VPANDrr %0, %1\n  yield %3\n";
  EXPECT_EQ(core(x86(Masks)), canonical(x86(Masks)));
  // What differs in bits that the last shift drops is the same only with it.
  const std::string Shift =
      "  %0:v128\n  %1:v128 = const splat(i32 15)\n"
      "  %2:v128 = VPANDNrr %1, %0\n  %3:v128 = VPSRLDri %2, 4\n  yield %3\n=>\n"
      "  %2:v128 = VPSRLDri %0, 4\n  yield %2\n";
  EXPECT_EQ(core(x86(Shift)), canonical(x86(Shift)));
}

TEST(Context, OneValueWhereNotAllCan) {
  // The product may be anything, the mask may not.
  Rule R =
      x86("  %0:v128\n  %1:v128 = const splat(i32 15)\n  %2:v128 = const splat(i32 255)\n"
          "  %3:v128\n  %4:v128 = VPMULLDrr %3, %3\n  %5:v128 = VPANDrr %0, %1\n"
          "  %6:v128 = VPANDrr %5, %2\n  %7:v128 = VPMAXSDrr %6, %4\n  %8:v128 = VPMAXSDrr %7, %4\n"
          "  yield %8\n=>\n"
          "  %4:v128 = VPMULLDrr %3, %3\n  %5:v128 = VPANDrr %0, %1\n"
          "  %6:v128 = VPMAXSDrr %5, %4\n  yield %6\n");
  std::string Left = core(R);
  EXPECT_EQ(Left.find("VPMULLD"), std::string::npos) << Left;
  EXPECT_NE(Left.find("const splat(i32 0xf)"), std::string::npos) << Left;
}

TEST(Context, LoopsAndUnspecifiedValuesStay) {
  const std::string Undef = "  %0:v128 = undef\n  %1:v128\n  %2:v128 = VPADDDrr %0, %1\n"
                            "  %3:v128 = VPANDrr %2, %2\n  yield %3\n=>\n"
                            "  %2:v128 = VPADDDrr %0, %1\n  yield %2\n";
  Rule R = x86(Undef);
  Expected<Rule> Same = dropContext(R);
  ASSERT_TRUE(bool(Same));
  EXPECT_EQ(printRule(*Same), printRule(R));
}

TEST(Context, LanesToo) {
  Rule R = amd("  %0:l32\n  %1:l32\n  %2:l32\n  %3:l32 = V_MUL_LO_U32_e64 %0, %1\n"
               "  %4:l32 = V_ADD_U32_e64 %3, %2\n  %5:l32 = V_ADD_U32_e64 %4, %1\n"
               "  %6:l32 = V_XOR_B32_e64 %5, %0\n  yield %6, %3\n=>\n"
               "  %3:l32 = V_MUL_LO_U32_e64 %0, %1\n  %4:l32 = V_ADD3_U32_e64 %3, %2, %1\n"
               "  %5:l32 = V_XOR_B32_e64 %4, %0\n  yield %5, %3\n");
  EXPECT_EQ(core(R), canonical(amd("  %0:l32\n  %1:l32\n  %2:l32\n  %3:l32 = V_ADD_U32_e64 %0, %1\n"
                                   "  %4:l32 = V_ADD_U32_e64 %3, %2\n  yield %4\n=>\n"
                                   "  %3:l32 = V_ADD3_U32_e64 %0, %1, %2\n  yield %3\n")));
}

} // namespace
