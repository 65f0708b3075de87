//===- rulesdb/Schema.h - The database's tables, by migrations --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_RULESDB_SCHEMA_H
#define WHITTLE_RULESDB_SCHEMA_H

#include "rulesdb/Sqlite.h"
#include "llvm/ADT/ArrayRef.h"

namespace whittle {

/// "Whtl": in the file's header, so that `file` and SQLite tell it from others.
inline constexpr int64_t ApplicationId = 0x5768746c;

/// SQL that takes schema N to N + 1, where N is its index.
using Migration = const char *;
/// All migrations. An entry, once released, is never edited: add another.
llvm::ArrayRef<Migration> migrations();

/// Brings the file to the newest schema, each step in its own transaction.
/// Fails if the file's schema is newer than \p Steps knows.
llvm::Error migrate(Sqlite &Db, llvm::ArrayRef<Migration> Steps);

/// Checks that the file is Whittle's and of a schema that \p Steps knows. Reads
/// through SQLite, since the newest header may stand in the log. \p Empty is set
/// for a file with no page yet (the caller decides), which passes.
llvm::Error checkIdentity(Sqlite &Db, llvm::ArrayRef<Migration> Steps, bool &Empty);

} // namespace whittle

#endif // WHITTLE_RULESDB_SCHEMA_H
