//===- rulesdb/Merge.cpp - Joins databases --------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Keys are content, so that joining is a union of rows. Where two files have the
// same key and other values, the choice depends on the values alone: any order of
// files gives the same database, and a second time changes nothing.
//
//===----------------------------------------------------------------------===//

#include "rulesdb/RuleDbImpl.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace whittle {

/// In this order: rows that others refer to come first. `better` names the rules
/// whose evidence the other file has in the version that is kept.
static constexpr const char *Unions[] = {
    // Solved beats unknown beats searched beats pending.
    "INSERT INTO windows SELECT * FROM other.windows WHERE true ON CONFLICT (id) "
    "DO UPDATE SET state = excluded.state WHERE instr('pending searched unknown solved', "
    "excluded.state) > instr('pending searched unknown solved', state)",
    "INSERT OR IGNORE INTO sightings SELECT * FROM other.sightings",
    "INSERT INTO searches SELECT * FROM other.searches WHERE true "
    "ON CONFLICT (window, settings) DO UPDATE SET outcome = excluded.outcome, "
    "candidates = excluded.candidates, refuted = excluded.refuted, unknown = excluded.unknown "
    "WHERE (excluded.outcome, excluded.candidates, excluded.refuted, excluded.unknown) > "
    "(outcome, candidates, refuted, unknown)",
    "INSERT INTO rules SELECT * FROM other.rules WHERE id IN (SELECT id FROM temp.better) "
    "ON CONFLICT (id) DO UPDATE SET method = excluded.method, solvers = excluded.solvers, "
    "slices = excluded.slices, distinct_slices = excluded.distinct_slices, "
    "by_syntax = excluded.by_syntax, by_solver = excluded.by_solver, "
    "assumptions = excluded.assumptions, llvm_version = excluded.llvm_version, "
    "prover_version = excluded.prover_version, confirmed = excluded.confirmed, "
    "fp_class = excluded.fp_class, found_by = excluded.found_by, seconds = excluded.seconds",
    "DELETE FROM rule_rows WHERE rule IN (SELECT id FROM temp.better)",
    "INSERT INTO rule_rows SELECT r.* FROM other.rule_rows r JOIN temp.better b ON b.id = r.rule",
    "INSERT OR IGNORE INTO rule_roots SELECT * FROM other.rule_roots",
    "INSERT OR IGNORE INTO rule_windows SELECT * FROM other.rule_windows",
    "INSERT OR IGNORE INTO events SELECT * FROM other.events",
};

/// All evidence of the rule \p Alias of \p Schema but for seconds, in one order.
static std::string evidence(const std::string &Schema, const std::string &Alias) {
  std::string Columns;
  for (const char *C : {"llvm_version", "prover_version", "confirmed", "method", "solvers",
                        "assumptions", "slices", "by_syntax", "by_solver", "fp_class", "found_by"})
    Columns += Alias + "." + C + ", ";
  return "(" + Columns + "(SELECT group_concat(opcode || row_hash) FROM (SELECT * FROM " + Schema +
         ".rule_rows WHERE rule = " + Alias + ".id ORDER BY opcode)))";
}

Expected<unsigned> RuleDb::mergeFrom(const std::string &Path) {
  // All that is looked at when a file is opened holds for this one too.
  Expected<std::unique_ptr<RuleDb>> Other = open(Path, Mode::ReadOnly);
  if (!Other)
    return Other.takeError();
  Sqlite &Db = *I->Db;
  bool Same = false;
  if (!sys::fs::equivalent(Path, Db.path(), Same) && Same)
    return fileError(Path, "cannot be merged into itself");
  if (Error E = Db.attach(Path, "other"))
    return std::move(E);
  llvm::scope_exit Detach([&] { consumeError(Db.exec("DETACH other")); });
  int64_t Before = 0, After = 0;
  Error E = Db.write(/*Durable=*/true, [&]() -> Error {
    auto Count = [&](int64_t &N) -> Error {
      Expected<int64_t> Rules = Db.number("SELECT count(*) FROM rules");
      if (!Rules)
        return Rules.takeError();
      N = *Rules;
      return Error::success();
    };
    if (Error E = Count(Before))
      return E;
    if (Error E = Db.exec("DROP TABLE IF EXISTS temp.better"))
      return E;
    std::string Better =
        "CREATE TEMP TABLE better AS SELECT theirs.id FROM other.rules theirs LEFT JOIN "
        "main.rules mine ON mine.id = theirs.id WHERE mine.id IS NULL OR " +
        evidence("other", "theirs") + " > " + evidence("main", "mine");
    if (Error E = Db.exec(Better.c_str()))
      return E;
    for (const char *Sql : Unions)
      if (Error E = Db.exec(Sql))
        return E;
    return Count(After);
  });
  if (E)
    return std::move(E);
  return unsigned(After - Before);
}

} // namespace whittle
