//===- rulesdb/Sqlite.cpp - SQLite behind Expected and Error ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "rulesdb/Sqlite.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include <cassert>
#include <cstring>
#include <sqlite3.h>
#include <unistd.h>

using namespace llvm;

namespace whittle {

/// How long a writer waits for another one, and a reader for a checkpoint.
static constexpr int BusyMs = 20'000;

Error fileError(StringRef Path, const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Twine(Path) + ": " + Message);
}

//===----------------------------------------------------------------------===//
// Statement
//===----------------------------------------------------------------------===//

Statement::~Statement() {
  if (!S)
    return;
  sqlite3_reset(S);
  sqlite3_clear_bindings(S);
}

Statement &Statement::bind(StringRef Text) {
  // An empty StringRef may have no data, which SQLite would take for NULL.
  [[maybe_unused]] int Code = sqlite3_bind_text64(S, Next++, Text.empty() ? "" : Text.data(),
                                                  Text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  assert(Code == SQLITE_OK && "parameter out of range");
  return *this;
}

Statement &Statement::bind(int64_t Number) {
  [[maybe_unused]] int Code = sqlite3_bind_int64(S, Next++, Number);
  assert(Code == SQLITE_OK && "parameter out of range");
  return *this;
}

Statement &Statement::bind(double Number) {
  [[maybe_unused]] int Code = sqlite3_bind_double(S, Next++, Number);
  assert(Code == SQLITE_OK && "parameter out of range");
  return *this;
}

Expected<bool> Statement::step() {
  int Code = sqlite3_step(S);
  if (Code == SQLITE_ROW)
    return true;
  if (Code == SQLITE_DONE)
    return false;
  return Db->failure(Code);
}

Error Statement::run() {
  auto More = step();
  if (!More)
    return More.takeError();
  assert(!*More && "a statement with rows");
  return Error::success();
}

StringRef Statement::text(int Column) const {
  auto *Data = reinterpret_cast<const char *>(sqlite3_column_text(S, Column));
  return Data ? StringRef(Data, sqlite3_column_bytes(S, Column)) : StringRef();
}

int64_t Statement::integer(int Column) const { return sqlite3_column_int64(S, Column); }
double Statement::real(int Column) const { return sqlite3_column_double(S, Column); }

//===----------------------------------------------------------------------===//
// Sqlite
//===----------------------------------------------------------------------===//

/// `file:` URI of a path: what a URI gives a meaning to is escaped.
static std::string uriOf(StringRef Path, StringRef Query) {
  std::string Uri = "file:";
  // "//host/.." would name an authority.
  if (Path.starts_with("//"))
    Uri += "//";
  for (char C : Path) {
    if (C == '%' || C == '?' || C == '#') {
      Uri += '%';
      Uri += hexdigit(C >> 4, /*LowerCase=*/true);
      Uri += hexdigit(C & 15, /*LowerCase=*/true);
    } else {
      Uri += C;
    }
  }
  return (Uri + "?" + Query).str();
}

static std::string folderOf(StringRef Path) {
  StringRef Parent = sys::path::parent_path(Path);
  return Parent.empty() ? "." : Parent.str();
}

Expected<std::unique_ptr<Sqlite>> Sqlite::open(const std::string &Path, Access A) {
  std::unique_ptr<Sqlite> Db(new Sqlite(Path, A));
  int Flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
  StringRef Query = "mode=rw";
  if (A == Access::Read) {
    Flags |= SQLITE_OPEN_READONLY;
    // Never immutable=1: it does not see what the write-ahead log holds.
    Query = "mode=ro";
  } else {
    Flags |= SQLITE_OPEN_READWRITE;
    if (A == Access::Create) {
      Flags |= SQLITE_OPEN_CREATE;
      Query = "mode=rwc";
    }
  }
  int Code = sqlite3_open_v2(uriOf(Path, Query).c_str(), &Db->Handle, Flags, nullptr);
  if (Code != SQLITE_OK)
    return Db->failure(Code);
  sqlite3_extended_result_codes(Db->Handle, 1);
  sqlite3_busy_timeout(Db->Handle, BusyMs);
  // SQLite opens what it may not write for reading, and says so only later.
  if (A != Access::Read && sqlite3_db_readonly(Db->Handle, "main") == 1)
    return fileError(Path, "is not writable");
  if (Error E = Db->exec("PRAGMA foreign_keys=ON"))
    return std::move(E);
  return std::move(Db);
}

Error Sqlite::attach(const std::string &Other, StringRef Name) {
  Expected<Statement> S = prepare(("ATTACH ? AS " + Name).str());
  if (!S)
    return S.takeError();
  return S->bind(uriOf(Other, "mode=ro")).run();
}

Sqlite::~Sqlite() {
  for (auto &Entry : Cache)
    sqlite3_finalize(Entry.second);
  if (HasLog) {
    // Back to one file without a log, which also opens from a folder that its
    // reader may not write. Fails while somebody else has it open: then theirs.
    sqlite3_busy_timeout(Handle, 0);
    sqlite3_exec(Handle, "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr);
  }
  sqlite3_close(Handle);
}

Error Sqlite::failure(int Code) {
  const char *Detail = Handle ? sqlite3_errmsg(Handle) : sqlite3_errstr(Code);
  int SystemErrno = Handle ? sqlite3_system_errno(Handle) : 0;
  switch (Code & 0xff) {
  case SQLITE_FULL:
    return fileError(Path,
                     "the disk is full: this change was not stored, earlier content is intact");
  case SQLITE_NOTADB:
    return fileError(Path, "not a database");
  case SQLITE_CORRUPT:
    return fileError(Path, "damaged or truncated database");
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return fileError(Path, "another program holds the database locked");
  case SQLITE_CANTOPEN: {
    std::string Folder = folderOf(Path);
    if (::access(Folder.c_str(), F_OK) != 0)
      return fileError(Path, "no such folder '" + Folder + "'");
    if (::access(Folder.c_str(), W_OK) != 0)
      return fileError(Path,
                       "folder '" + Folder + "' is not writable" +
                           (A == Access::Read ? ", and the unfinished log of a writer beside the "
                                                "database can only be read where it is"
                                              : ""));
    return fileError(Path, Twine("cannot be opened: ") +
                               (SystemErrno ? std::strerror(SystemErrno) : Detail));
  }
  case SQLITE_READONLY:
    if (A == Access::Read)
      return fileError(Path, "a writer was interrupted: open the database for writing once, "
                             "which undoes its unfinished change");
    if ((Code == SQLITE_READONLY_DIRECTORY) || ::access(folderOf(Path).c_str(), W_OK) != 0)
      return fileError(Path, "folder '" + folderOf(Path) + "' is not writable");
    return fileError(Path, "is not writable");
  case SQLITE_IOERR:
    return fileError(Path, Twine("read or write failed: ") +
                               (SystemErrno ? std::strerror(SystemErrno) : Detail));
  default:
    return fileError(Path, Detail);
  }
}

Expected<Statement> Sqlite::prepare(StringRef Sql) {
  sqlite3_stmt *&S = Cache[Sql];
  if (!S) {
    int Code = sqlite3_prepare_v3(Handle, Sql.data(), static_cast<int>(Sql.size()),
                                  SQLITE_PREPARE_PERSISTENT, &S, nullptr);
    if (Code != SQLITE_OK)
      return failure(Code);
  }
  assert(!sqlite3_stmt_busy(S) && "one user of a statement at a time");
  return Statement(*this, S);
}

Error Sqlite::exec(const char *Sql) {
  int Code = sqlite3_exec(Handle, Sql, nullptr, nullptr, nullptr);
  return Code == SQLITE_OK ? Error::success() : failure(Code);
}

Expected<int64_t> Sqlite::number(StringRef Sql) {
  auto S = prepare(Sql);
  if (!S)
    return S.takeError();
  auto Row = S->step();
  if (!Row)
    return Row.takeError();
  return *Row ? S->integer(0) : 0;
}

int64_t Sqlite::changes() const { return sqlite3_changes64(Handle); }

Error Sqlite::write(bool Durable, function_ref<Error()> Body) {
  if (Error E = exec(Durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"))
    return E;
  if (Error E = exec("BEGIN IMMEDIATE"))
    return E;
  Error E = Body();
  if (!E)
    E = exec("COMMIT");
  // A full disk may have undone the transaction already.
  if (E && !sqlite3_get_autocommit(Handle))
    sqlite3_exec(Handle, "ROLLBACK", nullptr, nullptr, nullptr);
  return E;
}

Error Sqlite::read(function_ref<Error()> Body) {
  if (Error E = exec("BEGIN"))
    return E;
  Error E = Body();
  if (!sqlite3_get_autocommit(Handle))
    sqlite3_exec(Handle, "ROLLBACK", nullptr, nullptr, nullptr);
  return E;
}

Error Sqlite::useWriteAheadLog() {
  HasLog = true;
  return exec("PRAGMA journal_mode=WAL");
}

} // namespace whittle
