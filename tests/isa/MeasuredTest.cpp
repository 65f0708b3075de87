//===- tests/isa/MeasuredTest.cpp - Lists of measured costs ---------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Measured.h"
#include "isa/ModelCost.h"
#include "isa/TargetIsa.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "gmock/gmock.h"

using namespace llvm;
using namespace whittle;
using testing::HasSubstr;

namespace {

TEST(Measured, ReadsWhatItWrites) {
  MeasuredTable T("znver9", "AuthenticAMD, LLVM 22.1.8");
  T.set("VPADDDYrr", {1.0, 0.25});
  T.set("AVX2_SETALLONES", {std::nullopt, 0.25});
  Expected<MeasuredTable> Back = MeasuredTable::parse(T.text(), "list");
  ASSERT_TRUE(bool(Back)) << toString(Back.takeError());
  EXPECT_EQ(Back->cpu(), "znver9");
  EXPECT_EQ(Back->origin(), "AuthenticAMD, LLVM 22.1.8");
  EXPECT_EQ(Back->size(), 2u);
  EXPECT_EQ(Back->find("VPADDDYrr")->Latency, 1.0);
  EXPECT_EQ(Back->find("VPADDDYrr")->RThroughput, 0.25);
  EXPECT_EQ(Back->find("AVX2_SETALLONES")->Latency, std::nullopt);
  EXPECT_FALSE(Back->find("VPADDD"));
  EXPECT_EQ(Back->text(), T.text());
}

TEST(Measured, ABadListNamesTheLine) {
  const std::string On = "// a list\nMEASURED_ON(znver9, \"x\")\n";
  const std::pair<std::string, const char *> Cases[] = {
      {"", "no MEASURED_ON"},
      {"MEASURED(ADD64rr, 1.00, 0.25)\n", "f: line 1: MEASURED_ON"},
      {"MEASURED_ON(znver9)\n", "f: line 1: expected MEASURED_ON"},
      {On + "MEASURED_ON(znver4, \"x\")\n", "f: line 3: a second CPU"},
      {On + "ADD64rr 1.00 0.25\n", "f: line 3: expected MEASURED(opcode"},
      {On + "MEASURED(ADD64rr, 1.00)\n", "f: line 3: expected MEASURED(opcode"},
      {On + "MEASURED(ADD64rr, fast, 0.25)\n", "f: line 3: opcode ADD64rr: 'fast'"},
      {On + "MEASURED(ADD64rr, 1.00, -2)\n", "f: line 3: opcode ADD64rr: '-2'"},
      {On + "MEASURED(ADD64rr, 1, nan)\n", "f: line 3: opcode ADD64rr: 'nan'"},
      {On + "MEASURED(ADD64rr, 1, 1)\n\nMEASURED(ADD64rr, 1, 1)\n",
       "f: line 5: opcode ADD64rr stands twice"},
  };
  for (const auto &[Text, Message] : Cases) {
    Expected<MeasuredTable> T = MeasuredTable::parse(Text, "f");
    ASSERT_FALSE(bool(T)) << Text;
    EXPECT_THAT(toString(T.takeError()), HasSubstr(Message));
  }
  EXPECT_THAT(toString(MeasuredTable::read("/none/list").takeError()), HasSubstr("/none/list: "));
}

TEST(Measured, TheShippedListIsOfRowsThatTheCpuHas) {
  const TargetIsa &Isa = *cantFail(TargetIsa::get("x86_64"));
  const MeasuredTable *T = MeasuredTable::shipped("znver3");
  ASSERT_NE(T, nullptr);
  auto STI = cantFail(Isa.subtarget("znver3"));
  for (const auto &[Opcode, C] : T->costs()) {
    const Row *R = Isa.find(Opcode);
    ASSERT_NE(R, nullptr) << Opcode;
    EXPECT_TRUE(STI->checkFeatures(R->Features)) << Opcode;
    EXPECT_GT(C.RThroughput, 0.1) << Opcode;
  }
  unsigned Lacking = 0, Of = 0;
  for (const Row &R : Isa.rows()) {
    bool Has = !R.GivesFlags && STI->checkFeatures(R.Features);
    Of += Has;
    Lacking += Has && !T->find(R.Name);
  }
  // A few have no encoding to run, and rows may be newer than the list.
  EXPECT_LT(Lacking, Of / 10) << "measure again: docs/COST.md";
  EXPECT_EQ(MeasuredTable::shipped("pentium9"), nullptr);
}

TEST(ModelCost, IsThatOfTheCpu) {
  const TargetIsa &Isa = *cantFail(TargetIsa::get("x86_64"));
  const Row &Mul = *Isa.find("VPMULLDYrr"), &Wide = *Isa.find("VPADDDZrr");
  auto Zen = cantFail(Isa.subtarget("znver3")), Lake = cantFail(Isa.subtarget("icelake-server"));
  EXPECT_EQ(modelCost(Isa, Mul, *Lake)->Latency, 10);
  EXPECT_LT(modelCost(Isa, Mul, *Zen)->Latency, 10);
  EXPECT_TRUE(modelCost(Isa, Wide, *Lake));
  EXPECT_FALSE(modelCost(Isa, Wide, *Zen)) << "it has no 512-bit registers";
  auto None = cantFail(Isa.subtarget(""));
  EXPECT_FALSE(modelCost(Isa, *Isa.find("VPERMQYri"), *None));
}

} // namespace
