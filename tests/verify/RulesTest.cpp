//===- tests/verify/RulesTest.cpp - Rules that hold and rules that must not
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

/// The chain of maddubs, madd with ones and add, against vpdpbusd.
Rule dotProduct(const std::string &Facts) {
  return x86("  %0:v512" + Facts + "\n" + R"(
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
)");
}

TEST(Vnni, MaddubsChainIsDpbusdForNibbles) {
  Rule R = dotProduct(" zeros=splat(i8 0xf0)");
  VerifyResult V = verified(R);
  EXPECT_EQ(verdictName(V.V), "proved") << V.Method;
  EXPECT_EQ(V.E.DistinctSlices, 1u);
  EXPECT_EQ(V.E.Slices, 16u);
  EXPECT_EQ(V.E.BySyntax, 1u);
  // The solver says so too, without our normal forms.
  VerifyResult Z = verified(R, solverOnly());
  EXPECT_EQ(verdictName(Z.V), "proved") << Z.Method;
  EXPECT_EQ(Z.E.BySolver, 1u);
  EXPECT_FALSE(Z.E.Solvers.empty());
}

TEST(Vnni, SaturationRefutesTheChainWithoutFacts) {
  Rule R = dotProduct("");
  for (const VerifyOptions &O : {VerifyOptions(), solverOnly()}) {
    VerifyResult V = verified(R, O);
    ASSERT_EQ(verdictName(V.V), "refuted") << V.Method;
    auto &C = std::get<Counterexample>(V.V);
    ASSERT_EQ(C.Leaves.size(), 4u);
    EXPECT_NE(C.SourceValue, C.TargetValue);
    EXPECT_EQ(C.SourceValue.getBitWidth(), 32u);
    EXPECT_EQ(C.Leaves[3], APInt::getSplat(512, APInt(16, 1)));
    // Worked out by hand: a pair of products leaves 16 bits in that dword.
    bool Saturates = false;
    for (unsigned Pair = 0; Pair < 2; ++Pair) {
      int64_t Sum = 0;
      for (unsigned I = 0; I < 2; ++I) {
        unsigned At = C.ChunkBit + Pair * 16 + I * 8;
        Sum += int64_t(C.Leaves[0].extractBitsAsZExtValue(8, At)) *
               C.Leaves[1].extractBits(8, At).getSExtValue();
      }
      Saturates |= Sum != int16_t(Sum);
    }
    EXPECT_TRUE(Saturates);
  }
}

TEST(Vnni, CounterexamplesKeepTheFacts) {
  VerifyResult V = verified(dotProduct(" zeros=splat(i8 0x0f) ones=splat(i8 0x20)"));
  ASSERT_EQ(verdictName(V.V), "refuted") << V.Method;
  const APInt &A = std::get<Counterexample>(V.V).Leaves[0];
  EXPECT_FALSE(A.intersects(APInt::getSplat(512, APInt(8, 0x0f))));
  EXPECT_TRUE(APInt::getSplat(512, APInt(8, 0x20)).isSubsetOf(A));
}

TEST(Vnni, WeakestFactIsTheSignBit) {
  for (const char *Facts : {" zeros=splat(i8 0xf0)", " zeros=splat(i8 0xf8) ones=splat(i8 0x01)"}) {
    Expected<Rule> W = weakenFacts(dotProduct(Facts));
    ASSERT_TRUE(bool(W)) << toString(W.takeError());
    EXPECT_EQ(W->W.Leaves[0].Zeros, APInt::getSplat(512, APInt(8, 0x80)));
    EXPECT_TRUE(W->W.Leaves[0].Ones.isZero());
    EXPECT_EQ(verdict(*W), "proved");
  }
  Expected<Rule> Wrong = weakenFacts(dotProduct(""));
  ASSERT_FALSE(bool(Wrong));
  consumeError(Wrong.takeError());
}

TEST(Vnni, FactsThatNoProofNeedsGo) {
  Rule R = x86(R"(
  %0:v512 zeros=splat(i32 0x80000001) ones=splat(i8 0x02)
  %1:v512
  %2:v512 = const splat(i8 0)
  %3:v512 = VPDPBUSDZrr %2, %0, %1
  %4:v512 = VPADDDZrr %1, %3
  yield %4
=>
  %3:v512 = VPDPBUSDZrr %1, %0, %1
  yield %3
)");
  Expected<Rule> W = weakenFacts(R);
  ASSERT_TRUE(bool(W)) << toString(W.takeError());
  EXPECT_FALSE(W->W.Leaves[0].hasFacts());
}

TEST(Vnni, ZeroAccumulator) {
  EXPECT_EQ(verdict(x86(R"(
  %0:v256
  %1:v256
  %2:v256
  %3:v256 = const splat(i8 0)
  %4:v256 = VPDPBUSDZ256rr %3, %0, %1
  %5:v256 = VPADDDZ256rr %4, %2
  yield %5
=>
  %4:v256 = VPDPBUSDZ256rr %2, %0, %1
  yield %4
)")),
            "proved");
  // The accumulator is not a factor.
  EXPECT_EQ(verdict(x86(R"(
  %0:v256
  %1:v256
  %2:v256
  %3:v256 = const splat(i8 0)
  %4:v256 = VPDPBUSDZ256rr %3, %0, %1
  %5:v256 = VPADDDZ256rr %4, %2
  yield %5
=>
  %4:v256 = VPDPBUSDZ256rr %0, %2, %1
  yield %4
)")),
            "refuted");
}

// llc lowers sext of <4 x i16> on SSE2 to this; with the undefined operand as
// LLVM's poison any constant would be proved.
const std::string SextOnSSE2 = R"(
  %0:v128 = undef
  %1:v128
  %2:v128 = const splat(i32 42)
  %3:v128 = PUNPCKLWDrr %0, %1
  %4:v128 = PSRADri %3, 16
  yield %4
=>
)";

TEST(Undef, SextOfAnUnpackIsNoConstant) {
  EXPECT_EQ(verdict(x86(SextOnSSE2 + "  yield %2\n")), "refuted");
  EXPECT_EQ(verdict(x86(SextOnSSE2 + "  yield %0\n")), "refuted");
  EXPECT_EQ(verdict(x86(SextOnSSE2 + "  %3:v128 = PMOVSXWDrr %1\n  yield %3\n")), "proved");
  EXPECT_EQ(verdict(x86(SextOnSSE2 + "  %3:v128 = PMOVZXWDrr %1\n  yield %3\n")), "refuted");
  EXPECT_EQ(
      verdict(x86(SextOnSSE2 +
                  "  %3:v128 = VPUNPCKLWDrr %0, %1\n  %4:v128 = VPSRADri %3, 16\n  yield %4\n")),
      "proved");
}

TEST(Undef, AnUnspecifiedValueIsFreshForEachRead) {
  const std::string Source = R"(
  %0:v128 = undef
  %1:v128 = const splat(i8 0)
  %2:v128 = VPANDrr %0, %1
  yield %2
=>
)";
  VerifyResult V = verified(x86(Source + "  %2:v128 = VPXORrr %0, %0\n  yield %2\n"));
  ASSERT_EQ(verdictName(V.V), "unknown");
  EXPECT_NE(std::get<Unknown>(V.V).Reason.find("%0 more than once"), std::string::npos);
  EXPECT_EQ(verdict(x86(Source + "  yield %1\n")), "proved");
  // One read whose result is used twice is one value.
  EXPECT_EQ(verdict(x86(Source + "  %2:v128 = VPANDrr %0, %0\n  yield %2\n")), "unknown");
  EXPECT_EQ(
      verdict(x86(Source + "  %2:v128 = VPABSDrr %0\n  %3:v128 = VPXORrr %2, %2\n  yield %3\n")),
      "proved");
}

TEST(Shifts, CountsPastTheWidth) {
  auto Shift = [](const std::string &Op, unsigned Count, const std::string &Target) {
    return verdict(x86("  %0:v512\n  %1:v512 = const splat(i8 0)\n  %2:v512 = " + Op + " %0, " +
                       std::to_string(Count) + "\n  yield %2\n=>\n" + Target));
  };
  EXPECT_EQ(Shift("VPSRLWZri", 16, "  yield %1\n"), "proved");
  EXPECT_EQ(Shift("VPSRLWZri", 255, "  yield %1\n"), "proved");
  EXPECT_EQ(Shift("VPSRLWZri", 15, "  yield %1\n"), "refuted");
  EXPECT_EQ(Shift("VPSLLQZri", 64, "  yield %1\n"), "proved");
  EXPECT_EQ(Shift("VPSRADZri", 200, "  yield %1\n"), "refuted");
  EXPECT_EQ(Shift("VPSRADZri", 200, "  %2:v512 = VPSRADZri %0, 31\n  yield %2\n"), "proved");
  EXPECT_EQ(Shift("VPSRADZri", 200, "  %2:v512 = VPSRADZri %0, 30\n  yield %2\n"), "refuted");
  // The vector unit of a GPU takes the count modulo 32.
  EXPECT_EQ(verdict(amd(R"(
  %0:l32
  %1:l32 = const splat(i32 32)
  %2:l32 = const splat(i32 0)
  %3:l32 = V_LSHLREV_B32_e64 %1, %0
  yield %3
=>
  yield %2
)")),
            "refuted");
}

TEST(Shifts, TwoIntoOneNeedsTheRightImmediate) {
  auto Sum = [](unsigned Imm) {
    return verdict(
        x86("  %0:v256\n  %1:v256 = VPSRLDYri %0, 3\n  %2:v256 = VPSRLDYri %1, 4\n  yield %2\n=>\n"
            "  %1:v256 = VPSRLDYri %0, " +
            std::to_string(Imm) + "\n  yield %1\n"));
  };
  EXPECT_EQ(Sum(7), "proved");
  EXPECT_EQ(Sum(8), "refuted");
  EXPECT_EQ(Sum(6), "refuted");
}

TEST(Shifts, VariableCounts) {
  // Two shifts by one count, as one shift of the and; by another count not.
  const std::string Source = R"(
  %0:v256
  %1:v256
  %2:v256
  %3:v256 = VPSRLVDYrr %0, %2
  %4:v256 = VPSRLVDYrr %1, %2
  %5:v256 = VPANDYrr %3, %4
  yield %5
=>
)";
  EXPECT_EQ(
      verdict(
          x86(Source + "  %3:v256 = VPANDYrr %0, %1\n  %4:v256 = VPSRLVDYrr %3, %2\n  yield %4\n")),
      "proved");
  EXPECT_EQ(
      verdict(
          x86(Source + "  %3:v256 = VPANDYrr %0, %1\n  %4:v256 = VPSRLVQYrr %3, %2\n  yield %4\n")),
      "refuted");
}

TEST(Masks, AllSixtyFourBitsAreCompared) {
  auto Twice = [](const std::string &Op) {
    return verdict(x86("  %0:k64\n  %1:k64 = " + Op + " %0\n  %2:k64 = " + Op +
                       " %1\n  yield %2\n=>\n  yield %0\n"));
  };
  EXPECT_EQ(Twice("KNOTWkk"), "refuted"); // bits 16..63 become 0
  EXPECT_EQ(Twice("KNOTBkk"), "refuted");
  EXPECT_EQ(Twice("KNOTQkk"), "proved");
  VerifyResult V = verified(
      x86("  %0:k64\n  %1:k64 = KNOTWkk %0\n  %2:k64 = KNOTWkk %1\n  yield %2\n=>\n  yield %0\n"));
  EXPECT_GE(std::get<Counterexample>(V.V).ChunkBit, 16u);
  // A compare writes zeros there, so its complement twice is itself.
  EXPECT_EQ(verdict(x86(R"(
  %0:v512
  %1:v512
  %2:k64 = VPCMPEQDZrr %0, %1
  %3:k64 = KNOTWkk %2
  %4:k64 = KNOTWkk %3
  yield %4
=>
  %2:k64 = VPCMPEQDZrr %0, %1
  yield %2
)")),
            "proved");
}

TEST(Extensions, ZeroAndSignAreToldApart) {
  auto Steps = [](const std::string &First, const std::string &Second, const std::string &Once) {
    return verdict(x86("  %0:v128\n  %1:v256 = " + First + " %0\n  %2:v512 = " + Second +
                       " %1\n  yield %2\n=>\n" + "  %1:v512 = " + Once + " %0\n  yield %1\n"));
  };
  EXPECT_EQ(Steps("VPMOVZXBWZ256rr", "VPMOVZXWDZrr", "VPMOVZXBDZrr"), "proved");
  EXPECT_EQ(Steps("VPMOVZXBWZ256rr", "VPMOVSXWDZrr", "VPMOVZXBDZrr"), "proved");
  EXPECT_EQ(Steps("VPMOVSXBWZ256rr", "VPMOVSXWDZrr", "VPMOVSXBDZrr"), "proved");
  EXPECT_EQ(Steps("VPMOVSXBWZ256rr", "VPMOVZXWDZrr", "VPMOVSXBDZrr"), "refuted");
  EXPECT_EQ(Steps("VPMOVZXBWZ256rr", "VPMOVZXWDZrr", "VPMOVSXBDZrr"), "refuted");
}

TEST(Arithmetic, CommutedMultiplyAdds) {
  EXPECT_EQ(verdict(x86(R"(
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = VPMADDWDZrr %0, %1
  %4:v512 = VPADDDZrr %3, %2
  yield %4
=>
  %3:v512 = VPMADDWDZrr %1, %0
  %4:v512 = VPADDDZrr %2, %3
  yield %4
)")),
            "proved");
  // Of maddubs one operand is unsigned and one signed.
  EXPECT_EQ(verdict(x86(R"(
  %0:v512
  %1:v512
  %2:v512 = VPMADDUBSWZrr %0, %1
  yield %2
=>
  %2:v512 = VPMADDUBSWZrr %1, %0
  yield %2
)")),
            "refuted");
}

TEST(Arithmetic, WordDotProductFuses) {
  EXPECT_EQ(verdict(x86(R"(
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = VPMADDWDZrr %0, %1
  %4:v512 = VPADDDZrr %3, %2
  yield %4
=>
  %3:v512 = VPDPWSSDZrr %2, %1, %0
  yield %3
)")),
            "proved");
  // Not the saturating one.
  EXPECT_EQ(verdict(x86(R"(
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = VPMADDWDZrr %0, %1
  %4:v512 = VPADDDZrr %3, %2
  yield %4
=>
  %3:v512 = VPDPWSSDSZrr %2, %0, %1
  yield %3
)")),
            "refuted");
}

TEST(Logic, TernaryTruthTables) {
  auto Xor3 = [](unsigned Imm) {
    return verified(x86("  %0:v512\n  %1:v512\n  %2:v512\n  %3:v512 = VPXORDZrr %0, %1\n  %4:v512 "
                        "= VPXORQZrr %3, %2\n"
                        "  yield %4\n=>\n  %3:v512 = VPTERNLOGDZrri %0, %1, %2, " +
                        std::to_string(Imm) + "\n  yield %3\n"));
  };
  VerifyResult V = Xor3(0x96);
  EXPECT_EQ(verdictName(V.V), "proved") << V.Method;
  EXPECT_EQ(V.E.DistinctSlices, 1u); // one bit stands for 512
  EXPECT_EQ(verdictName(Xor3(0x97).V), "refuted");
}

TEST(Permutes, VariableIndices) {
  const std::string Source = R"(
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = VPERMBZrr %1, %0
  %4:v512 = VPERMBZrr %2, %3
  yield %4
=>
)";
  // Permute by the permuted indices; the bytes of an index past 63 wrap.
  VerifyResult V = verified(
      x86(Source + "  %3:v512 = VPERMBZrr %2, %1\n  %4:v512 = VPERMBZrr %3, %0\n  yield %4\n"));
  EXPECT_EQ(verdictName(V.V), "proved") << V.Method;
  EXPECT_EQ(
      verdict(
          x86(Source + "  %3:v512 = VPERMBZrr %1, %2\n  %4:v512 = VPERMBZrr %3, %0\n  yield %4\n")),
      "refuted");
}

TEST(Galois, ComposedMatrices) {
  // Two affine maps with constant matrices are one: x -> x with bits reversed,
  // twice.
  const std::string Reverse = "const splat(i64 0x8040201008040201)",
                    Identity = "const splat(i64 0x0102040810204080)";
  auto Compose = [&](const std::string &Matrix) {
    return verdict(x86("  %0:v512\n  %1:v512 = " + Reverse + "\n  %2:v512 = " + Matrix + R"(
  %3:v512 = VGF2P8AFFINEQBZrri %0, %1, 0
  %4:v512 = VGF2P8AFFINEQBZrri %3, %1, 5
  yield %4
=>
  %3:v512 = VGF2P8AFFINEQBZrri %0, %2, 5
  yield %3
)"));
  };
  EXPECT_EQ(Compose(Identity), "proved");
  EXPECT_EQ(Compose(Reverse), "refuted");
}

/// True, and past everything here: x y is (x & y) (x | y) + (x & ~y) (y & ~x).
Rule productOfParts() {
  return x86(R"(
  %0:v512
  %1:v512
  %2:v512 = VPANDDZrr %0, %1
  %3:v512 = VPORDZrr %0, %1
  %4:v512 = VPANDNDZrr %1, %0
  %5:v512 = VPANDNDZrr %0, %1
  %6:v512 = VPMULLDZrr %2, %3
  %7:v512 = VPMULLDZrr %4, %5
  %8:v512 = VPADDDZrr %6, %7
  yield %8
=>
  %2:v512 = VPMULLDZrr %0, %1
  yield %2
)");
}

TEST(Budgets, ATimeOutIsUnknown) {
  VerifyOptions Tiny;
  Tiny.RLimit = 20'000;
  VerifyResult V = verified(productOfParts(), Tiny);
  ASSERT_EQ(verdictName(V.V), "unknown") << V.Method;
  EXPECT_NE(std::get<Unknown>(V.V).Reason.find("solver budget"), std::string::npos);
}

TEST(Budgets, TheWatchdogKills) {
  VerifyOptions Hung;
  Hung.RLimit = 4'000'000'000;
  Hung.WatchdogMs = 300;
  VerifyResult K = verified(productOfParts(), Hung);
  EXPECT_EQ(verdictName(K.V), "killed");
  EXPECT_LT(K.E.Seconds, 5.0);
}

TEST(Budgets, ResourcesRepeat) {
  Rule R = dotProduct(" zeros=splat(i8 0xe0)");
  VerifyOptions Z = solverOnly();
  VerifyResult A = verified(R, Z), B = verified(R, Z);
  EXPECT_EQ(A.Method, B.Method);
}

TEST(Errors, MalformedRulesAreNoVerdicts) {
  Rule R = dotProduct("");
  R.Target.Nodes[0].Ops[0] = 99;
  Expected<VerifyResult> V = verify(R);
  ASSERT_FALSE(bool(V));
  consumeError(V.takeError());
}

TEST(Errors, UnsupportedMeaningsAreUnknownByName) {
  // Rows of our own: what a proof cannot follow, it names.
  auto Try = [](const std::string &Name, SemFn Fn) {
    Row Own;
    Own.Name = Name;
    Own.Meaning = std::move(Fn);
    Own.Def = {RegKind::Gpr, 32};
    Own.Ins = {Own.Def, Own.Def};
    Own.Uses = {{OperandSpec::Reg, Own.Def, 8, 0}, {OperandSpec::Reg, Own.Def, 8, 0}};
    Rule R;
    R.W.Isa = cantFail(TargetIsa::get("x86_64"));
    R.W.Leaves.resize(2);
    R.W.Leaves[0].Ty = R.W.Leaves[1].Ty = Own.Def;
    R.W.Source.Nodes.push_back({&Own, Own.Def, {0, 1}, {}});
    R.W.Source.Outputs = {2};
    R.Target = R.W.Source;
    VerifyResult V = verified(R);
    EXPECT_EQ(verdictName(V.V), "unknown");
    EXPECT_NE(V.Method.find(Name), std::string::npos) << V.Method;
    return V.Method;
  };
  EXPECT_NE(Try("DIV",
                [](Sem &S) { S.out({&S, S.builder().CreateUDiv(S.raw(0).get(), S.raw(1).get())}); })
                .find("udiv"),
            std::string::npos);
  // With LLVM's poison in it, nothing may be concluded.
  EXPECT_NE(
      Try("NSW",
          [](Sem &S) { S.out({&S, S.builder().CreateNSWAdd(S.raw(0).get(), S.raw(1).get())}); })
          .find("poison"),
      std::string::npos);
  EXPECT_NE(Try("POISON",
                [](Sem &S) {
                  Value *P = PoisonValue::get(S.raw(0).type());
                  S.out({&S, S.builder().CreateSelect(
                                 S.builder().CreateICmpEQ(S.raw(0).get(), S.raw(1).get()),
                                 S.raw(0).get(), P)});
                })
                .find("poison"),
            std::string::npos);
}

} // namespace
