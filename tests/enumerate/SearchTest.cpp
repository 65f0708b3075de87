//===- tests/enumerate/SearchTest.cpp - What search finds and refuses ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/enumerate/TestSupport.h"
#include <thread>

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

static const char DpbusdWindow[] = R"(window x86_64
  %0:v512
  %1:v512
  %2:v512 = const splat(i32 0)
  %3:v512
  %4:v512 = VPDPBUSDZrr %2, %0, %1
  %5:v512 = VPADDDZrr %3, %4
  yield %5
end
)";

static std::string maddubs(StringRef Facts) {
  return ("window x86_64\n"
          "  %0:v512" +
          Facts +
          "\n"
          "  %1:v512\n"
          "  %2:v512\n"
          "  %3:v512 = const splat(i16 1)\n"
          "  %4:v512 = VPMADDUBSWZrr %0, %1\n"
          "  %5:v512 = VPMADDWDZrr %4, %3\n"
          "  %6:v512 = VPADDDZrr %2, %5\n"
          "  yield %6\n"
          "end\n")
      .str();
}

TEST(Search, DpbusdIntoZeroTakesTheAccumulator) {
  Window W = window(DpbusdWindow);
  auto STI = cpu(W, "sapphirerapids");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 60;
  SearchResult R = find(W, O, Check.fn());
  EXPECT_EQ(opcodes(R), "VPDPBUSDZrr");
  EXPECT_TRUE(R.Exhausted);
  EXPECT_GT(R.CandidatesToFirst, 0u);
  EXPECT_LE(R.CandidatesToFirst, R.Candidates);
  for (const Rule &Found : R.Proved)
    EXPECT_LT(staticCost(Found.W, Found.Target), staticCost(Found.W, Found.W.Source));
}

TEST(Search, NibblesMakeMaddubsADotProduct) {
  Window W = window(maddubs(" zeros=splat(i8 0xf0)"));
  auto STI = cpu(W, "icelake-server");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  SearchResult R = find(W, O, Check.fn());
  EXPECT_EQ(opcodes(R), "VPDPBUSDZrr");
  EXPECT_EQ(R.Proved.front().W.Leaves[0].Zeros.popcount(), 256u) << "the fact stays a precondition";
}

TEST(Search, WithoutTheFactSaturationRefutesTheDotProduct) {
  Window W = window(maddubs(""));
  auto STI = cpu(W, "icelake-server");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 60;
  O.MaxInstructions = 2;
  SearchResult R = find(W, O, Check.fn());
  EXPECT_TRUE(R.Exhausted);
  for (const Rule &Found : R.Proved)
    EXPECT_EQ(printRule(Found).find("VPDPBUSD"), std::string::npos) << printRule(Found);
}

TEST(Search, ClassesWithoutALegalMemberAreLeftOut) {
  Window W = window(DpbusdWindow);
  auto STI = cpu(W, "skylake-avx512"); // no VNNI
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 60;
  SearchResult R = find(W, O, Check.fn());
  EXPECT_TRUE(R.Proved.empty()) << opcodes(R);
  EXPECT_TRUE(R.Exhausted);
}

TEST(Search, TernaryLogicIsSolvedNotEnumerated) {
  // (a & b) | ((a ^ b) & c): majority.
  Window W = window(R"(window x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = VPANDDZrr %0, %1
  %4:v512 = VPXORDZrr %0, %1
  %5:v512 = VPANDDZrr %4, %2
  %6:v512 = VPORDZrr %3, %5
  yield %6
end
)");
  auto STI = cpu(W, "skylake-avx512");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.MaxInstructions = 1;
  SearchResult R = find(W, O, Check.fn());
  ASSERT_FALSE(R.Proved.empty());
  EXPECT_TRUE(StringRef(opcodes(R)).starts_with("VPTERNLOG")) << opcodes(R);
  EXPECT_EQ(R.Proved.front().Target.Nodes[0].Imms[0], 0xe8);
  EXPECT_EQ(Check.Asked, 1u);
}

TEST(Search, TwoConstantAffineMapsAreOneWithANewConstant) {
  Window W = window(R"(window x86_64
  %0:v512
  %1:v512 = const splat(i64 0x8040201008040281)
  %2:v512 = const splat(i64 0x0102040810204182)
  %3:v512 = VGF2P8AFFINEQBZrri %0, %1, 5
  %4:v512 = VGF2P8AFFINEQBZrri %3, %2, 99
  yield %4
end
)");
  auto STI = cpu(W, "icelake-server");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  SearchResult R = find(W, O, Check.fn());
  ASSERT_EQ(opcodes(R), "VGF2P8AFFINEQBZrri");
  const Rule &Found = R.Proved.front();
  unsigned New = Found.Target.Nodes[0].Ops[1];
  ASSERT_LT(New, Found.W.numLeaves());
  EXPECT_TRUE(Found.W.Leaves[New].Const.has_value());
  EXPECT_TRUE(Found.W.Leaves[New].Const->isSplat(64));
  EXPECT_EQ(staticCost(Found.W, Found.Target).ConstantBytes, 64u);
}

TEST(Search, ConstantsAreFoldedThroughInstructions) {
  // (x + 3) + 4 is x + 7, a constant that the window has not got.
  Window W = window(R"(window x86_64
  %0:v512
  %1:v512 = const splat(i32 3)
  %2:v512 = const splat(i32 4)
  %3:v512 = VPADDDZrr %0, %1
  %4:v512 = VPADDDZrr %3, %2
  yield %4
end
)");
  auto STI = cpu(W, "icelake-server");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  SearchResult R = find(W, O, Check.fn());
  ASSERT_EQ(R.Proved.size(), 1u);
  EXPECT_EQ(R.Proved.front().Target.Nodes.size(), 1u) << printRule(R.Proved.front());
}

TEST(Search, ThreeInstructionsWithASharedValue) {
  // Four instructions for |x| without VPABSD in the pool's CPU: sse2 has none,
  // and (x ^ (x >> 31)) - (x >> 31) shares its shift.
  Window W = window(R"(window x86_64
  %0:v128
  %1:v128 = const splat(i32 0)
  %2:v128 = PSUBDrr %1, %0
  %3:v128 = PCMPGTDrr %1, %0
  %4:v128 = PANDrr %3, %2
  %5:v128 = PANDNrr %3, %0
  %6:v128 = PORrr %4, %5
  yield %6
end
)");
  auto STI = cpu(W, "x86-64");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 60;
  SearchResult R = find(W, O, Check.fn());
  ASSERT_FALSE(R.Proved.empty());
  EXPECT_EQ(staticCost(R.Proved[0].W, R.Proved[0].Target).Instructions, 3u)
      << printRule(R.Proved[0]);
}

TEST(Search, UnspecifiedValueDoesNotBecomeAConstant) {
  // SSE2's sign extension unpacks with IMPLICIT_DEF.
  Window W = window(R"(window x86_64
  %0:v128
  %1:v128 = undef
  %2:v128 = PUNPCKLWDrr %1, %0
  %3:v128 = PSRADri %2, 16
  yield %3
end
)");
  auto STI = cpu(W, "x86-64");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  SearchResult R = find(W, O, Check.fn());
  for (const Rule &Found : R.Proved) {
    EXPECT_FALSE(Found.Target.Nodes.empty()) << printRule(Found);
  }
}

static std::string rulesText(const SearchResult &R) {
  std::string S;
  for (const Rule &X : R.Proved)
    S += printRule(X);
  return S;
}

TEST(Search, SameInputsSameRulesAndCounts) {
  for (const std::string &Text : {std::string(DpbusdWindow), maddubs(" zeros=splat(i8 0xf0)")}) {
    Window W = window(Text);
    auto STI = cpu(W, "icelake-server");
    std::string First;
    uint64_t Candidates = 0;
    for (unsigned Threads : {1u, 2u, 2u}) {
      RandomChecker Check;
      SearchOptions O;
      O.STI = STI.get();
      O.Seconds = 60;
      O.Threads = Threads;
      SearchResult R = find(W, O, Check.fn());
      EXPECT_TRUE(R.Exhausted);
      if (First.empty()) {
        First = rulesText(R);
        Candidates = R.Candidates;
        EXPECT_FALSE(First.empty());
      }
      EXPECT_EQ(rulesText(R), First);
      EXPECT_EQ(R.Candidates, Candidates);
    }
  }
}

namespace {
class Reversed final : public CandidateRanker {
public:
  StringRef name() const override { return "reversed"; }
  std::vector<const OpClass *> order(const Window &W, ArrayRef<const OpClass *> Pool) override {
    auto Order = makeCostRanker()->order(W, Pool);
    std::reverse(Order.begin(), Order.end());
    return Order;
  }
};
class Forgetful final : public CandidateRanker {
public:
  StringRef name() const override { return "forgetful"; }
  std::vector<const OpClass *> order(const Window &, ArrayRef<const OpClass *>) override {
    return {};
  }
};
} // namespace

TEST(Search, OrderDecidesWhenNeverWhat) {
  Window W = window(maddubs(" zeros=splat(i8 0xf0)"));
  auto STI = cpu(W, "icelake-server");
  SearchOptions O;
  O.STI = STI.get();
  RandomChecker Check;
  SearchResult A = find(W, O, Check.fn());
  Reversed Back;
  SearchResult B = cantFail(search(W, O, Back, Check.fn()));
  Forgetful None;
  SearchResult C = cantFail(search(W, O, None, Check.fn()));
  ASSERT_FALSE(A.Proved.empty());
  StaticCost Cost = staticCost(A.Proved[0].W, A.Proved[0].Target);
  EXPECT_EQ(opcodes(B), opcodes(A));
  EXPECT_EQ(opcodes(C), opcodes(A));
  EXPECT_EQ(staticCost(B.Proved[0].W, B.Proved[0].Target), Cost);
}

TEST(Search, CounterexampleSplitsMergedValues) {
  // No random test has a dword equal to the constant, so the comparison looks
  // like zero, which is cheaper, and is merged with it. Only a counterexample
  // brings it back; without that nothing is found.
  Window W = window(R"(window x86_64
  %0:v256
  %1:v256 = const splat(i32 0x12345678)
  %2:v256
  %3:v256 = const splat(i32 0)
  %4:v256 = VPCMPEQDYrr %0, %1
  %5:v256 = VPSUBDYrr %3, %4
  %6:v256 = VPSUBDYrr %2, %5
  yield %6
end
)");
  auto STI = cpu(W, "haswell");
  unsigned Refuted = 0;
  VerifyFn Knowing = [&](const Rule &R) {
    // The constant, and values that agree with it in some bytes only.
    for (uint32_t X : {0x12345678u, 0x12340000u, 0x5678u, 0x78u, 0x12000000u}) {
      CandidateVerdict V{CandidateVerdict::Refuted, {}};
      for (const Leaf &L : R.W.Leaves)
        V.Counterexample.push_back(L.Const ? *L.Const : APInt::getSplat(L.Ty.Bits, APInt(32, X)));
      TestSet Tests(R.W.Leaves, 32, 77);
      EXPECT_TRUE(Tests.add(V.Counterexample));
      if (values(R.W, R.W.Source, Tests) == values(R.W, R.Target, Tests))
        continue;
      ++Refuted;
      return V;
    }
    return CandidateVerdict{CandidateVerdict::Proved, {}};
  };
  SearchOptions O;
  O.STI = STI.get();
  SearchResult R = find(W, O, Knowing);
  EXPECT_GE(Refuted, 1u);
  EXPECT_EQ(R.Refuted, Refuted);
  ASSERT_FALSE(R.Proved.empty());
  EXPECT_EQ(opcodes(R), "VPCMPEQDYrr VPADDDYrr") << printRule(R.Proved[0]);
}

TEST(Search, StopFlagIsObeyed) {
  // Nothing to find, plenty to try.
  Window W = window(R"(window x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:v512
  %4:v512 = VPMULLDZrr %0, %1
  %5:v512 = VPMULLDZrr %2, %3
  %6:v512 = VPSUBDZrr %4, %5
  %7:v512 = VPMULLDZrr %6, %0
  %8:v512 = VPSHUFBZrr %7, %1
  yield %8
end
)");
  auto STI = cpu(W, "icelake-server");
  RandomChecker Check;
  std::atomic<bool> Stop{false};
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 60;
  O.Stop = &Stop;
  std::chrono::steady_clock::time_point Asked;
  std::thread Interrupt([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));
    Asked = std::chrono::steady_clock::now();
    Stop = true;
  });
  SearchResult R = find(W, O, Check.fn());
  auto Late = std::chrono::steady_clock::now() - Asked;
  Interrupt.join();
  EXPECT_FALSE(R.Exhausted);
  EXPECT_LT(std::chrono::duration<double>(Late).count(), 0.3);
}

TEST(Search, BudgetAndFirstSolutionEndEarly) {
  Window W = window(DpbusdWindow);
  auto STI = cpu(W, "icelake-server");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  SearchResult Whole = find(W, O, Check.fn());
  O.FirstSolution = true;
  SearchResult First = find(W, O, Check.fn());
  EXPECT_EQ(First.Proved.size(), 1u);
  EXPECT_LE(First.Candidates, Whole.Candidates);
  O.FirstSolution = false;
  O.CandidateBudget = 1;
  SearchResult Tiny = find(W, O, Check.fn());
  EXPECT_TRUE(Tiny.Proved.empty());
  EXPECT_FALSE(Tiny.Exhausted);
}

TEST(Search, FullTableGoesOnAndSaysSo) {
  Window W = window(maddubs(" zeros=splat(i8 0xf0)"));
  auto STI = cpu(W, "icelake-server");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.MaxTableBytes = 20000; // the leaves and a few values
  SearchResult R = find(W, O, Check.fn());
  EXPECT_EQ(opcodes(R), "VPDPBUSDZrr");
  O.MaxInstructions = 2;
  Window Deep = window(maddubs(""));
  EXPECT_FALSE(find(Deep, O, Check.fn()).Exhausted);
}

TEST(Search, ByteSelectorsAreSolved) {
  // Bytes of two values, a sign and a zero, from shifts and a permutation.
  Window W = window(R"(window amdgcn
  %0:l32
  %1:l32
  %2:l32 = const splat(i32 0x00000008)
  %3:l32 = const splat(i32 0x0c0a0500)
  %4:l32 = V_LSHLREV_B32_e64 %2, %1
  %5:l32 = V_PERM_B32_e64 %0, %4, %3
  yield %5
end
)");
  auto STI = cpu(W, "gfx942");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 30;
  O.FirstSolution = true;
  SearchResult R = find(W, O, Check.fn());
  ASSERT_FALSE(R.Proved.empty());
  const Rule &Found = R.Proved[0];
  ASSERT_EQ(Found.Target.Nodes.size(), 1u) << printRule(Found);
  EXPECT_EQ(Found.Target.Nodes[0].R->Name, "V_PERM_B32_e64");
}

TEST(Search, TheSourcesLoadIsDoneAgain) {
  // All elements of a broadcast are equal: no order of them is another value.
  const char Shuffled[] = R"(window x86_64
  %0:v32
  %1:v512 = VBROADCASTSSZrm %0
  %2:v512 = VPSHUFDZri %1, 27
  yield %2
end
)";
  Window W = window(Shuffled);
  auto STI = cpu(W, "skylake-avx512");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.MaxInstructions = 2;
  SearchResult R = find(W, O, Check.fn());
  EXPECT_EQ(opcodes(R), "VBROADCASTSSZrm");
  // A register of those bits is another matter: every candidate reads it.
  for (const Rule &Found : R.Proved)
    EXPECT_FALSE(bool(checkRule(Found))) << printRule(Found);
}

TEST(Search, IntegersBecomeATestForClassesOfNumbers) {
  // Neither finite: magnitude at least infinity's.
  Window W = window(R"(window x86_64
  %0:v512
  %1:v512
  %2:v512 = const splat(i32 0x7fffffff)
  %3:v512 = const splat(i32 0x7f800000)
  %4:v512 = VPANDDZrr %1, %2
  %5:k64 = VPCMPDZrri %3, %4, 2
  %6:v512 = VMOVDQA32Zrrk %0, %5, %1
  yield %6
end
)");
  auto STI = cpu(W, "znver5");
  RandomChecker Check;
  Check.Floats = true;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 60;
  O.MaxInstructions = 2;
  SearchResult R = find(W, O, Check.fn());
  ASSERT_FALSE(R.Proved.empty());
  EXPECT_TRUE(StringRef(opcodes(R)).starts_with("VFPCLASSPSZri")) << opcodes(R);
  EXPECT_EQ(R.Proved.front().Target.Nodes[0].Imms[0] & 0xff, 0x99);
}

TEST(Search, BadWindowIsAnError) {
  Window W = window(DpbusdWindow);
  W.Source.Nodes[0].Ops.pop_back();
  auto Ranker = makeCostRanker();
  EXPECT_TRUE(errorToBool(
      search(W, {}, *Ranker, [](const Rule &) { return CandidateVerdict(); }).takeError()));
}

TEST(Search, UndecidedCandidatesAreCountedAndEndTheSearch) {
  Window W = window(DpbusdWindow);
  auto STI = cpu(W, "icelake-server");
  SearchOptions O;
  O.STI = STI.get();
  O.MaxUnknown = 1;
  SearchResult R = find(W, O, [](const Rule &) { return CandidateVerdict(); });
  EXPECT_EQ(R.Unknown, 1u);
  EXPECT_TRUE(R.Proved.empty());
  EXPECT_FALSE(R.Exhausted);
}

TEST(Search, AValueThatIsNotSeenThroughIsTriedTwice) {
  // x - x is NaN where x is no number: many ways lead over that.
  Window W = window(R"(window x86_64
  %0:v512
  %1:v512 = const splat(i32 0x7fffffff)
  %2:v512 = const splat(i32 0x7f800000)
  %3:v512 = VPANDDZrr %0, %1
  %4:k64 = VCMPPSZrri %3, %2, 12
  %5:v512 = VMOVDQA32Zrrkz %4, %0
  yield %5
end
)");
  auto STI = cpu(W, "skylake-avx512");
  RandomChecker Check;
  Check.Floats = true;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 60;
  O.MaxInstructions = 2;
  O.FirstSolution = true;
  SearchResult R = find(W, O, [&](const Rule &X) {
    for (const Node &N : X.Target.Nodes)
      if (N.R->Name == "VSUBPSZrr")
        return CandidateVerdict();
    return Check(X);
  });
  EXPECT_EQ(R.Unknown, 2u);
  ASSERT_FALSE(R.Proved.empty());
  EXPECT_TRUE(StringRef(opcodes(R)).contains("VFPCLASSPSZri")) << opcodes(R);
}
