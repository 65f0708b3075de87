//===- tests/rulesdb/BrowseTest.cpp - What a reader is told -----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "rulesdb/Browse.h"
#include "TestRules.h"
#include "rulesdb/ImportExport.h"
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace whittle;
using namespace whittle::test;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

/// Two rules that are on (one seen twice) and one that is off.
class Browse : public testing::Test {
protected:
  Browse() : Db(openDb(Dir.file("rules.db"))) {
    Rule R = dotRule();
    take(Db->addWindow(R.W, {"source", "dot", 0, "znver5"}));
    take(Db->addWindow(R.W, {"source", "gemm", 0, "sapphirerapids"}));
    ok(Db->finishWindow(windowId(R.W), WindowState::Solved, {}, {{R, evidence()}}));
    RuleEvidence Hand = evidence();
    Hand.Confirmed = false;
    Hand.FoundBy = "hand";
    take(Db->addRule(shiftRule(1, 2), Hand));
    take(Db->addRule(shiftRule(3, 4), evidence()));
    ok(Db->setState(ruleId(shiftRule(3, 4)), RuleState::Off, "slower on znver5"));
    Rules = take(Db->rules());
  }
  std::string show(const Rule &R) {
    return showText(take(Db->rule(ruleId(R).hex())), take(Db->events(ruleId(R))), Db->path());
  }
  TempFolder Dir;
  std::unique_ptr<RuleDb> Db;
  std::vector<StoredRule> Rules;
};

TEST_F(Browse, ListHasALineForEachRule) {
  std::string Text = listText(Rules, {});
  EXPECT_EQ(llvm::StringRef(Text).count('\n'), 4u);
  EXPECT_THAT(Text, ContainsRegex(ruleId(dotRule()).hex().substr(0, 8) +
                                  "  x86_64 +[0-9]+->[0-9]+ +on +2 +VPMADDUBSWZrr \\+ "
                                  "VPMADDWDZrr \\+ VPADDDZrr -> VPDPBUSDZrr"));
  EXPECT_THAT(Text, HasSubstr("2 VPSLLDZri -> VPSLLDZri"));
}

TEST_F(Browse, ListFilters) {
  auto Count = [&](RuleFilter F) { return listJson(Rules, F)["rules"].size(); };
  EXPECT_EQ(Count({}), 3u);
  EXPECT_EQ(Count({"amdgcn", {}, ""}), 0u);
  EXPECT_EQ(Count({"x86_64", RuleState::Off, ""}), 1u);
  EXPECT_EQ(Count({"", RuleState::On, ""}), 2u);
  EXPECT_EQ(Count({"", {}, "VPDPBUSDZrr"}), 1u);
  EXPECT_EQ(Count({"", {}, "VPSLLDZri"}), 2u);
}

TEST_F(Browse, ShowTellsTheEvidence) {
  std::string Text = show(dotRule());
  for (const char *Part :
       {"target    x86_64\n", "state     on\n", "    rule x86_64\n",
        "  %0: every 8-bit element is at most 15\n",
        "the constant 1 (0x1) in every 16-bit element\n", "  VPDPBUSDZrr: weight ", "avx512vnni",
        "  verdict    proved\n", "  method     slices by Z3\n",
        "  slices     16 compared, 1 distinct: 0 by normal forms, 1 by solver\n",
        "  solvers    z3 4.8.12 smt\n", "  versions   LLVM 22.1.8, prover 1\n",
        "  assumes    nothing\n", "  confirmed  yes", "seen in     2 places\n", "  dot@znver5\n",
        "  gemm@sapphirerapids\n", "  whittle verify --db /"})
    EXPECT_THAT(Text, HasSubstr(Part));
  EXPECT_THAT(Text, Not(HasSubstr("history")));
  for (const auto &[Opcode, Hash] : rowHashesOf(dotRule()))
    EXPECT_THAT(Text, HasSubstr(Hash.hex() + " " + Opcode));
}

TEST_F(Browse, ShowTellsHistoryAndWhatIsNotNeeded) {
  std::string Text = show(shiftRule(3, 4));
  EXPECT_THAT(Text, HasSubstr("state     off\n"));
  EXPECT_THAT(Text, HasSubstr("history\n  1. off: slower on znver5\n"));
  EXPECT_THAT(Text, HasSubstr("nothing: it holds for all operands"));
  EXPECT_THAT(show(shiftRule(1, 2)), HasSubstr("confirmed  no: not every opcode"));
}

TEST_F(Browse, ShowNamesTheOtherOpcodesOfAClass) {
  Rule R = parsed("rule x86_64\n%0:v512\n%1:v512\n%2:v512 = VPANDDZrr %0, %1\n"
                  "%3:v512 = VPORDZrr %2, %1\nyield %3\n=>\nyield %1\nend\n");
  take(Db->addRule(R, evidence()));
  EXPECT_THAT(show(R), ContainsRegex("VPANDDZrr: .*any of its class: .*VPANDQZrr"));
  EXPECT_THAT(listText(take(Db->rules()), {"", {}, "VPANDDZrr"}), HasSubstr("-> a leaf\n"));
}

TEST_F(Browse, ShowSaysWhatARuleDoesToLoops) {
  Rule R = loopRuleOfDot();
  canonicalize(R);
  take(Db->addRule(R, evidence()));
  std::string Text = show(R);
  EXPECT_THAT(Text, HasSubstr("    %0:v512 loop\n"));
  EXPECT_THAT(
      Text, HasSubstr("loop\n  an accumulator that starts as the constant 0, steps by VPDPBUSDZrr "
                      "and has something added by VPADDDZrr behind the loop may start as that\n"));
  EXPECT_THAT(Text, HasSubstr("%0: carried round a loop"));
  EXPECT_THAT(show(dotRule()), Not(HasSubstr("loop")));
  EXPECT_THAT(listText(take(Db->rules()), {"", {}, "VPDPBUSDZrr"}),
              HasSubstr("loop: VPDPBUSDZrr + 2 VPADDDZrr -> "));
  auto J = showJson(take(Db->rule(ruleId(R).hex())), {}, "rules.db");
  EXPECT_THAT(J["loop"].get<std::string>(), HasSubstr("an accumulator"));
}

TEST_F(Browse, ShowTellsWhatSymbolsMayBe) {
  auto Chain = [](const std::string &Head, const std::string &A, const std::string &B,
                  const std::string &Sum) {
    return parsed("rule x86_64\n" + Head + "%0:v512\n%1:v512 = VPSRLWZri %0, " + A +
                  "\n%2:v512 = VPSRLWZri %1, " + B + "\nyield %2\n=>\n%1:v512 = VPSRLWZri %0, " +
                  Sum + "\nyield %1\nend\n");
  };
  Rule Witness = Chain("", "3", "4", "7");
  Rule General =
      Chain("$a:i8\n$b:i8\nwhere $a + $b < 16\nwhere $a % 8 == 0\n", "$a", "$b", "$a + $b");
  Rule Other = Chain("$a:i8\n$b:i8\nwhere $a + $b < 16\n", "$a", "$b", "$a + $b");
  for (const Rule *R : {&Witness, &General, &Other})
    take(Db->addRule(*R, evidence()));
  auto Show = [&](const Rule &R) {
    Rule Canonical = R;
    canonicalize(Canonical);
    Hash128 Id = ruleId(Canonical);
    StoredRule S = take(Db->rule(Id.hex()));
    return std::pair(showText(S, {}, "rules.db", relationsOf(S, take(Db->rules()))), Id.hex());
  };
  auto [WitnessText, WitnessId] = Show(Witness);
  auto [GeneralText, GeneralId] = Show(General);
  auto [OtherText, OtherId] = Show(Other);
  EXPECT_THAT(GeneralText, HasSubstr("  $a: any number of 8 bits"));
  EXPECT_THAT(GeneralText, HasSubstr("  $a + $b is less than 16\n"));
  EXPECT_THAT(GeneralText, HasSubstr("  $a: is a multiple of 8\n"));
  EXPECT_THAT(WitnessText, HasSubstr("instance of " + OtherId + "\n"));
  EXPECT_THAT(OtherText, HasSubstr("\ninstance    " + WitnessId + "\n"));
  // 3 is no multiple of 8.
  EXPECT_THAT(WitnessText, Not(HasSubstr(GeneralId)));
  EXPECT_EQ(statsJson(take(Db->rules()))["general"], 2);
  // What the matcher reads is what was stored.
  unsigned Found = 0;
  for (const MatcherRule &R : take(Db->matcherRules("x86_64")))
    Found += R.R.W.isGeneral();
  EXPECT_EQ(Found, 2u);
}

TEST_F(Browse, ShowAsJson) {
  Hash128 Id = ruleId(dotRule());
  auto J = showJson(take(Db->rule(Id.hex())), take(Db->events(Id)), "my rules.db");
  EXPECT_EQ(J["id"], Id.hex());
  EXPECT_EQ(J["state"], "on");
  EXPECT_EQ(J["text"], printRule(dotRule()));
  EXPECT_EQ(J["cost"]["source"]["instructions"], 3);
  EXPECT_EQ(J["cost"]["target"]["instructions"], 1);
  EXPECT_EQ(J["facts"].size(), 2u);
  EXPECT_EQ(J["facts"][0]["needs"], "every 8-bit element is at most 15");
  EXPECT_EQ(J["rows"].size(), 4u);
  EXPECT_EQ(J["rows"][0]["row_hash"].get<std::string>().size(), 32u);
  EXPECT_EQ(J["evidence"]["verdict"], "proved");
  EXPECT_EQ(J["evidence"]["solvers"], nlohmann::json::array({"z3 4.8.12 smt"}));
  EXPECT_EQ(J["seen_in"], (nlohmann::json{"dot@znver5", "gemm@sapphirerapids"}));
  EXPECT_EQ(J["recheck"], "whittle verify --db 'my rules.db'");
}

TEST_F(Browse, JsonCanBeWrittenWhateverTheNamesAre) {
  Rule R = dotRule();
  take(Db->addWindow(R.W, {"source", "f\xff", 0, "znver5"}));
  ok(Db->setState(ruleId(R), RuleState::Off, "wrong \xc3"));
  auto J = showJson(take(Db->rule(ruleId(R).hex())), take(Db->events(ruleId(R))), "\xfe.db");
  EXPECT_THAT(J.dump(), HasSubstr("dot@znver5"));
}

TEST_F(Browse, StatsHaveTheKeysOfTheDesign) {
  auto J = statsJson(Rules);
  EXPECT_EQ(J["rules"], 3);
  EXPECT_EQ(J["by_target"], (nlohmann::json{{"x86_64", 3}}));
  EXPECT_EQ(J["by_state"], (nlohmann::json{{"on", 2}, {"off", 1}, {"stale", 0}}));
  EXPECT_EQ(J["general"], 0);
  EXPECT_EQ(J["confirmed"], 2);
  EXPECT_EQ(J["fires"], 2);
  EXPECT_THAT(statsText(Rules), HasSubstr("rules      3\n"));
  Rule General = parsed("rule x86_64\n%0:v512\n%1:v512\n%2:v512 = VPANDDZrr %0, %1\n"
                        "%3:v512 = VPORDZrr %2, %1\nyield %3\n=>\nyield %1\nend\n");
  take(Db->addRule(General, evidence()));
  EXPECT_EQ(statsJson(take(Db->rules()))["general"], 1);
  EXPECT_EQ(statsJson({})["rules"], 0);
}

TEST(DescribeLeaf, SaysFactsInWords) {
  auto Describe = [](const std::string &Line) {
    Rule R = parsed("rule x86_64\n%0:" + Line +
                    "\n%1:v512 = VPSLLDZri %0, 1\n%2:v512 = VPSLLDZri %1, 1\nyield %2\n=>\n"
                    "yield %0\nend\n");
    return describeLeaf(R.W.Leaves.at(0));
  };
  EXPECT_EQ(Describe("v512"), "");
  EXPECT_EQ(Describe("v512 = undef"), "unspecified (a read of IMPLICIT_DEF)");
  EXPECT_EQ(Describe("v512 = const splat(i8 0)"), "the constant 0");
  EXPECT_EQ(Describe("v512 = const splat(i8 0xff)"), "the constant with all bits 1");
  EXPECT_EQ(Describe("v512 = const splat(i16 0xfffe)"),
            "the constant -2 (0xfffe) in every 16-bit element");
  EXPECT_EQ(Describe("v512 zeros=splat(i8 0x80)"), "every 8-bit element is at most 127");
  EXPECT_EQ(Describe("v512 zeros=splat(i32 0xffff0000)"), "every 32-bit element is at most 65535");
  EXPECT_EQ(Describe("v512 zeros=splat(i16 0x3)"), "every 16-bit element is a multiple of 4");
  EXPECT_EQ(Describe("v512 zeros=splat(i16 0x10) ones=splat(i16 0x8001)"),
            "in every 16-bit element the bits 0x10 are 0, the bits 0x8001 are 1");
  EXPECT_EQ(Describe("v512 ones=splat(i8 0x01)"), "in every 8-bit element the bits 0x1 are 1");
  EXPECT_EQ(Describe("v512 zeros=splat(i8 0xff)"), "is 0");
  EXPECT_THAT(Describe("v512 zeros=hex(ff" + std::string(126, '0') + ")"),
              StartsWith("the bits hex(ff00"));
}

//===----------------------------------------------------------------------===//
// Import and export
//===----------------------------------------------------------------------===//

TEST_F(Browse, ExportReadsBack) {
  std::string Text = exportRules(Rules);
  std::reverse(Rules.begin(), Rules.end());
  EXPECT_EQ(exportRules(Rules), Text);
  std::string Path = Dir.file("out.rules");
  ok(publishFile(Path, Text));
  auto Back = take(readRulesFile(Path));
  ASSERT_EQ(Back.size(), 2u) << "what is off must not come back by an import";
  std::set<Hash128> Ids{ruleId(Back[0]), ruleId(Back[1])};
  EXPECT_EQ(Ids, (std::set<Hash128>{ruleId(dotRule()), ruleId(shiftRule(1, 2))}));
  EXPECT_THAT(Text, HasSubstr("# " + ruleId(shiftRule(3, 4)).hex() + " is off and left out"));
}

/// The rule that docs/RULES.md explains is rule text.
TEST(Import, TheManualsExampleReads) {
  std::string Manual = readFile(WHITTLE_SOURCE_DIR "/docs/RULES.md");
  size_t Begin = Manual.find("    rule x86_64\n"), End = Manual.find("    end\n");
  ASSERT_NE(Begin, std::string::npos);
  ASSERT_LT(Begin, End);
  TempFolder Dir;
  writeFile(Dir.file("manual.rules"), Manual.substr(Begin, End + 8 - Begin));
  auto Read = take(readRulesFile(Dir.file("manual.rules")));
  ASSERT_EQ(Read.size(), 1u);
  canonicalize(Read[0]);
  EXPECT_EQ(ruleId(Read[0]), ruleId(dotRule()));
}

TEST(Import, BadFilesAreNamed) {
  TempFolder Dir;
  EXPECT_EQ(messageOf(readRulesFile(Dir.file("none.rules"))),
            Dir.file("none.rules") + ": No such file or directory");
  EXPECT_THAT(messageOf(readRulesFile(Dir.Path)), HasSubstr("is a directory"));
  openDb(Dir.file("rules.db"));
  EXPECT_THAT(messageOf(readRulesFile(Dir.file("rules.db"))), HasSubstr("is a database"));
  std::string Path = Dir.file("bad.rules");
  writeFile(Path, "# a comment\n\nrule x86_64\n%0:v512\n%1:v512 = VPFOOZrr %0\nyield %1\n=>\n"
                  "yield %0\nend\n");
  EXPECT_EQ(messageOf(readRulesFile(Path)), Path + ": line 5: unknown opcode 'VPFOOZrr'");
}

TEST(Publish, ReplacesOrLeavesAlone) {
  TempFolder Dir;
  std::string Path = Dir.file("out");
  ok(publishFile(Path, "old"));
  ok(publishFile(Path, "new"));
  EXPECT_EQ(readFile(Path), "new");
  EXPECT_THAT(messageOf(publishFile(Dir.file("none/out"), "x")), StartsWith(Dir.file("none/out")));
  EXPECT_THAT(messageOf(publishFile(Dir.Path, "x")), StartsWith(Dir.Path + ": "));
  unsigned Files = 0;
  std::error_code EC;
  for (llvm::sys::fs::directory_iterator It(Dir.Path, EC), End; It != End; It.increment(EC))
    ++Files;
  EXPECT_EQ(Files, 1u) << "a temporary file was left behind";
}

} // namespace
