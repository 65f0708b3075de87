//===- tests/rulesdb/FileTest.cpp - Files that are not what they should be --===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestRules.h"
#include "rulesdb/Schema.h"
#include <csignal>
#include <gmock/gmock.h>
#include <map>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace whittle;
using namespace whittle::test;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;
using Mode = RuleDb::Mode;

namespace {

std::string openMessage(const std::string &Path, Mode M) {
  return messageOf(RuleDb::open(Path, M));
}

/// Runs \p Body in a child; its exit code, or minus the signal that ended it.
template <typename Fn> int inChild(Fn Body) {
  pid_t Child = fork();
  if (Child == 0) {
    int Code = Body();
    _exit(Code);
  }
  int Status = 0;
  waitpid(Child, &Status, 0);
  return WIFEXITED(Status) ? WEXITSTATUS(Status) : -WTERMSIG(Status);
}

TEST(File, WhatIsNoDatabaseIsNamed) {
  TempFolder Dir;
  std::string Missing = Dir.file("missing.db"), Text = Dir.file("text.db"),
              Empty = Dir.file("empty.db"), Short = Dir.file("short.db");
  writeFile(Text, std::string(5000, 'x'));
  writeFile(Empty, "");
  writeFile(Short, "SQLite format 3");
  for (Mode M : {Mode::ReadOnly, Mode::ReadWrite}) {
    EXPECT_EQ(openMessage(Missing, M), Missing + ": no such file");
    EXPECT_EQ(openMessage(Empty, M), Empty + ": is empty, not a database");
  }
  for (Mode M : {Mode::ReadOnly, Mode::ReadWrite, Mode::Create}) {
    EXPECT_EQ(openMessage(Dir.Path, M), Dir.Path + ": is a directory, not a database");
    EXPECT_EQ(openMessage(Text, M), Text + ": not a database");
    EXPECT_THAT(openMessage(Short, M), StartsWith(Short + ": "));
  }
  EXPECT_EQ(openMessage("/dev/null", Mode::Create), "/dev/null: is not a regular file");
  EXPECT_THAT(openMessage(Dir.file("none/x.db"), Mode::Create), HasSubstr("no such folder"));
  // Nothing was made or changed on the way.
  EXPECT_FALSE(llvm::sys::fs::exists(Missing));
  EXPECT_EQ(readFile(Text), std::string(5000, 'x'));
  EXPECT_EQ(readFile(Short), "SQLite format 3");
  // An empty file has no content to lose: mktemp makes such.
  openDb(Empty, Mode::Create);
  EXPECT_EQ(openMessage(Empty, Mode::ReadOnly), "");
}

TEST(File, AnotherApplicationsDatabaseIsLeftAlone) {
  TempFolder Dir;
  for (const char *Setup :
       {"CREATE TABLE rules (id)", "CREATE TABLE t (x); PRAGMA application_id=1234;",
        "PRAGMA journal_mode=WAL; CREATE TABLE windows (id); PRAGMA user_version=1;"}) {
    std::string Path = Dir.file("other.db");
    (void)llvm::sys::fs::remove(Path);
    {
      auto Raw = take(Sqlite::open(Path, Sqlite::Access::Create));
      ok(Raw->exec(Setup));
    }
    std::string Before = readFile(Path);
    for (Mode M : {Mode::ReadOnly, Mode::ReadWrite, Mode::Create})
      EXPECT_EQ(openMessage(Path, M),
                Path + ": a SQLite database of another application, not Whittle's");
    EXPECT_EQ(readFile(Path), Before);
  }
}

TEST(File, ANewerSchemaIsNotTouched) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  openDb(Path);
  {
    auto Raw = take(Sqlite::open(Path, Sqlite::Access::Write));
    ok(Raw->exec("PRAGMA user_version=99"));
  }
  std::string Before = readFile(Path);
  for (Mode M : {Mode::ReadOnly, Mode::ReadWrite, Mode::Create})
    EXPECT_THAT(openMessage(Path, M),
                AllOf(StartsWith(Path + ": "), HasSubstr("newer"), HasSubstr("schema 99")));
  EXPECT_EQ(readFile(Path), Before);
}

TEST(File, PathsThatLookLikeUris) {
  TempFolder Dir;
  for (const char *Name :
       {"a?mode=memory.db", "50%25.db", "x#y.db", "file:z.db", "with space.db"}) {
    std::string Path = Dir.file(Name);
    take(openDb(Path)->addRule(shiftRule(1, 2), evidence()));
    EXPECT_TRUE(llvm::sys::fs::exists(Path)) << Name;
    EXPECT_EQ(take(openDb(Path, Mode::ReadOnly)->rules()).size(), 1u) << Name;
  }
}

//===----------------------------------------------------------------------===//
// Damage
//===----------------------------------------------------------------------===//

TEST(File, ATruncatedDatabaseSaysSo) {
  TempFolder Dir;
  std::string Whole = Dir.file("whole.db"), Path = Dir.file("cut.db");
  {
    auto Db = openDb(Whole);
    for (unsigned I = 1; I <= 20; ++I)
      take(Db->addRule(shiftRule(I, 1), evidence()));
  }
  std::string Content = readFile(Whole);
  ASSERT_GT(Content.size(), 40000u);
  for (size_t Size : {size_t(20), size_t(99), size_t(100), size_t(4095), size_t(4096), size_t(8192),
                      Content.size() / 2, Content.size() - 4096, Content.size() - 1}) {
    writeFile(Path, llvm::StringRef(Content).take_front(Size));
    for (Mode M : {Mode::ReadOnly, Mode::ReadWrite, Mode::Create})
      EXPECT_THAT(openMessage(Path, M),
                  AllOf(StartsWith(Path + ": "),
                        AnyOf(HasSubstr("truncated"), HasSubstr("not a database"))))
          << Size;
    EXPECT_EQ(readFile(Path).size(), Size);
  }
}

/// A page of noise anywhere: a writer refuses the file; a reader reports it or
/// what it still gets is right.
TEST(File, ADamagedPageNeverGivesAWrongRule) {
  TempFolder Dir;
  std::string Whole = Dir.file("whole.db"), Path = Dir.file("bad.db");
  std::map<std::string, std::string> Texts;
  {
    auto Db = openDb(Whole);
    for (unsigned I = 1; I <= 20; ++I) {
      Rule R = shiftRule(I, 1);
      take(Db->addRule(R, evidence()));
      Texts[ruleId(R).hex()] = printRule(R);
    }
  }
  std::string Content = readFile(Whole);
  unsigned Refused = 0, Pages = Content.size() / 4096;
  for (unsigned Page = 1; Page < Pages; ++Page) {
    std::string Bad = Content;
    for (size_t I = 0; I < 4096; ++I)
      Bad[Page * 4096 + I] = char(I * 37 + Page);
    writeFile(Path, Bad);
    Refused += !openMessage(Path, Mode::ReadWrite).empty();
    writeFile(Path, Bad);
    auto Db = RuleDb::open(Path, Mode::ReadOnly);
    if (!Db) {
      EXPECT_THAT(toString(Db.takeError()), StartsWith(Path + ": "));
      continue;
    }
    auto Rules = (*Db)->rules();
    if (!Rules) {
      EXPECT_THAT(toString(Rules.takeError()),
                  AllOf(StartsWith(Path + ": "), HasSubstr("damaged")));
      continue;
    }
    for (const StoredRule &R : *Rules)
      if (R.State == RuleState::On) {
        EXPECT_EQ(R.Text, Texts[R.Id.hex()]);
      }
  }
  EXPECT_EQ(Refused, Pages - 1);
}

//===----------------------------------------------------------------------===//
// Migrations
//===----------------------------------------------------------------------===//

TEST(Migration, StepsRunInOrderAndOnce) {
  TempFolder Dir;
  auto Db = take(Sqlite::open(Dir.file("m.db"), Sqlite::Access::Create));
  static constexpr Migration First[] = {"CREATE TABLE a (x); INSERT INTO a VALUES (1);"};
  static constexpr Migration Both[] = {First[0], "ALTER TABLE a ADD COLUMN y DEFAULT 5;"};
  ok(migrate(*Db, First));
  ok(migrate(*Db, First));
  EXPECT_EQ(take(Db->number("PRAGMA user_version")), 1);
  EXPECT_EQ(take(Db->number("PRAGMA application_id")), ApplicationId);
  ok(migrate(*Db, Both));
  EXPECT_EQ(take(Db->number("PRAGMA user_version")), 2);
  // What stood there before is still there.
  EXPECT_EQ(take(Db->number("SELECT x + y FROM a")), 6);
  EXPECT_THAT(messageOf(migrate(*Db, First)), HasSubstr("newer"));
}

TEST(Migration, AFailedStepLeavesThePreviousSchema) {
  TempFolder Dir;
  auto Db = take(Sqlite::open(Dir.file("m.db"), Sqlite::Access::Create));
  static constexpr Migration Steps[] = {"CREATE TABLE a (x);",
                                        "CREATE TABLE b (x); CREATE TABLE a (x);"};
  EXPECT_THAT(messageOf(migrate(*Db, Steps)), HasSubstr("m.db: "));
  EXPECT_EQ(take(Db->number("PRAGMA user_version")), 1);
  EXPECT_EQ(take(Db->number("SELECT count(*) FROM sqlite_schema")), 1);
}

/// Released steps are never edited: files made by them exist. A new schema is a
/// new step, and a new line here.
TEST(Migration, ReleasedStepsStayAsTheyWere) {
  ASSERT_EQ(migrations().size(), 2u);
  EXPECT_EQ(Hash128::of(migrations()[0]).hex(), "9b9d4e1b439823d18c4f9addf1fda8cd");
  EXPECT_EQ(Hash128::of(migrations()[1]).hex(), "e5a2be2740c5eebed73191d718b90124");
}

TEST(Migration, AReaderAsksForAnOlderSchemaToBeUpgraded) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  openDb(Path);
  {
    auto Raw = take(Sqlite::open(Path, Sqlite::Access::Write));
    ok(Raw->exec("PRAGMA user_version=0"));
  }
  EXPECT_THAT(openMessage(Path, Mode::ReadOnly), HasSubstr("older Whittle (schema 0"));
}

//===----------------------------------------------------------------------===//
// Readers beside writers
//===----------------------------------------------------------------------===//

TEST(Readers, SeeWhatIsCommittedButStillInTheLog) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  Rule A = shiftRule(1, 1), B = shiftRule(2, 1);
  auto Writer = openDb(Path);
  take(Writer->addRule(A, evidence()));
  uint64_t LogSize = 0;
  ASSERT_FALSE(llvm::sys::fs::file_size(Path + "-wal", LogSize));
  ASSERT_GT(LogSize, 0u) << "nothing in the log: the test would show nothing";
  auto Reader = openDb(Path, Mode::ReadOnly);
  EXPECT_EQ(take(Reader->rules()).size(), 1u);
  take(Writer->addRule(B, evidence()));
  EXPECT_EQ(take(Reader->rules()).size(), 2u);
  // The case that immutable=1 misses: a wrong rule is switched off, and still fires.
  ok(Writer->setState(ruleId(A), RuleState::Off, "wrong rule"));
  EXPECT_EQ(take(Reader->matcherRules("x86_64")).size(), 1u);
  EXPECT_EQ(take(openDb(Path, Mode::ReadOnly)->rule(ruleId(A).hex())).State, RuleState::Off);
}

TEST(Readers, CannotWrite) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  openDb(Path);
  auto Reader = openDb(Path, Mode::ReadOnly);
  EXPECT_THAT(messageOf(Reader->addRule(shiftRule(1, 1), evidence())), StartsWith(Path + ": "));
}

/// Rules that ship with a compiler lie in a folder that its users may not write.
TEST(Readers, AClosedDatabaseOpensFromAReadOnlyFolder) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  take(openDb(Path)->addRule(shiftRule(1, 1), evidence()));
  EXPECT_FALSE(llvm::sys::fs::exists(Path + "-wal"));
  ASSERT_EQ(chmod(Path.c_str(), 0444), 0);
  ASSERT_EQ(chmod(Dir.Path.c_str(), 0555), 0);
  int Code = inChild([&] {
    // The superuser may write everywhere.
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
      return 10;
    auto Reader = RuleDb::open(Path, Mode::ReadOnly);
    if (!Reader) {
      llvm::errs() << toString(Reader.takeError()) << "\n";
      return 1;
    }
    auto Rules = (*Reader)->rules();
    if (!Rules || Rules->size() != 1)
      return 2;
    std::string Write = openMessage(Path, Mode::ReadWrite);
    if (!llvm::StringRef(Write).contains("is not writable"))
      return 3;
    std::string Create = openMessage(Dir.file("new.db"), Mode::Create);
    if (!llvm::StringRef(Create).contains("folder '" + Dir.Path + "' is not writable"))
      return 4;
    return 0;
  });
  chmod(Dir.Path.c_str(), 0755);
  EXPECT_EQ(Code, 0);
}

//===----------------------------------------------------------------------===//
// Failing disks, killed writers
//===----------------------------------------------------------------------===//

TEST(Writers, AFullDiskIsNamedAndUndone) {
  TempFolder Dir;
  std::string Path = Dir.file("full.db");
  auto Db = take(Sqlite::open(Path, Sqlite::Access::Create));
  ok(Db->exec("PRAGMA page_size=512; CREATE TABLE t (x); INSERT INTO t VALUES ('kept');"
              "PRAGMA max_page_count=4;"));
  std::string Message = messageOf(Db->write(true, [&]() -> llvm::Error {
    if (llvm::Error E = Db->exec("INSERT INTO t VALUES ('lost')"))
      return E;
    return Db->exec("INSERT INTO t VALUES (zeroblob(100000))");
  }));
  EXPECT_THAT(Message, AllOf(StartsWith(Path + ": the disk is full"), HasSubstr("intact")));
  EXPECT_EQ(take(Db->number("SELECT count(*) FROM t WHERE x = 'kept'")), 1);
  EXPECT_EQ(take(Db->number("SELECT count(*) FROM t")), 1);
}

TEST(Writers, AFailedWriteLeavesWhatWasThere) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  {
    auto Db = openDb(Path);
    for (unsigned I = 1; I <= 5; ++I)
      take(Db->addRule(shiftRule(I, 1), evidence()));
  }
  int Code = inChild([&] {
    signal(SIGXFSZ, SIG_IGN);
    auto Db = RuleDb::open(Path, Mode::ReadWrite);
    if (!Db)
      return 1;
    // Every file of this process ends here from now on.
    rlimit Limit{16384, 16384};
    setrlimit(RLIMIT_FSIZE, &Limit);
    for (unsigned I = 6; I <= 31; ++I) {
      auto Added = (*Db)->addRule(shiftRule(I, 1), evidence());
      if (!Added)
        return llvm::StringRef(toString(Added.takeError())).starts_with(Path + ": ") ? 0 : 2;
    }
    return 3;
  });
  EXPECT_EQ(Code, 0);
  auto Rules = take(openDb(Path, Mode::ReadWrite)->rules());
  EXPECT_GE(Rules.size(), 5u);
  for (const StoredRule &R : Rules)
    EXPECT_EQ(R.State, RuleState::On);
}

/// kill -9 at many moments: the file opens with every rule that was reported as
/// stored.
TEST(Writers, KilledOnesLoseNothingCommitted) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  std::vector<Rule> Rules;
  for (unsigned I = 1; I <= 31; ++I)
    for (unsigned J = 1; J <= 12; ++J)
      Rules.push_back(shiftRule(I, J));
  uint32_t Stored = 0;
  for (unsigned Round = 0; Round < 12 && Stored < Rules.size(); ++Round) {
    int Pipe[2];
    ASSERT_EQ(pipe(Pipe), 0);
    pid_t Child = fork();
    if (Child == 0) {
      close(Pipe[0]);
      auto Db = RuleDb::open(Path, Mode::Create);
      if (!Db)
        _exit(1);
      for (uint32_t I = Stored; I < Rules.size(); ++I) {
        const Rule &R = Rules[I];
        auto New = (*Db)->addWindow(R.W, {"source", "f", I, "znver5"});
        if (!New || (*Db)->finishWindow(windowId(R.W), WindowState::Solved, {1, 0, 0, "len=2"},
                                        {{R, evidence()}}))
          _exit(2);
        uint32_t Count = I + 1;
        if (write(Pipe[1], &Count, sizeof(Count)) != sizeof(Count))
          _exit(3);
      }
      for (;;)
        pause();
    }
    close(Pipe[1]);
    // After some progress, at no particular point of the next transaction.
    uint32_t Count;
    for (unsigned Wanted = 1 + Round; Wanted; --Wanted)
      if (read(Pipe[0], &Count, sizeof(Count)) == sizeof(Count))
        Stored = Count;
    usleep(97 * Round);
    kill(Child, SIGKILL);
    int Status = 0;
    waitpid(Child, &Status, 0);
    ASSERT_TRUE(WIFSIGNALED(Status)) << "the child ended by itself: " << Status;
    while (read(Pipe[0], &Count, sizeof(Count)) == sizeof(Count))
      Stored = Count;
    close(Pipe[0]);

    auto Db = openDb(Path, Mode::Create);
    auto Found = take(Db->rules());
    // One more may have been committed before its number got through.
    ASSERT_GE(Found.size(), Stored);
    ASSERT_LE(Found.size(), Stored + 1);
    std::set<Hash128> Ids;
    for (const StoredRule &R : Found) {
      EXPECT_EQ(R.State, RuleState::On);
      Ids.insert(R.Id);
    }
    for (uint32_t I = 0; I < Stored; ++I)
      EXPECT_TRUE(Ids.count(ruleId(Rules[I]))) << I;
    // A rule and its window's state are one transaction.
    EXPECT_EQ(take(Db->windows(WindowState::Solved)).size(), Found.size());
    Stored = Found.size();
  }
  EXPECT_GT(Stored, 70u) << "the rounds made no progress";
}

TEST(Writers, KilledWhileMakingTheFile) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  for (unsigned Round = 0; Round < 12; ++Round) {
    for (const char *Suffix : {"", "-wal", "-shm", "-journal"})
      (void)llvm::sys::fs::remove(Path + Suffix);
    pid_t Child = fork();
    if (Child == 0) {
      if (auto Db = RuleDb::open(Path, Mode::Create))
        for (;;)
          pause();
      _exit(1);
    }
    usleep(200 + 400 * Round);
    kill(Child, SIGKILL);
    int Status = 0;
    waitpid(Child, &Status, 0);
    ASSERT_TRUE(WIFSIGNALED(Status));
    EXPECT_EQ(openMessage(Path, Mode::Create), "") << Round;
    EXPECT_EQ(openMessage(Path, Mode::ReadOnly), "") << Round;
  }
}

/// A writer that has read something may rely on it until it commits.
TEST(Writers, AreAloneFromTheirFirstRead) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  openDb(Path);
  auto A = take(Sqlite::open(Path, Sqlite::Access::Write));
  auto B = take(Sqlite::open(Path, Sqlite::Access::Write));
  ok(A->useWriteAheadLog());
  ok(B->exec("PRAGMA busy_timeout=0"));
  const char *Insert = "INSERT INTO windows (id, target, text) VALUES "
                       "(lower(hex(randomblob(16))), 'x', 'y')";
  ok(A->write(true, [&]() -> llvm::Error {
    EXPECT_EQ(take(A->number("SELECT count(*) FROM windows")), 0);
    EXPECT_THAT(messageOf(B->exec(Insert)), HasSubstr("locked"));
    return A->exec(Insert);
  }));
  ok(B->exec(Insert));
}

TEST(Writers, TwoAtOnceWaitForEachOther) {
  TempFolder Dir;
  std::string Path = Dir.file("rules.db");
  auto Write = [&](unsigned J) {
    auto Db = RuleDb::open(Path, Mode::Create);
    if (!Db)
      return 1;
    for (unsigned I = 1; I <= 20; ++I) {
      Rule R = shiftRule(I, J);
      if (auto Added = (*Db)->addRule(R, evidence()); !Added) {
        llvm::errs() << toString(Added.takeError()) << "\n";
        return 2;
      }
      // Reads before it writes: its transaction must be a writer's from the start.
      for (RuleState S : {RuleState::Off, RuleState::On})
        if (llvm::Error E = (*Db)->setState(ruleId(R), S, "toggled")) {
          llvm::errs() << toString(std::move(E)) << "\n";
          return 3;
        }
    }
    return 0;
  };
  pid_t Child = fork();
  if (Child == 0)
    _exit(Write(1));
  EXPECT_EQ(Write(2), 0);
  int Status = 0;
  waitpid(Child, &Status, 0);
  EXPECT_EQ(Status, 0);
  EXPECT_EQ(take(openDb(Path, Mode::ReadOnly)->rules()).size(), 40u);
}

} // namespace
