//===- tests/verify/WaveTest.cpp - Lanes, EXEC and matrix rows
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

struct Shape {
  const char *Name;
  unsigned Registers; ///< of the accumulator
};
constexpr Shape Shapes[] = {{"V_MFMA_I32_16X16X32I8_e64", 4},
                            {"V_MFMA_I32_32X32X16I8_e64", 16},
                            {"V_MFMA_I32_16X16X32I8_vgprcd_e64", 4},
                            {"V_MFMA_I32_32X32X16I8_vgprcd_e64", 16}};

/// mfma(a, b, 0) + c for each register against mfma(a, b, c). Vector: the
/// parts are put together again, one output; else an output for each.
std::string fold(const Shape &S, bool Vector, bool SwapAdds = false) {
  std::string Tuple = "l" + std::to_string(S.Registers * 32);
  std::string Text =
      "  %0:l64\n  %1:l64\n  %2:" + Tuple + "\n  %3:" + Tuple + " = const splat(i8 0)\n";
  auto Id = [](unsigned I) { return "%" + std::to_string(I); };
  Text += "  %4:" + Tuple + " = " + S.Name + " %0, %1, %3\n";
  unsigned Next = 5;
  std::vector<unsigned> Sums;
  for (unsigned I = 0; I < S.Registers; ++I) {
    std::string Offset = ", " + std::to_string(I * 32) + "\n";
    Text += "  " + Id(Next) + ":l32 = EXTRACT %4" + Offset;
    Text += "  " + Id(Next + 1) + ":l32 = EXTRACT %2" + Offset;
    Text += "  " + Id(Next + 2) + ":l32 = V_ADD_U32_e64 " + Id(Next + SwapAdds) + ", " +
            Id(Next + !SwapAdds) + "\n";
    Sums.push_back(Next + 2);
    Next += 3;
  }
  auto List = [&](const std::vector<unsigned> &Ids) {
    std::string L;
    for (unsigned I : Ids)
      L += (L.empty() ? "" : ", ") + Id(I);
    return L;
  };
  if (Vector)
    Text +=
        "  " + Id(Next) + ":" + Tuple + " = CONCAT " + List(Sums) + "\n  yield " + Id(Next) + "\n";
  else
    Text += "  yield " + List(Sums) + "\n";
  Text += std::string("=>\n  %4:") + Tuple + " = " + S.Name + " %0, %1, %2\n";
  if (Vector)
    return Text + "  yield %4\n";
  std::vector<unsigned> Parts;
  for (unsigned I = 0; I < S.Registers; ++I) {
    Text += "  " + Id(5 + I) + ":l32 = EXTRACT %4, " + std::to_string(I * 32) + "\n";
    Parts.push_back(5 + I);
  }
  return Text + "  yield " + List(Parts) + "\n";
}

TEST(Matrix, AddsFoldIntoTheAccumulator) {
  for (const Shape &S : Shapes)
    for (bool Vector : {false, true})
      for (bool Swap : {false, true}) {
        VerifyResult V = verified(amd(fold(S, Vector, Swap)));
        EXPECT_EQ(verdictName(V.V), "proved") << S.Name << ": " << V.Method;
        EXPECT_EQ(V.E.Slices, 64u * S.Registers);
        EXPECT_EQ(V.E.DistinctSlices, 1u) << S.Name;
        EXPECT_EQ(V.E.Assumptions, "EXEC symbolic, wave of 64 lanes");
        EXPECT_LT(V.E.Seconds, 5.0);
      }
}

TEST(Matrix, AWrongAccumulatorOrOperandIsRefuted) {
  std::string Text = fold(Shapes[0], true);
  auto Edit = [&](const std::string &From, const std::string &To) {
    std::string T = Text;
    size_t At = T.rfind(From);
    T.replace(At, From.size(), To);
    return verified(amd(T));
  };
  EXPECT_EQ(verdictName(Edit("%0, %1, %2", "%1, %0, %2").V), "refuted"); // the product transposed
  EXPECT_EQ(verdictName(Edit("%0, %1, %2", "%0, %0, %2").V), "refuted");
  VerifyResult V = Edit("%0, %1, %2", "%0, %1, %3");
  ASSERT_EQ(verdictName(V.V), "refuted");
  auto &C = std::get<Counterexample>(V.V);
  EXPECT_EQ(C.Leaves[0].getBitWidth(), 64u * 64);
  EXPECT_EQ(C.Leaves[2].getBitWidth(), 64u * 128);
}

TEST(Matrix, OneElementSwappedIsRefuted) {
  std::string Text = fold(Shapes[1], false);
  // Two outputs of the target exchanged.
  size_t At = Text.rfind("%5, %6");
  Text.replace(At, 6, "%6, %5");
  EXPECT_EQ(verdict(amd(Text)), "refuted");
}

TEST(Matrix, MustNotBecomeMaskedAdds) {
  // What the matrix unit writes in lanes that EXEC masks off, adds do not.
  VerifyResult V = verified(amd(R"(
  %0:l64
  %1:l64
  %2:l128
  %3:l128 = const splat(i8 0)
  %4:l128 = V_MFMA_I32_16X16X32I8_e64 %0, %1, %2
  %5:l32 = EXTRACT %4, 0
  yield %5
=>
  %4:l128 = V_MFMA_I32_16X16X32I8_e64 %0, %1, %3
  %5:l32 = EXTRACT %4, 0
  %6:l32 = EXTRACT %2, 0
  %7:l32 = V_ADD_U32_e64 %5, %6
  yield %7
)"));
  ASSERT_EQ(verdictName(V.V), "refuted") << V.Method;
  EXPECT_NE(std::get<Counterexample>(V.V).Exec, ~uint64_t(0));
}

TEST(Matrix, AConstantIsNoConstantInLanesThatAreOff) {
  // The zero is written under EXEC; the matrix unit reads all lanes of it.
  VerifyResult V = verified(amd(R"(
  %0:l64
  %1:l64
  %2:l128 = const splat(i8 0)
  %3:l64 = const splat(i8 0)
  %4:l128 = V_MFMA_I32_16X16X32I8_e64 %0, %3, %2
  %5:l32 = EXTRACT %4, 0
  %6:l32 = EXTRACT %1, 0
  %7:l32 = V_ADD_U32_e64 %5, %6
  yield %7
=>
  %4:l32 = EXTRACT %1, 0
  yield %4
)"));
  ASSERT_EQ(verdictName(V.V), "refuted") << V.Method;
  EXPECT_NE(std::get<Counterexample>(V.V).Exec, ~uint64_t(0));
}

TEST(Matrix, FactsHoldOnlyInLanesThatAreOn) {
  // mfma reads its factors in all lanes: a fact about the first does not make
  // the product of the others zero.
  const std::string Text = R"(
  %0:l64 zeros=splat(i8 0xff)
  %1:l64
  %2:l128
  %3:l128 = V_MFMA_I32_16X16X32I8_e64 %0, %1, %2
  %4:l32 = EXTRACT %3, 0
  %5:l32 = EXTRACT %2, 0
  %6:l32 = V_SUB_U32_e64 %4, %5
  yield %6
=>
  %3:l32 = EXTRACT %0, 0
  %4:l32 = V_MOV_B32_e32 %3
  yield %4
)";
  EXPECT_EQ(verdict(amd(Text)), "refuted");
}

TEST(Lanes, LaneWiseRules) {
  EXPECT_EQ(verdict(amd(R"(
  %0:l32
  %1:l32
  %2:l32 = V_SUB_U32_e64 %0, %1
  %3:l32 = V_ADD_U32_e64 %2, %1
  yield %3
=>
  yield %0
)")),
            "proved");
  EXPECT_EQ(verdict(amd(R"(
  %0:l32
  %1:l32
  %2:l32 = V_SUB_U32_e64 %0, %1
  %3:l32 = V_SUB_U32_e64 %2, %1
  yield %3
=>
  yield %0
)")),
            "refuted");
}

TEST(Lanes, WhatIsDefinedInAllLanesMustStaySo) {
  // A sub-register is there in lanes that are off; a move's result is not.
  VerifyResult V = verified(amd(R"(
  %0:l64
  %1:l32 = EXTRACT %0, 32
  yield %1
=>
  %1:l32 = EXTRACT %0, 32
  %2:l32 = V_MOV_B32_e32 %1
  yield %2
)"));
  ASSERT_EQ(verdictName(V.V), "refuted") << V.Method;
  EXPECT_EQ(std::get<Counterexample>(V.V).Exec, 0u);
  EXPECT_EQ(verdict(amd(R"(
  %0:l64
  %1:l32 = EXTRACT %0, 32
  %2:l32 = V_MOV_B32_e32 %1
  yield %2
=>
  %1:l32 = EXTRACT %0, 32
  yield %1
)")),
            "proved");
}

TEST(Lanes, AConstantLeafIsItsOwnRegisterWhereExecIsOff) {
  Rule R = amd("  %0:l32 = const splat(i32 5)\n  %1:l32 = const splat(i32 6)\n  %2:l32 = EXTRACT "
               "%0, 0\n  yield %2\n=>\n"
               "  %2:l32 = EXTRACT %1, 0\n  yield %2\n");
  EXPECT_EQ(verdict(R), "refuted");
  // Equal values, another register.
  R.W.Leaves[1].Const = R.W.Leaves[0].Const;
  VerifyResult V = verified(R);
  ASSERT_EQ(verdictName(V.V), "refuted") << V.Method;
  EXPECT_EQ(std::get<Counterexample>(V.V).Exec, 0u);
  R.Target = R.W.Source;
  EXPECT_EQ(verdict(R), "proved");
}

TEST(Lanes, OneUnspecifiedLaneHasOneValue) {
  // Both outputs are one register; in lanes that are off the target may give it
  // any value, but not two.
  const std::string Source = R"(
  %0:l32
  %1:l32 = V_MOV_B32_e32 %0
  %2:l32 = EXTRACT %1, 0
  yield %1, %2
=>
)";
  EXPECT_EQ(verdict(amd(Source + "  yield %0, %0\n")), "proved");
  EXPECT_EQ(verdict(amd(Source + "  %1:l32 = V_MOV_B32_e32 %0\n  yield %1, %1\n")), "proved");
  EXPECT_EQ(verdict(amd(Source + "  %1:l32 = V_MOV_B32_e32 %0\n  yield %0, %1\n")), "unknown");
}

TEST(Lanes, DotProductsIntoTheAccumulator) {
  EXPECT_EQ(verdict(amd(R"(
  %0:l32
  %1:l32
  %2:l32
  %3:l32 = const splat(i32 0)
  %4:l32 = V_DOT4_I32_I8 %0, %1, %3
  %5:l32 = V_ADD_U32_e64 %4, %2
  yield %5
=>
  %4:l32 = V_DOT4_I32_I8 %0, %1, %2
  yield %4
)")),
            "proved");
  EXPECT_EQ(verdict(amd(R"(
  %0:l32
  %1:l32
  %2:l32
  %3:l32 = const splat(i32 0)
  %4:l32 = V_DOT4_I32_I8 %0, %1, %3
  %5:l32 = V_ADD_U32_e64 %4, %2
  yield %5
=>
  %4:l32 = V_DOT4_U32_U8 %0, %1, %2
  yield %4
)")),
            "refuted");
}

// Sums of floats are not reassociated: matrix instructions carry no flag that would
// allow it, whatever the addition after them carries.
TEST(Floats, AccumulatorsAreNotFolded) {
  auto Text = [](const std::string &Body) { return cantFail(parseRule("rule amdgcn\n" + Body)); };
  EXPECT_NE(verdict(Text(R"(  %0:l32
  %1:l32
  %2:l32 = const splat(i32 0)
  %3:l32
  %4:l32 = V_FMA_F32_e64 %0, %1, %2
  %5:l32 = V_ADD_F32_e64 %4, %3
  yield %5
=>
  %4:l32 = V_FMA_F32_e64 %0, %1, %3
  yield %4
end
)")),
            "proved");
  std::string Sum = R"(  %0:l32
  %1:l32
  %2:l128 = const splat(i32 0)
  %3:l128
  %4:l128 = V_MFMA_F32_4X4X1F32_e64 %0, %1, %2
)",
              Yield = "  yield ", Parts,
              Target = "=>\n  %4:l128 = V_MFMA_F32_4X4X1F32_e64 %0, %1, %3\n";
  unsigned Id = 5;
  for (unsigned R = 0; R != 4; ++R, Id += 3) {
    const std::string At = std::to_string(32 * R), A = "%" + std::to_string(Id),
                      B = "%" + std::to_string(Id + 1), C = "%" + std::to_string(Id + 2),
                      D = "%" + std::to_string(5 + R);
    Sum += "  " + A + ":l32 = EXTRACT %4, " + At + "\n  " + B + ":l32 = EXTRACT %3, " + At +
           "\n  " + C + ":l32 = V_ADD_F32_e64 " + A + ", " + B + "\n";
    Yield += (R ? ", " : "") + C;
    Parts += (R ? ", " : "") + D;
    Target += "  " + D + ":l32 = EXTRACT %4, " + At + "\n";
  }
  const std::string Rule = Sum + Yield + "\n" + Target + "  yield " + Parts + "\nend\n";
  EXPECT_NE(verdict(Text(Rule)), "proved");
  // The same of integers is what this is not.
  std::string Integers = Rule;
  for (auto [From, To] : {std::pair("V_MFMA_F32_4X4X1F32_e64", "V_MFMA_I32_4X4X4I8_e64"),
                          std::pair("V_ADD_F32_e64", "V_ADD_U32_e64")})
    for (size_t P; (P = Integers.find(From)) != std::string::npos;)
      Integers.replace(P, std::strlen(From), To);
  EXPECT_EQ(verdict(Text(Integers)), "proved");
}

// 16-bit results of GFX9 zero what is above; the op_sel form leaves it as it was.
TEST(Halves, WhatNobodyReadsIsNotCompared) {
  auto Rule = [](const char *Low) {
    return verdict(cantFail(parseRule("rule amdgcn\n  %0:l32\n  %1:l32\n  %2:l32\n"
                                      "  %3:l32 = V_MAD_U16_e64 %0, %1, %2\n  yield %3" +
                                      std::string(Low) +
                                      "\n=>\n  %3:l32 = V_MAD_U16_gfx9_e64 %0, %1, %2\n"
                                      "  yield %3\nend\n")));
  };
  EXPECT_EQ(Rule(" low=16"), "proved");
  EXPECT_EQ(Rule(" low=17"), "refuted");
  EXPECT_EQ(Rule(""), "refuted");
}

} // namespace
