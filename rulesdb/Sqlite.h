//===- rulesdb/Sqlite.h - SQLite behind Expected and Error ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Inside rulesdb/ only. Every message starts with the file's path.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_RULESDB_SQLITE_H
#define WHITTLE_RULESDB_SQLITE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace whittle {

class Sqlite;

/// A prepared statement in use; its destructor resets it for the next user.
class Statement {
public:
  Statement(Sqlite &Db, sqlite3_stmt *S) : Db(&Db), S(S) {}
  Statement(Statement &&O) noexcept : Db(O.Db), S(O.S), Next(O.Next) { O.S = nullptr; }
  Statement &operator=(Statement &&) = delete;
  ~Statement();

  /// Binds the next parameter.
  Statement &bind(llvm::StringRef Text);
  Statement &bind(int64_t Number);
  Statement &bind(double Number);

  /// True if a row is there to be read.
  llvm::Expected<bool> step();
  /// Runs a statement that gives no rows.
  llvm::Error run();

  /// Columns of the current row, from 0. Text lives until the next step().
  llvm::StringRef text(int Column) const;
  int64_t integer(int Column) const;
  double real(int Column) const;

private:
  Sqlite *Db;
  sqlite3_stmt *S;
  int Next = 1;
};

/// One connection, for one thread at a time.
class Sqlite {
public:
  enum class Access : uint8_t { Read, Write, Create };
  /// Opens without looking inside. Read uses a `mode=ro` URI, so that committed
  /// rows which still stand in the write-ahead log are seen.
  static llvm::Expected<std::unique_ptr<Sqlite>> open(const std::string &Path, Access A);
  ~Sqlite();
  Sqlite(const Sqlite &) = delete;
  Sqlite &operator=(const Sqlite &) = delete;

  const std::string &path() const { return Path; }
  /// Cached by text; at most one user of one text at a time.
  llvm::Expected<Statement> prepare(llvm::StringRef Sql);
  /// Runs statements that take no parameters.
  llvm::Error exec(const char *Sql);
  /// The first column of the first row; 0 if there is none.
  llvm::Expected<int64_t> number(llvm::StringRef Sql);
  /// Rows that the last statement changed.
  int64_t changes() const;

  /// Runs \p Body in one transaction, which is committed if it succeeds and
  /// undone if it fails. Durable: the commit waits for the disk.
  llvm::Error write(bool Durable, llvm::function_ref<llvm::Error()> Body);
  /// The same for reading: all of \p Body sees one state of the file.
  llvm::Error read(llvm::function_ref<llvm::Error()> Body);

  /// Makes another file's tables readable as \p Name. Not within a transaction.
  llvm::Error attach(const std::string &Other, llvm::StringRef Name);

  /// Switches to write-ahead logging where the file system allows it. Closing
  /// then leaves one self-contained file, if no other program has it open.
  llvm::Error useWriteAheadLog();

  /// SQLite's result code as an error that names file and cause.
  llvm::Error failure(int Code);

private:
  Sqlite(std::string Path, Access A) : Path(std::move(Path)), A(A) {}
  std::string Path;
  Access A;
  sqlite3 *Handle = nullptr;
  bool HasLog = false;
  llvm::StringMap<sqlite3_stmt *> Cache;
};

/// An error "PATH: MESSAGE".
llvm::Error fileError(llvm::StringRef Path, const llvm::Twine &Message);

} // namespace whittle

#endif // WHITTLE_RULESDB_SQLITE_H
