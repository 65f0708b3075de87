//===- rulesdb/Schema.cpp - The database's tables, by migrations -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/DATABASE.md says what each column means. Everything is keyed by content,
// never by a counter or a time, so that files can be joined in any order.
//
//===----------------------------------------------------------------------===//

#include "rulesdb/Schema.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace whittle {

static constexpr Migration Steps[] = {
    // 0 -> 1
    R"sql(
CREATE TABLE windows (
  id     TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
  target TEXT NOT NULL,
  text   TEXT NOT NULL,
  state  TEXT NOT NULL DEFAULT 'pending'
         CHECK (state IN ('pending', 'solved', 'searched', 'unknown'))
) STRICT, WITHOUT ROWID;
CREATE INDEX windows_by_state ON windows (state);

CREATE TABLE sightings (
  window      TEXT NOT NULL REFERENCES windows (id),
  source_hash TEXT NOT NULL,
  function    TEXT NOT NULL,
  idx         INTEGER NOT NULL,
  cpu         TEXT NOT NULL,
  PRIMARY KEY (window, source_hash, function, idx, cpu)
) STRICT, WITHOUT ROWID;

CREATE TABLE searches (
  window     TEXT NOT NULL REFERENCES windows (id),
  settings   TEXT NOT NULL,
  outcome    TEXT NOT NULL,
  candidates INTEGER NOT NULL,
  refuted    INTEGER NOT NULL,
  unknown    INTEGER NOT NULL,
  PRIMARY KEY (window, settings)
) STRICT, WITHOUT ROWID;

CREATE TABLE rules (
  id                    TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
  target                TEXT NOT NULL,
  text                  TEXT NOT NULL,
  source_weight         INTEGER NOT NULL,
  source_instructions   INTEGER NOT NULL,
  source_constant_bytes INTEGER NOT NULL,
  target_weight         INTEGER NOT NULL,
  target_instructions   INTEGER NOT NULL,
  target_constant_bytes INTEGER NOT NULL,
  method                TEXT NOT NULL,
  solvers               TEXT NOT NULL,
  assumptions           TEXT NOT NULL,
  slices                INTEGER NOT NULL,
  distinct_slices       INTEGER NOT NULL,
  by_syntax             INTEGER NOT NULL,
  by_solver             INTEGER NOT NULL,
  llvm_version          TEXT NOT NULL,
  prover_version        TEXT NOT NULL,
  confirmed             INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
  fp_class              TEXT NOT NULL,
  found_by              TEXT NOT NULL,
  seconds               REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX rules_by_target ON rules (target);

CREATE TABLE rule_rows (
  rule     TEXT NOT NULL REFERENCES rules (id),
  opcode   TEXT NOT NULL,
  row_hash TEXT NOT NULL CHECK (length(row_hash) = 32),
  PRIMARY KEY (rule, opcode)
) STRICT, WITHOUT ROWID;

CREATE TABLE rule_roots (
  rule   TEXT NOT NULL REFERENCES rules (id),
  opcode TEXT NOT NULL,
  PRIMARY KEY (rule, opcode)
) STRICT, WITHOUT ROWID;

CREATE TABLE rule_windows (
  rule   TEXT NOT NULL REFERENCES rules (id),
  window TEXT NOT NULL REFERENCES windows (id),
  PRIMARY KEY (rule, window)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  rule  TEXT NOT NULL REFERENCES rules (id),
  step  INTEGER NOT NULL CHECK (step > 0),
  state TEXT NOT NULL CHECK (state IN ('on', 'off', 'stale')),
  why   TEXT NOT NULL,
  PRIMARY KEY (rule, step, state, why)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT raise(ABORT, 'events are only ever added'); END;
CREATE TRIGGER events_never_go BEFORE DELETE ON events
BEGIN SELECT raise(ABORT, 'events are only ever added'); END;
)sql",
    // A compiler asks for the rules of the opcodes that it meets.
    "CREATE INDEX rule_roots_by_opcode ON rule_roots (opcode);",
};

ArrayRef<Migration> migrations() { return Steps; }

static Error newerSchema(const Sqlite &Db, int64_t Version, size_t Known) {
  return fileError(Db.path(), formatv("written by a newer Whittle (schema {0}; this one knows "
                                      "schemas up to {1})",
                                      Version, Known));
}

Error migrate(Sqlite &Db, ArrayRef<Migration> Steps) {
  for (;;) {
    bool Done = false;
    // The version is read inside the transaction: another program may be
    // migrating the same file.
    Error E = Db.write(/*Durable=*/true, [&]() -> Error {
      auto Version = Db.number("PRAGMA user_version");
      if (!Version)
        return Version.takeError();
      if (*Version < 0 || *Version > static_cast<int64_t>(Steps.size()))
        return newerSchema(Db, *Version, Steps.size());
      Done = *Version == static_cast<int64_t>(Steps.size());
      if (Done)
        return Error::success();
      if (Error E = Db.exec(Steps[*Version]))
        return E;
      return Db.exec(formatv("PRAGMA application_id={0}; PRAGMA user_version={1};", ApplicationId,
                             *Version + 1)
                         .str()
                         .c_str());
    });
    if (E || Done)
      return E;
  }
}

Error checkIdentity(Sqlite &Db, ArrayRef<Migration> Steps, bool &Empty) {
  auto Pages = Db.number("PRAGMA page_count");
  if (!Pages)
    return Pages.takeError();
  Empty = *Pages == 0;
  if (Empty)
    return Error::success();
  auto Id = Db.number("PRAGMA application_id");
  if (!Id)
    return Id.takeError();
  if (*Id != ApplicationId)
    return fileError(Db.path(), "a SQLite database of another application, not Whittle's");
  auto Version = Db.number("PRAGMA user_version");
  if (!Version)
    return Version.takeError();
  if (*Version > static_cast<int64_t>(Steps.size()))
    return newerSchema(Db, *Version, Steps.size());
  return Error::success();
}

} // namespace whittle
