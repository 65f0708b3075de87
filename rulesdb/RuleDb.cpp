//===- rulesdb/RuleDb.cpp - Opening and writing -----------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/TargetIsa.h"
#include "rulesdb/RuleDbImpl.h"
#include "rulesdb/Schema.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstdio>

using namespace llvm;

namespace whittle {

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

StringRef stateName(WindowState S) {
  switch (S) {
  case WindowState::Pending:
    return "pending";
  case WindowState::Solved:
    return "solved";
  case WindowState::Searched:
    return "searched";
  case WindowState::Unknown:
    return "unknown";
  }
  llvm_unreachable("covered switch");
}

StringRef stateName(RuleState S) {
  switch (S) {
  case RuleState::On:
    return "on";
  case RuleState::Off:
    return "off";
  case RuleState::Stale:
    return "stale";
  }
  llvm_unreachable("covered switch");
}

std::optional<WindowState> parseWindowState(StringRef Name) {
  return StringSwitch<std::optional<WindowState>>(Name)
      .Case("pending", WindowState::Pending)
      .Case("solved", WindowState::Solved)
      .Case("searched", WindowState::Searched)
      .Case("unknown", WindowState::Unknown)
      .Default(std::nullopt);
}

std::optional<RuleState> parseRuleState(StringRef Name) {
  return StringSwitch<std::optional<RuleState>>(Name)
      .Case("on", RuleState::On)
      .Case("off", RuleState::Off)
      .Case("stale", RuleState::Stale)
      .Default(std::nullopt);
}

std::optional<Hash128> parseHash(StringRef Hex) {
  Hash128 H;
  std::string Bytes;
  if (Hex.size() != 2 * H.Bytes.size() || !tryGetFromHex(Hex, Bytes))
    return std::nullopt;
  copy(Bytes, H.Bytes.begin());
  return H;
}

//===----------------------------------------------------------------------===//
// Opening
//===----------------------------------------------------------------------===//

/// What can be told before SQLite sees the file. \p Exists: there is content.
static Error checkFile(const std::string &Path, RuleDb::Mode M, bool &Exists) {
  Exists = false;
  sys::fs::file_status Status;
  if (std::error_code EC = sys::fs::status(Path, Status)) {
    if (EC != std::errc::no_such_file_or_directory)
      return fileError(Path, EC.message());
    if (M == RuleDb::Mode::Create)
      return Error::success();
    return fileError(Path, "no such file");
  }
  if (sys::fs::is_directory(Status))
    return fileError(Path, "is a directory, not a database");
  if (!sys::fs::is_regular_file(Status))
    return fileError(Path, "is not a regular file");
  if (Status.getSize() == 0) {
    // Made by mktemp, or by a Create that was killed: no content to lose.
    if (M == RuleDb::Mode::Create)
      return Error::success();
    return fileError(Path, "is empty, not a database");
  }
  Exists = true;
  constexpr StringLiteral Magic("SQLite format 3");
  char Header[Magic.size()] = {};
  std::FILE *F = std::fopen(Path.c_str(), "rb");
  if (!F)
    return fileError(Path, std::error_code(errno, std::generic_category()).message());
  size_t Got = std::fread(Header, 1, sizeof(Header), F);
  std::fclose(F);
  if (Got != sizeof(Header) || StringRef(Header, Got) != Magic)
    return fileError(Path, "not a database");
  return Error::success();
}

/// A file that lost its end. With a log beside it the file may be short: what it
/// lacks is in the log. The order matters, since a writer may be moving the log's
/// pages into the file meanwhile: files only grow.
static Error checkLength(Sqlite &Db) {
  auto Pages = Db.number("PRAGMA page_count");
  if (!Pages)
    return Pages.takeError();
  auto PageSize = Db.number("PRAGMA page_size");
  if (!PageSize)
    return PageSize.takeError();
  uint64_t Size = 0;
  if (!sys::fs::file_size(Db.path() + "-wal", Size) && Size != 0)
    return Error::success();
  if (std::error_code EC = sys::fs::file_size(Db.path(), Size))
    return fileError(Db.path(), EC.message());
  if (Size < static_cast<uint64_t>(*Pages) * static_cast<uint64_t>(*PageSize))
    return fileError(Db.path(), "damaged or truncated database");
  return Error::success();
}

/// SQLite's own look at every page; linear in the file's size.
static Error quickCheck(Sqlite &Db) {
  auto S = Db.prepare("PRAGMA quick_check(1)");
  if (!S)
    return S.takeError();
  auto Row = S->step();
  if (!Row)
    return Row.takeError();
  if (*Row && S->text(0) != "ok")
    return fileError(Db.path(), "damaged or truncated database (" + S->text(0) + ")");
  return Error::success();
}

RuleDb::RuleDb() : I(std::make_unique<Impl>()) {}
RuleDb::~RuleDb() = default;
const std::string &RuleDb::path() const { return I->Db->path(); }

Expected<std::unique_ptr<RuleDb>> RuleDb::open(const std::string &Path, Mode M) {
  bool Exists;
  if (Error E = checkFile(Path, M, Exists))
    return std::move(E);
  auto Access = M == Mode::ReadOnly ? Sqlite::Access::Read
                : M == Mode::Create ? Sqlite::Access::Create
                                    : Sqlite::Access::Write;
  auto Db = Sqlite::open(Path, Access);
  if (!Db)
    return Db.takeError();
  bool Empty;
  if (Error E = checkIdentity(**Db, migrations(), Empty))
    return std::move(E);
  if (Empty && M != Mode::Create)
    return fileError(Path, "is empty, not a database");
  if (Error E = checkLength(**Db))
    return std::move(E);
  if (M == Mode::ReadOnly) {
    auto Version = (*Db)->number("PRAGMA user_version");
    if (!Version)
      return Version.takeError();
    if (*Version < static_cast<int64_t>(migrations().size()))
      return fileError(Path, formatv("written by an older Whittle (schema {0}, now {1}); 'whittle "
                                     "verify --db {2}' brings it up to date",
                                     *Version, migrations().size(), Path));
  } else {
    if (!Empty)
      if (Error E = quickCheck(**Db))
        return std::move(E);
    // The first schema goes in before the log starts, so that the file's own
    // header says at once whose it is.
    if (!Empty)
      if (Error E = (*Db)->useWriteAheadLog())
        return std::move(E);
    if (Error E = migrate(**Db, migrations()))
      return std::move(E);
    if (Empty)
      if (Error E = (*Db)->useWriteAheadLog())
        return std::move(E);
  }
  std::unique_ptr<RuleDb> R(new RuleDb);
  R->I->Db = std::move(*Db);
  return std::move(R);
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

Error RuleDb::Impl::putWindow(const Window &W, const Sighting &S, bool &New) {
  Window Canonical = W;
  canonicalize(Canonical);
  std::string Id = windowId(Canonical).hex();
  auto Put = Db->prepare("INSERT OR IGNORE INTO windows (id, target, text) VALUES (?, ?, ?)");
  if (!Put)
    return Put.takeError();
  if (Error E = Put->bind(Id).bind(W.Isa->arch()).bind(printWindow(Canonical)).run())
    return E;
  New = Db->changes() != 0;
  auto Seen = Db->prepare("INSERT OR IGNORE INTO sightings (window, source_hash, function, idx, "
                          "cpu) VALUES (?, ?, ?, ?, ?)");
  if (!Seen)
    return Seen.takeError();
  return Seen->bind(Id)
      .bind(S.SourceHash)
      .bind(S.Function)
      .bind(int64_t(S.Index))
      .bind(S.CPU)
      .run();
}

Expected<bool> RuleDb::addWindow(const Window &W, const Sighting &S) {
  bool New = false;
  if (Error E = I->Db->write(/*Durable=*/false, [&] { return I->putWindow(W, S, New); }))
    return std::move(E);
  return New;
}

Expected<unsigned> RuleDb::addWindows(ArrayRef<std::pair<Window, Sighting>> Seen) {
  unsigned Count = 0;
  Error E = I->Db->write(/*Durable=*/false, [&]() -> Error {
    for (const auto &[W, S] : Seen) {
      bool New = false;
      if (Error E = I->putWindow(W, S, New))
        return E;
      Count += New;
    }
    return Error::success();
  });
  if (E)
    return std::move(E);
  return Count;
}

Error RuleDb::finishWindow(const Hash128 &Id, WindowState State, const SearchRecord &Rec,
                           ArrayRef<std::pair<Rule, RuleEvidence>> Rules, unsigned *NewRules) {
  unsigned Count = 0;
  Sqlite &Db = *I->Db;
  Error E = Db.write(/*Durable=*/true, [&]() -> Error {
    auto Mark = Db.prepare("UPDATE windows SET state = ? WHERE id = ?");
    if (!Mark)
      return Mark.takeError();
    if (Error E = Mark->bind(stateName(State)).bind(Id.hex()).run())
      return E;
    if (Db.changes() == 0)
      return fileError(path(), "no window " + Id.hex());
    auto Search = Db.prepare("INSERT OR REPLACE INTO searches (window, settings, outcome, "
                             "candidates, refuted, unknown) VALUES (?, ?, ?, ?, ?, ?)");
    if (!Search)
      return Search.takeError();
    if (Error E = Search->bind(Id.hex())
                      .bind(Rec.Settings)
                      .bind(stateName(State))
                      .bind(int64_t(Rec.Candidates))
                      .bind(int64_t(Rec.Refuted))
                      .bind(int64_t(Rec.Unknown))
                      .run())
      return E;
    for (const auto &[R, Evidence] : Rules) {
      bool New = false;
      Hash128 RuleId;
      if (Error E = I->putRule(R, Evidence, New, RuleId))
        return E;
      Count += New;
      auto Link = Db.prepare("INSERT OR IGNORE INTO rule_windows (rule, window) VALUES (?, ?)");
      if (!Link)
        return Link.takeError();
      if (Error E = Link->bind(RuleId.hex()).bind(Id.hex()).run())
        return E;
    }
    return Error::success();
  });
  if (!E && NewRules)
    *NewRules = Count;
  return E;
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

Error RuleDb::Impl::putRowHashes(const std::string &Id, const RuleEvidence &E) {
  for (const auto &[Opcode, Hash] : E.RowHashes) {
    auto Put = Db->prepare("INSERT INTO rule_rows (rule, opcode, row_hash) VALUES (?, ?, ?)");
    if (!Put)
      return Put.takeError();
    if (Error Err = Put->bind(Id).bind(Opcode).bind(Hash.hex()).run())
      return Err;
  }
  return Error::success();
}

/// The opcodes that an instruction must have for the rule to be tried on it:
/// those with the meaning of what gives the first output.
static std::vector<std::string> rootsOf(const Rule &R) {
  unsigned Id = R.W.Source.Outputs[0], L = R.W.numLeaves();
  if (Id < L)
    return {};
  const Row &Root = *R.W.Source.Nodes[Id - L].R;
  if (Root.isGeneric())
    return {"REG_SEQUENCE"};
  std::vector<std::string> Names;
  for (const Row *M : R.W.Isa->classOf(Root).Members)
    Names.push_back(M->opcodeName().str());
  return Names;
}

Error RuleDb::Impl::putRoots(const std::string &Id, const Rule &R) {
  for (const std::string &Opcode : rootsOf(R)) {
    auto Put = Db->prepare("INSERT OR IGNORE INTO rule_roots (rule, opcode) VALUES (?, ?)");
    if (!Put)
      return Put.takeError();
    if (Error E = Put->bind(Id).bind(Opcode).run())
      return E;
  }
  return Error::success();
}

/// The evidence columns in the order in which both statements below name them.
static Statement &bindEvidence(Statement &S, const RuleEvidence &E) {
  return S.bind(E.Method)
      .bind(E.Solvers)
      .bind(E.Assumptions)
      .bind(int64_t(E.Slices))
      .bind(int64_t(E.DistinctSlices))
      .bind(int64_t(E.BySyntax))
      .bind(int64_t(E.BySolver))
      .bind(E.LLVMVersion)
      .bind(E.ProverVersion)
      .bind(int64_t(E.Confirmed))
      .bind(E.FPClass)
      .bind(E.Seconds);
}

Error RuleDb::Impl::putRule(const Rule &R, const RuleEvidence &Evidence, bool &New, Hash128 &Id) {
  New = false;
  if (Error E = checkRule(R))
    return fileError(Db->path(),
                     "rule " + ruleId(R).hex().substr(0, 8) + ": " + toString(std::move(E)));
  Rule Canonical = R;
  canonicalize(Canonical);
  Id = ruleId(Canonical);
  std::string Hex = Id.hex();
  StaticCost Source = staticCost(Canonical.W, Canonical.W.Source);
  StaticCost Target = staticCost(Canonical.W, Canonical.Target);
  // One order for all rules is what makes rewriting end.
  if (!(Target < Source))
    return fileError(Db->path(), "rule " + Hex.substr(0, 8) + ": the target is not cheaper");
  auto Put = Db->prepare(
      "INSERT OR IGNORE INTO rules (id, target, text, source_weight, source_instructions, "
      "source_constant_bytes, target_weight, target_instructions, target_constant_bytes, method, "
      "solvers, assumptions, slices, distinct_slices, by_syntax, by_solver, llvm_version, "
      "prover_version, confirmed, fp_class, seconds, found_by) "
      "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!Put)
    return Put.takeError();
  Put->bind(Hex).bind(R.W.Isa->arch()).bind(printRule(Canonical));
  for (const StaticCost &C : {Source, Target})
    Put->bind(int64_t(C.Weight)).bind(int64_t(C.Instructions)).bind(int64_t(C.ConstantBytes));
  if (Error E = bindEvidence(*Put, Evidence).bind(Evidence.FoundBy).run())
    return E;
  New = Db->changes() != 0;
  if (!New) {
    // Of a window and of a relative that was found before it, or after: the same either way,
    // as in a merge.
    auto Better = Db->prepare("UPDATE rules SET found_by = ?1 WHERE id = ?2 AND found_by IN "
                              "('generalisation', 'lifting') AND found_by < ?1");
    if (!Better)
      return Better.takeError();
    return Better->bind(Evidence.FoundBy).bind(Hex).run();
  }
  if (Error E = putRoots(Hex, Canonical))
    return E;
  if (!Evidence.RowHashes.empty())
    return putRowHashes(Hex, Evidence);
  RuleEvidence Filled;
  Filled.RowHashes = rowHashesOf(Canonical);
  return putRowHashes(Hex, Filled);
}

Expected<bool> RuleDb::addRule(const Rule &R, const RuleEvidence &Evidence) {
  bool New = false;
  Hash128 Id;
  if (Error E = I->Db->write(/*Durable=*/true, [&] { return I->putRule(R, Evidence, New, Id); }))
    return std::move(E);
  return New;
}

Error RuleDb::Impl::putEvent(const std::string &Id, RuleState S, StringRef Why) {
  auto Last = lastEvent(Id);
  if (!Last)
    return Last.takeError();
  if (Last->State == S && (Last->Step == 0 || Last->Why == Why))
    return Error::success();
  auto Put = Db->prepare("INSERT INTO events (rule, step, state, why) VALUES (?, ?, ?, ?)");
  if (!Put)
    return Put.takeError();
  return Put->bind(Id).bind(int64_t(Last->Step) + 1).bind(stateName(S)).bind(Why).run();
}

static Error requireRule(Sqlite &Db, const std::string &Id) {
  auto Find = Db.prepare("SELECT 1 FROM rules WHERE id = ?");
  if (!Find)
    return Find.takeError();
  auto Found = Find->bind(Id).step();
  if (!Found)
    return Found.takeError();
  return *Found ? Error::success() : fileError(Db.path(), "no rule " + Id);
}

Error RuleDb::setEvidence(const Hash128 &Id, const RuleEvidence &Evidence) {
  Sqlite &Db = *I->Db;
  std::string Hex = Id.hex();
  return Db.write(/*Durable=*/true, [&]() -> Error {
    std::string Text;
    {
      auto Find = Db.prepare("SELECT text FROM rules WHERE id = ?");
      if (!Find)
        return Find.takeError();
      auto Found = Find->bind(Hex).step();
      if (!Found)
        return Found.takeError();
      if (!*Found)
        return fileError(path(), "no rule " + Hex);
      Text = Find->text(0).str();
    }
    RuleEvidence New = Evidence;
    if (New.RowHashes.empty()) {
      auto R = parseRule(Text);
      if (!R)
        return fileError(path(), "rule " + Hex.substr(0, 8) + ": " + toString(R.takeError()));
      New.RowHashes = rowHashesOf(*R);
    }
    auto Put = Db.prepare("UPDATE rules SET method=?, solvers=?, assumptions=?, slices=?, "
                          "distinct_slices=?, by_syntax=?, by_solver=?, llvm_version=?, "
                          "prover_version=?, confirmed=?, fp_class=?, seconds=? "
                          "WHERE id=?");
    if (!Put)
      return Put.takeError();
    if (Error E = bindEvidence(*Put, New).bind(Hex).run())
      return E;
    auto Drop = Db.prepare("DELETE FROM rule_rows WHERE rule = ?");
    if (!Drop)
      return Drop.takeError();
    if (Error E = Drop->bind(Hex).run())
      return E;
    if (Error E = I->putRowHashes(Hex, New))
      return E;
    auto Last = I->lastEvent(Hex);
    if (!Last)
      return Last.takeError();
    if (Last->State != RuleState::Stale)
      return Error::success();
    return I->putEvent(Hex, RuleState::On, "proved again");
  });
}

Error RuleDb::setState(const Hash128 &Id, RuleState S, StringRef Why) {
  return I->Db->write(/*Durable=*/true, [&]() -> Error {
    if (Error E = requireRule(*I->Db, Id.hex()))
      return E;
    return I->putEvent(Id.hex(), S, Why);
  });
}

} // namespace whittle
