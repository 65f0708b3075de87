//===- tests/isa/RuleTextTest.cpp - Rule text, canonical form, facts -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/Program.h"
#include "isa/TargetIsa.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace whittle;

namespace {
const char *const Chain = R"(rule x86_64
  %0:v512 zeros=splat(i8 0xf0)
  %1:v512
  %2:v512 = const splat(i16 0x1)
  %3:v512
  %4:v512 = VPMADDUBSWZrr %0, %1
  %5:v512 = VPMADDWDZrr %2, %4
  %6:v512 = VPADDDZrr %3, %5
  yield %6
=>
  %4:v512 = VPDPBUSDZrr %3, %0, %1
  yield %4
end
)";

Rule parsed(StringRef Text) {
  Expected<Rule> R = parseRule(Text);
  if (!R) {
    ADD_FAILURE() << toString(R.takeError());
    return {};
  }
  return std::move(*R);
}

std::string errorOf(const std::string &Text) {
  Expected<Rule> R = parseRule(Text);
  return R ? "" : toString(R.takeError());
}

std::string messageOf(Error E) { return E ? toString(std::move(E)) : ""; }

std::string replaced(std::string Text, StringRef From, StringRef To) {
  size_t At = Text.find(From.str());
  EXPECT_NE(At, std::string::npos) << From.str();
  return Text.replace(At, From.size(), To.str());
}

TEST(RuleText, PrintsWhatItParses) {
  Rule R = parsed(Chain);
  EXPECT_EQ(printRule(R), Chain);
  Rule Again = parsed(printRule(R));
  EXPECT_EQ(ruleId(R).hex(), ruleId(Again).hex());
}

TEST(RuleText, EveryRowParses) {
  for (const char *Arch : {"x86_64", "amdgcn"})
    for (const Row &R : cantFail(TargetIsa::get(Arch))->rows()) {
      if (R.isGeneric() || !R.inWindows() || R.readsMemory())
        continue;
      std::string Leaves, Node = ":" + R.Def.str() + " = " + R.Name;
      for (size_t I = 0; I != R.Ins.size(); ++I) {
        Leaves += "  %" + std::to_string(I) + ":" + R.Ins[I].str() + "\n";
        Node += (I ? ", %" : " %") + std::to_string(I);
      }
      for (unsigned I = 0; I != R.NumImms; ++I)
        Node += R.Ins.empty() && !I ? " 0" : ", 0";
      const std::string N = std::to_string(R.Ins.size()),
                        Program = "  %" + N + Node + "\n  yield %" + N + "\n";
      Expected<Rule> Parsed = parseRule(std::string("rule ") + Arch + "\n" + Leaves + Program +
                                        "=>\n" + Program + "end\n");
      if (!Parsed)
        ADD_FAILURE() << R.Name << ": " << toString(Parsed.takeError());
    }
}

TEST(RuleText, MasksOfLanes) {
  for (const char *Mask : {"const splat(i1 0x0)", "const splat(i1 0x1)", "zeros=splat(i1 0x1)"}) {
    const std::string Text = std::string("window amdgcn\n  %0:l1\n  %1:l1 ") +
                             (StringRef(Mask).starts_with("const") ? "= " : "") + Mask +
                             "\n  %2:l1 = S_AND_B64:mask %0, %1\n  yield %2\nend\n";
    EXPECT_EQ(printWindow(cantFail(parseWindow(Text))), Text);
  }
}

TEST(RuleText, LowBitsOfOutputs) {
  const std::string Text = R"(rule amdgcn
  %0:l32
  %1:l32
  %2:l32 = V_AND_B32_e64 %0, %1
  %3:l32 = V_OR_B32_e64 %0, %1
  yield %2, %3 low=16
=>
  %2:l32 = V_AND_B32_e64 %0, %1
  %3:l32 = V_OR_B32_e64 %0, %1
  yield %2, %3
end
)";
  Rule R = parsed(Text);
  EXPECT_EQ(printRule(R), Text);
  EXPECT_EQ(R.W.lowBits(0), 0u);
  EXPECT_EQ(R.W.lowBits(1), 16u);
  EXPECT_NE(errorOf(replaced(Text, "low=16", "low=32")).find("line 6"), std::string::npos);
  EXPECT_NE(errorOf(replaced(Text, "low=16", "low=0")).find("low bits"), std::string::npos);
  // A target promises nothing about readers.
  EXPECT_NE(errorOf(replaced(Text, "yield %2, %3\nend", "yield %2, %3 low=16\nend")), "");
}

TEST(RuleText, CanonicalFormIgnoresNumberingAndCommutedOperands) {
  Rule A = parsed(Chain), B = parsed(R"(rule x86_64
  %9:v512
  %7:v512
  %2:v512 zeros=splat(i8 0xf0)
  %1:v512 = const splat(i16 1)
  %4:v512 = VPMADDUBSWZrr %2, %7
  %5:v512 = VPMADDWDZrr %4, %1
  %6:v512 = VPADDDZrr %5, %9
  yield %6
=>
  %4:v512 = VPDPBUSDZrr %9, %2, %7
  yield %4
end)");
  canonicalize(A);
  canonicalize(B);
  EXPECT_EQ(printRule(A), printRule(B));
  Rule C = A;
  canonicalize(C);
  EXPECT_EQ(printRule(A), printRule(C));
}

TEST(RuleText, ErrorsNameLineAndItem) {
  EXPECT_EQ(errorOf(replaced(Chain, "VPADDDZrr", "VPFOOZrr")), "line 8: unknown opcode 'VPFOOZrr'");
  EXPECT_EQ(errorOf(replaced(Chain, "VPADDDZrr %3", "VPADDDZrr %8")),
            "line 8: operand %8 is not bound");
  EXPECT_EQ(errorOf(replaced(Chain, "yield %6", "yield %9")), "line 9: output %9 is not bound");
  EXPECT_EQ(errorOf(replaced(Chain, "x86_64", "vax")),
            "line 1: unknown target 'vax' (x86_64, amdgcn)");
  EXPECT_EQ(errorOf(replaced(Chain, "%1:v512", "%1:v513")), "line 3: unknown value type 'v513'");
  EXPECT_EQ(errorOf(replaced(Chain, "%1:v512", "%0:v512")), "line 3: value %0 is bound twice");
  EXPECT_NE(errorOf(replaced(Chain, "\nend", "\n")), "");
  EXPECT_NE(errorOf(replaced(Chain, "VPADDDZrr", "VPADDDYrr")).find("result is v256"),
            std::string::npos);
  EXPECT_NE(errorOf(replaced(Chain, "splat(i8 0xf0)", "splat(i7 0xf0)")).find("does not divide"),
            std::string::npos);
  EXPECT_NE(errorOf(replaced(Chain, "VPADDDZrr %3, %5", "VPADDDZrr %3")).find("takes 2 operands"),
            std::string::npos);
  // A target's value that nothing gives.
  EXPECT_NE(errorOf(R"(rule x86_64
  %0:v512
  %1:v512
  %2:v512 = VPANDQZrr %0, %0
  yield %2
=>
  %2:v512 = VPANDQZrr %0, %1
  yield %2
end)")
                .find("not bound by the source"),
            std::string::npos);
}

TEST(RuleText, HalvesOfLaneRegisters) {
  auto Parses = [](const std::string &Nodes) {
    Expected<std::vector<Rule>> R =
        parseRules("rule amdgcn\n  %0:l32\n  %1:l64\n" + Nodes + "=>\n  yield %0\nend\n", "t");
    bool Ok = bool(R);
    consumeError(R.takeError());
    return Ok;
  };
  EXPECT_TRUE(Parses("  %2:l16 = EXTRACT %0, 16\n  %3:l16 = EXTRACT %1, 48\n"
                     "  %4:l32 = CONCAT %2, %3\n  yield %4\n"));
  EXPECT_FALSE(Parses("  %2:l16 = EXTRACT %0, 8\n  %3:l32 = CONCAT %2, %2\n  yield %3\n"));
  EXPECT_FALSE(Parses("  %2:l16 = EXTRACT %1, 56\n  %3:l32 = CONCAT %2, %2\n  yield %3\n"));
  EXPECT_FALSE(Parses("  %2:l8 = EXTRACT %0, 16\n  %3:l32 = CONCAT %2, %2, %2, %2\n  yield %3\n"));
  EXPECT_FALSE(Parses("  %2:l16 = EXTRACT %0, 0\n  %3:l64 = CONCAT %2, %2, %2, %2\n"
                      "  %4:l32 = EXTRACT %3, 0\n  yield %4\n"));
}

TEST(RuleText, EveryPrefixIsAnErrorAndNeverACrash) {
  std::string Text = Chain;
  for (size_t N = 0; N + 5 < Text.size(); ++N)
    EXPECT_NE(errorOf(Text.substr(0, N)), "") << N;
}

TEST(RuleText, FilesHoldManyRules) {
  std::string Two = std::string("# one\n") + Chain + "\n# two\n" + Chain;
  Expected<std::vector<Rule>> Rules = parseRules(Two, "f.rules");
  ASSERT_TRUE(bool(Rules));
  EXPECT_EQ(Rules->size(), 2u);
  Expected<std::vector<Rule>> Bad = parseRules(replaced(Two, "VPADDDZrr", "X"), "f.rules");
  ASSERT_FALSE(bool(Bad));
  EXPECT_EQ(toString(Bad.takeError()), "f.rules: line 9: unknown opcode 'X'");
}

TEST(RuleText, CostCountsLiveInstructionsAndNewConstants) {
  Rule R = parsed(Chain);
  StaticCost Source = staticCost(R.W, R.W.Source), Target = staticCost(R.W, R.Target);
  EXPECT_EQ(Source.Instructions, 3u);
  EXPECT_EQ(Target.Instructions, 1u);
  EXPECT_LT(Target, Source);
  EXPECT_EQ(Source.ConstantBytes, 0u);
}

TEST(RuleText, AConstantThatALoadWidensCostsWhatOneInMemoryDoes) {
  Rule R = parsed("rule x86_64\n  %0:v64 = const splat(i64 5)\n  %1:v128 = const "
                  "hex(05000000000000000000000000000000)\n  %2:v128 = MOVSDrm %0\n  yield %2\n=>\n"
                  "  yield %1\nend\n");
  // One load for another, of twice the bytes.
  EXPECT_LT(staticCost(R.W, R.W.Source), staticCost(R.W, R.Target));
  Rule Value = parsed("rule x86_64\n  %0:v64\n  %1:v128 = MOVSDrm %0\n  yield %1\n=>\n"
                      "  %1:v128 = MOVSDrm %0\n  yield %1\nend\n");
  EXPECT_EQ(staticCost(Value.W, Value.W.Source).Instructions, 1u);
}

//===----------------------------------------------------------------------===//
// Loads: a target does again what the source does, and nothing else
//===----------------------------------------------------------------------===//

const char *const Loads = R"(rule x86_64
  %0:k64
  %1:k64
  %2:v512
  %3:v512 = VMOVDQU32Zrmkz %0, %2
  %4:v512 = VPANDDZrrkz %0, %3, %3
  yield %4
=>
  %3:v512 = VMOVDQU32Zrmkz %0, %2
  yield %3
end
)";

TEST(LoadRules, TheSameLoadUnderTheSameMask) {
  EXPECT_EQ(errorOf(Loads), "");
  EXPECT_EQ(printRule(parsed(Loads)), Loads);
}
TEST(LoadRules, AnotherMaskMayReadMore) {
  EXPECT_EQ(
      errorOf(replaced(replaced(Loads, "VPANDDZrrkz %0", "VPANDDZrrkz %1"),
                       "=>\n  %3:v512 = VMOVDQU32Zrmkz %0", "=>\n  %3:v512 = VMOVDQU32Zrmkz %1")),
      "line 1: VMOVDQU32Zrmkz: the source has no such load of %2");
}
TEST(LoadRules, AnotherOpcodeMayReadMore) {
  EXPECT_EQ(errorOf(R"(rule x86_64
  %0:v64
  %1:v128 = MOVQI2PQIrm %0
  %2:v128 = PADDDrr %1, %1
  yield %2
=>
  %1:v128 = MOVDDUPrm %0
  yield %1
end)"),
            "line 1: MOVDDUPrm: the source has no such load of %0");
}
TEST(LoadRules, WhatIsInMemoryIsInNoRegister) {
  EXPECT_EQ(errorOf(replaced(Loads, "VPANDDZrrkz %0, %3, %3", "VPANDDZrrkz %0, %3, %2")),
            "line 1: VMOVDQU32Zrmkz: %2 is in memory and also read as a register");
  EXPECT_EQ(errorOf(replaced(Loads, "%3:v512 = VMOVDQU32Zrmkz %0, %2\n  yield %3",
                             "%3:v512 = VPANDDZrr %2, %2\n  yield %3")),
            "line 1: VPANDDZrr: reads %2 as a register, which the source has in memory");
  EXPECT_EQ(errorOf(replaced(Loads, "%3:v512 = VMOVDQU32Zrmkz %0, %2\n  yield %3", "yield %2")),
            "line 1: output %2 is in memory");
}
TEST(LoadRules, AValueMadeByTheWindowIsNoMemory) {
  EXPECT_EQ(errorOf(R"(rule x86_64
  %0:v64
  %1:r64 = MOVSDto64rr %0
  %2:v64 = MOV64toSDrr %1
  %3:v128 = MOVQI2PQIrm %2
  yield %3
=>
  %1:v128 = MOVQI2PQIrm %0
  yield %1
end)"),
            "line 1: MOVQI2PQIrm: reads %2 from memory, which is no leaf");
}
TEST(LoadRules, ALoadIsNoRegisterForm) {
  const TargetIsa &Isa = *cantFail(TargetIsa::get("x86_64"));
  const Row *Load = Isa.find("VPMOVZXBQZrm"), *Masked = Isa.find("VMOVDQU32Zrmkz");
  ASSERT_TRUE(Load && Masked);
  EXPECT_EQ(Load->Ins[0].str(), "v64");
  EXPECT_TRUE(Load->readsMemory());
  EXPECT_FALSE(Load->MaskedLoad);
  EXPECT_TRUE(Masked->MaskedLoad);
  EXPECT_TRUE(Isa.find("VMASKMOVPSrm")->MaskedLoad);
  // Of a full width, the masked load computes what the masked move does.
  EXPECT_NE(meaningHash(*Masked).hex(), meaningHash(*Isa.find("VMOVDQU32Zrrkz")).hex());
}

TEST(Facts, KnownBitsOfANibbleMask) {
  Window W = cantFail(parseWindow(R"(window x86_64
  %0:v512
  %1:v512 = const splat(i8 0x0f)
  %2:v512 = VPSRLWZri %0, 4
  %3:v512 = VPANDQZrr %2, %1
  yield %3
end)"));
  KnownBits K = knownBits(W);
  EXPECT_TRUE(APInt::getSplat(512, APInt(8, 0xf0)).isSubsetOf(K.Zero));
  EXPECT_TRUE(K.One.isZero());
}

TEST(Facts, LanesAreAskedOneByOne) {
  // A constant whose lanes differ.
  Window W = cantFail(parseWindow(R"(window x86_64
  %0:v128
  %1:v128 = const hex(00000000ffffffff0f0f0f0f00000000)
  %2:v128 = VPANDQZ128rr %0, %1
  yield %2
end)"));
  KnownBits K = knownBits(W);
  EXPECT_EQ(K.Zero.extractBitsAsZExtValue(32, 0), 0xffffffffu);
  EXPECT_EQ(K.Zero.extractBitsAsZExtValue(32, 32), 0u);
  EXPECT_EQ(K.Zero.extractBitsAsZExtValue(32, 64), 0xf0f0f0f0u);
}

TEST(Facts, LeafFactsCarryOn) {
  Window W = cantFail(parseWindow(R"(window x86_64
  %0:v128 zeros=splat(i16 0xff00)
  %1:v128 = VPSRLWZ128ri %0, 4
  yield %1
end)"));
  EXPECT_TRUE(APInt::getSplat(128, APInt(16, 0xfff0)).isSubsetOf(knownBits(W).Zero));
}
//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

const char *const General = R"(rule x86_64
  $a:i8
  $b:i8
  $c:i16
  where $a + $b < 16
  where $c & 0x8000 == 0
  %0:v512
  %1:v512 = const splat(i16 $c)
  %2:v512 = const splat(i16 ($c >> $a) >> $b)
  %3:v512 = VPANDDZrr %0, %1
  %4:v512 = VPSRLWZri %3, $a
  %5:v512 = VPSRLWZri %4, $b
  yield %5
=>
  %3:v512 = VPSRLWZri %0, $a + $b
  %4:v512 = VPANDDZrr %2, %3
  yield %4
end
)";

TEST(Symbols, PrintsWhatItParses) {
  // Guards compare what stands in parentheses, not the mask.
  Rule R = parsed(replaced(General, "$c & 0x8000 == 0", "($c & 0x8000) == 0"));
  Rule Again = parsed(printRule(R));
  EXPECT_EQ(printRule(R), printRule(Again));
  canonicalize(R);
  std::string Text = printRule(R);
  EXPECT_EQ(printRule(parsed(Text)), Text);
  EXPECT_TRUE(R.W.isGeneral());
  EXPECT_EQ(R.W.Symbols.size(), 3u);
}

TEST(Symbols, NamesAndOrderOfDeclarationDoNotCount) {
  Rule A = parsed(General);
  std::string Other =
      replaced(General, "  $a:i8\n  $b:i8\n  $c:i16\n", "  $mask:i16\n  $second:i8\n  $first:i8\n");
  for (auto [From, To] : {std::pair("$a", "$first"), {"$b", "$second"}, {"$c", "$mask"}})
    for (size_t At = 0; (At = Other.find(From, At)) != std::string::npos; At += strlen(To))
      Other.replace(At, 2, To);
  Other = replaced(Other, "where $first + $second < 16\n  where $mask & 0x8000 == 0",
                   "where $mask & 0x8000 == 0\n  where 16 > $second + $first");
  Rule B = parsed(Other);
  canonicalize(A);
  canonicalize(B);
  EXPECT_EQ(printRule(A), printRule(B));
  // Another guard is another rule.
  Rule C = parsed(replaced(General, "< 16", "<= 16"));
  canonicalize(C);
  EXPECT_NE(ruleId(A), ruleId(C));
}

TEST(Symbols, Instances) {
  Rule R = parsed(General);
  Rule One = instantiate(R, {APInt(8, 3), APInt(8, 4), APInt(16, 0x7f80)});
  EXPECT_FALSE(One.W.isGeneral());
  EXPECT_EQ(One.W.Source.Nodes[1].Imms[0], 3);
  EXPECT_EQ(One.Target.Nodes[0].Imms[0], 7);
  EXPECT_EQ(*One.W.Leaves[2].Const, APInt::getSplat(512, APInt(16, 0xff)));
  EXPECT_EQ(messageOf(checkRule(One)), "");
  EXPECT_TRUE(guardHolds(R.W, {APInt(8, 3), APInt(8, 12), APInt(16, 0)}));
  EXPECT_FALSE(guardHolds(R.W, {APInt(8, 3), APInt(8, 13), APInt(16, 0)}));
  // 200 + 60 is not 4.
  EXPECT_FALSE(guardHolds(R.W, {APInt(8, 200), APInt(8, 60), APInt(16, 0)}));
  // The guard cannot make the source's constant whatever the target needs.
  EXPECT_FALSE(guardHolds(R.W, {APInt(8, 3), APInt(8, 3), APInt(16, 0x8000)}));
}

TEST(Symbols, ValuesHaveRoomForSums) {
  for (unsigned Bits : {8u, 32u, 64u, 512u}) {
    const std::vector<SymbolSpec> Symbols(2, SymbolSpec{uint16_t(Bits)});
    const std::vector<APInt> Ones(2, APInt::getAllOnes(Bits));
    const SymExpr A = SymExpr::symbol(0), B = SymExpr::symbol(1);
    SymExpr Sum = SymExpr::make(SymExpr::Add, {A, B}), Less = SymExpr::make(SymExpr::Sub, {A, Sum});
    EXPECT_EQ(evaluate(Sum, Symbols, Ones), evaluate(A, Symbols, Ones) * 2);
    EXPECT_TRUE(holds({SymCondition::LT, A, Sum}, Symbols, Ones)) << Bits;
    EXPECT_TRUE(holds({SymCondition::LT, Less, SymExpr::number(0)}, Symbols, Ones)) << Bits;
  }
}

TEST(Symbols, ErrorsNameLineAndItem) {
  auto Error = [](StringRef From, const std::string &To) {
    return errorOf(replaced(General, From, To));
  };
  EXPECT_EQ(Error("$a + $b <", "$a + $x <"), "line 5: unknown symbol '$x'");
  EXPECT_EQ(Error("  $b:i8", "  $a:i8"), "line 3: symbol $a is declared twice");
  EXPECT_EQ(Error("$a:i8", "$a:8"), "line 2: expected a symbol and its width, such as $a:i8");
  EXPECT_EQ(Error("< 16", "16"), "line 5: expected a comparison, found '16'");
  EXPECT_EQ(Error("< 16", "< 16 + 1 + 1"), "line 5: unexpected '+ 1' after a condition");
  EXPECT_EQ(Error("$a + $b\n  %4", "$a % 3\n  %4"),
            "line 15: '%' takes a number that is a power of two");
  EXPECT_EQ(Error("$a + $b\n  %4", "min($a)\n  %4"), "line 15: min takes 2 operands");
  // The rule as a whole.
  EXPECT_EQ(Error("%3, $a", "%3, $a + 1"),
            "line 1: %4 = VPSRLWZri: the source binds bare symbols, not '$a + 1'");
  EXPECT_EQ(Error("%3, $a", "%3, $c"), "line 1: %4 = VPSRLWZri: $c has 16 bits, the place 8");
  EXPECT_EQ(Error("%4, $b", "%4, 3"), "line 1: $b is not bound by the source");
  EXPECT_NE(Error("splat(i16 $c)", "splat(i24 $c)").find("does not divide"), std::string::npos);
  EXPECT_NE(Error("< 16", "< " + std::string(100000, '~') + "16").find("in more than"),
            std::string::npos);
  EXPECT_NE(Error("< 16", "< " + std::string(100000, '(') + "16").find("in more than"),
            std::string::npos);
  for (size_t N = 0; N + 4 < StringRef(General).size(); ++N)
    EXPECT_NE(errorOf(std::string(General).substr(0, N)), "") << N;
  // Symbols stand above leaves, and in rules only.
  EXPECT_NE(errorOf("rule x86_64\n  %0:v512\n  $a:i8\n"), "");
  Expected<Window> W = parseWindow("window x86_64\n  $a:i8\n  %0:v512\n  %1:v512 = VPSRLWZri "
                                   "%0, $a\n  yield %1\nend\n");
  ASSERT_FALSE(bool(W));
  consumeError(W.takeError());
}

} // namespace
