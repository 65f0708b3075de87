//===- tests/enumerate/TupleTest.cpp - Several outputs and tuples ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/enumerate/TestSupport.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

/// mfma(a, b, 0) and an addition to each part: outputs one by one, or joined;
/// the addends are values of their own or parts of one.
static std::string mfmaAdds(StringRef Op, unsigned Parts, bool Joined, bool WholeC) {
  std::string Tuple = "l" + std::to_string(32 * Parts), S;
  raw_string_ostream OS(S);
  unsigned C0 = 3, NumC = WholeC ? 1 : Parts, Id = C0 + NumC;
  OS << "window amdgcn\n  %0:l64\n  %1:l64\n  %2:" << Tuple << " = const splat(i32 0)\n";
  for (unsigned I = 0; I != NumC; ++I)
    OS << "  %" << C0 + I << ":" << (WholeC ? Tuple : "l32") << "\n";
  unsigned M = Id++;
  OS << "  %" << M << ":" << Tuple << " = " << Op << " %0, %1, %2\n";
  std::vector<unsigned> Sums;
  for (unsigned I = 0; I != Parts; ++I) {
    unsigned E = Id++, C = C0 + I;
    OS << "  %" << E << ":l32 = EXTRACT %" << M << ", " << 32 * I << "\n";
    if (WholeC) {
      C = Id++;
      OS << "  %" << C << ":l32 = EXTRACT %" << C0 << ", " << 32 * I << "\n";
    }
    Sums.push_back(Id++);
    OS << "  %" << Sums.back() << ":l32 = V_ADD_U32_e64 %" << E << ", %" << C << "\n";
  }
  auto List = [&] {
    for (unsigned I = 0; I != Parts; ++I)
      OS << (I ? ", %" : " %") << Sums[I];
    OS << "\n";
  };
  if (Joined) {
    OS << "  %" << Id << ":" << Tuple << " = CONCAT";
    List();
    OS << "  yield %" << Id << "\nend\n";
  } else {
    OS << "  yield";
    List();
    OS << "end\n";
  }
  return S;
}

static unsigned countOf(const Rule &R, StringRef Name) {
  return unsigned(count_if(R.Target.Nodes, [&](const Node &N) { return N.R->Name == Name; }));
}

TEST(Tuples, AddsAfterMfmaBecomeItsAccumulator) {
  struct {
    const char *Op;
    unsigned Parts;
  } Shapes[] = {{"V_MFMA_I32_16X16X32I8_vgprcd_e64", 4}, {"V_MFMA_I32_32X32X16I8_vgprcd_e64", 16}};
  for (auto &Sh : Shapes)
    for (bool Joined : {false, true})
      for (bool WholeC : {false, true}) {
        SCOPED_TRACE(std::string(Sh.Op) + (Joined ? " joined" : "") + (WholeC ? " whole" : ""));
        Window W = window(mfmaAdds(Sh.Op, Sh.Parts, Joined, WholeC));
        auto STI = cpu(W, "gfx942");
        RandomChecker Check;
        SearchOptions O;
        O.STI = STI.get();
        // What is cheaper than a matrix instruction is more than can be exhausted.
        O.FirstSolution = true;
        SearchResult R = find(W, O, Check.fn());
        ASSERT_FALSE(R.Proved.empty());
        const Rule &Found = R.Proved.front();
        EXPECT_EQ(staticCost(Found.W, Found.Target).Instructions, 1u) << printRule(Found);
        EXPECT_EQ(countOf(Found, "EXTRACT"), Joined ? 0 : Sh.Parts);
        EXPECT_EQ(countOf(Found, "CONCAT"), WholeC ? 0u : 1u);
        EXPECT_EQ(Found.Target.Outputs.size(), Joined ? 1u : Sh.Parts);
        EXPECT_LT(R.Seconds, 8);
      }
}

TEST(Tuples, OtherAccumulatorIsNotDropped) {
  // The products' own accumulator is not zero: nothing to fold.
  std::string Text = mfmaAdds("V_MFMA_I32_16X16X32I8_vgprcd_e64", 4, false, false);
  Text.replace(Text.find(" = const splat(i32 0)"), strlen(" = const splat(i32 0)"), "");
  Window W = window(Text);
  auto STI = cpu(W, "gfx942");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 5;
  O.MaxInstructions = 1;
  EXPECT_TRUE(find(W, O, Check.fn()).Proved.empty());
}

TEST(Tuples, ConstantsAreAddedToAConstantAccumulator) {
  // 5 and 7 make 12 in each register; only the window's own instruction says how.
  std::string Text =
      "window amdgcn\n  %0:l64\n  %1:l64\n  %2:l128 = const splat(i32 5)\n"
      "  %3:l32 = const splat(i32 7)\n  %4:l128 = V_MFMA_I32_16X16X32I8_vgprcd_e64 %0, %1, %2\n"
      "  %5:l32 = EXTRACT %4, 0\n  %6:l32 = EXTRACT %4, 32\n"
      "  %7:l32 = EXTRACT %4, 64\n  %8:l32 = EXTRACT %4, 96\n"
      "  %9:l32 = V_ADD_U32_e64 %5, %3\n  %10:l32 = V_ADD_U32_e64 %6, %3\n"
      "  %11:l32 = V_ADD_U32_e64 %7, %3\n  %12:l32 = V_ADD_U32_e64 %8, %3\n"
      "  yield %9, %10, %11, %12\nend\n";
  for (bool Zero : {false, true}) {
    if (Zero) // what is added is the accumulator
      Text.replace(Text.find("splat(i32 5)"), 12, "splat(i32 0)");
    Window W = window(Text);
    auto STI = cpu(W, "gfx942");
    RandomChecker Check;
    SearchOptions O;
    O.STI = STI.get();
    O.Seconds = 30;
    O.FirstSolution = true;
    SearchResult R = find(W, O, Check.fn());
    ASSERT_FALSE(R.Proved.empty());
    const Rule &Found = R.Proved.front();
    EXPECT_EQ(staticCost(Found.W, Found.Target).Instructions, 1u) << printRule(Found);
    const Node &Mfma =
        *find_if(Found.Target.Nodes, [](const Node &N) { return !N.R->isGeneric(); });
    ASSERT_LT(Mfma.Ops[2], Found.W.numLeaves());
    EXPECT_EQ(Found.W.Leaves[Mfma.Ops[2]].Const, APInt::getSplat(128, APInt(32, Zero ? 7 : 12)));
    O.SolveConstants = false;
    O.MaxInstructions = 1;
    EXPECT_TRUE(find(W, O, Check.fn()).Proved.empty());
  }
}

TEST(Tuples, EachOutputKeepsTheOthersInstructions) {
  // The sum is an output too, so the difference of the other output may use it.
  Window W = window(R"(window x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = VPADDDZrr %0, %1
  %4:v512 = VPADDDZrr %1, %2
  %5:v512 = VPADDDZrr %0, %4
  yield %3, %5
end
)");
  auto STI = cpu(W, "icelake-server");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  SearchResult R = find(W, O, Check.fn());
  ASSERT_FALSE(R.Proved.empty());
  EXPECT_EQ(opcodes(R), "VPADDDZrr VPADDDZrr") << printRule(R.Proved[0]);
  EXPECT_EQ(R.Proved[0].Target.Outputs.size(), 2u);
}
