//===- tests/rulesdb/MergeTest.cpp - Joined databases ---------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestRules.h"
#include <gmock/gmock.h>

using namespace whittle;
using namespace whittle::test;
using testing::HasSubstr;

namespace {

/// Two shards of one queue, which have a window, a rule and a search in common, and
/// differ in what they say about them.
struct Shards : testing::Test {
  TempFolder Dir;
  std::string A = Dir.file("a b?.db"), B = Dir.file("b.db");

  Shards() {
    for (const std::string &Path : {A, B}) {
      auto Db = openDb(Path);
      for (unsigned I = 1; I <= 4; ++I)
        take(Db->addWindow(shiftRule(I, 1).W, {"source", "f", I, "znver5"}));
      finish(*Db, shiftRule(Path == A ? 1 : 2, 1), WindowState::Solved, evidence());
      RuleEvidence E = evidence();
      if (Path == B)
        E.Method = "slices by another way";
      finish(*Db, shiftRule(3, 1), WindowState::Solved, E);
      Window Open = shiftRule(4, 1).W;
      ok(Db->finishWindow(windowId(Open), Path == A ? WindowState::Unknown : WindowState::Searched,
                          {Path == A ? 10u : 20u, 0, Path == A, "len=2"}, {}));
    }
    auto Db = openDb(B);
    take(Db->addWindow(shiftRule(5, 1).W, {"source2", "g", 0, "icelake-server"}));
    ok(Db->setState(ruleId(shiftRule(2, 1)), RuleState::Off, "does not pay"));
  }
  static void finish(RuleDb &Db, const Rule &R, WindowState S, const RuleEvidence &E) {
    ok(Db.finishWindow(windowId(R.W), S, {1, 0, 0, "len=1"}, {{R, E}}));
  }
  std::string joined(std::vector<std::string> Paths) {
    std::string Into = Dir.file("into.db");
    llvm::sys::fs::remove(Into);
    auto Db = openDb(Into);
    for (const std::string &P : Paths)
      take(Db->mergeFrom(P));
    return take(Db->dump());
  }
};

TEST_F(Shards, AnyOrderAndAnyNumberOfTimesGivesTheSame) {
  std::string Once = joined({A, B});
  EXPECT_EQ(joined({B, A}), Once);
  EXPECT_EQ(joined({A, B, A, B, B}), Once);
  EXPECT_NE(joined({A}), Once);
  EXPECT_NE(joined({B}), Once);
}

TEST_F(Shards, AllThatEitherHasIsThere) {
  auto Db = openDb(Dir.file("into.db"));
  EXPECT_EQ(take(Db->mergeFrom(A)), 2u);
  EXPECT_EQ(take(Db->mergeFrom(B)), 1u);
  auto Rules = take(Db->rules());
  ASSERT_EQ(Rules.size(), 3u);
  EXPECT_EQ(take(Db->rule(ruleId(shiftRule(2, 1)).hex())).State, RuleState::Off);
  // Of two proofs one is kept, with its rows.
  StoredRule Both = take(Db->rule(ruleId(shiftRule(3, 1)).hex()));
  EXPECT_EQ(Both.Evidence.Method, "slices by another way");
  EXPECT_EQ(Both.Evidence.RowHashes, rowHashesOf(shiftRule(3, 1)));
  EXPECT_EQ(Both.State, RuleState::On);
  EXPECT_EQ(Both.Sightings, 1u); // the same place in both files
  EXPECT_EQ(take(Db->windows(std::nullopt)).size(), 5u);
  // What was left undecided once is worth another look.
  auto Open = take(Db->windows(WindowState::Unknown));
  ASSERT_EQ(Open.size(), 1u);
  EXPECT_EQ(Open[0].Id, windowId(shiftRule(4, 1).W));
  EXPECT_EQ(take(Db->searches()) [Open[0].Id], std::set<std::string> { "len=2" });
}

TEST_F(Shards, WhatCannotBeReadChangesNothing) {
  auto Db = openDb(A);
  std::string Before = take(Db->dump());
  writeFile(Dir.file("text"), "this is no database at all\n");
  EXPECT_THAT(messageOf(Db->mergeFrom(Dir.file("text"))), HasSubstr("not a database"));
  EXPECT_THAT(messageOf(Db->mergeFrom(Dir.file("none"))), HasSubstr("no such file"));
  EXPECT_THAT(messageOf(Db->mergeFrom(A)), HasSubstr("into itself"));
  EXPECT_EQ(take(Db->dump()), Before);
}

} // namespace
