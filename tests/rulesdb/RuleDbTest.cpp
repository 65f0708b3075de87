//===- tests/rulesdb/RuleDbTest.cpp - What is stored is what comes back -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestRules.h"
#include "isa/Meaning.h"
#include "rulesdb/Sqlite.h"
#include <gmock/gmock.h>
#include <map>

using namespace whittle;
using namespace whittle::test;
using testing::HasSubstr;

namespace {

TEST(RuleDb, WindowsAreQueuedMostSeenFirst) {
  TempFolder Dir;
  auto Db = openDb(Dir.file("rules.db"));
  Window Rare = shiftRule(1, 2).W, Common = shiftRule(3, 4).W;
  EXPECT_TRUE(take(Db->addWindow(Rare, {"source1", "f", 0, "znver5"})));
  EXPECT_TRUE(take(Db->addWindow(Common, {"source1", "f", 1, "icelake-server"})));
  EXPECT_FALSE(take(Db->addWindow(Common, {"source1", "g", 0, "znver5"})));
  EXPECT_FALSE(take(Db->addWindow(Common, {"source2", "f", 1, "znver5"})));
  // The same sighting again is the same sighting.
  EXPECT_FALSE(take(Db->addWindow(Common, {"source2", "f", 1, "znver5"})));

  auto Queue = take(Db->windows(WindowState::Pending));
  ASSERT_EQ(Queue.size(), 2u);
  EXPECT_EQ(Queue[0].Id, windowId(Common));
  EXPECT_EQ(Queue[0].Sightings, 3u);
  EXPECT_EQ(Queue[0].CPU, "znver5");
  EXPECT_EQ(printWindow(Queue[0].W), printWindow(Common));
  EXPECT_EQ(Queue[1].Id, windowId(Rare));
  EXPECT_EQ(Queue[1].Sightings, 1u);
  EXPECT_TRUE(take(Db->windows(WindowState::Solved)).empty());
}

TEST(RuleDb, ManyWindowsInOneGo) {
  TempFolder Dir;
  auto Db = openDb(Dir.file("rules.db"));
  std::vector<std::pair<Window, Sighting>> Seen;
  for (unsigned I = 1; I <= 10; ++I)
    Seen.push_back({shiftRule(I % 5 + 1, 1).W, {"source", "f", I, "znver5"}});
  EXPECT_EQ(take(Db->addWindows(Seen)), 5u);
  EXPECT_EQ(take(Db->addWindows(Seen)), 0u);
  for (const QueuedWindow &Q : take(Db->windows(std::nullopt)))
    EXPECT_EQ(Q.Sightings, 2u);
}

TEST(RuleDb, ASearchedWindowGivesItsRules) {
  TempFolder Dir;
  auto Db = openDb(Dir.file("rules.db"));
  Rule R = dotRule();
  take(Db->addWindow(R.W, {"source", "dot", 0, "znver5"}));
  take(Db->addWindow(R.W, {"source", "dot", 1, "znver5"}));
  unsigned New = 7;
  ok(Db->finishWindow(windowId(R.W), WindowState::Solved, {100, 2, 1, "len=3"}, {{R, evidence()}},
                      &New));
  EXPECT_EQ(New, 1u);
  ok(Db->finishWindow(windowId(R.W), WindowState::Solved, {100, 2, 1, "len=3"}, {{R, evidence()}},
                      &New));
  EXPECT_EQ(New, 0u);
  EXPECT_TRUE(take(Db->windows(WindowState::Pending)).empty());

  auto Rules = take(Db->rules("x86_64"));
  ASSERT_EQ(Rules.size(), 1u);
  const StoredRule &S = Rules[0];
  EXPECT_EQ(S.Id, ruleId(R));
  EXPECT_EQ(S.Text, printRule(R));
  EXPECT_EQ(printRule(S.R), printRule(R));
  EXPECT_EQ(S.State, RuleState::On);
  EXPECT_EQ(S.Target, "x86_64");
  EXPECT_EQ(S.Sightings, 2u);
  EXPECT_EQ(S.SeenIn, std::vector<std::string>{"dot@znver5"});
  EXPECT_EQ(S.CostSource, staticCost(R.W, R.W.Source));
  EXPECT_EQ(S.CostTarget, staticCost(R.W, R.Target));
  EXPECT_EQ(S.Evidence.Method, "slices by Z3");
  EXPECT_EQ(S.Evidence.Solvers, "z3 4.8.12 smt");
  EXPECT_EQ(S.Evidence.Slices, 16u);
  EXPECT_EQ(S.Evidence.DistinctSlices, 1u);
  EXPECT_EQ(S.Evidence.BySolver, 1u);
  EXPECT_EQ(S.Evidence.FPClass, "exact");
  EXPECT_EQ(S.Evidence.FoundBy, "search");
  EXPECT_EQ(S.Evidence.Seconds, 0.5);
  EXPECT_TRUE(S.Evidence.Confirmed);
  // Not given, so today's were taken: one for each opcode, by name.
  EXPECT_EQ(S.Evidence.RowHashes, rowHashesOf(R));
  ASSERT_EQ(S.Evidence.RowHashes.size(), 4u);
  EXPECT_EQ(S.Evidence.RowHashes[0].first, "VPADDDZrr");
  EXPECT_EQ(S.Evidence.RowHashes[0].second, rowHash(*R.W.Isa->find("VPADDDZrr")));
  EXPECT_TRUE(take(Db->rules("amdgcn")).empty());
}

TEST(RuleDb, AnUnknownWindowIsRefusedWithItsRules) {
  TempFolder Dir;
  auto Db = openDb(Dir.file("rules.db"));
  Rule R = dotRule();
  EXPECT_THAT(
      messageOf(Db->finishWindow(windowId(R.W), WindowState::Solved, {}, {{R, evidence()}})),
      HasSubstr("no window " + windowId(R.W).hex()));
  EXPECT_TRUE(take(Db->rules()).empty());
}

TEST(RuleDb, AMalformedRuleIsRefusedAndNothingOfItsWindowStays) {
  TempFolder Dir;
  auto Db = openDb(Dir.file("rules.db"));
  Rule Good = shiftRule(1, 2), Bad = shiftRule(3, 4);
  take(Db->addWindow(Good.W, {"s", "f", 0, "c"}));
  Bad.Target.Nodes[0].Ops[0] = 77;
  std::string Message = messageOf(Db->finishWindow(windowId(Good.W), WindowState::Solved, {},
                                                   {{Good, evidence()}, {Bad, evidence()}}));
  EXPECT_THAT(Message, HasSubstr("rules.db: rule "));
  EXPECT_THAT(Message, HasSubstr("VPSLLDZri"));
  EXPECT_TRUE(take(Db->rules()).empty());
  EXPECT_EQ(take(Db->windows(WindowState::Pending)).size(), 1u);
}

TEST(RuleDb, ARuleThatIsNotCheaperIsRefused) {
  TempFolder Dir;
  auto Db = openDb(Dir.file("rules.db"));
  Rule R = parsed("rule x86_64\n%0:v512\n%1:v512 = VPSLLDZri %0, 1\nyield %1\n=>\n"
                  "%1:v512 = VPADDDZrr %0, %0\nyield %1\nend\n");
  EXPECT_THAT(messageOf(Db->addRule(R, evidence())),
              HasSubstr(ruleId(R).hex().substr(0, 8) + ": the target is not cheaper"));
  EXPECT_TRUE(take(Db->rules()).empty());
}

TEST(RuleDb, AnUnconfirmedRuleIsKeptAndDoesNotFire) {
  TempFolder Dir;
  auto Db = openDb(Dir.file("rules.db"));
  RuleEvidence E = evidence();
  E.Confirmed = false;
  take(Db->addRule(dotRule(), E));
  EXPECT_EQ(take(Db->rules())[0].State, RuleState::On);
  EXPECT_TRUE(take(Db->matcherRules("x86_64")).empty());
  E.Confirmed = true;
  ok(Db->setEvidence(ruleId(dotRule()), E));
  EXPECT_EQ(take(Db->matcherRules("x86_64")).size(), 1u);
}

TEST(RuleDb, EventsDecideTheState) {
  TempFolder Dir;
  auto Db = openDb(Dir.file("rules.db"));
  Rule R = dotRule();
  EXPECT_TRUE(take(Db->addRule(R, evidence())));
  EXPECT_FALSE(take(Db->addRule(R, evidence())));
  Hash128 Id = ruleId(R);
  auto State = [&] { return take(Db->rule(Id.hex())).State; };
  auto Fires = [&] { return take(Db->matcherRules("x86_64")).size() == 1; };
  EXPECT_EQ(State(), RuleState::On);
  EXPECT_TRUE(take(Db->events(Id)).empty());
  EXPECT_TRUE(Fires());

  ok(Db->setState(Id, RuleState::Off, "slower on znver5"));
  EXPECT_EQ(State(), RuleState::Off);
  EXPECT_FALSE(Fires());
  // Found again: still off. Said again: not logged twice.
  EXPECT_FALSE(take(Db->addRule(R, evidence())));
  ok(Db->setState(Id, RuleState::Off, "slower on znver5"));
  EXPECT_EQ(State(), RuleState::Off);
  EXPECT_EQ(take(Db->events(Id)).size(), 1u);
  // A new proof does not overrule a decision.
  ok(Db->setEvidence(Id, evidence()));
  EXPECT_EQ(State(), RuleState::Off);

  ok(Db->setState(Id, RuleState::On, "measured again"));
  EXPECT_EQ(State(), RuleState::On);
  ok(Db->setState(Id, RuleState::Stale, "unknown with the new prover"));
  EXPECT_EQ(State(), RuleState::Stale);
  EXPECT_EQ(take(Db->rule(Id.hex())).StaleWhy, "unknown with the new prover");
  EXPECT_FALSE(Fires());
  ok(Db->setEvidence(Id, evidence()));
  EXPECT_EQ(State(), RuleState::On);

  auto Log = take(Db->events(Id));
  ASSERT_EQ(Log.size(), 4u);
  for (unsigned I = 0; I < 4; ++I)
    EXPECT_EQ(Log[I].Step, I + 1);
  EXPECT_EQ(Log[0].State, RuleState::Off);
  EXPECT_EQ(Log[0].Why, "slower on znver5");
  EXPECT_EQ(Log[3].State, RuleState::On);

  Hash128 Other = ruleId(shiftRule(1, 1));
  EXPECT_THAT(messageOf(Db->setState(Other, RuleState::Off, "x")),
              HasSubstr("no rule " + Other.hex()));
  EXPECT_THAT(messageOf(Db->setEvidence(Other, evidence())), HasSubstr("no rule"));
}

/// Two files that were joined may hold different events of the same step.
TEST(RuleDb, OffBeatsOnWithinOneStepUntilALaterEvent) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  Rule R = dotRule();
  std::string Id = ruleId(R).hex();
  take(openDb(Path)->addRule(R, evidence()));
  auto Add = [&](const std::string &Values) {
    auto Raw = take(Sqlite::open(Path, Sqlite::Access::Write));
    ok(Raw->exec(("INSERT INTO events VALUES ('" + Id + "', " + Values + ")").c_str()));
  };
  auto State = [&] { return take(openDb(Path, RuleDb::Mode::ReadOnly)->rule(Id)).State; };
  Add("1, 'on', 'a'");
  Add("1, 'stale', 'b'");
  EXPECT_EQ(State(), RuleState::Stale);
  Add("1, 'off', 'wrong rule'");
  EXPECT_EQ(State(), RuleState::Off);
  Add("2, 'on', 'later'");
  EXPECT_EQ(State(), RuleState::On);
}

TEST(RuleDb, EventsCannotBeRewritten) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  Rule R = dotRule();
  {
    auto Db = openDb(Path);
    take(Db->addRule(R, evidence()));
    ok(Db->setState(ruleId(R), RuleState::Off, "wrong"));
  }
  auto Raw = take(Sqlite::open(Path, Sqlite::Access::Write));
  EXPECT_THAT(messageOf(Raw->exec("UPDATE events SET state = 'on'")), HasSubstr("only ever added"));
  EXPECT_THAT(messageOf(Raw->exec("DELETE FROM events")), HasSubstr("only ever added"));
}

struct Edit {
  const char *Sql, *Warning;
};

/// What makes a rule stale: evidence of other rows, or a text that is not the
/// one that was proved.
class StaleTest : public testing::TestWithParam<Edit> {};

TEST_P(StaleTest, ComesBackStaleAndNeverFires) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  Rule R = dotRule(), Other = shiftRule(1, 2);
  {
    auto Db = openDb(Path);
    take(Db->addRule(R, evidence()));
    take(Db->addRule(Other, evidence()));
    ok(Db->setState(ruleId(Other), RuleState::Off, "not wanted"));
    ok(Db->setState(ruleId(Other), RuleState::On, "wanted"));
  }
  {
    auto Raw = take(Sqlite::open(Path, Sqlite::Access::Write));
    ok(Raw->exec(GetParam().Sql));
  }
  auto Db = openDb(Path, RuleDb::Mode::ReadWrite);
  std::vector<std::string> Warnings;
  auto Rules = take(Db->rules("", &Warnings));
  ASSERT_EQ(Rules.size(), 2u);
  for (const StoredRule &S : Rules)
    EXPECT_EQ(S.State, S.Id == ruleId(R) ? RuleState::Stale : RuleState::On);
  ASSERT_EQ(Warnings.size(), 1u);
  EXPECT_THAT(Warnings[0], HasSubstr("rules.db: rule " + ruleId(R).hex().substr(0, 8) + ": "));
  EXPECT_THAT(Warnings[0], HasSubstr(GetParam().Warning));
  StoredRule One = take(Db->rule(ruleId(R).hex()));
  EXPECT_EQ(One.State, RuleState::Stale);
  EXPECT_THAT(One.StaleWhy, HasSubstr(GetParam().Warning));

  Warnings.clear();
  auto Matching = take(Db->matcherRules("x86_64", &Warnings));
  ASSERT_EQ(Matching.size(), 1u);
  EXPECT_EQ(Matching[0].Id, ruleId(Other));
  EXPECT_EQ(Warnings.size(), 1u);

  // Off wins over stale, and is not worth a warning.
  ok(Db->setState(ruleId(R), RuleState::Off, "not wanted"));
  Warnings.clear();
  EXPECT_EQ(take(Db->matcherRules("x86_64", &Warnings)).size(), 1u);
  EXPECT_TRUE(Warnings.empty());
  EXPECT_EQ(take(Db->rule(ruleId(R).hex())).State, RuleState::Off);
}

INSTANTIATE_TEST_SUITE_P(
    RuleDb, StaleTest,
    testing::Values(Edit{"UPDATE rule_rows SET row_hash = '00000000000000000000000000000000' "
                         "WHERE opcode = 'VPADDDZrr'",
                         "the meaning of 'VPADDDZrr' has changed"},
                    Edit{"UPDATE rule_rows SET opcode = 'VPOLDZrr' WHERE opcode = 'VPADDDZrr'",
                         "no row for 'VPOLDZrr'"},
                    Edit{"DELETE FROM rule_rows WHERE opcode = 'VPADDDZrr'",
                         "does not name the row 'VPADDDZrr'"},
                    Edit{"UPDATE rules SET text = replace(text, 'VPADDDZrr', 'VPFOOZrr')",
                         "unknown opcode 'VPFOOZrr'"},
                    Edit{"UPDATE rules SET text = replace(text, '0xf0', '0x80')",
                         "not the one that was proved"}));

TEST(RuleDb, ANewProofEndsStaleness) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  Rule R = dotRule();
  take(openDb(Path)->addRule(R, evidence()));
  {
    auto Raw = take(Sqlite::open(Path, Sqlite::Access::Write));
    ok(Raw->exec("UPDATE rule_rows SET row_hash = '00000000000000000000000000000000'"));
  }
  auto Db = openDb(Path, RuleDb::Mode::ReadWrite);
  EXPECT_EQ(take(Db->rules())[0].State, RuleState::Stale);
  RuleEvidence New = evidence();
  New.Method = "proved again";
  New.FoundBy = "hand";
  ok(Db->setEvidence(ruleId(R), New));
  StoredRule S = take(Db->rules())[0];
  EXPECT_EQ(S.State, RuleState::On);
  EXPECT_EQ(S.Evidence.Method, "proved again");
  EXPECT_EQ(S.Evidence.FoundBy, "search") << "a new proof does not change who found it";
  EXPECT_EQ(S.Evidence.RowHashes, rowHashesOf(R));
}

TEST(RuleDb, WhoFoundARuleDoesNotDependOnTheOrder) {
  TempFolder Dir;
  Rule R = dotRule();
  auto FoundBy = [&](std::initializer_list<const char *> Order) {
    std::string Path = Dir.file(std::string(*Order.begin()) + std::to_string(Order.size()) + ".db");
    auto Db = openDb(Path);
    for (const char *By : Order) {
      RuleEvidence E = evidence();
      E.FoundBy = By;
      take(Db->addRule(R, E));
    }
    return take(Db->rules())[0].Evidence.FoundBy;
  };
  EXPECT_EQ(FoundBy({"lifting", "search"}), "search");
  EXPECT_EQ(FoundBy({"search", "lifting"}), "search");
  EXPECT_EQ(FoundBy({"generalisation", "lifting", "search"}), "search");
  EXPECT_EQ(FoundBy({"hand", "search"}), "hand") << "who wrote a rule stays";
}

TEST(RuleDb, PrefixesMustBeLongEnoughAndUnique) {
  TempFolder Dir;
  auto Db = openDb(Dir.file("rules.db"));
  // Among 961 ids some share four digits.
  std::map<std::string, Rule> ByPrefix;
  std::vector<Rule> Pair;
  for (unsigned I = 1; I <= 31 && Pair.empty(); ++I)
    for (unsigned J = 1; J <= 31 && Pair.empty(); ++J) {
      Rule R = shiftRule(I, J);
      auto [It, New] = ByPrefix.try_emplace(ruleId(R).hex().substr(0, 4), R);
      if (!New)
        Pair = {It->second, R};
    }
  ASSERT_EQ(Pair.size(), 2u);
  for (const Rule &R : Pair)
    take(Db->addRule(R, evidence()));
  std::string A = ruleId(Pair[0]).hex(), B = ruleId(Pair[1]).hex();
  std::string Ambiguous = messageOf(Db->rule(A.substr(0, 4)));
  EXPECT_THAT(Ambiguous, HasSubstr("more than one rule"));
  EXPECT_THAT(Ambiguous, HasSubstr(A));
  EXPECT_THAT(Ambiguous, HasSubstr(B));
  EXPECT_EQ(take(Db->rule(A.substr(0, 16))).Id.hex(), A);
  EXPECT_EQ(take(Db->rule(llvm::StringRef(A.substr(0, 16)).upper())).Id.hex(), A);
  EXPECT_EQ(take(Db->rule(B)).Id.hex(), B);
  EXPECT_THAT(messageOf(Db->rule(A.substr(0, 3))), HasSubstr("4 to 32 hexadecimal digits"));
  EXPECT_THAT(messageOf(Db->rule("dpbusd")), HasSubstr("4 to 32 hexadecimal digits"));
  EXPECT_THAT(messageOf(Db->rule(A + "0")), HasSubstr("4 to 32 hexadecimal digits"));
  EXPECT_THAT(messageOf(Db->rule(A.substr(0, 4) == "0000" ? "1111" : "0000")),
              HasSubstr("no rule"));
}

/// The same content in two orders of arrival.
std::string dumpOf(const std::string &Path, bool Backwards, double Seconds) {
  auto Db = openDb(Path);
  std::vector<unsigned> Order{1, 2, 3, 4, 5};
  if (Backwards)
    std::reverse(Order.begin(), Order.end());
  for (unsigned I : Order) {
    Rule R = shiftRule(I, 6);
    take(Db->addWindow(R.W, {"source", "f \"quoted\"", I, "znver5"}));
    take(Db->addWindow(R.W, {"source", "g", I, "sapphirerapids"}));
    ok(Db->finishWindow(windowId(R.W), WindowState::Solved,
                        {uint64_t(Seconds * 1000), 3, 0, "len=3 seed=1"},
                        {{R, evidence(Seconds)}}));
  }
  for (unsigned I : {2u, 3u})
    ok(Db->setState(ruleId(shiftRule(I, 6)), RuleState::Off, "not wanted"));
  take(Db->addWindow(dotRule().W, {"source", "h", 0, "znver5"}));
  std::string Dump = take(Db->dump());
  EXPECT_EQ(Dump, take(Db->dump()));
  return Dump;
}

TEST(RuleDb, TheDumpDependsOnContentOnly) {
  TempFolder Dir;
  std::string A = dumpOf(Dir.file("a.db"), false, 0.25);
  std::string B = dumpOf(Dir.file("b.db"), true, 1.5);
  EXPECT_EQ(A, B);
  EXPECT_EQ(A, take(openDb(Dir.file("a.db"), RuleDb::Mode::ReadOnly)->dump()));
  EXPECT_THAT(A, HasSubstr("rule " + ruleId(shiftRule(4, 6)).hex() + " x86_64 "));
  EXPECT_THAT(A, HasSubstr("  %1:v512 = VPSLLDZri %0, 4\n"));
  EXPECT_THAT(A, HasSubstr("\"f \\22quoted\\22\""));
  EXPECT_THAT(A, HasSubstr(" 1 off \"not wanted\""));
  EXPECT_THAT(A, HasSubstr(windowId(dotRule().W).hex() + " x86_64 pending\n"));
}

TEST(RuleDb, NamesOfStatesReadBack) {
  for (RuleState S : {RuleState::On, RuleState::Off, RuleState::Stale})
    EXPECT_EQ(parseRuleState(stateName(S)), S);
  EXPECT_FALSE(parseRuleState("On"));
  Hash128 H = Hash128::of("x");
  EXPECT_EQ(parseHash(H.hex()), H);
  EXPECT_FALSE(parseHash(H.hex().substr(1)));
  EXPECT_FALSE(parseHash("zz" + H.hex().substr(2)));
}

} // namespace
