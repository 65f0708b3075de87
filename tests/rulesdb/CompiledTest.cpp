//===- tests/rulesdb/CompiledTest.cpp - The plugin's flat file --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "rulesdb/Compiled.h"
#include "TestRules.h"
#include "rulesdb/ImportExport.h"
#include <gmock/gmock.h>

using namespace whittle;
using namespace whittle::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

class Compiled : public testing::Test {
protected:
  Compiled() : Path(Dir.file("rules.matcher")) {
    auto Db = openDb(Dir.file("rules.db"));
    take(Db->addRule(dotRule(), evidence()));
    take(Db->addRule(shiftRule(1, 2), evidence()));
    take(Db->addRule(shiftRule(3, 4), evidence()));
    ok(Db->setState(ruleId(shiftRule(3, 4)), RuleState::Off, "not wanted"));
    Rules = take(Db->rules());
    Content = compileMatcher(Rules);
  }
  /// The content with other bytes and a checksum that fits them.
  std::string resealed(llvm::StringRef From, llvm::StringRef To) {
    std::string Body = Content.substr(0, Content.rfind("sum "));
    size_t At = Body.find(From);
    EXPECT_NE(At, std::string::npos) << From.str();
    Body.replace(At, From.size(), To.str());
    return Body + "sum " + Hash128::of(Body).hex() + "\n";
  }
  std::string readMessage(llvm::StringRef Bytes) {
    writeFile(Path, Bytes);
    return messageOf(readCompiled(Path, "x86_64"));
  }
  TempFolder Dir;
  std::string Path, Content;
  std::vector<StoredRule> Rules;
};

TEST_F(Compiled, HoldsWhatIsOn) {
  ok(publishFile(Path, Content));
  auto FromFile = take(loadMatcherRules(Path, "x86_64"));
  auto FromDb = take(loadMatcherRules(Dir.file("rules.db"), "x86_64"));
  ASSERT_EQ(FromFile.size(), 2u);
  ASSERT_EQ(FromDb.size(), 2u);
  for (size_t I = 0; I < 2; ++I) {
    EXPECT_EQ(FromFile[I].Id, FromDb[I].Id);
    EXPECT_EQ(printRule(FromFile[I].R), printRule(FromDb[I].R));
  }
  EXPECT_TRUE(take(loadMatcherRules(Path, "amdgcn")).empty());
}

TEST_F(Compiled, RulesOfSomeRootsAlone) {
  auto Db = openDb(Dir.file("rules.db"));
  std::set<std::string> Ids;
  for (const std::string &Root : take(Db->matcherRoots("x86_64"))) {
    auto Some = take(loadMatcherRules(Dir.file("rules.db"), "x86_64", nullptr, Root));
    EXPECT_FALSE(Some.empty()) << Root;
    for (const MatcherRule &R : Some)
      Ids.insert(R.Id.hex());
  }
  EXPECT_EQ(Ids.size(), take(Db->matcherRules("x86_64")).size());
  EXPECT_TRUE(take(Db->matcherRules("x86_64", nullptr, std::string("VPSADBWrr"))).empty());
  EXPECT_TRUE(take(Db->matcherRules("amdgcn", nullptr, take(Db->matcherRoots("x86_64")))).empty());
}

TEST_F(Compiled, RulesAboutLoopsAreAmongThem) {
  auto Db = openDb(Dir.file("loops.db"));
  Rule R = loopRuleOfDot();
  canonicalize(R);
  take(Db->addWindow(R.W, {"source", "dot", 0, "znver5"}));
  ok(Db->finishWindow(windowId(R.W), WindowState::Solved, {}, {{R, evidence()}}));
  EXPECT_THAT(take(Db->matcherRoots("x86_64")), testing::Contains("VPADDDZrr"));
  writeFile(Path, compileMatcher(take(Db->rules())));
  auto Read = take(loadMatcherRules(Path, "x86_64"));
  ASSERT_EQ(Read.size(), 1u);
  EXPECT_TRUE(Read[0].R.W.isLoop());
  EXPECT_EQ(Read[0].Id, ruleId(R));
  EXPECT_THAT(exportRules(take(Db->rules())), testing::HasSubstr("%0:v512 loop\n"));
}

TEST_F(Compiled, EqualRulesGiveEqualBytes) {
  std::reverse(Rules.begin(), Rules.end());
  EXPECT_EQ(compileMatcher(Rules), Content);
}

TEST_F(Compiled, UnconfirmedRulesAreLeftOut) {
  for (StoredRule &R : Rules)
    R.Evidence.Confirmed = R.Id != ruleId(dotRule());
  writeFile(Path, compileMatcher(Rules));
  auto Left = take(readCompiled(Path, "x86_64"));
  ASSERT_EQ(Left.size(), 1u);
  EXPECT_EQ(Left[0].Id, ruleId(shiftRule(1, 2)));
}

TEST_F(Compiled, NoRulesAreFineToo) {
  writeFile(Path, compileMatcher({}));
  EXPECT_TRUE(take(readCompiled(Path, "x86_64")).empty());
}

TEST_F(Compiled, AnyTruncationIsSeen) {
  for (size_t Size = 16; Size < Content.size(); Size += 7)
    EXPECT_EQ(readMessage(llvm::StringRef(Content).take_front(Size)),
              Path + ": damaged or truncated compiled matcher")
        << Size;
  EXPECT_EQ(readMessage(Content + "x"), Path + ": damaged or truncated compiled matcher");
}

TEST_F(Compiled, AnyFlippedByteIsSeen) {
  for (size_t At = 0; At < Content.size(); At += 11) {
    std::string Bad = Content;
    Bad[At] ^= 1;
    EXPECT_THAT(readMessage(Bad), StartsWith(Path + ": ")) << At;
  }
}

TEST_F(Compiled, OtherVersionsAreNamed) {
  EXPECT_THAT(readMessage(resealed("whittle-matcher 1", "whittle-matcher 2")),
              AllOf(HasSubstr("of format 2"), HasSubstr("compile it again")));
  EXPECT_THAT(readMessage(resealed("llvm 22", "llvm 23")),
              AllOf(HasSubstr("made for LLVM 23"), HasSubstr("this is LLVM 22")));
}

/// A correct checksum does not make a wrong content right.
TEST_F(Compiled, ContentIsCheckedBehindTheChecksum) {
  for (auto [From, To] : {std::pair("rules 2", "rules 3"),
                          {"rules 2", "rules 1"},
                          {"rules 2", "rules -1"},
                          {" x86_64 ", " "},
                          {"VPADDDZrr ", "VPADDDZrr"}})
    EXPECT_EQ(readMessage(resealed(From, To)), Path + ": damaged or truncated compiled matcher")
        << To;
}

TEST_F(Compiled, StaleRulesAreLeftOut) {
  std::string Hash = Rules[0].Evidence.RowHashes[0].second.hex();
  for (const StoredRule &R : Rules)
    if (R.Id == ruleId(dotRule()))
      Hash = R.Evidence.RowHashes[0].second.hex();
  writeFile(Path, resealed(Hash, std::string(32, '0')));
  std::vector<std::string> Warnings;
  auto Left = take(readCompiled(Path, "x86_64", &Warnings));
  ASSERT_EQ(Left.size(), 1u);
  EXPECT_EQ(Left[0].Id, ruleId(shiftRule(1, 2)));
  ASSERT_EQ(Warnings.size(), 1u);
  EXPECT_THAT(Warnings[0], HasSubstr("rule " + ruleId(dotRule()).hex().substr(0, 8) + ": "));
  EXPECT_THAT(Warnings[0], HasSubstr("has changed since the proof"));
}

TEST_F(Compiled, FilesThatAreNeitherAreNamed) {
  EXPECT_EQ(messageOf(loadMatcherRules(Dir.file("none"), "x86_64")),
            Dir.file("none") + ": no such file");
  EXPECT_THAT(messageOf(loadMatcherRules(Dir.Path, "x86_64")), HasSubstr("is a directory"));
  writeFile(Path, "whittle is a tool");
  EXPECT_EQ(messageOf(loadMatcherRules(Path, "x86_64")), Path + ": not a database");
  EXPECT_EQ(messageOf(readCompiled(Path, "x86_64")), Path + ": not a compiled matcher");
  EXPECT_EQ(messageOf(readCompiled(Dir.file("none"), "x86_64")),
            Dir.file("none") + ": no such file");
}

} // namespace
