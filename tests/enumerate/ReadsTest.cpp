//===- tests/enumerate/ReadsTest.cpp - Leaves that candidates have to read -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/enumerate/TestSupport.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

SearchResult findOn(StringRef CPU, const std::string &Text, unsigned MaxInstructions) {
  Window W = window(Text);
  auto STI = cpu(W, CPU);
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 60;
  O.MaxInstructions = MaxInstructions;
  return find(W, O, Check.fn());
}

std::string sumOf(unsigned Leaves) {
  std::string Head = "window x86_64\n", Body, Sum = "%0";
  for (unsigned I = 0; I != Leaves; ++I)
    Head += "  %" + std::to_string(I) + ":v128\n";
  for (unsigned I = 1; I != Leaves; ++I) {
    std::string Next = "%" + std::to_string(Leaves + I - 1);
    Body += "  " + Next + ":v128 = VPADDDrr " + Sum + ", %" + std::to_string(I) + "\n";
    Sum = Next;
  }
  return Head + Body + "  yield " + Sum + "\nend\n";
}

TEST(Reads, NoInstructionReadsFiveLeaves) {
  SearchResult R = findOn("haswell", sumOf(5), 1);
  EXPECT_TRUE(R.Exhausted);
  EXPECT_LT(R.Candidates, 10u) << "what does not read all is not evaluated";
}

TEST(Reads, ALeafThatFactsMakeIdleNeedNotBeRead) {
  auto Text = [](const char *Fact) {
    return std::string("window x86_64\n  %0:v128\n  %1:v128") + Fact +
           "\n  %2:v128 = VPSRLDri %1, 8\n"
           "  %3:v128 = VPADDDrr %0, %2\n"
           "  %4:v128 = VPSUBDrr %3, %0\n"
           "  %5:v128 = VPMINUDrr %4, %0\n"
           "  %6:v128 = VPABSDrr %0\n"
           "  %7:v128 = VPADDDrr %5, %6\n"
           "  yield %7\nend\n";
  };
  // Other values of %1 would show its upper bits.
  EXPECT_EQ(opcodes(findOn("haswell", Text(" zeros=splat(i32 0xffffff00)"), 1)), "VPABSDrr");
  EXPECT_EQ(opcodes(findOn("haswell", Text(""), 1)), "none");
}

TEST(Reads, ALeafThatAnUnspecifiedValueHidesNeedNotBeRead) {
  // Where %1 has ones anything may come out; if %0 is zero, %1 has no say.
  Window W = window("window x86_64\n  %0:v128 = undef\n  %1:v128\n  %2:v128\n"
                    "  %3:v128 = VPANDrr %0, %1\n"
                    "  %4:v128 = VPABSDrr %2\n"
                    "  %5:v128 = VPXORrr %3, %4\n"
                    "  yield %5\nend\n");
  auto STI = cpu(W, "haswell");
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 60;
  O.MaxInstructions = 1;
  SearchResult R = find(W, O, [](const Rule &R) {
    Rule WithZero = R;
    for (Leaf &L : WithZero.W.Leaves)
      if (std::exchange(L.Choice, false))
        L.Const = APInt(128, 0);
    return RandomChecker()(WithZero);
  });
  EXPECT_EQ(opcodes(R), "VPABSDrr");
}

TEST(Reads, ALeafThatCancelsNeedNotBeRead) {
  EXPECT_EQ(opcodes(findOn("haswell",
                           "window x86_64\n  %0:v128\n  %1:v128\n  %2:v128\n"
                           "  %3:v128 = VPXORrr %0, %1\n"
                           "  %4:v128 = VPADDDrr %2, %3\n"
                           "  %5:v128 = VPSUBDrr %4, %3\n"
                           "  %6:v128 = VPMULLDrr %5, %0\n"
                           "  yield %6\nend\n",
                           1)),
            "VPMULLDrr");
}

TEST(Reads, ALeafThatTestsRarelyShowIsReadAfterACounterexample) {
  // The comparison is zero on the tests at first, and with it %0 seems idle.
  Window W = window("window x86_64\n  %0:v128\n  %1:v128 = const splat(i32 1592653589)\n  %2:v128\n"
                    "  %3:v128 = VPCMPEQDrr %0, %1\n"
                    "  %4:v128 = VPXORrr %3, %2\n"
                    "  %5:v128 = VPADDDrr %4, %2\n"
                    "  %6:v128 = VPSUBDrr %5, %2\n"
                    "  yield %6\nend\n");
  auto STI = cpu(W, "haswell");
  unsigned Refuted = 0;
  auto Check = [&](const Rule &R) {
    CandidateVerdict V{CandidateVerdict::Refuted, {}};
    for (const Leaf &L : R.W.Leaves) // %2 is 0, every other leaf the constant
      V.Counterexample.push_back(L.Const ? *L.Const : APInt(128, 0));
    for (unsigned I = 0; I != R.W.numLeaves(); ++I)
      for (bool Meet : {true, false}) {
        if (R.W.Leaves[I].Const)
          continue;
        std::vector<APInt> Before = V.Counterexample;
        if (Meet)
          V.Counterexample[I] = APInt::getSplat(128, APInt(32, 1592653589));
        TestSet Tests(R.W.Leaves, 16, 5);
        EXPECT_TRUE(Tests.add(V.Counterexample));
        if (values(R.W, R.W.Source, Tests) != values(R.W, R.Target, Tests)) {
          ++Refuted;
          return V;
        }
        V.Counterexample = Before;
      }
    return RandomChecker()(R);
  };
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 60;
  SearchResult R = find(W, O, Check);
  EXPECT_GT(Refuted, 0u);
  ASSERT_FALSE(R.Proved.empty());
  EXPECT_EQ(R.Proved[0].Target.Nodes.size(), 2u) << opcodes(R);
  unsigned Reads = 0;
  for (const Node &N : R.Proved[0].Target.Nodes)
    Reads += unsigned(count(N.Ops, 0u));
  EXPECT_GT(Reads, 0u) << printRule(R.Proved[0]);
}

} // namespace
