//===- rulesdb/RuleDbRead.cpp - Reading and dumping -------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/TargetIsa.h"
#include "rulesdb/RuleDbImpl.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace whittle {

/// How many places a rule's SeenIn names.
static constexpr int64_t SeenInShown = 8;

/// Runs a query and calls \p Each for every row.
static Error forEach(Sqlite &Db, StringRef Sql, ArrayRef<StringRef> Params,
                     function_ref<Error(Statement &)> Each) {
  auto S = Db.prepare(Sql);
  if (!S)
    return S.takeError();
  for (StringRef P : Params)
    S->bind(P);
  for (;;) {
    auto Row = S->step();
    if (!Row)
      return Row.takeError();
    if (!*Row)
      return Error::success();
    if (Error E = Each(*S))
      return E;
  }
}

/// A stored name that the schema's CHECKs exclude, or a hash that is none.
static Error badCell(const Sqlite &Db, const Twine &What) {
  return fileError(Db.path(), "damaged database: " + What);
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

Expected<std::vector<QueuedWindow>> RuleDb::windows(std::optional<WindowState> State,
                                                    std::vector<std::string> *Warnings) {
  // Pending first, then the most seen. The CPU: a window's most frequent one.
  static constexpr char Sql[] =
      "SELECT w.id, w.text, w.state, "
      "  (SELECT count(*) FROM sightings s WHERE s.window = w.id) AS seen, "
      "  coalesce((SELECT cpu FROM sightings s WHERE s.window = w.id "
      "            GROUP BY cpu ORDER BY count(*) DESC, cpu LIMIT 1), '') "
      "FROM windows w WHERE ?1 = '' OR w.state = ?1 "
      "ORDER BY w.state <> 'pending', seen DESC, w.id";
  std::vector<QueuedWindow> Result;
  Error E = forEach(*I->Db, Sql, {State ? stateName(*State) : ""}, [&](Statement &S) -> Error {
    QueuedWindow Q;
    auto Id = parseHash(S.text(0));
    auto Known = parseWindowState(S.text(2));
    if (!Id || !Known)
      return badCell(*I->Db, "window '" + S.text(0) + "'");
    auto W = parseWindow(S.text(1));
    if (!W) {
      std::string Why = toString(W.takeError());
      if (Warnings)
        Warnings->push_back(path() + ": window " + S.text(0).take_front(8).str() + ": " + Why);
      return Error::success();
    }
    Q.Id = *Id;
    Q.W = std::move(*W);
    Q.State = *Known;
    Q.Sightings = S.integer(3);
    Q.CPU = S.text(4).str();
    Result.push_back(std::move(Q));
    return Error::success();
  });
  if (E)
    return std::move(E);
  return Result;
}

Expected<std::map<Hash128, std::set<std::string>>> RuleDb::searches() {
  std::map<Hash128, std::set<std::string>> Result;
  Error E =
      forEach(*I->Db, "SELECT window, settings FROM searches", {}, [&](Statement &S) -> Error {
        auto Id = parseHash(S.text(0));
        if (!Id)
          return badCell(*I->Db, "search of window '" + S.text(0) + "'");
        Result[*Id].insert(S.text(1).str());
        return Error::success();
      });
  if (E)
    return std::move(E);
  return Result;
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

Expected<RuleEvent> RuleDb::Impl::lastEvent(const std::string &Id) {
  RuleEvent Last;
  Error E = forEach(*Db,
                    "SELECT step, state, why FROM events WHERE rule = ? ORDER BY step DESC, "
                    "CASE state WHEN 'off' THEN 0 WHEN 'stale' THEN 1 ELSE 2 END, why LIMIT 1",
                    {Id}, [&](Statement &S) -> Error {
                      auto State = parseRuleState(S.text(1));
                      if (!State)
                        return badCell(*Db, "event of rule '" + Id + "'");
                      Last = {unsigned(S.integer(0)), *State, S.text(2).str()};
                      return Error::success();
                    });
  if (E)
    return std::move(E);
  return Last;
}

Error RuleDb::Impl::loadRows(const std::string &Id, RuleEvidence &E) {
  return forEach(*Db, "SELECT opcode, row_hash FROM rule_rows WHERE rule = ? ORDER BY opcode", {Id},
                 [&](Statement &S) -> Error {
                   auto Hash = parseHash(S.text(1));
                   if (!Hash)
                     return badCell(*Db, "row hash of rule '" + Id + "'");
                   E.RowHashes.emplace_back(S.text(0).str(), *Hash);
                   return Error::success();
                 });
}

Error RuleDb::Impl::loadSightings(const std::string &Id, StoredRule &R) {
  if (Error E = forEach(*Db,
                        "SELECT count(*) FROM rule_windows r JOIN sightings s "
                        "ON s.window = r.window WHERE r.rule = ?",
                        {Id}, [&](Statement &S) {
                          R.Sightings = S.integer(0);
                          return Error::success();
                        }))
    return E;
  auto S = Db->prepare("SELECT DISTINCT s.function || '@' || s.cpu AS place FROM rule_windows r "
                       "JOIN sightings s ON s.window = r.window WHERE r.rule = ? "
                       "ORDER BY place LIMIT ?");
  if (!S)
    return S.takeError();
  S->bind(Id).bind(SeenInShown);
  for (;;) {
    auto Row = S->step();
    if (!Row)
      return Row.takeError();
    if (!*Row)
      return Error::success();
    R.SeenIn.push_back(S->text(0).str());
  }
}

#define WHITTLE_RULE_COLUMNS                                                                       \
  "id, target, text, source_weight, source_instructions, source_constant_bytes, "                  \
  "target_weight, target_instructions, target_constant_bytes, method, solvers, assumptions, "      \
  "slices, distinct_slices, by_syntax, by_solver, llvm_version, prover_version, confirmed, "       \
  "fp_class, found_by, seconds"

Error RuleDb::Impl::loadRule(const Statement &S, StoredRule &R) {
  auto Id = parseHash(S.text(0));
  if (!Id)
    return badCell(*Db, "rule '" + S.text(0) + "'");
  R.Id = *Id;
  R.Target = S.text(1).str();
  R.Text = S.text(2).str();
  auto Cost = [&](int C) {
    return StaticCost{unsigned(S.integer(C)), unsigned(S.integer(C + 1)),
                      unsigned(S.integer(C + 2))};
  };
  R.CostSource = Cost(3);
  R.CostTarget = Cost(6);
  RuleEvidence &E = R.Evidence;
  E.Method = S.text(9).str();
  E.Solvers = S.text(10).str();
  E.Assumptions = S.text(11).str();
  E.Slices = S.integer(12);
  E.DistinctSlices = S.integer(13);
  E.BySyntax = S.integer(14);
  E.BySolver = S.integer(15);
  E.LLVMVersion = S.text(16).str();
  E.ProverVersion = S.text(17).str();
  E.Confirmed = S.integer(18) != 0;
  E.FPClass = S.text(19).str();
  E.FoundBy = S.text(20).str();
  E.Seconds = S.real(21);
  return Error::success();
}

Error RuleDb::Impl::judge(StoredRule &R, std::vector<std::string> *Warnings) {
  auto Last = lastEvent(R.Id.hex());
  if (!Last)
    return Last.takeError();
  R.State = Last->State;
  std::string Why = staleReason(R.Text, R.Id, R.Evidence.RowHashes, Today, R.R);
  if (!Why.empty()) {
    // A reader still wants to see the rule as it was.
    if (auto Parsed = parseRule(R.Text))
      R.R = std::move(*Parsed);
    else
      consumeError(Parsed.takeError());
    // Off is a decision that outlasts staleness: a new proof does not undo it.
    if (R.State == RuleState::On)
      R.State = RuleState::Stale;
  } else if (R.State == RuleState::Stale) {
    Why = Last->Why;
  }
  if (R.State != RuleState::Stale)
    return Error::success();
  R.StaleWhy = Why;
  if (Warnings)
    Warnings->push_back(Db->path() + ": rule " + R.Id.hex().substr(0, 8) + ": " + Why);
  return Error::success();
}

Expected<std::vector<StoredRule>> RuleDb::rules(StringRef Arch,
                                                std::vector<std::string> *Warnings) {
  std::vector<StoredRule> Result;
  Error E = I->Db->read([&]() -> Error {
    if (Error E = forEach(
            *I->Db,
            "SELECT " WHITTLE_RULE_COLUMNS " FROM rules WHERE ?1 = '' OR target = ?1 ORDER BY id",
            {Arch}, [&](Statement &S) { return I->loadRule(S, Result.emplace_back()); }))
      return E;
    for (StoredRule &R : Result) {
      if (Error E = I->loadRows(R.Id.hex(), R.Evidence))
        return E;
      if (Error E = I->loadSightings(R.Id.hex(), R))
        return E;
      if (Error E = I->judge(R, Warnings))
        return E;
    }
    return Error::success();
  });
  if (E)
    return std::move(E);
  return Result;
}

Expected<StoredRule> RuleDb::rule(StringRef IdPrefix) {
  std::string Prefix = IdPrefix.lower();
  if (Prefix.size() < 4 || Prefix.size() > 32 || !all_of(Prefix, isHexDigit))
    return fileError(path(), "'" + IdPrefix + "' is no rule id: 4 to 32 hexadecimal digits");
  std::vector<StoredRule> Found;
  Error E = I->Db->read([&]() -> Error {
    // No digit sorts behind 'g'.
    if (Error E = forEach(*I->Db,
                          "SELECT " WHITTLE_RULE_COLUMNS
                          " FROM rules WHERE id >= ? AND id < ? ORDER BY id LIMIT 2",
                          {Prefix, Prefix + "g"},
                          [&](Statement &S) { return I->loadRule(S, Found.emplace_back()); }))
      return E;
    if (Found.empty())
      return fileError(path(), "no rule " + Prefix);
    if (Found.size() > 1)
      return fileError(path(), "'" + Prefix + "' is the start of more than one rule: " +
                                   Found[0].Id.hex() + ", " + Found[1].Id.hex() + ", ..");
    StoredRule &R = Found.front();
    if (Error E = I->loadRows(R.Id.hex(), R.Evidence))
      return E;
    if (Error E = I->loadSightings(R.Id.hex(), R))
      return E;
    return I->judge(R, nullptr);
  });
  if (E)
    return std::move(E);
  return std::move(Found.front());
}

Expected<std::vector<MatcherRule>> RuleDb::matcherRules(StringRef Arch,
                                                        std::vector<std::string> *Warnings,
                                                        ArrayRef<std::string> Roots) {
  std::vector<MatcherRule> Result;
  Error E = I->Db->read([&]() -> Error {
    std::vector<StoredRule> All;
    auto Take = [&](Statement &S) -> Error {
      auto Id = parseHash(S.text(0));
      if (!Id)
        return badCell(*I->Db, "rule '" + S.text(0) + "'");
      StoredRule &R = All.emplace_back();
      R.Id = *Id;
      R.Text = S.text(1).str();
      return Error::success();
    };
    if (Roots.empty())
      if (Error E = forEach(
              *I->Db, "SELECT id, text FROM rules WHERE target = ? AND confirmed = 1 ORDER BY id",
              {Arch}, Take))
        return E;
    for (const std::string &Root : Roots)
      if (Error E = forEach(*I->Db,
                            "SELECT id, text FROM rule_roots JOIN rules ON rules.id = rule "
                            "WHERE opcode = ? AND target = ? AND confirmed = 1",
                            {Root, Arch}, Take))
        return E;
    llvm::sort(All, [](const StoredRule &A, const StoredRule &B) { return A.Id < B.Id; });
    auto Same = [](const StoredRule &A, const StoredRule &B) { return A.Id == B.Id; };
    All.erase(llvm::unique(All, Same), All.end());
    Result.reserve(All.size());
    for (StoredRule &R : All) {
      if (Error E = I->loadRows(R.Id.hex(), R.Evidence))
        return E;
      if (Error E = I->judge(R, Warnings))
        return E;
      if (R.State == RuleState::On)
        Result.push_back({R.Id, std::move(R.R)});
    }
    return Error::success();
  });
  if (E)
    return std::move(E);
  return Result;
}

Expected<std::vector<std::string>> RuleDb::matcherRoots(StringRef Arch) {
  std::vector<std::string> Roots;
  bool Some = false;
  auto Found = [&](Statement &) {
    Some = true;
    return Error::success();
  };
  if (Error E = forEach(*I->Db, "SELECT 1 FROM rules WHERE target = ? AND confirmed = 1 LIMIT 1",
                        {Arch}, Found))
    return std::move(E);
  if (!Some)
    return Roots;
  // Those of others as well: to leave them out takes longer than starting a compiler.
  if (Error E = forEach(*I->Db, "SELECT DISTINCT opcode FROM rule_roots ORDER BY opcode", {},
                        [&](Statement &S) -> Error {
                          Roots.push_back(S.text(0).str());
                          return Error::success();
                        }))
    return std::move(E);
  return Roots;
}

Expected<std::vector<RuleEvent>> RuleDb::events(const Hash128 &Id) {
  std::vector<RuleEvent> Result;
  Error E = forEach(*I->Db,
                    "SELECT step, state, why FROM events WHERE rule = ? ORDER BY step, "
                    "CASE state WHEN 'off' THEN 2 WHEN 'stale' THEN 1 ELSE 0 END, why DESC",
                    {Id.hex()}, [&](Statement &S) -> Error {
                      auto State = parseRuleState(S.text(1));
                      if (!State)
                        return badCell(*I->Db, "event of rule '" + Id.hex() + "'");
                      Result.push_back({unsigned(S.integer(0)), *State, S.text(2).str()});
                      return Error::success();
                    });
  if (E)
    return std::move(E);
  return Result;
}

//===----------------------------------------------------------------------===//
// Dump
//===----------------------------------------------------------------------===//

namespace {
/// One table in the dump: a line "NAME cell cell .." for each row, in the order
/// of the key; then the text of column Text, if there is one, indented.
struct DumpTable {
  const char *Name;
  const char *Sql;
  int Cells;
  int Text = -1;
};
} // namespace

/// A cell on one line, quoted where a reader could not tell it apart.
static void printCell(raw_ostream &OS, StringRef Cell) {
  bool Plain = !Cell.empty() && all_of(Cell, [](char C) {
    return isAlnum(C) || StringRef("_-+.,:@/$=").contains(C);
  });
  if (Plain) {
    OS << Cell;
    return;
  }
  OS << '"';
  printEscapedString(Cell, OS);
  OS << '"';
}

Expected<std::string> RuleDb::dump() {
  static constexpr DumpTable Tables[] = {
      {"window", "SELECT id, target, state, text FROM windows ORDER BY id", 3, 3},
      {"sighting",
       "SELECT window, source_hash, function, idx, cpu FROM sightings "
       "ORDER BY window, source_hash, function, idx, cpu",
       5},
      {"search", "SELECT window, settings, outcome FROM searches ORDER BY window, settings", 3},
      {"rule",
       "SELECT id, target, source_weight, source_instructions, source_constant_bytes, "
       "target_weight, target_instructions, target_constant_bytes, method, solvers, assumptions, "
       "slices, distinct_slices, by_syntax, by_solver, llvm_version, prover_version, confirmed, "
       "fp_class, found_by, text FROM rules ORDER BY id",
       20, 20},
      {"row", "SELECT rule, opcode, row_hash FROM rule_rows ORDER BY rule, opcode", 3},
      {"solves", "SELECT rule, window FROM rule_windows ORDER BY rule, window", 2},
      {"event", "SELECT rule, step, state, why FROM events ORDER BY rule, step, state, why", 4},
  };
  std::string Result;
  raw_string_ostream OS(Result);
  Error E = I->Db->read([&]() -> Error {
    for (const DumpTable &T : Tables)
      if (Error E = forEach(*I->Db, T.Sql, {}, [&](Statement &S) {
            OS << T.Name;
            for (int C = 0; C < T.Cells; ++C) {
              OS << ' ';
              printCell(OS, S.text(C));
            }
            OS << '\n';
            if (T.Text >= 0)
              for (StringRef Line : split(S.text(T.Text).rtrim('\n'), '\n'))
                OS << "  " << Line << '\n';
            return Error::success();
          }))
        return E;
    return Error::success();
  });
  if (E)
    return std::move(E);
  return Result;
}

} // namespace whittle
