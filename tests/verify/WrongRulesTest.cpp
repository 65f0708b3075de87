//===- tests/verify/WrongRulesTest.cpp - Rules made to slip through
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each is wrong in one place that a shortcut of the prover could miss: one slice
// of many, one input of 2^32, one lane that EXEC masks off. Beside each stands
// what is right and nearly the same.
//
//===----------------------------------------------------------------------===//

#include "RuleTools.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

/// \p Element of 16 bits \p Number times.
std::string words(StringRef Element, unsigned Number) {
  std::string S;
  for (unsigned I = 0; I < Number; ++I)
    S += Element;
  return S;
}

TEST(OneSlice, WithAnotherConstant) {
  // Slices that differ in a constant only are different slices.
  auto Times = [](const std::string &Last) {
    return verdict(x86("  %0:v512\n  %1:v512 = const hex(" + words("0300", 31) + Last + R"()
  %2:v512 = VPMULLWZrr %0, %1
  yield %2
=>
  %2:v512 = VPADDWZrr %0, %0
  %3:v512 = VPADDWZrr %2, %0
  yield %3
)"));
  };
  EXPECT_EQ(Times("0300"), "proved");
  EXPECT_EQ(Times("0500"), "refuted");
  EXPECT_EQ(Times("0301"), "refuted");
}

TEST(OneSlice, OfAnotherPlace) {
  // ... and so are those that read another slice of the same leaf.
  auto Sum = [](unsigned Order) {
    return verdict(x86("  %0:v512\n  %1:v512\n  %2:v512 = VPADDQZrr %0, %1\n  yield %2\n=>\n  "
                       "%2:v512 = VPERMQZri %1, " +
                       std::to_string(Order) + "\n  %3:v512 = VPADDQZrr %2, %0\n  yield %3\n"));
  };
  EXPECT_EQ(Sum(0xe4), "proved");
  EXPECT_EQ(Sum(0xa4), "refuted"); // qword 3 from place 2
  EXPECT_EQ(Sum(0xe5), "refuted");
}

TEST(OneSlice, WithTheLeavesExchanged) {
  // x - y as ~(~x + y): the last dword has the same shape and is y - x.
  auto Difference = [](unsigned Blend) {
    std::string Imm = std::to_string(Blend);
    return verdict(x86("  %0:v256\n  %1:v256\n  %2:v256 = const splat(i8 0xff)\n"
                       "  %3:v256 = VPSUBDYrr %0, %1\n  yield %3\n=>\n"
                       "  %3:v256 = VPBLENDDYrri %0, %1, " +
                       Imm + "\n  %4:v256 = VPBLENDDYrri %1, %0, " + Imm +
                       "\n  %5:v256 = VPXORYrr %3, %2\n  %6:v256 = VPADDDYrr %5, %4\n"
                       "  %7:v256 = VPXORYrr %6, %2\n  yield %7\n"));
  };
  EXPECT_EQ(Difference(0), "proved");
  EXPECT_EQ(Difference(0x80), "refuted");
}

TEST(OneSlice, WhereOverlapsDiffer) {
  // x - (low byte of x) is the high byte in its place. In the last word the
  // bytes are exchanged: the same shape over slices that overlap otherwise.
  auto Clear = [](unsigned Blend) {
    std::string Imm = std::to_string(Blend);
    return verdict(x86("  %0:v128\n  %1:v128 = const splat(i16 0x00ff)\n"
                       "  %2:v128 = const splat(i16 0xff00)\n  %3:v128 = VPANDrr %0, %1\n"
                       "  %4:v128 = VPSRLWri %0, 8\n  %5:v128 = VPBLENDWrri %3, %4, " +
                       Imm +
                       "\n  %6:v128 = VPSUBWrr %0, %5\n  yield %6\n=>\n"
                       "  %3:v128 = VPANDrr %0, %2\n  %4:v128 = VPSLLWri %0, 8\n"
                       "  %5:v128 = VPBLENDWrri %3, %4, " +
                       Imm + "\n  yield %5\n"));
  };
  EXPECT_EQ(Clear(0), "proved");
  EXPECT_EQ(Clear(0x80), "refuted");
}

TEST(OneSlice, OfAnotherLeaf) {
  // One bit of the truth table, in one element, under a mask.
  auto Blend = [](const std::string &Mask) {
    return verdict(x86("  %0:v512\n  %1:v512\n  %2:v512 = const hex(" + Mask + R"()
  %3:v512 = VPANDDZrr %0, %2
  %4:v512 = VPANDNDZrr %2, %1
  %5:v512 = VPORDZrr %3, %4
  yield %5
=>
  %3:v512 = VPTERNLOGQZrri %0, %0, %1, 240
  yield %3
)"));
  };
  EXPECT_EQ(Blend(words("ffff", 32)), "proved");
  EXPECT_EQ(Blend(words("ffff", 31) + "ffef"), "refuted");
}

TEST(OneSlice, WithoutTheFact) {
  // The sign bit of one byte of 64 is not known to be 0.
  auto Chain = [](const std::string &Zeros) {
    return verdict(x86("  %0:v512 zeros=hex(" + Zeros + R"()
  %1:v512
  %2:v512
  %3:v512 = const splat(i16 1)
  %4:v512 = VPMADDUBSWZrr %0, %1
  %5:v512 = VPMADDWDZrr %4, %3
  %6:v512 = VPADDDZrr %2, %5
  yield %6
=>
  %4:v512 = VPDPBUSDZrr %2, %0, %1
  yield %4
)"));
  };
  EXPECT_EQ(Chain(words("8080", 32)), "proved");
  EXPECT_EQ(Chain(words("8080", 31) + "8000"), "refuted");
}

TEST(OneInput, IsFoundByTheSolver) {
  // Wrong for one dword value only, which no sample holds.
  for (const char *Compare : {"VPCMPEQDYrr %0, %1", "VPCMPEQDYrr %1, %0"}) {
    VerifyResult V = verified(x86(
        "  %0:v256\n  %1:v256 = const splat(i32 0x1b2d4a77)\n  %2:v256 = " + std::string(Compare) +
        "\n  %3:v256 = VPXORYrr %0, %2\n  yield %3\n=>\n  yield %0\n"));
    ASSERT_EQ(verdictName(V.V), "refuted");
    auto &C = std::get<Counterexample>(V.V);
    EXPECT_EQ(C.Leaves[0].extractBitsAsZExtValue(32, C.ChunkBit / 32 * 32), 0x1b2d4a77u);
  }
  // Between two signed bounds, one apart: never; two apart: once.
  auto Between = [](const std::string &Above) {
    return verdict(
        x86("  %0:v256\n  %1:v256 = const splat(i32 0x9b2d4a77)\n  %2:v256 = const splat(i32 " +
            Above + R"()
  %3:v256 = VPCMPGTDYrr %0, %1
  %4:v256 = VPCMPGTDYrr %2, %0
  %5:v256 = VPANDYrr %3, %4
  %6:v256 = VPORYrr %0, %5
  yield %6
=>
  yield %0
)"));
  };
  EXPECT_EQ(Between("0x9b2d4a78"), "proved");
  EXPECT_EQ(Between("0x9b2d4a79"), "refuted");
  EXPECT_EQ(Between("0x1b2d4a79"), "refuted");
}

TEST(Immediates, OnlyTheLowByteCounts) {
  auto Shift = [](const std::string &From, const std::string &To) {
    return verdict(x86("  %0:v512\n  %1:v512 = VPSRLDZri %0, " + From +
                       "\n  yield %1\n=>\n  %1:v512 = VPSRLDZri %0, " + To + "\n  yield %1\n"));
  };
  EXPECT_EQ(Shift("-1", "255"), "proved");
  EXPECT_EQ(Shift("-253", "3"), "proved");
  EXPECT_EQ(Shift("-253", "253"), "refuted");
  Expected<Rule> Large =
      parseRule("rule x86_64\n%0:v512\n%1:v512 = VPSRLDZri %0, 259\nyield %1\n=>\nyield %0\nend\n");
  ASSERT_FALSE(bool(Large));
  consumeError(Large.takeError());
}

constexpr const char *Mfma = "V_MFMA_I32_16X16X32I8_e64";

/// mfma(a, b, c) = what \p Target makes of %0, %1, %2.
std::string matrix(const std::string &Target) {
  return verdict(amd(std::string("  %0:l64\n  %1:l64\n  %2:l128\n  %3:l128 = ") + Mfma +
                     " %0, %1, %2\n  yield %3\n=>\n" + Target));
}

TEST(Matrix, OperandsMustNotBecomeMasked) {
  EXPECT_EQ(matrix("  %3:l128 = V_MFMA_I32_16X16X32I8_vgprcd_e64 %0, %1, %2\n  yield %3\n"),
            "proved");
  // A move writes under EXEC what the matrix unit reads from all lanes.
  for (const char *Part : {"0", "32"})
    EXPECT_EQ(matrix(std::string("  %3:l32 = EXTRACT %0, ") + Part + "\n  %4:l32 = EXTRACT %0, " +
                     (Part[0] == '0' ? "32" : "0") +
                     "\n  %5:l32 = V_MOV_B32_e32 %3\n  %6:l64 = CONCAT " +
                     (Part[0] == '0' ? "%5, %4" : "%4, %5") + "\n  %7:l128 = " + Mfma +
                     " %6, %1, %2\n  yield %7\n"),
              "refuted")
        << Part;
  // A sum of zero into the accumulator is no sum in lanes that are off.
  EXPECT_EQ(matrix(std::string("  %3:l128 = ") + Mfma + R"( %0, %1, %2
  %4:l32 = EXTRACT %3, 0
  %5:l32 = EXTRACT %3, 32
  %6:l32 = EXTRACT %3, 64
  %7:l32 = EXTRACT %3, 96
  %8:l32 = V_MOV_B32_e32 %7
  %9:l128 = CONCAT %4, %5, %6, %8
  yield %9
)"),
            "refuted");
}

TEST(Matrix, RegistersAndRowsAreToldApart) {
  auto Swapped = [](bool A, bool B) {
    return matrix("  %3:l32 = EXTRACT %0, 0\n  %4:l32 = EXTRACT %0, 32\n  %5:l32 = EXTRACT %1, 0\n "
                  " %6:l32 = EXTRACT %1, 32\n"
                  "  %7:l64 = CONCAT " +
                  std::string(A ? "%4, %3" : "%3, %4") + "\n  %8:l64 = CONCAT " +
                  std::string(B ? "%6, %5" : "%5, %6") + "\n  %9:l128 = " + Mfma +
                  " %7, %8, %2\n  yield %9\n");
  };
  EXPECT_EQ(Swapped(false, false), "proved");
  EXPECT_EQ(Swapped(true, true), "proved"); // the index that is summed over, in another order
  EXPECT_EQ(Swapped(true, false), "refuted");
  EXPECT_EQ(Swapped(false, true), "refuted");
  EXPECT_EQ(
      matrix(std::string(
                 "  %3:l32 = EXTRACT %2, 0\n  %4:l32 = EXTRACT %2, 32\n  %5:l32 = EXTRACT %2, 64\n"
                 "  %6:l32 = EXTRACT %2, 96\n  %7:l128 = CONCAT %3, %5, %4, %6\n  %8:l128 = ") +
             Mfma + " %0, %1, %7\n  yield %8\n"),
      "refuted");
}

TEST(Matrix, AccumulationsCommuteButFactorsDoNot) {
  auto Chain = [](const std::string &First, const std::string &Second) {
    return verdict(amd(std::string("  %0:l64\n  %1:l64\n  %2:l64\n  %3:l128\n  %4:l128 = ") + Mfma +
                       " %0, %1, %3\n  %5:l128 = " + Mfma +
                       " %2, %1, %4\n  yield %5\n=>\n  %4:l128 = " + Mfma + " " + First +
                       ", %3\n  %5:l128 = " + Mfma + " " + Second + ", %4\n  yield %5\n"));
  };
  EXPECT_EQ(Chain("%2, %1", "%0, %1"), "proved");
  EXPECT_EQ(Chain("%1, %2", "%0, %1"), "refuted");
  EXPECT_EQ(Chain("%2, %1", "%2, %1"), "refuted");
}

TEST(Matrix, TheAddsOfOtherRegisters) {
  auto Fold = [](unsigned Product, unsigned Addend, unsigned Result) {
    return verdict(amd(
        std::string("  %0:l64\n  %1:l64\n  %2:l128\n  %3:l128 = const splat(i8 0)\n  %4:l128 = ") +
        Mfma + " %0, %1, %3\n  %5:l32 = EXTRACT %4, " + std::to_string(Product) +
        "\n  %6:l32 = EXTRACT %2, " + std::to_string(Addend) +
        "\n  %7:l32 = V_ADD_U32_e64 %5, %6\n  yield %7\n=>\n  %4:l128 = " + Mfma +
        " %0, %1, %2\n  %5:l32 = EXTRACT %4, " + std::to_string(Result) + "\n  yield %5\n"));
  };
  EXPECT_EQ(Fold(64, 64, 64), "proved");
  EXPECT_EQ(Fold(64, 32, 64), "refuted");
  EXPECT_EQ(Fold(64, 64, 96), "refuted");
  EXPECT_EQ(Fold(0, 96, 96), "refuted");
}

TEST(Matrix, AnotherReaderOfTheSum) {
  // The inner product is an output as well: fused, it holds the sum.
  EXPECT_EQ(verdict(amd(
                std::string(
                    "  %0:l64\n  %1:l64\n  %2:l128\n  %3:l128 = const splat(i8 0)\n  %4:l128 = ") +
                Mfma +
                " %0, %1, %3\n  %5:l32 = EXTRACT %4, 0\n  %6:l32 = EXTRACT %2, 0\n  %7:l32 = "
                "V_ADD_U32_e64 %5, %6\n"
                "  yield %7, %4\n=>\n  %4:l128 = " +
                Mfma + " %0, %1, %2\n  %5:l32 = EXTRACT %4, 0\n  yield %5, %4\n")),
            "refuted");
}

TEST(Lanes, AScalarIsOneValueForTheWave) {
  auto Sum = [](const char *Type) {
    return verdict(amd(std::string("  %0:l32\n  %1:") + Type + R"(
  %2:l32 = V_ADD_U32_e64 %0, %1
  %3:l32 = V_SUB_U32_e64 %2, %0
  yield %3
=>
  yield %1
)"));
  };
  EXPECT_EQ(Sum("l32"), "proved");
  EXPECT_EQ(Sum("s32"), "proved");
  // The part of a register that is there in all lanes is not what a move makes.
  EXPECT_EQ(
      verdict(
          amd("  %0:l64\n  %1:s32 = const splat(i32 0)\n  %2:l32 = EXTRACT %0, 0\n  yield %2\n=>\n"
              "  %2:l32 = EXTRACT %0, 0\n  %3:l32 = V_ADD_U32_e64 %2, %1\n  yield %3\n")),
      "refuted");
}

TEST(Undef, APartOfItIsReadByWhoeverReadsThePart) {
  // A sub-register of an unspecified register, or a tuple with one in it, is no
  // instruction that settles its value: two readers may see two.
  const std::string Source = R"(
  %0:v256 = undef
  %1:v128 = const splat(i8 0)
  %2:v128 = VEXTRACTI128rri %0, 0
  %3:v128 = VPANDrr %2, %1
  yield %3
=>
)";
  EXPECT_EQ(
      verdict(x86(Source + "  %2:v128 = EXTRACT %0, 0\n  %3:v128 = VPXORrr %2, %2\n  yield %3\n")),
      "unknown");
  EXPECT_EQ(
      verdict(x86(Source + "  %2:v128 = EXTRACT %0, 0\n  %3:v128 = VPANDrr %2, %1\n  yield %3\n")),
      "proved");
  EXPECT_EQ(verdict(x86(Source + "  %2:v128 = VEXTRACTI128rri %0, 0\n  %3:v128 = VPXORrr %2, %2\n"
                                 "  yield %3\n")),
            "proved");
  EXPECT_EQ(verdict(amd(R"(
  %0:l32 = undef
  %1:l32 = const splat(i32 0)
  %2:l32 = V_AND_B32_e64 %0, %1
  yield %2
=>
  %2:l64 = CONCAT %0, %1
  %3:l32 = EXTRACT %2, 0
  %4:l32 = EXTRACT %2, 0
  %5:l32 = V_XOR_B32_e64 %3, %4
  yield %5
)")),
            "unknown");
}

TEST(Matrix, AScalarIsNotInLanesThatAreOff) {
  // Only a copy under EXEC brings it there, as a constant of lanes (which
  // AConstantIsNoConstantInLanesThatAreOff refutes).
  EXPECT_EQ(
      verdict(amd(std::string("  %0:l64\n  %1:s64 = const splat(i8 0)\n  %2:l128\n  %3:l128 = ") +
                  Mfma + " %0, %1, %2\n  yield %3\n=>\n  yield %2\n")),
      "unknown");
  EXPECT_EQ(
      verdict(amd(std::string("  %0:s128\n  %1:l64\n  %2:s64 = const splat(i8 0)\n  %3:l128 = ") +
                  Mfma + " %1, %2, %0\n  yield %3\n=>\n  yield %0\n")),
      "unknown");
}

TEST(Undef, ARefutationHoldsWhateverTheSourceChooses) {
  // The source may choose 0: that our witness does not is no counterexample.
  auto And = [](const std::string &Constant) {
    return verdict(x86("  %0:v128 = undef\n  %1:v128 = const splat(i8 0x0f)\n"
                       "  %2:v128 = const splat(i8 " +
                       Constant +
                       ")\n  %3:v128 = VPANDrr %0, %1\n"
                       "  yield %3\n=>\n  yield %2\n"));
  };
  EXPECT_EQ(And("0x0a"), "unknown");
  EXPECT_EQ(And("0x1a"), "refuted");
}

} // namespace
